"""What the client raises: the server's own sentence."""

from lantern.protocol.problems import Problem


class LanternError(Exception):
    """The server refused something or could not be reached."""

    def __init__(self, problem: Problem, status: int | None = None) -> None:
        super().__init__(" ".join(part for part in (problem.sentence, problem.hint) if part))
        self.problem = problem
        self.status = status
        """Of the HTTP answer; None where there was none."""

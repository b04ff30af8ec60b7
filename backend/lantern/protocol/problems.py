"""What went wrong, as data: one sentence, the field, and what to do."""

from lantern.protocol.model import Model


class Problem(Model):
    """A refusal or failure that a person can act on; the body of an RFC 9457 problem document."""

    sentence: str
    """One sentence in plain words."""
    field: str | None = None
    """Dotted path of the field to blame, such as `optimizer.params.learning_rate`."""
    hint: str | None = None
    """What to do about it."""
    step: int | None = None
    layer: str | None = None
    rewind_to: int | None = None
    """A step from which the session can go on."""


class ProblemError(Exception):
    """Raised where something is refused because of what the user asked for."""

    def __init__(self, sentence: str, *, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.problem = Problem(sentence=sentence, field=field, hint=hint)

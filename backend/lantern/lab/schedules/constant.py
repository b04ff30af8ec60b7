"""No schedule."""

from lantern.lab.kinds import Schedule


class Constant(Schedule, name="constant", title="Constant"):
    """The learning rate stays as it is set."""

    order = 10

    def factor(self, step: int, epoch: float) -> float:
        """Return 1."""
        return 1.0

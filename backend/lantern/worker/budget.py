"""The price of watching: time that passes earns credit, the processor time of looking spends it."""

USED = 0.5
"""Of the share: the rest is for what cannot be measured, such as caches that looking empties and
the thread that sends what was seen. By measurement, training loses 1.3 times what looking takes."""

MAX_DEBT_S = 0.02
"""Of what was shown at once, whatever the budget said: or a picture would be followed by none."""

MAX_CREDIT_S = 0.05
"""Credit does not pile up, or a pause in watching would be followed by a stall of training."""


class Budget:
    """Keeps the time spent on watching below a share of the wall time, and measures the share."""

    def __init__(self, share: float) -> None:
        self.share = share
        self._credit_s = 0.0
        self._wall_s = 0.0
        self._spent_s = 0.0

    @property
    def is_open(self) -> bool:
        """Return whether there is time to look."""
        return self._credit_s > 0

    @property
    def measured(self) -> float:
        """Share of the last seconds of wall time that went into watching, 0-1."""
        return min(1.0, max(0.0, self._spent_s / self._wall_s)) if self._wall_s > 0 else 0.0

    def earn(self, wall_s: float, *, idle_s: float = 0.0, used: float = USED) -> None:
        """Count wall time that passed; time in which training had to wait anyway is free."""
        self._credit_s = min(MAX_CREDIT_S, self._credit_s + wall_s * self.share * used + idle_s)
        self._wall_s += wall_s
        self._spent_s -= idle_s

    def spend(self, cost_s: float, *, extra_s: float = 0.0) -> None:
        """Count time that looking took; debts are paid back before the next look, not extras."""
        self._credit_s -= cost_s - extra_s
        self._spent_s += cost_s

    def forgive(self) -> None:
        """Leave of the debt what is paid back in a moment: what had to be shown was shown."""
        self._credit_s = max(self._credit_s, -MAX_DEBT_S)

    def fade(self, factor: float = 0.9) -> None:
        """Let what was measured long ago count less; called with every telemetry."""
        self._wall_s *= factor
        self._spent_s *= factor

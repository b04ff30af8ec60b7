"""One line of the table per promise: what was measured, what was promised, and whether it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Line:
    """One measured promise; `holds` is None for a figure that is only recorded."""

    name: str
    measured: str
    goal: str
    holds: bool | None

    @property
    def verdict(self) -> str:
        """Say it in a word."""
        return {True: "pass", False: "SHORT", None: "-"}[self.holds]


def at_least(name: str, value: float, goal: float, *, digits: int = 2, note: str = "") -> Line:
    """Return a line that holds when the value reaches the goal."""
    return Line(name, f"{value:.{digits}f}{note}", f">= {goal:g}", value >= goal)


def at_most(name: str, value: float, goal: float, *, unit: str = "", note: str = "") -> Line:
    """Return a line that holds when the value stays under the goal."""
    return Line(name, f"{value:.1f}{unit}{note}", f"<= {goal:g}{unit}", value <= goal)


def noted(name: str, measured: str) -> Line:
    """Return a line that is recorded without a promise."""
    return Line(name, measured, "", None)


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def middle(values: Sequence[float]) -> float:
    """Return the median."""
    return median(values)


def render(lines: Sequence[Line]) -> str:
    """Return the lines as a Markdown table."""
    rows = [
        ("promise", "measured", "goal", ""),
        *((x.name, x.measured, x.goal, x.verdict) for x in lines),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    return "\n".join([text[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *text[1:]])

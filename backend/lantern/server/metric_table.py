"""The metric rows of a run by column, in plain arrays: a few bytes a number, and no numpy."""

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterable

from lantern.protocol.events import Row
from lantern.protocol.figures import Array
from lantern.protocol.live import MetricColumns
from lantern.protocol.rest import Metrics


class MetricTable:
    """Rows by ascending step; rows of one step are merged."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.steps = array("d")
        self.epochs = array("d")
        self.columns: dict[str, array[float]] = {}
        self.add(rows)

    def __len__(self) -> int:
        return len(self.steps)

    def add(self, rows: Iterable[Row]) -> None:
        """Add rows or, where there is one of that step, their values to it."""
        for row in rows:
            at = self._place(row.step)
            self.epochs[at] = row.epoch
            for name, value in row.values.items():
                if name not in self.columns:
                    self.columns[name] = array("d", [math.nan]) * len(self.steps)
                self.columns[name][at] = value

    def _place(self, step: int) -> int:
        at = bisect_left(self.steps, step)
        if at == len(self.steps) or self.steps[at] != step:
            self.steps.insert(at, step)
            self.epochs.insert(at, 0.0)
            for column in self.columns.values():
                column.insert(at, math.nan)
        return at

    def cut(self, step: int) -> None:
        """Forget the rows after a step."""
        end = bisect_left(self.steps, step + 1)
        for column in (self.steps, self.epochs, *self.columns.values()):
            del column[end:]

    def rows(self, until: int) -> list[Row]:
        """Return the rows up to a step, as they came."""
        end = bisect_left(self.steps, until + 1)
        return [self._row(at) for at in range(end)]

    def _row(self, at: int) -> Row:
        values = {name: column[at] for name, column in self.columns.items()}
        known = {name: value for name, value in values.items() if not math.isnan(value)}
        return Row(step=int(self.steps[at]), epoch=self.epochs[at], values=known)

    def newest(self) -> dict[str, float]:
        """Return the last value of each column."""
        found: dict[str, float] = {}
        for name, column in self.columns.items():
            value = next((value for value in reversed(column) if not math.isnan(value)), None)
            if value is not None:
                found[name] = value
        return found

    def last_step(self) -> int:
        """Return the step of the last row, 0 if there is none."""
        return int(self.steps[-1]) if self.steps else 0

    def last_step_of(self, name: str) -> int:
        """Return the step of the last value of a column, 0 if there is none."""
        column = self.columns.get(name, array("d"))
        known = (at for at in reversed(range(len(column))) if not math.isnan(column[at]))
        return int(self.steps[at]) if (at := next(known, None)) is not None else 0

    def last_epoch(self) -> float:
        """Return the epoch of the last row, 0 if there is none."""
        return self.epochs[-1] if self.epochs else 0.0

    def arrays(self) -> MetricColumns:
        """Return the columns for a snapshot frame; missing values are NaN."""
        return MetricColumns(
            steps=_array(self.steps, "f8"),
            epochs=_array(self.epochs, "f8"),
            columns={name: _array(array("f", c), "f4") for name, c in self.columns.items()},
        )

    def lists(self, run: int) -> Metrics:
        """Return the columns for a JSON answer; missing values are None."""
        return Metrics(
            run=run,
            steps=tuple(int(step) for step in self.steps),
            epochs=tuple(self.epochs),
            columns={
                name: tuple(None if math.isnan(value) else value for value in column)
                for name, column in self.columns.items()
            },
        )


def _array(values: "array[float]", dtype: str) -> Array:
    return Array.of(values.tobytes(), dtype="f8" if dtype == "f8" else "f4", shape=(len(values),))

"""The ledger of a run: what is written down of its losses, one row at a time."""

import math

from lantern.lab.run import Run
from lantern.protocol.events import Row
from lantern.worker.schedule import next_row


class Ledger:
    """Makes losses into rows; a row's `train_loss` is the mean since the row before."""

    def __init__(self, step: int = 0) -> None:
        self.due = next_row(step)
        """The step at which the next row is written."""
        self._rows: list[Row] = []

    def __len__(self) -> int:
        """Return the number of rows that wait to be sent."""
        return len(self._rows)

    def add(self, run: Run) -> None:
        """Write the row of the step that the run has just completed."""
        loss = run.take_train_loss()
        if loss is not None and math.isfinite(loss):
            values = {"train_loss": loss}
            self._rows.append(Row(step=run.step, epoch=run.epoch, values=values))
        self.due = next_row(run.step)

    def observe(self, run: Run, values: dict[str, float]) -> None:
        """Write what was measured at the run's step besides its loss."""
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        if finite:
            self._rows.append(Row(step=run.step, epoch=run.epoch, values=finite))

    def take(self) -> tuple[Row, ...]:
        """Hand over the rows written since the last time, oldest step first."""
        rows = tuple(sorted(self._rows, key=lambda row: row.step))
        self._rows = []
        return rows

"""The ledger of a run: what is written down of its losses, one row at a time."""

import math

from lantern.lab.run import Run
from lantern.protocol.events import Row
from lantern.worker.schedule import next_row
from lantern.worker.stopping import Stopping


class Ledger:
    """Makes losses into rows; a row's `train_loss` is the mean since the row before."""

    def __init__(self, step: int = 0, stopping: Stopping | None = None) -> None:
        self.due = next_row(step)
        """The step at which the next row is written."""
        self.stopping = stopping or Stopping()
        """Whether the run has done enough."""
        self.provisional: list[int] = []
        """Steps of a provisional run at which something was measured besides its loss."""
        self._rows: list[Row] = []

    def __len__(self) -> int:
        """Return the number of rows that wait to be sent."""
        return len(self._rows)

    def add(self, run: Run) -> None:
        """Write the row of the step that the run has just completed."""
        loss = run.take_train_loss()
        self.write(run.step, run.epoch, math.nan if loss is None else loss)

    def write(self, step: int, epoch: float, loss: float) -> None:
        """Write the row of a step with the mean loss since the row before, if it is finite."""
        if math.isfinite(loss):
            # As Row(...) would, which checks what is known here and costs 30 microseconds a step.
            values = {"train_loss": loss}
            self._rows.append(Row.model_construct(step=step, epoch=epoch, values=values))
        self.due = next_row(step)

    def look(self, run: Run) -> None:
        """Measure where the conditions to stop ask for it."""
        loss = self.stopping.look(run)
        if loss is not None:
            self.observe(run, {"validation_loss": loss})

    def observe(
        self, run: Run, values: dict[str, float], place: tuple[int, float] | None = None
    ) -> None:
        """Write what was measured besides its loss at the run's step, or at a (step, epoch)."""
        step, epoch = place or (run.step, run.epoch)
        if run.is_provisional:
            self.provisional.append(step)
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        if finite:
            self._rows.append(Row(step=step, epoch=epoch, values=finite))

    def take(self) -> tuple[Row, ...]:
        """Hand over the rows written since the last time, oldest step first."""
        rows = tuple(sorted(self._rows, key=lambda row: row.step))
        self._rows = []
        return rows

"""The past of a run: which snapshots are kept, and how any step is shown again exactly."""

import hashlib
import math
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from safetensors import SafetensorError
from torch import Tensor

from lantern.lab.fused import engine
from lantern.lab.run import Run
from lantern.lab.state import Place, is_provisional
from lantern.lab.subject import Progress
from lantern.protocol.events import HistoryEvent, SnapshotInfo
from lantern.protocol.experiment import Edit, Experiment
from lantern.worker.checkpoint import (
    CorruptSnapshotError,
    Snapshot,
    Writer,
    metadata,
    path_of,
    read,
    steps_in,
)
from lantern.worker.ledger import Ledger
from lantern.worker.loop import Stride, train
from lantern.worker.stopping import Stopping

MAX_FILES = 240
BEYOND = 2.0
"""Times the first loss that is known: what is above it is not worth going back to."""
REPLAY_SLICE_S = 0.01
"""Seconds of replay between two looks at the budget."""


class Builder(Protocol):
    """Builds runs of the same experiment."""

    def __call__(self, edits: Sequence[Edit]) -> Run:
        """Return the run at step 0, to be edited as it goes."""
        ...


@dataclass(frozen=True)
class Lineage:
    """What a state depends on besides its step; a snapshot of another lineage is not ours."""

    base: Experiment
    edits: tuple[Edit, ...]

    def meta(self, step: int) -> dict[str, str]:
        """Return what a snapshot of this step says of its descent."""
        count = sum(edit.step <= step for edit in self.edits)
        return {"lineage.edits": str(count), "lineage.digest": self._digest(count)}

    def bore(self, meta: dict[str, str]) -> bool:
        """Return whether a snapshot descends from this experiment and these edits."""
        count = int(meta.get("lineage.edits", "-1"))
        if not 0 <= count <= len(self.edits):
            return False
        return meta.get("lineage.digest") == self._digest(count)

    def _digest(self, count: int) -> str:
        digest = hashlib.blake2b(self.base.model_dump_json(exclude={"title"}).encode())
        for edit in self.edits[:count]:
            digest.update(edit.model_dump_json().encode())
        return digest.hexdigest()[:32]


class History:
    """The snapshots of one run in one folder; two threads use it, under one lock."""

    def __init__(
        self, folder: Path, writer: Writer, *, limit_bytes: int, is_ours: bool = True
    ) -> None:
        self._folder, self._writer, self._limit_bytes = folder, writer, limit_bytes
        self._is_ours = is_ours
        self._lock = threading.RLock()
        self._sizes = steps_in(folder)
        self._wanted: set[int] = set(self._sizes)
        self.is_changed = bool(self._sizes)
        """Whether there is news since the last `event`."""

    @property
    def newest(self) -> int | None:
        """Step of the newest snapshot that is on disk or on its way there."""
        with self._lock:
            return max(self._wanted, default=None)

    def newest_before(self, step: int) -> int | None:
        """Step of the newest snapshot that is older than a step."""
        with self._lock:
            return max((kept for kept in self._wanted if kept < step), default=None)

    def way_back(self, run: Run) -> int | None:
        """Step of the newest snapshot from which the loss did not yet go up beyond all bounds.

        A run whose numbers overflow has been useless for some steps; a snapshot knows the loss of
        the step before it, so what became of one is known from the next.
        """
        kept = [step for step in self._steps(run.step) if step < run.step]
        losses = [*map(self._loss_at, kept), run.last_loss]
        known = [loss for loss in losses if loss is not None]
        if not kept or not known:
            return max(kept, default=None)
        for step, after in zip(reversed(kept), reversed(losses), strict=False):
            if after is None or after <= BEYOND * known[0]:
                return step
        return kept[0]

    def event(self, run: int) -> HistoryEvent:
        """Return what is kept now, as told to web."""
        with self._lock:
            self.is_changed = False
            kept = sorted(self._sizes.items())
        infos = tuple(SnapshotInfo(step=step, size_bytes=size) for step, size in kept)
        return HistoryEvent(run=run, snapshots=infos)

    def keep(self, run: Run, facts: Mapping[str, str], *, patient: bool) -> bool:
        """Snapshot the run as it is, and `facts` of those who look at it.

        When the disk lags, wait if `patient`, else leave it out.
        """
        if self._writer.is_full:
            if not patient:
                return False
            self._writer.flush()
        lineage = Lineage(run.base, tuple(run.edits)).meta(run.step)
        meta = {**run.meta(), **lineage, **facts}
        snapshot = Snapshot(run.step, run.tensors(), meta)
        with self._lock:
            self._wanted.add(run.step)
        self._writer.put(path_of(self._folder, run.step), snapshot, self._written)
        return True

    def drop_after(self, step: int) -> None:
        """Forget what came after a step."""
        self._writer.flush()
        with self._lock:
            for later in [kept for kept in self._sizes if kept > step]:
                self._drop(later)
            self._wanted = set(self._sizes)

    def discard(self) -> None:
        """Delete the whole folder, in the writer's turn: another run took its place."""
        folder = self._folder
        self._writer.call(lambda: shutil.rmtree(folder, ignore_errors=True))

    def load(
        self, step: int, lineage: Lineage, *, provisional: bool | None = None
    ) -> Snapshot | None:
        """Return the newest whole snapshot of the lineage at or before a step.

        Broken files and those of another lineage are passed over and, if ours, deleted; so are
        those of provisional steps, unless asked for or as long as there is no kernel to redo them.
        """
        if provisional is None:
            provisional = engine.state() != "ready"
        for kept in reversed(self._steps(step)):
            try:
                snapshot = read(path_of(self._folder, kept))
            except CorruptSnapshotError:
                snapshot = None
            is_meant = provisional or (snapshot is not None and not is_provisional(snapshot.meta))
            if snapshot is not None and is_meant and lineage.bore(snapshot.meta):
                return snapshot
            if self._is_ours:
                with self._lock:
                    self._drop(kept)
        return None

    def trail(self, run: Run) -> tuple[tuple[int, Tensor], ...]:
        """Return the weights of all snapshots up to the run's step, each as one vector.

        Those of a model with other parameters are left out.
        """
        names = [f"model.{name}" for name, _ in run.module.named_parameters()]
        found = []
        for step in self._steps(run.step):
            try:
                snapshot = read(path_of(self._folder, step))
            except CorruptSnapshotError:
                continue
            if all(name in snapshot.tensors for name in names):
                found.append((step, weights_of(snapshot, names)))
        return tuple(found)

    def _loss_at(self, step: int) -> float | None:
        """Return the loss of the step that led to a snapshot, where there was one."""
        try:
            return Place.of(metadata(path_of(self._folder, step))).last_loss
        except (OSError, SafetensorError, KeyError, ValueError, TypeError):
            return None

    def _steps(self, until: int) -> list[int]:
        with self._lock:
            waiting = any(kept not in self._sizes for kept in self._wanted)
        if waiting:
            self._writer.flush()
        with self._lock:
            return sorted(step for step in self._sizes if step <= until)

    def _written(self, step: int, size: int) -> None:
        with self._lock:
            self._sizes[step] = size
            self._thin()
            self.is_changed = True

    def _thin(self) -> None:
        """Drop the snapshot that leaves the smallest gap, until the rest fits."""
        while len(self._sizes) > MAX_FILES or sum(self._sizes.values()) > self._limit_bytes:
            steps = sorted(self._sizes)
            if len(steps) <= 2:
                return
            inner = range(1, len(steps) - 1)
            gaps = {i: math.log((steps[i + 1] + 1) / (steps[i - 1] + 1)) for i in inner}
            self._drop(steps[min(gaps, key=lambda i: gaps[i])])

    def _drop(self, step: int) -> None:
        path_of(self._folder, step).unlink(missing_ok=True)
        self._sizes.pop(step, None)
        self._wanted.discard(step)
        self.is_changed = True


def weights_of(snapshot: Snapshot, names: Sequence[str]) -> Tensor:
    """Return the tensors of these names as one vector."""
    return torch.cat([snapshot.tensors[name].flatten() for name in names])


def materialise(
    build: Builder, lineage: Lineage, step: int, histories: Sequence[History]
) -> Iterator[Progress | tuple[Run, Ledger]]:
    """Yield progress, then a run of its own as it stood at a step, edits of that step included.

    Starts from the nearest snapshot in any of the histories and trains on from there. Edits of
    later steps are in the run, too, and take effect if it is trained on.
    """
    run, stopping = build(lineage.edits), Stopping()
    found = [kept for past in histories if (kept := past.load(step, lineage)) is not None]
    if found:
        nearest = max(found, key=lambda snapshot: snapshot.step)
        run.restore(nearest.tensors, nearest.meta)
        stopping = Stopping.of(nearest.meta)
    ledger = Ledger(run.step, stopping)
    run.before_edits = ledger.look
    yield from replay(run, ledger, step)
    yield run, ledger


def replay(run: Run, ledger: Ledger, step: int) -> Iterator[Progress]:
    """Train a run up to a step, yielding how far it is every few milliseconds."""
    first, stride = run.step, Stride()
    pause_at = time.perf_counter() + REPLAY_SLICE_S
    ledger.look(run)
    while run.step < step:
        steps = min(step - run.step, stride.steps, ledger.stopping.steps_left(run))
        started = time.perf_counter()
        train(run, ledger, steps)
        stride.adapt(steps, time.perf_counter() - started)
        ledger.look(run)
        if time.perf_counter() > pause_at:
            done = (run.step - first) / (step - first)
            yield Progress(min(0.99, done), f"Going to step {step}: at {run.step}.")
            pause_at = time.perf_counter() + REPLAY_SLICE_S

"""A session driven in memory: its loop in a thread, the test in place of web."""

import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import torch

from lantern.protocol.commands import Command, CommandBase, StopCommand
from lantern.protocol.events import EventBase, MetricsEvent, ReplyEvent, StateEvent
from lantern.protocol.experiment import Experiment, Part, Training
from lantern.protocol.ids import CommandId, new_id
from lantern.protocol.link import StartWorker
from lantern.worker.loop import work
from lantern.worker.outbox import Outbox
from lantern.worker.session import Place, Session

E = TypeVar("E", bound=EventBase)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    """Return whether the tensors are equal bit for bit."""
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def small_experiment(**changes: object) -> Experiment:
    """A network in the plane that takes well under a millisecond a step."""
    fields: dict[str, object] = {
        "dataset": Part(name="circle"),
        "model": Part(name="mlp", params={"layers": [4, 3]}),
        "training": Training(batch_size=10),
        "seed": 3,
    }
    return Experiment.model_validate({**fields, **changes})


class Desk:
    """A session at work in a thread, and everything it has said so far."""

    def __init__(self, start: StartWorker, place: Place) -> None:
        self.inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.outbox = Outbox()
        self.session = Session(start, place, inbox=self.inbox, outbox=self.outbox)
        self.events: list[EventBase] = []
        self._thread = threading.Thread(target=work, args=(self.session,), daemon=True)
        self._thread.start()

    def pump(self) -> None:
        """Take in what was said."""
        while (event := self.outbox.take()) is not None:
            self.events.append(event)
            self.outbox.persisted(event.seq)

    def until(self, found: Callable[[], E | bool | None], timeout_s: float = 20.0) -> E:
        """Wait for something to be said; return it."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            self.pump()
            result = found()
            if result:
                return result
            if not self._thread.is_alive():
                self.pump()
                if result := found():
                    return result
                raise AssertionError(f"the session has ended: {self.events[-3:]}")
            time.sleep(0.002)
        raise AssertionError(f"not said in time; last: {self.events[-3:]}")

    def of(self, kind: type[E]) -> list[E]:
        """Return everything said of a kind."""
        self.pump()
        return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[E], wanted: Callable[[E], bool] = lambda _: True) -> E:
        """Wait for the first event of a kind that is wanted, from the beginning on."""
        return self.until(lambda: next((e for e in self.of(kind) if wanted(e)), None))

    def ask(self, command: CommandBase) -> ReplyEvent:
        """Send a command and wait for the answer."""
        command = command if command.id else command.model_copy(update={"id": new_id()})
        before = len(self.of(ReplyEvent))
        self.inbox.put(command)
        return self.until(
            lambda: next(
                (r for r in self.of(ReplyEvent)[before:] if r.command_id == command.id), None
            )
        )

    def state(self) -> StateEvent:
        """Return the newest state."""
        return self.of(StateEvent)[-1]

    def paused_at(self, step: int) -> StateEvent:
        """Wait until the session rests at a step."""
        self.until(
            lambda: (
                self.of(StateEvent) and self.state().phase == "paused" and self.state().step == step
            )
        )
        return self.state()

    def metrics(self) -> list[MetricsEvent]:
        """Return the rows as they came."""
        return self.of(MetricsEvent)

    def rows(self) -> dict[int, dict[str, float]]:
        """Return the metrics by step, the values of one step put together."""
        found: dict[int, dict[str, float]] = {}
        for event in self.of(MetricsEvent):
            for row in event.rows:
                found.setdefault(row.step, {}).update(row.values)
        return found

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the run's tensors; the session must be paused."""
        return self.session.run.tensors()

    def stop(self) -> None:
        """End the session as web would."""
        self.inbox.put(StopCommand(id=CommandId(new_id())))
        self._thread.join(10)
        self.pump()

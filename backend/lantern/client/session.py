"""A session, seen from a script."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from lantern.client import live
from lantern.client.errors import LanternError
from lantern.client.explanation import Explanation, explanation_of, wish_of
from lantern.client.figure import ClientFigure, client_figure
from lantern.client.http import Connection
from lantern.protocol.commands import (
    ClearInputCommand,
    Command,
    EditCommand,
    PaintCommand,
    PauseCommand,
    ReinitialiseCommand,
    ResetCommand,
    RewindCommand,
    RunCommand,
    SetInputCommand,
    SetWeightCommand,
    StepCommand,
)
from lantern.protocol.events import InspectedEvent
from lantern.protocol.experiment import Change
from lantern.protocol.ids import SessionId
from lantern.protocol.problems import Problem
from lantern.protocol.rest import (
    CommandResult,
    ForkSession,
    History,
    Metrics,
    SessionInfo,
    SlotInputs,
)
from lantern.protocol.views import Fit, InputRef, Invert, SampleInput, View

WAIT_S = 20.0
"""Of one request; waiting longer takes several."""
FORK_S = 600.0
POLL_S = 0.1
RESTING = frozenset({"paused", "failed", "sleeping"})
At = Literal["live"] | int


class Session:
    """One session on the server."""

    def __init__(self, connection: Connection, id: SessionId) -> None:
        self._connection = connection
        self.id = id

    def __repr__(self) -> str:
        """Return its address."""
        return f"<Session {self._connection.url}/#/s/{self.id}>"

    @property
    def info(self) -> SessionInfo:
        """How it stands now: phase, step, experiment, newest metrics."""
        return self._connection.get(SessionInfo, self._path())

    def command(self, command: Command, *, wait_s: float = 0) -> SessionInfo:
        """Carry out any command of the protocol and return how the session stands after it.

        With `wait_s`, also wait until it does not train any more.
        """
        return self._connection.post(
            CommandResult, self._path("/commands"), command, wait_s=wait_s
        ).session

    def run(self, steps: int | None = None, *, timeout_s: float = 3600) -> SessionInfo:
        """Train for a number of steps and return when they are done; without one, train on."""
        if steps is None:
            return self.command(RunCommand())
        goal = self.info.step + steps
        info = self.command(RunCommand(steps=steps), wait_s=min(WAIT_S, timeout_s))
        return self._at_rest(info, goal, timeout_s)

    def pause(self) -> SessionInfo:
        """Stop training before the next stage."""
        return self.command(PauseCommand())

    def step(self, unit: Literal["stage", "batch", "epoch"] = "batch") -> SessionInfo:
        """Go on by one stage, batch or epoch."""
        return self.command(StepCommand(unit=unit), wait_s=WAIT_S)

    def reset(self) -> SessionInfo:
        """Start again from step 0."""
        return self.command(ResetCommand())

    def rewind(self, step: int) -> SessionInfo:
        """Go back to a step; what came after it is forgotten."""
        return self.command(RewindCommand(step=step))

    def edit(self, changes: dict[str, JsonValue], *, keep: bool = False) -> SessionInfo:
        """Change fields by dotted path: `{"optimizer.params.learning_rate": 0.01}`.

        Where the model has to be built anew, `keep` goes on from this step with the weights that
        fit: `edit({"model.params.layers": [6, 4]}, keep=True)`.
        """
        made = tuple(Change(path=path, value=value) for path, value in changes.items())
        return self.command(EditCommand(changes=made, keep=keep))

    def paint(
        self, add: Sequence[tuple[float, float, float]] = (), *, remove: Sequence[int] = ()
    ) -> SessionInfo:
        """Add points (x1, x2, target) to the data and take others away while it trains.

        `remove` counts the points as they stand: those trained on, then those validated on. Other
        data of points become the user's own first.
        """
        return self.command(PaintCommand(add=tuple(add), remove=tuple(remove)))

    def reinitialise(self, layer: str) -> SessionInfo:
        """Draw the weights and biases of a layer anew: `reinitialise("hidden1")`."""
        return self.command(ReinitialiseCommand(layer=layer))

    def freeze(self, *names: str) -> SessionInfo:
        """Keep just these layers and units as they are: `freeze("hidden1", "hidden2:0")`.

        Without a name, everything learns again.
        """
        return self.edit({"training.frozen": list(names)})

    def set_weight(self, parameter: str, index: tuple[int, ...], value: float) -> SessionInfo:
        """Set one number, such as `set_weight("hidden1.weight", (0, 1), 0.5)`."""
        return self.command(SetWeightCommand(parameter=parameter, index=index, value=value))

    def set_input(self, input: InputRef | int, slot: int = 0) -> SessionInfo:
        """Choose the input that views look at: a validation sample by index, or drawn pixels."""
        chosen = SampleInput(index=input) if isinstance(input, int) else input
        return self.command(SetInputCommand(slot=slot, input=chosen))

    def clear_input(self, slot: int) -> SessionInfo:
        """Empty an input slot."""
        return self.command(ClearInputCommand(slot=slot))

    @property
    def inputs(self) -> dict[int, InputRef]:
        """What lies in the input slots."""
        return self._connection.get(SlotInputs, self._path("/inputs")).slots

    def upload_input(
        self,
        image: bytes | Path | str,
        slot: int = 0,
        *,
        fit: Fit = "crop",
        invert: Invert = "auto",
    ) -> SessionInfo:
        """Let views look at a picture: the bytes or the path of a PNG, JPEG or WebP file.

        The server brings it into the network's shape, `fit` says how. With `invert` on `auto` a
        picture on a light ground is turned into light on dark for networks that see grey.
        """
        content = image if isinstance(image, bytes) else Path(image).read_bytes()
        path = self._path(f"/inputs/{slot}")
        query = {"fit": fit, "invert": invert}
        return self._connection.upload(CommandResult, path, content, **query).session

    def inspect(
        self, inspector: str, *, at: At = "live", **params: JsonValue
    ) -> list[ClientFigure]:
        """Look inside: `inspect("activations", layer="conv1")`; `at` is a step of the past."""
        return self._inspect(View(inspector=inspector, params=params, at=at))

    def _at_rest(self, info: SessionInfo, goal: int, timeout_s: float) -> SessionInfo:
        """Wait until the session rests at the step `goal` or after it, or says why it stopped."""
        deadline = time.monotonic() + timeout_s
        while info.phase not in RESTING or _is_on_its_way(info, goal):
            if time.monotonic() > deadline:
                sentence = f"Step {goal} was not reached in {timeout_s:.0f} s."
                raise LanternError(Problem(sentence=sentence, step=info.step))
            time.sleep(POLL_S)
            info = self.info
        if info.problem is not None:
            raise LanternError(info.problem)
        return info

    def _inspect(self, view: View) -> list[ClientFigure]:
        event = self._connection.post_for_frame(InspectedEvent, self._path("/inspect"), view)
        return [client_figure(figure) for figure in event.figures]

    def attribution(
        self, method: str, method_params: dict[str, JsonValue] | None = None, **params: JsonValue
    ) -> list[ClientFigure]:
        """Ask what made it decide: `attribution("grad_cam", layer="conv3", target=7)`."""
        params |= {"method": method, "method_params": method_params or {}}
        return self._inspect(View(inspector="attribution", params=params))

    def explain(
        self,
        method: str,
        *,
        target: int | None = None,
        layer: str = "",
        input: InputRef | int = 0,
        at: At = "live",
        **params: JsonValue,
    ) -> Explanation:
        """Return raw float32 scores: `explain("integrated_gradients", target=7, steps=100)`.

        `input` is a slot, or an input itself. `lantern.lab.explain` does the same to any module.
        """
        body = wish_of(method, target=target, layer=layer, input=input, at=at, params=params)
        path = self._path("/explain")
        return explanation_of(self._connection.post_for_file(path, body, "application/x-npz"))

    def explain_png(
        self,
        method: str,
        *,
        target: int | None = None,
        layer: str = "",
        input: InputRef | int = 0,
        at: At = "live",
        scale: int = 8,
        **params: JsonValue,
    ) -> bytes:
        """Return the map as a PNG in the page's colours, `scale` pixels for each number."""
        body = wish_of(method, target=target, layer=layer, input=input, at=at, params=params)
        path = self._path("/explain")
        return self._connection.post_for_file(path, body, "image/png", scale=scale)

    def attack(self, method: str, slot: int = 0, **method_params: JsonValue) -> list[ClientFigure]:
        """Make an adversarial example: `attack("fgsm", epsilon=0.1)`."""
        params: dict[str, JsonValue] = {"method": method, "method_params": method_params}
        return self._inspect(View(inspector="attack", params=params | {"slot": slot}))

    def watch(self, inspector: str, **params: JsonValue) -> Iterator[list[ClientFigure]]:
        """Yield the figures of a view as training goes on, until the loop is left."""
        view = View(inspector=inspector, params=params)
        yield from live.figures(self._connection, f"{self._path()}/live", view)

    def metrics(self) -> dict[str, NDArray[np.float64]]:
        """Return `step`, `epoch` and each metric, (rows,) each; NaN where a row has none."""
        found = self._connection.get(Metrics, self._path("/metrics"))
        columns = {"step": found.steps, "epoch": found.epochs, **found.columns}
        return {name: np.array(values, dtype=np.float64) for name, values in columns.items()}

    def history(self) -> History:
        """Return which snapshots are kept, and what was changed when."""
        return self._connection.get(History, self._path("/history"))

    def fork(self, step: int, phase: Literal["running", "paused"] = "paused") -> "Session":
        """Return a new session that goes on from a step of this one, once it stands there."""
        body = ForkSession(step=step, phase=phase)
        info = self._connection.post(SessionInfo, self._path("/fork"), body)
        forked = Session(self._connection, info.id)
        if phase == "paused":
            forked._at_rest(info, step, FORK_S)
        return forked

    def export(
        self, format: Literal["experiment", "safetensors", "python", "pytorch"] = "safetensors"
    ) -> bytes:
        """Return weights (safetensors), the experiment (JSON) or a script that repeats it."""
        return self._connection.bytes(self._path("/export"), format=format)

    def delete(self) -> None:
        """End the session and remove everything it kept."""
        self._connection.json("DELETE", self._path())

    def _path(self, rest: str = "") -> str:
        return f"/sessions/{self.id}{rest}"


def _is_on_its_way(info: SessionInfo, goal: int) -> bool:
    """Return whether a paused session was not there yet; one that stops by itself says why."""
    says_why = info.sentence is not None or info.problem is not None
    return info.phase == "paused" and info.step < goal and not says_why

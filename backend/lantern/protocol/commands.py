"""What can be asked of a running session: the union `Command`, towards the worker."""

from typing import Annotated, Literal

from pydantic import Field

from lantern.protocol.experiment import MOST_POINTS, Change, Experiment, Point
from lantern.protocol.ids import CommandId, ViewKey
from lantern.protocol.model import Model
from lantern.protocol.views import LAST_SLOT, InputRef, View


class CommandBase(Model):
    """What every command has."""

    id: Annotated[CommandId, Field(max_length=64)] = CommandId("")
    """Chosen by the sender, else by web; a command whose id was seen before takes effect once."""


class RunCommand(CommandBase):
    """Train on, until paused or for a number of steps."""

    type: Literal["run"] = "run"
    steps: Annotated[int, Field(ge=1)] | None = None


class PauseCommand(CommandBase):
    """Stop before the next stage."""

    type: Literal["pause"] = "pause"


class StepCommand(CommandBase):
    """Go on by a stage (forward, loss, backward, update), a batch, or to the end of the epoch."""

    type: Literal["step"] = "step"
    unit: Literal["stage", "batch", "epoch"] = "batch"


class ResetCommand(CommandBase):
    """Start again from step 0 with the experiment as it stands."""

    type: Literal["reset"] = "reset"


class PaceCommand(CommandBase):
    """Hold the session to a speed."""

    type: Literal["pace"] = "pace"
    steps_per_s: Annotated[float, Field(gt=0, le=1e9)] | None = None
    """None: as fast as it goes."""


class BudgetCommand(CommandBase):
    """Set the share of wall time that watching may take while training runs."""

    type: Literal["budget"] = "budget"
    share: Annotated[float, Field(ge=0.001, le=0.9)] = 0.10


class EditCommand(CommandBase):
    """Change fields of the experiment; live ones take effect at once, others rebuild the model."""

    type: Literal["edit"] = "edit"
    changes: Annotated[tuple[Change, ...], Field(min_length=1, max_length=50)]
    keep: bool = False
    """Where the model has to be built anew, go on from this step with the weights that fit."""


class PaintCommand(CommandBase):
    """Add, move or take away points while it trains; the data set becomes `own` if it is not.

    The indices in `remove` are those of the data as they stand: training points, then validation.
    """

    type: Literal["paint"] = "paint"
    remove: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=MOST_POINTS)] = ()
    add: Annotated[tuple[Point, ...], Field(max_length=MOST_POINTS)] = ()


class ReinitialiseCommand(CommandBase):
    """Draw the weights and biases of one layer anew."""

    type: Literal["reinitialise"] = "reinitialise"
    layer: Annotated[str, Field(max_length=200)]


class ReplaceCommand(CommandBase):
    """Run another experiment in this session."""

    type: Literal["replace"] = "replace"
    experiment: Experiment


class SetWeightCommand(CommandBase):
    """Set one number inside a parameter."""

    type: Literal["set_weight"] = "set_weight"
    parameter: Annotated[str, Field(max_length=200)]
    index: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=6)]
    value: Annotated[float, Field(ge=-1e6, le=1e6)]


class SetInputCommand(CommandBase):
    """Put an input into a slot, for every view that looks at that slot."""

    type: Literal["set_input"] = "set_input"
    slot: Annotated[int, Field(ge=0, le=LAST_SLOT)] = 0
    input: InputRef


class ClearInputCommand(CommandBase):
    """Empty an input slot; views that look at it see the first validation sample again."""

    type: Literal["clear_input"] = "clear_input"
    slot: Annotated[int, Field(ge=0, le=LAST_SLOT)]


class RewindCommand(CommandBase):
    """Go back to a step of the past and go on from there; what came after it is forgotten."""

    type: Literal["rewind"] = "rewind"
    step: Annotated[int, Field(ge=0)]


class SnapshotCommand(CommandBase):
    """Write a snapshot now."""

    type: Literal["snapshot"] = "snapshot"


class WatchCommand(CommandBase):
    """Keep a view up to date. Sent by web when the first viewer opens it."""

    type: Literal["watch"] = "watch"
    key: ViewKey
    view: View
    max_rate_hz: Annotated[float, Field(gt=0, le=60)] = 36.0


class UnwatchCommand(CommandBase):
    """Nobody looks at the view any more."""

    type: Literal["unwatch"] = "unwatch"
    key: ViewKey


class InspectCommand(CommandBase):
    """Compute a view once; the answer is an `inspected` event with this command's id."""

    type: Literal["inspect"] = "inspect"
    view: View


class CancelCommand(CommandBase):
    """Stop a long inspection or a download by its progress key."""

    type: Literal["cancel"] = "cancel"
    key: str


class ExportCommand(CommandBase):
    """Ask for weights and optimizer state as safetensors; the answer is an `exported` event."""

    type: Literal["export"] = "export"
    step: Annotated[int, Field(ge=0)] | None = None
    """None: as they are now."""


class StopCommand(CommandBase):
    """Write a snapshot and end the worker."""

    type: Literal["stop"] = "stop"


Command = Annotated[
    RunCommand
    | PauseCommand
    | StepCommand
    | ResetCommand
    | PaceCommand
    | BudgetCommand
    | EditCommand
    | ReplaceCommand
    | SetWeightCommand
    | PaintCommand
    | ReinitialiseCommand
    | SetInputCommand
    | ClearInputCommand
    | RewindCommand
    | SnapshotCommand
    | WatchCommand
    | UnwatchCommand
    | InspectCommand
    | CancelCommand
    | ExportCommand
    | StopCommand,
    Field(discriminator="type"),
]

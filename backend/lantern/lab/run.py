"""A run: experiment, edits and seed made into a model that can be stepped, saved and restored."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from torch import Tensor

from lantern.lab.body import (
    Body,
    Loader,
    build_body,
    check_edits,
    draw_anew,
    repainted,
    reshaped,
)
from lantern.lab.changes import changed, check_edit, is_shaping, rebuilding_fields
from lantern.lab.construction import check_step
from lantern.lab.data import Data
from lantern.lab.diagnosis import non_finite_error
from lantern.lab.errors import NonFiniteError
from lantern.lab.freezing import Freezer
from lantern.lab.fused import engine
from lantern.lab.fused.fuser import Fuser, WriteRow
from lantern.lab.kinds import Dataset, Task
from lantern.lab.noise import Disturbance
from lantern.lab.order import BatchOrder
from lantern.lab.randomness import generator_for
from lantern.lab.reshape import Kept
from lantern.lab.settings import Settings
from lantern.lab.state import Place, load_tensors, tensors_of
from lantern.protocol.events import ModelCard, Stage
from lantern.protocol.experiment import (
    Change,
    Configure,
    Edit,
    Experiment,
    Paint,
    Reinitialise,
    Reshape,
    SetWeight,
    with_edits,
)
from lantern.protocol.problems import ProblemError


def load_data(experiment: Experiment, folder: Path) -> Data:
    """Return what the experiment learns from; `folder` is the data folder."""
    return Dataset.make(experiment.dataset).load(folder, experiment.data_seed)


def load_nearby(experiment: Experiment) -> Data:
    """Return what the experiment learns from, of the folder `data` beside the program."""
    return load_data(experiment, Path("data"))


def _drop_row(step: int, epoch: float, loss: float) -> None:
    """Take a row that nobody wants."""


class Run:
    """A model in training, as a pure function of experiment, edits and seed.

    All randomness comes from (seed, stream, step), none from torch's global generators. Between
    steps, and in the middle of one, `tensors` and `meta` describe the last step boundary.
    """

    def __init__(
        self,
        experiment: Experiment,
        data: Data,
        edits: Sequence[Edit] = (),
        *,
        load: Loader = load_nearby,
        trusted: bool = False,
    ) -> None:
        """Build the model of step 0; `load` reads the data of edits that change the data set.

        Edits that were `trusted` once, because a living run took them, are not checked again.
        """
        self.base = experiment
        """As it was at step 0."""
        self.experiment = experiment
        """As it stands now, with the edits so far."""
        self.edits = sorted(edits, key=lambda edit: edit.step)
        """All that are known, those of later steps included."""
        self.step = 0
        """Steps that are complete."""
        self.last_loss = math.nan
        """Mean loss of the last batch, without penalties."""
        self.loss_sum, self.loss_count = 0.0, 0
        """Of the steps since `take_train_loss` was called last."""
        self.kept: Kept | None = None
        """What the last edit that built the model anew left of the weights."""
        self.batch: tuple[Tensor, Tensor] | None = None
        """Inputs and targets of the last batch, for display."""
        self.outputs: Tensor | None = None
        """Of the module for the last batch."""
        self.losses: Tensor | None = None
        """Of each sample of the last batch."""
        self.before_edits: Callable[[Run], None] | None = None
        """Called at a step boundary before the edits that are made there."""
        self.is_provisional = False
        """Whether a step was done on PyTorch's path only because the kernel was not ready yet."""
        self.shapings = 0
        """How many edits so far may have changed the module's shape or the data."""
        self.is_torn = False
        """Whether the last step failed in its update, which may have changed some weights."""
        self._last_stage: Stage | None = None
        self._load = load
        self._wear(build_body(experiment, data), experiment, at=(0, 0))
        self._stages: Iterator[Stage] | None = None
        self._step_loss = math.nan
        if not trusted:
            check_edits(experiment, self.edits, self._body, load)
        self._take(experiment, applied=0)
        self._apply_due()

    @property
    def task(self) -> Task:
        """The way of learning."""
        return self._settings.task

    @property
    def epoch(self) -> float:
        """How often each training sample was seen, on average."""
        return self.order.epoch

    @property
    def steps_until_edit(self) -> int:
        """Steps to the next edit that is known; a very large number if there is none."""
        if self._applied == len(self.edits):
            return sys.maxsize
        return self.edits[self._applied].step - self.step

    @property
    def _place(self) -> tuple[int, int]:
        return self.order.epochs, self.order.position

    @property
    def is_inside_step(self) -> bool:
        """Whether a step was begun and is not complete; edits have to wait for its end."""
        return self._stages is not None

    @property
    def boundary_buffers(self) -> list[Tensor]:
        """The module's buffers as of the last step boundary, for those who look within a step."""
        return self._disturbance.kept if self.is_inside_step else list(self.module.buffers())

    def card(self) -> ModelCard:
        """Return the model's layers with shapes, parameters, work and receptive fields."""
        return self._card

    # The training step.

    def stages(self) -> Iterator[Stage]:
        """Yield the stages of one training step as they are done.

        A step that was begun before is gone on with. The step is complete, and counted, when its
        last stage is yielded.
        """
        stages = self._stages or self._begin()
        while True:
            try:
                stage = next(stages)
            except StopIteration:
                return
            except (NonFiniteError, RuntimeError, MemoryError):
                self._abandon()
                raise
            self._last_stage = stage
            yield stage

    @property
    def is_fused(self) -> bool:
        """Return whether the fused kernel does the steps, once none is under way.

        A provisional run goes on as it is, until it is replaced.
        """
        return not self.is_provisional and self._fuser.is_ready

    def leap(self, last: int, dues: Sequence[int] = (), write: WriteRow = _drop_row) -> None:
        """Do steps by the fused kernel, up to step `last` or the next edit.

        At each of the `dues` the mean loss since the one before is written, and counted anew.
        """
        last = min(last, self.step + self.steps_until_edit)
        if not self._fuser.train(self, last, dues, write):
            raise non_finite_error(self.module, self.take_batch()[0], self.step + 1)
        if self._applied < len(self.edits):
            self._apply_due()

    def advance(self) -> None:
        """Do one whole step, or what is left of one that was begun."""
        if self._stages is None and self.is_fused:
            self.leap(self.step + 1)
            return
        stages = self._stages or self._begin()
        try:
            for self._last_stage in stages:
                pass
        except (NonFiniteError, RuntimeError, MemoryError):
            self._abandon()
            raise

    def take_batch(self) -> tuple[Tensor, Tensor]:
        """Return inputs (b, *shape), augmented, and targets (b,) of the step under way."""
        inputs, targets = self.order.batch(self._settings.batch_size)
        augmentation = self._settings.augmentation
        if augmentation is not None:
            by = generator_for(self.experiment.seed, "augment", self.step)
            inputs = augmentation.apply(inputs, by)
        self.batch = inputs, targets
        return self.batch

    def objective(self, loss: Tensor, auxiliary: Tensor | None = None) -> Tensor:
        """Return the mean loss plus the penalties; NonFiniteError if that is not finite.

        `auxiliary` is the weighted loss of further heads: it is learnt from and not reported.
        """
        total = self._settings.penalised(loss, self._weights)
        if auxiliary is not None:
            total = total + auxiliary
        self._step_loss = loss.item()
        if not math.isfinite(self._step_loss if total is loss else total.item()):
            assert self.batch is not None
            raise non_finite_error(self.module, self.batch[0], self.step + 1)
        return total

    def clear_gradients(self) -> None:
        """Forget the gradients of the step before; quicker than the optimizer's own zero_grad."""
        for parameter in self._parameters:
            parameter.grad = None

    def complete(self) -> None:
        """Count the step. A task calls this when its last stage is done, before yielding it."""
        assert self.batch is not None
        self._stages = None
        if self._fuser.put_back():  # what was shown was PyTorch's; what stays is the kernel's
            self.leap(self.step + 1)
            return
        if self._fuser.applies and engine.state() in ("awaited", "ready"):
            self.is_provisional = True
        if self._freezer:
            self._freezer.hold()
        self.step += 1
        self.order.move(len(self.batch[1]))
        self.last_loss = self._step_loss
        self.loss_sum += self._step_loss
        self.loss_count += 1
        if self._applied < len(self.edits):
            self._apply_due()

    def take_train_loss(self) -> float | None:
        """Return the mean loss of the steps since this was called last; None if there were none."""
        mean = self.loss_sum / self.loss_count if self.loss_count else None
        self.loss_sum, self.loss_count = 0.0, 0
        return mean

    def _begin(self) -> Iterator[Stage]:
        self._disturbance.prepare(self.step)
        factor = self._settings.schedule.factor(self.step, self.epoch)
        if factor != self._factor:
            self._factor = factor
            self._settings.adjust_rate(self.optimizer, factor)
        if self.is_fused:
            self._fuser.keep()
        self._last_stage, self.is_torn = None, False
        self._stages = self._settings.task.step(self)
        return self._stages

    def _abandon(self) -> None:
        if self.is_inside_step:
            self.is_torn = self._last_stage == "backward"
            self._disturbance.undo()
            self._fuser.put_back()
            self._stages = None

    # Edits.

    def edit(self, edit: Edit) -> None:
        """Make a change at this step boundary, and remember it."""
        if edit.step != self.step or self.is_inside_step:
            under_way = ", and the next one is under way" if self.is_inside_step else ""
            raise ProblemError(
                f"An edit of step {edit.step} cannot be made now: "
                f"{self.step} steps are complete{under_way}.",
                field="step",
            )
        after = check_edit(edit, self.experiment, self.module)
        if isinstance(edit.action, Configure):
            check_step(after, self._card, self.data)
        place = self._applied
        self.edits.insert(place, edit)
        try:
            self._apply_due(after)
        finally:
            if self._applied == place:
                del self.edits[place]  # it could not be made, and changed nothing

    def needs_rebuild(self, changes: Iterable[Change]) -> bool:
        """Return whether the changes need a new model; ProblemError if they are not allowed."""
        return bool(rebuilding_fields(self.experiment, changed(self.experiment, changes)))

    def _apply_due(self, after: Experiment | None = None) -> None:
        """Make the edits of this step; `after` is the experiment after the first, where known."""
        if self.steps_until_edit <= 0 and self.before_edits is not None:
            self.before_edits(self)
        while self.steps_until_edit <= 0:
            edit = self.edits[self._applied]
            self._apply(edit, after or with_edits(self.experiment, [edit]))
            after = None

    def _apply(self, edit: Edit, after: Experiment) -> None:
        match edit.action:
            case Reshape():
                data = self._data_of(after)
                body, self.kept = reshaped(self._body, after, data, step=self.step)
                self._wear(body, after, at=self._place)
            case Reinitialise(layer=layer):
                earlier = self.edits[: self._applied]
                draw_anew(self._body, self.experiment, layer, step=self.step, earlier=earlier)
            case SetWeight(parameter=parameter, index=index, value=value):
                self.module.get_parameter(parameter).data[index] = value
            case Configure() | Paint() if after.dataset != self.experiment.dataset:
                body = repainted(self._body, after, self._data_of(after))
                self._wear(body, after, at=self._place)
            case Configure() | Paint():
                pass
        self.shapings += is_shaping(edit)
        self._take(after, applied=self._applied + 1)

    def _data_of(self, after: Experiment) -> Data:
        """Return what an experiment learns from, which is read anew only if it changed."""
        known = self.experiment
        if (after.dataset, after.data_seed) == (known.dataset, known.data_seed):
            return self._body.source
        return self._load(after)

    def _wear(self, body: Body, experiment: Experiment, *, at: tuple[int, int]) -> None:
        """Make these parts the run's own, and go on at this place in the order of batches."""
        self._body = body
        self.data, self.loss, self.optimizer = body.data, body.loss, body.optimizer
        self.module, self.device, self._card = body.module, body.device, body.card
        self._parameters = list(self.module.parameters())
        self._weights = [weight for weight in self._parameters if weight.dim() > 1]
        self.order = BatchOrder(self.data.train, experiment.seed, at=at)
        self._disturbance = Disturbance(self.module, experiment.seed)
        self._fuser = Fuser(body)
        self.batch = self.outputs = self.losses = None

    def _take(self, experiment: Experiment, *, applied: int) -> None:
        self.experiment, self._applied = experiment, applied
        self._settings = Settings.of(experiment)
        self._freezer = Freezer(self.module, experiment.training.frozen)
        self._factor = self._settings.schedule.factor(self.step, self.epoch)
        self._settings.adjust(self.module, self.optimizer, self._factor)
        self._fuser.plan(experiment, self._settings)

    # Saving.

    def tensors(self) -> dict[str, Tensor]:
        """Return copies on the CPU of all that training has changed: model and optimizer."""
        return tensors_of(self.module, self.optimizer, self.boundary_buffers)

    def meta(self) -> dict[str, str]:
        """Return what else is needed to go on bit for bit, and base and edits for the reader."""
        place = Place(
            step=self.step,
            epochs=self.order.epochs,
            position=self.order.position,
            applied=self._applied,
            loss_sum=self.loss_sum,
            loss_count=self.loss_count,
            last_loss=self.last_loss if math.isfinite(self.last_loss) else None,
            is_provisional=self.is_provisional,
        )
        return place.meta(self.base, self.edits[: self._applied])

    def restore(self, tensors: Mapping[str, Tensor], meta: Mapping[str, str]) -> None:
        """Go to a state saved before, of a run of the same experiment and edits."""
        place = Place.of(meta)
        experiment = with_edits(self.base, self.edits[: place.applied])
        body = self._body
        shapings = sum(map(is_shaping, self.edits[: place.applied]))
        if shapings != self.shapings:
            body = build_body(experiment, self._data_of(experiment))
        load_tensors(body.module, body.optimizer, tensors)
        if body is not self._body:
            self._wear(body, experiment, at=(place.epochs, place.position))
        self.shapings = shapings
        self._stages = None
        self.step = place.step
        self.last_loss = math.nan if place.last_loss is None else place.last_loss
        self.loss_sum, self.loss_count = place.loss_sum, place.loss_count
        self.is_provisional = place.is_provisional
        self.order.place(place.epochs, place.position)
        self._take(experiment, applied=place.applied)
        self._apply_due()

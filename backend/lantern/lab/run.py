"""A run: experiment, edits and seed made into a model that can be stepped, saved and restored."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from lantern.lab.changes import changed, check_edit, rebuilding_fields
from lantern.lab.construction import build_model, check_tags
from lantern.lab.data import Data
from lantern.lab.diagnosis import non_finite_error
from lantern.lab.errors import NonFiniteError
from lantern.lab.kinds import Dataset, Loss, Optimizer, Task
from lantern.lab.noise import Disturbance
from lantern.lab.order import BatchOrder
from lantern.lab.randomness import generator_for
from lantern.lab.settings import Settings
from lantern.lab.state import Place, load_tensors, tensors_of
from lantern.protocol.events import ModelCard, Stage
from lantern.protocol.experiment import Change, Configure, Edit, Experiment, with_edits
from lantern.protocol.problems import ProblemError


def load_data(experiment: Experiment, folder: Path) -> Data:
    """Return what the experiment learns from; `folder` is the data folder."""
    return Dataset.make(experiment.dataset).load(folder, experiment.data_seed)


class Run:
    """A model in training, as a pure function of experiment, edits and seed.

    All randomness comes from (seed, stream, step), none from torch's global generators. Between
    steps, and in the middle of one, `tensors` and `meta` describe the last step boundary.
    """

    def __init__(self, experiment: Experiment, data: Data, edits: Sequence[Edit] = ()) -> None:
        check_tags(experiment, data)
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
        self.loss = Loss.make(experiment.loss)
        self.module, self._card = build_model(experiment, data, self.loss)
        self.device = torch.device(self._card.device)
        self.data = data if self.device.type == "cpu" else data.to(self.device)
        self._parameters = list(self.module.parameters())
        self._weights = [weight for weight in self._parameters if weight.dim() > 1]
        self.optimizer = Optimizer.make(experiment.optimizer).build(self._parameters)
        self.order = BatchOrder(self.data.train, experiment.seed)
        self._disturbance = Disturbance(self.module, experiment.seed)
        self.batch: tuple[Tensor, Tensor] | None = None
        """Inputs and targets of the last batch, for display."""
        self.outputs: Tensor | None = None
        """Of the module for the last batch."""
        self.losses: Tensor | None = None
        """Of each sample of the last batch."""
        self._stages: Iterator[Stage] | None = None
        self._step_loss = math.nan
        self._check_edits()
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
            except (NonFiniteError, RuntimeError):
                self._abandon()
                raise
            yield stage

    def advance(self) -> None:
        """Do one whole step, or what is left of one that was begun."""
        stages = self._stages or self._begin()
        try:
            for _ in stages:
                pass
        except (NonFiniteError, RuntimeError):
            self._abandon()
            raise

    def take_batch(self) -> tuple[Tensor, Tensor]:
        """Return inputs (b, *shape), augmented, and targets (b,) of the step under way."""
        inputs, targets = self.order.batch(self._settings.batch_size)
        augmentation = self._settings.augmentation
        if augmentation is not None:
            by = generator_for(self.base.seed, "augment", self.step)
            inputs = augmentation.apply(inputs, by)
        self.batch = inputs, targets
        return self.batch

    def objective(self, loss: Tensor) -> Tensor:
        """Return the mean loss plus the penalties; NonFiniteError if that is not finite."""
        total = self._settings.penalised(loss, self._weights)
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
        self._stages = self._settings.task.step(self)
        return self._stages

    def _abandon(self) -> None:
        if self.is_inside_step:
            self._disturbance.undo()
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
        check_edit(edit, self.experiment, self.module)
        self.edits.insert(self._applied, edit)
        self._apply_due()

    def needs_rebuild(self, changes: Iterable[Change]) -> bool:
        """Return whether the changes need a new model; ProblemError if they are not allowed."""
        return bool(rebuilding_fields(self.experiment, changed(self.experiment, changes)))

    def _check_edits(self) -> None:
        experiment = self.base
        for edit in self.edits:
            experiment = check_edit(edit, experiment, self.module)

    def _apply_due(self) -> None:
        while self._applied < len(self.edits) and self.edits[self._applied].step <= self.step:
            edit = self.edits[self._applied]
            if isinstance(edit.action, Configure):
                self._take(with_edits(self.experiment, [edit]), applied=self._applied + 1)
            else:
                weight = self.module.get_parameter(edit.action.parameter)
                with torch.no_grad():
                    weight[edit.action.index] = edit.action.value
                self._applied += 1

    def _take(self, experiment: Experiment, *, applied: int) -> None:
        self.experiment, self._applied = experiment, applied
        self._settings = Settings.of(experiment)
        self._factor = self._settings.schedule.factor(self.step, self.epoch)
        self._settings.adjust(self.module, self.optimizer, self._factor)

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
        )
        return place.meta(self.base, self.edits[: self._applied])

    def restore(self, tensors: Mapping[str, Tensor], meta: Mapping[str, str]) -> None:
        """Go to a state saved before, of a run of the same experiment and edits."""
        place = Place.of(meta)
        load_tensors(self.module, self.optimizer, tensors)
        self._stages = None
        self.step = place.step
        self.last_loss = math.nan if place.last_loss is None else place.last_loss
        self.loss_sum, self.loss_count = place.loss_sum, place.loss_count
        self.order.place(place.epochs, place.position)
        self._take(with_edits(self.base, self.edits[: place.applied]), applied=place.applied)
        self._apply_due()

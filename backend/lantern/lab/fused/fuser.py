"""Training steps of one run by the kernel: its settings and memory handed over, its news taken."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from lantern.lab.body import Body
from lantern.lab.fused import engine
from lantern.lab.fused.core import codes
from lantern.lab.fused.core.call import Call
from lantern.lab.fused.memory import Memory, Weights, array
from lantern.lab.fused.plan import Plan, gate_values, planned
from lantern.lab.order import BatchOrder
from lantern.lab.settings import Settings
from lantern.protocol.experiment import Experiment

if TYPE_CHECKING:
    from lantern.lab.run import Run

WriteRow = Callable[[int, float, float], None]
"""Takes a step, its epoch, and the mean loss since the row before."""


class Fuser:
    """Does a run's steps by the kernel, where it is there and supports what the run asks for."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._plan: Plan | None = None
        self._weights: Weights | None = None
        self._memory: Memory | None = None
        self._call: Call | None = None
        self._kept: list[torch.Tensor] = []

    @property
    def applies(self) -> bool:
        """Return whether the kernel supports the run as it stands."""
        return self._plan is not None

    @property
    def is_ready(self) -> bool:
        """Return whether the kernel does the run's steps."""
        return self._plan is not None and engine.kernel(self._dtype) is not None

    @property
    def _dtype(self) -> torch.dtype:
        return next(self._body.module.parameters()).dtype

    def plan(self, experiment: Experiment, settings: Settings) -> None:
        """Take over what an edit has changed."""
        self._plan = planned(experiment, settings, self._body)
        self._call = None

    # --- steps --------------------------------------------------------------------------------

    def train(self, run: "Run", last: int, dues: Sequence[int], write: WriteRow) -> bool:
        """Train up to step `last`, handing over a row at each of the `dues` on the way.

        Returns False if the step after those that were done has a loss that is not finite.
        """
        call, plan = self._bound()
        kernel = engine.kernel(self._dtype)
        assert kernel is not None
        self._ask(call, plan, run, last, dues)
        is_well = kernel(*call.arguments())
        self._tell(call, run, write)
        return is_well

    def keep(self) -> None:
        """Remember weights and optimizer as they are before a step that is shown in stages."""
        self._bound()
        self._kept = [tensor.clone() for tensor in self._tensors()]

    def put_back(self) -> bool:
        """Bring weights and optimizer back to what was remembered; return whether anything was."""
        if not self._kept:
            return False
        for tensor, kept in zip(self._tensors(), self._kept, strict=True):
            tensor.copy_(kept)
        self._kept = []
        return True

    def _tensors(self) -> list[torch.Tensor]:
        assert self._weights is not None
        assert self._memory is not None
        return [self._weights.flat, *self._memory.slots, self._memory.ages]

    # --- one call -----------------------------------------------------------------------------

    def _ask(self, call: Call, plan: Plan, run: "Run", last: int, dues: Sequence[int]) -> None:
        steps, order, settings = last - run.step, run.order, plan.settings
        whole, real = call.whole, call.real
        whole[codes.STEPS], whole[codes.STEP] = steps, run.step
        whole[codes.POSITION], whole[codes.EPOCHS] = order.position, order.epochs
        whole[codes.WAITING], real[codes.SUM_OF_LOSSES] = run.loss_count, run.loss_sum
        call.factors = _factors(settings, order, run.step, steps)
        per_epoch = -(-len(order) // settings.batch_size)
        call.seeds = np.array(order.seeds(steps // per_epoch + 2), np.uint64)
        call.rows = np.array(dues, np.int64)
        call.row_sums, call.row_counts = np.zeros(len(dues)), np.zeros(len(dues), np.int64)
        call.row_places = np.zeros(len(dues), np.int64)

    def _tell(self, call: Call, run: "Run", write: WriteRow) -> None:
        whole, samples = call.whole, len(call.order)
        run.step = int(whole[codes.STEP])
        if whole[codes.STEPS] > 0:
            run.last_loss = float(call.real[codes.LAST_LOSS])
        run.loss_sum = float(call.real[codes.SUM_OF_LOSSES])
        run.loss_count = int(whole[codes.WAITING])
        run.order.place(int(whole[codes.EPOCHS]), int(whole[codes.POSITION]))
        for row in range(whole[codes.ROWS]):
            epochs, position = divmod(int(call.row_places[row]), samples)
            mean = float(call.row_sums[row]) / int(call.row_counts[row])
            write(int(call.rows[row]), epochs + position / samples, mean)

    # --- memory -------------------------------------------------------------------------------

    def _bound(self) -> tuple[Call, Plan]:
        """Return a call on the memory where weights and optimizer are now."""
        plan, body = self._plan, self._body
        assert plan is not None
        if self._weights is None or not self._weights.is_bound:
            self._weights, self._memory, self._call = Weights(body.module), None, None
        if self._memory is None or not (self._memory.is_bound and self._memory.serves(plan.rule)):
            self._memory, self._call = Memory(self._weights, body.optimizer, plan.rule), None
        if self._call is None:
            self._call = _call(plan, body, self._weights, self._memory)
        return self._call, plan


def _factors(settings: Settings, order: BatchOrder, step: int, steps: int) -> np.ndarray:
    """Return the schedule's factor for each step, or one for all where it does not change."""
    schedule = settings.schedule
    if schedule.name == "constant":
        return np.array([schedule.factor(step, order.epoch)])
    factors, samples = np.empty(max(2, steps)), len(order)
    epochs, position = order.epochs, order.position
    for done in range(steps):
        factors[done] = schedule.factor(step + done, epochs + position / samples)
        position += settings.batch_size
        if position >= samples:
            epochs, position = epochs + 1, 0
    return factors


def _call(plan: Plan, body: Body, weights: Weights, memory: Memory) -> Call:
    with torch.no_grad():
        inputs = body.data.train.inputs.to(weights.dtype)
        features = plan.chain.head(inputs).T.contiguous()
        targets = body.data.train.targets.to(weights.dtype)
    call = Call.blank(plan.chain.sizes, array(features), array(targets))
    call.activations[:] = plan.chain.activations
    call.weights = array(weights.flat)
    for name, slot in zip(("one", "two"), memory.slots, strict=False):
        setattr(call, name, array(slot))
    call.ages, call.ends = array(memory.ages), np.array(weights.ends, np.int64)
    call.is_weight = array(weights.mask_of_weights())
    call.is_free = array(weights.mask_of_free(plan.frozen))
    gates = gate_values(plan.chain).to(weights.dtype)
    call.gates = array(gates)
    _set_codes(call, plan)
    call.whole[codes.GATED] = bool((gates == 0).any())
    return call


def _set_codes(call: Call, plan: Plan) -> None:
    rule, settings = plan.rule, plan.settings
    whole, real = call.whole, call.real
    whole[codes.BATCH], whole[codes.PERMUTED] = settings.batch_size, -1
    whole[codes.LOSS], whole[codes.TARGETS] = plan.loss, plan.targets
    whole[codes.OPTIMIZER], whole[codes.NESTEROV] = rule.code, rule.nesterov
    whole[codes.FROZEN] = bool(plan.frozen)
    real[codes.RATE], real[codes.FIRST], real[codes.SECOND] = (
        settings.learning_rate,
        rule.first,
        rule.second,
    )
    real[codes.EPSILON], real[codes.DECAY] = rule.epsilon, rule.decay
    real[codes.L1], real[codes.L2] = settings.l1, settings.l2
    real[codes.LOSS_PARAMETER] = plan.loss_parameter

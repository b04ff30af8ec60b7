"""The next training step, done on stand-ins: its batch, its gradients, the weights after it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.kinds import Optimizer
from lantern.lab.noise import Disturbance
from lantern.lab.order import BatchOrder
from lantern.lab.randomness import generator_for
from lantern.lab.settings import Settings
from lantern.lab.subject import Subject

Named = dict[str, Tensor]


@dataclass(frozen=True)
class Rehearsal:
    """What a training step on some samples would do to the weights of a subject."""

    losses: Tensor
    """(b,), without penalties."""
    gradients: Named
    """Of the mean loss plus the penalties, by the parameter's name."""
    before: Named
    after: Named
    """The weights when the session's optimizer, with its memory, has taken the step."""


def next_batch(subject: Subject) -> tuple[Tensor, Tensor]:
    """Return inputs (b, *shape) and targets (b,) of the step that training takes next."""
    settings, seed = Settings.of(subject.experiment), subject.experiment.seed
    order = BatchOrder(subject.data.train, seed)
    order.place(*subject.place)
    inputs, targets = order.batch(settings.batch_size)
    if settings.augmentation is not None:
        inputs = settings.augmentation.apply(inputs, generator_for(seed, "augment", subject.step))
    return inputs.to(subject.device), targets.to(subject.device)


def rehearse(subject: Subject, inputs: Tensor, targets: Tensor, *, noisy: bool) -> Rehearsal:
    """Return what a step on these samples would do; `noisy` is with the step's own dropout."""
    settings = Settings.of(subject.experiment)
    before = {name: weight.detach() for name, weight in subject.module.named_parameters()}
    free = stand_ins(subject)
    with torch.enable_grad(), as_trained(subject, noisy=noisy):
        outputs = torch.func.functional_call(subject.module, free, (inputs,))
        losses = subject.loss.values(outputs, targets)
        weights = [weight for weight in free.values() if weight.dim() > 1]
        total = settings.penalised(losses.mean(), weights)  # pyright: ignore[reportArgumentType]
        found = torch.autograd.grad(total, list(free.values()), materialize_grads=True)
    gradients = dict(zip(free, found, strict=True))
    after = _stepped(subject, settings, gradients)
    return Rehearsal(losses=losses.detach(), gradients=gradients, before=before, after=after)


def stand_ins(subject: Subject) -> Named:
    """Return weights that ask for gradients, so that the module's own never have to."""
    return {
        name: weight.detach().requires_grad_() for name, weight in subject.module.named_parameters()
    }


@contextmanager
def as_trained(subject: Subject, *, noisy: bool) -> Iterator[None]:
    """Have the module behave as in the next training step; not at all unless `noisy`."""
    if not noisy:
        yield
        return
    disturbance = Disturbance(subject.module, subject.experiment.seed)
    disturbance.prepare(subject.step)
    subject.module.train()
    try:
        yield
    finally:
        subject.module.eval()
        disturbance.undo()


def _stepped(subject: Subject, settings: Settings, gradients: Named) -> Named:
    weights = {
        name: nn.Parameter(weight.detach().clone())
        for name, weight in subject.module.named_parameters()
    }
    optimizer = Optimizer.make(subject.experiment.optimizer).build(list(weights.values()))
    if subject.optimizer is not None:
        _remember(optimizer, subject.optimizer)
    epochs, position = subject.place
    epoch = epochs + position / len(subject.data.train)
    settings.adjust_rate(optimizer, settings.schedule.factor(subject.step, epoch))
    for name, weight in weights.items():
        weight.grad = gradients[name].clone()
    optimizer.step()
    moved = {name: weight.detach() for name, weight in weights.items()}
    return _held(subject.experiment.training.frozen, subject.module, moved)


def _remember(optimizer: torch.optim.Optimizer, source: torch.optim.Optimizer) -> None:
    """Give an optimizer a copy of what another one keeps for the same parameters."""
    own = [weight for group in optimizer.param_groups for weight in group["params"]]
    others = [weight for group in source.param_groups for weight in group["params"]]
    for weight, other in zip(own, others, strict=True):
        memory: Mapping[str, object] = source.state.get(other, {})
        if memory:
            optimizer.state[weight] = {
                key: value.clone() if isinstance(value, Tensor) else value
                for key, value in memory.items()
            }


def _held(frozen: tuple[str, ...], module: nn.Module, moved: Named) -> Named:
    """Return the weights with frozen layers (`hidden1`) and units (`hidden1:3`) as they were."""
    before = dict(module.named_parameters())
    for name in frozen:
        layer, _, unit = name.partition(":")
        for path in [path for path in moved if path.rpartition(".")[0] == layer]:
            rows = slice(None) if unit == "" else slice(int(unit), int(unit) + 1)
            moved[path][rows] = before[path].detach()[rows]
    return moved

"""What a run is made of: module, data, loss and optimizer that fit each other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from lantern.lab.changes import check_edit
from lantern.lab.construction import build_model, check_step, check_tags, fitting_card, outline
from lantern.lab.data import Data
from lantern.lab.freezing import check_frozen
from lantern.lab.kinds import Loss, Optimizer
from lantern.lab.reshape import Kept, carry_over, from_data
from lantern.protocol.events import ModelCard
from lantern.protocol.experiment import Edit, Experiment, Reinitialise, Reshape
from lantern.protocol.problems import ProblemError

Loader = Callable[[Experiment], Data]
"""Reads the data of an experiment."""


@dataclass(frozen=True)
class Body:
    """The parts that are built anew together when one of them changes its shape."""

    source: Data
    """On the CPU."""
    data: Data
    """On the module's device."""
    loss: Loss
    module: nn.Module
    card: ModelCard
    optimizer: torch.optim.Optimizer

    @property
    def device(self) -> torch.device:
        """Where the module's weights are."""
        return torch.device(self.card.device)


def build_body(
    experiment: Experiment, data: Data, *, stream: str = "weights", step: int = 0
) -> Body:
    """Return the parts of an experiment; its weights are a function of (seed, stream, step)."""
    check_tags(experiment, data)
    check_filled(data)
    loss = Loss.make(experiment.loss)
    module, card = build_model(experiment, data, loss, stream=stream, step=step)
    check_frozen(experiment.training.frozen, module)
    device = torch.device(card.device)
    optimizer = Optimizer.make(experiment.optimizer).build(list(module.parameters()))
    return Body(data, _moved(data, device), loss, module, card, optimizer)


def check_filled(data: Data) -> None:
    """Raise a ProblemError if there is nothing to train on or nothing to measure on."""
    for split, purpose in ((data.train, "train on"), (data.validation, "validate on")):
        if len(split) == 0:
            raise ProblemError(
                f"dataset: there are no points to {purpose}.",
                field="dataset.params",
                hint="Leave or add some points, or change the share that is trained on.",
            )


def check_edits(experiment: Experiment, edits: Iterable[Edit], body: Body, load: Loader) -> None:
    """Raise a ProblemError if one of the edits, made in order, cannot be made."""
    module, data, card = body.module, body.source, body.card
    for edit in edits:
        after = check_edit(edit, experiment, module)
        if (after.dataset, after.data_seed) != (experiment.dataset, experiment.data_seed):
            data = load(after)
            check_filled(data)
        if isinstance(edit.action, Reshape):
            check_tags(after, data)
            module = outline(after, data, Loss.make(after.loss))
            check_frozen(after.training.frozen, module)
            # for points no step is much work, and their layers need real numbers
            card = fitting_card(after, module, data) if data.kind == "images" else None
        elif card is not None:
            check_step(after, card, data)
        experiment = after


def reshaped(before: Body, after: Experiment, data: Data, *, step: int) -> tuple[Body, Kept]:
    """Return new parts with the weights of the old ones that fit, and how many those are."""
    body = build_body(after, data, step=step)
    return body, carry_over(before.module, body.module)


def repainted(before: Body, after: Experiment, data: Data) -> Body:
    """Return the same parts with other points; what the module knows of the data follows them."""
    check_filled(data)
    before.loss.check(data)
    known = from_data(before.module)
    if known:
        fresh = from_data(build_body(after, data).module)
        for name, numbers in known.items():
            numbers.copy_(fresh[name])
    return replace(before, source=data, data=_moved(data, before.device))


def draw_anew(
    body: Body, experiment: Experiment, path: str, *, step: int, earlier: Sequence[Edit]
) -> None:
    """Give a layer new weights in place, others each time, and a fresh state of the optimizer."""
    times = sum(
        isinstance(edit.action, Reinitialise) and edit.action.layer == path for edit in earlier
    )
    fresh = build_body(experiment, body.source, stream=f"reinitialise/{path}/{times}", step=step)
    layer, drawn = body.module.get_submodule(path), fresh.module.get_submodule(path)
    with torch.no_grad():
        for kept, new in zip(_numbers(layer), _numbers(drawn), strict=True):
            kept.copy_(new)
    pairs = zip(layer.parameters(recurse=False), drawn.parameters(recurse=False), strict=True)
    for old, new in pairs:
        if new in fresh.optimizer.state:
            body.optimizer.state[old] = fresh.optimizer.state[new]
        else:
            body.optimizer.state.pop(old, None)


def _numbers(layer: nn.Module) -> list[Tensor]:
    return [*layer.parameters(recurse=False), *layer.buffers(recurse=False)]


def _moved(data: Data, device: torch.device) -> Data:
    return data if device.type == "cpu" else data.to(device)

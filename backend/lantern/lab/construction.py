"""From an experiment to a module: what fits together, how large it may be, where it goes."""

import torch
from torch import nn

from lantern.lab.changes import plugin_of
from lantern.lab.data import Data
from lantern.lab.devices import choose_device
from lantern.lab.kinds import Architecture, Loss
from lantern.lab.plugin import Plugin
from lantern.lab.randomness import seed_for
from lantern.lab.summary import summarise
from lantern.protocol.events import ModelCard
from lantern.protocol.experiment import PARTS, Experiment
from lantern.protocol.problems import ProblemError

MAX_PARAMETERS = 5_000_000
DATA_KINDS = {"points", "images"}
PROBLEMS = {"classes", "values"}
"""What there is to learn; `values` is regression."""

OTHERWISE = {
    ("model", "points"): "Take the model 'mlp' for points.",
    ("model", "images"): "Take a model for images, such as 'lenet5' or 'mlp'.",
    ("augmentation", "points"): "Take the augmentation 'none' for points.",
    ("task", "images"): "Take the task 'classification' for images.",
    ("task", "values"): "Take the task 'regression' for data with values.",
    ("task", "classes"): "Take the task 'classification' for data with classes.",
    ("loss", "values"): "Take a loss for values, such as 'squared', 'absolute' or 'huber'.",
    ("loss", "classes"): "Take a loss for classes, such as 'cross_entropy' or 'squared'.",
}
"""What to do, by the field at odds with the data and by what the data hold."""


def check_tags(experiment: Experiment, data: Data) -> None:
    """Refuse plugins that are made for another kind of data, or for another problem."""
    for field in PARTS:
        plugin = plugin_of(experiment, field)
        _check_fit(plugin, DATA_KINDS, data.kind, dataset=experiment.dataset.name)
        _check_fit(plugin, PROBLEMS, data.problem, dataset=experiment.dataset.name)
    Loss.make(experiment.loss).check(data)


def _check_fit(plugin: Plugin, known: set[str], found: str, *, dataset: str) -> None:
    made_for = known.intersection(plugin.tags)
    if made_for and found not in made_for:
        raise ProblemError(
            f"{plugin.kind}: {plugin.name!r} is made for {' and '.join(sorted(made_for))}, "
            f"but {dataset!r} gives {found}.",
            field=f"{plugin.kind}.name",
            hint=OTHERWISE.get((plugin.kind, found)),
        )


def build_model(
    experiment: Experiment, data: Data, loss: Loss, *, stream: str = "weights", step: int = 0
) -> tuple[nn.Module, ModelCard]:
    """Return the module on its device, its weights drawn from (seed, stream, step), and its card.

    The number of parameters is checked before any memory is taken.
    """
    architecture = Architecture.make(experiment.model)
    outputs = loss.outputs(len(data.classes))
    _check_size(outline(experiment, data, loss), architecture.name)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed_for(experiment.seed, stream, step))
        module = architecture.build(data, outputs)
    card = _fitting_card(module, data, architecture.name)
    device = choose_device(experiment.training.device, macs=card.macs)
    return module.to(device).train(), card.model_copy(update={"device": str(device)})


def outline(experiment: Experiment, data: Data, loss: Loss) -> nn.Module:
    """Return the module's shapes alone, on torch's meta device."""
    with torch.device("meta"):
        return Architecture.make(experiment.model).build(data, loss.outputs(len(data.classes)))


def _fitting_card(module: nn.Module, data: Data, name: str) -> ModelCard:
    try:
        return summarise(module, data.shape)
    except RuntimeError as error:
        shape = "x".join(map(str, data.shape))
        raise ProblemError(
            f"model: {name!r} does not fit inputs of {shape} ({error}).", field="model.params"
        ) from None


def _check_size(module: nn.Module, name: str) -> None:
    check_count(sum(parameter.numel() for parameter in module.parameters()), name)


def check_count(count: int, name: str) -> None:
    """Raise a ProblemError for more parameters than are allowed here."""
    if count > MAX_PARAMETERS:
        raise ProblemError(
            f"model: {name!r} would have {count:,} parameters here, "
            f"and {MAX_PARAMETERS:,} is the most that is allowed.",
            field="model.params",
            hint="Make its layers smaller.",
        )

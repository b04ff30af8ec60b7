"""From an experiment to a module: what fits together, how large it may be, where it goes."""

import torch
from torch import nn

from lantern.lab.changes import plugin_of
from lantern.lab.data import Data
from lantern.lab.devices import choose_device
from lantern.lab.kinds import Architecture, Loss
from lantern.lab.randomness import seed_for
from lantern.lab.summary import summarise
from lantern.protocol.events import ModelCard
from lantern.protocol.experiment import PARTS, Experiment
from lantern.protocol.problems import ProblemError

MAX_PARAMETERS = 5_000_000
DATA_KINDS = {"points", "images"}


def check_tags(experiment: Experiment, data: Data) -> None:
    """Refuse plugins that are made for another kind of data."""
    for field in PARTS:
        plugin = plugin_of(experiment, field)
        made_for = DATA_KINDS.intersection(plugin.tags)
        if made_for and data.kind not in made_for:
            raise ProblemError(
                f"{field}: {plugin.name!r} is made for {' and '.join(sorted(made_for))}, "
                f"but {experiment.dataset.name!r} gives {data.kind}.",
                field=f"{field}.name",
            )


def build_model(experiment: Experiment, data: Data, loss: Loss) -> tuple[nn.Module, ModelCard]:
    """Return the module on its device, its weights drawn from the experiment's seed, and its card.

    The number of parameters is checked before any memory is taken.
    """
    architecture = Architecture.make(experiment.model)
    outputs = loss.outputs(len(data.classes))
    with torch.device("meta"):
        _check_size(architecture.build(data, outputs), architecture.name)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed_for(experiment.seed, "weights"))
        module = architecture.build(data, outputs)
    card = _fitting_card(module, data, architecture.name)
    device = choose_device(experiment.training.device, macs=card.macs)
    return module.to(device).train(), card.model_copy(update={"device": str(device)})


def _fitting_card(module: nn.Module, data: Data, name: str) -> ModelCard:
    try:
        return summarise(module, data.shape)
    except RuntimeError as error:
        shape = "x".join(map(str, data.shape))
        raise ProblemError(
            f"model: {name!r} does not fit inputs of {shape} ({error}).", field="model.params"
        ) from None


def _check_size(module: nn.Module, name: str) -> None:
    count = sum(parameter.numel() for parameter in module.parameters())
    if count > MAX_PARAMETERS:
        raise ProblemError(
            f"model: {name!r} would have {count:,} parameters here, "
            f"and {MAX_PARAMETERS:,} is the most that is allowed.",
            field="model.params",
            hint="Make its layers smaller.",
        )

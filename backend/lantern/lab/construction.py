"""From an experiment to a module: what fits together, how large it may be, where it goes."""

import math
import os
from dataclasses import dataclass

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
"""What a model may have where the owner of the machine did not say otherwise."""
OWNERS_WORD = "LANTERN_MAX_PARAMETERS"


@dataclass(frozen=True)
class StepLimits:
    """The most that one training step may take."""

    kept_bytes: int
    """Of what the layers put out, which is kept until the gradients are known."""
    macs: int
    """Of the forward pass; the backward pass takes about twice as many."""


CPU_STEP = StepLimits(kept_bytes=2_000_000_000, macs=20_000_000_000)
"""Half of the memory that a worker may take; and some seconds, as one thread does 10 to 80
thousand million multiplications a second, and between two steps alone are commands heard."""
GPU_SPEEDUP = 20
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

    The number of parameters is checked before any memory is taken, a step's work before a step.
    """
    architecture = Architecture.make(experiment.model)
    outputs = loss.outputs(len(data.classes))
    draft = outline(experiment, data, loss)
    _check_size(draft, architecture)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed_for(experiment.seed, stream, step))
        module = architecture.build(data, outputs)
    # a pass with one image may take much memory already, which the draft does without
    card = fitting_card(experiment, draft if data.kind == "images" else module, data)
    return module.to(card.device).train(), card


def outline(experiment: Experiment, data: Data, loss: Loss) -> nn.Module:
    """Return the module's shapes alone, on torch's meta device."""
    with torch.device("meta"):
        return Architecture.make(experiment.model).build(data, loss.outputs(len(data.classes)))


def fitting_card(experiment: Experiment, module: nn.Module, data: Data) -> ModelCard:
    """Return the card of a module that fits the data, and whose steps are not too much work."""
    try:
        card = summarise(module, data.shape)
    except RuntimeError as error:
        name, shape = experiment.model.name, "x".join(map(str, data.shape))
        raise ProblemError(
            f"model: {name!r} does not fit inputs of {shape} ({error}).", field="model.params"
        ) from None
    device = choose_device(experiment.training.device, macs=card.macs)
    card = card.model_copy(update={"device": str(device)})
    check_step(experiment, card, data)
    return card


def check_step(experiment: Experiment, card: ModelCard, data: Data) -> None:
    """Raise a ProblemError for a model and a batch that are too much for one training step."""
    limits = _limits(torch.device(card.device))
    kept_bytes = sum(4 * math.prod(layer.output_shape) for layer in card.layers)  # float32
    at_a_time = min(limits.kept_bytes // max(1, kept_bytes), limits.macs // max(1, card.macs))
    batch, name = min(experiment.training.batch_size, len(data.train)), experiment.model.name
    if batch <= at_a_time:
        return
    samples = "1 sample" if batch == 1 else f"{batch} samples at a time"
    where = "on the GPU" if card.device.startswith("cuda") else "on the CPU"
    needed = f"{batch * kept_bytes / 1e9:.1f} GB and {batch * card.macs / 1e9:.1f} GMAC"
    most = f"{limits.kept_bytes / 1e9:.0f} GB and {limits.macs / 1e9:.0f} GMAC"
    field = "training.batch_size" if at_a_time else "model.params"
    raise ProblemError(
        f"{field}: {name!r} with {samples} would take {needed} a step; "
        f"{where} {most} are the most.",
        field=field,
        hint=f"Take {at_a_time} at most, or a smaller model."
        if at_a_time
        else "Make its layers or the images smaller.",
    )


def _limits(device: torch.device) -> StepLimits:
    if device.type != "cuda":
        return CPU_STEP
    memory = torch.cuda.get_device_properties(device).total_memory
    return StepLimits(kept_bytes=memory // 2, macs=GPU_SPEEDUP * CPU_STEP.macs)


def _check_size(module: nn.Module, model: Architecture) -> None:
    check_count(sum(parameter.numel() for parameter in module.parameters()), model)


def max_parameters() -> int:
    """Return how many parameters a model may have on this machine."""
    return int(os.environ.get(OWNERS_WORD) or MAX_PARAMETERS)


def check_count(count: int, model: Architecture) -> None:
    """Raise a ProblemError for more parameters than are allowed here."""
    most = max_parameters()
    if count > most:
        is_published = model.model_dump().get("size") == "published"
        smaller = "Choose the size small" if is_published else "Make its layers smaller"
        raise ProblemError(
            f"model: {model.title} would have {count:,} parameters here, "
            f"and {most:,} is the most that is allowed.",
            field="model.params",
            hint=f"{smaller}, or start Lantern with --max-parameters {count}.",
        )

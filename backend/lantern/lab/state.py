"""The state of a run as named tensors and short texts, and back, bit for bit."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

import torch
from torch import Tensor, nn

from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.problems import ProblemError

MODEL = "model."
OPTIMIZER = "optimizer."


@dataclass(frozen=True)
class Place:
    """Where a run stands, besides its tensors."""

    step: int
    epochs: int
    position: int
    """Samples of the present epoch that were trained on."""
    applied: int
    """Edits that took effect."""
    loss_sum: float
    loss_count: int
    last_loss: float | None
    """None before the first step."""
    is_provisional: bool = False
    """Whether there are steps in it that the fused kernel, once ready, is to do again."""

    def meta(self, base: Experiment, edits: Sequence[Edit]) -> dict[str, str]:
        """Return texts for a file's metadata; floats keep every bit."""
        return {
            "step": str(self.step),
            "place": json.dumps(asdict(self)),
            "experiment": base.model_dump_json(),
            "edits": json.dumps([edit.model_dump(mode="json") for edit in edits]),
        }

    @classmethod
    def of(cls, meta: Mapping[str, str]) -> Self:
        """Return the place that `meta` was made of."""
        return cls(**json.loads(meta["place"]))


def is_provisional(meta: Mapping[str, str]) -> bool:
    """Return whether a saved state has steps that the fused kernel, once ready, does again."""
    return Place.of(meta).is_provisional


def tensors_of(
    module: nn.Module, optimizer: torch.optim.Optimizer, buffers: Iterable[Tensor]
) -> dict[str, Tensor]:
    """Return private copies on the CPU: `model.<name>` and `optimizer.<parameter>.<key>`.

    `buffers` stand for the module's own, in their order.
    """
    tensors = {MODEL + name: value for name, value in module.state_dict().items()}
    for (name, _), buffer in zip(module.named_buffers(), buffers, strict=True):
        if MODEL + name in tensors:
            tensors[MODEL + name] = buffer
    for name, parameter in module.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            if isinstance(value, Tensor):
                tensors[f"{OPTIMIZER}{name}.{key}"] = value
    return {name: value.detach().to("cpu", copy=True) for name, value in tensors.items()}


def load_tensors(
    module: nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]
) -> None:
    """Set module and optimizer to what `tensors_of` returned once."""
    weights = _under(tensors, MODEL)
    expected = module.state_dict()
    if {k: v.shape for k, v in weights.items()} != {k: v.shape for k, v in expected.items()}:
        raise ProblemError(
            "This snapshot is of another model, so it cannot be restored here.", field="model"
        )
    module.load_state_dict(weights)
    kept = _under(tensors, OPTIMIZER)
    state: dict[int, dict[str, Tensor]] = {}
    for index, (name, _) in enumerate(module.named_parameters()):
        own = {key: value.clone() for key, value in _under(kept, f"{name}.").items()}
        if own:
            state[index] = own
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

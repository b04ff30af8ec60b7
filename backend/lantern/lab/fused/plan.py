"""What the kernel is to do for a run, or that it cannot do it: then PyTorch's own path is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor, nn

from lantern.lab.body import Body
from lantern.lab.building.activations import MODULES
from lantern.lab.building.dropout import Dropout
from lantern.lab.building.features import Features
from lantern.lab.building.gate import Gate
from lantern.lab.building.scaling import Scaling
from lantern.lab.data import Data
from lantern.lab.fused.core import codes
from lantern.lab.kinds import Loss
from lantern.lab.settings import Settings
from lantern.protocol.experiment import Experiment

Part = TypeVar("Part", bound=nn.Module)

TASKS = frozenset({"classification", "regression"})
"""Tasks whose step is that of `lantern.lab.tasks._supervised`."""

MOST_WORK = 4_000_000
"""Weights times samples in a batch. Up to here the kernel was at least three times as fast as
PyTorch in every measurement, which leaves room for machines with better matrix products."""

_NAMES = {
    "tanh": codes.TANH,
    "relu": codes.RELU,
    "sigmoid": codes.SIGMOID,
    "linear": codes.LINEAR,
    "leaky_relu": codes.LEAKY_RELU,
    "elu": codes.ELU,
    "softplus": codes.SOFTPLUS,
    "silu": codes.SILU,
    "mish": codes.MISH,
    "gelu": codes.GELU,
    "bent_identity": codes.BENT_IDENTITY,
    "sine": codes.SINE,
}

ACTIVATIONS: Mapping[type[nn.Module], int] = {
    type(MODULES[name]()): code for name, code in _NAMES.items()
}

RESIDUAL_LOSSES = {
    "squared": codes.SQUARED,
    "absolute": codes.ABSOLUTE,
    "huber": codes.HUBER,
}
VALUE_LOSSES = {
    **RESIDUAL_LOSSES,
    "epsilon_insensitive": codes.EPSILON_INSENSITIVE,
    "quantile": codes.QUANTILE,
    "poisson": codes.POISSON,
}
CLASS_LOSSES = {
    **RESIDUAL_LOSSES,
    "hinge": codes.HINGE,
    "squared_hinge": codes.SQUARED_HINGE,
    "exponential": codes.EXPONENTIAL,
    "cross_entropy": codes.CROSS_ENTROPY,
}
LOSS_PARAMETERS = {"huber": "delta", "epsilon_insensitive": "epsilon", "quantile": "quantile"}


@dataclass(frozen=True)
class Chain:
    """A multilayer perceptron taken apart."""

    head: nn.Sequential
    """What makes features of points; it has nothing to learn."""
    sizes: tuple[int, ...]
    """Features, units of each hidden layer, outputs."""
    activations: tuple[int, ...]
    """Codes, one for each hidden layer."""
    gates: tuple[Gate | None, ...]


@dataclass(frozen=True)
class Rule:
    """How an optimizer moves the weights."""

    code: int
    slots: tuple[str, ...] = ()
    """Names of what it keeps for each weight."""
    counts: bool = False
    """Whether it counts its steps, for each parameter."""
    first: float = 0.0
    second: float = 0.0
    epsilon: float = 0.0
    decay: float = 0.0
    nesterov: bool = False


@dataclass(frozen=True)
class Plan:
    """A run's settings in the kernel's own terms, until the next edit."""

    chain: Chain
    rule: Rule
    loss: int
    loss_parameter: float
    targets: int
    settings: Settings
    frozen: tuple[str, ...]


def planned(experiment: Experiment, settings: Settings, body: Body) -> Plan | None:
    """Return what the kernel is to do; None for what it does not support or would do slower."""
    chain, rule = _chain(body.module), _rule(body.optimizer)
    kind = _targets(body.data)
    losses = VALUE_LOSSES if kind == codes.VALUES else CLASS_LOSSES
    loss = losses.get(experiment.loss.name)
    if (
        experiment.training.engine != "auto"
        or body.device.type != "cpu"
        or body.data.kind != "points"
        or experiment.task.name not in TASKS
        or settings.augmentation is not None
        or chain is None
        or rule is None
        or loss is None
        or not _is_worthwhile(chain, min(settings.batch_size, len(body.data.train)))
    ):
        return None
    parameter = _loss_parameter(body.loss)
    return Plan(chain, rule, loss, parameter, kind, settings, experiment.training.frozen)


def _is_worthwhile(chain: Chain, batch: int) -> bool:
    """Return whether the kernel is faster than PyTorch; a function of the experiment alone."""
    sizes = chain.sizes
    weights = sum(a * b for a, b in pairwise(sizes))
    return weights * batch <= MOST_WORK


def _chain(module: nn.Module) -> Chain | None:
    parts = list(module.children()) if type(module) is nn.Sequential else []
    head = []
    while parts and isinstance(parts[0], Features | Scaling):
        head.append(parts.pop(0))
    sizes, activations, gates = [], [], list[Gate | None]()
    while parts and isinstance(layer := parts.pop(0), nn.Linear) and layer.bias is not None:
        sizes.append(layer.in_features)
        if not parts:
            sizes.append(layer.out_features)
            return Chain(nn.Sequential(*head), tuple(sizes), tuple(activations), tuple(gates))
        if (code := ACTIVATIONS.get(type(parts.pop(0)))) is None:
            return None
        activations.append(code)
        gates.append(_taken(parts, Gate))
        dropout = _taken(parts, Dropout)
        if dropout is not None and dropout.rate > 0:
            return None
    return None


def _taken(parts: list[nn.Module], kind: type[Part]) -> Part | None:
    """Take the next part off the list if it is of this kind."""
    if parts and isinstance(parts[0], kind):
        part = parts.pop(0)
        assert isinstance(part, kind)
        return part
    return None


def _rule(optimizer: torch.optim.Optimizer) -> Rule | None:
    """Return how the optimizer works, or None if it has an option that the kernel lacks."""
    group = optimizer.param_groups[0]
    decay = group.get("weight_decay", 0)
    is_plain = not any(group.get(name) for name in ("maximize", "amsgrad", "centered", "lr_decay"))
    if not is_plain or len(optimizer.param_groups) > 1 or group.get("dampening"):
        return None
    match optimizer:
        case torch.optim.AdamW():
            rule = _adam(group, decay)
        case _ if decay:
            rule = None
        case torch.optim.SGD():
            momentum = group["momentum"]
            slots = ("momentum_buffer",) if momentum else ()
            rule = Rule(codes.SGD, slots, first=momentum, nesterov=group["nesterov"])
        case torch.optim.Adam():
            rule = _adam(group, 0.0)
        case torch.optim.RMSprop():
            slots = ("square_avg", "momentum_buffer") if group["momentum"] else ("square_avg",)
            alpha, momentum, epsilon = group["alpha"], group["momentum"], group["eps"]
            rule = Rule(codes.RMSPROP, slots, True, alpha, momentum, epsilon)
        case torch.optim.Adagrad():
            is_empty = group.get("initial_accumulator_value", 0) == 0
            rule = Rule(codes.ADAGRAD, ("sum",), True, epsilon=group["eps"]) if is_empty else None
        case torch.optim.Adadelta():
            slots = ("square_avg", "acc_delta")
            rule = Rule(codes.ADADELTA, slots, True, first=group["rho"], epsilon=group["eps"])
        case _:
            rule = None
    return rule


def _adam(group: Mapping[str, object], decay: float) -> Rule:
    betas, epsilon = group["betas"], group["eps"]
    assert isinstance(betas, tuple)
    assert isinstance(epsilon, float)
    slots = ("exp_avg", "exp_avg_sq")
    return Rule(codes.ADAM, slots, True, betas[0], betas[1], epsilon, decay)


def _targets(data: Data) -> int:
    if not data.classes:
        return codes.VALUES
    return codes.TWO_CLASSES if len(data.classes) == 2 else codes.CLASSES


def _loss_parameter(loss: Loss) -> float:
    name = LOSS_PARAMETERS.get(loss.name)
    return getattr(loss, name) if name else 0.0


def gate_values(chain: Chain) -> Tensor:
    """Return 1 or 0 for each hidden unit, layer by layer: whether it is switched on."""
    shares = [
        torch.ones(units) if gate is None else gate.open.float()
        for gate, units in zip(chain.gates, chain.sizes[1:-1], strict=True)
    ]
    return torch.cat([*shares, torch.ones(1)])

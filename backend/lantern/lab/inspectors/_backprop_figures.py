"""The tables of one step of backpropagation: a neuron, what it is blamed for, and all neurons."""

from dataclasses import dataclass

from torch import Tensor

from lantern.lab.inspectors._neurons import Layer
from lantern.lab.inspectors._squash import squash_of, target_of
from lantern.lab.rehearsal import Rehearsal
from lantern.lab.subject import Subject
from lantern.lab.wording import class_name, fact, finite
from lantern.protocol.figures import TableFigure

Number = float | str
Row = tuple[str | float | int | None, ...]


@dataclass(frozen=True)
class Step:
    """What the figures are made of."""

    subject: Subject
    inputs: Tensor
    targets: Tensor
    losses: Tensor
    layers: list[Layer]
    place: int
    """Of the layer in `layers`."""
    unit: int
    planned: Rehearsal

    @property
    def layer(self) -> Layer:
        """The layer of the neuron."""
        return self.layers[self.place]

    @property
    def is_last(self) -> bool:
        """Whether the neuron is an output."""
        return self.place == len(self.layers) - 1


def neuron_figure(step: Step) -> TableFigure:
    """Return the neuron's inputs with weights and gradients; the facts hold the rest."""
    layer, unit = step.layer, step.unit
    facts = _facts(step)
    numbers = ", ".join(f"{key} {_short(facts[key])}" for key in ("z", "a", "delta", "loss"))
    return TableFigure(
        title="Step",
        caption=f"{layer.path}, neuron {unit + 1}",
        alt=f"Neuron {unit + 1} of {layer.path}: {numbers}.",
        facts=facts,
        columns=("input", "a", "w", "w a", "dC/dw", "penalty", "new w"),
        rows=tuple(_weight_row(step, place) for place in range(layer.weight.shape[1])),
    )


def _short(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _weight_row(step: Step, place: int) -> Row:
    layer, unit, name = step.layer, step.unit, f"{step.layer.path}.weight"
    a, w = layer.inputs[:, place].mean(), layer.weight[unit, place]
    slope = layer.gradient(unit)[:, place].mean()
    return (
        _names(step)[place],
        fact(float(a)),
        fact(float(w)),
        fact(float(a * w)),
        fact(float(slope)),
        _penalty(step, float(w)),
        fact(float(step.planned.after[name][unit, place])),
    )


def _penalty(step: Step, weight: float) -> Number:
    training = step.subject.experiment.training
    sign = (weight > 0) - (weight < 0)
    return fact(training.l1 * sign + training.l2 * weight)


def _names(step: Step) -> list[str]:
    """Return what feeds the layer: features by name, neurons as `hidden1:0`."""
    count = step.layer.weight.shape[1]
    if step.place > 0:
        source = step.layers[step.place - 1].path
        return [f"{source}:{unit}" for unit in range(count)]
    features = getattr(step.subject.module, "features", None)
    names: list[str] = list(getattr(features, "names", ()))
    return names if len(names) == count else [f"x{number}" for number in range(1, count + 1)]


def _facts(step: Step) -> dict[str, str | float | int]:
    layer, unit, subject = step.layer, step.unit, step.subject
    last = squash_of(subject, step.layers[-1].z, step.targets)
    seen = last if step.is_last else None
    bias, name = layer.bias, f"{layer.path}.bias"
    means = {
        "z": layer.z,
        "a": layer.a if seen is None else seen.a,
        "f'(z)": layer.slope if seen is None else seen.slope,
        "kept": layer.kept,
        "delta": layer.delta,
    }
    found: dict[str, str | float | int] = {
        "step": subject.step,
        "layer": layer.path,
        "unit": unit,
        "samples": len(step.targets),
        "activation": layer.activation if seen is None else seen.name,
        "loss": fact(float(step.losses.mean())),
        "loss function": subject.loss.name,
        "output": last.name,
        **{key: _mean(value, unit) for key, value in means.items() if value is not None},
    }
    if bias is not None:
        found["b"] = fact(float(bias[unit]))
        found["dC/db"] = found["delta"]
        found["new b"] = fact(float(step.planned.after[name][unit]))
    return found | _blamed(step, seen.slope if seen else layer.slope) | _rule(step) | _sample(step)


def _mean(values: Tensor, unit: int) -> Number:
    return fact(float(values[:, unit].mean()))


def _blamed(step: Step, slope: Tensor | None) -> dict[str, Number]:
    """Return dC/da of the neuron, where one activation alone depends on its z."""
    if not step.is_last:
        return {"dC/da": _mean(_from_behind(step) * step.layer.kept, step.unit)}
    if slope is None or float(slope[:, step.unit].abs().min()) == 0:
        return {}
    return {"dC/da": _mean(step.layer.delta / slope, step.unit)}


def _from_behind(step: Step) -> Tensor:
    following = step.layers[step.place + 1]
    return following.delta @ following.weight  # (b, next) x (next, units)


def _rule(step: Step) -> dict[str, str | float | int]:
    optimizer, training = step.subject.experiment.optimizer, step.subject.experiment.training
    groups = step.subject.optimizer.param_groups if step.subject.optimizer else [{}]
    numbers = {
        key: float(value)
        for key, value in groups[0].items()
        if key in {"lr", "momentum", "weight_decay"} and isinstance(value, int | float)
    }
    held = any(_holds(name, step) for name in training.frozen)
    return {
        "optimizer": optimizer.name,
        "l1": training.l1,
        "l2": training.l2,
        "frozen": "yes" if held else "no",
        **numbers,
    }


def _holds(name: str, step: Step) -> bool:
    return name in {step.layer.path, f"{step.layer.path}:{step.unit}"}


def _sample(step: Step) -> dict[str, str | float | int]:
    if len(step.targets) > 1:
        return {}
    classes = step.subject.data.classes
    place = step.inputs[0]
    found: dict[str, str | float | int] = {
        "x1": fact(float(place[0])),
        "x2": fact(float(place[1])),
        "target": target_of(step.subject, step.targets, step.unit if step.is_last else 0),
    }
    if classes:
        found["class"] = class_name(classes, int(step.targets[0]))
    return found


def blame_figure(step: Step) -> TableFigure:
    """Return what comes back from each neuron of the next layer: w_kj delta_k."""
    rows: tuple[Row, ...] = ()
    if not step.is_last:
        following = step.layers[step.place + 1]
        weights, deltas = following.weight[:, step.unit], following.delta.mean(0)
        rows = tuple(
            (
                f"{following.path}:{unit}",
                fact(float(weights[unit])),
                fact(float(deltas[unit])),
                fact(float(weights[unit] * deltas[unit])),
            )
            for unit in range(len(weights))
        )
    total = sum(finite(float(row[3] or 0), 0.0) for row in rows)
    return TableFigure(
        title="From the next layer",
        caption=f"{len(rows)} neurons, sum of w delta {total:.4g}",
        alt=f"Neurons of the next layer: {len(rows)}; they pass back {total:.4g} in all.",
        facts={"step": step.subject.step, "sum": total},
        columns=("neuron", "w", "delta", "w delta"),
        rows=rows,
    )


def everyone_figure(step: Step) -> TableFigure:
    """Return z, a, the slope and delta of every neuron."""
    rows: list[Row] = []
    for place, layer in enumerate(step.layers):
        a, slope = layer.a, layer.slope
        if place == len(step.layers) - 1:
            seen = squash_of(step.subject, layer.z, step.targets)
            a, slope = seen.a, seen.slope
        columns = (layer.z, a, slope, layer.delta)
        rows += [
            (layer.path, unit, *(None if each is None else _mean(each, unit) for each in columns))
            for unit in range(layer.z.shape[1])
        ]
    return TableFigure(
        title="All neurons",
        caption=f"{len(rows)} neurons",
        alt=f"z, a, the slope and delta of all {len(rows)} neurons.",
        facts={"step": step.subject.step, "samples": len(step.targets)},
        columns=("layer", "unit", "z", "a", "f'(z)", "delta"),
        rows=tuple(rows),
    )

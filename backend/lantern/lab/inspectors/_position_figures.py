"""The figures of one number: its steps, and what the sum was made of."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from lantern.lab.arrays import array_of
from lantern.lab.graph.kinds import kind_of
from lantern.lab.graph.positions import Patch, Place, patch_of
from lantern.lab.graph.tracing import INPUT, Node
from lantern.lab.wording import fact
from lantern.protocol.figures import Axis, HeatmapFigure, TableFigure
from lantern.protocol.problems import ProblemError

TERMS = 24
"""Inputs of a neuron that are listed, those that count most; the others are summed up."""
SUMMING = frozenset({"linear", "conv", "norm", "add", "concat", "multiply", "join"})
"""Kinds of layer of which a normalisation and a non-linearity behind are thought a part."""
Facts = dict[str, str | float | int]
Step = tuple[str, str, float | str]
"""What was done, to what, and the number that came out."""


def figures_of(
    nodes: Sequence[Node], at: int, place: Place
) -> Iterator[TableFigure | HeatmapFigure]:
    """Yield the figures of the number at a place of a node's output."""
    node, kind = nodes[at], kind_of(nodes[at])
    z = place.of(node.output)
    patch = patch_of(node, place)
    facts: Facts = {
        "kind": kind,
        "operation": node.operation,
        "row": place.row,
        "column": place.column,
        "maps": int(node.output.dim() == 4),
        "z": fact(z),
    }
    if patch is not None:
        yield _steps(nodes, at, place, facts | _patch_facts(node, patch), _patch_steps(patch, z))
        yield _heatmap(patch.inputs, "patch", "What the window covers", patch)
        yield _heatmap(patch.weights, "kernel", "What it is multiplied with", patch)
        yield _channel_sums(patch)
    elif isinstance(node.module, nn.Linear):
        yield from _neuron(nodes, at, place, facts)
    else:
        yield _steps(nodes, at, place, facts, [(node.path, node.operation, fact(z))])
        yield _terms(nodes, at, place)


def _patch_steps(patch: Patch, z: float) -> list[Step]:
    if patch.winner is not None:
        return [("maximum", "z = max x", fact(z))]
    total = float(patch.sums.sum())
    steps: list[Step] = [("sum of products", "Σ w·x", fact(total))]
    if patch.bias is not None:
        steps.append(("bias", "b", fact(patch.bias)))
    return [*steps, ("pre-activation", "z", fact(z))]


def _patch_facts(node: Node, patch: Patch) -> Facts:
    found: Facts = {
        "channels": len(patch.inputs),
        "first channel": patch.first_channel,
        "kernel height": patch.inputs.shape[1],
        "kernel width": patch.inputs.shape[2],
        "top": patch.rows[0],
        "left": patch.columns[0],
        "row step": patch.rows[1] - patch.rows[0] if len(patch.rows) > 1 else 1,
        "column step": patch.columns[1] - patch.columns[0] if len(patch.columns) > 1 else 1,
        "input height": node.given[0].shape[2],
        "input width": node.given[0].shape[3],
        "sum": fact(float(patch.sums.sum())),
    }
    if patch.bias is not None:
        found["b"] = fact(patch.bias)
    if patch.winner is not None:
        found["winner"] = patch.winner[0] * patch.inputs.shape[2] + patch.winner[1]
    return found


def _steps(
    nodes: Sequence[Node], at: int, place: Place, facts: Facts, steps: list[Step]
) -> TableFigure:
    behind = _behind(nodes, at)
    for node in behind:
        name = "norm" if kind_of(node) == "norm" else "a"
        value = fact(place.of(node.output))
        steps = [*steps, (node.path, _formula(node, place), value)]
        numbers = {key: fact(number) for key, number in _normalisation(node, place).items()}
        facts = {**facts, name: value, f"{name} by": node.operation, **numbers}
    last = steps[-1][2]
    where = f" ({place.row}, {place.column})" if nodes[at].output.dim() == 4 else ""
    said = ", ".join(f"{what} {_short(value)}" for what, _, value in steps)
    return TableFigure(
        title=f"{nodes[at].path}, unit {place.unit}{where}",
        caption=f"puts out {_short(last)}",
        alt=f"How {nodes[at].path}, unit {place.unit}{where} comes to {_short(last)}: {said}.",
        facts=facts,
        columns=("step", "formula", "value"),
        rows=tuple(steps),
    )


def _behind(nodes: Sequence[Node], at: int) -> list[Node]:
    """Return the normalisation and the non-linearity behind a node, while there is one way."""
    found: list[Node] = []
    while kind_of(nodes[at]) in SUMMING:
        users = [index for index, node in enumerate(nodes) if at in node.sources]
        if len(users) != 1 or kind_of(nodes[users[0]]) not in {"norm", "activation"}:
            break
        at = users[0]
        if nodes[at].output.shape != nodes[at].given[0].shape:
            break
        found.append(nodes[at])
    return found


def _formula(node: Node, place: Place) -> str:
    found = _normalisation(node, place)
    if not found:
        return node.operation
    gain, mean, variance, shift = (found[name] for name in ("gamma", "mean", "variance", "beta"))
    return f"{gain:.6g} (z − {mean:.6g}) / √({variance:.6g} + {found['epsilon']:.3g}) + {shift:.6g}"


def _normalisation(node: Node, place: Place) -> dict[str, float]:
    """Return the numbers of a batch normalisation in eval mode; nothing for other layers."""
    layer = node.module
    if not isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) or layer.running_mean is None:
        return {}
    assert layer.running_var is not None
    has_weights = layer.affine
    return {
        "gamma": float(layer.weight[place.unit].detach()) if has_weights else 1.0,
        "mean": float(layer.running_mean[place.unit]),
        "variance": float(layer.running_var[place.unit]),
        "epsilon": layer.eps,
        "beta": float(layer.bias[place.unit].detach()) if has_weights else 0.0,
    }


def _heatmap(values: Tensor, title: str, sentence: str, patch: Patch) -> HeatmapFigure:
    rows = values.flatten(1)  # (channels, h, w) -> (channels, h w)
    limit = float(rows.abs().nan_to_num(0, 0, 0).max()) or 1.0
    size = f"{patch.inputs.shape[1]} × {patch.inputs.shape[2]}"
    return HeatmapFigure(
        title=title,
        caption=f"{len(rows)} channels of {size}",
        alt=f"{sentence}: {len(rows)} channels of {size}, one in each row.",
        values=array_of(rows),
        low=-limit,
        high=limit,
        x=Axis(label="cell of the window"),
        y=Axis(label="channel"),
    )


def _channel_sums(patch: Patch) -> TableFigure:
    sums = patch.sums.tolist()
    return TableFigure(
        title="sum of each channel",
        alt=f"The sum of products of each of {len(sums)} input channels.",
        columns=("channel", "Σ w·x"),
        rows=tuple((patch.first_channel + at, fact(value)) for at, value in enumerate(sums)),
    )


def _neuron(nodes: Sequence[Node], at: int, place: Place, facts: Facts) -> Iterator[TableFigure]:
    node = nodes[at]
    layer = node.module
    assert isinstance(layer, nn.Linear)
    x = node.given[0].reshape(-1).double().cpu()  # (1, inputs) -> (inputs,)
    w = layer.weight[place.unit].detach().double().cpu()
    products = x * w
    steps: list[Step] = [("sum of products", "Σ w·x", fact(float(products.sum())))]
    facts = {**facts, "inputs": len(x), "sum": fact(float(products.sum()))}
    if layer.bias is not None:
        facts["b"] = fact(float(layer.bias[place.unit].detach()))
        steps.append(("bias", "b", facts["b"]))
    steps.append(("pre-activation", "z", facts["z"]))
    yield _steps(nodes, at, place, facts, steps)
    order = products.abs().nan_to_num(0).argsort(descending=True, stable=True)
    first, others = order[:TERMS].tolist(), products[order[TERMS:]]
    maps = _maps_before(nodes, at, len(x))
    rows: list[tuple[str | float | int | None, ...]] = [
        (_place_in(maps, index), *(fact(float(each[index])) for each in (x, w, products)))
        for index in first
    ]
    if len(others):
        rows.append((f"{len(others)} others", None, None, fact(float(others.sum()))))
    yield TableFigure(
        title="largest contributions",
        caption=f"{len(first)} of {len(x)} inputs",
        alt=f"The inputs of {node.path} that count most for its neuron {place.unit}.",
        columns=("input", "x", "w", "w·x"),
        rows=tuple(rows),
    )


def _maps_before(nodes: Sequence[Node], at: int, count: int) -> torch.Size | None:
    """Return the shape of the maps that were laid out in a row for a linear layer, if any."""
    while len(nodes[at].sources) == 1 and nodes[at].sources[0] != INPUT:
        at = nodes[at].sources[0]
        shape = nodes[at].output.shape[1:]
        if shape.numel() != count:
            return None
        if len(shape) == 3:
            return shape
    return None


def _place_in(maps: torch.Size | None, index: int) -> str:
    if maps is None:
        return str(index)
    channel, rest = divmod(index, maps[1] * maps[2])
    row, column = divmod(rest, maps[2])
    return f"channel {channel} ({row}, {column})" if maps[1] * maps[2] > 1 else f"channel {channel}"


def _terms(nodes: Sequence[Node], at: int, place: Place) -> TableFigure:
    """Return what the layers before say at this place."""
    node = nodes[at]
    rows: list[tuple[str | float, ...]] = []
    offset = 0
    for source, given in zip(node.sources, node.given, strict=True):
        name = "input" if source == INPUT else nodes[source].path
        here = Place(place.unit - offset, place.row, place.column)
        if kind_of(node) == "concat":
            offset += given.shape[1]
            if not 0 <= here.unit < given.shape[1]:
                continue
            name = f"{name}, unit {here.unit}"
        if given.dim() != node.output.dim():
            raise ProblemError(
                f"layer: there is no formula of single numbers for {node.operation}.",
                field="layer",
                hint="Take a convolution, a linear layer, a pooling or a sum.",
            )
        rows.append((name, fact(_broadcast(given, node.output, here))))
    return TableFigure(
        title="terms",
        alt=f"What {node.path} is made of here: " + ", ".join(f"{n} {v}" for n, v in rows) + ".",
        columns=("from", "x"),
        rows=tuple(rows),
    )


def _broadcast(given: Tensor, output: Tensor, place: Place) -> float:
    """Return the number that counts here, where (1, units, 1, 1) stands for a whole map."""
    lines = zip(given.shape[2:], (place.row, place.column)[: output.dim() - 2], strict=True)
    row, column = (*(min(at, length - 1) for length, at in lines), 0, 0)[:2]
    return Place(min(place.unit, given.shape[1] - 1), row, column).of(given)


def _short(value: float | str | int) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"

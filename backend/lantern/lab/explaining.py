"""Explain and attack any torch module, in process: no session, no server."""

from typing import TypeVar

import torch
from pydantic import JsonValue, ValidationError
from torch import Tensor, nn

from lantern.lab.kinds import Attack, Attribution
from lantern.lab.look import private_copy
from lantern.lab.plugin import Plugin, load_plugins, problem_of
from lantern.lab.questions import Question
from lantern.lab.scores import Scores
from lantern.protocol.problems import ProblemError

P = TypeVar("P", bound=Plugin)


def explain(
    module: nn.Module,
    inputs: Tensor,
    target: int,
    method: str,
    *,
    layer: str | None = None,
    background: Tensor | None = None,
    **params: JsonValue,
) -> Tensor:
    """Return raw signed float32 scores of what made the module say `target`.

    Inputs are (b, c, h, w) in the module's own units; the result has their shape, or (b, 1, h', w')
    for methods that look at the maps of one layer, given by its path as `layer` (default: the last
    that has maps). `background` (n, c, h, w) holds samples of the data, for methods that compare
    with some. It works on an eval-mode copy: the module's mode, gradients and hooks, and torch's
    random state, stay as they are.
    """
    plugin = method_of(Attribution, method, params)
    model = Scores(private_copy(module))
    require_class(model, inputs, target)
    with torch.enable_grad():
        return plugin.attribute(Question(model, inputs.detach(), target, layer, background))


def attack(
    module: nn.Module, inputs: Tensor, labels: Tensor, method: str, **params: JsonValue
) -> tuple[Tensor, dict[str, object]]:
    """Return adversarial inputs within 0-1 and what was reached.

    Inputs are (b, c, h, w) within 0-1, labels (b,). The info holds, for each input: `linf` and `l2`
    of the change, the classes `before` and `after`, and whether the module was `fooled` (it says
    another class than the label now, and said the label before).
    """
    plugin = method_of(Attack, method, params)
    model = Scores(private_copy(module))
    with torch.enable_grad():
        moved = plugin.perturb(model, inputs.detach(), labels)
    return moved, reached(model, inputs, moved, labels)


def reached(model: nn.Module, inputs: Tensor, moved: Tensor, labels: Tensor) -> dict[str, object]:
    """Return the size of each change and what the model made of it."""
    change = (moved - inputs).flatten(1)  # (b, c, h, w) -> (b, c * h * w)
    with torch.no_grad():
        before, after = model(inputs).argmax(1), model(moved).argmax(1)
    return {
        "linf": change.abs().amax(1).tolist(),
        "l2": change.norm(dim=1).tolist(),
        "before": before.tolist(),
        "after": after.tolist(),
        "fooled": ((before == labels) & (after != labels)).tolist(),
    }


def method_of(kind: type[P], name: str, params: dict[str, JsonValue]) -> P:
    """Return the method of that name with its parameters, or raise a ProblemError."""
    if name not in kind.registry:
        load_plugins([f"{kind.kind}s"])  # the folders of attributions and attacks
    found = kind.registry.get(name)
    if found is None:
        known = ", ".join(sorted(kind.registry))
        raise ProblemError(
            f"method: there is no {kind.kind} {name!r}; there are {known}.", field="method"
        )
    try:
        return found.model_validate(params)
    except ValidationError as error:
        raise problem_of(error, field="method_params") from None


def require_class(model: nn.Module, inputs: Tensor, target: int) -> None:
    """Raise a ProblemError if the model has no such class."""
    with torch.no_grad():
        classes = model(inputs[:1]).shape[1]
    if not 0 <= target < classes:
        raise ProblemError(
            f"target: this network has {classes} classes, 0 to {classes - 1}, not {target}.",
            field="target",
        )

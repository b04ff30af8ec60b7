"""Explain and attack any torch module, in process: no session, no server."""

from collections.abc import Sequence
from typing import TypeVar

import torch
from pydantic import JsonValue, ValidationError
from torch import Tensor, nn

from lantern.lab.given import background_of, inputs_of, model_of, require_class, targets_of
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
    target: int | Sequence[int] | Tensor,
    method: str,
    *,
    layer: str | None = None,
    background: Tensor | None = None,
    **params: JsonValue,
) -> Tensor:
    """Return raw signed float32 scores of what made the module say `target`.

    Inputs are (b, c, h, w), or rows (b, n), in the module's own units; the target is a class, or
    one for each input. The result has the inputs' shape, or (b, 1, h', w') for methods that look at
    the maps of one layer, given by its path as `layer` (default: the last that has maps).
    `background` (n, c, h, w) holds samples of the data, for methods that compare with some. It
    works on an eval-mode copy: the module's mode, gradients and hooks, and torch's random state,
    stay as they are. What is not possible is a ProblemError; what the module raises is passed on.
    """
    plugin = method_of(Attribution, method, params)
    if layer and not plugin.layered:
        raise ProblemError(f"layer: {plugin.title} looks at no layer.", field="layer")
    with torch.inference_mode(mode=False), torch.enable_grad():
        pictures = inputs_of(inputs)
        model = model_of(module, inputs)
        compared = background_of(background, pictures)
        classes = targets_of(target, len(pictures))
        found: dict[int, Tensor] = {}
        for each in sorted(set(classes)):
            require_class(model, pictures, each)
            chosen = [place for place, one in enumerate(classes) if one == each]
            question = Question(model, pictures[chosen], each, layer, compared)
            scores = plugin.attribute(question).detach().float()
            found |= dict(zip(chosen, scores, strict=True))
    whole = torch.stack([found[place] for place in range(len(pictures))])
    return whole.reshape(inputs.shape) if inputs.dim() == 2 else whole


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

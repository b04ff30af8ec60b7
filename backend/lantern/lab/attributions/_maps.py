"""The maps of a layer with the gradient of a class's score over them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lantern.lab.places import kept, place_of
from lantern.lab.questions import Question


@dataclass(frozen=True)
class Slope:
    """What class activation maps are made of."""

    maps: Tensor
    """A, (b, k, h', w')."""
    gradient: Tensor
    """d score / dA, of the same shape."""


def slope_of(question: Question) -> Slope:
    """Return the maps of the question's layer and the gradient of the score over them."""
    place = place_of(question.model, question.inputs, question.layer)
    free = question.inputs.detach().clone().requires_grad_()
    with torch.enable_grad(), kept(place) as found:
        total = question.model(free)[:, question.target].sum()
        (gradient,) = torch.autograd.grad(total, found[-1])
    return Slope(found[-1].detach(), gradient.detach())


def maps_of(question: Question) -> Tensor:
    """Return the maps (b, k, h', w') of the question's layer."""
    place = place_of(question.model, question.inputs, question.layer)
    with torch.no_grad(), kept(place) as found:
        question.model(question.inputs)
    return found[-1]


def weighed(maps: Tensor, weights: Tensor) -> Tensor:
    """Return relu(sum over k of weights x maps), (b, 1, h', w')."""
    return (weights * maps).sum(1, keepdim=True).relu()

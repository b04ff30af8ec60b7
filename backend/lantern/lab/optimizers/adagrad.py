"""Adagrad."""

from typing import Annotated

import torch
from torch import nn

from lantern.lab.kinds import Optimizer
from lantern.protocol.model import control


class Adagrad(Optimizer, name="adagrad", title="Adagrad"):
    """Divides each weight's gradient by the root of the sum of all its squares so far.

    Duchi, Hazan and Singer, 2011. Weights with rare or small gradients take larger steps; since
    the sum only grows, all steps become smaller and smaller.
    """

    order = 50
    learning_rate: Annotated[float, control(live=True, scale="log", ge=1e-5, le=10)] = 0.1
    """How far a weight moves in its first step; later ones are shorter."""

    def build(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Return the torch optimizer."""
        return torch.optim.Adagrad(parameters, lr=self.learning_rate, eps=1e-10)

    def adjust(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set learning rate times factor."""
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate * factor

"""Adadelta."""

from typing import Annotated

import torch
from torch import nn

from lantern.lab.kinds import Optimizer
from lantern.protocol.model import control


class Adadelta(Optimizer, name="adadelta", title="Adadelta"):
    """Steps as long as the weight's own recent steps, over its recent gradients.

    Zeiler, 2012: the gradient times the root of the running mean of squared steps, over the root
    of the running mean of squared gradients. It was made to need no learning rate, so 1 is the
    published value; its first steps are very short.
    """

    order = 60
    learning_rate: Annotated[float, control(live=True, scale="log", ge=1e-5, le=10)] = 1.0
    """What the step is multiplied by; 1 is Adadelta as published."""
    rho: Annotated[float, control(live=True, ge=0, le=0.999, step=0.01)] = 0.9
    """Share of both running means that is kept from step to step."""

    def build(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Return the torch optimizer."""
        return torch.optim.Adadelta(parameters, lr=self.learning_rate, rho=self.rho, eps=1e-6)

    def adjust(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set learning rate times factor, and rho."""
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate * factor
            group["rho"] = self.rho

"""Adam."""

from typing import Annotated

import torch
from torch import nn

from lantern.lab.kinds import Optimizer
from lantern.protocol.model import control


class Adam(Optimizer, name="adam", title="Adam"):
    """Gives each weight a step size of its own, from running moments of its gradient.

    Kingma and Ba, 2015: the mean of past gradients over the root of the mean of their squares,
    both corrected for starting at zero.
    """

    order = 10
    learning_rate: Annotated[float, control(live=True, scale="log", ge=1e-5, le=10)] = 0.003
    """About how far a weight moves in one step."""
    beta1: Annotated[float, control(live=True, ge=0, le=0.999, step=0.01, section="Moments")] = 0.9
    """Share of the running mean of gradients that is kept from step to step."""
    beta2: Annotated[float, control(live=True, ge=0, le=0.9999, step=0.001, section="Moments")] = (
        0.999
    )
    """Share of the running mean of squared gradients that is kept from step to step."""

    def build(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Return the torch optimizer."""
        return torch.optim.Adam(
            parameters, lr=self.learning_rate, betas=(self.beta1, self.beta2), eps=1e-8
        )

    def adjust(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set learning rate times factor, and the two shares."""
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate * factor
            group["betas"] = (self.beta1, self.beta2)

"""AdamW."""

from typing import Annotated

import torch
from torch import nn

from lantern.lab.kinds import Optimizer
from lantern.protocol.model import control


class AdamW(Optimizer, name="adamw", title="AdamW"):
    """Adam, with weights that shrink a little in every step.

    Loshchilov and Hutter, 2019: the decay acts on the weight itself, after Adam's step, and not
    through the gradient as an L2 penalty does, so Adam's scaling does not distort it. Every step
    takes learning rate times decay times the weight off, biases included.
    """

    order = 15
    learning_rate: Annotated[float, control(live=True, scale="log", ge=1e-5, le=10)] = 0.003
    """About how far a weight moves in one step."""
    weight_decay: Annotated[float, control(live=True, ge=0, le=1, step=0.001)] = 0.01
    """Share of each weight, times the learning rate, that every step takes off."""
    beta1: Annotated[float, control(live=True, ge=0, le=0.999, step=0.01, section="Moments")] = 0.9
    """Share of the running mean of gradients that is kept from step to step."""
    beta2: Annotated[float, control(live=True, ge=0, le=0.9999, step=0.001, section="Moments")] = (
        0.999
    )
    """Share of the running mean of squared gradients that is kept from step to step."""

    def build(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Return the torch optimizer."""
        return torch.optim.AdamW(
            parameters,
            lr=self.learning_rate,
            betas=(self.beta1, self.beta2),
            eps=1e-8,
            weight_decay=self.weight_decay,
        )

    def adjust(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set learning rate times factor, decay, and the two shares."""
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate * factor
            group["weight_decay"] = self.weight_decay
            group["betas"] = (self.beta1, self.beta2)

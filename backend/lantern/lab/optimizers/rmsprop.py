"""RMSProp."""

from typing import Annotated

import torch
from torch import nn

from lantern.lab.kinds import Optimizer
from lantern.protocol.model import control


class RmsProp(Optimizer, name="rmsprop", title="RMSProp"):
    """Divides each weight's gradient by the root of the running mean of its squares.

    Tieleman and Hinton, 2012 (Neural Networks for Machine Learning, lecture 6e). Like Adagrad, but
    it forgets, so that its steps do not die away. With momentum the divided gradients add up to a
    velocity, as in SGD.
    """

    order = 40
    learning_rate: Annotated[float, control(live=True, scale="log", ge=1e-5, le=10)] = 0.003
    """About how far a weight moves in one step."""
    decay: Annotated[float, control(live=True, ge=0, le=0.999, step=0.01)] = 0.9
    """Share of the running mean of squared gradients that is kept from step to step."""
    momentum: Annotated[float, control(live=True, ge=0, le=0.999, step=0.01)] = 0.0
    """Share of the velocity that is kept from step to step."""

    def build(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Return the torch optimizer."""
        return torch.optim.RMSprop(
            parameters, lr=self.learning_rate, alpha=self.decay, momentum=self.momentum, eps=1e-8
        )

    def adjust(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set learning rate times factor, decay and momentum."""
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate * factor
            group["alpha"] = self.decay
            group["momentum"] = self.momentum
        if self.momentum > 0:
            _begin_velocity(optimizer)


def _begin_velocity(optimizer: torch.optim.Optimizer) -> None:
    # Torch makes room for the velocity at the first step only if there is momentum then.
    for parameter, state in optimizer.state.items():
        if state and "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(parameter)

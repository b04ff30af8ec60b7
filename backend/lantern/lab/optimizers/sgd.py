"""Stochastic gradient descent."""

from typing import Annotated

import torch
from torch import nn

from lantern.lab.kinds import Optimizer
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError


class Sgd(Optimizer, name="sgd", title="SGD"):
    """Goes a step against the gradient of each batch (Robbins and Monro, 1951).

    With momentum m (Polyak, 1964) the velocity v becomes m v + gradient, and each weight moves by
    minus the learning rate times v. Nesterov's way (1983, as in Sutskever et al., 2013) moves by
    the gradient + m v instead: it looks ahead to where the velocity is about to go.
    """

    order = 20
    learning_rate: Annotated[float, control(live=True, scale="log", ge=1e-5, le=10)] = 0.03
    """Length of a step as a multiple of the gradient."""
    momentum: Annotated[float, control(live=True, ge=0, le=0.999, step=0.01)] = 0.0
    """Share of the velocity that is kept from step to step."""
    nesterov: Annotated[bool, control(live=True)] = False
    """Look ahead; needs some momentum."""

    def model_post_init(self, context: object) -> None:
        """Refuse Nesterov's way without momentum."""
        if self.nesterov and self.momentum == 0:
            raise ProblemError(
                "optimizer.params.nesterov: looking ahead needs a momentum above 0.",
                field="optimizer.params.nesterov",
                hint="Set the momentum to 0.9, or turn nesterov off.",
            )

    def build(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Return the torch optimizer."""
        return torch.optim.SGD(
            parameters, lr=self.learning_rate, momentum=self.momentum, nesterov=self.nesterov
        )

    def adjust(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set learning rate times factor, momentum, and the way of using it."""
        for group in optimizer.param_groups:
            group["lr"] = self.learning_rate * factor
            group["momentum"] = self.momentum
            group["nesterov"] = self.nesterov

"""PGD: many small steps, kept within a ball around the input."""

from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from lantern.lab.kinds import Attack
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control


class Pgd(Attack, name="pgd", title="PGD"):
    """Projected gradient descent: FGSM in small steps, never more than epsilon away.

    After each step the change is cut to epsilon, then the pixels to 0-1. Without a random start it
    is the basic iterative method. Madry and others (2017), arXiv:1706.06083.
    """

    order = 20
    epsilon: Annotated[float, control(ge=0, le=0.5, step=0.01)] = 0.1
    """The most any pixel may change, where black is 0 and white is 1."""
    alpha: Annotated[float, control(ge=0.001, le=0.5, step=0.001)] = 0.02
    """How far each step goes."""
    steps: Annotated[int, control(ge=1, le=100)] = 10
    """Number of steps."""
    random_start: bool = False
    """Begin at a random place in the ball instead of at the input."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the random start."""

    def perturb(self, model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
        """Return adversarial inputs (b, c, h, w) within epsilon of the inputs and within 0-1."""
        moved = self._start(inputs)
        for _ in range(self.steps):
            free = moved.detach().clone().requires_grad_()
            with torch.enable_grad():
                loss = functional.cross_entropy(model(free), labels, reduction="sum")
                (gradient,) = torch.autograd.grad(loss, free)
            change = (moved + self.alpha * gradient.sign() - inputs).clamp(
                -self.epsilon, self.epsilon
            )
            moved = (inputs + change).clamp(0, 1)
        return moved.detach()

    def _start(self, inputs: Tensor) -> Tensor:
        if not self.random_start:
            return inputs.detach()
        generator = generator_for(self.seed, "attack/pgd")
        noise = torch.rand(inputs.shape, generator=generator).to(inputs)  # (b, c, h, w) in 0-1
        return (inputs + self.epsilon * (2 * noise - 1)).clamp(0, 1).detach()

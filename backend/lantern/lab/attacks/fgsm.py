"""FGSM: one step along the sign of the gradient."""

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional

from lantern.lab.kinds import Attack
from lantern.protocol.model import control


class Fgsm(Attack, name="fgsm", title="FGSM"):
    """The fast gradient sign method: every pixel moves by epsilon the way that raises the loss.

    Adversarial input = clip(x + epsilon sign(gradient), 0, 1); pixels without gradient stay.
    Goodfellow, Shlens and Szegedy (2014), arXiv:1412.6572.
    """

    order = 10
    epsilon: Annotated[float, control(ge=0, le=0.5, step=0.01)] = 0.1
    """The most any pixel may change, where black is 0 and white is 1."""

    def perturb(self, model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
        """Return clip(x + epsilon sign(d loss / dx), 0, 1), (b, c, h, w)."""
        free = inputs.detach().clone().requires_grad_()
        with torch.enable_grad():
            loss = functional.cross_entropy(model(free), labels, reduction="sum")
            (gradient,) = torch.autograd.grad(loss, free)
        return (inputs + self.epsilon * gradient.sign()).clamp(0, 1).detach()

"""Integrated gradients: gradients summed along the way from a blank input."""

from typing import Annotated

import torch
from captum.attr import IntegratedGradients as CaptumIntegratedGradients
from torch import Tensor, nn

from lantern.lab.kinds import Attribution
from lantern.protocol.model import control

CHUNK = 64
"""Inputs per pass, which keeps 64 images at 57 MiB instead of 736."""


class IntegratedGradients(Attribution, name="integrated_gradients", title="Integrated gradients"):
    """What each pixel adds to the score on the way from a blank input to this one.

    The pixels' shares add up to the difference of the two scores; the completeness gap tells how
    far the sum of `steps` gradients (Gauss-Legendre nodes) misses it. Sundararajan, Taly and Yan
    (2017), arXiv:1703.01365.
    """

    order = 30
    steps: Annotated[int, control(ge=2, le=300)] = 50
    """Gradients taken along the way."""
    baseline: Annotated[float, control(ge=0, le=1)] = 0.0
    """Brightness of the blank input it starts from."""

    def attribute(self, model: nn.Module, inputs: Tensor, target: int, layer: str | None) -> Tensor:
        """Return (x - baseline) times the mean gradient on the way, (b, c, h, w)."""
        free = inputs.detach().clone().requires_grad_()
        scores = CaptumIntegratedGradients(model).attribute(
            free,
            baselines=self.baseline,
            target=target,
            n_steps=self.steps,
            method="gausslegendre",
            internal_batch_size=max(CHUNK, len(inputs)),
        )
        return scores.detach().float()

    def checks(
        self, model: nn.Module, inputs: Tensor, target: int, scores: Tensor
    ) -> dict[str, float]:
        """Return the sum of the shares and the score difference that it ought to be."""
        with torch.no_grad():
            here = model(inputs)[:, target].sum()
            there = model(torch.full_like(inputs, self.baseline))[:, target].sum()
        found, wanted = float(scores.sum()), float(here - there)
        gap = abs(found - wanted) / max(abs(wanted), 1e-12)
        return {
            "sum of attributions": found,
            "score difference": wanted,
            "completeness gap (%)": 100 * gap,
        }

"""No augmentation."""

import torch
from torch import Tensor

from lantern.lab.kinds import Augmentation


class Unchanged(Augmentation, name="none", title="None"):
    """Training samples are shown as they are."""

    tags = ("points", "images")
    order = 10

    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return the inputs themselves."""
        return inputs

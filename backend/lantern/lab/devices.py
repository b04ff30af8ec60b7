"""Where a model is trained."""

from typing import Literal

import torch

from lantern.protocol.problems import ProblemError

WORTHWHILE_MACS = 100_000
"""Per sample; below this the way to the GPU and back costs more than the work."""


def choose_device(wanted: Literal["auto", "cpu", "cuda"], *, macs: int) -> torch.device:
    """Return the device to train on; `auto` takes the GPU for models of some size."""
    if wanted == "cpu" or (wanted == "auto" and macs < WORTHWHILE_MACS):
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    if wanted == "cuda":
        raise ProblemError(
            "training.device: this machine has no GPU that can be used.",
            field="training.device",
            hint="Choose auto or cpu.",
        )
    return torch.device("cpu")

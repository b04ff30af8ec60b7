"""What losses for classes share: signs, margins, and one-hot targets."""

import torch
from torch import Tensor
from torch.nn import functional as F


def signs(targets: Tensor, outputs: Tensor) -> Tensor:
    """Return +1 for the true class and -1 for others, shaped like the outputs.

    Targets (b,) are class indices. One output (b, 1) stands for class 1 against class 0; several,
    (b, classes), each for their class against all others (one against the rest).
    """
    if outputs.shape[1] == 1:
        return targets.to(outputs.dtype).mul(2).sub(1).unsqueeze(1)  # (b,) -> (b, 1)
    return F.one_hot(targets, outputs.shape[1]).to(outputs.dtype).mul(2).sub(1)


def margins(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return each output times its sign, (b, outputs): positive where it is on the right side."""
    return outputs * signs(targets, outputs)


def both(positive: Tensor) -> Tensor:
    """Return the probabilities (b, 2) of two classes from that of class 1, (b, 1)."""
    return torch.cat([1 - positive, positive], dim=1)


def clipped_probabilities(outputs: Tensor) -> Tensor:
    """Return (b, classes) for losses whose margin is 1: (1 + o) / 2 kept within 0-1.

    So a map has its full colour where the margin is kept. Several outputs: their softmax, which
    orders the classes as the outputs do.
    """
    if outputs.shape[1] == 1:
        return both(((1 + outputs) / 2).clamp(0, 1))
    return outputs.softmax(dim=1)


def residuals(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return what is put out less what ought to be, (b, outputs), for losses of a distance.

    Regression, where targets (b,) are floats: o - t. Two classes: tanh o - t with t = -1 or +1.
    More classes: softmax less one-hot target.
    """
    if targets.is_floating_point():
        return outputs - targets.unsqueeze(1)  # (b, 1)
    if outputs.shape[1] == 1:
        return outputs.tanh() - signs(targets, outputs)
    return outputs.softmax(dim=1) - F.one_hot(targets, outputs.shape[1])


def squashed_probabilities(outputs: Tensor) -> Tensor:
    """Return (b, classes): (1 - tanh o, 1 + tanh o) / 2 of one output, softmax of several."""
    if outputs.shape[1] == 1:
        return both((1 + outputs.tanh()) / 2)
    return outputs.softmax(dim=1)

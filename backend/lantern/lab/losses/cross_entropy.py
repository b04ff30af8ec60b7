"""Cross-entropy."""

import torch
from torch import Tensor
from torch.nn import functional as F

from lantern.lab.kinds import Loss


class CrossEntropy(Loss, name="cross_entropy", title="Cross-entropy"):
    """Minus the logarithm of the probability that the model gives to the true class.

    Two classes share one output o, and p(blue) = 1 / (1 + exp(-o)) (logistic regression); more
    classes have one output each and a softmax. Both are computed from the outputs themselves
    (log-sum-exp), so that large outputs do not overflow. In nats.
    """

    tags = ("classes",)
    order = 10

    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,), in nats."""
        if outputs.shape[1] == 1:
            return F.binary_cross_entropy_with_logits(
                outputs[:, 0], targets.to(outputs.dtype), reduction="none"
            )
        return F.cross_entropy(outputs, targets, reduction="none")

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return (b, classes): sigmoid of one output, softmax of several."""
        if outputs.shape[1] == 1:
            return torch.cat([torch.sigmoid(-outputs), torch.sigmoid(outputs)], dim=1)
        return outputs.softmax(dim=1)

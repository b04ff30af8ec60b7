"""Batch normalisation that a last batch of a single sample does not stop."""

from torch import Tensor, nn
from torch.nn import functional as F


class BatchNormRows(nn.BatchNorm1d):
    """Normalises each column of (b, units) over the batch (Ioffe and Szegedy, 2015).

    One row alone has no deviation: it is normalised by the running mean and deviation, as in eval
    mode, where PyTorch's own layer raises an error.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the rows on one scale."""
        if _is_alone(self, input):
            return _by_what_is_known(self, input)
        return super().forward(input)


class BatchNormMaps(nn.BatchNorm2d):
    """Normalises each channel of (b, c, h, w) over batch and places (Ioffe and Szegedy, 2015).

    One pixel alone is normalised by the running mean and deviation, as rows are.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the maps on one scale."""
        if _is_alone(self, input):
            return _by_what_is_known(self, input)
        return super().forward(input)


def _is_alone(layer: nn.BatchNorm1d | nn.BatchNorm2d, inputs: Tensor) -> bool:
    return layer.training and inputs.numel() == inputs.shape[1]


def _by_what_is_known(layer: nn.BatchNorm1d | nn.BatchNorm2d, inputs: Tensor) -> Tensor:
    mean, variance = layer.running_mean, layer.running_var
    return F.batch_norm(inputs, mean, variance, layer.weight, layer.bias, eps=layer.eps)

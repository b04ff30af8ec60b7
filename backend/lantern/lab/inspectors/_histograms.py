"""Histograms of many tensors at once."""

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.protocol.figures import HistogramSeries

BINS = 40


def histogram_of(label: str, values: Tensor, bins: int = BINS) -> HistogramSeries:
    """Return the counts of all finite values of a tensor, in equal bins over their own range."""
    flat = values.detach().float().flatten().cpu()
    flat = flat[flat.isfinite()]
    low, high = (float(flat.min()), float(flat.max())) if len(flat) else (0.0, 0.0)
    if high - low < 1e-12:
        low, high = low - 0.5, high + 0.5
    return HistogramSeries(
        label=label,
        edges=array_of(torch.linspace(low, high, bins + 1)),
        counts=array_of(torch.histc(flat, bins=bins, min=low, max=high)),
    )

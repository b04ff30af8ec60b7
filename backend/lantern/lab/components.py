"""Principal components whose signs stay the same from one step to the next."""

import torch
from torch import Tensor
from torch.nn import functional

LARGE = 400
"""Samples and features from which on the leading components alone are sought, by iteration."""
OVERSAMPLING = 10
ITERATIONS = 30
TOLERANCE = 1e-4
"""Of the variance found, from one iteration to the next."""


def principal(features: Tensor, reference: Tensor, dims: int = 2) -> tuple[Tensor, Tensor]:
    """Return (n, dims) principal component scores of (n, features), and their variance shares.

    Each component points the way in which the reference (n,) grows, so that it does not flip from
    one step to the next. No random numbers of others are used.
    """
    centred = features - features.mean(0)
    if min(centred.shape) > LARGE:
        scores, kept, total = _by_iteration(centred, dims)
    else:
        scores, kept, total = _exactly(centred.double(), dims)
    scores = functional.pad(scores, (0, dims - scores.shape[1]))  # a one-unit layer is a line
    signs = ((reference - reference.mean()).to(scores) @ scores).sign()
    shares = functional.pad(kept, (0, dims - len(kept))) / total.clamp_min(1e-30)
    return (scores * torch.where(signs < 0, -1.0, 1.0)).float(), shares.float()


def is_large(features: Tensor) -> bool:
    """Return whether the components of (n, features) take more than a moment."""
    return min(features.shape) > LARGE


def _exactly(centred: Tensor, dims: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return scores (n, up to dims), their variances and all variance, times n."""
    samples, width = centred.shape
    wide = width > samples
    gram = centred @ centred.t() if wide else centred.t() @ centred
    values, vectors = torch.linalg.eigh(gram)  # ascending
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    first = vectors[:, :dims]
    scores = first * values[:dims].sqrt() if wide else centred @ first
    return scores, values[:dims], values.sum()


def _by_iteration(centred: Tensor, dims: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return what `_exactly` does, by subspace iteration: Halko, Martinsson and Tropp (2011), 4.4.

    2000 samples of 16 384 features take a second instead of eight.
    """
    by = torch.Generator().manual_seed(0)  # its own, so that the same features give the same axes
    basis = torch.randn(len(centred), dims + OVERSAMPLING, generator=by).to(centred)
    found = torch.zeros((), dtype=centred.dtype)
    for _ in range(ITERATIONS):
        basis = torch.linalg.qr(centred @ (centred.t() @ basis)).Q
        before, found = found, (centred.t() @ basis).square().sum(0)[:dims].sum()
        if abs(found - before) <= TOLERANCE * found:
            break
    left, sizes, _ = torch.linalg.svd(basis.t() @ centred, full_matrices=False)
    kept = sizes[:dims].square()
    return basis @ (left[:, :dims] * sizes[:dims]), kept, centred.square().sum()

"""Principal components whose signs stay the same from one step to the next."""

import torch
from torch import Tensor
from torch.nn import functional


def principal(features: Tensor, reference: Tensor, dims: int = 2) -> tuple[Tensor, Tensor]:
    """Return (n, dims) principal component scores of (n, features), and their variance shares.

    Each component points the way in which the reference (n,) grows, so that it does not flip from
    one step to the next. No random numbers are used.
    """
    centred = (features - features.mean(0)).double()
    samples, width = centred.shape
    wide = width > samples
    gram = centred @ centred.t() if wide else centred.t() @ centred
    values, vectors = torch.linalg.eigh(gram)  # ascending
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    first = vectors[:, :dims]
    scores = first * values[:dims].sqrt() if wide else centred @ first  # (n, up to dims)
    scores = functional.pad(scores, (0, dims - scores.shape[1]))  # a one-unit layer is a line
    signs = ((reference - reference.mean()).double() @ scores).sign()
    kept = values[:dims]
    shares = functional.pad(kept, (0, dims - len(kept))) / values.sum().clamp_min(1e-30)
    return (scores * torch.where(signs < 0, -1.0, 1.0)).float(), shares.float()

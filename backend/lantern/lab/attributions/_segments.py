"""Pieces of a picture that are covered or shown as a whole."""

import torch
from torch import Tensor

from lantern.lab.aside import importing


def grid(height: int, width: int, side: int) -> Tensor:
    """Return the number of each pixel's cell, (height, width), of side x side cells."""
    rows, columns = min(side, height), min(side, width)
    down = torch.arange(height) * rows // height  # (height,)
    across = torch.arange(width) * columns // width  # (width,)
    return down[:, None] * columns + across


def superpixels(image: Tensor, side: int) -> Tensor:
    """Return the number of each pixel's piece, (h, w), at most side x side pieces of a (c, h, w).

    k-means over colour and position from a regular grid, the idea of SLIC (Achanta and others,
    2012) with every piece searched over the whole picture; half a range of brightness is as far as
    the distance between two pieces.
    """
    with importing():
        from sklearn.cluster import KMeans  # noqa: PLC0415 - a second, for this option alone

    channels, height, width = image.shape
    cells = grid(height, width, side)
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    spacing = (height * width / (int(cells.max()) + 1)) ** 0.5
    span = float(image.amax() - image.amin()) or 1.0
    colour = image.detach().cpu().reshape(channels, -1).T / (0.5 * span * channels**0.5)
    place = torch.stack([rows, columns], 2).reshape(-1, 2) / spacing  # (h w, 2)
    features = torch.cat([colour, place], 1).double()  # (h w, c + 2)
    first = torch.stack([features[cells.flatten() == cell].mean(0) for cell in cells.unique()])
    means = KMeans(
        len(first),
        init=first.numpy(),  # pyright: ignore[reportArgumentType]
        n_init=1,  # pyright: ignore[reportArgumentType]
        max_iter=10,
        random_state=0,
    )
    with importing():  # it imports more when it is used first
        found = means.fit(features.numpy())
    _, labels = torch.as_tensor(found.labels_).unique(return_inverse=True)
    return labels.reshape(height, width)


def painted(values: Tensor, labels: Tensor, shape: torch.Size) -> Tensor:
    """Return (1, c, h, w) in which each pixel has the value (pieces,) of its piece."""
    return values[labels].float().expand(1, *shape[1:]).contiguous()

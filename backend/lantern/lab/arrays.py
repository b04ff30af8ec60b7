"""From tensors to the arrays of figures, quantised on the way."""

import numpy as np
import torch
from torch import Tensor

from lantern.protocol.figures import Array, FigureScale, Images

DTYPES: dict[str, np.dtype] = {
    "u1": np.dtype("<u1"),
    "u2": np.dtype("<u2"),
    "i4": np.dtype("<i4"),
    "f2": np.dtype("<f2"),
    "f4": np.dtype("<f4"),
    "f8": np.dtype("<f8"),
}


def array_of(values: Tensor | np.ndarray, dtype: str = "f4") -> Array:
    """Return any tensor as an array of a figure, converted to the given dtype."""
    if isinstance(values, Tensor):
        values = values.detach().cpu().numpy()
    plain = np.ascontiguousarray(values, dtype=DTYPES[dtype])
    return Array.of(plain.tobytes(), dtype=dtype, shape=plain.shape)  # type: ignore[arg-type]


def numpy_of(array: Array) -> np.ndarray:
    """Return an array of a figure as numpy sees it, without a copy."""
    return np.frombuffer(array.data, dtype=DTYPES[array.dtype]).reshape(array.shape)


def quantised(maps: Tensor, *, low: Tensor, high: Tensor) -> Tensor:
    """Return (n, ...) floats as u1 between the (n,) lows and highs."""
    shape = (-1,) + (1,) * (maps.dim() - 1)
    low, span = low.reshape(shape), (high - low).clamp_min(1e-12).reshape(shape)
    return ((maps - low) / span).clamp(0, 1).mul(255).round().nan_to_num(0).to(torch.uint8)


def images_of(maps: Tensor, *, scale: FigureScale = "signed", smooth: bool = False) -> Images:
    """Return (n, channels, height, width) floats as quantised images, each on its own range.

    `signed` ranges are symmetric about 0, `magnitude` starts at 0 or below, `pixels` is 0-1.
    """
    maps = maps.detach().float().cpu()
    flat = maps.flatten(1)
    if scale == "signed":
        high = flat.abs().amax(1)
        low = -high
    elif scale == "pixels":
        low, high = torch.zeros(len(maps)), torch.ones(len(maps))
    else:
        low, high = flat.amin(1).clamp(max=0), flat.amax(1)
    values = quantised(maps, low=low, high=high)
    return Images(
        values=array_of(values, "u1"),
        low=array_of(low),
        high=array_of(high),
        scale=scale,
        smooth=smooth,
    )

"""Activation functions and their derivatives, sixteen samples at once."""

import numpy as np
from numba import njit

from lantern.lab.fused.core import codes
from lantern.lab.fused.core.call import WIDTH
from lantern.lab.fused.core.elementary import (
    Lanes,
    cosine,
    erf,
    exp,
    log1p,
    sigmoid,
    sine,
    tanh,
)
from lantern.lab.fused.core.vectors import absolute, constant, fma, load, root, select, store

# Where a comparison with NaN is false, the NaN must be what is chosen: a step that went wrong has
# to be seen. At a corner the derivative is PyTorch's.


@njit
def _relu(z: Lanes, slope: float) -> tuple[Lanes, Lanes]:
    return select(z <= 0.0, z * slope, z), select(z > 0.0, constant(z, 1.0), slope)


@njit
def _elu(z: Lanes) -> tuple[Lanes, Lanes]:
    e = exp(select(z > 0.0, 0.0, z))
    return select(z > 0.0, z, e - 1.0), e


@njit
def _softplus(z: Lanes) -> tuple[Lanes, Lanes]:
    return select(z <= 0.0, 0.0, z) + log1p(exp(-absolute(z))), sigmoid(z)


@njit
def _silu(z: Lanes) -> tuple[Lanes, Lanes]:
    s = sigmoid(z)
    return z * s, s * fma(z, 1.0 - s, 1.0)


@njit
def _mish(z: Lanes) -> tuple[Lanes, Lanes]:
    """Return z tanh(softplus z) and its derivative; Misra, 2020."""
    e = exp(select(z > 20.0, 20.0, z))
    n = e * (e + 2.0)
    t = n / (n + 2.0)
    return z * t, fma(z * (e / (e + 1.0)), 1.0 - t * t, t)


@njit
def _gelu(z: Lanes) -> tuple[Lanes, Lanes]:
    """Return z times the normal distribution function of z, and its derivative."""
    share = fma(erf(z * 0.7071067811865476), 0.5, 0.5)
    density = exp(z * z * -0.5) * 0.3989422804014327
    return z * share, fma(z, density, share)


@njit
def _bent_identity(z: Lanes) -> tuple[Lanes, Lanes]:
    r = root(fma(z, z, 1.0))
    return fma(r - 1.0, 0.5, z), fma(z / r, 0.5, 1.0)


@njit
def _tanh(z: Lanes) -> tuple[Lanes, Lanes]:
    t = tanh(z)
    return t, fma(-t, t, 1.0)


@njit
def _sigmoid(z: Lanes) -> tuple[Lanes, Lanes]:
    s = sigmoid(z)
    return s, s * (1.0 - s)


@njit
def _of(code: int, z: Lanes) -> tuple[Lanes, Lanes]:
    if code == codes.TANH:
        return _tanh(z)
    if code == codes.RELU:
        return _relu(z, 0.0)
    if code == codes.SIGMOID:
        return _sigmoid(z)
    if code == codes.LEAKY_RELU:
        return _relu(z, 0.01)
    if code == codes.ELU:
        return _elu(z)
    if code == codes.SOFTPLUS:
        return _softplus(z)
    if code == codes.SILU:
        return _silu(z)
    if code == codes.MISH:
        return _mish(z)
    if code == codes.GELU:
        return _gelu(z)
    if code == codes.BENT_IDENTITY:
        return _bent_identity(z)
    if code == codes.SINE:
        return sine(z), cosine(z)
    return z, constant(z, 1.0)


@njit
def activate(
    code: int, values: np.ndarray, slopes: np.ndarray, at: int, units: int, stride: int, count: int
) -> None:
    """Put each number of a layer through its activation, and write its derivative into `slopes`.

    The layer's units begin at `at`, `stride` numbers apart; of each, `count` vectors are done.
    """
    for unit in range(units):
        for vector in range(count):
            place = at + unit * stride + vector * WIDTH
            value, slope = _of(code, load(values, place))
            store(values, place, value)
            store(slopes, place, slope)

"""Losses and their gradients at the output, sixteen samples at once.

The formulas are those of `lantern.lab.losses`, differentiated by hand; tests compare the two.
"""

import numpy as np
from numba import njit

from lantern.lab.fused.core import codes
from lantern.lab.fused.core.call import WIDTH
from lantern.lab.fused.core.elementary import Lanes, exp, log, log1p, sigmoid, tanh
from lantern.lab.fused.core.vectors import (
    absolute,
    constant,
    first,
    fma,
    load,
    select,
    store,
    total,
)


@njit
def _sign(x: Lanes) -> Lanes:
    return select(x > 0.0, 1.0, select(x < 0.0, constant(x, -1.0), x))


@njit
def _of_residual(code: int, r: Lanes, parameter: float) -> tuple[Lanes, Lanes]:
    """Return the loss of r = output - target, and its derivative."""
    size = absolute(r)
    if code == codes.ABSOLUTE:
        return size, _sign(r)
    if code == codes.HUBER:
        near = size <= parameter
        far = (size - 0.5 * parameter) * parameter
        return select(near, r * r * 0.5, far), select(near, r, _sign(r) * parameter)
    if code == codes.EPSILON_INSENSITIVE:
        outside = size > parameter
        return select(size <= parameter, 0.0, size - parameter), select(outside, _sign(r), 0.0)
    if code == codes.QUANTILE:
        low, high = -r * parameter, r * (1.0 - parameter)
        slope = select(r > 0.0, constant(r, 1.0 - parameter), -parameter)
        return select(r > 0.0, high, low), select(r == 0.0, 0.5 - parameter, slope)
    return r * r * 0.5, r


@njit
def _of_margin(code: int, m: Lanes) -> tuple[Lanes, Lanes]:
    """Return the loss of m = output times sign, and its derivative."""
    if code == codes.EXPONENTIAL:
        e = exp(-m)
        return e, -e
    lack = select(m >= 1.0, 0.0, 1.0 - m)
    if code == codes.SQUARED_HINGE:
        return lack * lack, lack * -2.0
    return lack, select(m < 1.0, constant(m, -1.0), 0.0)


@njit
def _of_value(code: int, z: Lanes, target: Lanes, parameter: float) -> tuple[Lanes, Lanes]:
    """Return the loss of one output z for a number to hit."""
    if code == codes.POISSON:
        e = exp(z)
        positive = select(target > 0.0, target, 1.0)
        least = select(target > 0.0, target - target * log(positive), 0.0)
        return fma(-target, z, e) - least, e - target
    return _of_residual(code, z - target, parameter)


@njit
def _of_two(code: int, z: Lanes, target: Lanes, parameter: float) -> tuple[Lanes, Lanes]:
    """Return the loss of one output z for class 0 or 1."""
    if code == codes.CROSS_ENTROPY:
        loss = fma(-target, z, select(z <= 0.0, 0.0, z)) + log1p(exp(-absolute(z)))
        return loss, sigmoid(z) - target
    sign = fma(target, 2.0, -1.0)
    if code >= codes.HINGE:
        loss, slope = _of_margin(code, z * sign)
        return loss, slope * sign
    squashed = tanh(z)
    loss, slope = _of_residual(code, squashed - sign, parameter)
    return loss, slope * fma(-squashed, squashed, 1.0)


@njit
def _margins(
    code: int, z: np.ndarray, at: int, e: np.ndarray, to: int, stride: int, units: int, t: Lanes
) -> Lanes:
    """Return the losses of each class against the rest, summed; gradients go to `e`."""
    losses = constant(t, 0.0)
    for unit in range(units):
        sign = select(t == unit, constant(t, 1.0), -1.0)
        loss, slope = _of_margin(code, load(z, at + unit * stride) * sign)
        losses = losses + loss
        store(e, to + unit * stride, slope * sign)
    return losses


@njit
def _softmax(z: np.ndarray, at: int, stride: int, units: int, t: Lanes) -> Lanes:
    """Make outputs into probabilities, in place; return minus the logarithm of the true one's."""
    most = load(z, at)
    wanted = constant(t, 0.0)
    for unit in range(units):
        output = load(z, at + unit * stride)
        most = select(output > most, output, most)
        wanted = wanted + select(t == unit, output, 0.0)
    mass = constant(t, 0.0)
    for unit in range(units):
        e = exp(load(z, at + unit * stride) - most)
        store(z, at + unit * stride, e)
        mass = mass + e
    for unit in range(units):
        store(z, at + unit * stride, load(z, at + unit * stride) / mass)
    return log(mass) + (most - wanted)


@njit
def _classes(
    code: int,
    z: np.ndarray,
    at: int,
    e: np.ndarray,
    to: int,
    stride: int,
    units: int,
    t: Lanes,
    parameter: float,
) -> Lanes:
    """Return the losses of a softmax over several outputs; gradients go to `e`."""
    losses = _softmax(z, at, stride, units, t)
    if code == codes.CROSS_ENTROPY:
        for unit in range(units):
            p = load(z, at + unit * stride)
            store(e, to + unit * stride, p - select(t == unit, constant(t, 1.0), 0.0))
        return losses
    losses, dot = constant(t, 0.0), constant(t, 0.0)
    for unit in range(units):
        p = load(z, at + unit * stride)
        one_hot = select(t == unit, constant(t, 1.0), 0.0)
        loss, slope = _of_residual(code, p - one_hot, parameter)
        losses = losses + loss
        dot = fma(slope, p, dot)
        store(e, to + unit * stride, slope)
    for unit in range(units):
        p = load(z, at + unit * stride)
        store(e, to + unit * stride, p * (load(e, to + unit * stride) - dot))
    return losses


@njit
def miss(
    whole: np.ndarray,
    real: np.ndarray,
    z: np.ndarray,
    at: int,
    e: np.ndarray,
    units: int,
    stride: int,
    targets: np.ndarray,
    samples: int,
    share: float,
) -> float:
    """Return the sum of the losses of a block; write `share` times their gradients to `e`.

    Outputs lie in z from `at` on, and are overwritten for several classes. Gradients of the lanes
    beyond the block's samples are 0.
    """
    code, kind, parameter = whole[codes.LOSS], whole[codes.TARGETS], real[codes.LOSS_PARAMETER]
    summed = total(constant(load(targets, 0), 0.0))
    for lane in range(0, samples, WIDTH):
        t = load(targets, lane)
        if kind == codes.CLASSES:
            if code >= codes.HINGE and code < codes.CROSS_ENTROPY:
                losses = _margins(code, z, at + lane, e, lane, stride, units, t)
            else:
                losses = _classes(code, z, at + lane, e, lane, stride, units, t, parameter)
        else:
            if kind == codes.TWO_CLASSES:
                losses, slope = _of_two(code, load(z, at + lane), t, parameter)
            else:
                losses, slope = _of_value(code, load(z, at + lane), t, parameter)
            store(e, lane, slope)
        real_ones = first(t, samples - lane)
        for unit in range(units):
            slope = load(e, lane + unit * stride) * share
            store(e, lane + unit * stride, select(real_ones, slope, 0.0))
        summed += total(select(real_ones, losses, 0.0))
    return summed

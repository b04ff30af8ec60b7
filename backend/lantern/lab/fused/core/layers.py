"""Linear layers, forward and backward, over a block of samples.

Numbers of a layer lie unit by unit, `stride` apart, its samples side by side; `count` vectors of
them are computed. Weights lie as PyTorch keeps them: a row for each unit, then the biases.
Four units or inputs are done at once, so that what was loaded is used four times.
"""

import numpy as np
from numba import njit

from lantern.lab.fused.core.call import WIDTH
from lantern.lab.fused.core.vectors import constant, fma, load, spread, store, total


@njit
def forward(
    weights: np.ndarray,
    at: int,
    inputs: int,
    units: int,
    values: np.ndarray,
    source: int,
    target: int,
    stride: int,
    count: int,
) -> None:
    """Write weights times values from `source` on, plus biases, to `target` and on."""
    biases = at + inputs * units
    paired = units - units % 4
    for unit in range(0, paired, 4):
        row = at + unit * inputs
        for vector in range(0, count * WIDTH, WIDTH):
            a, b = spread(weights, biases + unit), spread(weights, biases + unit + 1)
            c, d = spread(weights, biases + unit + 2), spread(weights, biases + unit + 3)
            for i in range(inputs):
                x = load(values, source + i * stride + vector)
                a = fma(spread(weights, row + i), x, a)
                b = fma(spread(weights, row + inputs + i), x, b)
                c = fma(spread(weights, row + 2 * inputs + i), x, c)
                d = fma(spread(weights, row + 3 * inputs + i), x, d)
            place = target + unit * stride + vector
            store(values, place, a)
            store(values, place + stride, b)
            store(values, place + 2 * stride, c)
            store(values, place + 3 * stride, d)
    for unit in range(paired, units):
        for vector in range(0, count * WIDTH, WIDTH):
            a = spread(weights, biases + unit)
            for i in range(inputs):
                x = load(values, source + i * stride + vector)
                a = fma(spread(weights, at + unit * inputs + i), x, a)
            store(values, target + unit * stride + vector, a)


@njit
def collect(
    gradient: np.ndarray,
    at: int,
    inputs: int,
    units: int,
    values: np.ndarray,
    source: int,
    errors: np.ndarray,
    errors_at: int,
    stride: int,
    count: int,
) -> None:
    """Add to the gradient what the errors of these units say of weights and biases."""
    biases = at + inputs * units
    zero = constant(load(errors, errors_at), 0.0)
    paired = inputs - inputs % 4
    for unit in range(units):
        error, row = errors_at + unit * stride, at + unit * inputs
        for i in range(0, paired, 4):
            a, b, c, d = zero, zero, zero, zero
            for vector in range(0, count * WIDTH, WIDTH):
                e = load(errors, error + vector)
                place = source + i * stride + vector
                a = fma(e, load(values, place), a)
                b = fma(e, load(values, place + stride), b)
                c = fma(e, load(values, place + 2 * stride), c)
                d = fma(e, load(values, place + 3 * stride), d)
            gradient[row + i] += total(a)
            gradient[row + i + 1] += total(b)
            gradient[row + i + 2] += total(c)
            gradient[row + i + 3] += total(d)
        for i in range(paired, inputs):
            a = zero
            for vector in range(0, count * WIDTH, WIDTH):
                e = load(errors, error + vector)
                a = fma(e, load(values, source + i * stride + vector), a)
            gradient[row + i] += total(a)
        a = zero
        for vector in range(0, count * WIDTH, WIDTH):
            a = a + load(errors, error + vector)
        gradient[biases + unit] += total(a)


@njit
def backward(
    weights: np.ndarray,
    at: int,
    inputs: int,
    units: int,
    errors: np.ndarray,
    source: int,
    target: int,
    slopes: np.ndarray,
    slopes_at: int,
    stride: int,
    count: int,
) -> None:
    """Write the errors of the layer before to `target`: transposed weights, times its slopes."""
    zero = constant(load(errors, source), 0.0)
    paired = inputs - inputs % 4
    for i in range(0, paired, 4):
        for vector in range(0, count * WIDTH, WIDTH):
            a, b, c, d = zero, zero, zero, zero
            for unit in range(units):
                e = load(errors, source + unit * stride + vector)
                place = at + unit * inputs + i
                a = fma(spread(weights, place), e, a)
                b = fma(spread(weights, place + 1), e, b)
                c = fma(spread(weights, place + 2), e, c)
                d = fma(spread(weights, place + 3), e, d)
            slope, place = slopes_at + i * stride + vector, target + i * stride + vector
            store(errors, place, a * load(slopes, slope))
            store(errors, place + stride, b * load(slopes, slope + stride))
            store(errors, place + 2 * stride, c * load(slopes, slope + 2 * stride))
            store(errors, place + 3 * stride, d * load(slopes, slope + 3 * stride))
    for i in range(paired, inputs):
        for vector in range(0, count * WIDTH, WIDTH):
            a = zero
            for unit in range(units):
                e = load(errors, source + unit * stride + vector)
                a = fma(spread(weights, at + unit * inputs + i), e, a)
            place = i * stride + vector
            store(errors, target + place, a * load(slopes, slopes_at + place))

"""Penalties and optimizers, sixteen weights at once; the formulas are PyTorch's.

The arrays are flat, all parameters one after the other, filled up with zeros to whole vectors.
"""

import numpy as np
from numba import njit

from lantern.lab.fused.core import codes
from lantern.lab.fused.core.call import WIDTH
from lantern.lab.fused.core.elementary import Lanes
from lantern.lab.fused.core.vectors import absolute, constant, fma, load, root, select, store, total


@njit
def penalise(
    real: np.ndarray, weights: np.ndarray, gradient: np.ndarray, is_weight: np.ndarray
) -> float:
    """Add the gradient of the penalties to that of the loss; return the penalties.

    l1 times the sum of |w| and l2 / 2 times the sum of w squared; `is_weight` is 0 for biases.
    """
    l1, l2 = real[codes.L1], real[codes.L2]
    sizes = constant(load(weights, 0), 0.0)
    squares = sizes
    for place in range(0, len(weights), WIDTH):
        w = load(weights, place) * load(is_weight, place)
        size = absolute(w)
        sizes, squares = sizes + size, fma(w, w, squares)
        sign = select(w > 0.0, constant(w, 1.0), select(w < 0.0, constant(w, -1.0), 0.0))
        store(gradient, place, load(gradient, place) + fma(w, l2, sign * l1))
    return l1 * total(sizes) + l2 / 2 * total(squares)


@njit
def _sgd(real: np.ndarray, g: Lanes, state: np.ndarray, place: int, nesterov: int) -> Lanes:
    momentum = real[codes.FIRST]
    if momentum == 0.0:
        return g
    velocity = fma(load(state, place), momentum, g)
    store(state, place, velocity)
    return fma(velocity, momentum, g) if nesterov else velocity


@njit
def _adagrad(real: np.ndarray, g: Lanes, state: np.ndarray, place: int) -> Lanes:
    summed = fma(g, g, load(state, place))
    store(state, place, summed)
    return g / (root(summed) + real[codes.EPSILON])


@njit
def _adadelta(
    real: np.ndarray, g: Lanes, state: np.ndarray, moves: np.ndarray, place: int
) -> Lanes:
    rho, epsilon = real[codes.FIRST], real[codes.EPSILON]
    squares = fma(load(state, place), rho, g * g * (1.0 - rho))
    moved = load(moves, place)
    step = root(moved + epsilon) / root(squares + epsilon) * g
    store(state, place, squares)
    store(moves, place, fma(moved, rho, step * step * (1.0 - rho)))
    return step


@njit
def _rmsprop(real: np.ndarray, g: Lanes, state: np.ndarray, speed: np.ndarray, place: int) -> Lanes:
    decay, momentum = real[codes.FIRST], real[codes.SECOND]
    squares = fma(load(state, place), decay, g * g * (1.0 - decay))
    store(state, place, squares)
    step = g / (root(squares) + real[codes.EPSILON])
    if momentum > 0.0:
        step = fma(load(speed, place), momentum, step)
        store(speed, place, step)
    return step


@njit
def _adam(
    real: np.ndarray, g: Lanes, mean: np.ndarray, state: np.ndarray, place: int, roots: np.ndarray
) -> Lanes:
    beta1, beta2 = real[codes.FIRST], real[codes.SECOND]
    before = load(mean, place)
    m = fma(g - before, 1.0 - beta1, before)
    v = fma(load(state, place), beta2, g * g * (1.0 - beta2))
    store(mean, place, m)
    store(state, place, v)
    return m / (root(v) / load(roots, place) + real[codes.EPSILON])


@njit
def _correct(
    real: np.ndarray, ages: np.ndarray, ends: np.ndarray, scales: np.ndarray, roots: np.ndarray
) -> None:
    """Write Adam's corrections for means that began at 0; a layer drawn anew is younger."""
    begin, scale, root_bias = 0, 1.0, 1.0
    for place in range(len(ages)):
        if place == 0 or ages[place] != ages[place - 1]:
            age = float(ages[place])
            scale = 1.0 / (1.0 - real[codes.FIRST] ** age)
            root_bias = (1.0 - real[codes.SECOND] ** age) ** 0.5
        scales[begin : ends[place]] = scale
        roots[begin : ends[place]] = root_bias
        begin = ends[place]


@njit
def update(
    whole: np.ndarray,
    real: np.ndarray,
    factor: float,
    weights: np.ndarray,
    gradient: np.ndarray,
    one: np.ndarray,
    two: np.ndarray,
    ages: np.ndarray,
    ends: np.ndarray,
    scales: np.ndarray,
    roots: np.ndarray,
    is_free: np.ndarray,
) -> None:
    """Do one step of the optimizer, whose state lies in `one`, `two` and `ages`.

    Where `is_free` is 0 the weight stays as it is; the optimizer's state goes on.
    """
    optimizer, rate = whole[codes.OPTIMIZER], real[codes.RATE] * factor
    kept = 1.0 - rate * real[codes.DECAY]
    for place in range(len(ages)):
        ages[place] += 1
    if optimizer == codes.ADAM:
        _correct(real, ages, ends, scales, roots)
    for place in range(0, len(weights), WIDTH):
        w, g = load(weights, place), load(gradient, place)
        if optimizer == codes.SGD:
            step = _sgd(real, g, one, place, whole[codes.NESTEROV])
        elif optimizer == codes.ADAM:
            step = _adam(real, g, one, two, place, roots) * load(scales, place)
        elif optimizer == codes.RMSPROP:
            step = _rmsprop(real, g, one, two, place)
        elif optimizer == codes.ADAGRAD:
            step = _adagrad(real, g, one, place)
        else:
            step = _adadelta(real, g, one, two, place)
        moved = fma(step, -rate, w * kept)
        if whole[codes.FROZEN]:
            moved = select(load(is_free, place) > 0.0, moved, w)
        store(weights, place, moved)

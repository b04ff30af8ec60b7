"""The compiled function: many training steps in one call, with no Python in between.

One step of a batch: samples are gathered in the epoch's order, taken through the layers forward
and backward block by block, the gradient is penalised, and the optimizer moves the weights. All of
it is summed in one fixed order, so the bits do not depend on how steps are divided among calls.
"""

import math

import numpy as np
from numba import njit

from lantern.lab.fused.core import codes
from lantern.lab.fused.core.call import BLOCK, WIDTH
from lantern.lab.fused.core.layers import backward, collect, forward
from lantern.lab.fused.core.misses import miss
from lantern.lab.fused.core.nonlinear import activate
from lantern.lab.fused.core.shuffle import permute
from lantern.lab.fused.core.updates import penalise, update
from lantern.lab.fused.core.vectors import constant, load, store


@njit
def _gather(
    inputs: np.ndarray,
    targets: np.ndarray,
    order: np.ndarray,
    begin: int,
    samples: int,
    features: int,
    values: np.ndarray,
    wanted: np.ndarray,
    stride: int,
) -> None:
    """Copy a block of samples from (features, n); lanes beyond its end repeat its first sample."""
    padded = (samples + WIDTH - 1) // WIDTH * WIDTH
    count = len(order)
    for lane in range(padded):
        sample = order[begin + lane] if lane < samples else order[begin]
        wanted[lane] = targets[sample]
        for feature in range(features):
            values[feature * stride + lane] = inputs[feature * count + sample]


@njit
def _gate(
    gates: np.ndarray,
    at: int,
    values: np.ndarray,
    slopes: np.ndarray,
    place: int,
    units: int,
    stride: int,
) -> None:
    """Make units 0 that are switched off."""
    for unit in range(units):
        if gates[at + unit] == 0.0:
            begin = place + unit * stride
            values[begin : begin + stride] = 0.0
            slopes[begin : begin + stride] = 0.0


@njit
def _block(
    whole: np.ndarray,
    real: np.ndarray,
    sizes: np.ndarray,
    activations: np.ndarray,
    weights: np.ndarray,
    gradient: np.ndarray,
    gates: np.ndarray,
    values: np.ndarray,
    slopes: np.ndarray,
    errors: np.ndarray,
    wanted: np.ndarray,
    samples: int,
    stride: int,
    share: float,
) -> float:
    """Take one block forward and backward; return its summed loss, add to the gradient."""
    count, last = (samples + WIDTH - 1) // WIDTH, len(sizes) - 1
    at, source, unit = 0, 0, 0
    for layer in range(last):
        inputs, units = sizes[layer], sizes[layer + 1]
        target = source + inputs * stride
        forward(weights, at, inputs, units, values, source, target, stride, count)
        if layer < last - 1:
            activate(activations[layer], values, slopes, target, units, stride, count)
            if whole[codes.GATED]:
                _gate(gates, unit, values, slopes, target, units, stride)
            at += (inputs + 1) * units
            unit += units
            source = target
    target = source + sizes[last - 1] * stride
    loss = miss(whole, real, values, target, errors, sizes[last], stride, wanted, samples, share)
    now, other = 0, len(errors) // 2
    for layer in range(last - 1, -1, -1):
        inputs, units = sizes[layer], sizes[layer + 1]
        collect(gradient, at, inputs, units, values, source, errors, now, stride, count)
        if layer > 0:
            backward(weights, at, inputs, units, errors, now, other, slopes, source, stride, count)
            now, other = other, now
            at -= (sizes[layer - 1] + 1) * inputs
            source -= sizes[layer - 1] * stride
    return loss


@njit(nogil=True, cache=True, error_model="numpy")
def train(
    whole: np.ndarray,
    real: np.ndarray,
    sizes: np.ndarray,
    activations: np.ndarray,
    factors: np.ndarray,
    seeds: np.ndarray,
    rows: np.ndarray,
    row_sums: np.ndarray,
    row_counts: np.ndarray,
    row_places: np.ndarray,
    inputs: np.ndarray,
    targets: np.ndarray,
    order: np.ndarray,
    twister: np.ndarray,
    weights: np.ndarray,
    gradient: np.ndarray,
    one: np.ndarray,
    two: np.ndarray,
    ages: np.ndarray,
    ends: np.ndarray,
    scales: np.ndarray,
    roots: np.ndarray,
    is_weight: np.ndarray,
    is_free: np.ndarray,
    gates: np.ndarray,
    values: np.ndarray,
    slopes: np.ndarray,
    errors: np.ndarray,
    wanted: np.ndarray,
) -> bool:
    """Do whole[STEPS] steps, and write how many were done in its place.

    Returns False if the next loss would not be finite; nothing of that step has taken effect.
    `seeds` are those of the epochs from the present one on; `factors` the schedule's, one for each
    step or one for all; `rows` the steps (ascending) at which the summed loss, the number of steps
    and the place (epochs times samples plus position) are written down, and the sum begins anew.
    """
    samples, nothing = len(order), constant(load(gradient, 0), 0.0)
    batch, first = whole[codes.BATCH], whole[codes.EPOCHS]
    stride = min(BLOCK, (min(batch, samples) + WIDTH - 1) // WIDTH * WIDTH)
    penalised = real[codes.L1] > 0 or real[codes.L2] > 0
    steps, row = whole[codes.STEPS], 0
    for step in range(steps):
        epoch = whole[codes.EPOCHS]
        if whole[codes.PERMUTED] != epoch:
            permute(order, twister, int(seeds[epoch - first]))
            whole[codes.PERMUTED] = epoch
        begin = whole[codes.POSITION]
        end = min(begin + batch, samples)
        share = weights.dtype.type(1.0) / weights.dtype.type(end - begin)
        for place in range(0, len(gradient), WIDTH):
            store(gradient, place, nothing)
        loss = share * 0
        for block in range(begin, end, BLOCK):
            taken = min(BLOCK, end - block)
            _gather(inputs, targets, order, block, taken, sizes[0], values, wanted, stride)
            loss += _block(
                whole,
                real,
                sizes,
                activations,
                weights,
                gradient,
                gates,
                values,
                slopes,
                errors,
                wanted,
                taken,
                stride,
                share,
            )
        mean = float(loss * share)
        objective = mean
        if penalised:
            objective += penalise(real, weights, gradient, is_weight)
        if not math.isfinite(objective):
            whole[codes.STEPS] = step
            whole[codes.ROWS] = row
            return False
        factor = factors[step] if len(factors) > 1 else factors[0]
        update(whole, real, factor, weights, gradient, one, two, ages, ends, scales, roots, is_free)
        whole[codes.STEP] += 1
        whole[codes.WAITING] += 1
        real[codes.SUM_OF_LOSSES] += mean
        real[codes.LAST_LOSS] = mean
        whole[codes.POSITION] = end
        if end >= samples:
            whole[codes.EPOCHS], whole[codes.POSITION] = epoch + 1, 0
        if row < len(rows) and whole[codes.STEP] == rows[row]:
            row_sums[row], row_counts[row] = real[codes.SUM_OF_LOSSES], whole[codes.WAITING]
            row_places[row] = whole[codes.EPOCHS] * samples + whole[codes.POSITION]
            real[codes.SUM_OF_LOSSES], whole[codes.WAITING] = 0.0, 0
            row += 1
    whole[codes.ROWS] = row
    return True

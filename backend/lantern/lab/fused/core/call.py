"""The arguments of the kernel, in its order."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Self

import numpy as np

from lantern.lab.fused.core import codes

Array = np.ndarray

WIDTH = 16
"""Samples in one of the kernel's vectors; flat memory is filled up to a multiple of it."""

BLOCK = 128
"""Most samples that go through the layers at once; their numbers fit into a core's own cache."""


@dataclass
class Call:
    """What one call of the kernel works on; see `lantern.lab.fused.core.kernel.train`."""

    whole: Array
    real: Array
    sizes: Array
    activations: Array
    factors: Array
    seeds: Array
    rows: Array
    row_sums: Array
    row_counts: Array
    row_places: Array
    inputs: Array
    targets: Array
    order: Array
    twister: Array
    weights: Array
    gradient: Array
    one: Array
    two: Array
    ages: Array
    ends: Array
    scales: Array
    roots: Array
    is_weight: Array
    is_free: Array
    gates: Array
    values: Array
    slopes: Array
    errors: Array
    wanted: Array

    @classmethod
    def blank(cls, sizes: Sequence[int], inputs: Array, targets: Array) -> Self:
        """Return a call for a network of these sizes and (features, n) inputs, all else 0.

        Its arrays for weights are as long as `weights` has to be; those for one number per sample
        of a block hold the largest block.
        """
        dtype, count = inputs.dtype, sum((a + 1) * b for a, b in pairwise(sizes))
        padded, units = -(-count // WIDTH) * WIDTH, sum(sizes)

        def numbers(length: int, value: float = 0.0) -> Array:
            return np.full(length, value, dtype)

        return cls(
            whole=np.zeros(codes.ROWS + 1, np.int64),
            real=np.zeros(codes.LAST_LOSS + 1),
            sizes=np.array(sizes, np.int64),
            activations=np.zeros(len(sizes) - 2, np.int64),
            factors=np.ones(1),
            seeds=np.zeros(0, np.uint64),
            rows=np.zeros(0, np.int64),
            row_sums=np.zeros(0),
            row_counts=np.zeros(0, np.int64),
            row_places=np.zeros(0, np.int64),
            inputs=inputs.reshape(-1),
            targets=targets,
            order=np.zeros(len(targets), np.int64),
            twister=np.zeros(624, np.uint32),
            weights=numbers(padded),
            gradient=numbers(padded),
            one=numbers(padded),
            two=numbers(padded),
            ages=np.zeros(0, np.float32),
            ends=np.zeros(0, np.int64),
            scales=numbers(padded, 1.0),
            roots=numbers(padded, 1.0),
            is_weight=numbers(padded),
            is_free=numbers(padded, 1.0),
            gates=numbers(units, 1.0),
            values=numbers(units * BLOCK),
            slopes=numbers(units * BLOCK),
            errors=numbers(2 * max(sizes) * BLOCK),
            wanted=numbers(BLOCK),
        )

    def arguments(self) -> tuple[Array, ...]:
        """Return all of it in order."""
        return tuple(getattr(self, name) for name in NAMES)


NAMES = tuple(field.name for field in fields(Call))

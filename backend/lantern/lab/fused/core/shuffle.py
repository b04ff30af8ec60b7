"""PyTorch's own permutations, made again: the same order for the same seed.

`torch.randperm` with a generator of its own costs more than ten steps of a small network. It draws
from MT19937 (Matsumoto and Nishimura, 1998) and shuffles after Fisher and Yates. Before the kernel
is used, `lantern.lab.fused.engine` checks that the installed PyTorch still does.
"""

import numpy as np
from numba import njit, uint32

_SIZE, _MIDDLE = 624, 397


@njit
def _seed(state: np.ndarray, seed: int) -> None:
    value = uint32(seed & 0xFFFFFFFF)
    state[0] = value
    for place in range(1, _SIZE):
        value = uint32(1812433253 * (value ^ (value >> 30)) + place)
        state[place] = value


@njit
def _mixed(high: int, low: int, far: int) -> np.uint32:
    joined = (high & 0x80000000) | (low & 0x7FFFFFFF)
    return uint32(far ^ (joined >> 1) ^ (0x9908B0DF * (low & 1)))


@njit
def _renew(state: np.ndarray) -> None:
    for place in range(_SIZE - _MIDDLE):
        state[place] = _mixed(state[place], state[place + 1], state[place + _MIDDLE])
    for place in range(_SIZE - _MIDDLE, _SIZE - 1):
        far = state[place + _MIDDLE - _SIZE]
        state[place] = _mixed(state[place], state[place + 1], far)
    state[_SIZE - 1] = _mixed(state[_SIZE - 1], state[0], state[_MIDDLE - 1])


@njit
def permute(order: np.ndarray, state: np.ndarray, seed: int) -> None:
    """Write what `torch.randperm` gives for a generator of this seed; `state` is (624,) uint32."""
    _seed(state, seed)
    count, used = len(order), _SIZE
    for place in range(count):
        order[place] = place
    for place in range(count - 1):
        if used == _SIZE:
            _renew(state)
            used = 0
        y = state[used]
        used += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C5680
        y ^= (y << 15) & 0xEFC60000
        y ^= y >> 18
        other = place + uint32(y) % uint32(count - place)
        kept = order[place]
        order[place] = order[other]
        order[other] = kept

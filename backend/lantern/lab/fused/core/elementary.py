"""Elementary functions of sixteen numbers at once.

In float32 they are polynomials and rational functions, within about 2e-7 of the exact value; in
float64 they are libm's, number by number. NaN stays NaN everywhere.
"""

from collections.abc import Callable

from numba import njit, types
from numba.extending import overload

from lantern.lab.fused.core.lanes import LanesType
from lantern.lab.fused.core.vectors import (
    absolute,
    constant,
    exponent_of,
    fma,
    lane_by_lane,
    power_of_two,
    rounded,
    select,
    with_sign,
)

Lanes = float
"""How values of `LanesType` are written in annotations: code that uses them reads as for one."""

_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.693359375, -2.12194440e-4
_LN2 = 0.6931471805599453
_PI_HIGH, _PI_MIDDLE, _PI_LOW = 3.140625, 9.67502593994140625e-4, 1.509957990978376e-7


def _compiled_only(name: str) -> Callable[[Lanes], Lanes]:
    """Return a name that numba's `overload` gives its meaning; Python itself cannot call it."""

    def function(x: Lanes) -> Lanes:
        raise TypeError(f"{name} of lanes exists in compiled code only")

    function.__name__ = name
    return function


exp, log, log1p, tanh, erf, sine, cosine = map(
    _compiled_only, ("exp", "log", "log1p", "tanh", "erf", "sine", "cosine")
)


@njit
def _exp(x: Lanes) -> Lanes:
    """Return e to the power x, 0 below 1.2e-38, as in Cephes (Moshier): 2^n times a polynomial."""
    bounded = select(x > -86.9, select(x < 89.0, x, 89.0), -86.9)
    n = rounded(bounded * _LOG2_E)
    r = fma(n, -_LN2_LOW, fma(n, -_LN2_HIGH, bounded))
    p = fma(r, 1.9875691500e-4, 1.3981999507e-3)
    p = fma(p, r, 8.3334519073e-3)
    p = fma(p, r, 4.1665795894e-2)
    p = fma(p, r, 1.6666665459e-1)
    p = fma(p, r, 5.0000001201e-1)
    y = (fma(p, r * r, r) + 1.0) * power_of_two(n - 1.0) * 2.0
    y = select(x > -86.9, y, 0.0)
    return select(x == x, y, x)


@njit
def _log1p(x: Lanes) -> Lanes:
    """Return log(1 + x) for x from 0 to 1, as in Cephes' logf."""
    large = x > 0.41421356
    r = select(large, x * 0.5 - 0.5, x)
    p = fma(r, 7.0376836292e-2, -1.1514610310e-1)
    p = fma(p, r, 1.1676998740e-1)
    p = fma(p, r, -1.2420140846e-1)
    p = fma(p, r, 1.4249322787e-1)
    p = fma(p, r, -1.6668057665e-1)
    p = fma(p, r, 2.0000714765e-1)
    p = fma(p, r, -2.4999993993e-1)
    p = fma(p, r, 3.3333331174e-1)
    squared = r * r
    y = fma(p * r, squared, fma(squared, -0.5, r))
    return y + select(large, constant(x, _LN2), 0.0)


@njit
def _log(x: Lanes) -> Lanes:
    """Return the logarithm of normal positive numbers; infinity and NaN stay."""
    n = exponent_of(select(x < 3e38, x, 1.0))
    y = fma(n, _LN2, _log1p(x * power_of_two(-n) - 1.0))
    return select(x < 3e38, y, x)


@njit
def _tanh(x: Lanes) -> Lanes:
    """Return tanh as in Cephes: a polynomial up to 0.625, 1 - 2 / (exp(2 |x|) + 1) beyond."""
    size = absolute(x)
    s = x * x
    p = fma(s, -5.70498872745e-3, 2.06390887954e-2)
    p = fma(p, s, -5.37397155531e-2)
    p = fma(p, s, 1.33314422036e-1)
    p = fma(p, s, -3.33332819422e-1)
    near = fma(p * s, x, x)
    far = with_sign(1.0 - 2.0 / (exp(size + size) + 1.0), x)
    return select(size < 0.625, near, far)


@njit
def _erf(x: Lanes) -> Lanes:
    """Return the error function as a rational function of degree 13 over 8, as Eigen does."""
    bounded = select(x > 4.0, constant(x, 4.0), x)
    bounded = select(x < -4.0, constant(x, -4.0), bounded)
    s = bounded * bounded
    p = fma(s, -2.72614225801306e-10, 2.77068142495902e-08)
    p = fma(p, s, -2.10102402082508e-06)
    p = fma(p, s, -5.69250639462346e-05)
    p = fma(p, s, -7.34990630326855e-04)
    p = fma(p, s, -2.95459980854025e-03)
    p = fma(p, s, -1.60960333262415e-02)
    q = fma(s, -1.45660718464996e-05, -2.13374055278905e-04)
    q = fma(q, s, -1.68282697438203e-03)
    q = fma(q, s, -7.37332916720468e-03)
    q = fma(q, s, -1.42647390514189e-02)
    return bounded * p / q


@njit
def _turns(x: Lanes, shift: float) -> tuple[Lanes, Lanes]:
    """Return x - (n + shift) pi, between -pi/2 and pi/2, and -1 to the power n."""
    n = rounded(x * 0.3183098861837907 - shift)
    m = n + shift
    r = fma(m, -_PI_LOW, fma(m, -_PI_MIDDLE, fma(m, -_PI_HIGH, x)))
    half = n * 0.5
    sign = select(half == rounded(half), constant(x, 1.0), -1.0)
    return r, sign


@njit
def _sine_near_zero(r: Lanes) -> Lanes:
    """Return the sine between -pi/2 and pi/2: a polynomial of degree 11."""
    s = r * r
    p = fma(s, -2.3889859e-08, 2.7525562e-06)
    p = fma(p, s, -1.9840874e-04)
    p = fma(p, s, 8.3333310e-03)
    p = fma(p, s, -1.6666667e-01)
    return fma(p * s, r, r)


@njit
def _sine(x: Lanes) -> Lanes:
    r, sign = _turns(x, 0.0)
    return sign * _sine_near_zero(r)


@njit
def _cosine(x: Lanes) -> Lanes:
    r, sign = _turns(x, 0.5)
    return -sign * _sine_near_zero(r)


def _choose(stub: Callable[[Lanes], Lanes], single: Callable[[Lanes], Lanes], symbol: str) -> None:
    """Let the function be ours in float32, and libm's in float64."""
    exact = lane_by_lane(symbol)

    def ours(x: Lanes) -> Lanes:
        return single(x)

    def theirs(x: Lanes) -> Lanes:
        return exact(x)

    @overload(stub, strict=False)
    def choose(x: object) -> Callable[[Lanes], Lanes] | None:
        if not isinstance(x, LanesType):
            return None
        return ours if x.scalar == types.float32 else theirs


_choose(exp, _exp, "exp")
_choose(log, _log, "log")
_choose(log1p, _log1p, "log1p")
_choose(tanh, _tanh, "tanh")
_choose(erf, _erf, "erf")
_choose(sine, _sine, "sin")
_choose(cosine, _cosine, "cos")


@njit
def sigmoid(x: Lanes) -> Lanes:
    """Return 1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))

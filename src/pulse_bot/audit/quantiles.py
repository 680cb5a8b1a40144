"""Quantiles of Student's t, by the standard library alone."""

from __future__ import annotations

from math import exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist
from typing import Final

_MOST_STEPS: Final = 200
_TOLERANCE: Final = 1e-15
_STEP_TOLERANCE: Final = 1e-10
"""A step of Newton's that is this small leaves an error of about its square."""


def student_t_quantile(p: float, degrees: int) -> float:
    """The quantile of Student's t for a probability over a half and under 1.

    Newton's steps from the normal quantile: from the left of the quantile they overshoot at most
    once, because the distribution bends one way above its middle.
    """
    if not 0.5 < p < 1:
        raise ValueError("A quantile of t is asked for above its middle, which is 0.")
    if degrees < 1:
        raise ValueError("Student's t has one degree of freedom or more.")
    # The log keeps a far tail of one or two degrees within a few steps.
    t = NormalDist().inv_cdf(p)
    tail = 1 - p
    for _ in range(_MOST_STEPS):
        beyond = _t_tail(t, degrees)
        step = beyond / _t_density(t, degrees) * log(beyond / tail)
        t += step
        if abs(step) <= _STEP_TOLERANCE * t:
            break
    return t


def _t_density(t: float, degrees: int) -> float:
    top = lgamma((degrees + 1) / 2) - lgamma(degrees / 2)
    return exp(top - (degrees + 1) / 2 * log1p(t * t / degrees)) / sqrt(degrees * pi)


def _t_tail(t: float, degrees: int) -> float:
    """The probability above t: half the regularised incomplete beta function of (df/2, 1/2)."""
    x = degrees / (degrees + t * t)
    a, b = degrees / 2, 0.5
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    # The fraction is quick on one side of the mean of the beta distribution only.
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a / 2
    return (1 - front * _continued_fraction(b, a, 1 - x) / b) / 2


def _continued_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method."""
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            c = 1 + term / c
            d = 1 / (1 + term * d)
            value *= c * d
        if abs(c * d - 1) < _TOLERANCE:
            break
    return value

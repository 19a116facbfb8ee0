"""How sure a figure is: intervals for shares and for means over questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_CONFIDENCE = 0.95
_RESAMPLES = 2000
_SEED = 20_240_601  # the same rows give the same interval


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval.

    Attributes:
        value: mean, share or percentile of what was seen.
        low, high: ends of the interval.
        n: how many observations.
    """

    value: float
    low: float
    high: float
    n: int


def wilson(successes: int, n: int) -> Estimate:
    """A share with Wilson's score interval, which stays sensible near 0 and 1.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927).

    Raises:
        ValueError: without observations.
    """
    if n < 1:
        raise ValueError("a share needs at least one observation")
    z = 1.959964  # of 95 %
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Estimate(share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)), n)


def bootstrap(values: Sequence[float], percentile: float | None = None) -> Estimate:
    """Mean (or a percentile, 0 to 100) of `values` with its percentile bootstrap interval.

    Questions are drawn anew with replacement: Efron & Tibshirani, "An Introduction to the Bootstrap" (1993). Given
    differences of two answers to the same questions, this is the paired bootstrap.

    Raises:
        ValueError: without observations.
    """
    if not values:
        raise ValueError("an interval needs at least one observation")
    seen = np.asarray(values, dtype=np.float64)
    drawn = seen[np.random.default_rng(_SEED).integers(0, len(seen), (_RESAMPLES, len(seen)))]
    if percentile is None:
        value, resampled = float(seen.mean()), drawn.mean(axis=1)
    else:
        value, resampled = float(np.percentile(seen, percentile)), np.percentile(drawn, percentile, axis=1)
    tail = 50 * (1 - _CONFIDENCE)
    low, high = np.percentile(resampled, [tail, 100 - tail])
    return Estimate(value, min(float(low), value), max(float(high), value), len(seen))

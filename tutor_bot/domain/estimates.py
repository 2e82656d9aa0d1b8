"""Values that come from few people, each with the interval that says how little is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, copysign, sqrt, tanh
from statistics import StatisticsError
from statistics import correlation as pearson

Z = 1.959964
"""Standard deviations to each side that hold 95 % of a normal distribution."""
LEAST_PAIRS = 5
"""A correlation of fewer pairs says nothing."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def share(some: int, n: int) -> Estimate:
    """`some` of `n`, 0 to 1, with Wilson's interval (1927), which holds its promise for small n and near 0 and 1.

    Raises ValueError unless 0 <= some <= n and n > 0.
    """
    if not 0 <= some <= n or not n:
        raise ValueError(f"{some} of {n} is no share")
    value, spread = some / n, Z * Z / n
    middle = (value + spread / 2) / (1 + spread)
    reach = sqrt(spread * (value * (1 - value) + spread / 4)) / (1 + spread)
    # Rounding must not leave all or none outside of their own interval.
    return Estimate(value, min(value, max(0.0, middle - reach)), max(value, min(1.0, middle + reach)))


def correlation(xs: Sequence[float], ys: Sequence[float]) -> Estimate | None:
    """Pearson's correlation, -1 to 1, with Fisher's interval (1921); point-biserial where one side is yes or no.

    None for fewer than five pairs, or when one side does not vary. A perfect correlation would have an interval
    without width: its interval is taken at 1 - 1/n.
    """
    n = len(xs)
    if n < LEAST_PAIRS:
        return None
    try:
        value = max(-1.0, min(1.0, pearson(xs, ys)))
    except StatisticsError:
        return None
    middle = atanh(copysign(min(abs(value), 1 - 1 / n), value))
    reach = Z / sqrt(n - 3)
    return Estimate(value, min(value, tanh(middle - reach)), max(value, tanh(middle + reach)))

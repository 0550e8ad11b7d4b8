"""The difference of the means of two groups of unequal variance."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from modelzoo.errors import ZooError


def mean_difference(
    first: Sequence[float], second: Sequence[float], confidence: float = 0.95
) -> tuple[float, float, float]:
    """Return the mean of the first group minus that of the second, and the interval of Welch's t test.

    Raises
    ------
    ZooError
        If a group has fewer than two values.

    References
    ----------
    Welch (1947), Biometrika 34, 28-35; degrees of freedom: Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
    from scipy.special import stdtrit

    groups = [np.asarray(values, float) for values in (first, second)]
    if min(map(len, groups)) < 2:
        raise ZooError(f"groups of {len(first)} and {len(second)} values; expected two each at least")
    difference = float(groups[0].mean() - groups[1].mean())
    parts = [float(values.var(ddof=1)) / len(values) for values in groups]
    variance = sum(parts)
    if not variance:
        return difference, difference, difference
    df = variance**2 / sum(part**2 / (len(values) - 1) for part, values in zip(parts, groups, strict=True))
    half = float(stdtrit(df, (1 + confidence) / 2)) * sqrt(variance)
    return difference, difference - half, difference + half

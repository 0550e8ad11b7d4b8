"""Bootstrap intervals of a series whose neighboring values are correlated."""

from math import ceil

import numpy as np
import numpy.typing as npt

from modelzoo.errors import ZooError

_RESAMPLES = 2000


def mean_interval(values: npt.ArrayLike, *, confidence: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Return the lower and upper bound of the mean of a series, by the circular block bootstrap.

    Neighbors are correlated: a rising clock or another program affects several of them. Values drawn one by one would
    give too narrow an interval. Blocks of n^(1/3) values, which wrap around the end, keep the correlation within them.
    The interval holds for this series alone, not for another start of the program.

    Parameters
    ----------
    values : (n,), in the order in which they were measured

    Raises
    ------
    ZooError
        If there are fewer than two.

    References
    ----------
    Blocks: Künsch (1989), Annals of Statistics 17, 1217-1241; in a circle: Politis & Romano (1992).
    Length of a block: Hall, Horowitz & Jing (1995), Biometrika 82, 561-574.
    Variation between processes: Kalibera & Jones (2013), ISMM.
    """
    series = np.asarray(values, float)
    if series.ndim != 1 or len(series) < 2:
        raise ZooError(f"an interval of the mean needs two values at least, not {series.size}")
    length = ceil(len(series) ** (1 / 3))
    starts = np.random.default_rng(seed).integers(len(series), size=(_RESAMPLES, ceil(len(series) / length)))
    # The sum of a block is a difference of running sums. Blocks near the end continue at the beginning.
    running = np.concatenate(([0.0], np.cumsum(np.concatenate((series, series[: length - 1])))))
    means = (running[starts + length] - running[starts]).sum(axis=1) / (starts.shape[1] * length)
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(means, (tail, 100 - tail))
    return float(low), float(high)

"""The risk of short schedules: how far the difference of two candidates may change with longer training.

The model is a random walk in doublings of the epochs. The difference of the log-odds of both accuracies changes with
each doubling by an independent amount of mean 0. Its scale is the same for all pairs of a race. The scale is estimated,
so the change has Student's t distribution. The variance of the validation images is added.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log2, sqrt
from statistics import NormalDist

import numpy as np
from msgspec import Struct

from modelzoo.statistics.paired import BoolArray, Paired, log_odds, log_odds_difference


class Drift(Struct, frozen=True):
    """The change of a difference of log-odds with one doubling of the epochs: its scale, and degrees of freedom."""

    scale: float
    df: float


# Assumed: records of complete schedules of several lengths replace it.
RECORDED = Drift(scale=0.1, df=7)


def overtake_probability(table: Paired, doublings: float, drift: Drift) -> float:
    """Return the probability that the first is more accurate than the second after so many doublings of the epochs.

    Parameters
    ----------
    table : of both on the validation images, after the same number of epochs
    """
    from scipy.special import ndtr, stdtr

    difference, error = log_odds_difference(table)
    change = drift.scale**2 * doublings
    spread = sqrt(error**2 + change)
    if not change:
        return float(ndtr(difference / spread))
    df = drift.df * (spread**2 / change) ** 2  # Satterthwaite's; the variance of the images counts as known
    return float(stdtr(df, difference / spread))


def separation_probability(table: Paired, doublings: float, drift: Drift, level: float) -> float:
    """Return the probability that McNemar's test finds a difference at `level` after so many doublings of the epochs.

    Both are judged on the same images again, so the variance of the images is not added.
    """
    from scipy.special import stdtr

    difference, error = log_odds_difference(table)
    limit = NormalDist().inv_cdf(1 - level / 2) * error
    spread = drift.scale * sqrt(doublings)
    return float(sum(stdtr(drift.df, (sign * difference - limit) / spread) for sign in (1, -1)))


def updated_drift(rounds: Sequence[tuple[int, Mapping[str, BoolArray]]], prior: Drift) -> Drift:
    """Update the prior with the changes that the survivors of a race showed between its rounds.

    The variance of a difference is twice the variance of one candidate's change around the mean change of its round.
    The prior counts as many observations as it has degrees of freedom.

    Parameters
    ----------
    rounds : the epochs of each round, and for each candidate (n_images,), whether it classified each image correctly
    """
    squares, df = prior.df * prior.scale**2, prior.df
    for (before, earlier), (after, later) in pairwise(rounds):
        both = [candidate for candidate in later if candidate in earlier]
        changes = np.array([log_odds(later[candidate]) - log_odds(earlier[candidate]) for candidate in both])
        if len(both) > 1:
            squares += 2 * float(((changes - changes.mean()) ** 2).sum()) / log2(after / before)
            df += len(both) - 1
    return Drift(sqrt(squares / df), df)


def any_of(probabilities: Sequence[float]) -> float:
    """Return the probability that any of several events happens, as if they were independent.

    Dropped candidates all compete with the same winner. Their differences are positively correlated, so the true
    probability is lower.
    """
    return 1 - float(np.prod([1 - probability for probability in probabilities]))

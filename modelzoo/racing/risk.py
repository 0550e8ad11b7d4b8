"""The risk of short schedules: how far the difference of two candidates may change with longer training.

The model is a random walk. The log-odds of an accuracy change with each doubling of the epochs. One part of the change
is the same for all candidates, the other part is independent. The scale of the independent part is estimated, so a
difference follows Student's t distribution. The sampling error of the validation images is added.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import log2, sqrt
from statistics import NormalDist

import numpy as np
from msgspec import Struct

from modelzoo.statistics.paired import BoolArray, Paired, log_odds_difference, paired_table

_DRAWS = 20_000


class Drift(Struct, frozen=True):
    """The change of a difference of log-odds with one doubling of the epochs: its scale, and degrees of freedom."""

    scale: float
    df: float


# Epochs 4 and 8, 628 and 1,256 steps, of the eight networks in benchmarks/races/emnist47-20000, by tools/replay.py. A
# race begins with 500 steps. Earlier doublings change more.
RECORDED = Drift(scale=0.414, df=7)


def overtake_risk(differences: Iterable[tuple[Paired, float]], drift: Drift) -> float:
    """Return the probability that any candidate overtakes the winner with longer training, by 20,000 seeded draws.

    A draw has a scale of the drift and a walk of the winner. Each candidate has a walk and a sampling error.

    Parameters
    ----------
    differences : for each candidate the paired table with the winner second, and the doublings of the epochs to come
    """
    random = np.random.default_rng(0)
    own_scale = drift.scale * np.sqrt(drift.df / random.chisquare(drift.df, _DRAWS) / 2)
    winner, overtaken, walked = np.zeros(_DRAWS), np.zeros(_DRAWS, bool), 0.0
    of_candidates = [(doublings, *log_odds_difference(table)) for table, doublings in differences]
    for doublings, difference, error in sorted(of_candidates):
        winner += own_scale * sqrt(doublings - walked) * random.standard_normal(_DRAWS)
        walked = doublings
        own = own_scale * sqrt(doublings) * random.standard_normal(_DRAWS) + error * random.standard_normal(_DRAWS)
        overtaken |= difference + own > winner
    return float(overtaken.mean())


def separation_probability(table: Paired, doublings: float, drift: Drift, level: float) -> float:
    """Return the probability that McNemar's test finds a difference at `level` after so many doublings of the epochs.

    The next trainings are judged on the same images, so the sampling error counts in part. It counts once here.
    """
    from scipy.special import stdtr

    difference, error = log_odds_difference(table)
    limit = NormalDist().inv_cdf(1 - level / 2) * error
    spread = sqrt(error**2 + drift.scale**2 * doublings)
    return float(sum(stdtr(drift.df, (sign * difference - limit) / spread) for sign in (1, -1)))


def updated_drift(rounds: Sequence[tuple[int, Mapping[str, BoolArray]]], prior: Drift) -> Drift:
    """Update the prior with the changes that the survivors of a race showed between its rounds.

    The variance of a difference is twice the variance of the changes around their mean, less their sampling error.
    The prior counts as many observations as it has degrees of freedom.

    Parameters
    ----------
    rounds : the epochs of each round, and for each candidate (n_images,), whether it classified each image correctly
    """
    squares, df = prior.df * prior.scale**2, prior.df
    for (before, earlier), (after, later) in pairwise(rounds):
        tables = [paired_table(later[candidate], earlier[candidate]) for candidate in later if candidate in earlier]
        if len(tables) > 1:
            changes, errors = np.array([log_odds_difference(table) for table in tables]).T
            variance = float(changes.var(ddof=1) - np.square(errors).mean())
            df += len(tables) - 1
            squares += (len(tables) - 1) * max(0.0, 2 * variance / log2(after / before))
    return Drift(sqrt(squares / df), df)

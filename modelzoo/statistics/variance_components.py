"""Two recipes, each trained with several seeds: what new seeds and new images would leave of their difference."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from modelzoo.errors import ZooError
from modelzoo.statistics.paired import BoolArray

FloatArray = npt.NDArray[np.float64]

# One seed says nothing of how seeds vary.
FEWEST = 2


@dataclass(frozen=True)
class SeedsTest:
    """Mean accuracy of the first less that of the second and its interval, in percentage points; two-sided p.

    `detectable` is the smallest difference that would have been found with the power asked for.
    """

    difference: float
    low: float
    high: float
    p: float
    detectable: float


def compare_seeds(
    first: BoolArray, second: BoolArray, *, confidence: float = 0.95, alpha: float | None = None, power: float = 0.8
) -> SeedsTest:
    """Whether two recipes differ beyond what seeds and test images explain, by a t test on components of variance.

    The seeds of a recipe share their test images, and both recipes do. So the variance of the difference of means has
    a part from the seeds of each and a part from the images; the scatter of single answers, which is in all three,
    is taken out of the last, where it would count twice. Degrees of freedom by Satterthwaite.

    Parameters
    ----------
    first, second : (n_seeds, n_images), two seeds at least, whether each got each image right
    alpha : level for `detectable`; 1 - confidence unless told

    References
    ----------
    Searle, Casella & McCulloch (1992), Variance Components, chapter 4; Satterthwaite (1946), Biometrics Bulletin 2,
    110-114; readers and cases of a diagnostic test are the same design: Gallas (2006), Academic Radiology 13, 353-362.
    """
    from scipy.special import stdtr, stdtrit

    if min(len(first), len(second)) < FEWEST or first.shape[1] != second.shape[1]:
        raise ZooError(f"answers of shape {first.shape} and {second.shape}; expected two seeds each, the same images")
    images = first.shape[1]
    means = first.mean(axis=0) - second.mean(axis=0)
    parts = [(_seed_variance(answers) / len(answers), len(answers) - 1) for answers in (first, second)]
    scatter = sum(_scatter(answers) / len(answers) for answers in (first, second))
    parts.append((max(0.0, float(means.var(ddof=1)) - scatter) / images if images > 1 else 0.0, images - 1))
    variance = sum(part for part, _ in parts)
    difference, error = float(means.mean()), sqrt(variance)
    if variance == 0:
        found = 100 * difference
        return SeedsTest(found, found, found, 1.0 if difference == 0 else 0.0, 0.0)
    df = variance**2 / sum(part**2 / free for part, free in parts if part)
    half = float(stdtrit(df, (1 + confidence) / 2)) * error
    alpha = 1 - confidence if alpha is None else alpha
    reach = float(stdtrit(df, 1 - alpha / 2) + stdtrit(df, power)) * error
    p = float(2 * stdtr(df, -abs(difference) / error))
    return SeedsTest(100 * difference, 100 * (difference - half), 100 * (difference + half), p, 100 * reach)


def _seed_variance(answers: BoolArray) -> float:
    """The variance of the seeds' accuracies."""
    return float(answers.mean(axis=1).var(ddof=1))


def _scatter(answers: BoolArray) -> float:
    """The variance of single answers that neither the seed nor the image explains: the interaction's mean square."""
    seeds, images = answers.shape
    if images == 1:
        return 0.0
    rest = answers - answers.mean(axis=0) - answers.mean(axis=1)[:, None] + answers.mean()
    return float((rest**2).sum() / ((seeds - 1) * (images - 1)))


def win_probability(first: FloatArray, second: FloatArray, confidence: float = 0.95) -> tuple[float, float, float]:
    """The chance that one new training of the first beats one of the second on these images, and its interval.

    The share of pairs of seeds in which it does, ties as half (Mann and Whitney's U over the number of pairs).

    Parameters
    ----------
    first, second : accuracy of each seed

    References
    ----------
    Bouthillier et al. (2021), Accounting for Variance in Machine Learning Benchmarks, MLSys 3; the interval: Newcombe
    (2006), Statistics in Medicine 25, 559-573, method 5.
    """
    from scipy.optimize import brentq

    pairs = first.size * second.size
    wins = (first[:, None] > second).sum() + (first[:, None] == second).sum() / 2
    share = float(wins) / pairs
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    more = (first.size + second.size) / 2 - 1

    def beyond(chance: float) -> float:
        spread = 1 + more * ((1 - chance) / (2 - chance) + chance / (1 + chance))
        return (chance - share) ** 2 - z**2 * chance * (1 - chance) * spread / pairs

    # At 0 and 1 the equation has a root on the end itself; the one sought is the other.
    low = 0.0 if share == 0 else float(brentq(beyond, 0.0, share - _HAIR))
    high = 1.0 if share == 1 else float(brentq(beyond, share + _HAIR, 1.0))
    return share, low, high


_HAIR = 1e-9

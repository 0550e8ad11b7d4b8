"""Components of variance: two recipes, each trained with several seeds, on the same images."""

from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from modelzoo.errors import ZooError
from modelzoo.statistics.paired import BoolArray

FloatArray = npt.NDArray[np.float64]

# One seed has no variance.
FEWEST = 2


class SeedsTest(Struct, frozen=True):
    """Mean accuracy of the first minus that of the second, its interval, in percentage points, and a two-sided p.

    `detectable` is the smallest difference that the test detects with the requested power.
    """

    difference: float
    low: float
    high: float
    p: float
    detectable: float


class SeedsSummary(Struct, frozen=True):
    """The parts of a test that one recipe supplies alone.

    `means` has the mean over the seeds for each image, 0-1. `variance` is that of the mean accuracy over the seeds.
    `interaction` is the mean square of the interaction, divided by the seeds.
    """

    seeds: int
    means: FloatArray
    variance: float
    interaction: float


def compare_seeds(
    first: BoolArray, second: BoolArray, *, confidence: float = 0.95, alpha: float | None = None, power: float = 0.8
) -> SeedsTest:
    """Test whether two recipes differ beyond the variance of seeds and images, as `compare_summaries` does.

    Parameters
    ----------
    first, second : (n_seeds, n_images), two seeds at least, whether each classified each image correctly
    alpha : level for `detectable`; by default 1 - confidence
    """
    summaries = summarize_seeds(first), summarize_seeds(second)
    return compare_summaries(*summaries, confidence=confidence, alpha=alpha, power=power)


def summarize_seeds(correct: BoolArray) -> SeedsSummary:
    """Summarize the seeds of one recipe once, for its tests against many others.

    Parameters
    ----------
    correct : (n_seeds, n_images), two seeds at least, whether each classified each image correctly
    """
    seeds = len(correct)
    if seeds < FEWEST:
        raise ZooError(f"correctness of shape {correct.shape}; expected two seeds each, the same images")
    return SeedsSummary(
        seeds=seeds,
        means=correct.mean(axis=0),
        variance=float(correct.mean(axis=1).var(ddof=1)) / seeds,
        interaction=_interaction(correct) / seeds,
    )


def compare_summaries(
    first: SeedsSummary,
    second: SeedsSummary,
    *,
    confidence: float = 0.95,
    alpha: float | None = None,
    power: float = 0.8,
) -> SeedsTest:
    """Test whether two recipes differ beyond the variance of seeds and images, by a t test on variance components.

    All seeds of both recipes share their test images. The variance of the difference of means has three parts: the
    seeds of either recipe, and the images. Each part contains the interaction of seed and image. The interaction is
    subtracted from the last part, so that it does not count twice. Degrees of freedom are Satterthwaite's.

    References
    ----------
    Searle, Casella & McCulloch (1992), Variance Components, chapter 4. Satterthwaite (1946), Biometrics Bulletin 2,
    110-114. Readers and cases of a diagnostic test are the same design: Gallas (2006), Academic Radiology 13, 353-362.
    """
    from scipy.special import stdtr, stdtrit

    images = len(first.means)
    if images != len(second.means):
        raise ZooError(f"correctness on {images:,} and on {len(second.means):,} images; expected the same images")
    means = first.means - second.means
    interaction = first.interaction + second.interaction
    between = max(0.0, float(means.var(ddof=1)) - interaction) / images if images > 1 else 0.0
    parts = [(first.variance, first.seeds - 1), (second.variance, second.seeds - 1), (between, images - 1)]
    variance = sum(part for part, _ in parts)
    difference, error = float(means.mean()), sqrt(variance)
    # Rounding leaves a variance of shares slightly above 0.
    if error < _TOLERANCE:
        points = 100 * difference
        return SeedsTest(points, points, points, 1.0 if abs(difference) < _TOLERANCE else 0.0, 0.0)
    df = variance**2 / sum(part**2 / free for part, free in parts if part)
    half = float(stdtrit(df, (1 + confidence) / 2)) * error
    alpha = 1 - confidence if alpha is None else alpha
    reach = float(stdtrit(df, 1 - alpha / 2) + stdtrit(df, power)) * error
    p = float(2 * stdtr(df, -abs(difference) / error))
    return SeedsTest(100 * difference, 100 * (difference - half), 100 * (difference + half), p, 100 * reach)


def _interaction(correct: BoolArray) -> float:
    """Return the mean square of the interaction: the variance that neither the seed nor the image explains."""
    seeds, images = correct.shape
    if images == 1:
        return 0.0
    rest = correct - correct.mean(axis=0) - correct.mean(axis=1)[:, None] + correct.mean()
    return float((rest**2).sum() / ((seeds - 1) * (images - 1)))


def win_probability(first: FloatArray, second: FloatArray, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return the probability that a new training of the first beats one of the second, and its interval.

    The estimate is the share of pairs of seeds with a win, ties as half (Mann and Whitney's U).

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

    def beyond(probability: float) -> float:
        spread = 1 + more * ((1 - probability) / (2 - probability) + probability / (1 + probability))
        return (probability - share) ** 2 - z**2 * probability * (1 - probability) * spread / pairs

    # At 0 and 1 the end itself is a root of the equation; the bound is the second root.
    low = 0.0 if share == 0 else float(brentq(beyond, 0.0, share - _TOLERANCE))
    high = 1.0 if share == 1 else float(brentq(beyond, share + _TOLERANCE, 1.0))
    return share, low, high


_TOLERANCE = 1e-9

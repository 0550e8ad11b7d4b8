"""Two classifiers on the same images: difference of accuracy, interval, and significance.

All results follow from the paired table of correctly classified images: both, only one, neither.
"""

from math import ceil, log, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from modelzoo.errors import ZooError
from modelzoo.statistics.intervals import wilson

BoolArray = npt.NDArray[np.bool_]


class Paired(Struct, frozen=True):
    """Counts of the images that both classifiers classified correctly, only the first, only the second, or neither."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def images(self) -> int:
        """Return the number of all images."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def discordant(self) -> int:
        """Return the number of images that one classifier alone classified correctly."""
        return self.only_first + self.only_second

    @property
    def difference(self) -> float:
        """Return the accuracy of the first minus that of the second, in percentage points."""
        return 100 * (self.only_first - self.only_second) / self.images


class McNemar(Struct, frozen=True):
    """Two-sided p-values of the hypothesis that both are equally accurate."""

    exact: float
    mid: float


def paired_table(first: BoolArray, second: BoolArray) -> Paired:
    """Count the paired table of two classifiers, from the correctness of each image.

    Raises
    ------
    ZooError
        If there is no image, or not the same number for both.
    """
    if first.shape != second.shape or first.ndim != 1 or first.size == 0:
        raise ZooError(
            f"correctness of {first.shape} and {second.shape} images; expected the same images, one at least"
        )
    both, only_first = int((first & second).sum()), int((first & ~second).sum())
    only_second = int((~first & second).sum())
    return Paired(both, only_first, only_second, first.size - both - only_first - only_second)


def mcnemar(table: Paired) -> McNemar:
    """Run McNemar's test, exact and mid-p; the mid-p keeps its level too, and has more power.

    Equal counts give an exact p of 1. Without a discordant image both are 1.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153-157; mid-p: Fagerland, Lydersen & Laake (2013), BMC Medical Research
    Methodology 13:91.
    """
    from scipy.special import bdtr

    fewer = min(table.only_first, table.only_second)
    return McNemar(min(1.0, float(2 * bdtr(fewer, table.discordant, 0.5))), mid_p(table))


def mid_p(table: Paired) -> float:
    """Return the mid-p value of McNemar's test, which adds only half the probability of the observed count.

    If both counts are b, the value is 1 - P(b) / 2: each extreme includes the observed count.
    """
    from scipy.special import bdtr

    fewer, discordant = min(table.only_first, table.only_second), table.discordant
    if not discordant:
        return 1.0
    below = bdtr(fewer - 1, discordant, 0.5) if fewer else 0.0
    observed = bdtr(fewer, discordant, 0.5)
    if 2 * fewer == discordant:
        return float(1 - (observed - below) / 2)
    return float(observed + below)


def difference_interval(table: Paired, confidence: float = 0.95) -> tuple[float, float]:
    """Return the bootstrap percentile interval of `Paired.difference`, in percentage points.

    Images drawn with replacement give multinomial paired tables. Each image moves the difference by +1, -1 or 0. The
    bootstrap distribution is the n-fold convolution of this step, so it needs no sampling and no seed. The Fourier
    transform computes it exactly, except for rounding.

    Where both are correct on the same images, the bootstrap knows no other table. The interval then has the upper end
    of Wilson's interval of the share of images on which they differ.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 4 (the ideal bootstrap) and 13 (percentiles).
    """
    if not 0 < confidence < 1:
        raise ZooError(f"confidence is {confidence}; expected a share between 0 and 1, as in 0.95")
    if not table.discordant:
        _, most = wilson(0, table.images, confidence)
        return -most, most
    tail = (1 - confidence) / 2
    images = table.images
    probabilities = _resampled(table)
    # The tolerance keeps the intervals of mirrored tables mirrored.
    below, above = np.cumsum(probabilities) >= tail - _ROUNDING, np.cumsum(probabilities[::-1]) >= tail - _ROUNDING
    low, high = int(np.argmax(below)) - images, images - int(np.argmax(above))
    return 100 * low / images, 100 * high / images


_ROUNDING = 1e-9


def _resampled(table: Paired) -> npt.NDArray[np.float64]:
    """Return the probability of each difference -n … n, in images, for n images drawn with replacement."""
    images = table.images
    up, down = table.only_first / images, table.only_second / images
    turn = np.exp(2j * np.pi * np.arange(images + 1) / (2 * images + 1))
    characteristic = (1 - up - down + up * turn + down * turn.conj()) ** images
    return np.fft.fftshift(np.fft.irfft(characteristic.conj(), 2 * images + 1))


def detectable_difference(table: Paired, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """Return the smallest difference, in percentage points, that McNemar's test detects with this power.

    The number of images and the share of discordant images are those of the table. None if the test would miss even a
    difference of the whole share.

    References
    ----------
    Connor (1987), Biometrics 43, 207-211, its sample size solved for the difference.
    """
    images, discordant = table.images, table.discordant / table.images
    limit, reach = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    inside = images + reach**2 - limit**2
    if discordant == 0 or inside < 0:
        return None
    difference = sqrt(discordant) * (sqrt(images) * limit + reach * sqrt(inside)) / (images + reach**2)
    return 100 * difference if difference <= discordant else None


def images_needed(table: Paired, alpha: float = 0.05, power: float = 0.8) -> int | None:
    """Return the number of images on which McNemar's test finds the difference of the table with this power.

    The shares of images that one classifier alone classifies correctly are those of the table. None if the two shares
    are equal.

    References
    ----------
    Connor (1987), Biometrics 43, 207-211.
    """
    discordant, difference = table.discordant / table.images, (table.only_first - table.only_second) / table.images
    if difference == 0:
        return None
    limit, reach = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    return ceil(((limit * sqrt(discordant) + reach * sqrt(discordant - difference**2)) / difference) ** 2)


def log_odds_difference(table: Paired) -> tuple[float, float]:
    """Return the log-odds of the first minus those of the second, and its standard error over samples of images.

    Half an image is added to each cell of the table. Both values are then finite, and the error is positive.

    References
    ----------
    Half an image: Haldane (1956), Annals of Human Genetics 20, 309-311. The error is that of the delta method.
    """
    images = table.images + 2
    both = (table.both + 0.5) / images
    first, second = both + (table.only_first + 0.5) / images, both + (table.only_second + 0.5) / images
    variances = first * (1 - first), second * (1 - second)
    covariance = (both - first * second) / (variances[0] * variances[1])
    variance = (1 / variances[0] + 1 / variances[1] - 2 * covariance) / images
    return log(first / (1 - first)) - log(second / (1 - second)), sqrt(variance)

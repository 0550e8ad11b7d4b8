"""Two classifiers on the same images: how far apart they are, and whether that could be chance.

All of it follows from the paired table: how many images both got right, only one of them, neither.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from modelzoo.errors import ZooError

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Paired:
    """How many images both classifiers got right, the first only, the second only, and neither."""

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def images(self) -> int:
        """All of them."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def discordant(self) -> int:
        """Images that one got right and the other wrong."""
        return self.only_first + self.only_second

    @property
    def difference(self) -> float:
        """Accuracy of the first less that of the second, in percentage points."""
        return 100 * (self.only_first - self.only_second) / self.images


@dataclass(frozen=True)
class McNemar:
    """Two-sided p-values of the hypothesis that both are equally accurate."""

    exact: float
    mid: float


def paired_table(first: BoolArray, second: BoolArray) -> Paired:
    """The paired table of two classifiers, from whether each got each image right.

    Raises
    ------
    ZooError
        If there is no image, or not the same number for both.
    """
    if first.shape != second.shape or first.ndim != 1 or first.size == 0:
        raise ZooError(f"answers to {first.shape} and {second.shape} images; expected the same images, one at least")
    both, only_first = int((first & second).sum()), int((first & ~second).sum())
    only_second = int((~first & second).sum())
    return Paired(both, only_first, only_second, first.size - both - only_first - only_second)


def mcnemar(table: Paired) -> McNemar:
    """McNemar's test, exact and mid-p; the mid-p keeps its level too, and finds more.

    Equal counts give p = 1 in both forms.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153-157; mid-p: Fagerland, Lydersen & Laake (2013), BMC Medical Research
    Methodology 13:91.
    """
    from scipy.special import bdtr

    fewer, of = min(table.only_first, table.only_second), table.discordant
    return McNemar(min(1.0, float(2 * bdtr(fewer, of, 0.5))), mid_p(table))


def mid_p(table: Paired) -> float:
    """The mid-p value of McNemar's test alone: of the observed count, only half the probability is counted."""
    from scipy.special import bdtr

    fewer, of = min(table.only_first, table.only_second), table.discordant
    below = bdtr(fewer - 1, of, 0.5) if fewer else 0.0
    return min(1.0, float(bdtr(fewer, of, 0.5) + below))


def difference_interval(table: Paired, confidence: float = 0.95) -> tuple[float, float]:
    """Bootstrap percentile interval of `Paired.difference`, in percentage points.

    Images drawn with replacement give paired tables that are multinomial, and of their four cells only two move the
    difference: +1, -1 or 0 an image. So its bootstrap distribution need not be sampled: it is this step's n-fold
    convolution, by the Fourier transform exact to rounding, what infinitely many resamples would give, without a seed.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, chapters 4 (the ideal bootstrap) and 13 (percentiles).
    """
    if not 0 < confidence < 1:
        raise ZooError(f"confidence is {confidence}; expected a share between 0 and 1, as in 0.95")
    tail = (1 - confidence) / 2
    images = table.images
    chances = _resampled(table)
    # Rounding must not decide on which side of the tail a step falls, or mirrored tables would differ.
    below, above = np.cumsum(chances) >= tail - _ROUNDING, np.cumsum(chances[::-1]) >= tail - _ROUNDING
    low, high = int(np.argmax(below)) - images, images - int(np.argmax(above))
    return 100 * low / images, 100 * high / images


_ROUNDING = 1e-9


def _resampled(table: Paired) -> npt.NDArray[np.float64]:
    """The chance of each difference -n … n, in images, when n images are drawn anew from those there are."""
    images = table.images
    up, down = table.only_first / images, table.only_second / images
    turn = np.exp(2j * np.pi * np.arange(images + 1) / (2 * images + 1))
    characteristic = (1 - up - down + up * turn + down * turn.conj()) ** images
    return np.fft.fftshift(np.fft.irfft(characteristic.conj(), 2 * images + 1))


def detectable_difference(table: Paired, alpha: float = 0.05, power: float = 0.8) -> float | None:
    """The smallest difference, in percentage points, that McNemar's test would find with this power.

    With as many images, of which as large a share is answered rightly by one of the two alone. None where even a
    difference of that whole share would be missed.

    References
    ----------
    Connor (1987), Biometrics 43, 207-211, its sample size solved for the difference.
    """
    images, discordant = table.images, table.discordant / table.images
    limit, reach = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    inside = images + reach**2 - limit**2
    if discordant == 0 or inside < 0:
        return None
    found = sqrt(discordant) * (sqrt(images) * limit + reach * sqrt(inside)) / (images + reach**2)
    return 100 * found if found <= discordant else None

"""Confidence intervals of measured proportions."""

from math import sqrt
from statistics import NormalDist

from modelzoo.errors import ZooError


def wilson(correct: float, images: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the lower and upper bound of an accuracy, in percent, over new samples of test images.

    The variation from one training to the next is not in it. A mean of several counts may be `correct` too.

    References
    ----------
    Wilson (1927), JASA 22, 209-212; recommended by Newcombe (1998), Statistics in Medicine 17, 857-872.
    """
    if not 0 <= correct <= images or images < 1:
        raise ZooError(
            f"{correct} correct of {images} images; expected at least one image and 0 to all of them correct"
        )
    if not 0 < confidence < 1:
        raise ZooError(f"confidence is {confidence}; expected a share between 0 and 1, as in 0.95")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = correct / images
    shrink = 1 + z * z / images
    center = (share + z * z / (2 * images)) / shrink
    half = z * sqrt(share * (1 - share) / images + z * z / (4 * images * images)) / shrink
    # At the ends the formula gives 0 and 1, except for rounding.
    low = 0.0 if correct == 0 else center - half
    high = 1.0 if correct == images else center + half
    return 100 * low, 100 * high

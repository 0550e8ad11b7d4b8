"""Log min-max: the share of the range of the logarithms."""

import numpy as np

from modelzoo.scoring.normalize.min_max import share_of_range
from modelzoo.scoring.senses import FloatArray


def log_min_max(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Scale log(values) by min-max: halving a latency counts the same at 4 ms as at 40 ms.

    For values above 0 that span decades, such as times and parameters: min-max crowds the best ones near 1.
    """
    return share_of_range(np.log(values), np.log(reference))

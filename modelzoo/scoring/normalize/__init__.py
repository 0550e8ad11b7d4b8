"""Normalization: every criterion on one scale, more being better.

A method is a function of one column and of reference values. These are of all models, of the ranked ones, of another
source, or two fixed bounds. One line in METHODS registers a method for profiles.
"""

from collections.abc import Mapping
from types import MappingProxyType

from modelzoo.scoring.normalize.log_min_max import log_min_max
from modelzoo.scoring.normalize.maximum import share_of_best
from modelzoo.scoring.normalize.method import Normalization
from modelzoo.scoring.normalize.min_max import share_of_range
from modelzoo.scoring.normalize.ranks import share_beaten
from modelzoo.scoring.normalize.robust import robust_score
from modelzoo.scoring.normalize.total import share_of_sum
from modelzoo.scoring.normalize.vector import share_of_length
from modelzoo.scoring.normalize.z_score import z_score
from modelzoo.scoring.senses import inverted

__all__ = ["METHODS", "Normalization"]

METHODS: Mapping[str, Normalization] = MappingProxyType(
    {
        "min-max": Normalization(share_of_range, unit=True, span=True, crowds=True, instead="log-min-max or rank"),
        "max": Normalization(share_of_best, inverted, positive=True, crowds=True, instead="min-max"),
        "sum": Normalization(share_of_sum, inverted, positive=True),
        "vector": Normalization(share_of_length, signed=True),
        "z-score": Normalization(z_score, signed=True),
        "rank": Normalization(share_beaten, unit=True),
        "log-min-max": Normalization(log_min_max, inverted, unit=True, span=True, logarithmic=True, crowds=True),
        "robust": Normalization(robust_score, signed=True),
    }
)

"""Normalization: every criterion on one scale, more being better.

A method is a function of one column and of reference values. These are of all models, of the ranked ones, of another
source, or two fixed bounds. One line in METHODS registers a method for profiles.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec
import numpy as np

from modelzoo.scoring.normalize.functions import (
    log_min_max,
    robust_score,
    share_beaten,
    share_of_best,
    share_of_length,
    share_of_range,
    share_of_sum,
    z_score,
)
from modelzoo.scoring.senses import BoolArray, FloatArray, inverted, negated

__all__ = ["METHODS", "Normalization"]


class Normalization(msgspec.Struct, frozen=True):
    """A function of one column, more being better, and of its reference values.

    Attributes
    ----------
    function : of values (NaN where missing, which stay NaN) and reference values (without NaN, at least one)
    turn : makes values of which less is better into values of which more is better
    unit : True where the result lies within 0-1, 1 the best, and values beyond the reference's are cut to it
    signed : True where the result may be negative, so that 0 is not the worst
    span : True where only the least and the greatest reference value count, so that these can be fixed
    positive : True where the values must be 0 or more, and above 0 where less is better
    logarithmic : True where all must be above 0
    crowds : True where a few far values crowd the others together on the scale 0-1
    instead : the normalization to compare with then
    """

    function: Callable[[FloatArray, FloatArray], FloatArray]
    turn: Callable[[FloatArray, BoolArray], FloatArray] = negated
    unit: bool = False
    signed: bool = False
    span: bool = False
    positive: bool = False
    logarithmic: bool = False
    crowds: bool = False
    instead: str = "rank"

    def __call__(self, matrix: FloatArray, reference: FloatArray, maximize: BoolArray) -> FloatArray:
        """Return every column on its common scale, more being better.

        Parameters
        ----------
        matrix : (n_models, n_criteria), NaN where missing
        reference : (n_reference, n_criteria), each column with a value
        maximize : (n_criteria,), False where smaller is better
        """
        normalized = np.empty_like(matrix, dtype=np.float64, order="F")
        maximize = np.asarray(maximize, dtype=bool)
        # Values at the ends of the floats overflow in some methods; `check_finite` refuses them by name.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            values, known = self.turn(matrix, maximize), self.turn(reference, maximize)
            for column in range(matrix.shape[1]):
                compared = known[:, column]
                normalized[:, column] = self.function(values[:, column], compared[~np.isnan(compared)])
        return normalized

    def outside(self, values: FloatArray, maximize: BoolArray) -> BoolArray:
        """Return which values the method cannot take."""
        if self.logarithmic:
            return values <= 0
        if self.positive:
            return np.where(maximize, values < 0, values <= 0)
        return np.zeros(values.shape, dtype=bool)


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

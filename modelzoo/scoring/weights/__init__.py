"""Weights: stated, or derived from the order of the criteria or from the values.

A method is a function of the stated weights, the values and the senses. One line in METHODS registers it for
profiles. Each method returns weights of any scale, and `rescale` scales them to sum to their number.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from modelzoo.scoring.senses import BoolArray, FloatArray
from modelzoo.scoring.weights.functions import (
    as_stated,
    critic,
    entropy,
    equal,
    rank_order_centroid,
    rescale,
    standard_deviation,
    swing,
)

__all__ = ["METHODS", "Weighting", "rescale"]


class Weighting(msgspec.Struct, frozen=True):
    """A function that gives the weights of the criteria, none negative.

    Attributes
    ----------
    function : of stated weights, (n_criteria,); values, (n_models, n_criteria), finite; and maximize, (n_criteria,)
    given : True where it reads the stated weights; the other methods replace them
    figures : True where it reads the values, of two models at least
    positive : True where the values must be 0 or more
    """

    function: Callable[[FloatArray, FloatArray, BoolArray], FloatArray]
    given: bool = False
    figures: bool = False
    positive: bool = False

    def __call__(self, stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
        """Return the weights, (n_criteria,), of any scale."""
        return self.function(stated, values, maximize)


METHODS: Mapping[str, Weighting] = MappingProxyType(
    {
        "given": Weighting(as_stated, given=True),
        "equal": Weighting(equal),
        "rank-order-centroid": Weighting(rank_order_centroid),
        "swing": Weighting(swing, given=True),
        "entropy": Weighting(entropy, figures=True, positive=True),
        "critic": Weighting(critic, figures=True),
        "standard-deviation": Weighting(standard_deviation, figures=True),
    }
)

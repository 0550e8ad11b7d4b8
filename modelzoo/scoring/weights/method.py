"""Weighting methods: a function of the stated weights, the values and the senses."""

from collections.abc import Callable

import msgspec

from modelzoo.scoring.senses import BoolArray, FloatArray


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

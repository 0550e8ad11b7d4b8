"""What a weighting is: a function of the weights given, the figures and the senses."""

from collections.abc import Callable

import msgspec

from modelzoo.scoring.senses import BoolArray, FloatArray


class Weighting(msgspec.Struct, frozen=True):
    """A function that gives the weights of the criteria, none negative.

    Attributes
    ----------
    function : of given, (n_criteria,); values, (n_models, n_criteria), finite; and maximize, (n_criteria,)
    given : True where it reads the weights given; the others take their place
    figures : True where it reads the figures, of which it needs two models' at least
    positive : True where the figures must be 0 or more
    """

    function: Callable[[FloatArray, FloatArray, BoolArray], FloatArray]
    given: bool = False
    figures: bool = False
    positive: bool = False

    def __call__(self, given: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
        """The weights, (n_criteria,), of any scale."""
        return self.function(given, values, maximize)

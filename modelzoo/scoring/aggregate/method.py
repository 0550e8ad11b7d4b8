"""Aggregation methods: a function of the normalized matrix and the weights, and the properties of its score."""

from collections.abc import Callable

import msgspec

from modelzoo.scoring.senses import FloatArray


class Aggregation(msgspec.Struct, frozen=True):
    """A function that gives each model's score, higher being better.

    Attributes
    ----------
    function : of normalized, (n_models, n_criteria), more being better, and of weights, (n_criteria,)
    caption : the method in words, as the end of "top5 (max), min-max normalized …, "
    usual : the normalization that the method is defined with or behaves best with
    additive : True where the score is the sum of weight times normalized value, so that it has contributions
    own : True where a model's score depends on no other model's values
    unit : True where the score lies within -1 and 1, whatever the normalization
    signed : False where normalized values must not be negative
    """

    function: Callable[[FloatArray, FloatArray], FloatArray]
    caption: str
    usual: str = "min-max"
    additive: bool = False
    own: bool = False
    unit: bool = False
    signed: bool = True

    def __call__(self, normalized: FloatArray, weights: FloatArray) -> FloatArray:
        """Return each model's score, (n_models,), higher is better."""
        return self.function(normalized, weights)

"""Aggregation: one score a model from normalized criteria and weights, higher being better.

A method is a function of the normalized matrix and the weights; one line in METHODS registers it for profiles.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec
import numpy as np

from modelzoo.scoring.aggregate.functions import borda, promethee, topsis, vikor, weighted_product, weighted_sum
from modelzoo.scoring.rounding import TOLERANCE
from modelzoo.scoring.senses import FloatArray
from modelzoo.scoring.ties import competition_ranks

__all__ = ["METHODS", "Aggregation", "weighted_sum"]


class Aggregation(msgspec.Struct, frozen=True):
    """A function that gives each model's score, higher being better.

    Attributes
    ----------
    function : of normalized, (n_models, n_criteria), more being better, and of weights, (n_criteria,). An `ordinal`
        one also takes the values as given, negated where smaller is better
    caption : the method in words, as the end of "top5 (max), min-max normalized …, "
    usual : the normalization that the method is defined with or behaves best with
    additive : True where the score is the sum of weight times normalized value, so that it has contributions
    own : True where a model's score depends on no other model's values
    unit : True where the score lies within -1 and 1, whatever the normalization
    signed : False where normalized values must not be negative
    ordinal : True where the order of the values counts, which normalization may lose
    """

    function: Callable[..., FloatArray]
    caption: str
    usual: str = "min-max"
    additive: bool = False
    own: bool = False
    unit: bool = False
    signed: bool = True
    ordinal: bool = False

    def __call__(self, normalized: FloatArray, weights: FloatArray, gains: FloatArray | None = None) -> FloatArray:
        """Return each model's score, (n_models,), higher is better."""
        scores: FloatArray = self.function(normalized, weights, *([gains] if self.ordinal else []))
        return scores


def consensus_of(methods: Mapping[str, Aggregation]) -> Callable[..., FloatArray]:
    """Return the aggregation by the mean, over the methods, of the share of the other models that a model beats.

    All methods see the same values and weights; tied models share their ranks. A model
    that no method ranks above another is not above it by the mean.
    """

    def consensus(normalized: FloatArray, weights: FloatArray, gains: FloatArray | None = None) -> FloatArray:
        mean: FloatArray = np.mean(
            [_share_beaten(method, method(normalized, weights, gains)) for method in methods.values()], axis=0
        )
        return mean

    return consensus


def _share_beaten(method: Aggregation, scores: FloatArray) -> FloatArray:
    """Return the share of the other models that each model beats by its score, ties half."""
    order, ranks = competition_ranks(
        scores, TOLERANCE * (1.0 if method.unit else float(np.abs(scores).max(initial=0.0)))
    )
    _, group, sizes = np.unique(ranks, return_inverse=True, return_counts=True)
    beaten = np.empty(len(scores))
    beaten[order] = len(scores) - ranks - (sizes[group] - 1) / 2
    return beaten / max(len(scores) - 1, 1)


_SINGLE = {
    "sum": Aggregation(weighted_sum, "summed", additive=True, own=True),
    "product": Aggregation(
        weighted_product, "weighted product (a geometric mean)", "max", own=True, signed=False
    ),
    "topsis": Aggregation(topsis, "TOPSIS closeness to the ideal (0 to 1)", "vector", unit=True),
    "vikor": Aggregation(vikor, "1 - Q of VIKOR (1 the best compromise, v = 0.5)", unit=True),
    "promethee": Aggregation(
        promethee, "net flow of PROMETHEE II (-1 to 1, full preference from one standard deviation)", unit=True
    ),
    "borda": Aggregation(borda, "Borda points (models beaten, by criterion)", ordinal=True),
}  # fmt: skip

METHODS: Mapping[str, Aggregation] = MappingProxyType(
    {
        **_SINGLE,
        "consensus": Aggregation(
            consensus_of(_SINGLE),
            f"share of the other models beaten, mean over {', '.join(_SINGLE)}",
            "max",
            unit=True,
            signed=False,
            ordinal=True,
        ),
    }
)

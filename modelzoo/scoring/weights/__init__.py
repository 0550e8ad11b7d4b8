"""Weights: stated, or derived from the order of the criteria or from the values.

A method is a function of the stated weights, the values and the senses. One line in METHODS registers it for
profiles. Each method returns weights of any scale, and `rescale` scales them to a sum of one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from modelzoo.scoring.weights.critic import critic
from modelzoo.scoring.weights.deviation import standard_deviation
from modelzoo.scoring.weights.entropy import entropy
from modelzoo.scoring.weights.method import Weighting
from modelzoo.scoring.weights.scale import rescale
from modelzoo.scoring.weights.stated import as_stated, equal, rank_order_centroid, swing

__all__ = ["METHODS", "Weighting", "rescale"]

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

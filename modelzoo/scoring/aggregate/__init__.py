"""Aggregation: one score a model from normalized criteria and weights, higher being better.

A method is a function of the normalized matrix and the weights; one line in METHODS registers it for profiles.
"""

from collections.abc import Mapping
from types import MappingProxyType

from modelzoo.scoring.aggregate.functions import (
    borda,
    consensus_of,
    promethee,
    topsis,
    vikor,
    weighted_product,
    weighted_sum,
)
from modelzoo.scoring.aggregate.method import Aggregation

__all__ = ["METHODS", "Aggregation", "weighted_sum"]

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
    "borda": Aggregation(borda, "Borda points (models beaten, by criterion)"),
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
        ),
    }
)

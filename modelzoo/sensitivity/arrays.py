"""Arrays of a ranking: slugs, ranks, normalized values and weights, rows in the order of the ranking."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.errors import ZooError
from modelzoo.scoring.ranking import Ranking
from modelzoo.scoring.senses import FloatArray


class RankingArrays(msgspec.Struct, frozen=True):
    """Arrays of a ranking's models, best first.

    Attributes
    ----------
    ranks : (n_models,)
    normalized : (n_models, n_criteria), higher is better, NaN where missing
    weights : (n_criteria,), sum to their number
    """

    slugs: tuple[str, ...]
    ranks: NDArray[np.int64]
    normalized: FloatArray
    weights: FloatArray


def arrays_of(ranking: Ranking) -> RankingArrays:
    """Return the arrays of a ranking."""
    return RankingArrays(ranking.slugs, ranking.ranks, ranking.normalized, ranking.weights)


def weighted_sum_arrays(ranking: Ranking) -> RankingArrays:
    """Return the arrays of a ranking by weighted sum, without missing values.

    Raises
    ------
    ZooError
        If the ranking uses another aggregation, has its best models only, or has missing values.
    """
    if ranking.profile.aggregate != "sum":
        raise ZooError(
            f"the ranking is aggregated by {ranking.profile.aggregate}; robustness is defined for a weighted sum; "
            "take --method sum"
        )
    if len(ranking.entries) < ranking.ranked:
        raise ZooError(f"the ranking has its best {len(ranking.entries)} models only; rank without top")
    arrays = arrays_of(ranking)
    missing = np.argwhere(np.isnan(arrays.normalized))
    if len(missing):
        row, column = missing[0]
        raise ZooError(
            f"{ranking.entries[row].name} has no value for {ranking.criteria[column].key}; "
            "handle missing values in another way: drop"
        )
    return arrays

"""The nearest weightings at which something turns in a ranking: by models and criteria, not by rows and columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelzoo.scoring.ranking import RankedModel, Ranking
from modelzoo.scoring.senses import FloatArray
from modelzoo.sensitivity.first_rank import arrays
from modelzoo.sensitivity.weight_stability import nearest_for_first, nearest_for_rival


@dataclass(frozen=True)
class Change:
    """A weighting, its shares by criterion, and how far it is from the ranking's: Euclidean, of the shares."""

    shares: Mapping[str, float]
    distance: float

    def to_dict(self) -> dict[str, Any]:
        """The shares, which sum to 1, and the distance."""
        return {"shares": dict(self.shares), "distance": self.distance}


def changes_to_first(ranking: Ranking) -> list[Change | None]:
    """For each model the nearest weighting that makes it first, None where none does; no change for who is first."""
    normalized, shares = _normalized_and_shares(ranking)
    return [
        _change(ranking, shares, shares if entry.rank == 1 else nearest_for_first(normalized, shares, place))
        for place, entry in enumerate(ranking.entries)
    ]


def nearest_rival(ranking: Ranking) -> tuple[RankedModel, Change] | None:
    """Whom the smallest change of all weights puts level with the winner, and that change; None where none does."""
    normalized, shares = _normalized_and_shares(ranking)
    found = []
    for place in range(1, len(ranking.entries)):
        change = _change(ranking, shares, nearest_for_rival(normalized, shares, 0, place))
        if change is not None:
            found.append((change.distance, place, change))
    if not found:
        return None
    _, place, change = min(found, key=lambda item: item[:2])
    return ranking.entries[place], change


def _normalized_and_shares(ranking: Ranking) -> tuple[FloatArray, FloatArray]:
    normalized, weights = arrays(ranking)
    return normalized, weights / weights.sum()


def _change(ranking: Ranking, now: FloatArray, then: FloatArray | None) -> Change | None:
    if then is None:
        return None
    keys = [item.key for item in ranking.criteria]
    return Change(dict(zip(keys, then.tolist(), strict=True)), float(np.linalg.norm(then - now)))

"""The rows and the wording of a ranking: its criteria, its models, its method."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from modelzoo.catalog.criteria import Criterion, Sense
from modelzoo.scoring import aggregate
from modelzoo.scoring.profile import Profile

_MISSING = {
    "zero": ", a missing value counted as 0",
    "worst": ", a missing value counted as the worst one known",
    "renormalize": ", over the criteria that a model has a value for",
    "bounds": ", a missing value counted as the worst; best and worst are the ranks that it leaves open",
}


class RankedCriterion(msgspec.Struct, frozen=True):
    """A criterion with its weight (the weights sum to their number) and the bounds it was normalized between.

    `stated` is the weight as given, None where a method derived the weight.
    """

    criterion: Criterion
    sense: Sense
    weight: float
    low: float
    high: float
    stated: float | None = None

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.criterion.key


class RankedModel(msgspec.Struct, frozen=True):
    """One model's rank.

    Attributes
    ----------
    values, normalized : by criterion, without missing ones
    filled : the criteria whose value is not from the first source
    front : no ranked model is better in one criterion and worse in none
    contributions : by criterion, they add up to the score; empty where the method has none
    possible : the best and the worst rank of the model, whatever the missing values are; None unless asked for
    """

    rank: int
    slug: str
    name: str
    score: float
    values: Mapping[str, float]
    normalized: Mapping[str, float]
    filled: tuple[str, ...] = ()
    front: bool = False
    contributions: Mapping[str, float] = {}
    possible: tuple[int, int] | None = None


def describe_weight(item: RankedCriterion, criteria: Sequence[RankedCriterion]) -> str:
    """Return the weight as given with its share of all: ``weight 2 = 50 %``; empty where all weigh the same."""
    if all(other.weight == 1 for other in criteria):
        return ""
    given = "" if item.stated is None else f"{item.stated:g} = "
    return f"weight {given}{100 * item.weight / len(criteria):.3g} %"


def column_keys(keys: Sequence[str], own: Collection[str]) -> list[str]:
    """Return the column of each criterion: its key, with `_value` added where the table has a column of this name."""
    columns: list[str] = []
    for key in keys:
        column = key
        while column in own or (column != key and column in (*keys, *columns)):
            column += "_value"
        columns.append(column)
    return columns


def method_caption(profile: Profile, criteria: Sequence[RankedCriterion]) -> str:
    """Return the method of the score, in one sentence."""
    method = aggregate.METHODS[profile.method].caption + _MISSING.get(profile.missing, "")
    return f"Score: {_terms(profile, criteria)}, {profile.normalize} normalized {_bounds(profile)}, {method}."


def _terms(profile: Profile, criteria: Sequence[RankedCriterion]) -> str:
    terms = [
        f"{item.key} ({', '.join(filter(None, (item.sense, describe_weight(item, criteria))))})" for item in criteria
    ]
    if profile.weights != "given":
        terms[-1] += f"; weights: {profile.weights}"
    return ", ".join(terms)


def _bounds(profile: Profile) -> str:
    if isinstance(profile.bounds, dict):
        fixed = ", ".join(f"{key} {low:g}-{high:g}" for key, (low, high) in profile.bounds.items())
        return f"between fixed bounds ({fixed}), else over all models with a value"
    if profile.bounds_source:
        return f"over all models of {profile.bounds_source}"
    return "over the ranked models" if profile.bounds == "ranked" else "over all models with a value"

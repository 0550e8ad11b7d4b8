"""Scores: what a profile makes of the ranked models' figures."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.catalog import DecisionTable
from modelzoo.errors import ZooError
from modelzoo.scoring import aggregate, normalize, weights
from modelzoo.scoring.bounds import refuse_outside, refuse_overflow
from modelzoo.scoring.criterion_spec import CriterionSpec
from modelzoo.scoring.missing import filled, gaps_of
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.senses import BoolArray, FloatArray
from modelzoo.scoring.ties import TOLERANCE


class Scores(msgspec.Struct, frozen=True):
    """The scores of the ranked models, higher being better.

    Attributes
    ----------
    values : (n_ranked, n_criteria), with what stands in for missing ones, NaN where nothing does
    normalized : likewise
    contributions : (n_ranked, n_criteria), which add up to the scores; None where the method has none
    scores : (n_ranked,)
    most : (n_ranked,), the scores by the best value of each that is missing; None where that was not asked for
    tolerance : scores that differ by less are tied
    """

    values: FloatArray
    normalized: FloatArray
    contributions: FloatArray | None
    scores: FloatArray
    most: FloatArray | None
    tolerance: float


def weigh(
    table: DecisionTable, kept: BoolArray, choices: Sequence[CriterionSpec], maximize: BoolArray, profile: Profile
) -> FloatArray:
    """The weights of the criteria, which sum to their number, as the profile has them given or derived.

    Raises
    ------
    ZooError
        If they are to be derived from figures that cannot tell.
    """
    method = weights.METHODS[profile.weights]
    values = table.values[kept]
    rows = np.flatnonzero(kept)[~np.isnan(values).any(axis=1)]
    complete = table.values[rows]
    if method.figures and len(complete) < 2:
        raise ZooError(
            f"`weights` {profile.weights} are derived from models with every figure, and there "
            f"{'is one' if len(complete) else 'are none'}; give weights: top5:2,gpu"
        )
    if method.positive:
        for row, column in np.argwhere(complete < 0):
            raise ZooError(
                f"{table.names[rows[row]]} has {complete[row, column]:g} for {table.criteria[column].key}; expected 0 "
                f"or more, as `weights` {profile.weights} goes by shares of a sum; give weights, or take critic"
            )
    found = method(np.array([choice.weight for choice in choices]), complete, maximize)
    if method.figures and not found.any():
        raise ZooError(f"`weights` {profile.weights}: no criterion tells the models apart; give weights: top5:2,gpu")
    return weights.rescale(found)


def score(
    table: DecisionTable,
    kept: BoolArray,
    profile: Profile,
    *,
    weights: FloatArray,
    reference: FloatArray,
    maximize: BoolArray,
) -> Scores:
    """Each ranked model's score.

    Parameters
    ----------
    kept : (n_models,), which models of the table are ranked
    weights : (n_criteria,), which sum to their number
    reference : (n_reference, n_criteria), what is normalized over, with a value for each criterion

    Raises
    ------
    ZooError
        If a figure is none that the profile's methods can take; it names the model and the criterion.
    """
    rows = np.flatnonzero(kept)
    method = aggregate.METHODS[profile.aggregate]
    refuse_outside(table, table.values, maximize, profile)
    given = table.values[kept]
    values = _stand_ins(table, given, reference, maximize, profile)
    normalized = normalize.METHODS[profile.normalize](values, reference, maximize)
    refuse_overflow(table, rows, normalized, values)
    if profile.missing == "zero":
        normalized[np.isnan(normalized)] = 0.0
    shares = weights
    if profile.missing == "renormalize":
        shares = _over_the_present(table, rows, weights, ~np.isnan(normalized))
    # A gap that is left has no weight.
    known = np.nan_to_num(normalized)
    scores = method(known, shares)
    most = None
    if profile.missing == "bounds":
        best = filled(given, *normalize.bounds_of(reference), ~maximize)
        most = method(normalize.METHODS[profile.normalize](best, reference, maximize), weights)
    return Scores(
        values=values,
        normalized=normalized,
        contributions=np.where(np.isnan(normalized), np.nan, shares * known) if method.additive else None,
        scores=scores,
        most=most,
        tolerance=TOLERANCE * _scale(profile, known, scores if most is None else most),
    )


def _stand_ins(
    table: DecisionTable, given: FloatArray, reference: FloatArray, maximize: BoolArray, profile: Profile
) -> FloatArray:
    """The values, with what the profile puts in place of missing ones."""
    if profile.missing == "worst":
        return filled(given, *normalize.bounds_of(table.values), maximize)
    if profile.missing == "bounds":
        return filled(given, *normalize.bounds_of(reference), maximize)
    return given


def _over_the_present(
    table: DecisionTable, rows: NDArray[np.intp], weights: FloatArray, present: BoolArray
) -> FloatArray:
    """Each model's own weights: none where it has no value, the others raised to the same sum."""
    shares = weights * present
    sums = shares.sum(axis=1, keepdims=True)
    for place in np.flatnonzero(sums == 0):
        row = int(rows[place])
        raise ZooError(
            f"{table.names[row]} has no value for {', '.join(gaps_of(table, row))}, and what it has weighs nothing; "
            "leave it out with drop"
        )
    raised: FloatArray = shares * (weights.sum() / sums)
    return raised


def _scale(profile: Profile, normalized: FloatArray, scores: FloatArray) -> float:
    """How large scores of this kind get, which is what rounding is in proportion to."""
    method, count = aggregate.METHODS[profile.aggregate], len(normalized.T)
    if method.unit:
        return 1.0
    if method.additive:
        unit = normalize.METHODS[profile.normalize].unit
        return count * (1.0 if unit else float(np.abs(normalized).max(initial=0.0)))
    return float(np.abs(scores).max(initial=0.0))

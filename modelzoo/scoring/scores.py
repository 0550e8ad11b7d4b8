"""Scores: the profile's normalization, weights and aggregation of the ranked models' values."""

from collections.abc import Sequence

import msgspec
import numpy as np

from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.errors import ZooError
from modelzoo.scoring import aggregate, normalize, weights
from modelzoo.scoring.bounds import check_finite
from modelzoo.scoring.criterion_spec import CriterionSpec
from modelzoo.scoring.large import min_max_sum
from modelzoo.scoring.missing import missing_keys
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.rounding import TOLERANCE, are_equal
from modelzoo.scoring.senses import BoolArray, FloatArray, IndexArray, negated


class Parts(msgspec.Struct, frozen=True):
    """The parts of some models' scores, each (n_rows, n_criteria).

    Attributes
    ----------
    values : with the replacements of missing ones, NaN where there is none
    normalized : on a common scale, more being better; NaN where there is no value
    contributions : add up to the scores; None where the aggregation has none
    """

    values: FloatArray
    normalized: FloatArray
    contributions: FloatArray | None


class Scores(msgspec.Struct, frozen=True, eq=False):
    """The scores of the ranked models, higher being better.

    Attributes
    ----------
    ranked : the ranked models' rows of the decision table
    reference : the table that is normalized over
    worst : (n_criteria,), replaces missing values where the profile replaces them
    scores : (n_ranked,)
    most : (n_ranked,), the scores by the best value of each missing one; None unless the profile asks for them
    tolerance : scores that differ by less are tied
    """

    profile: Profile
    ranked: DecisionTable
    reference: DecisionTable
    worst: FloatArray
    weights: FloatArray
    maximize: BoolArray
    scores: FloatArray = np.empty(0)
    most: FloatArray | None = None
    tolerance: float = 0.0

    def parts(self, rows: IndexArray | slice = slice(None)) -> Parts:
        """Return the parts of these ranked models' scores."""
        values = self.values(rows)
        normalized = self.normalize(values)
        if self.profile.missing == "zero":
            normalized[np.isnan(normalized)] = 0.0
        additive = aggregate.METHODS[self.profile.method].additive
        return Parts(values, normalized, self.shares(normalized, rows) * normalized if additive else None)

    def values(self, rows: IndexArray | slice = slice(None)) -> FloatArray:
        """Return the values of these ranked models, with the profile's replacements of missing ones."""
        values = self.ranked.values[rows]
        if self.profile.missing in ("worst", "bounds") and self.ranked.incomplete.any():
            return np.where(np.isnan(values), self.worst, values)
        return values

    def gains(self) -> FloatArray:
        """Return the values with more being better; a missing one that counts as 0 becomes the worst."""
        values = self.values()
        return negated(np.where(np.isnan(values), self.worst, values), self.maximize)

    def normalize(self, values: FloatArray) -> FloatArray:
        """Return the values on their common scale."""
        method = normalize.METHODS[self.profile.normalize]
        reference = np.stack(self.reference.bounds) if method.span else self.reference.values
        return method(values, reference, self.maximize)

    def shares(self, normalized: FloatArray, rows: IndexArray | slice) -> FloatArray:
        """Return the weights, of each model by itself where the profile scores it by the values it has."""
        if self.profile.missing != "renormalize":
            return self.weights
        shares = self.weights * ~np.isnan(normalized)
        sums = shares.sum(axis=1, keepdims=True)
        for index in np.flatnonzero(sums == 0):
            row = int(np.arange(len(self.ranked.names))[rows][index])
            raise ZooError(
                f"{self.ranked.names[row]} has no value for {', '.join(missing_keys(self.ranked, row))}, and what it "
                "has weighs nothing; leave it out with drop"
            )
        return np.asarray(shares * (self.weights.sum() / sums))


def weigh(ranked: DecisionTable, specs: Sequence[CriterionSpec], maximize: BoolArray, profile: Profile) -> FloatArray:
    """Return the weights of the criteria, given or derived as the profile has them; they sum to their number.

    Raise a ZooError if weights are to be derived from values that do not allow it.
    """
    method = weights.METHODS[profile.weights]
    stated = np.array([spec.weight for spec in specs])
    if not method.figures:
        return weights.rescale(method(stated, ranked.values, maximize))
    rows = np.flatnonzero(~np.isnan(ranked.values).any(axis=1))
    complete = ranked.values[rows]
    if len(complete) < 2:
        raise ZooError(
            f"`weights` {profile.weights} are derived from models with every value, and there "
            f"{'is one' if len(complete) else 'are none'}; give weights: top5:2,gpu"
        )
    if method.positive:
        for row, column in np.argwhere(complete < 0):
            raise ZooError(
                f"{ranked.names[rows[row]]} has {complete[row, column]:g} for {ranked.criteria[column].key}; expected "
                f"0 or more, as `weights` {profile.weights} goes by shares of a sum; give weights, or take critic"
            )
    derived = method(stated, complete, maximize)
    if not derived.any():
        raise ZooError(f"`weights` {profile.weights}: no criterion tells the models apart; give weights: top5:2,gpu")
    return weights.rescale(derived)


def score(
    table: DecisionTable,
    ranked: DecisionTable,
    profile: Profile,
    *,
    weights: FloatArray,
    reference: DecisionTable,
    maximize: BoolArray,
) -> Scores:
    """Return the ranked models' scores.

    Parameters
    ----------
    ranked : the rows of the table that are ranked
    weights : (n_criteria,), which sum to their number
    reference : with a value for each criterion

    Raises
    ------
    ZooError
        If the profile's methods cannot take a value; the message names the model and the criterion.
    """
    low, high = (table if profile.missing == "worst" else reference).bounds
    scores = Scores(profile, ranked, reference, np.where(maximize, low, high), weights, maximize)
    if (fast := _of_many(scores)) is not None:
        return fast
    method = aggregate.METHODS[profile.method]
    parts = scores.parts()
    check_finite(ranked, parts.normalized, parts.values)
    # A missing value that stays missing has no weight.
    known = np.nan_to_num(parts.normalized)
    # Over wider bounds, rounding of a far offset may be more than rounding of the normalized values.
    equal = are_equal(*ranked.bounds) & ~ranked.incomplete
    known[:, equal] = known[:1, equal]
    shares = scores.shares(parts.normalized, slice(None))
    totals = method(known, shares, scores.gains() if method.ordinal else None)
    most = None
    if profile.missing == "bounds":
        best = np.where(np.isnan(ranked.values), np.where(maximize, high, low), ranked.values)
        most = method(scores.normalize(best), weights)
    scale = _scale(profile, known, totals if most is None else most)
    return msgspec.structs.replace(scores, scores=totals, most=most, tolerance=TOLERANCE * scale)


def _of_many(scores: Scores) -> Scores | None:
    """Return the scores of many complete models by the usual methods; None for all else."""
    profile, ranked = scores.profile, scores.ranked
    usual = profile.normalize == "min-max" and profile.method == "sum" and profile.bounds in ("all", "ranked")
    if not usual or profile.missing == "bounds" or ranked.incomplete.any():
        return None
    totals = min_max_sum(ranked.values, scores.reference.bounds, scores.weights, scores.maximize)
    if totals is None:
        return None
    return msgspec.structs.replace(scores, scores=totals, tolerance=TOLERANCE * len(scores.weights))


def _scale(profile: Profile, normalized: FloatArray, scores: FloatArray) -> float:
    """Return the size of the scores, which their rounding is proportional to."""
    method, count = aggregate.METHODS[profile.method], len(normalized.T)
    if method.unit:
        return 1.0
    if method.additive:
        unit = normalize.METHODS[profile.normalize].unit
        return count * (1.0 if unit else float(np.abs(normalized).max(initial=0.0)))
    return float(np.abs(scores).max(initial=0.0))

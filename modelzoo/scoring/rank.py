"""The ranking: a profile applied to a decision table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.catalog import Catalog, DecisionTable, load_catalog
from modelzoo.catalog.where import Condition, parse
from modelzoo.errors import ZooError
from modelzoo.scoring import aggregate, normalize
from modelzoo.scoring.choice import Choice, read_choices, sense_of
from modelzoo.scoring.inputs import table_of
from modelzoo.scoring.order import TOLERANCE, competition_ranks
from modelzoo.scoring.pareto import front
from modelzoo.scoring.profile import Bounds, Missing, Profile, check_bounds, load_profile
from modelzoo.scoring.ranking import Excluded, RankedCriterion, RankedModel, Ranking

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

__all__ = ["Excluded", "RankedCriterion", "RankedModel", "Ranking", "rank"]


def rank(
    data: Any = None,
    by: str | Sequence[str] | None = None,
    *,
    profile: str | Path | Profile = "slides",
    sources: str | Sequence[str] | None = None,
    where: str | None = None,
    missing: Missing | None = None,
    bounds: Bounds | Mapping[str, tuple[float, float]] | None = None,
    top: int | None = None,
    names: Sequence[str] | None = None,
) -> Ranking:
    """Models from best to worst by the sum of their normalized, weighted criteria.

    Parameters
    ----------
    data : what is ranked: nothing for the shipped catalog, a Catalog, a DataFrame with a column for each criterion,
        a matrix of shape (n_models, n_criteria), or a DecisionTable; NaN is a missing value
    by : criteria as ``key[:weight][:max|min]``, comma-separated or one a string; the profile's unless given
    profile : name of a shipped profile, path of a TOML file, or a Profile
    sources : of the catalog's figures, comma-separated or one a string; the first that has one gives it
    where : conditions that a model must meet, ``"params<10M and gpu<=8"``; they do not move the bounds
    missing, bounds : as in `Profile`, whose they replace
    top : only the best so many are in the result; bounds, ranks and the front are those of all
    names : of a matrix's models

    Raises
    ------
    ZooError
        If something given is unknown or cannot be ranked by; nothing is guessed.
    """
    chosen = profile if isinstance(profile, Profile) else load_profile(profile)
    chosen = replace_fields(chosen, by=by, missing=missing, bounds=bounds)
    data = load_catalog() if data is None else data
    choices = read_choices(chosen.by)
    conditions = _conditions(where, data)
    if top is not None and top < 1:
        raise ZooError(f"top is {top}; expected 1 or more")
    keys = list(dict.fromkeys([*(choice.key for choice in choices), *(condition.key for condition in conditions)]))
    # A catalog with one source leaves none to choose.
    if sources is None and isinstance(data, Catalog) and len(data.sources) > 1:
        sources = chosen.sources or None
    if isinstance(sources, str):
        sources = [source.strip() for source in sources.split(",")]
    whole = table_of(data, keys, sources=sources, names=names)
    return _rank(whole, choices, conditions, chosen, top)


def replace_fields(
    profile: Profile,
    *,
    by: str | Sequence[str] | None = None,
    missing: Missing | None = None,
    bounds: Bounds | Mapping[str, tuple[float, float]] | None = None,
) -> Profile:
    """The profile with what is given in place of its own; bounds of criteria that a new `by` leaves out go."""
    import msgspec

    given: dict[str, Any] = {}
    if by is not None:
        given["by"] = tuple(by.split(",")) if isinstance(by, str) else tuple(by)
    if missing is not None:
        given["missing"] = missing
    if bounds is not None:
        given["bounds"] = bounds if isinstance(bounds, str) else dict(bounds)
    try:
        replaced = msgspec.convert({**msgspec.structs.asdict(profile), **given}, Profile)
    except msgspec.ValidationError as error:
        raise ZooError(
            f"{error}; `missing` is drop, zero, worst or error, `bounds` all, ranked or (low, high)"
        ) from None
    if by is not None and bounds is None and isinstance(replaced.bounds, dict):
        keys = {choice.key for choice in read_choices(replaced.by)}
        left = {key: pair for key, pair in replaced.bounds.items() if key in keys}
        replaced = msgspec.structs.replace(replaced, bounds=left or "all")
    check_bounds(replaced)
    return replaced


def _conditions(where: str | None, data: Any) -> tuple[Condition, ...]:
    if not where:
        return ()
    return parse(where, data.criteria if isinstance(data, Catalog) else None)


def _rank(
    whole: DecisionTable, choices: Sequence[Choice], conditions: Sequence[Condition], profile: Profile, top: int | None
) -> Ranking:
    table = replace(
        whole,
        criteria=whole.criteria[: len(choices)],
        values=whole.values[:, : len(choices)],
        origins=whole.origins[:, : len(choices)],
    )
    senses = [sense_of(choice, criterion) for choice, criterion in zip(choices, table.criteria, strict=True)]
    maximize = np.array([sense == "max" for sense in senses])
    weights = aggregate.rescale(np.array([choice.weight for choice in choices]))
    reasons = _unmet(whole, conditions)
    kept = np.array([not reason for reason in reasons], dtype=bool)
    if profile.missing in ("drop", "error"):
        gaps = np.isnan(table.values).any(axis=1)
        _refuse_gaps(table, kept & gaps, profile.missing)
        for row in np.flatnonzero(kept & gaps):
            reasons[row] = f"no value for {', '.join(_gaps(table, int(row)))}"
        kept &= ~gaps
    if not kept.any():
        raise ZooError(_nothing_left(table, reasons))
    low, high, warnings = _bounds(table, kept, profile)
    values = _filled(table.values, maximize, profile.missing)
    normalized = normalize.METHODS[profile.normalize](values[kept], low, high, maximize)
    normalized[np.isnan(normalized)] = 0.0
    warnings += _warnings(table, values[kept], low, high)
    scores = aggregate.METHODS[profile.aggregate](normalized, weights)
    return _ranking(
        table, profile, top, kept=np.flatnonzero(kept), values=values, normalized=normalized, scores=scores,
        criteria=tuple(
            RankedCriterion(criterion, sense, float(weight), float(least), float(most))
            for criterion, sense, weight, least, most in zip(table.criteria, senses, weights, low, high, strict=True)
        ),
        excluded=tuple(
            Excluded(slug, name, reason)
            for slug, name, reason in zip(table.slugs, table.names, reasons, strict=True)
            if reason
        ),
        warnings=tuple(warnings),
    )  # fmt: skip


def _ranking(
    table: DecisionTable,
    profile: Profile,
    top: int | None,
    *,
    kept: NDArray[np.intp],
    values: FloatArray,
    normalized: FloatArray,
    scores: FloatArray,
    criteria: tuple[RankedCriterion, ...],
    excluded: tuple[Excluded, ...],
    warnings: tuple[str, ...],
) -> Ranking:
    names = [table.names[row] for row in kept]
    order, ranks = competition_ranks(scores, TOLERANCE * len(criteria), names)
    maximize = np.array([item.sense == "max" for item in criteria])
    best = front(np.nan_to_num(np.where(maximize, values[kept], -values[kept]), nan=-np.inf), np.ones_like(maximize))
    entries = tuple(
        RankedModel(
            rank=int(place),
            slug=table.slugs[kept[row]],
            name=names[row],
            score=float(scores[row]),
            values=_by_key(criteria, table.values[kept[row]]),
            normalized=_by_key(criteria, normalized[row]),
            filled=tuple(
                item.key for item, origin in zip(criteria, table.origins[kept[row]], strict=True) if origin > 0
            ),
            front=bool(best[row]),
        )
        for place, row in zip(ranks[:top], order[:top], strict=True)
    )
    return Ranking(
        profile=profile,
        sources=table.sources,
        criteria=criteria,
        entries=entries,
        excluded=excluded,
        ranked=len(kept),
        known=len(table.slugs),
        warnings=warnings,
    )


def _by_key(criteria: Sequence[RankedCriterion], row: FloatArray) -> dict[str, float]:
    """The row's figures by criterion, without the missing ones."""
    return {item.key: float(value) for item, value in zip(criteria, row, strict=True) if not np.isnan(value)}


def _unmet(table: DecisionTable, conditions: Sequence[Condition]) -> list[str]:
    """For each model, which condition leaves it out and by which value; empty where it meets them all."""
    reasons = [""] * len(table.slugs)
    places = {criterion.key: place for place, criterion in enumerate(table.criteria)}
    for condition in conditions:
        criterion, values = table.criteria[places[condition.key]], table.values[:, places[condition.key]]
        number = criterion.show(condition.number)
        for row in np.flatnonzero(~condition.holds(values)):
            found = "no value" if np.isnan(values[row]) else criterion.show(values[row])
            reasons[row] = reasons[row] or f"not {condition.key}{condition.op}{number}: {found}"
    return reasons


def _gaps(table: DecisionTable, row: int) -> list[str]:
    return [
        criterion.key for criterion, value in zip(table.criteria, table.values[row], strict=True) if np.isnan(value)
    ]


def _refuse_gaps(table: DecisionTable, gaps: BoolArray, missing: Missing) -> None:
    if missing == "error" and gaps.any():
        row = int(np.argmax(gaps))
        raise ZooError(
            f"{int(gaps.sum())} of {len(gaps)} models lack a value: {table.names[row]}, for one, has none for "
            f"{', '.join(_gaps(table, row))}; leave such models out with drop, or add a source that has them"
        )


def _nothing_left(table: DecisionTable, reasons: Sequence[str]) -> str:
    if not table.slugs:
        return "there are no models to rank; expected at least one row"
    sources = f" in {', '.join(table.sources)}" if table.sources else ""
    return (
        f"none of {len(table.slugs)} models{sources} can be ranked: {table.names[0]}, for one, has {reasons[0]}; "
        "name a source that has the figures, or loosen the conditions"
    )


def _filled(values: FloatArray, maximize: BoolArray, missing: Missing) -> FloatArray:
    """The values, with the worst one known of a criterion in place of its missing ones where that is asked for."""
    if missing != "worst":
        return values
    low, high = normalize.bounds_of(values)
    return np.where(np.isnan(values), np.where(maximize, low, high), values)


def _bounds(table: DecisionTable, kept: BoolArray, profile: Profile) -> tuple[FloatArray, FloatArray, list[str]]:
    """The bounds that each criterion is normalized between, and a warning for those that tell no models apart."""
    low, high = normalize.bounds_of(table.values[kept] if profile.bounds == "ranked" else table.values)
    fixed = profile.bounds if isinstance(profile.bounds, dict) else {}
    keys = [criterion.key for criterion in table.criteria]
    for key, (least, most) in fixed.items():
        low[keys.index(key)], high[keys.index(key)] = least, most
    for key, value in zip(keys, low, strict=True):
        if np.isnan(value):
            raise ZooError(f"no model has a value for {key}; name a source that has it, or rank by something else")
    equal = [key for key, least, most in zip(keys, low, high, strict=True) if least == most]
    return low, high, [f"all models have the same {key}; it gives 1 to each and moves no rank" for key in equal]


def _warnings(table: DecisionTable, values: FloatArray, low: FloatArray, high: FloatArray) -> list[str]:
    beyond = ((values < low) | (values > high)).sum(axis=0)
    return [
        f"{count} model{'s' if count > 1 else ''} outside the bounds of {criterion.key}, {criterion.show(least)} to "
        f"{criterion.show(most)}; counted as at the bound"
        for criterion, count, least, most in zip(table.criteria, beyond, low, high, strict=True)
        if count
    ]

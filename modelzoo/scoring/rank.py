"""The ranking: a profile applied to a decision table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from modelzoo.catalog.catalog import Catalog, DecisionTable, load_catalog
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.filters import Condition, parse
from modelzoo.errors import ZooError
from modelzoo.scoring.bounds import reference_of
from modelzoo.scoring.criterion_spec import CriterionSpec, parse_criteria, sense_of
from modelzoo.scoring.inputs import table_of
from modelzoo.scoring.missing import reasons_out
from modelzoo.scoring.normalize import bounds_of
from modelzoo.scoring.pareto import front
from modelzoo.scoring.profile import Bounds, Missing, Profile, check, load_profile
from modelzoo.scoring.ranking import Excluded, RankedCriterion, RankedModel, Ranking
from modelzoo.scoring.scores import Scores, score, weigh
from modelzoo.scoring.senses import FloatArray, negated
from modelzoo.scoring.ties import competition_ranks, possible_ranks
from modelzoo.scoring.warnings import cautions
from modelzoo.scoring.weights import rescale

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
    normalize: str | None = None,
    weights: str | None = None,
    aggregate: str | None = None,
    top: int | None = None,
    names: Sequence[str] | None = None,
) -> Ranking:
    """Models from best to worst by the sum of their normalized, weighted criteria, or by another method.

    Parameters
    ----------
    data : what is ranked: nothing for the shipped catalog, a Catalog, a DataFrame with a column for each criterion,
        a matrix of shape (n_models, n_criteria), or a DecisionTable; NaN is a missing value
    by : criteria as ``key[:weight][:max|min]``, comma-separated or one a string; the profile's unless given
    profile : name of a shipped profile, path of a TOML file, or a Profile
    sources : of the catalog's figures, comma-separated or one a string; the first that has one gives it
    where : conditions that a model must meet, ``"params<10M and gpu<=8"``; they do not move the bounds
    missing, bounds, normalize, weights, aggregate : as in `Profile`, whose they replace; a new `aggregate` comes with
        its usual normalization
    top : only the best so many are in the result; bounds, ranks and the front are those of all
    names : of a matrix's models

    Raises
    ------
    ZooError
        If something given is unknown or cannot be ranked by; nothing is guessed.
    """
    chosen = profile if isinstance(profile, Profile) else load_profile(profile)
    chosen = replace_fields(
        chosen, by=by, missing=missing, bounds=bounds, normalize=normalize, weights=weights, aggregate=aggregate
    )
    data = load_catalog() if data is None else data
    choices = parse_criteria(chosen.by)
    conditions = _conditions(where, data)
    if top is not None and top < 1:
        raise ZooError(f"top is {top}; expected 1 or more")
    if by is None and isinstance(data, Catalog):
        _require_profile_fits(chosen, choices, data)
    keys = list(dict.fromkeys([*(choice.key for choice in choices), *(condition.key for condition in conditions)]))
    # A catalog with one source leaves none to choose.
    if sources is None and isinstance(data, Catalog) and len(data.sources) > 1:
        sources = chosen.sources or None
    whole = table_of(data, keys, sources=sources, names=names)
    other = _bounds_table(chosen, data, [choice.key for choice in choices])
    return _rank(whole, choices, conditions, chosen, other=other, top=top)


def _require_profile_fits(profile: Profile, choices: Sequence[CriterionSpec], data: Catalog) -> None:
    """Where nothing was asked for, criteria that other figures have are nobody's spelling mistake."""
    lacking = [choice.key for choice in choices if choice.key not in data.criteria]
    if lacking and all(key in CRITERIA for key in lacking):
        raise ZooError(
            f"the figures have no {', '.join(lacking)}, which the profile ranks by ({profile.title}); say with `by` "
            f"what to rank by, of {', '.join(data.criteria)}"
        )


def replace_fields(
    profile: Profile,
    *,
    by: str | Sequence[str] | None = None,
    missing: Missing | None = None,
    bounds: Bounds | Mapping[str, tuple[float, float]] | None = None,
    normalize: str | None = None,
    weights: str | None = None,
    aggregate: str | None = None,
) -> Profile:
    """The profile with what is given in place of its own; bounds of criteria that a new `by` leaves out go.

    A new `aggregate` comes with its usual normalization where none is given.
    """
    import msgspec

    given: dict[str, Any] = {"missing": missing, "normalize": normalize, "weights": weights, "aggregate": aggregate}
    given = {field: value for field, value in given.items() if value is not None}
    if by is not None:
        given["by"] = tuple(by.split(",")) if isinstance(by, str) else tuple(by)
    if bounds is not None:
        given["bounds"] = bounds if isinstance(bounds, str) else dict(bounds)
    if aggregate is not None:
        given.setdefault("normalize", "")
    try:
        replaced = msgspec.convert({**msgspec.structs.asdict(profile), **given}, Profile)
    except msgspec.ValidationError as error:
        raise ZooError(
            f"{error}; `missing` is drop, zero, worst, renormalize, bounds or error, `bounds` all, ranked, source:NAME "
            "or (low, high)"
        ) from None
    if by is not None and bounds is None and isinstance(replaced.bounds, dict):
        keys = {choice.key for choice in parse_criteria(replaced.by)}
        left = {key: pair for key, pair in replaced.bounds.items() if key in keys}
        replaced = replace(replaced, bounds=left or "all")
    check(replaced)
    return replaced


def _conditions(where: str | None, data: Any) -> tuple[Condition, ...]:
    if not where:
        return ()
    return parse(where, data.criteria if isinstance(data, Catalog) else None)


def _bounds_table(profile: Profile, data: Any, keys: Sequence[str]) -> DecisionTable | None:
    """The figures of the source that the bounds are from; None where they are not from one."""
    source = profile.bounds_source
    if source is None:
        return None
    if not isinstance(data, Catalog):
        raise ZooError(f"bounds of source {source} are a catalog's; these figures have none, take all or ranked")
    return data.table(keys, [source])


def _rank(
    whole: DecisionTable,
    choices: Sequence[CriterionSpec],
    conditions: Sequence[Condition],
    profile: Profile,
    *,
    other: DecisionTable | None,
    top: int | None,
) -> Ranking:
    table = replace(
        whole,
        criteria=whole.criteria[: len(choices)],
        values=whole.values[:, : len(choices)],
        origins=whole.origins[:, : len(choices)],
    )
    senses = [sense_of(choice, criterion) for choice, criterion in zip(choices, table.criteria, strict=True)]
    maximize = np.array([sense == "max" for sense in senses])
    if profile.weights == "given":
        rescale(np.array([choice.weight for choice in choices]))
    reasons = reasons_out(whole, table, conditions, profile.missing)
    kept = np.array([not reason for reason in reasons], dtype=bool)
    weights = weigh(table, kept, choices, maximize, profile)
    reference = reference_of(table, kept, profile, other)
    scores = score(table, kept, profile, weights=weights, reference=reference, maximize=maximize)
    return _ranking(
        table, profile, top, kept=np.flatnonzero(kept), scores=scores,
        criteria=tuple(
            RankedCriterion(criterion, sense, float(weight), float(least), float(most))
            for criterion, sense, weight, least, most in zip(
                table.criteria, senses, weights, *bounds_of(reference), strict=True
            )
        ),
        excluded=tuple(
            Excluded(slug, name, reason)
            for slug, name, reason in zip(table.slugs, table.names, reasons, strict=True)
            if reason
        ),
        warnings=tuple(
            cautions(
                table, profile, reference=reference, given=table.values[kept], values=scores.values,
                normalized=scores.normalized,
            )
        ),
    )  # fmt: skip


def _ranking(
    table: DecisionTable,
    profile: Profile,
    top: int | None,
    *,
    kept: NDArray[np.intp],
    scores: Scores,
    criteria: tuple[RankedCriterion, ...],
    excluded: tuple[Excluded, ...],
    warnings: tuple[str, ...],
) -> Ranking:
    names = [table.names[row] for row in kept]
    order, ranks = competition_ranks(scores.scores, scores.tolerance, names)
    maximize = np.array([item.sense == "max" for item in criteria])
    gains = np.nan_to_num(negated(scores.values, maximize), nan=-np.inf)
    best = front(gains, np.ones_like(maximize))
    spans = None if scores.most is None else possible_ranks(scores.scores, scores.most, scores.tolerance)
    parts = scores.contributions
    entries = tuple(
        RankedModel(
            rank=int(place),
            slug=table.slugs[kept[row]],
            name=names[row],
            score=float(scores.scores[row]),
            values=_by_key(criteria, table.values[kept[row]]),
            normalized=_by_key(criteria, scores.normalized[row]),
            filled=tuple(
                item.key for item, origin in zip(criteria, table.origins[kept[row]], strict=True) if origin > 0
            ),
            front=bool(best[row]),
            contributions={} if parts is None else _by_key(criteria, parts[row]),
            possible=None if spans is None else (int(spans[0][row]), int(spans[1][row])),
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

"""The ranking: a profile applied to a decision table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.base.text import cut
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.filters import Condition, parse
from modelzoo.catalog.keys import quoted
from modelzoo.errors import ZooError
from modelzoo.scoring.bounds import check_range, reference_of, usable
from modelzoo.scoring.criterion_spec import By, senses_of
from modelzoo.scoring.inputs import table_of
from modelzoo.scoring.missing import ranked_of
from modelzoo.scoring.profile import Bounds, Missing, Profile, load_profile, replace_fields
from modelzoo.scoring.ranked import RankedCriterion
from modelzoo.scoring.ranking import Ranking, require_top
from modelzoo.scoring.scores import score, weigh
from modelzoo.scoring.ties import competition_ranks, possible_ranks
from modelzoo.scoring.values import chosen_values
from modelzoo.scoring.warnings import criterion_warnings
from modelzoo.scoring.weights import METHODS as WEIGHTINGS
from modelzoo.scoring.weights import rescale


@checked
def rank(
    data: Any = None,
    by: By | None = None,
    *,
    profile: str | Path | Profile = "slides",
    source: str | Sequence[str] | None = None,
    where: str | Sequence[Condition] | None = None,
    missing: Missing | None = None,
    bounds: Bounds | Mapping[str, tuple[float, float]] | None = None,
    normalize: str | None = None,
    weights: str | None = None,
    method: str | None = None,
    top: int | None = None,
    names: Sequence[Any] | None = None,
    measured: bool = False,
    runs: str | Path | None = None,
    dataset: str | None = None,
    hardware: str | None = None,
    shipped: bool = False,
) -> Ranking:
    """Rank models, best first, by the sum of their normalized, weighted criteria, or by another method.

    A matrix or a DataFrame of floats is not copied: change it only after the ranking is read.

    Parameters
    ----------
    data : nothing for the shipped catalog, a Catalog, a DecisionTable, a DataFrame or a matrix. A DataFrame has a
        column for each criterion, a matrix the shape (n_models, n_criteria). NaN is a missing value
    by : criteria as ``key[:weight][:max|min]``, comma-separated or one a string; or a mapping from ``key[:max|min]``
        to the weight; the profile's unless given
    profile : name of a shipped profile, path of a TOML file, or a Profile
    source : of the catalog's values, comma-separated or one a string; the first that has a value gives it
    where : conditions that a model must meet, ``"params<10M and gpu<=8"``; they do not move the bounds
    missing, bounds, normalize, weights, method : replace the fields of the profile; a new `method` comes with its
        usual normalization
    top : the number of models in the result, best first; bounds, ranks and the front are of all models
    names : of a matrix's models
    measured : rank the models of measured runs, by accuracy, latency and parameters unless `by` is given
    runs : folder of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``
    dataset : name or path of the runs' data set; by default the one with most models
    hardware : part of the device's name; by default any device
    shipped : rank shipped runs too; by default only where no local run matches

    Raises
    ------
    ZooError
        If an argument is unknown or cannot be ranked by; nothing is guessed.
    """
    data, by = chosen_values(
        data, by, measured=measured, runs=runs, dataset=dataset, hardware=hardware, shipped=shipped
    )
    chosen = replace_fields(
        profile if isinstance(profile, Profile) else load_profile(profile),
        by=by, missing=missing, bounds=bounds, normalize=normalize, weights=weights, method=method,
    )  # fmt: skip
    conditions = parse(where, data.criteria if isinstance(data, Catalog) else None) if where else ()
    require_top(top)
    if by is None and isinstance(data, Catalog):
        _check_profile_fits(chosen, data)
    keys = [spec.key for spec in chosen.by]
    # A catalog with one source leaves none to choose.
    if source is None and isinstance(data, Catalog) and len(data.sources) > 1:
        source = chosen.sources or None
    all_keys = list(dict.fromkeys([*keys, *(condition.key for condition in conditions)]))
    whole = table_of(data, all_keys, source=source, names=names)
    return _rank(whole, chosen, conditions, source=_bounds_table(chosen, data, keys), top=top)


def _check_profile_fits(profile: Profile, data: Catalog) -> None:
    """Refuse a profile whose criteria only other catalogs have, with advice to name criteria."""
    lacking = [spec.key for spec in profile.by if spec.key not in data.criteria]
    if lacking and all(key in CRITERIA for key in lacking):
        raise ZooError(
            f"the catalog has no {', '.join(lacking)}, which the profile ranks by ({profile.title}); say with `by` "
            f"what to rank by, of {cut(', '.join(map(quoted, data.criteria)))}"
        )


def _bounds_table(profile: Profile, data: Any, keys: Sequence[str]) -> DecisionTable | None:
    """Return the table of the source that the bounds are from; None where they are not from one."""
    source = profile.bounds_source
    if source is None:
        return None
    if not isinstance(data, Catalog):
        raise ZooError(f"bounds of source {source} are a catalog's; these data have none, take all or ranked")
    return data.table(keys, [source])


def _rank(
    whole: DecisionTable,
    profile: Profile,
    conditions: Sequence[Condition],
    *,
    source: DecisionTable | None,
    top: int | None,
) -> Ranking:
    table = whole.columns([spec.key for spec in profile.by])
    senses = senses_of(profile.by, table.criteria)
    maximize = np.array([sense == "max" for sense in senses])
    if profile.weights == "given":
        rescale(np.array([spec.weight for spec in profile.by]))
    ranked = ranked_of(whole, table, conditions, profile.missing)
    check_range(ranked, maximize, profile)
    weights = weigh(ranked, profile.by, maximize, profile)
    table = usable(table, maximize, profile)
    reference = reference_of(table, ranked, profile, source and usable(source, maximize, profile))
    scores = score(table, ranked, profile, weights=weights, reference=reference, maximize=maximize)
    order, ranks = competition_ranks(scores.scores, scores.tolerance, ranked.names, top=top)
    possible = None
    if scores.most is not None:
        possible = np.stack(possible_ranks(scores.scores, scores.most, scores.tolerance), axis=1)[order]
    numbers = (array.tolist() for array in (weights, *reference.bounds))
    stated = [spec.weight if WEIGHTINGS[profile.weights].given else None for spec in profile.by]
    return Ranking(
        profile=profile,
        sources=table.sources,
        criteria=tuple(map(RankedCriterion, table.criteria, senses, *numbers, stated)),
        conditions=tuple(conditions),
        whole=whole,
        scored=scores,
        rows=order,
        ranks=ranks,
        possible=possible,
        warnings=tuple(criterion_warnings(scores)),
    )

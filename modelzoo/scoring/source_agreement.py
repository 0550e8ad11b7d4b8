"""`zoo audit A B`: agreement of two sources' ranks, by each criterion and by score."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.listing import conditions_notes
from modelzoo.catalog.sources import Source
from modelzoo.errors import ZooError
from modelzoo.scoring.criterion_spec import By, CriterionSpec, parse_criteria, sense_of
from modelzoo.scoring.profile import Profile, load_profile
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ties import competition_ranks
from modelzoo.tables.table import Column, Shown, Table

SCORE = "score"

_MOVES_SHOWN = 3


class RankedTwice(msgspec.Struct, frozen=True):
    """One model's values and ranks by the first and the second source; `move` is the first rank minus the second."""

    slug: str
    name: str
    values: tuple[float, float]
    ranks: tuple[int, int]
    move: int


class Agreement(msgspec.Struct, frozen=True):
    """The agreement of two sources by one criterion, or by the score of several, over the models that both know.

    `models` are in the order of their ranks by the first source. Kendall's tau-b is None where it is not defined.
    """

    key: str
    label: str
    models: tuple[RankedTwice, ...]
    kendall_tau: float | None
    show: Callable[[float], str]

    @property
    def unmoved(self) -> int:
        """The number of models with the same rank by both."""
        return sum(not model.move for model in self.models)

    @property
    def moves(self) -> tuple[RankedTwice, ...]:
        """The models with different ranks, the largest moves first."""
        return tuple(sorted((model for model in self.models if model.move), key=lambda model: -abs(model.move)))


class Comparison(msgspec.Struct, frozen=True):
    """Two sources' rankings, by each criterion and by the score of `by`; `notes` names what is left out."""

    sources: tuple[Source, Source]
    by: tuple[str, ...]
    agreements: tuple[Agreement, ...]
    notes: tuple[str, ...] = ()

    def table(self, *, everything: bool = False) -> Table:
        """Return a row for each criterion with its largest moves; with `everything`, a row for each model."""
        first, second = (source.key for source in self.sources)
        columns, rows = self._models() if everything else self._summary()
        return Table(
            columns,
            rows,
            caption=f"Ranks over the models that both {first} and {second} have values of, 1 the best, "
            f"first by {first}, then by {second}; Kendall's tau-b: 1 the same order, -1 the reverse.",
            notes=(*self.notes, *conditions_notes(self.sources)),
        )

    def _summary(self) -> tuple[list[Column], list[list[Any]]]:
        columns = [
            Column("criterion", "Ranked by"),
            Column("models", "Models", right=True),
            Column("kendall_tau", "Kendall's tau", show="{:.3f}".format, right=True),
            Column("unmoved", "Same rank", right=True),
            Column("moves", "Largest moves"),
        ]
        rows = [
            [item.label, len(item.models), item.kendall_tau, item.unmoved, _in_words(item.moves)]
            for item in self.agreements
        ]
        return columns, rows

    def _models(self) -> tuple[list[Column], list[list[Any]]]:
        first, second = (source.key for source in self.sources)
        columns = [
            Column("name", "Model", wrap=False),
            Column("criterion", "Ranked by"),
            Column(first, first, right=True),
            Column(second, second, right=True),
            Column(f"{first}_rank", f"# {first}", right=True),
            Column(f"{second}_rank", f"# {second}", right=True),
            Column("move", "Move", show=lambda move: f"{move:+d}" if move else "0", right=True),
        ]
        rows = [
            [row.name, item.label, *(Shown(value, item.show(value)) for value in row.values), *row.ranks, row.move]
            for item in self.agreements
            for row in item.models
        ]
        return columns, rows

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result for JSON; values and ranks are in the order of `sources`."""
        return {
            "sources": [source.key for source in self.sources],
            "by": list(self.by),
            "agreements": [
                {
                    "key": item.key,
                    "kendall_tau": item.kendall_tau,
                    "unmoved": item.unmoved,
                    "models": msgspec.to_builtins(item.models),
                }
                for item in self.agreements
            ],
            "notes": list(self.notes),
        }


def compare_sources(
    catalog: Catalog,
    first: str,
    second: str,
    by: By | None = None,
    *,
    profile: str | Path = "slides",
) -> Comparison:
    """Compare two sources' ranks of the same models, by each criterion and by the score.

    Parameters
    ----------
    by : criteria as `rank` takes them; unless given, every criterion that both sources have values for
    profile : name or path of the profile that scores; its criteria make the score where `by` is not given

    Raises
    ------
    ZooError
        If a source is unknown, or the two have no value of the same model and criterion.
    """
    sources = catalog.chosen_sources([first, second])
    scoring = load_profile(profile)
    scored = parse_criteria(scoring.by if by is None else by)
    shared = _shared(catalog, *sources)
    singles, notes = list(scored), []
    if by is None:
        senses = {spec.key: spec.sense for spec in scored}
        singles = [CriterionSpec(key, sense=senses.get(key)) for key in shared]
        unknown = [spec.key for spec in singles if not (spec.sense or catalog.criteria[spec.key].sense)]
        singles = [spec for spec in singles if spec.key not in unknown]
        notes += [f"{key} has no sense of its own; name it in --by, as {key}:max, to compare it" for key in unknown]
    if not singles:
        raise ZooError(f"{first} and {second} have no values of the same model to rank by")
    agreements = [_by_criterion(catalog, first, second, spec) for spec in singles]
    if len(scored) > 1:
        if score := _by_score(catalog, first, second, scored, profile=scoring):
            agreements.append(score)
        else:
            notes.append(f"no model has {', '.join(spec.key for spec in scored)} in both; there is no score")
    return Comparison((sources[0], sources[1]), tuple(spec.key for spec in scored), tuple(agreements), tuple(notes))


def _shared(catalog: Catalog, first: Source, second: Source) -> list[str]:
    """Return the criteria that both sources have a value for of the same model."""
    both = [(first.rows[slug], second.rows[slug]) for slug in first.rows if slug in second.rows]
    return [key for key in catalog.criteria if any(key in mine and key in theirs for mine, theirs in both)]


def _by_criterion(catalog: Catalog, first: str, second: str, spec: CriterionSpec) -> Agreement:
    tables = _tables(catalog, [spec.key], first, second)
    if not tables[0].slugs:
        raise ZooError(f"{first} and {second} have no {spec.key} of the same model; compare them by something else")
    (criterion,) = tables[0].criteria
    sense = sense_of(spec, criterion)
    values = [table.values[:, 0] for table in tables]
    # Printed values tie where they are equal, and nowhere else.
    ranks = [_ranks(column if sense == "max" else -column) for column in values]
    return _agreement(spec.key, criterion.heading(), tables[0], values=values, ranks=ranks, show=criterion.show)


def _by_score(
    catalog: Catalog, first: str, second: str, specs: Sequence[CriterionSpec], *, profile: Profile
) -> Agreement | None:
    """Return the agreement of the scores over the models complete in both sources; None where there are none."""
    keys = [spec.key for spec in specs]
    tables = _tables(catalog, keys, first, second)
    if not tables[0].slugs:
        return None
    # Only models that both know are in the tables, so that both sources' bounds are over the same ones.
    bounds: dict[str, Any] = {} if isinstance(profile.bounds, dict) else {"bounds": "all"}
    scored = [rank(table, specs, profile=profile, **bounds).scored for table in tables]
    values = [scores.scores for scores in scored]
    ranks = [_ranks(scores.scores, scores.tolerance) for scores in scored]
    return _agreement(SCORE, f"Score by {', '.join(keys)}", tables[0], values=values, ranks=ranks, show="{:.4f}".format)


def _tables(catalog: Catalog, keys: Sequence[str], first: str, second: str) -> list[DecisionTable]:
    """Return the two sources' decision tables over the models that have all these values in both."""
    tables = [catalog.table(keys, [source]) for source in (first, second)]
    complete = [
        {table.slugs[row] for row in np.flatnonzero(~np.isnan(table.values).any(axis=1)).tolist()} for table in tables
    ]
    both = complete[0] & complete[1]
    return [table.rows(np.array([slug in both for slug in table.slugs], dtype=bool)) for table in tables]


def _ranks(scores: NDArray[np.float64], tolerance: float = 0.0) -> NDArray[np.int64]:
    """Return the rank of each score, 1 the best; scores within the tolerance share a rank."""
    order, in_order = competition_ranks(scores, tolerance)
    ranks = np.empty(len(scores), np.int64)
    ranks[order] = in_order
    return ranks


def _agreement(
    key: str,
    label: str,
    table: DecisionTable,
    *,
    values: Sequence[NDArray[np.float64]],
    ranks: Sequence[NDArray[np.int64]],
    show: Callable[[float], str],
) -> Agreement:
    pairs = (zip(*(column.tolist() for column in columns), strict=True) for columns in (values, ranks))
    models = [
        RankedTwice(slug, name, both, (before, after), before - after)
        for slug, name, both, (before, after) in zip(table.slugs, table.names, *pairs, strict=True)
    ]
    models.sort(key=lambda model: (model.ranks, model.name))
    return Agreement(key, label, tuple(models), _kendall_tau(*ranks), show)


def _kendall_tau(first: NDArray[np.int64], second: NDArray[np.int64]) -> float | None:
    """Return tau-b of the two rankings; None for fewer than two models, or where a ranking is a single tie."""
    if len(np.unique(first)) < 2 or len(np.unique(second)) < 2:
        return None
    from scipy.stats import kendalltau

    return float(kendalltau(first, second).statistic)


def _in_words(moves: Sequence[RankedTwice]) -> str | None:
    return ", ".join(f"{model.name} {model.ranks[0]} → {model.ranks[1]}" for model in moves[:_MOVES_SHOWN]) or None

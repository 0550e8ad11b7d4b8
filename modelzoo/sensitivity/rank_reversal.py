"""What becomes of a ranking when a model is left out, or it is normalized, bounded or sourced in another way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from msgspec.structs import replace

from modelzoo.catalog.catalog import Catalog, DecisionTable
from modelzoo.errors import ZooError
from modelzoo.scoring import normalize, weights
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.value_intervals import BY_BOUNDS

Kind = Literal["without", "normalize", "bounds", "source"]

# Where every model may move the others' scores, so many of the best are left out in turn, and those at a bound.
_TRIED = 100


@dataclass(frozen=True)
class Variation:
    """The ranking made in one other way.

    `first` are the models that then lead, `turned` is how many pairs of models, ranked both times, change places;
    where it cannot be ranked in that way, `reason` says why.
    """

    kind: Kind
    name: str
    first: tuple[str, ...] = ()
    turned: int = 0
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The variation by its fields; no reason is None."""
        return {
            "kind": self.kind,
            "name": self.name,
            "first": list(self.first),
            "turned": self.turned,
            "reason": self.reason or None,
        }


def variations(data: Any, table: DecisionTable, ranking: Ranking, where: str | None = None) -> tuple[Variation, ...]:
    """The ranking without each model in turn, by each normalization, with each bounds, and from each source.

    Without a model that holds no bound alone, sums of figures between bounds are what they were, where the weights
    are not derived from the figures; only the others are tried, and none where the bounds are another source's.

    Parameters
    ----------
    data, where : as `rank` had them
    table : the figures that were ranked
    ranking : of all its models, not of the best so many only
    """
    profile = ranking.profile
    again = partial(rank, where=where)
    # The catalog rather than its table: bounds may be those of a source, which a table does not have.
    same = partial(again, data, sources=ranking.sources) if isinstance(data, Catalog) else partial(again, table)
    ways: list[tuple[Kind, str, Callable[[], Ranking]]] = [
        ("without", table.names[row], partial(again, _without(table, row), profile=profile))
        for row in _movers(table, ranking)
    ]
    ways += [
        ("normalize", name, partial(same, profile=replace(profile, normalize=name)))
        for name in normalize.METHODS
        if name != profile.normalize
    ]
    ways += [
        ("bounds", name, partial(same, profile=replace(profile, bounds=name)))
        for name in ("all", "ranked")
        if name != profile.bounds
    ]
    if isinstance(data, Catalog):
        ways += [
            ("source", key, partial(again, data, profile=profile, sources=[key]))
            for key in data.sources
            if (key,) != ranking.sources
        ]
    return tuple(_variation(kind, name, way, ranking) for kind, name, way in ways)


def told(found: Sequence[Variation], first: str) -> list[str]:
    """What the variations come to, a line each kind; `first` is who leads as it is."""
    lines = [_told_without([item for item in found if item.kind == "without"], first)]
    titles = {"normalize": "Normalized by {}", "bounds": "Bounds over {} models", "source": "Figures from {}"}
    for kind, title in titles.items():
        parts = [f"{title.format(item.name)}: {_outcome(item)}" for item in found if item.kind == kind]
        lines += [f"{part}." for part in parts]
    return lines


def _told_without(found: Sequence[Variation], first: str) -> str:
    moved = [item for item in found if item.turned]
    ended = [item for item in moved if item.name != first and first not in item.first]
    failed = [item for item in found if item.reason]
    text = f"With any one other model left out, {first} stays first"
    if ended:
        text += f", except {', '.join(f'{item.name} ({_leads(item)})' for item in ended)}"
    if moved:
        text += f"; pairs that change places: {', '.join(f'{item.turned} without {item.name}' for item in moved)}"
    if failed:
        text += f"; it cannot be ranked without {', '.join(item.name for item in failed)}: {failed[0].reason}"
    return text + "."


def _outcome(item: Variation) -> str:
    if item.reason:
        return "nothing can be ranked"
    pairs = {0: "no pair of models changes places", 1: "1 pair of models changes places"}
    return f"{_leads(item)}, {pairs.get(item.turned, f'{item.turned} pairs of models change places')}"


def _leads(item: Variation) -> str:
    return f"{item.first[0]} leads" if len(item.first) == 1 else f"{', '.join(item.first)} lead"


def _variation(kind: Kind, name: str, way: Callable[[], Ranking], ranking: Ranking) -> Variation:
    try:
        found = way()
    except ZooError as error:
        return Variation(kind, name, reason=str(error))
    first = tuple(entry.name for entry in found.entries if entry.rank == 1)
    return Variation(kind, name, first, _turned(ranking, found))


def _turned(one: Ranking, other: Ranking) -> int:
    """How many pairs of models that both rank stand one way in the first and the other way in the second."""
    before = {entry.slug: entry.rank for entry in one.entries}
    after = {entry.slug: entry.rank for entry in other.entries}
    both = [slug for slug in before if slug in after]
    a, b = np.array([before[slug] for slug in both]), np.array([after[slug] for slug in both])
    return int(((a[:, np.newaxis] < a) & (b[:, np.newaxis] > b)).sum())


def _movers(table: DecisionTable, ranking: Ranking) -> list[int]:
    """The rows without which the others' scores may differ, in the table's order."""
    derived = weights.METHODS[ranking.profile.weights].figures
    if ranking.profile.bounds_source and not derived:
        return []
    places = {entry.slug: place for place, entry in enumerate(ranking.entries)}
    values = table.values[:, : len(ranking.criteria)]
    ranked = np.array([slug in places for slug in table.slugs])
    rows: set[int] = set()
    # Bounds are of all models or of the ranked ones.
    for column in (*values.T, *np.where(ranked[:, np.newaxis], values, np.nan).T):
        for end in (np.fmin.reduce(column), np.fmax.reduce(column)):
            at_end = np.flatnonzero(column == end)
            if len(at_end) == 1:
                rows.add(int(at_end[0]))
    if ranking.profile.normalize not in BY_BOUNDS or derived:
        rows |= {row for row, slug in enumerate(table.slugs) if places.get(slug, _TRIED) < _TRIED}
    return sorted(rows)


def _without(table: DecisionTable, row: int) -> DecisionTable:
    kept = [other for other in range(len(table.slugs)) if other != row]
    return replace(
        table,
        slugs=tuple(table.slugs[other] for other in kept),
        names=tuple(table.names[other] for other in kept),
        values=np.asfortranarray(table.values[kept]),
        origins=np.asfortranarray(table.origins[kept]),
        within=None if table.within is None else np.asfortranarray(table.within[kept]),
    )

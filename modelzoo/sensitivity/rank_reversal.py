"""Rank reversal: pairs of models that change places without a model, or by another normalization, bounds or source."""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from modelzoo.catalog.catalog import Catalog
from modelzoo.errors import ZooError
from modelzoo.scoring import normalize, weights
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.value_intervals import BY_BOUNDS

Kind = Literal["without", "normalize", "bounds", "source"]

# The models left out in turn if every model may change the others' scores: the best ones.
_LEFT_OUT = 100


class Variation(msgspec.Struct, frozen=True):
    """The ranking made in another way.

    `first` are the names of the models that then lead. `turned` is the number of rank reversals: pairs of models,
    ranked both times, that change places. `reason` tells why nothing can be ranked in this way; else None.
    """

    kind: Kind
    name: str
    first: tuple[str, ...] = ()
    turned: int = 0
    reason: str | None = None


def vary_ranking(ranking: Ranking, data: Any) -> tuple[Variation, ...]:
    """Rank without each model in turn, by each normalization, with each bounds, and from each source.

    A model that holds no bound alone changes no weighted sum of the others. So only models at a bound are left out,
    and none if the bounds are another source's. Weights derived from the values may change with every model.

    Parameters
    ----------
    ranking : of all its models, not of the best only
    data : as `rank` took it
    """
    profile, table, where = ranking.profile, ranking.whole, ranking.conditions
    # The catalog rather than its table: bounds may be another source's, which a table does not have.
    again = partial(rank, data, source=ranking.sources) if isinstance(data, Catalog) else partial(rank, table)
    rows = np.arange(len(table.names))
    ways: list[tuple[Kind, str, Callable[[], Ranking]]] = [
        ("without", table.names[row], partial(rank, table.rows(rows != row), profile=profile, where=where))
        for row in _rows_to_leave_out(ranking)
    ]
    ways += [
        ("normalize", name, partial(again, profile=replace(profile, normalize=name), where=where))
        for name in normalize.METHODS
        if name != profile.normalize
    ]
    ways += [
        ("bounds", name, partial(again, profile=replace(profile, bounds=name), where=where))
        for name in ("all", "ranked")
        if name != profile.bounds
    ]
    if isinstance(data, Catalog):
        ways += [
            ("source", key, partial(rank, data, profile=profile, source=[key], where=where))
            for key in data.sources
            if (key,) != ranking.sources
        ]
    return tuple(_variation(kind, name, way, ranking) for kind, name, way in ways)


def count_reversals(before: Ranking, after: Ranking) -> int:
    """Count the pairs of models, ranked both times, that change places."""
    rank_after = dict(zip(after.slugs, after.ranks.tolist(), strict=True))
    rows = [row for row, slug in enumerate(before.slugs) if slug in rank_after]
    a, b = before.ranks[rows], np.array([rank_after[before.slugs[row]] for row in rows], dtype=np.int64)
    # Pairs that tie in `a` come in the order of `b`, and are no inversions.
    return _inversions(b[np.lexsort((b, a))])


def _inversions(ranks: NDArray[np.int64]) -> int:
    """Count the pairs whose first rank is the greater one, bit by bit: the highest bit that differs decides."""
    count = 0
    for bit in reversed(range(int(ranks.max(initial=0)).bit_length())):
        # The ranks that agree in all higher bits are neighbors, each group in its order.
        ranks = ranks[np.argsort(ranks >> (bit + 1), kind="stable")]
        ones = np.cumsum(ranks >> bit & 1)
        starts = np.flatnonzero(np.diff(ranks >> (bit + 1), prepend=-1))
        before = np.repeat(np.append(0, ones)[starts], np.diff(np.append(starts, len(ranks))))
        count += int((ones - before)[ranks >> bit & 1 == 0].sum())
    return count


def _variation(kind: Kind, name: str, way: Callable[[], Ranking], ranking: Ranking) -> Variation:
    try:
        varied = way()
    except ZooError as error:
        return Variation(kind, name, reason=str(error))
    first = tuple(name for name, rank in zip(varied.names, varied.ranks, strict=True) if rank == 1)
    return Variation(kind, name, first, count_reversals(ranking, varied))


def _rows_to_leave_out(ranking: Ranking) -> list[int]:
    """Return the rows of the table without which the others' scores may differ, in ascending order."""
    derived = weights.METHODS[ranking.profile.weights].figures
    if ranking.profile.bounds_source and not derived:
        return []
    order = {slug: index for index, slug in enumerate(ranking.slugs)}
    slugs, values = ranking.whole.slugs, ranking.whole.values[:, : len(ranking.criteria)]
    ranked = np.array([slug in order for slug in slugs])
    rows: set[int] = set()
    # Bounds are of all models or of the ranked ones.
    for column in (*values.T, *np.where(ranked[:, np.newaxis], values, np.nan).T):
        for end in (np.fmin.reduce(column), np.fmax.reduce(column)):
            at_end = np.flatnonzero(column == end)
            if len(at_end) == 1:
                rows.add(int(at_end[0]))
    if ranking.profile.normalize not in BY_BOUNDS or derived:
        rows |= {row for row, slug in enumerate(slugs) if order.get(slug, _LEFT_OUT) < _LEFT_OUT}
    return sorted(rows)

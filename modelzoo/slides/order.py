"""Printed orders against their keys: which rows stand where their key does not allow it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from modelzoo.slides.deck import SCORE, Computed, PrintedList


@dataclass(frozen=True)
class Displaced:
    """A printed row out of order, both positions from 1."""

    table: str
    column: str
    slug: str
    model: str
    printed_position: int
    computed_position: int


def displaced_rows(printed: PrintedList, computed: Computed) -> tuple[Displaced, ...]:
    """The rows that stand elsewhere once the list is in order, as `in_order` has it.

    Each is in strict contradiction to at least one other row.
    """
    places = {slug: place for place, slug in enumerate(in_order(printed, computed), start=1)}
    return tuple(
        Displaced(
            table=printed.table,
            column=printed.key,
            slug=row.slug,
            model=computed.names[row.slug],
            printed_position=row.position,
            computed_position=places[row.slug],
        )
        for row in printed.rows
        if places[row.slug] != row.position
    )


def in_order(printed: PrintedList, computed: Computed, more: Sequence[str] = ()) -> list[str]:
    """The models of a printed list as its key orders them, moving none that may stay.

    A row without a value keeps its place, as does a row whose place is one of those for rows of its key; the others
    of that key take the places left in their printed order.

    Parameters
    ----------
    more : models that the list should have as well
    """
    slugs = [*printed.slugs, *more]
    keys = _keys(printed, slugs, computed)
    places = [place for place, slug in enumerate(slugs) if slug in keys]
    ordered = list(slugs)
    for _, tied in groupby(sorted(keys, key=keys.__getitem__), key=keys.__getitem__):
        group = list(tied)
        allowed, places = places[: len(group)], places[len(group) :]
        staying = {slugs[place] for place in allowed} & set(group)
        free = [place for place in allowed if slugs[place] not in staying]
        moving = [slug for slug in group if slug not in staying]
        for place, slug in zip(free, moving, strict=True):
            ordered[place] = slug
    return ordered


def fewest_moves(printed: PrintedList, computed: Computed) -> int:
    """How many rows would have to be taken out and put elsewhere for the list to be in order.

    All but those of a longest subsequence that is in order (Fredman 1975).
    """
    keys = _keys(printed, printed.slugs, computed)
    tails: list[float] = []
    for key in keys.values():
        place = bisect_right(tails, key)
        tails[place : place + 1] = [key]
    return len(keys) - len(tails)


def _keys(printed: PrintedList, slugs: Sequence[str], computed: Computed) -> Mapping[str, float]:
    """What orders the models, smallest first, in the order of `slugs`; those without a value are left out."""
    if printed.key == SCORE.key:
        # Ranks, so that scores that differ by rounding alone are ties here too.
        return {slug: computed.ranks[slug] for slug in slugs if slug in computed.ranks}
    values = {slug: computed.value(printed.key, slug) for slug in slugs}
    return {slug: -value if printed.maximize else value for slug, value in values.items() if value is not None}

"""Printed orders against their keys: rows in a position that their key does not allow."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from modelzoo.slides.deck import Computed
from modelzoo.slides.printed import SCORE, PrintedList


class Displaced(msgspec.Struct, frozen=True):
    """A printed row out of order, both positions from 1."""

    table: str
    column: str
    slug: str
    model: str
    printed_position: int
    computed_position: int


def displaced_rows(printed: PrintedList, computed: Computed) -> tuple[Displaced, ...]:
    """Return the rows that `in_order` moves.

    Each one is in strict contradiction to at least one other row.
    """
    positions = {slug: position for position, slug in enumerate(in_order(printed, computed), start=1)}
    return tuple(
        Displaced(
            table=printed.table,
            column=printed.key,
            slug=row.slug,
            model=computed.names[row.slug],
            printed_position=row.position,
            computed_position=positions[row.slug],
        )
        for row in printed.rows
        if positions[row.slug] != row.position
    )


def in_order(printed: PrintedList, computed: Computed, more: Sequence[str] = ()) -> list[str]:
    """Sort the models of a printed list by its key, with as few moves of ties as possible.

    A row without a value stays, as does a row inside the positions of its ties. The rest of a tie fills the free
    positions in printed order. The models of `more` are added to the list.
    """
    slugs = [*printed.slugs, *more]
    keys = _keys(printed, slugs, computed)
    positions = [position for position, slug in enumerate(slugs) if slug in keys]
    ordered = list(slugs)
    for _, tied in groupby(sorted(keys, key=keys.__getitem__), key=keys.__getitem__):
        group = list(tied)
        allowed, positions = positions[: len(group)], positions[len(group) :]
        staying = {slugs[position] for position in allowed} & set(group)
        free = [position for position in allowed if slugs[position] not in staying]
        moving = [slug for slug in group if slug not in staying]
        for position, slug in zip(free, moving, strict=True):
            ordered[position] = slug
    return ordered


def fewest_moves(printed: PrintedList, computed: Computed) -> int:
    """Count the fewest rows to move until the list is in order.

    The number is the list's length less a longest ordered subsequence (Fredman 1975).
    """
    keys = _keys(printed, printed.slugs, computed)
    tails: list[float] = []
    for key in keys.values():
        index = bisect_right(tails, key)
        tails[index : index + 1] = [key]
    return len(keys) - len(tails)


def _keys(printed: PrintedList, slugs: Sequence[str], computed: Computed) -> Mapping[str, float]:
    """Return the sort keys of the models, smallest first, in the order of `slugs`; models without a value have none."""
    if printed.key == SCORE.key:
        # By ranks, scores with a difference from rounding alone are ties here too.
        return {slug: computed.ranks[slug] for slug in slugs if slug in computed.ranks}
    values = {slug: computed.value(printed.key, slug) for slug in slugs}
    return {slug: -value if printed.maximize else value for slug, value in values.items() if value is not None}

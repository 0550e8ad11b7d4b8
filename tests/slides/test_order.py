"""Printed orders against their keys, on small made-up lists."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelzoo.slides.deck import Computed
from modelzoo.slides.order import displaced_rows, fewest_moves, in_order
from modelzoo.slides.printed import PrintedList, PrintedRow

Keys = list[float | None]


def listed(keys: Keys, key: str = "params") -> tuple[PrintedList, Computed]:
    """Models a, b, c … with these values, printed in that order."""
    slugs = "abcdefghij"[: len(keys)]
    values = {slug: value for slug, value in zip(slugs, keys, strict=True) if value is not None}
    rows = tuple(PrintedRow(slug, place, ()) for place, slug in enumerate(slugs, start=1))
    computed = Computed(
        names={slug: slug.upper() for slug in slugs},
        values={key: values},
        highlights={},
        normalized={},
        scores={},
        ranks={},
    )
    return PrintedList(f"by_{key}", key, rows), computed


def moved(keys: Keys, key: str = "params") -> dict[str, int]:
    return {row.slug: row.computed_position for row in displaced_rows(*listed(keys, key))}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([1, 2, 3], {}),
        ([1, 3, 2], {"b": 3, "c": 2}),
        # The middle one contradicts both others and yet stands where it belongs.
        ([3, 2, 1], {"a": 3, "c": 1}),
        ([1, 1, 1], {}),
        # b may stay among the two 2s, so that a goes to the last place.
        ([2, 2, 1], {"a": 3, "c": 1}),
        ([None, 1, None, 2], {}),
        ([2, None, 1, None], {"a": 3, "c": 1}),
        ([None, None], {}),
    ],
)
def test_rows_move_only_where_the_key_forces_them(keys: Keys, expected: dict[str, int]) -> None:
    assert moved(keys) == expected


def test_accuracies_fall_and_years_rise() -> None:
    assert moved([97, 96, 95], "top5") == moved([1998, 2012, 2012], "year") == {}
    assert moved([1, 2], "top5") == moved([2, 1], "year") == {"a": 2, "b": 1}


def test_scores_that_share_a_rank_may_stand_in_any_order() -> None:
    printed, computed = listed([0.3, 0.1 + 0.2, 0.9], "score")
    assert in_order(printed, replace(computed, ranks={"a": 2, "b": 2, "c": 1})) == ["c", "b", "a"]


def test_models_that_print_lacks_take_their_place() -> None:
    printed, computed = listed([1, 2, None])
    figures = {"params": {"a": 1.0, "b": 2.0, "z": 1.5}}
    assert in_order(printed, replace(computed, values=figures), ["z"]) == ["a", "z", "c", "b"]


KEYS = st.lists(st.one_of(st.none(), st.integers(0, 4).map(float)), max_size=5)


@given(KEYS)
def test_the_order_contradicts_no_key_and_moves_as_few_places_as_any_that_does_not(keys: Keys) -> None:
    printed, computed = listed(keys)
    values = computed.values["params"]
    ordered = in_order(printed, computed)
    assert sorted(ordered) == sorted(printed.slugs)

    def allowed(order: tuple[str, ...] | list[str]) -> bool:
        known = [values[slug] for slug in order if slug in values]
        stay = all(order[place] == slug for place, slug in enumerate(printed.slugs) if slug not in values)
        return stay and known == sorted(known)

    def changed(order: tuple[str, ...] | list[str]) -> int:
        return sum(before != after for before, after in zip(printed.slugs, order, strict=True))

    assert allowed(ordered)
    assert changed(ordered) == min(changed(order) for order in permutations(printed.slugs) if allowed(order))


@given(KEYS)
def test_each_row_out_of_place_strictly_contradicts_another(keys: Keys) -> None:
    printed, computed = listed(keys)
    values = computed.values["params"]
    for row in displaced_rows(printed, computed):
        place = row.printed_position - 1
        assert any(
            other in values and (values[other] - values[row.slug]) * (where - place) < 0
            for where, other in enumerate(printed.slugs)
        )


@given(KEYS)
def test_no_move_is_needed_just_where_no_row_is_out_of_place(keys: Keys) -> None:
    printed, computed = listed(keys)
    moves = fewest_moves(printed, computed)
    displaced = displaced_rows(printed, computed)
    assert bool(moves) == bool(displaced)
    # The rows in place are in order among themselves.
    assert moves <= len(displaced)


def test_one_row_carried_far_is_one_move() -> None:
    assert fewest_moves(*listed([5, 1, 2, 3, 4])) == 1
    assert len(moved([5, 1, 2, 3, 4])) == 5

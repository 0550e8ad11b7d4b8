"""Rank reversal: each variation compared with ranking in that way."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.scoring.inputs import table_of
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.rank_reversal import Variation, _inversions, vary_ranking
from modelzoo.sensitivity.tables import describe_variations

KEYS = ["top5", "gpu", "params"]


def slides() -> tuple[Ranking, dict[tuple[str, str], Variation]]:
    catalog = load_catalog()
    ranking = rank(catalog)
    return ranking, {(item.kind, item.name): item for item in vary_ranking(ranking, catalog)}


def turned(one: Ranking, other: Ranking) -> int:
    places = {entry.slug: entry.rank for entry in other.entries}
    both = [entry for entry in one.entries if entry.slug in places]
    return sum(a.rank < b.rank and places[a.slug] > places[b.slug] for a in both for b in both)


def test_over_the_ranked_models_another_one_leads_and_by_other_sources_too() -> None:
    ranking, variations = slides()
    for key, other in {
        ("bounds", "ranked"): rank(bounds="ranked"),
        ("source", "keras"): rank(source=["keras"]),
    }.items():
        assert variations[key].first == (other.entries[0].name,) == ("EfficientNetB3",)
        assert variations[key].turned == turned(ranking, other) > 0
    assert ("bounds", "all") not in variations
    assert ("source", "slides") not in variations


def test_a_source_that_lacks_the_figures_says_so() -> None:
    _, variations = slides()
    torchvision = variations["source", "torchvision"]
    assert torchvision.first == ()
    with pytest.raises(ZooError) as refused:
        rank(source=["torchvision"])
    assert torchvision.reason == str(refused.value)
    assert "gpu" in torchvision.reason


def test_leaving_out_each_model_is_ranking_without_it() -> None:
    catalog = load_catalog()
    table, ranking = table_of(catalog, KEYS), rank(catalog)
    _, variations = slides()
    frame = pd.DataFrame(table.values, table.names, KEYS)
    for name in table.names:
        other = rank(frame.drop(index=name), by=KEYS)
        places = {entry.name: entry.rank for entry in other.entries}
        both = [entry for entry in ranking.entries if entry.name in places]
        pairs = sum(a.rank < b.rank and places[a.name] > places[b.name] for a in both for b in both)
        if ("without", name) in variations:
            assert variations["without", name].first == (other.entries[0].name,)
            assert variations["without", name].turned == pairs
        else:
            assert pairs == 0


def test_without_the_slowest_model_another_one_leads() -> None:
    _, variations = slides()
    assert variations["without", "EfficientNetB7"].first == ("EfficientNetB1",)


def test_the_only_holder_of_a_figure_left_out_leaves_nothing() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0]}, index=["x", "y"])
    ranking = rank(frame, by="a:max", where="a>1")
    variations = vary_ranking(ranking, frame)
    without = {item.name: bool(item.reason) for item in variations if item.kind == "without"}
    assert without == {"x": False, "y": True}


def test_the_description_names_the_winner_and_counts_the_reversals() -> None:
    variations = [
        Variation("without", "A", ("B",), 2),
        Variation("without", "C", ("B",), 3),
        Variation("without", "D", ("A",), 1),
        Variation("bounds", "ranked", ("B", "C"), 1),
        Variation("normalize", "rank", ("A",), 0),
        Variation("source", "keras", reason="none"),
    ]
    without, *others = describe_variations(variations, "A")
    # A left out itself ends nothing; D left out leaves A first.
    assert "except C (B leads);" in without
    assert without.endswith("2 without A, 3 without C, 1 without D.")
    assert others == [
        "Normalized by rank: A leads, no pair of models changes places.",
        "Bounds over ranked models: B, C lead, 1 pair of models changes places.",
        "Values from keras: nothing can be ranked.",
    ]


@pytest.mark.parametrize("seed", range(5))
def test_no_other_model_s_absence_changes_an_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(random.integers(0, 9, (8, 2)).astype(float), [f"m{row}" for row in range(8)], ["a", "b"])
    ranking = rank(frame, by="a:max,b:min")
    variations = vary_ranking(ranking, frame)
    for name in set(frame.index) - {item.name for item in variations if item.kind == "without"}:
        other = {entry.name: entry.score for entry in rank(frame.drop(index=name), by="a:max,b:min").entries}
        assert other == pytest.approx({entry.name: entry.score for entry in ranking.entries if entry.name != name})


def test_the_bounds_of_a_source_hold_in_every_other_way() -> None:
    catalog = load_catalog()
    ranking = rank(catalog, bounds="source:keras")
    variations = vary_ranking(ranking, catalog)
    assert not [item.reason for item in variations if item.kind == "normalize" and item.reason]
    (rescored,) = (item for item in variations if item.name == "z-score")
    assert rescored.first == (rank(catalog, bounds="source:keras", normalize="z-score").entries[0].name,)
    # Nobody's score is by any other model of the ranking, so there is none to leave out.
    assert not [item for item in variations if item.kind == "without"]


def test_a_model_without_which_nothing_can_be_ranked_is_named() -> None:
    catalog = load_catalog()
    ranking = rank(catalog, bounds="source:keras", weights="critic")
    variations = vary_ranking(ranking, catalog)
    line = describe_variations(variations, ranking.entries[0].name)[0]
    assert "it cannot be ranked without" in line
    assert "bounds of source keras are a catalog's" in line


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=40))
def test_inversions_are_the_pairs_that_change_places(pairs: list[tuple[int, int]]) -> None:
    expected = sum(a < c and b > d for a, b in pairs for c, d in pairs)
    assert _inversions(np.array([b for _, b in sorted(pairs)], dtype=np.int64)) == expected

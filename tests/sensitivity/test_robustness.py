"""The whole of how robust a ranking is, model by model."""

import numpy as np
import pandas as pd
import pytest

import modelzoo
from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank
from modelzoo.sensitivity.robustness import robustness

KEYS = ("top5", "gpu", "params")


def test_the_slides_ranking_model_by_model() -> None:
    found = modelzoo.robustness(samples=20_000)
    by_slug = {model.entry.slug: model for model in found.models}
    assert [model.entry.rank for model in found.models] == list(range(1, 15))
    assert sum(model.shares[0] for model in found.models) == pytest.approx(1)
    assert by_slug["efficientnetb3"].shares[0] == pytest.approx(0.25, abs=0.01)
    assert (
        by_slug["nasnetmobile"].central is by_slug["nasnetmobile"].change is by_slug["nasnetmobile"].confidence is None
    )
    assert by_slug["efficientnetb1"].ranks == (1, 2)
    assert by_slug["efficientnetb2"].change is not None
    assert by_slug["efficientnetb2"].change.distance == 0


def test_ranking_with_the_weights_that_make_a_model_first_makes_it_first() -> None:
    for model in robustness(samples=2000).models:
        if model.change is None:
            assert model.shares[0] == 0
            continue
        by = [f"{key}:{share}" for key, share in model.change.shares.items()]
        assert model.entry.slug in {entry.slug for entry in rank(by=by).entries if entry.rank == 1}


def test_the_smallest_change_of_all_weights_is_that_of_the_nearest_rival() -> None:
    found = robustness(samples=1000)
    assert found.rival is not None
    rival, change = found.rival
    assert rival.slug == "efficientnetb1"
    nearest = min(model.change.distance for model in found.models[1:] if model.change is not None)
    assert change.distance == pytest.approx(nearest, abs=1e-6)
    scores = {
        entry.slug: entry.score for entry in rank(by=[f"{key}:{share}" for key, share in change.shares.items()]).entries
    }
    assert scores["efficientnetb1"] == pytest.approx(scores["efficientnetb2"])


def test_options_are_those_of_rank() -> None:
    found = robustness(by="top5:2,params", where="params<30M and gpu>0", bounds="ranked", samples=1000)
    ranking = rank(by="top5:2,params", where="params<30M and gpu>0", bounds="ranked")
    assert [model.entry for model in found.models] == list(ranking.entries)
    with pytest.raises(ZooError, match="top is of tables"):
        robustness(top=3)
    with pytest.raises(ZooError, match="unknown criterion 'top6'"):
        robustness(by="top6")


def test_figures_said_to_be_off_open_the_ranks() -> None:
    matrix = np.array([[5.0], [6.0], [0.0], [10.0]])
    exact = robustness(matrix, by="a:max")
    assert [model.ranks for model in exact.models] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    found = robustness(matrix, by="a:max", within={"a": 0.6})
    assert [model.ranks for model in found.models] == [(1, 1), (2, 3), (2, 3), (4, 4)]


def test_tied_winners_need_no_change() -> None:
    frame = pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0]}, index=["x", "y"])
    found = robustness(frame, by="a:max,b:max")
    assert [model.change and model.change.distance for model in found.models] == [0, 0]
    assert found.rival is not None
    assert found.rival[1].distance == 0


def test_the_table_has_numbers_and_the_json_no_nan() -> None:
    found = robustness(samples=1000)
    table = found.table(top=2)
    assert (len(table.rows), table.lead) == (2, found.sentence)
    result = found.to_dict()
    assert list(result) == [
        "sentence", "asked", "samples", "exact", "seed", "weights", "models", "rival", "variations",
    ]  # fmt: skip
    assert list(result["models"][0]) == [
        "rank", "slug", "name", "score", "shares", "first", "mean_rank", "central", "confidence", "ranks", "change",
    ]  # fmt: skip
    assert "nan" not in repr(result)

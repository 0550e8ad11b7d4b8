"""Robustness, model by model."""

import tracemalloc

import msgspec
import numpy as np
import pandas as pd
import pytest

import modelzoo
from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank
from modelzoo.sensitivity import smaa
from modelzoo.sensitivity.robustness import RankInterval, RobustModel, robustness
from modelzoo.sensitivity.tables import robustness_table


def ranks_of(model: RobustModel) -> tuple[int, int] | None:
    return model.ranks and (model.ranks.best, model.ranks.worst)


def test_the_slides_ranking_model_by_model() -> None:
    result = modelzoo.robustness(samples=20_000)
    by_slug = {model.slug: model for model in result.models}
    assert [model.rank for model in result.models] == list(range(1, 15))
    assert sum(model.first.share for model in result.models) == pytest.approx(1)
    assert by_slug["efficientnetb3"].first.share == pytest.approx(0.25, abs=0.01)
    assert (
        by_slug["nasnetmobile"].central is by_slug["nasnetmobile"].change is by_slug["nasnetmobile"].confidence is None
    )
    assert by_slug["efficientnetb1"].ranks == RankInterval(1, 2)
    assert by_slug["efficientnetb2"].change is not None
    assert by_slug["efficientnetb2"].change.distance == 0


def test_ranking_with_the_weights_that_make_a_model_first_makes_it_first() -> None:
    for model in robustness(samples=2000).models:
        if model.change is None:
            assert model.first.share == 0
            continue
        by = [f"{key}:{share}" for key, share in model.change.shares.items()]
        assert model.slug in {entry.slug for entry in rank(by=by).entries if entry.rank == 1}


def test_the_smallest_change_of_all_weights_is_that_of_the_nearest_rival() -> None:
    result = robustness(samples=1000)
    assert result.rival is not None
    change = result.rival.change
    assert result.rival.slug == "efficientnetb1"
    nearest = min(model.change.distance for model in result.models[1:] if model.change is not None)
    assert change.distance == pytest.approx(nearest, abs=1e-6)
    scores = {
        entry.slug: entry.score for entry in rank(by=[f"{key}:{share}" for key, share in change.shares.items()]).entries
    }
    assert scores["efficientnetb1"] == pytest.approx(scores["efficientnetb2"])


def test_options_are_those_of_rank() -> None:
    result = robustness(by="top5:2,params", where="params<30M and gpu>0", bounds="ranked", samples=1000)
    ranking = rank(by="top5:2,params", where="params<30M and gpu>0", bounds="ranked")
    assert [(model.slug, model.score) for model in result.models] == [(e.slug, e.score) for e in ranking.entries]
    with pytest.raises(ZooError, match="top is of tables"):
        robustness(top=3)
    with pytest.raises(ZooError, match="unknown criterion 'top6'"):
        robustness(by="top6")


def test_figures_said_to_be_off_open_the_ranks() -> None:
    matrix = np.array([[5.0], [6.0], [0.0], [10.0]])
    exact = robustness(matrix, by="a:max")
    assert [ranks_of(model) for model in exact.models] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    result = robustness(matrix, by="a:max", within={"a": 0.6})
    assert [ranks_of(model) for model in result.models] == [(1, 1), (2, 3), (2, 3), (4, 4)]


def test_tied_winners_need_no_change() -> None:
    frame = pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0]}, index=["x", "y"])
    result = robustness(frame, by="a:max,b:max")
    assert [model.change and model.change.distance for model in result.models] == [0, 0]
    assert result.rival is not None
    assert result.rival.change.distance == 0


def test_the_table_has_numbers_and_the_json_no_nan() -> None:
    result = robustness(samples=1000)
    table = robustness_table(result, top=2)
    assert (len(table.rows), table.lead) == (2, result.sentence)
    payload = msgspec.to_builtins(result)
    assert list(payload) == [
        "sentence", "asked", "samples", "exact", "seed", "weights", "models", "rival", "variations", "rank_samples",
        "within", "warnings",
    ]  # fmt: skip
    assert list(payload["models"][0]) == [
        "rank", "slug", "name", "score", "first", "mean_rank", "central", "confidence", "ranks", "change",
    ]  # fmt: skip
    assert list(payload["models"][0]["ranks"]) == ["best", "worst"]
    assert list(payload["rival"]) == ["slug", "change"]
    assert list(payload["variations"][0]) == ["kind", "name", "first", "turned", "reason"]
    assert "nan" not in repr(payload)


def test_rank_shares_are_there_on_request_only() -> None:
    plain, with_shares = (robustness(samples=1000, rank_shares=wanted) for wanted in (False, True))
    assert all(model.shares is msgspec.UNSET for model in plain.models)
    for model, shares in zip(plain.models, (model.shares for model in with_shares.models), strict=True):
        assert not isinstance(shares, msgspec.UnsetType)
        assert len(shares) == len(plain.models)
        assert shares[0] == model.first.share
        assert sum(rank * share for rank, share in enumerate(shares, 1)) == pytest.approx(model.mean_rank)


def test_the_caption_states_the_samples_of_mean_ranks_where_not_all_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Mean rank" not in robustness_table(robustness(samples=2000)).caption
    monkeypatch.setattr(smaa, "_RANKED_SCORES", 0)
    result = robustness(samples=2000)
    assert (result.samples, result.rank_samples) == (2000, 1000)
    assert "Mean rank: over the first 1,000 of them." in robustness_table(result).caption


def test_the_json_of_many_models_grows_with_their_number_only() -> None:
    sizes = []
    for models in (200, 400):
        matrix = np.random.default_rng(0).random((models, 3))
        sizes.append(len(msgspec.json.encode(robustness(matrix, by="a:max,b:max,c:max", samples=1000))))
    assert sizes[1] < 2.2 * sizes[0] < 2.2 * 200 * 600


@pytest.mark.parametrize(("count", "rank_shares", "most"), [(20_000, False, "10,000"), (6_000, True, "5,000")])
def test_more_models_than_can_be_computed_are_refused_at_once(count: int, rank_shares: bool, most: str) -> None:
    matrix = np.random.default_rng(0).random((count, 3))
    with pytest.raises(ZooError, match=f"{count:,} models are ranked; robustness.* is computed for {most} at most"):
        robustness(matrix, by="a:max,b:max,c:max", rank_shares=rank_shares)


def test_thousands_of_models_take_seconds_and_little_memory() -> None:
    matrix = np.random.default_rng(0).random((4_000, 3))
    tracemalloc.start()
    result = robustness(matrix, by="a:max,b:max,c:max", samples=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(result.models) == 4_000
    # A matrix of all pairs would take 128 MB.
    assert peak < 60e6

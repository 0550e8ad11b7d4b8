"""The heat map of ranks."""

from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.errors import ZooError
from modelzoo.sensitivity.heat_map import figure
from modelzoo.sensitivity.robustness import robustness

pytest.importorskip("matplotlib")


def test_the_chart_has_the_models_and_their_shares(legible: Callable[[Any], list[str]]) -> None:
    result = robustness(by="top5,params", samples=1000, rank_shares=True)
    texts = legible(figure(result, top=3))
    assert {"EfficientNetB3", "EfficientNetB4", "rank", "share of the weightings (%)", "26"} <= set(texts)
    assert "EfficientNetB5" not in texts
    title = f"Ranks by top5, params: shares of all weightings, the best 3 of {len(result.models)} models"
    assert title in {text.replace("\n", " ") for text in texts}


def test_all_models_are_drawn_where_no_number_is_given(legible: Callable[[Any], list[str]]) -> None:
    drawn = figure(robustness(by="top5,params", where="params<10M", samples=1000, rank_shares=True))
    title = next(text for text in legible(drawn) if text.startswith("Ranks by"))
    assert "the best" not in title


def test_a_result_without_rank_shares_is_refused() -> None:
    with pytest.raises(ZooError, match="rank_shares=True"):
        figure(robustness(by="top5", samples=1000))

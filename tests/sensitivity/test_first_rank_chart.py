"""The chart of first-rank shares."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from modelzoo.sensitivity.first_rank_chart import figure
from modelzoo.sensitivity.robustness import robustness

pytest.importorskip("matplotlib")


def test_bars_are_first_rank_shares_with_their_intervals(legible: Callable[[Any], list[str]]) -> None:
    result = robustness(samples=1000)
    drawn = figure(result, top=3)
    texts = legible(drawn)
    axes = drawn.axes[0]
    first = [model.first for model in result.models[:3]]
    assert [bar.get_width() for bar in axes.patches] == [100 * share.share for share in first]
    ends = [line[:, 0].tolist() for line in axes.collections[0].get_segments()]
    assert ends == [[100 * end for end in share.interval] for share in first]
    assert f"First by top5, gpu, params: the best 3 of {len(result.models)} models" in texts
    assert any("95 % interval of 1,000 samples" in text for text in texts)


def test_one_model_of_a_long_name_is_drawn(legible: Callable[[Any], list[str]]) -> None:
    frame = pd.DataFrame({"a": [1.0], "b": [2.0]}, index=["long " * 30])
    assert "First by a, b: 1 model" in legible(figure(robustness(frame, "a:max,b:max", samples=1000)))

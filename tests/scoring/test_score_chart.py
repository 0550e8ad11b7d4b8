"""The scores of a ranking as bars."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from modelzoo.scoring.rank import rank
from modelzoo.scoring.score_chart import figure

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("normalize", ["min-max", "z-score"])
def test_a_bar_consists_of_the_contributions(legible: Callable[[Any], list[str]], normalize: str) -> None:
    ranking = rank(by="top5:2,gpu,params", normalize=normalize)
    drawn = figure(ranking, top=5)
    texts = legible(drawn)
    widths = np.array([[bar.get_width() for bar in bars] for bars in drawn.axes[0].containers])
    assert np.allclose(widths.T, np.asarray(ranking.contributions)[:5])
    assert "Scores by top5, gpu, params: the best 5 of 14 models" in texts
    assert {"Top-5, max", "GPU, min", "Params, min", f"1  {ranking.names[0]}"} <= set(texts)
    assert drawn.axes[0].get_xlabel() == "score (no unit), higher is better"


def test_a_method_without_contributions_has_one_bar_a_model(legible: Callable[[Any], list[str]]) -> None:
    ranking = rank(method="topsis")
    drawn = figure(ranking)
    assert np.allclose([bar.get_width() for bar in drawn.axes[0].patches], ranking.scores)
    assert "Scores by top5, gpu, params: 14 models" in legible(drawn)


def test_a_ranking_draws_itself(tmp_path: Any) -> None:
    rank().plot(tmp_path / "scores.svg", top=3)
    assert "the best 3 of 14 models" in (tmp_path / "scores.svg").read_text(encoding="utf-8")

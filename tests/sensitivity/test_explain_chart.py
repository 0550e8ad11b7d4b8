"""The bars of a lead."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from modelzoo.scoring.rank import rank
from modelzoo.sensitivity.explain import explain
from modelzoo.sensitivity.explain_chart import figure

pytest.importorskip("matplotlib")


def test_bars_are_the_parts_of_the_lead_with_both_values(legible: Callable[[Any], list[str]]) -> None:
    explanation = explain(rank(), "EfficientNetB2")
    drawn = figure(explanation)
    texts = legible(drawn)
    assert [bar.get_width() for bar in drawn.axes[0].patches] == [part.gain for part in explanation.criteria]
    assert {"EfficientNetB2 leads EfficientNetB1 by 0.0051", "Top-5 (%)\n94.9 and 94.4"} <= set(texts)
    low, high = drawn.axes[0].get_xlim()
    assert low == -high


def test_long_names_and_a_tie_stay_legible(legible: Callable[[Any], list[str]]) -> None:
    names = [f"{number} {'long ' * 30}" for number in range(3)]
    frame = pd.DataFrame({"a": [1.0, 1.0, 0.0], "b": [2.0, 2.0, 3.0]}, index=names)
    texts = legible(figure(explain(rank(frame, by="a:max,b:max"), names[0], names[1])))
    assert any(" ties with " in text for text in texts)

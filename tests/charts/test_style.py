"""Style: titles within the figure, names that keep their end, colors that differ."""

from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.charts.style import COLORS, colors_of, columns_of, headed, short, upright


def test_a_short_name_keeps_its_beginning_and_its_end() -> None:
    assert short("cat", 8) == "cat"
    assert short("a class name with the number 12", 12) == "a class…r 12"
    assert short("\x1b[1mcat", 20) == r"\x1b[1mcat"
    for name in ("深層学習の分類", "n" * 50, "東a" * 20):
        for most in (6, 7, 12):
            assert columns_of(short(name, most)) <= most


def test_each_series_has_its_color() -> None:
    pytest.importorskip("matplotlib")
    assert colors_of(3) == list(COLORS[:3])
    assert len(set(colors_of(30))) == 30


def test_names_stand_upright_where_they_fit() -> None:
    assert upright(["0"] * 47, 7, 330)
    assert not upright(["ship"] * 47, 7, 330)


@pytest.mark.parametrize("title", ["short", "a title of many words " * 12, "onewordonly" * 30, "東京タワー" * 40])
@pytest.mark.filterwarnings("ignore:Glyph")
def test_title_and_conditions_stay_within_the_figure(legible: Callable[[Any], list[str]], title: str) -> None:
    figure_module = pytest.importorskip("matplotlib.figure")
    drawing = figure_module.Figure(figsize=(5, 4), layout="constrained")
    drawing.add_subplot().set_xlabel("epoch")
    texts = legible(headed(drawing, title, f"conditions: {title}"))
    assert title.strip().replace(" ", "") in {text.replace("\n", "").replace(" ", "") for text in texts}

"""Print against arithmetic: the kinds of difference, and rounding."""

from collections.abc import Callable
from decimal import ROUND_DOWN
from pathlib import Path

import pytest

from modelzoo.slides.compare import Kind, at_two_decimals
from modelzoo.slides.report import reproduce


def kind_of(folder: Path, table: str, column: str, slug: str) -> Kind:
    (kind,) = [
        item.kind
        for item in reproduce(folder).differences
        if (item.table, item.column, item.slug) == (table, column, slug)
    ]
    return kind


@pytest.mark.parametrize(
    ("value", "printed"),
    [(0.005, "0.01"), (0.285, "0.29"), (1.005, "1.01"), (2.675, "2.68"), (0.9349999, "0.93"), (0.0, "0.00")],
)
def test_a_half_rounds_up_whatever_its_binary_tail(value: float, printed: str) -> None:
    assert str(at_two_decimals(value)) == printed


def test_rounding_down_forgives_a_binary_tail() -> None:
    value = 0.7 + 0.1
    assert value < 0.8
    assert str(at_two_decimals(value, ROUND_DOWN)) == "0.80"


@pytest.mark.parametrize(
    ("old", "new", "column", "slug", "kind"),
    [
        # 0.7990 in full
        ("EfficientNetB4,15.1,0.8,", "EfficientNetB4,15.1,0.79,", "gpu_normalized", "efficientnetb4", "rounded down"),
        ("EfficientNetB4,15.1,0.8,", "EfficientNetB4,15.1,0.81,", "gpu_normalized", "efficientnetb4", "other"),
        ("EfficientNetB4,15.1,0.8,", "EfficientNetB4,15.1,-,", "gpu_normalized", "efficientnetb4", "other"),
        ("EfficientNetB7,1.52", "EfficientNetB7,1.53", "score", "efficientnetb7", "other"),
        # 2.7406 in full: cut off, and not what the printed parts add up to.
        ("EfficientNetB3,2.71", "EfficientNetB3,2.73", "score", "efficientnetb3", "other"),
        ("EfficientNetB2,2.74", "EfficientNetB2,2.76", "score", "efficientnetb2", "other"),
    ],
)
def test_the_kind_of_a_wrong_cell(edit: Callable, old: str, new: str, column: str, slug: str, kind: Kind) -> None:
    assert kind_of(edit("slides/scores.csv", old, new), "scores", column, slug) == kind


def test_a_swap_takes_two_neighbors_that_show_each_others_value(edit: Callable) -> None:
    file = "slides/by_year.csv"
    folder = edit(file, "NASNetLarge,2017,343,", "NASNetLarge,2017,23,")
    assert kind_of(folder, "by_year", "size", "nasnetlarge") == "other"
    edit(file, "NASNetMobile,2017,23,", "NASNetMobile,2017,343,")
    assert kind_of(folder, "by_year", "size", "nasnetlarge") == "swapped with a neighbor"
    assert kind_of(folder, "by_year", "size", "nasnetmobile") == "swapped with a neighbor"


def test_cells_of_rows_further_apart_are_not_called_swapped(edit: Callable) -> None:
    edit("slides/by_year.csv", "AlexNet,2012,240,", "AlexNet,2012,528,")
    folder = edit("slides/by_year.csv", "VGG16,2014,528,", "VGG16,2014,240,")
    assert kind_of(folder, "by_year", "size", "alexnet") == "other"


def test_a_value_printed_for_a_model_that_has_none_is_other(edit: Callable) -> None:
    folder = edit("slides/scores.csv", "SENet,-,0,", "SENet,9.9,0.89,")
    assert kind_of(folder, "scores", "gpu", "senet") == "other"
    assert kind_of(folder, "scores", "gpu_normalized", "senet") == "other"

"""The deck's tables as they should have been printed."""

import csv
from collections.abc import Callable

import pytest

from modelzoo.base import paths
from modelzoo.slides.printed import LISTS
from modelzoo.slides.regenerate import regenerate, to_dict
from modelzoo.slides.report import reproduce


def printed(name: str) -> list[list[str]]:
    with (paths.CATALOG / "slides" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_differs_from_print_at_the_positions_reported_and_nowhere_else(name: str) -> None:
    (table,) = regenerate(name, lang="ko")
    heading, *rows = printed(name)
    moved = {item.printed_position: item.model for item in reproduce().displaced if item.table == name}
    assert [column.label for column in table.columns] == heading
    by_name = {cells[0]: cells for cells in table.cells()}
    for place, (cells, row) in enumerate(zip(table.cells(), rows, strict=True), start=1):
        assert (cells[0] != row[0]) == (place in moved)
        # Print leaves out a zero decimal of the one GPU time of 10 ms.
        shown = ["-" if cell == "–" else cell for cell in by_name[row[0]]]
        assert [cell.removesuffix(".0") for cell in shown] == row


def test_the_scoring_slide_has_the_order_and_cells_of_the_arithmetic() -> None:
    (table,) = regenerate("scores", lang="ko")
    heading, *rows = printed("scores")
    assert [column.label for column in table.columns] == heading
    found = reproduce()
    wrong = {(item.model, item.column) for item in found.differences}
    cells = {
        (row[place], table.columns[place + offset].key): row[place + offset]
        for row in table.cells()
        for place, width in ((0, 3), (3, 3), (6, 3), (9, 2))
        for offset in range(1, width)
    }
    for row in rows:
        for place, offset, key in ((0, 2, "top5"), (3, 2, "gpu"), (6, 2, "params"), (9, 1, "score")):
            column = key if key == "score" else f"{key}_normalized"
            if row[place] and row[place + 1] != "-":
                same = cells[row[place], column] == f"{float(row[place + offset]):.2f}"
                assert same == ((row[place], column) not in wrong)
    assert [row[9] for row in table.rows[:3]] == ["EfficientNetB2", "EfficientNetB1", "EfficientNetB3"]


def test_the_narrow_form_holds_the_same_four_orders() -> None:
    (wide,), narrow = regenerate("scores"), regenerate("scores", wide=False)
    assert [len(table.rows) for table in narrow] == [28, 28, 28, 14]
    assert [column.key for table in narrow for column in table.columns] == [column.key for column in wide.columns]
    assert [row[0:3] for row in wide.rows] == [list(row) for row in narrow[0].rows]
    assert [row[9:11] for row in wide.rows[:14]] == [list(row) for row in narrow[3].rows]
    assert narrow[-1].caption == wide.caption


def test_a_model_that_the_figures_now_rank_joins_the_sums(edit: Callable) -> None:
    folder = edit("sources/slides.csv", "94.5,\n", "94.5,3.4\n")
    sums = regenerate("scores", folder, wide=False)[3].rows
    assert len(sums) == 15
    assert "Xception" in [row[0] for row in sums]
    assert [row[1] for row in sums] == sorted((row[1] for row in sums), reverse=True)


def test_raw_values_are_unrounded_and_counts_whole() -> None:
    result = to_dict("scores", regenerate("scores", wide=False))
    assert result["lists"][1][5]["gpu_normalized"] == pytest.approx((61.6 - 6.5) / (61.6 - 3.4), abs=1e-15)
    row = to_dict("by_year", regenerate("by_year"))["lists"][0][0]
    assert list(row.values())[:5] == ["LeNet-5", 1998, None, 60000, None]
    assert isinstance(row["params"], int)


def test_english_tables_have_units_and_english_texts() -> None:
    (table,) = regenerate("by_gpu")
    labels = ["Model", "Year", "Size (MB)", "Params", "Top-1 (%)", "Top-5 (%)", "GPU (ms)", "Main feature"]
    assert [column.label for column in table.columns] == labels
    assert all(row[7].isascii() for row in table.rows)
    assert table.caption == "By GPU, from the values of the slides' source."

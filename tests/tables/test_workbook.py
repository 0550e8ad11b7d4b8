"""Workbooks, read back by openpyxl."""

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from modelzoo.tables.table import Column, Shown, Table
from modelzoo.tables.workbook import workbook


def sheet_of(table: Table) -> Worksheet:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(workbook([("a", table)]))).worksheets
    return sheet


TABLE = Table(
    [
        Column("name", "Model"),
        Column("top1", "Top-1 (%)", "{:.1f}".format, right=True),
        Column("bar", "", terminal_only=True),
    ],
    [["LeNet-5", 0.123456789, "█"], ["VGG16", Shown(94.90000001, "94.9*"), "█"], ["none", None, "█"]],
    caption="Source: mine.",
    notes=["One.", "=Two()"],
)


def test_values_have_full_precision_and_the_decimals_of_their_column() -> None:
    sheet = sheet_of(TABLE)
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=4)] == [
        ["Model", "Top-1 (%)"],
        ["LeNet-5", 0.123456789],
        ["VGG16", 94.90000001],
        ["none", None],
    ]
    assert [sheet.cell(row, 2).number_format for row in (2, 3)] == ["0.0", "0.0"]


def test_the_heading_is_frozen_and_filtered_and_sentences_follow_the_rows() -> None:
    sheet = sheet_of(TABLE)
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B4")
    assert [row[0].value for row in sheet.iter_rows(min_row=5)] == [None, "Source: mine.", "One.", "=Two()"]


@pytest.mark.parametrize(
    "text", ["=1+2", "+A1", "@SUM(A1)", "{=1}", "http://example.org", "internal:A1", "12", " ", "x" * 40_000]
)
def test_a_text_stays_text(text: str) -> None:
    sheet = sheet_of(Table([Column(text, text)], [[text], [text]], text))
    for row in (1, 2, 3, 5):
        cell = sheet.cell(row, 1)
        assert (cell.value, cell.data_type, cell.hyperlink) == (
            text if len(text) < 100 else "x" * 32_766 + "…",
            "s",
            None,
        )


@pytest.mark.parametrize(
    ("show", "values", "expected"),
    [
        ("{:.2f}".format, [94.9, 3], "0.00"),
        ("{:,}".format, [80_000, 5], "#,##0"),
        (str, [2015, 2020], "0"),
        ("{:.0%}".format, [0.5, 0.25], "0%"),
        (lambda value: f"{value / 1e6:.1f}M", [25_600_000.0], "#,##0"),
        ("{:.1e}".format, [0.00123], "General"),
    ],
)
def test_the_format_of_a_column_is_that_of_its_texts(show: Any, values: list[float], expected: str) -> None:
    sheet = sheet_of(Table([Column("a", "A", show)], [[value] for value in values]))
    assert {sheet.cell(row, 1).number_format for row in range(2, len(values) + 2)} == {expected}


def test_a_cell_whose_text_says_more_than_its_number_stays_text() -> None:
    cells = [Shown(88.1, "88.10 (87.5–88.7)"), Shown(25_600_000, "25.6M*"), Shown(94.9, "94.9*")]
    sheet = sheet_of(Table([Column("a", "A")], [[cell] for cell in cells]))
    assert [sheet.cell(row, 1).value for row in (2, 3, 4)] == ["88.10 (87.5–88.7)", 25_600_000, 94.9]


def test_a_value_that_excel_has_no_number_for_is_a_text() -> None:
    values = [float("nan"), float("inf"), True, (1, 2)]
    sheet = sheet_of(Table([Column("a", "A")], [[value] for value in values]))
    assert [sheet.cell(row, 1).value for row in range(2, 6)] == ["nan", "inf", "True", "(1, 2)"]


def test_every_name_of_a_sheet_is_one_that_excel_takes() -> None:
    names = ["my/data:[1]*?", "a" * 40, "A" * 40, "'x'", ""]
    book = openpyxl.load_workbook(io.BytesIO(workbook([(name, TABLE) for name in names])))
    assert book.sheetnames == ["1 my-data--1---", f"2 {'a' * 29}", f"3 {'A' * 29}", "4 -x-", "5 "]


def test_equal_tables_give_equal_bytes_at_any_time() -> None:
    first = workbook([("a", TABLE)])
    assert workbook([("a", TABLE)]) == first
    properties = openpyxl.load_workbook(io.BytesIO(first)).properties
    assert (properties.created, properties.modified) == (datetime(1980, 1, 1), datetime(1980, 1, 1))


def test_a_table_without_rows_has_its_heading() -> None:
    assert sheet_of(Table([Column("a", "A")], [])).cell(1, 1).value == "A"

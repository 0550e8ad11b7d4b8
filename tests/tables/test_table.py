import csv
import html.parser
import io

import pytest
from msgspec.structs import replace

from modelzoo.tables.table import Column, Form, Shown, Table, render

NASTY = "a|b <b>*c*</b> _d_ `e` 50% & #1 {x} \\ ~ ^\nsecond line"

TABLE = Table(
    columns=[
        Column("name", "Model"),
        Column("top5", "Top-5", show=lambda value: f"{value:.1f}", right=True),
        Column("bar", "", terminal_only=True),
    ],
    rows=[[NASTY, 94.90000001, "███"], ["LeNet-5", None, ""]],
    caption="Source: the <slides>.",
    notes=["1 | 2"],
)


def test_csv_carries_raw_values_and_leaves_missing_ones_empty() -> None:
    rows = list(csv.reader(io.StringIO(render(TABLE, "csv"))))
    assert rows == [["name", "top5"], [NASTY, "94.90000001"], ["LeNet-5", ""]]


def test_markdown_keeps_every_row_on_a_line_with_the_same_cells() -> None:
    table = render(TABLE, "markdown").split("\n\n")[0].splitlines()
    assert [line.replace("\\|", "").count("|") for line in table] == [3, 3, 3, 3]
    assert "<b>" not in "".join(table)


def test_markdown_ends_with_the_caption_and_notes() -> None:
    assert render(TABLE, "markdown").endswith("Source: the &lt;slides&gt;.\n\n- 1 \\| 2\n")


def test_html_gives_back_the_text_that_went_in() -> None:
    texts: list[str] = []
    parser = html.parser.HTMLParser()
    parser.handle_data = texts.append  # type: ignore[method-assign]
    parser.feed(render(TABLE, "html"))
    assert NASTY in "".join(texts)


def test_latex_escapes_what_latex_reads() -> None:
    text = render(TABLE, "latex")
    assert r"50\% \& \#1 \{x\} \textbackslash{} \textasciitilde{} \textasciicircum{}" in text


@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html"])
def test_bars_stay_in_the_terminal(form: Form) -> None:
    assert "█" not in render(TABLE, form)


@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html"])
def test_a_table_without_rows_still_has_its_head(form: Form) -> None:
    assert ("top5" if form == "csv" else "Top-5") in render(Table(TABLE.columns, []), form)


@pytest.mark.parametrize("form", ["markdown", "latex", "html"])
def test_the_lead_is_escaped_and_above_the_table(form: Form) -> None:
    text = render(replace(TABLE, lead="A & B <lead>"), form)
    escaped = {"markdown": "A &amp; B &lt;lead&gt;", "latex": r"A \& B \textless{}lead\textgreater{}"}
    assert 0 <= text.index(escaped.get(form, "A &amp; B &lt;lead&gt;")) < text.index("Top-5")
    assert "lead" not in render(replace(TABLE, lead="A & B <lead>"), "csv")


def test_a_cell_with_a_text_of_its_own_keeps_its_value_for_csv() -> None:
    table = replace(TABLE, rows=[["LeNet-5", Shown(94.90000001, "94.9*"), ""]])
    assert table.cells() == [["LeNet-5", "94.9*", ""]]
    assert render(table, "csv").splitlines()[1] == "LeNet-5,94.90000001"

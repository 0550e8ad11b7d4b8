import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.cli.output import show
from modelzoo.tables import text
from modelzoo.tables.table import Column, Table
from modelzoo.tables.text import fold_text, render_text, table_width, text_width

TEXTS = st.text("aB7 –한█.", min_size=1, max_size=12).map(str.strip).filter(bool)
WORDS = [Column("name", "Model"), Column("text", "Text")]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    count = draw(st.integers(1, 4))
    columns = [
        Column(f"key{index}", draw(TEXTS), right=draw(st.booleans()), wrap=draw(st.booleans()))
        for index in range(count)
    ]
    if draw(st.booleans()):
        columns.append(Column("bar", "", terminal_only=True))
    rows = draw(st.lists(st.tuples(*[st.none() | TEXTS] * len(columns)), min_size=1, max_size=4))
    return Table(columns, rows)


@given(table=tables(), width=st.sampled_from([10, 20, 80]))
def test_every_line_is_as_wide_as_the_rule_and_no_wider_than_the_terminal_where_words_allow(
    table: Table, width: int
) -> None:
    lines = render_text(table, width).splitlines()
    (rule,) = {line for line in lines if set(line) == {"─"}}
    assert {text_width(line) for line in lines} == {len(rule)}
    if table_width(table) <= width:
        assert len(rule) == table_width(table)


@given(table=tables(), width=st.sampled_from([10, 20, 80]))
def test_folding_keeps_every_character_of_every_cell(table: Table, width: int) -> None:
    shown = [column for column in table.columns if not column.terminal_only]
    cells = [cell for row in table.cells() for cell in row[: len(shown)]]
    written = [column.label for column in shown] + cells
    printed = render_text(table, width)
    for character in "aB7–한.":
        assert printed.count(character) >= sum(cell.count(character) for cell in written)


@given(text=TEXTS, width=st.integers(1, 20))
def test_a_fold_is_at_a_blank_and_no_longer_than_the_width_or_its_one_word(text: str, width: int) -> None:
    lines = fold_text(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(text_width(line) <= width or " " not in line for line in lines)


def test_a_korean_syllable_takes_two_columns_however_it_is_encoded() -> None:
    assert text_width("한글") == text_width("\u1112\u1161\u11ab글") == 4
    assert text_width("e\u0301") == 1
    table = Table(WORDS, [["한국어", "x"], ["English", "y"]])
    *_, korean, english = render_text(table, 80).splitlines()
    assert korean == "한국어   x   "
    assert english == "English  y   "


def test_words_fold_under_each_other_and_names_and_numbers_stay_whole() -> None:
    columns = [*WORDS, Column("second", "Second", wrap=False), Column("count", "Number of images", right=True)]
    table = Table(columns, [["A model", "some words that are long", "B model", 1234]])
    assert render_text(table, 40).splitlines() == [
        "                                  Number",
        "                                      of",
        "Model    Text            Second   images",
        "────────────────────────────────────────",
        "A model  some words      B model    1234",
        "         that are long                  ",
    ]


def test_bars_go_where_there_is_no_room_for_them() -> None:
    table = Table([Column("name", "Model"), Column("bar", "", terminal_only=True)], [["m" * 12, "█" * 12]])
    assert "█" in render_text(table, 26)
    assert "█" not in render_text(table, 25)


def test_a_pipe_gets_every_row_unfolded_and_a_terminal_the_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "MOST_ROWS", 3)
    monkeypatch.setattr("modelzoo.cli.output.MOST_ROWS", 3)
    monkeypatch.setenv("COLUMNS", "40")
    table = Table(WORDS, [[f"m{row}", "word " * 20] for row in range(5)])
    show(table)
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2 + 5
    assert not printed.err
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    show(table)
    printed = capsys.readouterr()
    assert "m2" in printed.out
    assert "m3" not in printed.out
    assert printed.err.startswith("zoo: note: the first 3 of 5 rows")


def test_cells_fold_in_a_pipe_too_and_sentences_at_a_terminal_alone() -> None:
    table = Table(WORDS, [["m", "word " * 20]], caption="word " * 20)
    widths = [max(map(len, render_text(table, 40, terminal=terminal).splitlines())) for terminal in (False, True)]
    assert widths[0] == len(table.caption)
    assert widths[1] <= 40
    *lines, _ = render_text(table, 40).splitlines()
    assert max(map(len, lines)) <= 40

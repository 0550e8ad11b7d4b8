import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.cli import output
from modelzoo.cli.output import show
from modelzoo.tables.table import Column, Table
from modelzoo.tables.terminal import print_table
from modelzoo.tables.text import fits, plain_text

TEXTS = st.text("aB7 –한█.", min_size=1, max_size=12).map(str.strip).filter(bool)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    count = draw(st.integers(1, 4))
    columns = [Column(f"key{place}", draw(TEXTS), right=draw(st.booleans())) for place in range(count)]
    if draw(st.booleans()):
        columns.append(Column("bar", "", terminal_only=True))
    rows = draw(st.lists(st.tuples(*[st.none() | TEXTS] * len(columns)), min_size=1, max_size=4))
    notes = draw(st.lists(TEXTS, max_size=2))
    return Table(columns, rows, draw(TEXTS), notes, lead=draw(st.just("") | TEXTS))


@given(table=tables(), width=st.sampled_from([20, 80, 200]))
def test_plain_text_is_what_rich_prints_where_all_fits(table: Table, width: int) -> None:
    if not fits(table, width):
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        printed: list[str] = []
        patch.setattr("sys.stdout.write", printed.append)
        print_table(table)
    assert "".join(printed) == plain_text(table, width)


def test_a_pipe_gets_every_row_unfolded_and_a_terminal_the_first(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "MOST_ROWS", 3)
    monkeypatch.setenv("COLUMNS", "40")
    table = Table([Column("name", "Model"), Column("text", "Text")], [[f"m{row}", "word " * 20] for row in range(5)])
    show(table)
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2 + 5
    assert not printed.err
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    show(table)
    printed = capsys.readouterr()
    assert "m2" in printed.out
    assert "m3" not in printed.out
    assert "the first 3 of 5 rows" in printed.err


def test_text_beyond_the_width_folds_in_a_pipe_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    show(Table([Column("name", "Model"), Column("text", "Text")], [["m", "word " * 20]]))
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 40

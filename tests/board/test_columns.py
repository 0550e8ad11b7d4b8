"""What a terminal shows, to the letter."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.board.build import leaderboard
from modelzoo.board.columns import flat_table, leaderboard_tables, show_change, show_range
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.criteria import Criterion
from modelzoo.cli.output import show
from modelzoo.tables.text import GAP


@pytest.fixture
def board(make_run: Callable[..., Any]) -> Leaderboard:
    glyphs = {"name": "glyphs", "title": "Glyphs drawn from fonts", "synthetic": True, "train_images": 7_520}
    b1 = {"latency": 12.3, "total_params": 6_600_000}
    return leaderboard(
        [
            make_run("efficientnetb1", correct=8810, **b1),
            make_run("efficientnetb1", correct=8800, seed=1, epochs=15, **b1),
            make_run("mobilenet", correct=8790, latency=4.2, total_params=3_270_000),
            make_run("lenet5", correct=8606, latency=0.5, total_params=61_000),
            make_run("inceptionresnetv2", correct=8300, latency=28.5, stopped_by="limit", epochs=1),
            make_run("mobilenet", correct=5000, dataset=glyphs),
        ],
        load_catalog(),
    )


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_the_terminal_shows_the_columns_that_fit(
    board: Leaderboard,
    width: int,
    golden: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    for table in leaderboard_tables(board, width):
        show(table)
    golden(f"board-{width}.txt", capsys.readouterr().out)


@pytest.mark.parametrize("width", [40, 79, 80, 120])
def test_a_row_is_one_line_of_at_most_the_width(
    board: Leaderboard, width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    table = leaderboard_tables(board, width)[0]
    show(table)
    lines = capsys.readouterr().out.splitlines()[: len(table.rows) + 2]
    assert all(len(line) <= width for line in lines)
    assert [name in line for name, line in zip(("Mobile", "LeNet", "B1", "v2*"), lines[2:], strict=True)] == [True] * 4


def test_the_gap_is_that_of_the_terminal_table(board: Leaderboard, capsys: pytest.CaptureFixture[str]) -> None:
    table = leaderboard_tables(board, 80)[0]
    show(table)
    first, second = (column.label for column in table.columns[:2])
    heading = capsys.readouterr().out.splitlines()[0]
    assert heading.startswith(first + " " * GAP + second)


def test_all_columns_are_there_without_a_width(board: Leaderboard) -> None:
    table = leaderboard_tables(board)[0]
    keys = {column.key for column in table.columns}
    assert {"epochs", "train_images", "seeds", "recipe", "from", "throughput", "published_top1"} <= keys
    assert not [note for note in table.notes if note.startswith("Left out")]


def test_columns_of_published_values_are_left_out_where_no_model_has_any(make_run: Callable[..., Any]) -> None:
    board = leaderboard([make_run("mine"), make_run("other", correct=8700)], load_catalog())
    keys = [column.key for column in leaderboard_tables(board)[0].columns]
    assert keys[:3] == ["measured_rank", "name", "accuracy"]
    assert not [key for key in keys if key.startswith("published") or key == "change"]


def test_a_measured_value_that_is_ranked_by_has_a_column(make_run: Callable[..., Any]) -> None:
    runs = [make_run("mobilenet", flops=1.2e6, saved_model_bytes=1_500_000), make_run("efficientnetb1", flops=3e6)]

    def keys(by: str, width: int | None = None) -> list[str]:
        (table,) = leaderboard_tables(leaderboard(runs, load_catalog(), by=by), width)
        return [column.key for column in table.columns]

    assert not {"flops", "model_size", "ece"} & set(keys("accuracy,latency"))
    assert {"flops", "model_size"} <= set(keys("accuracy,flops,model_size"))
    assert {"flops", "model_size"} <= set(keys("accuracy,flops:0,model_size:0", 80))


def test_the_flat_table_has_the_protocol_in_every_row(board: Leaderboard) -> None:
    table = flat_table(board)
    rows = [dict(zip((column.key for column in table.columns), row, strict=True)) for row in table.rows]
    assert [(row["dataset"], row["synthetic"], row["slug"]) for row in rows] == [
        ("emnist47", "false", "mobilenet"),
        ("emnist47", "false", "lenet5"),
        ("emnist47", "false", "efficientnetb1"),
        ("emnist47", "false", "inceptionresnetv2"),
        ("glyphs", "true", "mobilenet"),
    ]
    assert rows[2]["epochs"] == "12 15"
    assert rows[2]["accuracy"] == pytest.approx(88.05)
    assert rows[3]["completed"] == "false"


@pytest.mark.parametrize(("places", "shown"), [(2, "▲2"), (-1, "▼1"), (0, "=")])
def test_changes_of_rank(places: int, shown: str) -> None:
    assert show_change(places) == shown


@pytest.mark.parametrize(("counts", "shown"), [((12,), "12"), ((12, 12), "12"), ((15, 12, 13), "12–15")])
def test_ranges(counts: tuple[int, ...], shown: str) -> None:
    assert show_range(counts) == shown


def test_a_criterion_called_rank_has_a_published_column_of_its_own(board: Leaderboard) -> None:
    shown = replace(board, shown=(*board.shown, Criterion("rank", "Place", "", None)))
    keys = [column.key for column in flat_table(shown).columns]
    assert len(set(keys)) == len(keys)
    assert {"published_rank", "published_rank_value"} < set(keys)
    ranks = [row[keys.index("published_rank")] for row in flat_table(shown).rows]
    assert ranks == [row.published_rank for section in board.sections for row in section.rows]

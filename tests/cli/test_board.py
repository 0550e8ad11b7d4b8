"""`zoo board` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.base import paths
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.record import write_record


@pytest.fixture
def bench(make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a made-up run into ./runs of an empty folder; nothing is shipped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")

    def run(model: str, folder: str = "runs", **fields: Any) -> None:
        record = make_record(model, **fields)
        (tmp_path / folder / record.id).mkdir(parents=True)
        write_record(record, tmp_path / folder / record.id)

    return run


@pytest.fixture
def three(bench: Callable[..., None]) -> None:
    bench("efficientnetb1", correct=8700, latency=12.0, total_params=6_600_000)
    bench("mobilenet", correct=8650, latency=4.0, total_params=3_200_000)
    bench("lenet5", correct=8500, latency=0.5, total_params=61_000)


@pytest.mark.usefixtures("three")
def test_board_prints_the_table(zoo: Any, golden: Callable[[str, str], None]) -> None:
    printed = zoo("board")
    assert (printed.code, printed.err) == (0, "")
    golden("board.txt", printed.out)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html"])
def test_board_prints_every_form(zoo: Any, form: str) -> None:
    printed = zoo("board", "--format", form)
    assert printed.code == 0
    assert "EfficientNetB1" in printed.out
    assert "Left out to fit" not in printed.out


@pytest.mark.usefixtures("three")
def test_board_prints_everything_as_json(zoo: Any) -> None:
    (section,) = json.loads(zoo("board", "--json", "--by", "accuracy").out)["sections"]
    assert section["measured_by"] == ["accuracy"]
    assert [(row["slug"], row["measured_rank"]) for row in section["rows"]] == [
        ("efficientnetb1", 1),
        ("mobilenet", 2),
        ("lenet5", 3),
    ]


def test_board_without_runs_is_the_published_ranking_and_names_the_command_that_makes_one(
    zoo: Any, bench: Callable[..., None]
) -> None:
    printed = zoo("board")
    assert printed.code == 0
    assert printed.err == ""
    assert "\nNo measured runs; make one with `zoo bench efficientnetb1 --dataset glyphs`.\n" in printed.out
    assert printed.out.splitlines()[2:4] == zoo("rank", "--by", "top5,gpu,params").out.splitlines()[2:4]
    assert json.loads(zoo("board", "--json").out)["sections"] == []
    assert zoo("board", "--format", "csv").out.startswith("rank,name,score,top5")


def test_board_shows_two_data_sets_in_two_tables(zoo: Any, bench: Callable[..., None]) -> None:
    bench("lenet5")
    bench("mobilenet", dataset={"name": "glyphs", "title": "Drawn", "synthetic": True})
    printed = zoo("board").out
    assert printed.index("Measured on emnist47") < printed.index("\n\n") < printed.index("Measured on glyphs")
    only = zoo("board", "--dataset", "glyphs").out
    assert "emnist47" not in only
    assert "synthetic" in only


def slugs(printed: Any) -> list[list[tuple[str, str]]]:
    """Return the models of each table with their origin."""
    return [[(row["slug"], row["from"]) for row in section["rows"]] for section in json.loads(printed.out)["sections"]]


def test_board_reads_the_folder_that_it_is_given(
    zoo: Any, bench: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench("lenet5", folder="elsewhere")
    assert slugs(zoo("board", "--json", "--runs", "elsewhere")) == [[("lenet5", "local")]]
    monkeypatch.setenv("ZOO_RUNS", "elsewhere")
    assert slugs(zoo("board", "--json")) == [[("lenet5", "local")]]


def test_shipped_runs_are_shown_where_there_are_no_local_ones_or_with_shipped(
    zoo: Any, bench: Callable[..., None]
) -> None:
    bench("mobilenet", folder="benchmarks/results")
    alone = zoo("board", "--json")
    assert slugs(alone) == [[("mobilenet", "shipped")]]
    assert alone.err.count("\n") == 1
    assert "note: these runs are shipped" in alone.err
    bench("vgg16", outcome="failed", reason="out of memory", test=None)
    assert slugs(zoo("board", "--json")) == [[("mobilenet", "shipped")]]
    bench("lenet5")
    own = zoo("board", "--json")
    assert slugs(own) == [[("lenet5", "local")]]
    assert own.err == "zoo: note: shipped runs on emnist47 are not shown; --shipped adds them\n"
    table = zoo("board")
    assert table.err == ""
    assert "Shipped runs on emnist47 are not shown; --shipped adds them." in table.out
    both = zoo("board", "--json", "--shipped")
    assert slugs(both) == [[("lenet5", "local"), ("mobilenet", "shipped")]]
    assert both.err == ""


def test_tables_with_local_runs_come_first(zoo: Any, bench: Callable[..., None]) -> None:
    bench("mobilenet", folder="benchmarks/results", hardware={"gpu": "NVIDIA H100"})
    bench("vgg16", folder="benchmarks/results", hardware={"gpu": "NVIDIA H100"})
    bench("lenet5")
    assert [section[0][1] for section in slugs(zoo("board", "--json", "--shipped"))] == ["local", "shipped"]


def test_hardware_selects_by_a_part_of_its_name_and_a_miss_names_what_there_is(
    zoo: Any, bench: Callable[..., None]
) -> None:
    bench("mobilenet", hardware={"gpu": "NVIDIA H100"})
    bench("lenet5")
    assert slugs(zoo("board", "--json", "--hardware", "h100")) == [[("mobilenet", "local")]]
    assert slugs(zoo("board", "--json", "--hardware", "no GPU")) == [[("lenet5", "local")]]
    missed = zoo("board", "--hardware", "TPU")
    assert missed.code == 1
    assert "unknown hardware" in missed.err
    assert "NVIDIA H100, Xeon 8481C (2 cores), no GPU" in missed.err


def test_board_names_local_runs_that_give_way_to_a_shipped_recipe(zoo: Any, bench: Callable[..., None]) -> None:
    bench("lenet5", folder="benchmarks/results", validation=90.0, name="LeNet-5")
    bench("mobilenet")
    assert "give way" not in zoo("board", "--shipped").out
    bench("lenet5", validation=80.0, recipe_name="mine", name="LeNet-5", recipe=Recipe(title="Mine", batch_size=7))
    note = "Local runs that give way to a shipped recipe with a better result: LeNet-5 (recipe mine); `zoo runs` lists"
    assert note in " ".join(zoo("board", "--shipped").out.split())
    assert "give way" not in zoo("board").out


def test_board_names_a_corrupt_record_and_shows_the_rest(zoo: Any, bench: Callable[..., None]) -> None:
    bench("lenet5")
    (Path("runs") / "bad").mkdir()
    (Path("runs") / "bad" / "record.json").write_text("{}")
    printed = zoo("board")
    assert printed.code == 0
    assert "LeNet-5" in printed.out
    assert printed.err.startswith("zoo: warning: ")
    assert "runs/bad/record.json" in printed.err


@pytest.mark.parametrize("command", [("board",), ("export", "board.md")])
def test_damaged_predictions_are_a_warning_and_the_rest_is_shown(
    zoo: Any, bench: Callable[..., None], write_run: Callable[..., None], make_record: Any, command: tuple[str, ...]
) -> None:
    bench("mobilenet")
    labels = np.arange(1000) % 10
    record = make_record("lenet5", correct=1000, dataset={"classes": 10, "test_images": 1000})
    write_run(Path("runs"), record, labels, labels)
    path = Path("runs") / record.id / "predictions.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 4
    path.write_bytes(data)
    printed = zoo(*command)
    assert printed.code == 0
    assert printed.err.splitlines()[0].startswith(f"zoo: warning: {path} is damaged or no .npz file: ")
    shown = printed.out or Path("board.md").read_text(encoding="utf-8")
    assert "LeNet-5" in shown
    assert "MobileNet" in shown


@pytest.mark.parametrize("command", ["rank", "pareto", "robust", "explain lenet5"])
def test_runs_that_are_left_out_are_named_with_how_to_see_them(
    zoo: Any, bench: Callable[..., None], command: str
) -> None:
    for number, model in enumerate(("lenet5", "mobilenet", "efficientnetb1")):
        bench(model, folder="benchmarks/results", correct=8600 + 300 * number, total_params=10**6 * (1 + number))
    measured = (*command.split(), "--measured", "--by", "accuracy,params")
    assert "these runs are shipped" in zoo(*measured).out.lower()
    glyphs = {"name": "glyphs", "title": "Drawn", "synthetic": True, "train_images": 900}
    for number, model in enumerate(("lenet5", "mobilenet")):
        bench(model, folder="mine", dataset=glyphs, correct=8600 + 300 * number, total_params=10**6 * (1 + number))
    mine = (*measured, "--runs", "mine")
    printed = zoo(*mine)
    assert printed.err == ""
    assert (
        "\nShown: 2 local runs on glyphs (synthetic) at 32×32, 900 training images, Xeon 8481C (2 cores), no "
        "GPU, float32, tensorflow; left out: 3 shipped runs on emnist47 at 32×32, 80,000 training images, Xeon 8481C "
        "(2 cores), no GPU, float32, tensorflow; --dataset, --hardware and --shipped choose others, `zoo board` shows "
        "all of yours.\n"
    ) in printed.out
    assert "Shown: " not in zoo(*mine, "--dataset", "glyphs").out
    assert "these runs are shipped" in zoo(*mine, "--dataset", "emnist47").out.lower()
    assert zoo(*mine, "--hardware", "TPU").code == 1


@pytest.mark.parametrize("option", [("--dataset", "glyphs"), ("--hardware", "CPU"), ("--shipped",), ("--runs", "mine")])
def test_options_of_measured_runs_need_measured(zoo: Any, option: tuple[str, ...]) -> None:
    printed = zoo("rank", *option)
    assert printed.code == 2
    assert f"{option[0]} is for --measured" in printed.err


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("command", ["rank", "pareto"])
def test_measured_models_are_compared_by_what_the_board_ranks_them_by(zoo: Any, command: str) -> None:
    board = json.loads(zoo("board", "--json").out)["sections"][0]["measured_by"]
    compared = json.loads(zoo(command, "--measured", "--json").out)["criteria"]
    assert [item["key"] for item in compared] == board

"""`zoo bench` at the command line; what it trains is tested in tests/benchmarking."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base import paths
from modelzoo.benchmarking import bench as runner
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.suite import BenchedSuite
from modelzoo.machine import requirements
from modelzoo.recipes.suite import Suite, SuiteRun
from modelzoo.runs import events


@pytest.fixture(autouse=True)
def _without_keras(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keras is not loaded, only recipes are shipped, and the folder is empty."""
    for module in (requirements, runner):
        monkeypatch.setattr(module, "require_bench_extra", lambda *_, **__: None)
    shipped = tmp_path_factory.mktemp("benchmarks")
    shutil.copytree(paths.BENCHMARKS / "recipes", shipped / "recipes")
    monkeypatch.setattr(paths, "BENCHMARKS", shipped)
    monkeypatch.chdir(tmp_path)
    for name in ("ZOO_RUNS", "ZOO_DATA"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def benched(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Let a benchmark give these records and problems, and keep its arguments in a list."""

    def give(*records: Any, problems: tuple[str, ...] = (), error: BaseException | None = None) -> list[Any]:
        asked: list[Any] = []

        def bench_all(*given: Any, report: Any, **named: Any) -> Any:
            asked.append((given, named))
            report(events.RunStarted("lenet5-1", "LeNet-5"))
            if error is not None:
                raise error
            return runner.BenchResult(records, problems)

        monkeypatch.setattr(runner, "bench_all", bench_all)
        return asked

    return give


def test_a_record_that_the_leaderboard_cannot_read_is_named(
    zoo: Any, benched: Any, make_record: Any, tmp_path: Path
) -> None:
    (tmp_path / "runs" / "bad").mkdir(parents=True)
    (tmp_path / "runs" / "bad" / "record.json").write_text("{")
    benched(make_record("lenet5", name="LeNet-5", id="lenet5-1"))
    printed = zoo("bench", "lenet5")
    assert printed.code == 0
    assert "zoo: warning: runs/bad/record.json: not a record" in printed.err


def test_a_result_is_printed_with_what_it_does_to_the_leaderboard(zoo: Any, benched: Any, make_record: Any) -> None:
    benched(make_record("lenet5", name="LeNet-5", id="lenet5-1"))
    printed = zoo("bench", "lenet5")
    assert printed.code == 0
    assert printed.err == "LeNet-5: run lenet5-1\n"
    lines = printed.out.splitlines()
    assert lines[0] == "LeNet-5, recipe default, on emnist47:"
    assert lines[1].startswith("  test accuracy  86.00 %")
    assert lines[-2] == "  record         runs/lenet5-1/record.json"
    assert lines[-1].startswith("  leaderboard    LeNet-5 is the first model measured on emnist47")


def test_the_last_lines_agree_with_the_leaderboard(zoo: Any, benched: Any, make_record: Any, keep: Any) -> None:
    keep("vgg16", runs=paths.BENCHMARKS / "results", correct=9900, latency=0.1)
    records = [
        keep("efficientnetb1", runs=Path("runs"), name="EfficientNetB1", correct=8700, latency=12.0),
        keep("mobilenet", runs=Path("runs"), name="MobileNet", latency=4.0),
        keep("lenet5", runs=Path("runs"), name="LeNet-5", correct=8500, latency=0.5, total_params=61_000),
        keep("netsbuild", runs=Path("runs"), name="nets:build", correct=8400, stopped_by="limit"),
    ]
    benched(*records)
    printed = zoo("bench", "efficientnetb1", "mobilenet", "lenet5", "nets:build").out
    said = re.findall(r"leaderboard    (\S+) now ranks (\d)\w\w of (\d) measured on emnist47(.*)", printed)
    assert len(said) == 3
    (section,) = json.loads(zoo("board", "--json").out)["sections"]
    rows = {row["name"]: row for row in section["rows"]}
    for name, rank, of, published in said:
        assert int(rank) == rows[name]["measured_rank"]
        assert int(of) == sum(row["measured_rank"] is not None for row in section["rows"])
        assert (rows[name]["published_rank"] is None) == (published == ".")
    assert "nets:build was stopped at a limit" in printed
    assert rows["nets:build"]["measured_rank"] is None


def test_json_gives_the_records_whole(zoo: Any, benched: Any, make_record: Any) -> None:
    benched(make_record("lenet5", id="lenet5-1"))
    told = json.loads(zoo("bench", "lenet5", "--json").out)
    assert [(record["id"], record["schema"], record["test"]["top1"]) for record in told] == [("lenet5-1", 2, 86.0)]


def test_a_failed_run_gives_exit_code_3_and_its_reason_and_the_others_are_shown(
    zoo: Any, benched: Any, make_record: Any
) -> None:
    bad = make_record("vgg16", name="VGG16", outcome="failed", reason="RuntimeError: out of memory", test=None)
    benched(make_record("lenet5", name="LeNet-5"), bad)
    printed = zoo("bench", "lenet5", "vgg16")
    assert printed.code == 3
    assert "LeNet-5, recipe default" in printed.out
    assert "VGG16 failed: RuntimeError: out of memory" in printed.out


def test_a_run_that_could_not_be_made_is_a_warning_and_exit_code_3(zoo: Any, benched: Any, make_record: Any) -> None:
    benched(make_record("lenet5"), problems=("VGG16: another process works on it",))
    printed = zoo("bench", "lenet5", "vgg16")
    assert printed.code == 3
    assert printed.err.endswith("zoo: warning: VGG16: another process works on it\n")


def test_ctrl_c_says_that_the_same_command_goes_on(zoo: Any, benched: Any) -> None:
    benched(error=KeyboardInterrupt())
    printed = zoo("bench", "lenet5")
    assert (printed.code, printed.out) == (130, "")
    assert printed.err.splitlines()[1:] == [
        "zoo: interrupted; the same command resumes from the last checkpoint, if there is one"
    ]


@pytest.mark.parametrize(
    ("options", "batches"), [(["--latency-batch", "32, 1,1"], (32, 1)), (["--no-latency"], ())], ids=["chosen", "none"]
)
def test_the_batches_of_latency_are_chosen_or_none(
    zoo: Any, benched: Any, options: list[str], batches: tuple[int, ...]
) -> None:
    asked = benched()
    assert zoo("bench", "lenet5", *options).code == 0
    assert asked[0][0][2].latency_batches == batches


def test_initial_weights_are_an_option(zoo: Any, benched: Any) -> None:
    asked = benched()
    assert zoo("bench", "lenet5", "--weights", "imagenet").code == 0
    assert asked[0][0][2].assignments == ("weights=imagenet",)


def test_a_suite_ends_with_the_slides_figures_beside_the_measured_ones(
    zoo: Any, monkeypatch: pytest.MonkeyPatch, make_record: Any
) -> None:
    asked: list[Any] = []
    runs = (SuiteRun(model="lenet5", test_accuracy_pct=86.9, seconds_per_epoch=3, epochs=57),)

    def bench_suite(*given: Any, report: Any, **named: Any) -> BenchedSuite:
        asked.append((given, named))
        return BenchedSuite(
            Suite(title="The slides", runs=runs), runner.BenchResult((make_record("lenet5", name="LeNet-5"),), ())
        )

    monkeypatch.setattr("modelzoo.benchmarking.suite.bench_suite", bench_suite)
    printed = zoo("bench", "--suite", "slides", "--limit-train", "99", "--epochs", "2")
    assert printed.code == 0
    assert asked[0][0] == ("slides", "emnist-balanced", BenchOptions(epochs=2, limit_train=99))
    lines = printed.out.splitlines()
    assert lines[0] == "LeNet-5, recipe default, on emnist47:"
    table = next(line for line in lines if line.startswith("LeNet-5  "))
    assert table.split()[1:] == ["default", "86.00", "(85.31-86.67)", "86.90", "30.0", "3", "12", "57"]
    assert "The data differ" in printed.out


def test_criteria_without_top_are_refused(zoo: Any, benched: Any) -> None:
    asked = benched()
    refused = zoo("bench", "lenet5", "--by", "top5")
    assert refused.code == 2
    assert "give --top N too" in " ".join(refused.err.split())
    assert not asked


def test_the_best_ranked_are_asked_for_by_their_criteria(zoo: Any, benched: Any) -> None:
    asked = benched()
    assert zoo("bench", "--top", "2", "--by", "top5,gpu,params").code == 0
    assert asked[0][0][:2] == ((), "emnist-balanced")
    assert (asked[0][1]["top"], asked[0][1]["by"]) == (2, ["top5", "gpu", "params"])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["lenet5", "--top", "2"],
        ["--top", "0"],
        ["lenet5", "--epochs", "0"],
        ["lenet5", "--batch-size", "0"],
        ["lenet5", "--batch-size", "some"],
        ["lenet5", "--seeds", "0"],
        ["lenet5", "--time-limit", "0"],
        ["lenet5", "--time-limit", "soon"],
        ["lenet5", "--seed", "-1"],
        ["lenet5", "--limit-train", "0"],
        ["lenet5", "--image-size", "0"],
        ["lenet5", "--epochs", "two"],
        ["lenet5", "--latency-batch", "1,0"],
        ["lenet5", "--latency-batch", "1;2"],
        ["lenet5", "--latency-batch", "1", "--no-latency"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant_is_a_usage_error(zoo: Any, benched: Any, arguments: list[str]) -> None:
    asked = benched()
    printed = zoo("bench", *arguments)
    assert (printed.code, printed.out, asked) == (2, "", [])
    assert printed.err.startswith("Usage: zoo bench")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["vgg99", "--dataset", "glyphs"], "unknown model 'vgg99'; did you mean 'vgg19' or 'vgg16'?"),
        (["lenet5", "--dataset", "nosuch"], "data set 'nosuch' is not in"),
        (["--top", "2", "--by", "nosuch"], "nosuch"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_bad_input_is_one_line_and_leaves_nothing(zoo: Any, tmp_path: Path, arguments: list[str], words: str) -> None:
    printed = zoo("bench", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith("zoo: ")
    assert printed.err.count("\n") == 1
    assert words in printed.err
    assert list(tmp_path.iterdir()) == []


def test_data_that_is_not_there_is_named_with_three_ways_to_go_on(zoo: Any, tmp_path: Path) -> None:
    printed = zoo("bench", "lenet5", "--data-dir", str(tmp_path))
    assert printed.code == 1
    for way in ("zoo data get emnist", "--data-dir", "--dataset glyphs"):
        assert way in printed.err


def test_print_slurm_checks_the_names_and_prints_a_script_without_training(
    zoo: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = ("bench", "lenet5", "mobilenet", "--dataset", "glyphs", "--seeds", "3", "--print-slurm")
    printed = zoo(*given)
    assert (printed.code, printed.err) == (0, "")
    assert printed.out.startswith("#!/bin/bash\n")
    assert "#SBATCH --array=0-5\n" in printed.out
    assert "-m modelzoo bench lenet5 mobilenet --dataset glyphs --seeds 3 &\n" in printed.out
    assert [*tmp_path.iterdir()] == []
    assert zoo("bench", "lenet6", "--dataset", "glyphs", "--print-slurm").code == 1
    for other in (["--json"], ["--ray", "local"]):
        assert "give one of them" in zoo(*given, *other).err

"""Benching suites: on made-up records, and for real on a small network."""

from pathlib import Path
from typing import Any

import pytest

from modelzoo.benchmarking import bench as runner
from modelzoo.benchmarking import jobs
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.run import run
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.suite import bench_suite
from modelzoo.board.suite_table import suite_table
from modelzoo.datasets.dataset import Splits
from modelzoo.datasets.mapped import load_splits
from modelzoo.errors import ZooError
from modelzoo.recipes.suite import load_suite
from modelzoo.runs.events import Report
from modelzoo.runs.record import Record
from modelzoo.tables.table import render

pytestmark = pytest.mark.xdist_group("keras")

SUITE = """
title = "Two"

[[runs]]
model = "lenet5"
recipe = "quick"
slides = 2

[[runs]]
model = "mobilenet"
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(SUITE, encoding="utf-8")
    return path


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the runs give these, an error or a record each; what was asked for is put in their place."""
    results: list[Any] = []

    def bench_each(models: Any, dataset: Any, options: Any, **given: Any) -> Any:
        found = [None if isinstance(result, str) else result for result in results]
        faults = tuple(result for result in results if isinstance(result, str))
        results[:] = [(model, recipe, options) for model, recipe in models]
        return runner.BenchResult(tuple(found), faults)

    monkeypatch.setattr(runner, "bench_each", bench_each)
    return results


def test_limits_apply_to_every_run_and_recipes_are_their_own(suite: Path, made_up: list[Any], make_record: Any) -> None:
    made_up += [make_record("lenet5"), make_record("mobilenet")]
    benched = bench_suite(suite, "emnist47", BenchOptions(epochs=3, limit_train=99, seed=4, runs="there"))
    assert [record.model for _, record in benched.rows if record] == ["lenet5", "mobilenet"]
    assert [model.slug for model, _, _ in made_up] == ["lenet5", "mobilenet"]
    assert [recipe for _, recipe, _ in made_up] == ["quick", None]
    assert {(one.epochs, one.limit_train, one.seed, one.runs) for _, _, one in made_up} == {(3, 99, 4, "there")}


def test_a_run_that_cannot_be_made_leaves_its_row_empty(suite: Path, made_up: list[Any], make_record: Any) -> None:
    made_up += ["another process works on it", make_record("mobilenet", name="MobileNet")]
    rows = suite_table(bench_suite(suite, "emnist47", BenchOptions())).cells()
    assert rows[0] == ["lenet5", "quick", "–", "86.90", "–", "3", "–", "57"]
    assert rows[1][0] == "MobileNet"


def test_the_table_has_the_slides_figures_beside_the_measured_ones(
    suite: Path, made_up: list[Any], make_record: Any
) -> None:
    stopped = make_record("mobilenet", name="MobileNet", stopped_by="limit", correct=9000)
    made_up += [make_record("lenet5", name="LeNet-5", recipe_name="quick"), stopped]
    table = suite_table(bench_suite(suite, "emnist47", BenchOptions()))
    assert table.cells() == [
        ["LeNet-5", "quick", "86.00 (85.31-86.67)", "86.90", "30.0", "3", "12", "57"],
        ["MobileNet", "default", "90.00 (89.40-90.57)", "–", "30.0", "–", "12", "–"],
    ]
    text = render(table, "markdown")
    assert "Measured: emnist47 with 80,000 training and 10,000 test images; Xeon 8481C." in text
    assert "The data differ: compare the order of the rows, not the values." in text
    assert "Stopped at a limit, before the schedule was complete: MobileNet (default)." in text


def test_on_the_slides_own_data_no_difference_is_told(suite: Path, made_up: list[Any], make_record: Any) -> None:
    made_up += [make_record(model, dataset={"name": "emnist-balanced"}) for model in ("lenet5", "mobilenet")]
    text = render(suite_table(bench_suite(suite, "emnist-balanced", BenchOptions())), "markdown")
    assert "Slides: EMNIST Balanced" in text
    assert "data differ" not in text


def test_the_last_run_is_checked_before_the_first_is_trained(
    tmp_path: Path, tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras")
    monkeypatch.setattr(jobs, "run_in_worker", lambda *given, **named: pytest.fail("trained"))
    path = tmp_path / "bad.toml"
    path.write_text(SUITE.replace('"mobilenet"', '"lenet5-1998"\nrecipe = "lenet5"'), encoding="utf-8")
    with pytest.raises(ZooError, match=r"label_smoothing is 0\.1; expected 0: lenet5-1998 trains by the loss"):
        bench_suite(path, tiny, BenchOptions())


@pytest.mark.slow
def test_a_suite_is_benched_for_real(tmp_path: Path, tiny: Any) -> None:
    path = tmp_path / "real.toml"
    path.write_text(
        'title = "Real"\n'
        '[[runs]]\nmodel = "lenet5-1998"\nrecipe = "slides-lenet5-old"\nslides = 1\n'
        '[[runs]]\nmodel = "lenet5"\nrecipe = "slides-lenet5-new"\nslides = 2\n',
        encoding="utf-8",
    )
    benched = bench_suite(path, tiny, BenchOptions(epochs=1, runs=tmp_path / "runs", latency_batches=()))
    assert [record.variant for record in benched.benched.records] == ["lenet5-1998", "lenet5"]
    assert [record.stopped_by for record in benched.benched.records] == ["limit", "limit"]
    assert [row[-1] for row in suite_table(benched).cells()] == ["76", "57"]


def build_tiny(builder: Any, *, input_shape: tuple[int, int, int], classes: int, **changes: Any) -> Any:
    """A network in place of every other, trained in a moment."""
    import keras
    from keras import layers

    pixels = [keras.Input(input_shape), layers.Rescaling(1 / 255), layers.AveragePooling2D(4), layers.Flatten()]
    return keras.Sequential([*pixels, layers.Dense(classes)], name="tiny")


def run_here(
    spec: RunSpec, splits: Splits, runs: Path, *, report: Report, latency_batches: Any, test: bool, **place: Any
) -> Record:
    """In this process, where the network is the tiny one."""
    return run(spec, load_splits(splits), runs, report, latency_batches=latency_batches, test=test)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slides-baselines", "slides-candidates"])
def test_the_shipped_suites_run_from_the_command_line(
    name: str, zoo: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """All but the networks is real: recipes, data, training, records, and what is printed."""
    pytest.importorskip("modelzoo.architectures.changes")
    monkeypatch.setattr("modelzoo.architectures.builder.Builder.build", build_tiny)
    monkeypatch.setattr(jobs, "run_in_worker", run_here)
    limits = ("--dataset", "glyphs", "--limit-train", "470", "--epochs", "1", "--no-latency", "--runs", str(tmp_path))
    printed = zoo("bench", "--suite", name, *limits)
    assert printed.code == 0, printed.err
    runs = load_suite(name).runs
    assert len(list(tmp_path.glob("*/record.json"))) == len(runs)
    table = printed.out[printed.out.rindex("s/epoch") :]
    for one in runs:
        assert one.recipe is None or one.recipe in table
        assert one.test_accuracy_pct is None or f"{one.test_accuracy_pct:.2f}" in table
    assert "synthetic" in table
    assert "The data differ" in table


def test_a_suite_that_names_code_is_refused_before_its_import_unless_it_is_allowed(
    tmp_path: Path, made_up: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "foreign_nets.py").write_text(
        "from pathlib import Path\nPath(__file__ + '.ran').touch()\nbuild = dict\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    suite = tmp_path / "foreign.toml"
    suite.write_text('title = "Foreign"\n[[runs]]\nmodel = "lenet5"\n[[runs]]\nmodel = "foreign_nets:build"\n')
    with pytest.raises(ZooError, match=r"foreign\.toml: runs\[1\]: model is 'foreign_nets:build'.*--allow-code"):
        bench_suite(suite, "emnist47", BenchOptions())
    assert not (tmp_path / "foreign_nets.py.ran").exists()
    bench_suite(suite, "emnist47", BenchOptions(), allow_code=True)
    assert [model.build for model, _, _ in made_up] == ["modelzoo:lenet5", "foreign_nets:build"]

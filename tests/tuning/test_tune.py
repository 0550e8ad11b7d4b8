"""`tune` from images to a recipe file, with pretended trainings in place of workers."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

import modelzoo
from modelzoo.benchmarking.queue import Job
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe
from modelzoo.runs.predictions import VALIDATION, save_predictions
from modelzoo.runs.record import Epoch, Record, load_records, write_record
from modelzoo.training import network
from modelzoo.training.evaluate import predictions
from modelzoo.tuning import trainings
from modelzoo.tuning.recipe_file import recipe_path
from modelzoo.tuning.result import TuneResult
from modelzoo.tuning.trainings import Clock

from .conftest import accuracy

EPOCH_S, START_S = 1.0, 6.0
SPACE = 'batch_size = [64, 128]\nactivation = ["relu", "gelu"]\nlabel_smoothing = [0.0, 0.1]\ndepth = [0.5, 1.0]\n'


class Workers:
    """Pretended workers: each run takes its seconds on a clock of its own, one after another."""

    def __init__(self, make_record: Callable[..., Record]) -> None:
        self.make_record = make_record
        self.time = datetime(2026, 1, 5, 10, tzinfo=UTC)
        self.made: list[str] = []
        self.begun: dict[str, datetime] = {}  # the start of a run stays when it is resumed
        self.killed_after: int | None = None
        self.fails: Callable[[Any], bool] = lambda recipe: False

    def __call__(self, jobs: list[Job], splits: Any, runs: Path, **_: Any) -> Iterator[tuple[int, Record]]:
        (job,) = jobs
        assert not job.test
        assert not job.latency_batches
        yield 0, self._made(job.spec, splits, runs)

    def _made(self, spec: Any, splits: Any, runs: Path) -> Record:
        folder = runs / spec.id
        if (folder / "record.json").exists():
            return msgspec.json.decode((folder / "record.json").read_bytes(), type=Record)
        self.begun.setdefault(spec.id, self.time)
        if len(self.made) == self.killed_after:
            self.time += timedelta(hours=5)
            raise KeyboardInterrupt
        self.made.append(spec.id)
        record = self._record(spec)
        folder.mkdir(parents=True)
        if record.outcome == "finished":
            random = np.random.default_rng([spec.seed, *spec.id.encode()])
            labels, difficulty = splits.validation.labels, np.random.default_rng(0).random(len(splits.validation))
            correct = difficulty + random.normal(0, 0.03, len(labels)) < accuracy(spec.recipe, spec.recipe.epochs)
            probabilities = np.eye(4)[np.where(correct, labels, (labels + 1) % 4)]
            save_predictions(folder, predictions(probabilities, labels, splits.classes), VALIDATION)
        write_record(record, folder)
        return record

    def _record(self, spec: Any) -> Record:
        epochs, begun = spec.recipe.epochs, self.begun[spec.id]
        self.time += timedelta(seconds=START_S + EPOCH_S * epochs)
        values = {"loss": 1.0, "accuracy": 50.0, "val_loss": 1.0, "val_accuracy": 50.0, "learning_rate": 0.1}
        failed = self.fails(spec.recipe)
        return msgspec.structs.replace(
            self.make_record(spec.model.slug),
            id=spec.id,
            recipe=spec.recipe,
            recipe_name=spec.recipe_name,
            dataset=spec.dataset,
            seed=spec.seed,
            test=None,
            latency=(),
            best_epoch=epochs,
            started=begun.isoformat(),
            finished=self.time.isoformat(),
            epochs=tuple(Epoch(epoch=n + 1, seconds=EPOCH_S, **values) for n in range(epochs)),
            outcome="failed" if failed else "finished",
            reason="the loss is not finite" if failed else None,
        )


@pytest.fixture
def workers(make_record: Callable[..., Record], monkeypatch: pytest.MonkeyPatch) -> Workers:
    made = Workers(make_record)
    monkeypatch.setattr(trainings, "make_runs", made)
    return made


@pytest.fixture(scope="module")
def images() -> DataSet:
    random = np.random.default_rng(0)

    def split(count: int) -> Split:
        return Split(random.integers(0, 255, (count, 8, 8), dtype=np.uint8), np.arange(count) % 4)

    return DataSet("squares", "Squares", ("a", "b", "c", "d"), split(16), split(8), {}, validation=split(1500))


def tune(images: DataSet, folder: Path, budget_s: float = 280.0, **options: Any) -> TuneResult:
    """Tune LeNet-5 in a folder."""
    space = folder / "space.toml"
    space.write_text(SPACE)
    given = {"recipe": "quick", "space": space, "runs": folder / "runs", "output": folder / "new.toml"}
    return modelzoo.tune("lenet5", budget_s, dataset=images, report=None, **{**given, **options})


def build(builder: Any, recipe: Any, **_: Any) -> None:
    """Take the time of no network; `whole` builds the real ones."""
    if recipe.depth != 1:
        raise ZooError("it has no blocks")


@pytest.fixture
def tuned(
    workers: Workers, images: DataSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., TuneResult]:
    """Return a call of `tune` in a folder of its own."""
    monkeypatch.setattr(network, "whole_network", build)
    return lambda budget_s=280.0, **options: tune(images, tmp_path, budget_s, **options)


class Whole(NamedTuple):
    """A finished search, its folder and its workers."""

    result: TuneResult
    folder: Path
    workers: Workers


@pytest.fixture(scope="module")
def whole(make_record: Callable[..., Record], images: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    made, folder = Workers(make_record), tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainings, "make_runs", made)
        return Whole(tune(images, folder, 400.0), folder, made)


def test_result_is_a_recipe_file_that_bench_takes(whole: Whole) -> None:
    assert whole.result.winner
    assert whole.result.recipe.activation == "gelu"
    texts = {"title": "", "description": ""}
    written = load_recipe(whole.folder / "new.toml")
    assert msgspec.structs.replace(written, **texts) == msgspec.structs.replace(whole.result.recipe, **texts)
    assert 'extends = "quick"' in (whole.folder / "new.toml").read_text()


def test_file_says_what_was_tried_and_what_each_lever_gave(whole: Whole) -> None:
    result = whole.result
    description = load_recipe(whole.folder / "new.toml").description
    for effect in result.effects:
        assert f"  {effect.lever}: " in description
    activation = next(effect for effect in result.effects if effect.lever == "activation")
    assert activation.points == pytest.approx(6, abs=2.5)
    assert f"activation: none → gelu, {activation.points:+.2f} ({activation.low:+.2f} to" in description
    assert "depth is left out: depth is 0.5; lenet5 has no residual blocks" in description
    assert result.comparison is not None
    assert result.comparison.significant
    assert "significantly more accurate" in " ".join(description.split())


def test_no_record_of_a_search_has_a_test_result(whole: Whole) -> None:
    result = whole.result
    records, problems = load_records(whole.folder / "runs")
    assert not problems
    assert len(records) > 10
    assert [record.id for record in records if record.test is not None] == []
    assert {run for trial in result.trials for run in trial.runs} <= {record.id for record in records}


def test_schedule_of_each_run_is_complete(whole: Whole) -> None:
    result = whole.result
    records, _ = load_records(whole.folder / "runs")
    assert {record.recipe.epochs for record in records} <= {2, 4, *result.schedule}
    assert all(len(record.epochs) == record.recipe.epochs for record in records)
    assert all(
        f"epochs={record.recipe.epochs}" in record.recipe_name or record.recipe.epochs == 5 for record in records
    )


@pytest.mark.parametrize("killed_after", [1, 9])
def test_killed_search_gives_the_same_result(
    whole: Whole, tuned: Callable[..., TuneResult], workers: Workers, tmp_path: Path, killed_after: int
) -> None:
    workers.killed_after = killed_after
    with pytest.raises(KeyboardInterrupt):
        tuned(400.0)
    assert not (tmp_path / "new.toml").exists()
    workers.killed_after = None
    resumed, expected = (
        msgspec.to_builtins(result) | {"file": "", "notes": ()} for result in (tuned(400.0), whole.result)
    )
    assert resumed == expected
    assert workers.made == whole.workers.made


def test_budget_holds_by_the_records(whole: Whole) -> None:
    started = Workers(whole.workers.make_record).time
    assert whole.result.spent_s <= 400
    assert whole.result.spent_s == pytest.approx((whole.workers.time - started).total_seconds(), rel=0.05)


def test_small_budget_is_one_line_and_trains_no_search(tuned: Callable[..., TuneResult], workers: Workers) -> None:
    with pytest.raises(ZooError, match=r"the budget of 50 s is too small: an epoch takes 1 s") as raised:
        tuned(50.0)
    assert "\n" not in str(raised.value)
    assert len(workers.made) <= 2


def test_failed_base_is_one_line(tuned: Callable[..., TuneResult], workers: Workers) -> None:
    workers.fails = lambda recipe: True
    with pytest.raises(ZooError, match="the base recipe failed: the loss is not finite"):
        tuned()


def test_failed_trial_is_not_trained_again(tuned: Callable[..., TuneResult], workers: Workers) -> None:
    workers.fails = lambda recipe: recipe.batch_size == 64
    result = tuned()
    assert [trial for trial in result.trials if trial.verdict == "failed: the loss is not finite"]
    count = len(workers.made)
    assert msgspec.to_builtins(tuned()) == msgspec.to_builtins(result)
    assert len(workers.made) == count


def test_base_that_stays_the_best_is_said_to_be(
    tuned: Callable[..., TuneResult], workers: Workers, tmp_path: Path
) -> None:
    workers.fails = lambda recipe: recipe.activation is not None or recipe.batch_size != 128 or recipe.label_smoothing
    result = tuned()
    assert result.winner == 0
    assert result.comparison is None
    assert result.sentences()[0].endswith("is more accurate than the base recipe, quick.")
    assert load_recipe(tmp_path / "new.toml").batch_size == 128


def test_budget_without_room_for_a_trial_is_said_to_be(whole: Whole) -> None:
    alone = msgspec.structs.replace(whole.result, trials=whole.result.trials[:1], winner=0)
    assert alone.sentences()[0].startswith("No configuration was tried")


def test_changes_of_the_base_recipe_are_in_the_file(tuned: Callable[..., TuneResult], tmp_path: Path) -> None:
    result = tuned(set=("optimizer.learning_rate=1e-3", "batch_size=32"))
    written = load_recipe(tmp_path / "new.toml")
    assert written.optimizer.learning_rate == 1e-3
    assert result.trials[0].values == {}
    assert result.recipe_name == "quick+optimizer.learning_rate=1e-3+batch_size=32"


def test_own_file_is_replaced_and_no_other_one(tmp_path: Path, tuned: Callable[..., TuneResult]) -> None:
    tuned()
    assert recipe_path(tmp_path / "new.toml", "lenet5") == tmp_path / "new.toml"
    (tmp_path / "mine.toml").write_text("batch_size = 64")
    with pytest.raises(ZooError, match="exists, and `zoo tune` did not write it; name another file by `output`"):
        recipe_path(tmp_path / "mine.toml", "lenet5")
    with pytest.raises(ZooError, match=r"name one that ends with \.toml"):
        recipe_path(tmp_path / "new.csv", "lenet5")
    with pytest.raises(ZooError, match="its folder does not exist"):
        recipe_path(tmp_path / "no" / "new.toml", "lenet5")


def test_own_recipe_is_extended_by_its_path(tuned: Callable[..., TuneResult], tmp_path: Path) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "own.toml").write_text('title = "Own"\nextends = "quick"\nepochs = 4\n')
    tuned(recipe=tmp_path / "recipes" / "own.toml")
    assert 'extends = "recipes/own.toml"' in (tmp_path / "new.toml").read_text()
    assert load_recipe(tmp_path / "new.toml").epochs == 4


def test_json_has_the_whole_result(whole: Whole) -> None:
    result = whole.result
    content = json.loads(msgspec.json.encode(result))
    assert content["winner"] == result.winner
    assert {trial["number"] for trial in content["trials"]} == set(range(len(result.trials)))
    assert content["recipe"]["activation"] == "gelu"


def test_chart_has_each_lever(whole: Whole, legible: Callable[[Any], list[str]]) -> None:
    pytest.importorskip("matplotlib")
    texts = legible(whole.result.plot())
    assert "LeNet-5: the effect of each lever" in texts
    assert {"batch_size", "label_smoothing", "activation"} <= {text.partition("\n")[0] for text in texts}


def record_at(make_record: Callable[..., Record], started_s: float, finished_s: float, epochs: int) -> Record:
    zero = datetime(2026, 1, 5, tzinfo=UTC)
    started, finished = ((zero + timedelta(seconds=seconds)).isoformat() for seconds in (started_s, finished_s))
    return make_record("m", started=started, finished=finished, epochs=epochs)  # epochs of 30 s


def test_clock_counts_epochs_and_the_median_of_the_other_seconds(make_record: Callable[..., Record]) -> None:
    clock = Clock()
    assert clock.seconds(record_at(make_record, 10, 80, 2)) == 60 + 10
    assert clock.seconds(record_at(make_record, 80, 146, 2)) == 60 + 6
    assert clock.seconds(record_at(make_record, 150, 218, 2)) == 60 + 8


def test_clock_leaves_out_pauses(make_record: Callable[..., Record]) -> None:
    clock = Clock()
    clock.seconds(record_at(make_record, 10, 74, 2))
    assert clock.seconds(record_at(make_record, 80, 9_000, 2)) == 60 + 4  # killed in the run
    assert clock.seconds(record_at(make_record, 9_057, 9_121, 2)) == 60 + 4  # a minute after the run before
    assert clock.seconds(record_at(make_record, 0, 64, 2)) == 60 + 4  # of an earlier search

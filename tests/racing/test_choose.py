"""A choice from the bill to its sentences: real candidates and files, made-up probes and trainings."""

import json
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

import modelzoo
from modelzoo.base.claims import claimed
from modelzoo.benchmarking import jobs
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.board.build import leaderboard
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.mapped import load_splits
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.racing import choice as kept
from modelzoo.racing import choose as choosing
from modelzoo.racing import prepare
from modelzoo.racing.choice import CHOICE, Choice, load_choices, read_choice
from modelzoo.racing.limits import HardLimits, OverLimit, over_limit
from modelzoo.racing.probe import Probe
from modelzoo.racing.sentences import sentences
from modelzoo.runs import store
from modelzoo.runs.events import Note
from modelzoo.runs.predictions import PREDICTIONS, VALIDATION, save_predictions, validation_correct
from modelzoo.runs.record import Hardware, Record, Test, read_record, write_record
from modelzoo.runs.run import load_runs
from modelzoo.training.evaluate import predictions

pytestmark = pytest.mark.xdist_group("keras")

CLASSES = ("a", "b", "c")
# The accuracy of each network after one epoch, and its gain with each doubling.
LEARNS = {
    "lenet5": (0.70, 0.02),
    "squeezenet1-0": (0.68, 0.03),
    "mobilenet": (0.40, 0.02),
    "shufflenetv2-x0-5": (0.3, 0),
}
MODELS = ("lenet5", "squeezenet", "mobilenet", "shufflenet")


def images(count: int) -> Split:
    return Split(np.full((count, 28, 28), 9, np.uint8), np.arange(count) % 3)


@pytest.fixture(scope="module")
def data() -> DataSet:
    return DataSet("made", "Made up", CLASSES, images(9000), images(600), {"made": "up"}, validation=images(3000))


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, make_record: Callable[..., Record]) -> list[tuple[str, int, int, bool]]:
    """The trainings of this process: variant, epochs, seed, tested; nothing is measured or trained."""
    made: list[tuple[str, int, int, bool]] = []

    def probe(spec: RunSpec, _: Any, limits: HardLimits, **__: Any) -> Probe | OverLimit:
        place = [*LEARNS].index(spec.variant)
        if beyond := over_limit(spec.variant, spec.title, limits, latency_ms=1.0 + place, size_mb=1.0 + place):
            return beyond
        return Probe(
            slug=spec.variant, name=spec.title, params=1000 * (place + 1), size_mb=1.0 + place, latency_ms=1.0 + place,
            images_per_s=100.0, peak_memory_mb=None, flops=None, start_s=1.0, epoch_s=2.0,
        )  # fmt: skip

    def outputs(spec: RunSpec, labels: Any, accuracy: float) -> Any:
        random = np.random.default_rng(int(spec.id[-10:], 16))
        wrong = random.random(len(labels)) >= accuracy
        return np.eye(3)[(labels + wrong) % 3]

    def run_in_worker(spec: RunSpec, splits: Any, runs: Path, *, test: bool, **_: Any) -> Record:
        splits = load_splits(splits)
        start, gain = LEARNS[spec.variant]
        accuracy = start + gain * np.log2(spec.epochs)
        with store.claim_run(runs, spec.id) as claim:
            known = store.finished_record(runs, spec.id)
            if known is not None and (known.test or not test):
                return known
            made.append((spec.variant, spec.epochs, spec.seed, test))
            shown = outputs(spec, splits.validation.labels, accuracy)
            save_predictions(claim.folder, predictions(shown, splits.validation.labels, CLASSES), VALIDATION)
            measured: dict[str, Any] = {"test": None}
            if test:
                right = int((outputs(spec, splits.test.labels, accuracy).argmax(1) == splits.test.labels).sum())
                share = 100 * right / 600
                measured["test"] = Test(
                    images=600, correct=right, top1=share, top1_low=share - 3, top1_high=share + 3, top5=100.0, loss=1.0
                )
            record = make_record(
                spec.model.slug, id=spec.id, variant=spec.variant, recipe=spec.recipe, recipe_name=spec.recipe_name,
                dataset=msgspec.to_builtins(spec.dataset), seed=spec.seed, files={}, epochs=spec.epochs, correct=300,
            )  # fmt: skip
            epochs = tuple(msgspec.structs.replace(epoch, seconds=2.0) for epoch in record.epochs)
            record = msgspec.structs.replace(record, epochs=epochs, **measured)
            write_record(record, claim.folder)
            store.publish(claim.folder)
        return record

    monkeypatch.setattr(prepare, "probe", probe)
    monkeypatch.setattr(jobs, "run_in_worker", run_in_worker)
    return made


@pytest.fixture
def choose(data: DataSet, tmp_path: Path) -> Callable[..., Choice]:
    def run(*models: str, report: Any = None, **options: Any) -> Choice:
        usual = {"recipe": "quick", "set": ("epochs=32",), "runs": tmp_path, "budget_s": 3600.0}
        return modelzoo.choose(models or MODELS, dataset=data, report=report, **usual | options)

    return run


def test_rounds_double_the_epochs_from_new_weights_until_one_is_left_or_the_schedule_ends(
    choose: Any, trained: Any, tmp_path: Path
) -> None:
    notes: list[Any] = []
    choice = choose(report=notes.append)
    assert choice.bill.schedule == (8, 16, 32)
    first = [entry for entry in trained if entry[2] == 0]
    assert sorted(first) == [(variant, 8, 0, False) for variant in sorted(LEARNS)]
    assert {entry[0] for entry in trained if entry[2] == 1} <= {"lenet5", "squeezenet1-0"}
    assert {(entry[1], entry[2]) for entry in trained} <= {(8, 0), (16, 1), (32, 2)}
    dropped = {one.candidate for ended in choice.rounds for one in ended.decisions if one.verdict == "dropped"}
    assert {"mobilenet", "shufflenetv2-x0-5"} <= dropped
    assert choice.race is not None
    assert choice.race.winner in ("lenet5", "squeezenet1-0")
    assert [note.text for note in notes if isinstance(note, Note) and note.text.startswith("round 1 of 3, 8 epochs: ")]
    assert read_choice(tmp_path / choice.id / CHOICE) == choice
    assert load_choices(tmp_path) == ((choice,), ())


def test_only_finalists_see_the_test_split_and_only_once(choose: Any, trained: Any, tmp_path: Path) -> None:
    choice = choose()
    finalists = {(one.candidate, one.run) for one in choice.tested}
    assert {name for name, _ in finalists} == set(choice.race.finalists)
    tested = {record.id for path in tmp_path.glob("*/record.json") if (record := read_record(path)).test}
    assert tested == {run for _, run in finalists}
    assert len([entry for entry in trained if entry[3]]) == len(finalists)
    for path in tmp_path.glob("*/record.json"):
        assert not (path.parent / PREDICTIONS).exists()


@pytest.mark.parametrize("after", range(1, 9))
def test_a_choice_that_was_killed_goes_on_where_it_was(
    choose: Any, trained: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, after: int
) -> None:
    whole = choose(runs=tmp_path / "whole")
    expected, real = list(trained), jobs.run_in_worker
    trained.clear()

    def killed(*given: Any, **named: Any) -> Any:
        if len(trained) == after:
            raise KeyboardInterrupt
        return real(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "run_in_worker", killed)
        if len(expected) > after:
            with pytest.raises(KeyboardInterrupt):
                choose()
            (partial,), _ = load_choices(tmp_path)
            assert (partial.state, len(partial.trainings)) == ("partial", min(after, len(whole.trainings)))
            assert sentences(partial)[0].startswith("The race has not ended: ") or partial.race
    resumed = choose()
    assert trained == expected
    assert timeless(resumed) == timeless(whole)
    assert choose() == resumed
    assert trained == expected


@pytest.mark.parametrize("moment", ["a record is published", "choice.json is replaced"])
@pytest.mark.parametrize("after", [1, 4, 5])
def test_sigkill_loses_no_training(
    choose: Any, trained: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, moment: str, after: int
) -> None:
    """Kill a forked process after this number of trainings, before the next write of its choice is whole."""
    whole = choose(runs=tmp_path / "whole")
    expected = list(trained)
    trained.clear()
    real_run, real_write = jobs.run_in_worker, kept.write_atomically

    def run_and_die(*given: Any, **named: Any) -> Any:
        record = real_run(*given, **named)
        if moment == "a record is published" and len(trained) == after:
            os.kill(os.getpid(), signal.SIGKILL)
        return record

    def die_in_write(path: Path, content: bytes) -> None:
        if moment == "choice.json is replaced" and len(trained) == after:
            path.with_name(".choice.json.abcdefgh").write_bytes(content[:99])
            os.kill(os.getpid(), signal.SIGKILL)
        real_write(path, content)

    child = os.fork()
    if not child:
        monkeypatch.setattr(jobs, "run_in_worker", run_and_die)
        monkeypatch.setattr(kept, "write_atomically", die_in_write)
        signal.alarm(60)
        with suppress(BaseException):
            choose()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    resumed = choose()
    assert trained == expected[after:]
    assert timeless(resumed) == timeless(whole)


def timeless(choice: Choice) -> Any:
    """Return a choice without its times, which differ from one race to the next."""
    times = ("started", "finished", "seconds", "spent_s", "full_s", "budget_s")

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without(part) for key, part in value.items() if key not in times}
        return [without(part) for part in value] if isinstance(value, list) else value

    return without(json.loads(msgspec.json.encode(choice)))


def test_the_rounds_and_verdicts_follow_from_the_predictions_in_the_folder_of_runs(
    choose: Any, trained: Any, tmp_path: Path
) -> None:
    choice = choose()
    for ended in choice.rounds:
        for one in ended.decisions:
            (run,) = {
                item.run for item in choice.trainings if (item.round, item.candidate) == (ended.number, one.candidate)
            }
            record = read_record(tmp_path / run / "record.json")
            assert one.accuracy == pytest.approx(100 * validation_correct(tmp_path / run, record).mean())


def test_several_criteria_choose_the_network_with_the_best_sum(choose: Any, trained: Any) -> None:
    """LeNet-5 is the fastest and the smallest; a rival of equal accuracy cannot be first."""
    assert choose(by="accuracy,latency,params").race.winner == "lenet5"


def test_one_candidate_within_the_limits_is_chosen_without_training(choose: Any, trained: Any) -> None:
    choice = choose(max_latency_ms=1.5)
    assert (choice.race.winner, trained) == ("lenet5", [])
    assert sentences(choice) == ("Choose LeNet-5: it is the only candidate that is left, so nothing was trained.",)
    assert len(choice.bill.dropped) == 3


def test_a_training_that_fails_is_out_with_its_reason(
    choose: Any, trained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = jobs.run_in_worker

    def failing(spec: RunSpec, *given: Any, **named: Any) -> Any:
        record = real(spec, *given, **named)
        if spec.variant == "mobilenet":
            return msgspec.structs.replace(record, outcome="failed", reason="it does not fit into memory", epochs=())
        return record

    monkeypatch.setattr(jobs, "run_in_worker", failing)
    choice = choose()
    (failed,) = [one for one in choice.trainings if one.failure]
    assert (failed.candidate, failed.failure) == ("mobilenet", "it does not fit into memory")
    assert "MobileNet failed to train" in sentences(choice)[1]


def test_a_full_disk_stops_the_race_and_drops_nobody(
    choose: Any, trained: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = jobs.run_in_worker

    def full(spec: RunSpec, *given: Any, **named: Any) -> Any:
        if spec.variant == "mobilenet":
            raise ZooError("the disk is full")
        return real(spec, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "run_in_worker", full)
        with pytest.raises(ZooError, match="MobileNet: the disk is full; the same command resumes the race"):
            choose()
    (partial,), _ = load_choices(tmp_path)
    assert [one.candidate for one in partial.trainings if one.candidate == "mobilenet" or one.failure] == []
    assert "mobilenet" in {one.candidate for one in choose().trainings}


def test_a_finalist_without_its_test_is_tested_by_the_same_command(
    choose: Any, trained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = jobs.run_in_worker

    def untested(spec: RunSpec, *given: Any, test: bool, **named: Any) -> Any:
        return real(spec, *given, test=False, **named)

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "run_in_worker", untested)
        assert choose().tested == ()
    mended = choose()
    assert [one.candidate for one in mended.tested] == [*mended.race.finalists]
    assert choose() == mended


def test_a_training_of_a_killed_process_counts_with_the_seconds_of_its_epochs(
    choose: Any, trained: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = jobs.run_in_worker

    def recorded(*given: Any, **named: Any) -> Any:
        record = real(*given, **named)
        started = "2200-01-02T00:00:00Z" if record.model == "mobilenet" else record.started
        return msgspec.structs.replace(record, started=started)

    monkeypatch.setattr(jobs, "run_in_worker", recorded)
    monkeypatch.setattr(choosing, "now", iter(f"2200-01-{day:02}T00:00:00Z" for day in (1, 3, 4)).__next__)
    seconds = {one.candidate: one.seconds for one in choose().trainings if one.round == 1}
    assert seconds.pop("mobilenet") == 8 * 2.0
    assert all(taken < 8 for taken in seconds.values())


def test_names_of_one_network_race_once(choose: Any, trained: Any) -> None:
    choice = choose("lenet5", "squeezenet", "squeezenet1-0", max_latency_ms=2.5)
    assert [probe.slug for probe in choice.bill.candidates] == ["lenet5", "squeezenet1-0"]
    (same,) = choice.bill.dropped
    assert same.reason.startswith("it is the same network as SqueezeNet")


def test_never_trained_candidates_are_named_without_a_risk(choose: Any, trained: Any) -> None:
    choice = choose(budget_s=40.0)
    left_out = [one.candidate for one in choice.rounds[0].decisions if one.verdict == "left out"]
    assert left_out
    sure = sentences(choice)[1]
    assert "got no further training" in sure
    assert "risk" not in sure or "never trained" in sure


def test_a_criterion_that_no_candidate_has_a_value_of_is_an_error_before_training(choose: Any, trained: Any) -> None:
    with pytest.raises(ZooError, match="has flops, which no candidate has a value of on this machine; leave it out"):
        choose(by="accuracy,flops")
    assert trained == []


def test_a_larger_budget_goes_on_with_the_same_choice(choose: Any, trained: Any) -> None:
    short = choose(budget_s=75.0)
    assert short.race.ended_by == "budget"
    first = [entry for entry in trained if not entry[3]]
    assert choose(budget_s=70.0) == short
    longer = choose(budget_s=3600.0)
    assert longer.id == short.id
    assert longer.race.ended_by != "budget"
    assert [entry for entry in trained if not entry[3]][: len(first)] == first
    assert len(trained) == len(set(trained))  # nothing is trained twice


def test_a_choice_goes_on_by_what_its_new_device_measures(
    choose: Any, trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = choose(budget_s=75.0)
    other = Hardware(cpu="", cores=1, gpu="Other GPU", driver=None, memory_gb=1.0, system="")
    monkeypatch.setattr(hardware, "hardware", lambda: other)
    notes: list[Any] = []
    longer = choose(budget_s=3600.0, report=notes.append)
    expected = f"the candidates were measured on {short.bill.device}; this is Other GPU, so they are measured again"
    assert expected in [note.text for note in notes if isinstance(note, Note)]
    assert (longer.id, longer.bill.device) == (short.id, "Other GPU")
    assert longer.bill.spent_s > short.bill.spent_s
    assert len(trained) == len(set(trained))  # nothing is trained twice
    assert choose(budget_s=3600.0) == longer
    board = leaderboard(load_runs(tmp_path)[0], modelzoo.load_catalog(), choices=[short, longer], hardware="no GPU")
    assert board.choices == (short,)


def test_named_candidates_need_no_ranking(choose: Any) -> None:
    with pytest.raises(ZooError, match=r"^top: they choose candidates from the ranking; name models or give these$"):
        choose(top=3)


def test_a_budget_too_small_for_two_candidates_is_one_line(choose: Any, trained: Any) -> None:
    with pytest.raises(ZooError, match=r"the budget of .* is too small: measuring took .*; give 1m at least"):
        choose(budget_s=5.0)
    assert trained == []


def test_another_process_on_the_same_choice_is_an_error_that_names_it(
    choose: Any, trained: Any, tmp_path: Path
) -> None:
    choice = choose()
    with (
        claimed(tmp_path / choice.id, "works"),
        pytest.raises(ZooError, match=r"^process \d+ on \S+ works on .*choice-"),
    ):
        choose()
    assert choose() == choice


def test_a_damaged_choice_is_a_problem_that_names_the_file(choose: Any, trained: Any, tmp_path: Path) -> None:
    choice = choose()
    path = tmp_path / choice.id / CHOICE
    path.write_text(path.read_text().replace('"alpha": 0.05', '"alpha": "high"'))
    choices, problems = load_choices(tmp_path)
    assert choices == ()
    assert [problem.split(": ")[0] for problem in problems] == [str(path)]
    path.write_text('{"schema": 99}')
    assert "schema 99; this version reads up to 1, update cnn-zoo" in load_choices(tmp_path)[1][0]


def test_the_chart_has_a_line_for_each_candidate(choose: Any, trained: Any) -> None:
    (axes,) = choose().plot().axes
    assert len([line for line in axes.get_lines() if line.get_marker() == "o"]) == 4

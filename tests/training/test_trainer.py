"""The trainer's logic, on an engine that is made up."""

import math
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import SGD, Augmentation, Constant, Cosine, OneCycle, Plateau, Recipe, Stopping
from modelzoo.runs import checkpoint
from modelzoo.runs.checkpoint import TrainingState, load_checkpoint
from modelzoo.runs.events import EpochDone, EtaEstimated, Resumed, Step, Waiting, ignore
from modelzoo.training.trainer import TrainingFailedError, epoch_order, epoch_steps, train

NEVER = 99


class Killed(BaseException):
    """Stands for the end of the process."""


def run(engine: Any, data: Any, folder: Path, *, epochs: int = 9, report: Any = ignore, **recipe: Any) -> TrainingState:
    given = Recipe(title="t", batch_size=4, epochs=9, **recipe)
    return train(engine, data, given, seed=3, epochs=epochs, folder=folder, report=report)


def told(state: TrainingState) -> list[tuple[Any, ...]]:
    """The epochs without the seconds they took."""
    return [(e.epoch, e.loss, e.accuracy, e.val_loss, e.val_accuracy, e.learning_rate) for e in state.epochs]


def test_training_stops_after_patience_epochs_without_a_gain(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    state = run(fake_engine(val_losses=[3, 2, 2, 2, 2, 2]), few, tmp_path, stopping=Stopping(patience=3))
    assert (len(state.epochs), state.best_epoch, state.stopped_by) == (5, 2, "patience")


def test_a_gain_begins_the_patience_anew(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    state = run(fake_engine(val_losses=[3, 3, 2, 2, 1, 1, 1]), few, tmp_path, stopping=Stopping(patience=2))
    assert (len(state.epochs), state.best_epoch) == (7, 5)


def test_a_gain_of_less_than_min_delta_counts_as_none(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    stopping = Stopping(patience=2, min_delta=0.5)
    state = run(fake_engine(val_losses=[3.0, 2.6, 2.5, 2.0]), few, tmp_path, stopping=stopping)
    assert (len(state.epochs), state.best_epoch) == (3, 1)


def test_accuracy_is_better_when_higher(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    stopping = Stopping(monitor="val_accuracy", patience=2)
    state = run(fake_engine(val_accuracies=[50, 70, 60, 65]), few, tmp_path, stopping=stopping)
    assert (len(state.epochs), state.best_epoch, state.best) == (4, 2, -70)


def test_macro_recall_can_decide_and_is_kept_of_every_epoch(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    """It falls where accuracy rises: rare classes are lost for frequent ones."""
    scripts = {"val_macro_recalls": [50, 70, 60, 65], "val_accuracies": [50, 60, 70, 80]}
    stopping = Stopping(monitor="val_macro_recall", patience=2)
    state = run(fake_engine(**scripts), few, tmp_path, stopping=stopping)
    assert (len(state.epochs), state.best_epoch, state.best) == (4, 2, -70)
    assert [epoch.val_macro_recall for epoch in state.epochs] == [50, 70, 60, 65]


def test_the_best_epochs_weights_are_put_back_and_only_they_are_kept(
    fake_engine: Any, few: Any, tmp_path: Path
) -> None:
    numbers = []
    engine = fake_engine(val_losses=[3, 1, 2, 2])

    def report(event: Any) -> None:
        if isinstance(event, EpochDone):
            numbers.append(float(engine.number[0]))

    run(engine, few, tmp_path, stopping=Stopping(patience=2), report=report)
    assert engine.number == numbers[1] != numbers[3]
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.npz", "best-2.npz"}


def test_without_a_stopping_rule_the_last_epoch_is_kept(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    state = run(fake_engine(val_losses=[1, 2, 3]), few, tmp_path, epochs=3)
    assert state.best_epoch == 3


def test_without_a_stopping_rule_no_best_weights_are_written_and_those_of_an_older_version_go(
    fake_engine: Any, few: Any, tmp_path: Path, saved_each_epoch: None
) -> None:
    seen: set[str] = set()

    def look(event: Any) -> None:
        seen.update(path.name for path in tmp_path.iterdir())

    engine = fake_engine()
    run(engine, few, tmp_path, epochs=2)
    state, arrays = load_checkpoint(tmp_path) or (TrainingState(), [])
    state.stopped_by = None  # as killed after its second epoch by the version that kept the weights of each
    checkpoint.save_checkpoint(tmp_path, state, arrays)
    checkpoint.save_best(tmp_path, 2, engine.weights())
    again, whole = fake_engine(), fake_engine()
    run(again, few, tmp_path, epochs=4, report=look)
    assert seen == {"checkpoint.npz", "best-2.npz"}
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.npz"}
    (tmp_path / "whole").mkdir()
    run(whole, few, tmp_path / "whole", epochs=4)
    assert again.number == whole.number


@pytest.mark.parametrize(
    ("seconds", "saved"),
    [(8.0, [3, 6, 8]), (20.0, [*range(1, 9)]), (25.0, [*range(1, 9)])],
    ids=["8 s", "20 s", "25 s"],
)
@pytest.mark.parametrize("stopping", [None, Stopping(patience=8)], ids=["last", "best"])
def test_a_checkpoint_is_written_every_twenty_seconds_at_most_and_at_the_end(
    fake_engine: Any,
    few: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    epochs_of: Any,
    seconds: float,
    saved: list[int],
    stopping: Any,
) -> None:
    assert checkpoint.CHECKPOINT_EVERY_S == 20
    epochs_of(seconds)
    written: dict[str, list[int]] = {"checkpoint": [], "best": []}
    save, best = checkpoint.save_checkpoint, checkpoint.save_best
    monkeypatch.setattr(
        checkpoint, "save_checkpoint", lambda *given: (written["checkpoint"].append(len(given[1].epochs)), save(*given))
    )
    monkeypatch.setattr(checkpoint, "save_best", lambda *given: (written["best"].append(given[1]), best(*given)))
    run(fake_engine(val_losses=range(9, 0, -1)), few, tmp_path, epochs=8, stopping=stopping)  # each is the best so far
    assert written == {"checkpoint": saved, "best": saved if stopping else []}


def test_the_best_weights_are_on_disk_before_the_checkpoint_that_names_them(
    fake_engine: Any, few: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epochs_of: Any
) -> None:
    epochs_of(8.0)
    found: list[tuple[int | None, set[str]]] = []
    save = checkpoint.save_checkpoint

    def note(folder: Path, state: TrainingState, arrays: Any) -> None:
        found.append((state.best_epoch, {path.name for path in folder.iterdir()}))
        save(folder, state, arrays)

    monkeypatch.setattr(checkpoint, "save_checkpoint", note)
    run(fake_engine(val_losses=[5, 4, 6, 6, 3, 6, 6]), few, tmp_path, epochs=7, stopping=Stopping(patience=9))
    assert found == [
        (2, {"best-2.npz"}),
        (5, {"best-5.npz", "best-2.npz", "checkpoint.npz"}),
        (5, {"best-5.npz", "checkpoint.npz"}),
    ]


@pytest.mark.parametrize(
    ("schedule", "epochs", "verdict"),
    [
        (Cosine(), 9, "schedule"),
        (Cosine(), 8, "limit"),
        (OneCycle(), 9, "schedule"),
        (OneCycle(), 8, "limit"),
        (Constant(), 9, "limit"),
        (Constant(warmup_epochs=1), 9, "limit"),
        (Plateau(), 9, "limit"),
    ],
    ids=["whole cosine", "cut cosine", "whole cycle", "cut cycle", "constant", "warm-up", "plateau"],
)
def test_only_a_whole_cosine_or_cycle_ends_by_its_schedule(
    fake_engine: Any, few: Any, tmp_path: Path, schedule: Any, epochs: int, verdict: str
) -> None:
    state = run(fake_engine(), few, tmp_path, epochs=epochs, schedule=schedule)
    assert (len(state.epochs), state.stopped_by) == (epochs, verdict)


def test_patience_that_ends_with_the_last_epoch_is_no_limit(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    state = run(fake_engine(val_losses=[1, 2, 2]), few, tmp_path, epochs=3, stopping=Stopping(patience=2))
    assert state.stopped_by == "patience"


@pytest.mark.parametrize("schedule", [Cosine(), OneCycle(), Constant(warmup_epochs=1)], ids=lambda s: type(s).__name__)
def test_a_rate_that_the_optimizers_steps_drive_is_left_to_them(
    fake_engine: Any, few: Any, tmp_path: Path, schedule: Any
) -> None:
    engine = fake_engine()
    run(engine, few, tmp_path, epochs=2, schedule=schedule, optimizer=SGD(learning_rate=0.7))
    assert engine.rates == [0.1, 0.1]  # the engine's own


def test_a_plateau_lowers_the_rate_after_patience_epochs_down_to_its_minimum(
    fake_engine: Any, few: Any, tmp_path: Path
) -> None:
    engine = fake_engine(val_losses=[2, 1, 1, 1, 1, 1, 1, 1, 1])
    plateau = Plateau(factor=0.1, patience=2, minimum=5e-3)
    state = run(engine, few, tmp_path, schedule=plateau, optimizer=SGD(learning_rate=0.1))
    assert engine.rates == pytest.approx([0.1] * 4 + [0.01] * 2 + [5e-3] * 3)
    assert [epoch.learning_rate for epoch in state.epochs] == pytest.approx(engine.rates)


def test_a_fall_of_less_than_min_delta_is_a_plateau(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    engine = fake_engine(val_losses=[1.0, 0.95, 0.91, 0.5])
    plateau = Plateau(factor=0.5, patience=1, min_delta=0.1)
    run(engine, few, tmp_path, epochs=4, schedule=plateau, optimizer=SGD(learning_rate=0.4))
    assert engine.rates == pytest.approx([0.4, 0.4, 0.2, 0.1])


FROZEN: dict[str, Any] = {"weights": "mine.weights.h5", "head_learning_rate": 0.5}


def test_frozen_epochs_have_the_rate_of_the_head_and_are_no_plateau(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    plateau = {"optimizer": SGD(learning_rate=0.2), "schedule": Plateau(factor=0.5, patience=1)}
    state = run(fake_engine(val_losses=[1]), few, tmp_path, epochs=6, frozen_epochs=3, **FROZEN, **plateau)
    assert [epoch.learning_rate for epoch in state.epochs] == [0.5, 0.5, 0.5, 0.2, 0.2, 0.1]


def test_patience_begins_after_the_frozen_epochs_and_the_best_of_all_epochs_counts(
    fake_engine: Any, few: Any, tmp_path: Path
) -> None:
    losses, stopping = [3, 1, 2, 2, 2, 2, 2, 2, 2], Stopping(patience=2)
    state = run(fake_engine(val_losses=losses), few, tmp_path, frozen_epochs=5, stopping=stopping, **FROZEN)
    assert (len(state.epochs), state.best_epoch, state.stopped_by) == (7, 2, "patience")


def test_a_probe_ends_by_patience_in_its_frozen_epochs(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    losses, stopping = [3, 1, 2, 2, 2], Stopping(patience=2)
    state = run(fake_engine(val_losses=losses), few, tmp_path, frozen_epochs="all", stopping=stopping, **FROZEN)
    assert (len(state.epochs), state.best_epoch, state.stopped_by) == (4, 2, "patience")


def test_frozen_epochs_give_no_estimate_of_the_time_and_each_phase_begins_with_a_line(
    fake_engine: Any, few: Any, tmp_path: Path, events: Any, epochs_of: Any
) -> None:
    epochs_of(8.0)
    run(fake_engine(), few, tmp_path, epochs=5, frozen_epochs=2, report=events.append, **FROZEN)
    kinds = [event for event in events if isinstance(event, EpochDone | Waiting | EtaEstimated)]
    assert [event.remaining_s for event in kinds if isinstance(event, EpochDone)] == [0, 0, 16, 8, 0]
    assert [type(event).__name__ for event in kinds[:5]] == [
        "Waiting", "EpochDone", "EpochDone", "Waiting", "EtaEstimated"
    ]  # fmt: skip
    assert [event.what.split()[0] for event in kinds if isinstance(event, Waiting)] == ["computing", "compiling"]


def test_a_plateau_never_raises_the_rate(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    engine = fake_engine(val_losses=[1])
    plateau = Plateau(patience=1, minimum=0.5)
    run(engine, few, tmp_path, epochs=4, schedule=plateau, optimizer=SGD(learning_rate=0.1))
    assert engine.rates == [0.1] * 4


@pytest.mark.parametrize("loss", [math.nan, math.inf])
@pytest.mark.parametrize(("script", "what"), [("losses", "the loss became"), ("val_losses", "on validation images")])
def test_a_loss_that_is_no_number_ends_the_training_and_keeps_what_was_saved(
    fake_engine: Any, few: Any, tmp_path: Path, loss: float, script: str, what: str, saved_each_epoch: None
) -> None:
    with pytest.raises(TrainingFailedError, match=rf"{what}.*{loss} in epoch 3; try a lower learning rate"):
        run(fake_engine(**{script: [1.0, 1.0, loss]}), few, tmp_path)
    state, _ = load_checkpoint(tmp_path) or (TrainingState(), [])
    assert [epoch.epoch for epoch in state.epochs] == [1, 2]


def test_an_epochs_order_is_a_permutation_of_its_own() -> None:
    first, second = epoch_order(0, 1, 50), epoch_order(0, 2, 50)
    assert sorted(first) == sorted(second) == list(range(50))
    assert (first != second).any()
    assert (first != epoch_order(1, 1, 50)).any()
    assert (second == epoch_order(0, 2, 50)).all()


RULES = {
    "plateau": {"schedule": Plateau(patience=1), "stopping": Stopping(patience=3)},
    "cosine": {"schedule": Cosine()},
    "accuracy": {"schedule": Plateau(patience=2), "stopping": Stopping(monitor="val_accuracy", patience=4)},
    "supplement": {"schedule": Plateau(patience=1), "supplement": 0.3},
}
SCRIPT = {"val_losses": [5, 4, 4, 3, 3, 3, 3], "val_accuracies": [50, 60, 55, 70, 65, 65, 65]}


class Orders:
    """An engine that notes what it is trained on."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.seen, self.figures = engine, [], []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def train_epoch(self, split: Any, order: Any, on_step: Any, figures: Any = None) -> Any:
        self.seen.append(np.asarray(order))
        self.figures.append(figures)
        return self.engine.train_epoch(split, order, on_step, figures)


def test_a_supplement_adds_images_of_what_is_mixed_up_on_validation_images(
    fake_engine: Any, few: Any, tmp_path: Path, events: Any
) -> None:
    """Class 2 is never mixed up by the fake engine: after the first epoch none of its images is added."""
    engine = Orders(fake_engine())
    augmentation = Augmentation(rotate=5)
    run(engine, few, tmp_path, epochs=6, supplement=0.5, augmentation=augmentation, report=events.append)
    for order, figures in zip(engine.seen, engine.figures, strict=True):
        assert len(order) == 15
        assert sorted(set(order)) == list(range(10))  # all are trained on
        assert len(figures["affine"]) == 15
    added = [few.train.labels[list((Counter(order) - Counter(range(10))).elements())] for order in engine.seen]
    assert not any((labels == 2).any() for labels in added[1:])
    assert {0, 1} <= set(np.concatenate(added[1:]))
    steps = {event.steps for event in events if isinstance(event, Step)}
    assert steps == {4} == {epoch_steps(Recipe(title="t", batch_size=4, supplement=0.5), 10)}


def test_without_a_supplement_the_order_is_what_it_always_was(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    engine = Orders(fake_engine())
    run(engine, few, tmp_path, epochs=2)
    assert [list(order) for order in engine.seen] == [list(epoch_order(3, epoch, 10)) for epoch in (1, 2)]


def moments() -> list[tuple[str, str, int]]:
    """Every step of an epoch, and every file that is put in its place: one each epoch, or after three of them."""
    found = {
        ("epoch", "step"): (1, 2, 4, 6, 14),
        ("epoch", "replace"): (1, 2, 3, 6, 8),
        ("20 s", "step"): (8, 11, 14, 20),
        ("20 s", "replace"): (1, 2, 3),
    }
    return [(every, what, count) for (every, what), counts in found.items() for count in counts]


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize(("every", "what", "count"), moments(), ids=str)
def test_a_run_killed_at_any_moment_goes_on_as_if_it_had_not_been(
    fake_engine: Any,
    few: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    epochs_of: Any,
    rules: str,
    every: str,
    what: str,
    count: int,
) -> None:
    epochs_of(30.0 if every == "epoch" else 8.0)
    whole_engine, killed_engine, engine = (fake_engine(**SCRIPT) for _ in range(3))
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = run(whole_engine, few, tmp_path / "whole", **RULES[rules])

    happened = 0

    def kill() -> None:
        nonlocal happened
        happened += 1
        if happened == count:
            raise Killed

    replace = Path.replace
    with monkeypatch.context() as patch:
        if what == "replace":
            patch.setattr(Path, "replace", lambda self, target: (kill(), replace(self, target)))
        report = (lambda event: kill() if isinstance(event, Step) else None) if what == "step" else ignore
        with pytest.raises(Killed):
            run(killed_engine, few, tmp_path / "killed", report=report, **RULES[rules])
    resumed = run(engine, few, tmp_path / "killed", **RULES[rules])

    assert told(resumed) == told(whole)
    assert (resumed.best_epoch, resumed.stopped_by) == (whole.best_epoch, whole.stopped_by)
    assert resumed.supplement_weights == whole.supplement_weights
    assert all(np.array_equal(a, b) for a, b in zip(engine.state(), whole_engine.state(), strict=True))


@pytest.mark.parametrize(("seconds", "kept"), [(30.0, 5), (8.0, 3), (2.0, 0)])
def test_a_killed_run_loses_the_epoch_under_way_and_those_since_the_last_checkpoint(
    fake_engine: Any, few: Any, tmp_path: Path, events: Any, epochs_of: Any, seconds: float, kept: int
) -> None:
    def killed(event: Any) -> None:
        if isinstance(event, Step) and (event.epoch, event.step) == (6, 3):
            raise Killed

    epochs_of(seconds)

    with pytest.raises(Killed):
        run(fake_engine(), few, tmp_path, report=killed)
    run(fake_engine(), few, tmp_path, report=events.append)
    assert [event for event in events if isinstance(event, Resumed)] == ([Resumed(epochs=kept)] if kept else [])
    assert next(event for event in events if isinstance(event, Step)).epoch == kept + 1


def test_a_run_killed_after_its_last_epoch_trains_no_more(
    fake_engine: Any, few: Any, tmp_path: Path, events: Any
) -> None:
    engine, again = fake_engine(), fake_engine()
    run(engine, few, tmp_path)
    state = run(again, few, tmp_path, report=events.append)
    assert events == [Resumed(epochs=9)]
    assert (len(state.epochs), again.number) == (9, engine.number)


def test_a_checkpoint_of_another_network_is_named(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    engine = fake_engine()
    run(engine, few, tmp_path, epochs=2)
    checkpoint.save_checkpoint(tmp_path, TrainingState(), [*engine.state(), np.zeros(2)])
    with pytest.raises(ZooError, match=r"does not fit the network as it is built now.*remove the folder"):
        run(fake_engine(), few, tmp_path)


def test_the_peak_of_memory_is_the_highest_of_all_processes(fake_engine: Any, few: Any, tmp_path: Path) -> None:
    recipe = Recipe(title="t", batch_size=4, epochs=9)
    given = {"seed": 0, "folder": tmp_path, "report": ignore}
    first = train(fake_engine(), few, recipe, epochs=1, peak_memory=lambda: 700.0, **given)
    assert first.peak_memory_mb == 700
    first.stopped_by = None
    checkpoint.save_checkpoint(tmp_path, first, fake_engine().state())
    assert train(fake_engine(), few, recipe, epochs=2, peak_memory=lambda: 300.0, **given).peak_memory_mb == 700


def test_the_events_tell_every_step_and_what_is_left(fake_engine: Any, few: Any, tmp_path: Path, events: Any) -> None:
    run(fake_engine(), few, tmp_path, epochs=2, report=events.append)
    steps = [(event.epoch, event.step, event.steps) for event in events if isinstance(event, Step)]
    assert steps == [(epoch, step, 3) for epoch in (1, 2) for step in (1, 2, 3)]
    assert [event for event in events if isinstance(event, Waiting)] == [Waiting("compiling the network (first step)")]
    done = [event for event in events if isinstance(event, EpochDone)]
    assert [event.epoch.epoch for event in done] == [1, 2]
    assert done[1].remaining_s == 0


def test_a_step_has_the_means_so_far_and_the_speed_after_the_first_one(
    fake_engine: Any, few: Any, tmp_path: Path, events: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr("modelzoo.training.trainer.perf_counter", lambda: next(seconds))
    engine = fake_engine()
    run(engine, few, tmp_path, epochs=1, report=events.append)
    steps = [event for event in events if isinstance(event, Step)]
    assert steps[-1].loss == abs(float(engine.number[0]))
    assert {step.accuracy for step in steps} == {50.0}
    # Ten images in batches of 4, 4 and 2, two seconds each.
    assert [step.images_per_s for step in steps] == [None, 4 / 2, 6 / 4]


def test_the_expected_time_is_told_once_after_the_first_steps(
    fake_engine: Any, few: Any, tmp_path: Path, events: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(0, 1000, 2))
    monkeypatch.setattr("modelzoo.training.trainer.perf_counter", lambda: next(seconds))
    run(fake_engine(), few, tmp_path, epochs=3, report=events.append)
    # The clock is asked once as an epoch begins and once a step: steps end after 2, 4, 6 seconds.
    assert [event for event in events if isinstance(event, EtaEstimated)] == [EtaEstimated(epoch_s=6, all_s=18)]
    assert events[0] == Waiting("compiling the network (first step)")
    assert events.index(EtaEstimated(epoch_s=6, all_s=18)) == 4


def test_the_trainer_imports_no_keras() -> None:
    """A worker starts without it, where its engine is a fake; the real engine imports it."""
    script = "import sys, modelzoo.training.trainer; print({'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed == "set()\n"

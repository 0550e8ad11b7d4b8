"""Ctrl-C during training: the step is finished, or the epoch where whole ones are not saved yet."""

import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.checkpoint import epochs_done
from modelzoo.runs.events import EpochDone, Note, Resumed, Step
from modelzoo.training.interrupt import deferred_interrupt
from modelzoo.training.trainer import train

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a signal is raised in another way")


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_waits_until_work_may_end_and_a_second_one_does_not() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), deferred_interrupt() as interrupt:  # noqa: PT012
        interrupt.raise_if_pending()
        press()
        done.append("the step")
        interrupt.raise_if_pending()
        done.append("more")
    assert done == ["the step"]
    with pytest.raises(KeyboardInterrupt), deferred_interrupt():  # noqa: PT012
        press()
        press()
        done.append("never")
    assert done == ["the step"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_sigterm_waits_too() -> None:
    done = []
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), deferred_interrupt() as interrupt:  # noqa: PT012
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
            done.append("the step")
            interrupt.raise_if_pending()
            done.append("more")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert done == ["the step"]


def test_what_was_asked_in_the_last_piece_of_work_is_done_after_it() -> None:
    with pytest.raises(KeyboardInterrupt), deferred_interrupt():
        press()


def test_a_handler_of_somebody_else_stays() -> None:
    def theirs(*given: Any) -> None:
        pass

    before = signal.signal(signal.SIGINT, theirs)
    try:
        with deferred_interrupt():
            assert signal.getsignal(signal.SIGINT) is theirs
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_held_back_and_nothing_fails() -> None:
    seen: list[Any] = []

    def work() -> None:
        with deferred_interrupt() as interrupt:
            interrupt.raise_if_pending()
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


def is_step(event: Any, epoch: int, step: int) -> bool:
    return isinstance(event, Step) and (event.epoch, event.step) == (epoch, step)


RECIPE = Recipe(title="Three steps", batch_size=4, epochs=6)


def interrupted(engine: Any, data: Any, folder: Path, pressed: Callable[[Any], bool]) -> list[Any]:
    """What a training tells that Ctrl-C ends, pressed at such events."""
    told: list[Any] = []

    def report(event: Any) -> None:
        told.append(event)
        if pressed(event):
            press()

    with pytest.raises(KeyboardInterrupt):
        train(engine, data, RECIPE, seed=0, epochs=6, folder=folder, report=report)
    return told


@pytest.mark.parametrize(("step", "saved"), [(1, 1), (2, 1), (3, 2)])
def test_training_ends_after_the_step_and_after_an_epochs_last_one_saves_it(
    fake_engine: Any, few: Any, tmp_path: Path, saved_each_epoch: None, step: int, saved: int
) -> None:
    told = interrupted(fake_engine(), few, tmp_path, lambda event: is_step(event, 2, step))
    assert not any(isinstance(event, Note) for event in told)
    assert epochs_done(tmp_path) == saved
    assert isinstance(told[-1], EpochDone if saved == 2 else Step)


def test_right_after_an_epoch_it_is_saved_and_no_other_is_trained(
    fake_engine: Any, few: Any, tmp_path: Path, epochs_of: Any
) -> None:
    epochs_of(2.0)
    told = interrupted(fake_engine(), few, tmp_path, lambda event: isinstance(event, EpochDone))
    assert isinstance(told[-1], EpochDone)
    assert epochs_done(tmp_path) == 1
    assert not any(isinstance(event, Note) for event in told)


@pytest.mark.parametrize("pressed", [(3, 1), (3, 2)], ids=["first step", "second step"])
def test_where_whole_epochs_are_not_saved_the_epoch_under_way_is_saved_with_them(
    fake_engine: Any, few: Any, tmp_path: Path, events: Any, epochs_of: Any, pressed: tuple[int, int]
) -> None:
    epochs_of(2.0)
    told = interrupted(fake_engine(), few, tmp_path, lambda event: is_step(event, *pressed))
    assert [event.text for event in told if isinstance(event, Note)] == [
        "ending after epoch 3, which is then saved with 2 before it; Ctrl-C again ends at once and loses them"
    ]
    assert isinstance(told[-1], EpochDone)
    assert epochs_done(tmp_path) == 3
    assert is_step(interrupted(fake_engine(), few, tmp_path, lambda event: is_step(event, 4, 1))[-1], 4, 1)

    whole, resumed = fake_engine(), fake_engine()
    train(resumed, few, RECIPE, seed=0, epochs=6, folder=tmp_path, report=events.append)
    assert events[0] == Resumed(epochs=3)
    assert next(event for event in events if isinstance(event, Step)).epoch == 4
    (tmp_path / "whole").mkdir()
    train(whole, few, RECIPE, seed=0, epochs=6, folder=tmp_path / "whole", report=events.append)
    assert resumed.number == whole.number


def test_where_nothing_is_lost_by_it_a_short_epoch_is_not_waited_for(
    fake_engine: Any, few: Any, tmp_path: Path, epochs_of: Any
) -> None:
    epochs_of(8.0)
    told = interrupted(fake_engine(), few, tmp_path, lambda event: is_step(event, 4, 1))  # three are saved
    assert is_step(told[-1], 4, 1)
    assert epochs_done(tmp_path) == 3


def test_a_second_ctrl_c_waits_for_no_epoch(fake_engine: Any, few: Any, tmp_path: Path, epochs_of: Any) -> None:
    epochs_of(8.0)
    told = interrupted(fake_engine(), few, tmp_path, lambda event: is_step(event, 2, 1) or is_step(event, 2, 2))
    assert is_step(told[-1], 2, 2)
    assert epochs_done(tmp_path) == 0

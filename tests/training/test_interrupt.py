"""Ctrl-C during training: the step is finished, what is whole is saved."""

import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from modelzoo.training.checkpoint import epochs_done
from modelzoo.training.events import EpochDone, Step
from modelzoo.training.interrupt import held_back
from modelzoo.training.recipe import Recipe
from modelzoo.training.trainer import train

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a signal is raised in another way")


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_waits_until_work_may_end_and_a_second_one_does_not() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), held_back() as end_if_asked:  # noqa: PT012
        end_if_asked()
        press()
        done.append("the step")
        end_if_asked()
        done.append("more")
    assert done == ["the step"]
    with pytest.raises(KeyboardInterrupt), held_back():  # noqa: PT012
        press()
        press()
        done.append("never")
    assert done == ["the step"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_was_asked_in_the_last_piece_of_work_is_done_after_it() -> None:
    with pytest.raises(KeyboardInterrupt), held_back():
        press()


def test_a_handler_of_somebody_else_stays() -> None:
    def theirs(*given: Any) -> None:
        pass

    before = signal.signal(signal.SIGINT, theirs)
    try:
        with held_back():
            assert signal.getsignal(signal.SIGINT) is theirs
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_another_thread_nothing_is_held_back_and_nothing_fails() -> None:
    seen: list[Any] = []

    def work() -> None:
        with held_back() as end_if_asked:
            end_if_asked()
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


@pytest.mark.parametrize(("step", "saved"), [(1, 1), (2, 1), (3, 2)])
def test_training_ends_after_the_step_and_after_an_epochs_last_one_saves_it(
    fake_engine: Any, few: Any, tmp_path: Path, step: int, saved: int
) -> None:
    told: list[Any] = []

    def report(event: Any) -> None:
        told.append(event)
        if isinstance(event, Step) and (event.epoch, event.step) == (2, step):
            press()

    recipe = Recipe(title="Three steps", batch_size=4, epochs=4)
    with pytest.raises(KeyboardInterrupt):
        train(fake_engine(), few, recipe, seed=0, epochs=4, folder=tmp_path, report=report)
    assert epochs_done(tmp_path) == saved
    assert isinstance(told[-1], EpochDone if saved == 2 else Step)

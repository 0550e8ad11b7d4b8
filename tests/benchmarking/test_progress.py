"""Progress of runs: a bar at a terminal, plain lines in a script and in a notebook, nothing where none is wanted."""

from typing import Any

import pytest

from modelzoo.base.text import duration
from modelzoo.benchmarking.progress import RunProgress, describe, reporting
from modelzoo.runs import events
from modelzoo.runs.record import Epoch

EPOCH = Epoch(epoch=2, loss=0.51234, accuracy=81.2, val_loss=0.4, val_accuracy=83.456, learning_rate=1e-3, seconds=5.84)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.Note("images are resized"), "images are resized"),
        (events.Waiting("reading emnist-balanced"), "reading emnist-balanced"),
        (events.RunStarted("lenet5-1", "LeNet-5"), "LeNet-5: run lenet5-1"),
        (events.RunStarted("lenet5-1", "LeNet-5", finished=True), "LeNet-5: run lenet5-1, finished before"),
        (events.Resumed(3), "resuming after epoch 3"),
        (events.EtaEstimated(12.3, 370.0), "expecting 12 s an epoch, 6 min in all at most"),
        (
            events.EpochDone(EPOCH, 5, 130.0),
            "epoch 2/5: accuracy 81.20 %, validation 83.46 %, loss 0.5123, validation 0.4000, 5.8 s, "
            "at most 2 min left",
        ),
        (events.EpochDone(EPOCH, 2, 0.0), None),
        (events.Measuring("latency"), "measuring latency"),
        (events.Step(1, 5, 3, 40, 1.5), "epoch 1/5: step 3/40"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_event_is_one_line(event: Any, line: str | None) -> None:
    assert "\n" not in describe(event)
    assert describe(event) == line if line else describe(event).endswith("5.8 s")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (5.84, "5.8 s"), (48.2, "48 s"), (99.0, "99 s"), (130, "2 min"), (3900, "65 min"),
     (7500, "2 h 05 min")],
)  # fmt: skip
def test_seconds_are_told_as_people_tell_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_progress_without_a_terminal_is_a_line_an_epoch_and_none_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    with RunProgress() as progress:
        progress(events.Waiting("loading TensorFlow"))
        progress(events.RunStarted("lenet5-1", "LeNet-5"))
        for step in range(1, 40):
            progress(events.Step(1, 5, step, 40, step / 10))
        progress(events.EpochDone(EPOCH, 5, 130.0))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(":")[0] for line in printed.err.splitlines()] == ["loading TensorFlow", "LeNet-5", "epoch 2/5"]


def test_progress_at_a_terminal_shows_a_bar_with_the_time_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    with RunProgress() as progress:
        progress(events.Waiting("compiling the network"))
        assert "compiling the network" in capsys.readouterr().err
        progress(events.Step(1, 5, 10, 40, 4.0, 0.6))
        assert progress._bar is not None
        for seconds, loss in ((4.05, 0.7), (4.2, 0.51234)):
            progress(events.Step(1, 5, 12, 40, seconds, loss, 81.26, 12345.6))
        progress._bar.refresh()
        shown = capsys.readouterr().err
        assert "loss 0.6000" in shown
        assert "loss 0.7000" not in shown  # the means change ten times a second at most
        # Two steps took 0.2 s after the first call.
        assert "loss 0.5123, accuracy 81.3 %, 12,346 images/s, 2.8 s left" in shown
        assert "compiling" not in shown[shown.rindex("epoch 1/5") :]
        progress(events.EpochDone(EPOCH, 5, 130.0))
        assert "epoch 2/5: accuracy" in capsys.readouterr().err


def test_a_notebook_has_plain_lines_among_its_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    with RunProgress() as progress:
        progress(events.Step(1, 5, 10, 40, 4.0, 0.6))
        progress(events.EpochDone(EPOCH, 5, 130.0))
    printed = capsys.readouterr()
    assert printed.out.startswith("epoch 2/5: accuracy 81.20 %")
    assert (printed.out.count("\n"), printed.err) == (1, "")


def test_notes_are_edited_for_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with RunProgress(str.upper) as progress:
        progress(events.Note("take `dataset`"))
    assert capsys.readouterr().err == "TAKE `DATASET`\n"


def test_no_report_shows_nothing_and_a_function_receives_the_events(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[events.Event] = []
    for report in (None, heard.append):
        with reporting(report) as listener:
            listener(events.Resumed(3))
    assert heard == [events.Resumed(3)]
    with reporting("progress") as listener:
        listener(events.Resumed(3))
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "resuming after epoch 3\n")

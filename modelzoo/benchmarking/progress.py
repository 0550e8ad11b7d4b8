"""Progress of a run: a live bar on a terminal, a plain line an epoch elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from modelzoo.base.text import duration, printable
from modelzoo.runs.events import (
    EpochDone,
    EtaEstimated,
    Event,
    Measuring,
    Note,
    OfRun,
    Report,
    Resumed,
    RunEnded,
    RunStarted,
    Step,
    Waiting,
    ignore,
)

# A listener of a run: the display of this module, none, or a function of the caller.
Reporting = Report | Literal["progress"] | None

# Characters of the bar: a line with all means fits 80 columns.
_BAR = 8
# A step of a small network takes less than a millisecond.
_EVERY_S = 0.1


@contextmanager
def reporting(report: Reporting) -> Iterator[Report]:
    """Yield the listener: the display of progress, which ends with the context, or a function."""
    if report == "progress":
        with RunProgress() as progress:
            yield progress
    else:
        yield ignore if report is None else report


class RunProgress:
    """The display of events; a context manager, so that the bar is gone when an error is printed.

    A terminal and a script get it on stderr, a notebook on stdout, where it is no alarm. `typed` edits the notes.
    """

    def __init__(self, typed: Callable[[str], str] = str) -> None:
        self._typed = typed
        self._console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._first: Step | None = None
        self._shown_s = 0.0

    def __enter__(self) -> "RunProgress":
        """Start the bar at a terminal."""
        if self._console.is_terminal:
            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(_BAR),
                TextColumn("{task.fields[means]}"),
            )
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Step):
            self._step(event)
            return
        if isinstance(event, OfRun) and isinstance(event.event, Step | Waiting | EtaEstimated):
            return  # one bar cannot show several runs
        if not isinstance(event, EtaEstimated | Note):
            self._remove_task()
        inner = event.event if isinstance(event, OfRun) else event
        text = printable(self._typed(describe(event)) if isinstance(inner, Note) else describe(event))
        if self._bar is not None and isinstance(event, Waiting):
            self._task = self._bar.add_task(text, total=None, means="")
            return
        if self._bar is not None:
            self._bar.console.print(text, markup=False)
        else:
            print(text, file=sys.stdout if self._console.is_jupyter else sys.stderr, flush=True)

    def _step(self, event: Step) -> None:
        if self._bar is None:
            return
        if self._task is None or self._first is None or self._first.epoch != event.epoch:
            self._remove_task()
            self._first, self._shown_s = event, event.seconds
            title = f"epoch {event.epoch}/{event.epochs}"
            self._task = self._bar.add_task(title, total=event.steps, completed=event.step, means=_means(event, event))
        elif event.seconds - self._shown_s >= _EVERY_S or event.step == event.steps:
            self._shown_s = event.seconds
            self._bar.update(self._task, completed=event.step, means=_means(event, self._first))

    def _remove_task(self) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._first = None


def _means(step: Step, first: Step) -> str:
    """Return what is known of an epoch so far, and its remaining time by the steps after the first call."""
    parts = [] if step.loss is None else [f"loss {step.loss:.4f}"]
    if step.accuracy is not None:
        parts.append(f"accuracy {step.accuracy:.1f} %")
    if step.images_per_s is not None:
        parts.append(f"{step.images_per_s:,.0f} images/s")
    if step.step > first.step:
        step_s = (step.seconds - first.seconds) / (step.step - first.step)
        parts.append(f"{duration(step_s * (step.steps - step.step))} left")
    return ", ".join(parts)


def describe(event: Event) -> str:
    """Return the event as one line."""
    match event:
        case Note():
            return event.text
        case Waiting():
            return event.what
        case RunStarted():
            conditions = f", {event.conditions}" if event.conditions else ""
            return f"{event.name}: run {event.id}{conditions}" + (", finished before" if event.finished else "")
        case Resumed():
            return f"resuming after epoch {event.epochs}"
        case EtaEstimated():
            return f"expecting {duration(event.epoch_s)} an epoch, {duration(event.all_s)} in all at most"
        case EpochDone():
            epoch = event.epoch
            left = f", at most {duration(event.remaining_s)} left" if event.remaining_s else ""
            return (
                f"epoch {epoch.epoch}/{event.epochs}: accuracy {epoch.accuracy:.2f} %, "
                f"validation {epoch.val_accuracy:.2f} %, loss {epoch.loss:.4f}, validation {epoch.val_loss:.4f}, "
                f"{duration(epoch.seconds)}{left}"
            )
        case Measuring():
            return f"measuring {event.what}"
        case Step():
            return f"epoch {event.epoch}/{event.epochs}: step {event.step}/{event.steps}"
        case RunEnded():
            return event.result
        case OfRun():
            if isinstance(event.event, RunStarted):
                return describe(replace(event.event, name=event.name))
            return f"{event.name}: {describe(event.event)}"

"""Progress of a run on stderr: a live bar on a terminal, one plain line an epoch elsewhere."""

import sys

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from modelzoo.base.text import printable
from modelzoo.cli.options import as_typed
from modelzoo.runs.events import EpochDone, EtaEstimated, Event, Measuring, Note, Resumed, RunStarted, Step


class RunProgress:
    """The display of events; a context manager, so that the bar is gone when an error is printed."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> "RunProgress":
        """Start the bar at a terminal."""
        if self._console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
            self._bar = Progress(*columns, TimeElapsedColumn(), console=self._console, transient=True)
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
        if self._bar is not None and self._task is not None and not isinstance(event, EtaEstimated | Note):
            self._bar.remove_task(self._task)
            self._task = None
        text = printable(describe(event))
        if self._bar is not None:
            self._bar.console.print(text, markup=False)
        else:
            print(text, file=sys.stderr, flush=True)

    def _step(self, event: Step) -> None:
        if self._bar is None:
            return
        if self._task is None:
            self._task = self._bar.add_task(f"epoch {event.epoch}/{event.epochs}", total=event.steps, left="")
        left = event.seconds / event.step * (event.steps - event.step)
        self._bar.update(self._task, completed=event.step, left=f"{duration(left)} left in this epoch")


def describe(event: Event) -> str:
    """Return the event as one line."""
    match event:
        case Note():
            return as_typed(event.text)
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


def duration(seconds: float) -> str:
    """Format seconds: ``5.8 s``, ``48 s``, ``12 min``, ``1 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"

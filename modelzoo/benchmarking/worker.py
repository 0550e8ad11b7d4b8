"""Runs in processes of their own: what ends one of them, be it a crash, ends that run alone."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO

from modelzoo.benchmarking import messages
from modelzoo.benchmarking.messages import Job, Message
from modelzoo.benchmarking.run import record_failure
from modelzoo.benchmarking.run_spec import Plan
from modelzoo.benchmarking.trained import lacking_batches
from modelzoo.benchmarking.worker_process import GRACE_S
from modelzoo.errors import ZooError
from modelzoo.runs import events, store
from modelzoo.runs.events import Event, Report
from modelzoo.runs.record import Record
from modelzoo.timing.measure import BATCHES
from modelzoo.training.failure import Failure, ended_by_itself, oom_kills, over_limit

CHILD = "modelzoo.benchmarking.worker_process"

# So much of what a process printed last is kept beside the record of its failure.
_SAID = 20_000


def run_apart(
    plan: Plan,
    handed: Path,
    runs: Path,
    *,
    limit_s: float | None = None,
    latency_batches: Sequence[int] = BATCHES,
    report: Report = events.ignore,
) -> Record:
    """What `run` gives, made by a process of its own, for `limit_s` seconds at most.

    A process that ends without a word, or not in time, leaves the record of a failure; its checkpoint stays.

    Parameters
    ----------
    handed : the folder of `handed_over`

    Raises
    ------
    ZooError
        As in `run`.
    """
    known = store.finished(runs, plan.id)
    if known is not None and not lacking_batches(plan, known, runs, latency_batches, report):
        report(events.Begun(plan.id, plan.title, found=True))
        return known
    answer = do(Job(plan, handed, runs.absolute(), latency_batches=tuple(latency_batches)), limit_s, report)
    if isinstance(answer, messages.Done):
        return answer.record
    if not isinstance(answer, Gone):
        raise TypeError(f"a run answered {answer}")
    if known is not None:
        raise ZooError(f"latency is not added to the finished run: {answer.failure.reason}")
    return record_failure(plan, answer.failure, runs, said=answer.said)


@dataclass(frozen=True)
class Gone:
    """A process that ended without an answer: why, and what it printed last."""

    failure: Failure
    said: bytes = b""


def do(job: Job, limit_s: float | None, report: Report) -> messages.Answer | Gone:
    """Let a process of its own do the job; its events are reported on the way.

    Raises
    ------
    ZooError
        That ended it.
    """
    before, place = oom_kills(), _Place()
    end = None if limit_s is None else time.monotonic() + limit_s
    with tempfile.TemporaryFile() as stderr, _started(job, stderr) as process:
        lines = _lines(process)
        try:
            for message in _messages(lines, end):
                if isinstance(message, messages.Refused):
                    raise ZooError(message.message)
                if isinstance(message, messages.Answer):
                    return message
                place.note(message)
                report(message)
        except KeyboardInterrupt:
            _interrupt(process, lines, report)
            raise
        late = end is not None and time.monotonic() >= end
        code = _stopped(process) if late else _ended(process)
        stderr.seek(max(0, stderr.seek(0, os.SEEK_END) - _SAID))
        said = stderr.read()
    if late and limit_s is not None:
        return Gone(over_limit(limit_s, str(place)), said)
    size, killed = job.plan.recipe.batch_size, oom_kills() - before
    return Gone(ended_by_itself(code, str(place), batch_size=size, oom_kills=killed), said)


@dataclass
class _Place:
    """How far a run is, by its events."""

    _words: str = field(default=" before its first step")

    def note(self, event: Event) -> None:
        match event:
            case events.Resumed():
                self._words = f" in epoch {event.epochs + 1}"
            case events.Step():
                self._words = f" in epoch {event.epoch}"
            case events.EpochDone():
                self._words = f" after epoch {event.epoch.epoch}"
            case events.Measuring():
                self._words = f" while measuring {event.what}"

    def __str__(self) -> str:
        return self._words


@contextmanager
def _started(job: Job, stderr: IO[bytes]) -> "Iterator[subprocess.Popen[bytes]]":
    """The process at its job; it does not outlive this block, and Ctrl-C lets it finish its step or epoch."""
    path = job.images / "job"
    messages.write_job(path, job)
    where = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    process = subprocess.Popen(
        # Without the working folder before all others (-P): what is found here is found there.
        [sys.executable, "-P", "-m", CHILD, str(path)],
        env={**os.environ, "PYTHONPATH": where, "KERAS_BACKEND": job.plan.backend},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        # Ctrl-C at the terminal is for this process, which tells the other.
        start_new_session=True,
    )
    try:
        yield process
    except BaseException:
        _stopped(process)
        raise
    finally:
        _ended(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _stopped(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of the process, which is asked to end, and made to if it does not."""
    process.terminate()
    return _ended(process)


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """The exit code of a process that is about to end, and made to if it does not."""
    try:
        return process.wait(GRACE_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):  # a second Ctrl-C waits no longer
        process.kill()
    return process.wait()


def _interrupt(process: "subprocess.Popen[bytes]", lines: "Queue[bytes]", report: Report) -> None:
    """Ask the process to end after Ctrl-C, and report what it tells until it has; a second Ctrl-C waits no longer."""
    process.terminate()
    try:
        for message in _messages(lines, time.monotonic() + GRACE_S):
            if isinstance(message, messages.Refused):  # as when the disk is too full to save what is whole
                report(events.Note(message.message))
            elif isinstance(message, Event):
                report(message)
    finally:
        process.kill()  # it has ended, or it is late


def _lines(process: "subprocess.Popen[bytes]") -> "Queue[bytes]":
    """Start to read the lines that the process writes."""
    assert process.stdout is not None
    lines: Queue[bytes] = Queue()
    Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    return lines


def _messages(lines: "Queue[bytes]", end: float | None) -> Iterator[Message]:
    """What the process tells, until it has no more to tell or the time is over."""
    while True:
        try:
            line = lines.get(timeout=None if end is None else max(0.0, end - time.monotonic()))
        except Empty:
            return
        if not line.endswith(b"\n"):  # the end, or half a line of a process that was killed
            return
        yield messages.from_line(line)


def _read(pipe: IO[bytes], lines: "Queue[bytes]") -> None:
    for line in pipe:
        lines.put(line)
    lines.put(b"")

"""A worker: one function called in its own process, whose crash, hang or lack of memory ends that process alone."""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

from modelzoo.errors import ClaimedError, ZooError
from modelzoo.machine.limits import oom_kills
from modelzoo.runs.checkpoint import CHECKPOINT_EVERY_S
from modelzoo.runs.events import Event, Note, Report, Step, ignore

T = TypeVar("T")

# After SIGTERM a worker has this time for the step or epoch under way, then it is killed. It finishes an epoch only
# where epochs are shorter than CHECKPOINT_EVERY_S; the other seconds are for writing the checkpoint.
GRACE_S = CHECKPOINT_EVERY_S + 10.0

_INTERRUPTED = 130

# A step of a small network takes less than a millisecond; nobody reads more of them.
_STEPS_EVERY_S = 0.1

# A request to stop from another thread, and an interrupt by Ray, are no signals, which would end a wait.
_WAIT_S = 0.2

# One thread at a time changes the environment for the process that it starts.
_starting = threading.Lock()

_STDERR = "stderr"
_STDERR_TAIL_BYTES = 20_000

_GUARD = 'a script calls modelzoo under `if __name__ == "__main__":`, because a worker imports the script'


class Stop:
    """A request to end the workers of other threads; a second request kills them."""

    requests = 0


@dataclass(frozen=True)
class WorkerDied:
    """A worker that ended without a result.

    `exit_code` is negative for a signal. `late` workers were ended at their time limit. `oom_kills` counts the
    processes that the system killed meanwhile for lack of memory.
    """

    exit_code: int
    late: bool = False
    oom_kills: int = 0
    stderr_tail: bytes = b""


@dataclass(frozen=True)
class _Started:
    """The worker has imported the script and begins its work."""


@dataclass(frozen=True)
class _Result:
    value: Any


# A ZooError is raised again in the parent process.
_Message = Event | _Started | _Result | ZooError


def require_main_guard() -> None:
    """Raise a ZooError where a worker imports a script that calls modelzoo outside of its ``__main__`` guard."""
    # Set by multiprocessing while a spawned process imports the script; its own check reads the same attribute.
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise ZooError(_GUARD)


def call_in_worker(
    function: Callable[..., T],
    *arguments: Any,
    folder: Path,
    backend: str,
    limit_s: float | None = None,
    report: Report = ignore,
    environment: Mapping[str, str] | None = None,
    stop: Stop | None = None,
) -> T | WorkerDied:
    """Call ``function(report, *arguments)`` in a worker, and report its events here.

    Parameters
    ----------
    folder : for the worker's stderr; a worker whose parent process is gone removes the folder
    backend : Keras' backend in the worker
    limit_s : seconds until the worker is ended
    environment : variables of the worker that differ from those of this process
    stop : ends the worker as Ctrl-C does, where this is not the main thread, which alone receives Ctrl-C

    Raises
    ------
    ZooError
        If the function raises one, or the worker cannot start.
    """
    kills, started = oom_kills(), False
    end = None if limit_s is None else monotonic() + limit_s
    with _started(folder, environment or {}, backend, function, arguments) as (process, connection):
        try:
            for message in _messages(connection, end, stop):
                match message:
                    case _Started():
                        started = True
                    case _Result(value):
                        return value  # type: ignore[no-any-return]
                    case ZooError():
                        raise message
                    case _:
                        report(message)
        except KeyboardInterrupt:
            _interrupt(process, connection, report, stop)
            raise
        late = end is not None and monotonic() >= end
        exit_code = _terminate(process) if late else _join(process)
    if not started and not late and exit_code == 1:
        raise ZooError(f"a worker ended before its work began; {_GUARD}")
    stderr = folder / _STDERR
    tail = stderr.read_bytes()[-_STDERR_TAIL_BYTES:] if stderr.exists() else b""
    return WorkerDied(exit_code, late, oom_kills() - kills, tail)


@contextmanager
def _started(folder: Path, environment: Mapping[str, str], *call: Any) -> Iterator[tuple[SpawnProcess, Connection]]:
    """Start a worker that does not outlive the block."""
    require_main_guard()
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    (folder / _STDERR).unlink(missing_ok=True)
    process = context.Process(target=_work, args=(sender, folder, *call))
    _start(process, environment)
    sender.close()
    try:
        yield process, receiver
    except BaseException:
        _terminate(process)
        raise
    finally:
        _join(process)
        process.close()
        receiver.close()


def _start(process: SpawnProcess, environment: Mapping[str, str]) -> None:
    """Start a process that ignores Ctrl-C at the terminal: the parent process ends it by SIGTERM."""
    with _starting, _changed_environment(environment), _without_interrupts():
        process.start()


@contextmanager
def _changed_environment(changes: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process for the block, because a process inherits them before its first import."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back for the block, and in the processes that it starts."""
    if threading.current_thread() is threading.main_thread():
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, handler)
    elif hasattr(signal, "pthread_sigmask"):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    else:
        yield


def _messages(
    connection: Connection, end: float | None, stop: Stop | None = None, *, patience: int = 0
) -> Iterator[_Message]:
    """Yield the messages of a worker until it ends or the time is over.

    More than `patience` requests to stop raise KeyboardInterrupt.
    """
    try:
        while True:
            if stop is not None and stop.requests > patience:
                raise KeyboardInterrupt
            left_s = _WAIT_S if end is None else max(0.0, end - monotonic())
            if connection.poll(min(left_s, _WAIT_S)):
                yield connection.recv()
            elif end is not None and monotonic() >= end:
                return
    except (EOFError, OSError):  # OSError: half a message of a worker that was killed
        return


def _interrupt(process: SpawnProcess, connection: Connection, report: Report, stop: Stop | None) -> None:
    """Ask the worker to end after Ctrl-C, and report its events until it has; a second Ctrl-C kills it."""
    process.terminate()
    try:
        for message in _messages(connection, monotonic() + GRACE_S, stop, patience=1):
            if isinstance(message, ZooError):  # as when the disk is too full for the checkpoint
                report(Note(str(message)))
            elif isinstance(message, Event):
                report(message)
    finally:
        process.kill()  # it has ended, or it is late


def _terminate(process: SpawnProcess) -> int:
    """Ask the worker to end, kill it if it does not, and return its exit code."""
    process.terminate()
    return _join(process)


def _join(process: SpawnProcess) -> int:
    """Wait for a worker that is about to end, kill it if it does not, and return its exit code."""
    with suppress(KeyboardInterrupt):  # a second Ctrl-C waits no longer
        process.join(GRACE_S)
    if process.exitcode is None:
        process.kill()
        process.join()
    return process.exitcode or 0


def _work(
    connection: Connection, folder: Path, backend: str, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    """Call the function, in the worker."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(os, "setsid"):
        os.setsid()  # a terminal that closes ends the parent process, and this one after its step
    _redirect_output(folder / _STDERR)
    os.environ["KERAS_BACKEND"] = backend
    tempfile.tempdir = str(folder)  # whose owner removes what a killed worker leaves
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    try:
        connection.send(_Started())
        try:
            outcome: _Message = _Result(function(_rare_steps(connection.send), *arguments))
        except ZooError as error:
            kind = ClaimedError if isinstance(error, ClaimedError) else ZooError
            outcome = kind(str(error))  # without its cause, which may not be picklable
        connection.send(outcome)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(_INTERRUPTED)


def _redirect_output(path: Path) -> None:
    """Write stdout and stderr of this process, from Python and from C++, to a file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(descriptor, number)
    os.close(descriptor)


def _rare_steps(report: Report) -> Report:
    """Report each event, but of an epoch's steps only the first and one every `_STEPS_EVERY_S`."""
    last = 0.0

    def report_rarely(event: Event) -> None:
        nonlocal last
        now = monotonic()
        if isinstance(event, Step) and event.step > 1 and now - last < _STEPS_EVERY_S:
            return
        last = now
        report(event)

    return report_rarely


def _end_with_parent(folder: Path) -> None:
    """Wait for the parent process to end, then remove the folder and end this process as SIGTERM does."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    shutil.rmtree(folder, ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)
    sleep(GRACE_S)
    os._exit(_INTERRUPTED)

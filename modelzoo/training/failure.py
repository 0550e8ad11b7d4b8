"""Failures: what a record says of a run that came to no result, and whether the run can go on all the same."""

import signal
from dataclasses import dataclass
from pathlib import Path

from modelzoo.errors import first_line, with_kind

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")

# What frameworks call it: TensorFlow's exception has the first name, JAX' and XLA's the second in its text, PyTorch's
# the third.
_NAMES = ("ResourceExhaustedError", "OutOfMemoryError", "MemoryError")
_WORDS = ("RESOURCE_EXHAUSTED", "out of memory", "OOM when allocating")


class TrainingFailedError(Exception):
    """A training that cannot go on, with the reason that its record gives."""


@dataclass(frozen=True)
class Failure:
    """Why a run failed; `repairable` where the same command may go on with it: its checkpoint then stays."""

    reason: str
    repairable: bool = False
    out_of_memory: bool = False


def failure_of(error: BaseException, batch_size: int) -> Failure:
    """What an error of the training says, in one line; frameworks add a trace of their own below it."""
    if is_out_of_memory(error):
        return out_of_memory(batch_size)
    return Failure(first_line(error) if isinstance(error, TrainingFailedError) else with_kind(error))


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether this, or what it was raised from, is an allocation that failed, on the device or beside it."""
    if error is None:
        return False
    named = any(kind.__name__ in _NAMES for kind in type(error).__mro__)
    told = type(error).__name__ in ("XlaRuntimeError", "JaxRuntimeError", "RuntimeError", "InternalError")
    return (
        named
        or (told and any(word in str(error) for word in _WORDS))
        or is_out_of_memory(error.__cause__ or error.__context__)
    )


def out_of_memory(batch_size: int, where: str = "") -> Failure:
    """The failure of a run that needs more memory than there is."""
    smaller = f"try --batch-size {batch_size // 2}, or auto" if batch_size > 1 else "try a smaller --image-size"
    return Failure(f"out of memory at batch size {batch_size}{where}; {smaller}", repairable=True, out_of_memory=True)


def ended_by_itself(code: int, where: str, *, batch_size: int, oom_kills: int) -> Failure:
    """The failure of a run whose process ended without a word.

    Parameters
    ----------
    code : its exit code, negative for a signal
    where : in what the run was, as in `` in epoch 3``
    oom_kills : how many processes the system killed meanwhile, as it was out of memory
    """
    if code == -getattr(signal, "SIGKILL", 9) and oom_kills:
        return out_of_memory(batch_size, where)
    if code < 0:
        return Failure(f"its process was ended by {_name(-code)}{where}", repairable=True)
    return Failure(f"its process ended with code {code}{where}", repairable=True)


def over_limit(limit_s: float, where: str) -> Failure:
    """The failure of a run that took longer than it may."""
    return Failure(f"not done within --time-limit {limit_s:g} s{where}; the same command goes on", repairable=True)


def oom_kills() -> int:
    """How many processes the system has killed since it started, as it or this container was out of memory (Linux)."""
    counters = (_PROC / "vmstat", _CGROUPS / "memory.events", _CGROUPS / "memory" / "memory.oom_control")
    return sum(_counted(path) for path in counters)


def _counted(path: Path) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _name(number: int) -> str:
    """The signal's name, with what it means."""
    try:
        return f"{signal.Signals(number).name} ({signal.strsignal(number)})"
    except ValueError:
        return f"signal {number}"

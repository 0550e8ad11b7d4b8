"""Failures of runs: the reason for the record, and whether the run can be resumed."""

import signal
from dataclasses import dataclass

from modelzoo.errors import first_line, with_kind

# Names of exceptions (TensorFlow's first, PyTorch's second), and words in the messages of JAX and XLA.
_NAMES = ("ResourceExhaustedError", "OutOfMemoryError", "MemoryError")
_WORDS = ("RESOURCE_EXHAUSTED", "out of memory", "OOM when allocating")


class TrainingFailedError(Exception):
    """A training that fails in the same way each time, with the reason for its record."""


@dataclass(frozen=True)
class Failure:
    """The reason why a run failed; `repairable` where the same command may resume it: its checkpoint then stays."""

    reason: str
    repairable: bool = False
    out_of_memory: bool = False


def failure_of(error: BaseException, batch_size: int) -> Failure:
    """Return the failure of an error in training, in one line; frameworks add a trace below it."""
    if is_out_of_memory(error):
        return out_of_memory(batch_size)
    if isinstance(error, TrainingFailedError):
        return Failure(first_line(error))
    return Failure(with_kind(error), repairable=True)


def is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether the error, or its cause, is a failed allocation on the device or on the host."""
    if error is None:
        return False
    named = any(kind.__name__ in _NAMES for kind in type(error).__mro__)
    generic = type(error).__name__ in ("XlaRuntimeError", "JaxRuntimeError", "RuntimeError", "InternalError")
    return (
        named
        or (generic and any(word in str(error) for word in _WORDS))
        or is_out_of_memory(error.__cause__ or error.__context__)
    )


def out_of_memory(batch_size: int, where: str = "") -> Failure:
    """Return the failure of a run that needs more memory than the machine has."""
    smaller = f"try --batch-size {batch_size // 2}, or auto" if batch_size > 1 else "try a smaller --image-size"
    return Failure(f"out of memory at batch size {batch_size}{where}; {smaller}", repairable=True, out_of_memory=True)


def ended_by_itself(code: int, where: str, *, batch_size: int, oom_kills: int) -> Failure:
    """Return the failure of a run whose process ended without a message.

    Parameters
    ----------
    code : its exit code, negative for a signal
    where : the stage of the run, such as `` in epoch 3``
    oom_kills : the processes that the system killed meanwhile for want of memory
    """
    if code == -getattr(signal, "SIGKILL", 9) and oom_kills:
        return out_of_memory(batch_size, where)
    if code < 0:
        return Failure(f"its process was ended by {_name(-code)}{where}", repairable=True)
    return Failure(f"its process ended with code {code}{where}", repairable=True)


def over_limit(limit_s: float, where: str) -> Failure:
    """Return the failure of a run that exceeded its time limit."""
    return Failure(f"not done within --time-limit {limit_s:g} s{where}; the same command resumes it", repairable=True)


def _name(number: int) -> str:
    """Return the signal's name and meaning."""
    try:
        return f"{signal.Signals(number).name} ({signal.strsignal(number)})"
    except ValueError:
        return f"signal {number}"

"""The speed of a training from its steps, and its remaining time from first steps and whole epochs."""

from collections.abc import Sequence
from statistics import median

# The first step traces and compiles; the estimate needs this many seconds of steps after it.
_ENOUGH_S = 3.0


class EtaEstimator:
    """An estimator of epoch times, from the steps of the first epoch that this process trains."""

    def __init__(self) -> None:
        self._first_s: float | None = None
        self._first_step = 0
        self._done = False

    def epoch_s(self, step: int, steps: int, seconds: float) -> tuple[float, float] | None:
        """Estimate the seconds of the first epoch and of a later one, without validation; None except once.

        `seconds` have passed since the epoch began, and `step` of `steps` are done.
        """
        if self._done:
            return None
        if self._first_s is None:
            self._first_s, self._first_step = seconds, step
            return None
        if step <= self._first_step:
            self._done = True  # the next epoch has begun, and the first epoch's time is known
            return None
        if seconds - self._first_s < _ENOUGH_S:
            return None
        self._done = True
        later = steps * (seconds - self._first_s) / (step - self._first_step)
        return self._first_s + later * (steps - self._first_step) / steps, later


class Throughput:
    """The images a second of one epoch, without its first call: the first one of a process traces and compiles."""

    def __init__(self, batch_size: int, images: int) -> None:
        self._batch_size, self._images = batch_size, images
        self._first: tuple[int, float] | None = None

    def images_per_s(self, step: int, seconds: float) -> float | None:
        """Return the speed when `step` steps are done, `seconds` after the epoch began; None after the first call."""
        done = min(step * self._batch_size, self._images)
        self._first = self._first or (done, seconds)
        before, first_s = self._first
        return (done - before) / (seconds - first_s) if seconds > first_s else None


def remaining_s(epoch_seconds: Sequence[float], epochs: int) -> float:
    """Return the seconds of the remaining epochs at most: at the median time, without the first epoch if possible."""
    return median(epoch_seconds[1:] or epoch_seconds) * (epochs - len(epoch_seconds))

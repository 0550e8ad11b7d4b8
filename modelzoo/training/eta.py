"""The remaining time of a training, estimated from its first steps and its whole epochs."""

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


def remaining_s(epoch_seconds: Sequence[float], epochs: int) -> float:
    """Return the seconds of the remaining epochs at most: at the median time, without the first epoch if possible."""
    return median(epoch_seconds[1:] or epoch_seconds) * (epochs - len(epoch_seconds))

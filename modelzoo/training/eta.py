"""The pace of a training: how long it will take, judged by its first steps and its whole epochs."""

from collections.abc import Sequence
from statistics import median

# The first step traces and compiles; the pace is told once the steps after it took so long.
_ENOUGH_S = 3.0


class Pace:
    """Watches the steps of the first epoch that this process trains."""

    def __init__(self) -> None:
        self._first_s: float | None = None
        self._first_step = 0
        self._told = False

    def epoch_s(self, step: int, steps: int, seconds: float) -> tuple[float, float] | None:
        """Seconds of the first epoch and of a later one without validation, once, as soon as they can be judged.

        `seconds` are those since the epoch began, when `step` of `steps` were done.
        """
        if self._told:
            return None
        if self._first_s is None:
            self._first_s, self._first_step = seconds, step
            return None
        if step <= self._first_step:
            self._told = True  # the next epoch has begun: the first one's whole time has been told meanwhile
            return None
        if seconds - self._first_s < _ENOUGH_S:
            return None
        self._told = True
        later = steps * (seconds - self._first_s) / (step - self._first_step)
        return self._first_s + later * (steps - self._first_step) / steps, later


def left_s(epoch_seconds: Sequence[float], epochs: int) -> float:
    """Seconds that the rest of `epochs` will take at most: at the median pace, the first left out where it can be."""
    return median(epoch_seconds[1:] or epoch_seconds) * (epochs - len(epoch_seconds))

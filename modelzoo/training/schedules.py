"""Learning rate schedules that Keras lacks. This module imports Keras."""

import math
from typing import Any

import keras
from keras import ops


class Warmup(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]  # Keras is untyped
    """A linear warm-up from zero to `peak` in `steps` steps, then `peak`."""

    def __init__(self, peak: float, steps: int) -> None:
        self.peak, self.steps = peak, steps

    def __call__(self, step: Any) -> Any:
        """Return the rate of the step, numbered from 0."""
        return self.peak * ops.minimum(ops.cast(step, "float32") / self.steps, 1.0)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of an equal schedule."""
        return {"peak": self.peak, "steps": self.steps}


class OneCycleRate(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A cycle up to `peak` and down again along two cosines, in `steps` steps.

    The first step has `peak` / `start_divisor`. Step `rise` × `steps` - 1 has the peak. The last step has the first
    rate over `end_divisor`. PyTorch's OneCycleLR has the same rates at these steps.
    """

    def __init__(self, peak: float, steps: int, *, rise: float, start_divisor: float, end_divisor: float) -> None:
        self.peak, self.steps, self.rise = peak, steps, rise
        self.start_divisor, self.end_divisor = start_divisor, end_divisor

    def __call__(self, step: Any) -> Any:
        """Return the rate of the step, numbered from 0."""
        step = ops.cast(step, "float32")
        first = self.peak / self.start_divisor
        # Even a cycle of few steps has one step up and one down.
        top = max(self.rise * self.steps - 1, 1.0)
        down = max(self.steps - 1 - top, 1.0)
        rising = _along_cosine(first, self.peak, step / top)
        falling = _along_cosine(self.peak, first / self.end_divisor, (step - top) / down)
        return ops.where(step <= top, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of an equal schedule."""
        names = ("peak", "steps", "rise", "start_divisor", "end_divisor")
        return {name: getattr(self, name) for name in names}


def _along_cosine(start: float, end: float, share: Any) -> Any:
    return end + (start - end) / 2 * (1 + ops.cos(math.pi * ops.clip(share, 0.0, 1.0)))

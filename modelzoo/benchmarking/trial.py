"""A trial: a few training steps that show whether a batch size fits into memory."""

from dataclasses import replace

import msgspec
import numpy as np

from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.trained import engine_of
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.machine import hardware
from modelzoo.training.augmentation import sample_transforms
from modelzoo.training.failure import is_out_of_memory

_STEPS = 3


def try_steps(spec: RunSpec, splits: Splits) -> float | None:
    """Train a few steps on random images; return the peak memory in MB, or None where memory was too small.

    Steps of all layers take more memory than frozen epochs.
    """
    size = spec.recipe.batch_size
    shape = splits.train.images.shape[1:]
    random = np.random.default_rng(0)
    count = size * max(1, min(_STEPS, len(splits.train) // size))
    labels = random.integers(0, spec.dataset.classes, count)
    split = Split(random.integers(0, 256, (count, *shape), np.uint8), labels)
    if spec.recipe.frozen_epochs != "all":
        spec = replace(spec, recipe=msgspec.structs.replace(spec.recipe, frozen_epochs=0))
    try:
        engine = engine_of(spec, splits)
        transforms = sample_transforms(
            spec.recipe.augmentation, seed=0, epoch=1, images=count, batch_size=size, size=shape[:2]
        )
        engine.train_epoch(split, np.arange(count), lambda step: None, transforms)
        engine.evaluate(split)
        engine.weights()
    except Exception as error:
        if is_out_of_memory(error):
            return None
        raise
    return hardware.peak_memory_mb() or 0.0

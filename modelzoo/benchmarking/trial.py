"""A trial: a few training steps that show whether a batch size fits into memory."""

import numpy as np

from modelzoo.benchmarking.messages import Fits, TooLarge
from modelzoo.benchmarking.run import Images, engine_of
from modelzoo.benchmarking.run_spec import Plan
from modelzoo.datasets.dataset import Split
from modelzoo.machine import hardware
from modelzoo.training.augmentation import sample_transforms
from modelzoo.training.failure import is_out_of_memory

_STEPS = 3


def try_steps(plan: Plan, images: Images) -> Fits | TooLarge:
    """Train a few steps on random pictures of the plan's kind, as a run would, and say whether that fits."""
    size = plan.recipe.batch_size
    picture = images.data.train.images.shape[1:]
    random = np.random.default_rng(0)
    count = size * max(1, min(_STEPS, len(images.data.train) // size))
    labels = random.integers(0, plan.dataset.classes, count)
    split = Split(random.integers(0, 256, (count, *picture), np.uint8), labels)
    try:
        engine = engine_of(plan, images.data)
        transforms = sample_transforms(
            plan.recipe.augmentation, seed=0, epoch=1, images=count, batch_size=size, size=picture[:2]
        )
        engine.train_epoch(split, np.arange(count), lambda step: None, transforms)
        engine.evaluate(split)
        engine.weights()
    except Exception as error:
        if is_out_of_memory(error):
            return TooLarge()
        raise
    return Fits(hardware.peak_memory_mb() or 0.0)

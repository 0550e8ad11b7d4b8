"""Optimizers and learning rates, as recipes name them."""

from typing import Any

from modelzoo.training.recipe import SGD, Adam, AdamW, Cosine, Recipe


def make_optimizer(recipe: Recipe, steps: int) -> Any:
    """The recipe's optimizer; `steps` make one epoch."""
    from keras import optimizers

    chosen = recipe.optimizer
    rate = _learning_rate(recipe, steps)
    match chosen:
        case Adam():
            return optimizers.Adam(rate)
        case AdamW():
            return optimizers.AdamW(rate, weight_decay=chosen.weight_decay)
        case SGD():
            decay = chosen.weight_decay or None
            return optimizers.SGD(rate, momentum=chosen.momentum, nesterov=chosen.nesterov, weight_decay=decay)


def _learning_rate(recipe: Recipe, steps: int) -> Any:
    """A rate that the trainer sets, or a cosine that the optimizer's own step count drives."""
    from keras.optimizers.schedules import CosineDecay

    peak = recipe.optimizer.learning_rate
    if not isinstance(recipe.schedule, Cosine):
        return peak
    warmup = round(recipe.schedule.warmup_epochs * steps)
    if not warmup:
        return CosineDecay(peak, recipe.epochs * steps)
    return CosineDecay(0.0, recipe.epochs * steps - warmup, warmup_target=peak, warmup_steps=warmup)

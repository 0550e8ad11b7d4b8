"""Optimizers and learning rates of recipes."""

from typing import Any

from modelzoo.recipes.recipe import SGD, Adam, AdamW, Constant, Cosine, Lamb, Lion, Nadam, OneCycle, Recipe, RMSprop


def make_optimizer(recipe: Recipe, steps: int) -> Any:
    """Make the recipe's optimizer; `steps` make one epoch."""
    from keras import optimizers

    optimizer = recipe.optimizer
    common: dict[str, Any] = {"learning_rate": learning_rate(recipe, steps)}
    if recipe.ema:
        common |= {"use_ema": True, "ema_momentum": recipe.ema}
    if not isinstance(optimizer, Adam):
        # None is Keras' value for no decay; 0 would multiply each weight by 1.
        common["weight_decay"] = optimizer.weight_decay or None
    match optimizer:
        case Adam():
            return optimizers.Adam(**common)
        case AdamW():
            return optimizers.AdamW(**(common | {"weight_decay": optimizer.weight_decay}))
        case SGD():
            return optimizers.SGD(momentum=optimizer.momentum, nesterov=optimizer.nesterov, **common)
        case RMSprop():
            return optimizers.RMSprop(rho=optimizer.rho, momentum=optimizer.momentum, **common)
        case Lion():
            return optimizers.Lion(**common)
        case Nadam():
            return optimizers.Nadam(**common)
        case Lamb():
            return optimizers.Lamb(**common)


def follows_steps(recipe: Recipe) -> bool:
    """Return whether the optimizer's step count drives the learning rate, so that nothing else may set it."""
    schedule = recipe.schedule
    return isinstance(schedule, Cosine | OneCycle) or (isinstance(schedule, Constant) and schedule.warmup_epochs > 0)


def learning_rate(recipe: Recipe, steps: int) -> Any:
    """Return a rate that the trainer may change, or a schedule that the optimizer's step count drives."""
    from keras.optimizers.schedules import CosineDecay

    from modelzoo.training.schedules import OneCycleRate, Warmup

    if not follows_steps(recipe):
        return recipe.optimizer.learning_rate
    peak, schedule = recipe.optimizer.learning_rate, recipe.schedule
    total = max(recipe.epochs - recipe.head_epochs, 1) * steps  # the frozen epochs have another optimizer
    if isinstance(schedule, OneCycle):
        return OneCycleRate(
            peak,
            total,
            rise=schedule.rise,
            start_divisor=schedule.start_divisor,
            end_divisor=schedule.end_divisor,
        )
    warmup = round(schedule.warmup_epochs * steps) if isinstance(schedule, Constant | Cosine) else 0
    if isinstance(schedule, Constant):
        return Warmup(peak, max(warmup, 1))
    if not warmup:
        return CosineDecay(peak, total)
    return CosineDecay(0.0, total - warmup, warmup_target=peak, warmup_steps=warmup)

"""Checks of a recipe: consistency of its fields, and compatibility with a network."""

from collections.abc import Iterator
from operator import attrgetter

from msgspec import to_builtins

from modelzoo.architectures.builder import find_builder
from modelzoo.base.toml import as_written
from modelzoo.catalog.models import Model
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import IMAGENET, Constant, Cosine, Plateau, Recipe


def require_consistent(recipe: Recipe) -> None:
    """Raise a ZooError for the first field that contradicts another one: its name, its value, the expected value."""
    for field, expected in _contradictions(recipe):
        raise ZooError(f"{field} is {as_written(attrgetter(field)(recipe))}; expected {expected}")


def require_compatible(model: Model, variant: str, recipe: Recipe) -> None:
    """Raise a ZooError for the first field of the recipe that the network does not allow."""
    if recipe.weights == IMAGENET and not model.build.startswith("keras:"):
        raise ZooError(
            f"weights is {IMAGENET!r}, which only Keras Applications have, and {variant} is none; expected a file "
            "NAME.weights.h5, or leave weights out of the recipe"
        )
    if recipe.frozen_epochs and find_builder(model.build).auxiliary:
        raise ZooError(
            f"frozen_epochs is {as_written(recipe.frozen_epochs)}; expected 0: {variant} has auxiliary classifiers, "
            "which the frozen epochs would not train; take the network without them, or another recipe"
        )
    for field, expected, reason in _AGAINST_OWN_LOSS if find_builder(model.build).loss else ():
        if value := attrgetter(field)(recipe):
            raise ZooError(
                f"{field} is {as_written(value)}; expected {expected}: {variant} trains by the loss of its paper, "
                f"{reason}; leave {field} out, or take another recipe"
            )


_ONE_CLASS = "which knows one class an image"
# Fields that the loss of a paper does not allow, and the values that it allows.
_AGAINST_OWN_LOSS = (
    ("augmentation.mixup", "0", _ONE_CLASS),
    ("augmentation.cutmix", "0", _ONE_CLASS),
    ("label_smoothing", "0", _ONE_CLASS),
    ("balanced", "false", "whose outputs are no logits"),
)


def _contradictions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield fields that contradict others, each with the expected value."""
    schedule, rate = recipe.schedule, recipe.optimizer.learning_rate
    if isinstance(schedule, Cosine | Constant) and schedule.warmup_epochs >= recipe.epochs:
        yield "schedule.warmup_epochs", f"fewer than the {recipe.epochs} epochs of the recipe"
    if isinstance(schedule, Plateau) and schedule.minimum > rate:
        yield "schedule.minimum", f"at most the optimizer's learning rate, {rate}"
    if recipe.balanced and recipe.supplement:
        yield "supplement", "0 where balanced is true: images added of some classes change the classes' shares"
    if recipe.weights is not None and recipe.zero_init_residual:
        yield "zero_init_residual", "false where weights are given: zeros would replace some of them"
    yield from _contradict_freezing(recipe)
    if recipe.weights == IMAGENET:
        if recipe.input.channels not in (3, "auto"):
            yield "input.channels", "3 where weights are ImageNet's, whose images are in color"
        for field, neutral in (("width", 1.0), ("depth", 1.0), ("batch_norm", False)):
            if getattr(recipe, field) != neutral:
                yield field, f"{as_written(neutral)} where weights are ImageNet's: they fit the unchanged network"


def _contradict_freezing(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield fields that contradict the frozen epochs, each with the expected value."""
    frozen, schedule = recipe.head_epochs, recipe.schedule
    if not frozen:
        return
    if recipe.weights is None:
        yield "frozen_epochs", "0 without weights: the frozen layers would keep random ones"
    if frozen > recipe.epochs:
        yield "frozen_epochs", f'at most the {recipe.epochs} epochs of the recipe, or "all"'
    if frozen == recipe.epochs:
        if recipe.ema:
            yield "ema", "0 where all epochs are frozen: the average begins after them"
        for field, value in to_builtins(recipe.augmentation).items():
            if value:
                yield f"augmentation.{field}", "0 where all epochs are frozen: their features are computed once"
    elif isinstance(schedule, Cosine | Constant) and schedule.warmup_epochs >= recipe.epochs - frozen:
        yield "schedule.warmup_epochs", f"fewer than the {recipe.epochs - frozen} epochs after the frozen ones"

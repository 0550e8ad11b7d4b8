"""Consistency: which fields of a recipe contradict each other, whatever the network."""

from collections.abc import Iterator
from math import isinf
from operator import attrgetter

import msgspec

from modelzoo.base.expectation import in_words
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import IMAGENET, Constant, Cosine, Plateau, Recipe


def require_consistent(recipe: Recipe) -> None:
    """Raise a ZooError that names the field, what stands there and what is expected, for the first contradiction."""
    for field, expected in _contradictions(recipe):
        raise ZooError(f"{field} is {in_words(attrgetter(field)(recipe))}; expected {expected}")


def _contradictions(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Fields, and what is expected of each, given the others."""
    for field in _infinite(recipe):
        yield field, "a finite number"
    schedule, rate = recipe.schedule, recipe.optimizer.learning_rate
    if isinstance(schedule, Cosine | Constant) and schedule.warmup_epochs >= recipe.epochs:
        yield "schedule.warmup_epochs", f"fewer than the {recipe.epochs} epochs of the recipe"
    if isinstance(schedule, Plateau) and schedule.minimum > rate:
        yield "schedule.minimum", f"at most the optimizer's learning rate, {rate}"
    if recipe.balanced and recipe.supplement:
        yield "supplement", "0 where balanced is true: images added of some classes change the classes' shares"
    if recipe.weights is None:
        return
    if recipe.zero_init_residual:
        yield "zero_init_residual", "false where weights are given, which it would replace"
    if recipe.weights == IMAGENET:
        yield from _against_imagenet(recipe)


def _infinite(table: msgspec.Struct) -> Iterator[str]:
    """The fields of a table, and of those in it, that are without bound, as TOML's `inf` is."""
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, msgspec.Struct):
            yield from (f"{name}.{field}" for field in _infinite(value))
        elif isinstance(value, float) and isinf(value):
            yield name


def _against_imagenet(recipe: Recipe) -> Iterator[tuple[str, str]]:
    if recipe.input.channels != 3:
        yield "input.channels", "3 where weights are ImageNet's, whose pictures are in color"
    for field, neutral in (("width", 1.0), ("depth", 1.0), ("batch_norm", False)):
        if getattr(recipe, field) != neutral:
            yield field, f"{in_words(neutral)} where weights are ImageNet's, which no other network has"

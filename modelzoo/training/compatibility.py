"""Compatibility: which networks a recipe cannot be applied to, said before anything is trained."""

from modelzoo.architectures.build import own_loss
from modelzoo.catalog.models import Model
from modelzoo.errors import ZooError
from modelzoo.training.recipe import IMAGENET, Recipe


def require_compatible(model: Model, variant: str, recipe: Recipe) -> None:
    """Raise a ZooError that names what of network and recipe cannot go together."""
    if recipe.weights == IMAGENET and not model.build.startswith("keras:"):
        raise ZooError(
            f"weights is {IMAGENET!r}, which only Keras Applications have; {variant} is none: leave it out, "
            "or give a file"
        )
    if own_loss(model.build):
        _require_one_class(variant, recipe)


def _require_one_class(variant: str, recipe: Recipe) -> None:
    """A loss of a paper's own takes the one right class of a picture, and no shares of several."""
    if recipe.augmentation.mixup or recipe.augmentation.cutmix:
        raise ZooError(f"{variant} trains by the loss of its paper, which knows one class a picture; leave out mixing")
    if recipe.label_smoothing:
        raise ZooError(
            f"label_smoothing is {recipe.label_smoothing}; {variant} trains by the loss of its paper, which has none; "
            "leave it out of the recipe"
        )

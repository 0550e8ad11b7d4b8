"""Compatibility: which networks a recipe cannot be applied to, said before anything is trained."""

from operator import attrgetter

from modelzoo.architectures.builder import find_builder
from modelzoo.catalog.models import Model
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import IMAGENET, Recipe


def require_compatible(model: Model, variant: str, recipe: Recipe) -> None:
    """Raise a ZooError that names what of network and recipe cannot go together."""
    if recipe.weights == IMAGENET and not model.build.startswith("keras:"):
        raise ZooError(
            f"weights is {IMAGENET!r}, which only Keras Applications have, and {variant} is none; expected a file "
            "NAME.weights.h5, or leave weights out of the recipe"
        )
    if find_builder(model.build).loss:
        _require_one_class(variant, recipe)
        _require_unbalanced(variant, recipe)


def _require_unbalanced(variant: str, recipe: Recipe) -> None:
    """Raise a ZooError where shares of classes are to be added to outputs that are no logits."""
    if recipe.balanced:
        raise ZooError(
            f"balanced is true; expected false: {variant} trains by the loss of its paper, whose outputs are no "
            "logits; leave it out, or take another recipe"
        )


def _require_one_class(variant: str, recipe: Recipe) -> None:
    """A loss of a paper's own takes the one right class of a picture, and no shares of several."""
    for field in ("augmentation.mixup", "augmentation.cutmix", "label_smoothing"):
        if share := attrgetter(field)(recipe):
            raise ZooError(
                f"{field} is {share}; expected 0: {variant} trains by the loss of its paper, which knows one class a "
                "picture; leave it out, or take another recipe"
            )

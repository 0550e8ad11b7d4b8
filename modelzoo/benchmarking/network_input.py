"""The input of a network, where a recipe leaves it to the images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelzoo.architectures.builder import Builder
from modelzoo.datasets.splits import SMALL
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Geometry, Input
from modelzoo.runs.events import Note, Report

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split

# Larger published inputs would take a laptop too long; --image-size can ask for them.
LARGEST = 224


@dataclass(frozen=True)
class StoredImages:
    """The images of a data set: the largest width and height, and whether they are in color.

    Photos lie in files of their own, and are decoded at the size of the network's input. Others have one size.
    """

    largest: tuple[int, int]
    in_color: bool
    photos: bool = False

    @property
    def small(self) -> bool:
        """Return whether the images are of one small size, as EMNIST's."""
        return not self.photos and max(self.largest) <= SMALL


def stored_images(split: "Split") -> StoredImages:
    """Return the facts of the images of a split."""
    from modelzoo.datasets.image_files import ImageFiles

    images = split.images
    if isinstance(images, ImageFiles):
        width, height = images.sizes.max(axis=0).tolist()
        return StoredImages((width, height), images.channels == 3, photos=True)
    height, width = images.shape[1:3]
    return StoredImages((width, height), images.ndim == 4, photos=False)


def resolve_input(
    stated: Input,
    images: StoredImages,
    builder: Builder,
    *,
    name: str,
    image_size: int | None,
    pretrained: bool,
    report: Report,
) -> Geometry:
    """Return a recipe's input in numbers.

    ``auto`` pads small images, as EMNIST's, to 32×32 with their own channels. It scales and crops larger ones to the
    network's published size, 224×224 at most. Photos and ImageNet's weights have three channels.

    Parameters
    ----------
    name : of the model, for messages
    image_size : side in pixels that replaces the recipe's
    pretrained : whether training begins with ImageNet's weights

    Raises
    ------
    ZooError
        If the network takes no input this small.
    """
    smallest, mode = builder.smallest_input, stated.mode
    size = image_size or (_own_size(images, builder) if stated.size == "auto" else stated.size)
    if image_size is not None and image_size < smallest:
        raise ZooError(f"`image_size` is {image_size}; {name} takes {smallest}×{smallest} pixels at least")
    if size < smallest:
        size = smallest
        if not images.photos:
            report(Note(f"{name} takes {smallest}×{smallest} pixels at least; the images are resized to it"))
            mode = "resize"
    if mode == "auto":
        mode = "pad" if images.small and max(images.largest) <= size else "crop"
    if images.photos and mode == "pad" and max(images.largest) > size:
        raise ZooError(
            f"the recipe pads images to {size}×{size}, and the largest has {images.largest[0]}×{images.largest[1]} "
            "pixels; set input.size and input.mode to auto, with `set`, or in your recipe"
        )
    in_color = images.in_color or images.photos or pretrained
    channels = stated.channels if stated.channels != "auto" else 3 if in_color else 1
    return Geometry(size, mode, channels)


def _own_size(images: StoredImages, builder: Builder) -> int:
    if images.small:
        return SMALL
    published: Sequence[int] = builder.published[0][:2] if builder.published else (LARGEST,)
    return min(max(published), LARGEST)

"""The input of a network, resolved for images."""

from typing import Any

import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.benchmarking.network_input import StoredImages, resolve_input
from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe, recipe_names
from modelzoo.recipes.recipe import Geometry, Input
from modelzoo.runs.events import ignore

pytestmark = pytest.mark.xdist_group("keras")

AUTO = Input(size="auto", mode="auto", channels="auto")
EMNIST = StoredImages((28, 28), in_color=False)
PHOTOS = StoredImages((4032, 3024), in_color=True, photos=True)
GRAY_PHOTOS = StoredImages((64, 48), in_color=False, photos=True)
ARRAYS = StoredImages((64, 48), in_color=False)
COLORED_ICONS = StoredImages((32, 32), in_color=True)


def resolve(
    images: StoredImages,
    build: str = "keras:MobileNet",
    *,
    stated: Input = AUTO,
    size: int | None = None,
    report: Any = ignore,
    pretrained: bool = False,
) -> Geometry:
    return resolve_input(
        stated, images, find_builder(build), name=build, image_size=size, pretrained=pretrained, report=report
    )


@pytest.mark.parametrize(
    ("images", "build", "geometry"),
    [
        (EMNIST, "keras:MobileNet", (32, "pad", 1)),
        (EMNIST, "modelzoo:lenet5", (32, "pad", 1)),
        (EMNIST, "keras:Xception", (71, "resize", 1)),
        (COLORED_ICONS, "keras:MobileNet", (32, "pad", 3)),
        (ARRAYS, "keras:MobileNet", (224, "crop", 1)),
        (PHOTOS, "keras:MobileNet", (224, "crop", 3)),
        (PHOTOS, "keras:EfficientNetB7", (224, "crop", 3)),
        (PHOTOS, "modelzoo:lenet5", (32, "crop", 3)),
        (GRAY_PHOTOS, "keras:MobileNet", (224, "crop", 3)),
    ],
)
def test_auto_follows_images_and_network(images: StoredImages, build: str, geometry: tuple[int, str, int]) -> None:
    assert resolve(images, build) == geometry


@pytest.mark.parametrize(
    ("images", "size", "geometry"),
    [(EMNIST, 64, (64, "pad", 1)), (EMNIST, 17, (17, "crop", 1)), (PHOTOS, 64, (64, "crop", 3))],
)
def test_the_size_of_the_options_replaces_the_recipes(
    images: StoredImages, size: int, geometry: tuple[int, str, int]
) -> None:
    assert resolve(images, "modelzoo:squeezenet1-1", size=size) == geometry


def test_weights_of_imagenet_take_three_channels() -> None:
    assert resolve(EMNIST, pretrained=True) == (32, "pad", 3)


def test_numbers_of_a_recipe_stay() -> None:
    assert resolve(PHOTOS, stated=Input(size=48, mode="resize", channels=1)) == (48, "resize", 1)


def test_photos_are_never_padded_to_a_smaller_input() -> None:
    with pytest.raises(ZooError, match=r"pads images to 32×32, and the largest has 4032×3024 .*input\.size"):
        resolve(PHOTOS, stated=Input())


def test_an_input_below_the_least_of_the_network_is_rejected() -> None:
    with pytest.raises(ZooError, match="`image_size` is 16; keras:MobileNet takes 32×32 pixels at least"):
        resolve(PHOTOS, size=16)


@pytest.mark.parametrize("name", recipe_names())
def test_shipped_recipes_bring_emnist_to_32_pixels_and_one_channel(name: str) -> None:
    recipe = load_recipe(name)
    channels = 3 if recipe.weights else 1
    size = 64 if name == "gpu-64" else 32
    resolved = resolve(EMNIST, stated=recipe.input, pretrained=recipe.weights is not None)
    assert (resolved.size, resolved.channels) == (size, channels)

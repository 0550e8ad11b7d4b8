import numpy as np
import pytest
from msgspec.structs import replace
from scipy import ndimage

from modelzoo.recipes.recipe import Augmentation
from modelzoo.training.augmentation import apply_transforms, mixed_targets, sample_transforms, transform_shapes

IMAGES, BATCH, SIDE = 50, 16, 28
ALL = Augmentation(
    translate=0.1, rotate=10, zoom=0.2, shear=10, elastic=0.04, erase=0.5, mixup=0.4, cutmix=1.0, flip=0.5
)


def draw(augmentation: Augmentation, *, seed: int = 0, epoch: int = 1) -> dict[str, np.ndarray]:
    return sample_transforms(augmentation, seed=seed, epoch=epoch, images=IMAGES, batch_size=BATCH, size=(SIDE, SIDE))


def batch_of(transforms: dict[str, np.ndarray], place: int) -> dict[str, np.ndarray]:
    return {name: array[place * BATCH : (place + 1) * BATCH] for name, array in transforms.items()}


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    blurred = ndimage.gaussian_filter(np.random.default_rng(0).uniform(0, 255, (BATCH, SIDE, SIDE, 1)), (0, 2, 2, 0))
    return np.asarray(blurred, np.float32)


def test_an_epoch_is_augmented_alike_whenever_it_is_drawn():
    once, again = draw(ALL), draw(ALL)
    assert all(np.array_equal(once[name], again[name]) for name in once)


@pytest.mark.parametrize("other", [{"seed": 1}, {"epoch": 2}])
def test_another_seed_or_epoch_changes_every_figure(other):
    once, again = draw(ALL), draw(ALL, **other)
    assert not any(np.array_equal(once[name], again[name]) for name in once)


def test_what_is_not_asked_for_is_not_drawn_and_changes_nothing(pictures):
    assert draw(Augmentation()) == {}
    assert np.array_equal(np.asarray(apply_transforms(pictures, {})), pictures)


def test_the_shapes_are_those_of_the_figures():
    shapes = transform_shapes(ALL)
    assert {name: (array.shape[1:], str(array.dtype)) for name, array in draw(ALL).items()} == shapes


def test_a_shift_of_whole_pixels_moves_the_picture_and_leaves_black(pictures):
    shift = np.tile(np.array([[1, 0, -2], [0, 1, 3]], np.float32), (BATCH, 1, 1))
    moved = np.asarray(apply_transforms(pictures, {"affine": shift}))
    assert moved[:, 2:, :-3] == pytest.approx(pictures[:, :-2, 3:], abs=1e-3)
    assert not moved[:, :2].any()
    assert not moved[:, :, -3:].any()


def test_a_quarter_turn_is_numpys(pictures):
    turn = np.tile(np.array([[0, 1, 0], [-1, 0, 0]], np.float32), (BATCH, 1, 1))
    assert np.asarray(apply_transforms(pictures, {"affine": turn})) == pytest.approx(
        np.rot90(pictures, 1, (1, 2)), abs=1e-3
    )


def test_moved_and_bent_pictures_are_those_of_scipy(pictures):
    transforms = batch_of(draw(Augmentation(translate=0.1, rotate=15, zoom=0.2, shear=15, elastic=0.05)), 0)
    found = np.asarray(apply_transforms(pictures, transforms))
    middle = (SIDE - 1) / 2
    grid = np.mgrid[:SIDE, :SIDE] - middle
    for place in range(BATCH):
        affine, bend = transforms["affine"][place], transforms["bend"][place]
        nodes = np.linspace(0, bend.shape[-1] - 1, SIDE)
        at = np.stack(np.meshgrid(nodes, nodes, indexing="ij"))
        shown = np.einsum("ij,jhw->ihw", affine[:, :2], grid) + affine[:, 2, None, None] + middle
        shown += np.stack([ndimage.map_coordinates(part, at, order=1, mode="nearest") for part in bend])
        expected = ndimage.map_coordinates(pictures[place, ..., 0], shown, order=1, mode="grid-constant", cval=0)
        assert found[place, ..., 0] == pytest.approx(expected, abs=0.05)


def test_zoom_goes_both_ways_and_angles_stay_within_their_limit():
    affine = draw(Augmentation(zoom=0.25, rotate=20))["affine"]
    scales = 1 / np.sqrt(np.linalg.det(affine[:, :, :2]))
    assert 0.8 <= scales.min() < 0.9 < 1.1 < scales.max() <= 1.25
    angles = np.degrees(np.arctan2(affine[:, 1, 0], affine[:, 0, 0]))
    assert 15 < np.abs(angles).max() <= 20


def test_partners_are_of_the_same_batch_and_each_picture_is_one_once():
    partner = draw(ALL)["partner"]
    for start in range(0, IMAGES, BATCH):
        size = min(BATCH, IMAGES - start)
        assert sorted(partner[start : start + size]) == list(range(size))


def test_a_label_is_shared_as_the_pixels_are_under_cutmix(pictures):
    transforms = batch_of(draw(Augmentation(cutmix=1.0)), 0)
    black_and_white = np.zeros_like(pictures)
    own = np.asarray(
        apply_transforms(np.ones_like(pictures), transforms | {"partner": np.arange(BATCH, dtype=np.int32)})
    )
    assert own == pytest.approx(1.0)
    for place in range(BATCH):
        black_and_white[:] = 0
        black_and_white[place] = 1
        if transforms["partner"][place] != place:
            mixed = np.asarray(apply_transforms(black_and_white, transforms))[place]
            assert mixed.mean() == pytest.approx(transforms["share"][place], abs=1e-6)


def test_mixup_blends_pixels_and_labels_alike(pictures):
    transforms = batch_of(draw(Augmentation(mixup=0.4)), 0)
    assert np.array_equal(transforms["share"], transforms["blend"])
    share = transforms["share"][:, None, None, None]
    expected = share * pictures + (1 - share) * pictures[transforms["partner"]]
    assert np.asarray(apply_transforms(pictures, transforms)) == pytest.approx(expected, abs=1e-3)


def test_targets_are_shared_between_both_classes_and_sum_to_one():
    transforms = batch_of(draw(Augmentation(mixup=0.4)), 0)
    labels = np.arange(BATCH) % 7
    targets = mixed_targets(labels, transforms, classes=7, batch_size=BATCH)
    assert targets.sum(axis=1) == pytest.approx(1)
    place = int(np.argmin(transforms["share"]))
    partner = labels[transforms["partner"][place]]
    expected = transforms["share"][place] if labels[place] != partner else 1.0
    assert targets[place, labels[place]] == pytest.approx(expected)


def test_with_both_ways_of_mixing_each_batch_gets_one():
    transforms = sample_transforms(ALL, seed=0, epoch=1, images=10 * BATCH, batch_size=BATCH, size=(SIDE, SIDE))
    patched = (transforms["patch"][:, 2] > transforms["patch"][:, 0]).reshape(10, BATCH)
    blended = (transforms["blend"] < 1).reshape(10, BATCH)
    assert not (patched.any(axis=1) & blended.any(axis=1)).any()
    assert patched.any()
    assert blended.any()


def test_a_rectangle_of_up_to_a_quarter_is_blackened_as_often_as_asked():
    transforms = sample_transforms(
        Augmentation(erase=0.3), seed=0, epoch=1, images=2000, batch_size=BATCH, size=(SIDE, SIDE)
    )
    white = np.full((2000, SIDE, SIDE, 1), 255, np.float32)
    black = (np.asarray(apply_transforms(white, transforms)) == 0).mean(axis=(1, 2, 3))
    assert (black > 0).mean() == pytest.approx(0.3, abs=0.03)
    assert 0.2 < black.max() < 0.28


def test_half_of_the_images_are_mirrored_and_the_others_stay(pictures):
    transforms = draw(Augmentation(flip=0.5))
    mirrored = transforms["mirror"]
    assert 0.2 < mirrored.mean() < 0.8
    batch = batch_of(transforms, 0)
    changed = np.asarray(apply_transforms(pictures, batch))
    for image, flipped, result in zip(pictures, batch["mirror"], changed, strict=True):
        np.testing.assert_array_equal(result, image[:, ::-1] if flipped else image)


def test_mirrors_change_no_other_draw():
    without, mirrored = draw(replace(ALL, flip=0.0)), draw(ALL)
    assert set(mirrored) - set(without) == {"mirror"}
    for name, drawn in without.items():
        np.testing.assert_array_equal(mirrored[name], drawn)

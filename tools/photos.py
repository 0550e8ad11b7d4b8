"""A folder of generated photos: rendered objects and textures in six classes, in the sizes and formats of real ones.

Usage: python tools/photos.py FOLDER [IMAGES OF EACH CLASS] [LARGEST SIDE]
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float64]
Random = np.random.Generator

_ROTATED = 6  # in EXIF: turn by 90 degrees to see it upright
_ORIENTATION = 0x0112


def write_photos(folder: Path, each: int = 40, largest: int = 240, *, broken: int = 2) -> None:
    """Write `each` photos of each class into ``folder/<class>/``, and files that hold no image.

    Parameters
    ----------
    largest : of the sides in pixels; the smallest is half of it
    broken : files that cannot be decoded
    """
    for label, (name, draw) in enumerate(CLASSES.items()):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for index in range(each):
            random = np.random.default_rng([label, index])
            width, height = random.integers(largest // 2, largest + 1, 2)
            pixels = np.clip(draw(random, _grid(int(width), int(height))), 0, 1)
            noisy = pixels + random.normal(scale=0.03, size=pixels.shape)
            _save(folder / name / f"{name}-{index:04}", np.clip(noisy, 0, 1), index)
    names = list(CLASSES)
    for index in range(broken):
        (folder / names[index % len(names)] / f"broken-{index}.jpg").write_bytes(b"\xff\xd8\xff\xe0 no image")


def _grid(width: int, height: int) -> tuple[Floats, Floats]:
    """Return x and y of each pixel, the shorter side from -1 to 1."""
    scale = min(width, height) / 2
    y, x = np.mgrid[:height, :width]
    return (x - width / 2) / scale, (y - height / 2) / scale


def _save(stem: Path, pixels: Floats, index: int) -> None:
    """Save an image; one in eight each is CMYK, rotated, transparent, of 16 bits, or has a palette."""
    image = Image.fromarray((pixels * 255).round().astype(np.uint8))
    match index % 8:
        case 1:
            image.convert("CMYK").save(stem.with_suffix(".jpg"), quality=95)
        case 2:
            exif = Image.Exif()
            exif[_ORIENTATION] = _ROTATED
            image.transpose(Image.Transpose.ROTATE_90).save(stem.with_suffix(".jpeg"), exif=exif, quality=95)
        case 3:
            gray = (pixels.mean(axis=2) * 65535).round().astype(np.uint16)
            Image.fromarray(gray).save(stem.with_suffix(".png"))
        case 4:
            image.convert("RGBA").save(stem.with_suffix(".webp"), lossless=True)
        case 5:
            image.quantize(64).save(stem.with_suffix(".gif"))
        case 6:
            image.save(stem.with_suffix(".tif"))
        case _:
            image.save(stem.with_suffix(".jpg"), quality=90)


def _colors(random: Random) -> tuple[Floats, Floats]:
    """Return two colors that differ in brightness."""
    return random.uniform(0.5, 1.0, 3), random.uniform(0.0, 0.4, 3)


def _on_background(random: Random, inside: npt.NDArray[np.bool_], light: Floats) -> Floats:
    """Return an object on an even background; `inside` masks it and `light` shades it, both of (height, width)."""
    front, back = _colors(random)
    return np.where(inside[..., None], front * light[..., None], back)


def _placed(random: Random, grid: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return the grid of an object of random size, place and angle."""
    angle, scale = random.uniform(0, 2 * np.pi), random.uniform(0.45, 0.75)
    x, y = ((axis - shift) / scale for axis, shift in zip(grid, random.uniform(-0.2, 0.2, 2), strict=True))
    return x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)


def sphere(random: Random, grid: tuple[Floats, Floats]) -> Floats:
    """Draw a sphere lit from a random side."""
    x, y = _placed(random, grid)
    depth = np.sqrt(np.clip(1 - x**2 - y**2, 0, None))
    return _on_background(random, depth > 0, np.clip(0.25 + 0.5 * x + 0.6 * depth, 0.1, 1))


def cube(random: Random, grid: tuple[Floats, Floats]) -> Floats:
    """Draw a cube from a corner: a hexagon of three faces."""
    x, y = _placed(random, grid)
    sector = np.floor((np.arctan2(y, x) + np.pi) / (2 * np.pi / 3)).clip(0, 2)
    middle = (np.arctan2(y, x) + np.pi) % (np.pi / 3) - np.pi / 6
    inside = np.hypot(x, y) * np.cos(middle) < 0.85
    return _on_background(random, inside, np.choose(sector.astype(int), [1.0, 0.7, 0.4]))


def ring(random: Random, grid: tuple[Floats, Floats]) -> Floats:
    """Draw a torus from above."""
    x, y = _placed(random, grid)
    across = (np.hypot(x, y) - 0.7) / 0.25
    return _on_background(random, np.abs(across) < 1, 0.4 + 0.6 * np.sqrt(np.clip(1 - across**2, 0, 1)))


def _mixed(random: Random, share: Floats) -> Floats:
    """Return a mixture of two colors; `share` has shape (height, width)."""
    one, other = _colors(random)
    return one * share[..., None] + other * (1 - share[..., None])


def wood(random: Random, grid: tuple[Floats, Floats]) -> Floats:
    """Draw bent rings of growth."""
    x, y = grid
    bent = x + 0.15 * np.sin(3 * y + random.uniform(0, 6))
    return _mixed(random, 0.5 + 0.5 * np.sin(random.uniform(18, 30) * bent))


def bricks(random: Random, grid: tuple[Floats, Floats]) -> Floats:
    """Draw a wall of bricks with mortar."""
    x, y = (axis * random.uniform(2.5, 4) for axis in grid)
    row = np.floor(2 * y)
    mortar = ((x + row % 2 / 2) % 1 < 0.08) | (2 * y % 1 < 0.16)
    return _mixed(random, np.where(mortar, 1.0, 0.1))


def checks(random: Random, grid: tuple[Floats, Floats]) -> Floats:
    """Draw a turned board of checks."""
    x, y = (axis * random.uniform(3, 6) for axis in _placed(random, grid))
    return _mixed(random, (np.floor(x) + np.floor(y)) % 2)


CLASSES: Mapping[str, Callable[[Random, tuple[Floats, Floats]], Floats]] = {
    "bricks": bricks,
    "checks": checks,
    "cube": cube,
    "ring": ring,
    "sphere": sphere,
    "wood": wood,
}

if __name__ == "__main__":
    arguments = sys.argv[1:]
    if not arguments or arguments[0].startswith("-"):
        sys.exit(__doc__)
    write_photos(Path(arguments[0]), *map(int, arguments[1:]))

"""The embedded synthetic sample: EMNIST Balanced's 47 classes drawn from fonts, reproducible by seed."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelzoo.base.install import install_command
from modelzoo.charts.save import quiet_matplotlib
from modelzoo.datasets.dataset import DataSet, Split, checksums_of
from modelzoo.datasets.emnist import CLASSES
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

NAME = "glyphs"
TITLE = "glyphs, synthetic characters drawn from fonts"

Floats = npt.NDArray[np.float32]

# Fonts that matplotlib ships: upright, slanted and bold, with and without serifs, and a computer hand.
_FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif", "DejaVuSerif-Italic",
    "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "cmr10", "cmss10", "cmtt10",
)  # fmt: skip
_STROKES = (0, 2, 4)

_SIDE = 28
# Drawn and bent at twice the size, then averaged: strokes get EMNIST's soft edges.
_DRAWN = 2 * _SIDE
# The longer side of a character before it is bent. In every font it fills the frame as EMNIST's characters do.
_CHARACTER = 42
_CHUNK = 1000


def make_glyphs(*, train_per_class: int = 150, test_per_class: int = 40, seed: int = 0) -> DataSet:
    """Make a data set of EMNIST's shape and classes in seconds; train and test never share a random stream.

    Each image is a font's glyph with a random stroke width. It is changed by an affine map (rotation, shear, scale,
    shift) and by an elastic one (Simard, Steinkraus & Platt 2003).
    """
    if min(train_per_class, test_per_class) < 1:
        raise ZooError(f"{train_per_class} train and {test_per_class} test images a class; expected at least 1 of each")
    train = _draw(train_per_class, np.random.default_rng([seed, 0]))
    test = _draw(test_per_class, np.random.default_rng([seed, 1]))
    return DataSet(
        name=NAME,
        title=TITLE,
        classes=CLASSES["balanced"],
        train=train,
        test=test,
        checksums=checksums_of({"train": train, "test": test}),
        synthetic=True,
    )


def _draw(per_class: int, random: np.random.Generator) -> Split:
    labels = random.permutation(np.repeat(np.arange(len(CLASSES["balanced"])), per_class))
    fonts = random.integers(len(_FONTS), size=len(labels))
    strokes = random.integers(len(_STROKES), size=len(labels))
    drawn = _drawings()[labels, fonts, strokes]
    bent = [_bend(drawn[start : start + _CHUNK], random) for start in range(0, len(drawn), _CHUNK)]
    images = np.concatenate(bent).reshape(-1, _SIDE, 2, _SIDE, 2).mean(axis=(2, 4))
    noise = random.normal(0, 12, images.shape).astype(np.float32) * (images > 0)
    return Split(np.clip(images + noise, 0, 255).round().astype(np.uint8), labels.astype(np.int64))


@cache
def _drawings() -> npt.NDArray[np.uint8]:
    """Draw every class in every font and stroke width: (class, font, stroke, height, width), white on black."""
    fonts = [_font(name) for name in _FONTS]
    drawings = [
        [[_drawing(character, font, stroke) for stroke in _STROKES] for font in fonts]
        for character in CLASSES["balanced"]
    ]
    return np.asarray(drawings, np.uint8)


def _font(name: str) -> "FreeTypeFont":
    quiet_matplotlib()
    try:
        import matplotlib
        from PIL import ImageFont
    except ImportError:
        raise ZooError(
            f"the sample is drawn from the fonts that matplotlib ships; {install_command('bench')}"
        ) from None
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"), _CHARACTER)


def _drawing(character: str, font: "FreeTypeFont", stroke: int) -> npt.NDArray[np.uint8]:
    from PIL import Image, ImageDraw

    image = Image.new("L", (_DRAWN, _DRAWN))
    pen = ImageDraw.Draw(image)
    left, top, right, bottom = pen.textbbox((0, 0), character, font=font)
    font = font.font_variant(size=font.size * (_CHARACTER - stroke) / max(right - left, bottom - top))
    left, top, right, bottom = pen.textbbox((0, 0), character, font=font, stroke_width=stroke / 2)
    corner = ((_DRAWN - right - left) / 2, (_DRAWN - bottom - top) / 2)
    pen.text(corner, character, fill=255, font=font, stroke_width=stroke / 2)
    return np.asarray(image)


def _bend(drawn: npt.NDArray[np.uint8], random: np.random.Generator) -> Floats:
    """Return each drawing bent by a random affine and elastic change."""
    count = len(drawn)
    middle = (_DRAWN - 1) / 2
    rows, columns = (np.mgrid[:_DRAWN, :_DRAWN] - middle).astype(np.float32)
    angle = random.normal(0, 0.15, count)
    shear = random.normal(0, 0.2, count)
    height, width = random.uniform(0.8, 1.25, (2, count))
    # Maps a position in the result to its position in the drawing.
    matrix = np.array(
        [[np.cos(angle) / height, -np.sin(angle) / height], [(np.sin(angle) + shear) / width, np.cos(angle) / width]]
    ).astype(np.float32)
    shift = random.normal(0, 2, (2, count)).astype(np.float32)
    elastic = _elastic(count, random)
    from_rows = _mapped(matrix[0], rows, columns) + shift[0, :, None, None] + elastic[0] + middle
    from_columns = _mapped(matrix[1], rows, columns) + shift[1, :, None, None] + elastic[1] + middle
    return _sample(drawn.astype(np.float32), from_rows, from_columns)


def _mapped(factors: Floats, rows: Floats, columns: Floats) -> Floats:
    return factors[0, :, None, None] * rows + factors[1, :, None, None] * columns


def _elastic(count: int, random: np.random.Generator) -> Floats:
    """Draw normal displacements on a coarse grid and interpolate them: (2, count, height, width)."""
    nodes = 5
    coarse = random.normal(0, 1.6, (2, count, nodes, nodes)).astype(np.float32)
    position = np.linspace(0, nodes - 1, _DRAWN, dtype=np.float32)
    # Hat functions: each row of the matrix interpolates between the two nearest nodes.
    hats = np.clip(1 - np.abs(position[:, None] - np.arange(nodes, dtype=np.float32)), 0, None)
    displaced: Floats = hats @ coarse @ hats.T
    return displaced


def _sample(drawn: Floats, rows: Floats, columns: Floats) -> Floats:
    """Return the drawings' values at fractional positions, bilinear, black outside."""
    top, left = np.floor(rows).astype(np.int64), np.floor(columns).astype(np.int64)
    down, right = rows - top, columns - left
    padded = np.pad(drawn, ((0, 0), (1, 1), (1, 1)))
    which = np.arange(len(drawn))[:, None, None]

    def at(row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> Floats:
        values: Floats = padded[which, np.clip(row + 1, 0, _DRAWN + 1), np.clip(column + 1, 0, _DRAWN + 1)]
        return values

    above = at(top, left) * (1 - right) + at(top, left + 1) * right
    below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    sampled: Floats = above * (1 - down) + below * down
    return sampled

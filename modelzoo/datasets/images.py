"""Images in folders by class, read strictly and by their content: 8 bits a channel, opaque, one size."""

import hashlib
import io
import os
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from modelzoo.base.files import cannot_read, read_bytes
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, first_of, listed, plural, printable
from modelzoo.datasets.dataset import Split, nfc_names
from modelzoo.errors import ZooError, first_line, with_kind

Pixels = npt.NDArray[np.uint8]

_PARTS = ("train", "test")
# Pillow's readers of other formats stay closed: the one of PostScript starts Ghostscript.
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF", "PPM")
# A file with such a name is damaged if it holds no image; another file is left out.
IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".pbm", ".pgm", ".ppm"}
_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}
_ORIENTATION = 0x0112  # a tag of EXIF
_NAMED = 3


@dataclass
class Findings:
    """The findings of reading a folder: problems, and files to name in notes.

    `digests` has the line that sha256sum prints for each image. `others` counts files and folders that are left out, by
    their kind. `size` is width and height of the first image.
    """

    folder: Path
    digests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    colored: list[Path] = field(default_factory=list)
    several: list[Path] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    size: tuple[int, ...] = ()
    first: Path = Path()

    @property
    def checksums(self) -> dict[str, str]:
        """Return one digest for all images, by their number: the SHA-256 of the sorted lines of sha256sum."""
        lines = "".join(sorted(self.digests)).encode(errors="surrogateescape")
        return {plural(len(self.digests), "image"): hashlib.sha256(lines).hexdigest()}

    @property
    def notes(self) -> tuple[str, ...]:
        """Return a sentence for each finding that changes the reading."""
        notes = []
        if 0 < len(self.colored) < len(self.digests):
            verb = "is" if len(self.colored) == 1 else "are"
            notes.append(
                f"{len(self.colored):,} of {len(self.digests):,} images {verb} in color ({self._named(self.colored)}); "
                "all are read with 3 channels, which a recipe takes with input.channels = 3."
            )
        if self.several:
            notes.append(f"The first image of a file is read, where it holds several: {self._named(self.several)}.")
        if self.others:
            # Folders come first: each may hold many images.
            others = sorted(self.others.items(), key=lambda other: ("folder" not in other[0], other))
            kinds = [f"{count:,} {kind}" for kind, count in others]
            more = [f"{len(kinds) - 5} other kinds"] if len(kinds) > 5 else []
            notes.append(
                f"Left out: {listed([*kinds[:5], *more])}; images are PNG, JPEG, BMP, WebP, GIF, TIFF or PPM files in "
                "train/<class>/ and test/<class>/."
            )
        return tuple(notes)

    def _named(self, paths: Sequence[Path]) -> str:
        return first_of(paths, _NAMED, lambda path: printable(path.relative_to(self.folder).as_posix()))


def read_image_folders(folder: Path) -> tuple[tuple[str, ...], Split, Split, Findings]:
    """Read classes, train, test and findings from the folders ``train/<class>/`` and ``test/<class>/``.

    Images are found by their content, in subfolders of a class too. They have one size. Where one is in color, all are
    read in color.

    Raises
    ------
    ZooError
        If the folders have another form, or images cannot be used; it counts the images and names the first ones.
    """
    _require_pillow()
    findings = Findings(folder)
    try:
        train, test = (_class_folders(folder / part, findings) for part in _PARTS)
        classes, unknown = tuple(sorted(train)), sorted(set(test) - set(train))
        if not classes or unknown:
            names = f"test has classes that train lacks: {', '.join(map(cut, unknown))}"
            raise ZooError(
                f"{shown(folder)}: {names if unknown else 'train has no classes'}; expected one folder of images a "
                "class in both"
            )
        for path in _visible(folder):
            if path.is_dir() and path.name not in _PARTS:
                findings.others[f"folder {cut(path.name)!r}"] += 1
            elif path.name not in ("dataset.toml", *_PARTS):
                findings.others[f"{_kind(path)} next to train"] += 1
        parts = [_read_part(part, classes, findings) for part in (train, test)]
    except OSError as error:
        raise cannot_read(Path(error.filename or folder), error) from None
    except MemoryError:
        raise ZooError(f"{shown(folder)}: the images take more memory than there is; make them smaller") from None
    if findings.problems:
        raise ZooError(_all_problems(findings.problems))
    train_split, test_split = (
        Split(_in_color(pixels) if findings.colored else pixels, labels) for pixels, labels in parts
    )
    for label in set(range(len(classes))).difference(train_split.labels.tolist()):
        raise ZooError(f"{shown(train[classes[label]])} holds no images to train on")
    if not len(test_split):
        raise ZooError(f"{shown(folder / 'test')} holds no images in its class folders")
    return classes, train_split, test_split, findings


def _require_pillow() -> None:
    try:
        import PIL.Image  # noqa: F401
    except ImportError:
        raise ZooError("reading images needs Pillow; install it with `pip install 'cnn-zoo[bench]'`") from None


def _all_problems(problems: Sequence[str]) -> str:
    if len(problems) == 1:
        return problems[0]
    more = f"; and {len(problems) - _NAMED:,} more" if len(problems) > _NAMED else ""
    return f"{len(problems):,} images cannot be used: {'; '.join(problems[:_NAMED])}{more}"


def _visible(folder: Path) -> Iterable[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def _class_folders(part: Path, findings: Findings) -> dict[str, Path]:
    """Return the folders of the classes by their names in NFC."""
    folders = []
    for path in _visible(part):
        if path.is_dir():
            folders.append(path)
        else:
            findings.others[_kind(path)] += 1
    return dict(zip(nfc_names(path.name for path in folders), folders, strict=True))


def _files_below(folder: Path, findings: Findings) -> list[Path]:
    """Return the files of a class in the order of their names; links to folders are left out."""
    files: list[str] = []
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if not entry.is_dir():
                    files.append(entry.path)
                elif entry.is_symlink():
                    findings.others["linked folder"] += 1
                else:
                    pending.append(Path(entry.path))
    return [Path(file) for file in sorted(files, key=lambda file: normalize("NFC", file))]


def _kind(path: Path) -> str:
    return cut(path.suffix.lower(), 20) or "without suffix"


def _read_part(
    folders: Mapping[str, Path], classes: Sequence[str], findings: Findings
) -> tuple[Pixels, npt.NDArray[np.int64]]:
    """Read the images and labels of one split."""
    from PIL.Image import DecompressionBombWarning

    files = [
        (path, label)
        for label, name in enumerate(classes)
        if name in folders
        for path in _files_below(folders[name], findings)
    ]
    images: Pixels = np.empty((0, 0, 0), np.uint8)
    labels: list[int] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, of odd metadata
        warnings.simplefilter("error", DecompressionBombWarning)
        for path, label in files:
            pixels = _read_image(path, findings)
            if pixels is None:
                continue
            if not labels:
                images = np.empty((len(files), *pixels.shape), np.uint8)
            if pixels.ndim == images.ndim:  # the first one in color
                images = _in_color(images)
            images[len(labels)] = pixels if pixels.ndim == images.ndim - 1 else pixels[..., None]
            labels.append(label)
    return images[: len(labels)], np.asarray(labels, np.int64)


def _in_color(images: Pixels) -> Pixels:
    return images if images.ndim == 4 else np.repeat(images[..., None], 3, axis=-1)


def _read_image(path: Path, findings: Findings) -> Pixels | None:
    """Return the pixels of an image: (height, width), or (height, width, 3); None for another file or a problem."""
    from PIL import Image, UnidentifiedImageError

    is_image = path.suffix.lower() in IMAGE_SUFFIXES
    try:
        data = read_bytes(path)
    except ZooError as error:
        findings.problems.append(str(error))
        return None
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            is_image = True
            pixels = _pixels(image)
            # The second image of a camera's JPEG (MPO) is its preview.
            if image.format != "MPO" and getattr(image, "is_animated", False):
                findings.several.append(path)
        _check_size(path, pixels, findings)
    except ZooError as error:
        findings.problems.append(f"{shown(path)} {error}")
        return None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        findings.problems.append(f"{shown(path)} is refused as a decompression bomb: {first_line(error)}")
        return None
    except Exception as error:  # Pillow raises errors of many types for damaged files
        if is_image:
            why = "its content is no image" if isinstance(error, UnidentifiedImageError) else cut(with_kind(error))
            findings.problems.append(f"{shown(path)}: cannot be read as an image ({why}); get it again or remove it")
        else:
            findings.others[_kind(path)] += 1
        return None
    if pixels.ndim == 3:
        findings.colored.append(path)
    name = normalize("NFC", path.relative_to(findings.folder).as_posix())
    findings.digests.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    return pixels


def _pixels(image: Any) -> Pixels:
    """Return the pixels of an opened image, upright by its EXIF data."""
    from PIL import ImageOps

    if image.mode not in _MODES:
        raise ZooError(f"has pixels of kind {image.mode}; expected 8 bits a channel, 0-255")
    transparent = "A" in image.getbands() or "transparency" in image.info
    if transparent and image.convert("RGBA").getchannel("A").getextrema()[0] < 255:
        # The color of the background changes the image; only its owner knows it.
        raise ZooError("has transparent pixels; flatten it onto its background")
    mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
    upright = ImageOps.exif_transpose(image) if image.getexif().get(_ORIENTATION, 1) != 1 else image
    pixels: Pixels = np.asarray(upright if upright.mode == mode else upright.convert(mode))
    if image.mode in ("P", "PA") and (pixels == pixels[..., :1]).all():  # a palette of grays
        return pixels[..., 0]
    return pixels


def _check_size(path: Path, pixels: Pixels, findings: Findings) -> None:
    height, width = pixels.shape[:2]
    if not findings.size:
        findings.first, findings.size = path, (width, height)
    if findings.size != (width, height):
        raise ZooError(
            f"is {width}×{height}, {shown(findings.first)} {findings.size[0]}×{findings.size[1]}; expected images of "
            "one size"
        )

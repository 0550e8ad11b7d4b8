"""`zoo data show`: counts, sizes and checksums of a data set."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from modelzoo.base.text import plural
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.splits import MOST_VALIDATION, validation_size
from modelzoo.tables.table import Column, Table


class Part(msgspec.Struct, frozen=True):
    """The counts of one split: images in all and of each class in their order, lowest and highest pixel value.

    Images in files have no pixel values here: they are decoded when a network is trained.
    """

    images: int
    counts: tuple[int, ...]
    low: int | None
    high: int | None


class Sizes(msgspec.Struct, frozen=True):
    """Width and height of the images with the least, median and most pixels."""

    least: tuple[int, int]
    median: tuple[int, int]
    most: tuple[int, int]


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """The counts, sizes and checksums of a data set.

    `width` and `height` are None where the images have several sizes. `kinds` has the number of image files of each
    kind. `shared` counts the test images that are pixel-identical to a training image. `relabeled` counts those of them
    with another label in the training images.
    """

    name: str
    title: str
    synthetic: bool
    width: int | None
    height: int | None
    sizes: Sizes
    channels: int
    classes: tuple[str, ...]
    parts: Mapping[str, Part] = msgspec.field(name="splits")
    kinds: Mapping[str, int]
    shared: int = msgspec.field(name="test_images_in_train")
    relabeled: int = msgspec.field(name="test_images_in_train_with_another_label")
    checksums: Mapping[str, str]
    notes: tuple[str, ...]

    def table(self) -> Table:
        """Return a row for each class with its images in each split, and a row for all."""
        columns = [
            Column("class", "Class"),
            Column("label", "Label", right=True),
            *(Column(name, name.capitalize(), "{:,}".format, right=True) for name in self.parts),
        ]
        rows: list[list[Any]] = [
            [name, label, *(part.counts[label] for part in self.parts.values())]
            for label, name in enumerate(self.classes)
        ]
        rows.append(["all", None, *(part.images for part in self.parts.values())])
        return Table(columns, rows, caption=self._caption(), notes=tuple(self._notes()))

    def _caption(self) -> str:
        kind = "gray" if self.channels == 1 else f"{self.channels} channels"
        size = "several sizes" if self.width is None else f"{self.width}×{self.height} pixels"
        return f"{self.title}; {len(self.classes)} classes, {size}, {kind}."

    def _notes(self) -> Iterator[str]:
        if self.synthetic:
            yield "SYNTHETIC: drawn by a program; accuracies on it do not carry over to real images."
        if self.width is None:
            least, median, most = (f"{width}×{height}" for width, height in msgspec.structs.astuple(self.sizes))
            yield f"Sizes: {least} at least, {median} in the median, {most} at most."
        ranges = [f"{part.low} to {part.high} in {name}" for name, part in self.parts.items() if part.high is not None]
        if ranges:
            yield f"Pixel values: {', '.join(ranges)}."
        if self.kinds:
            yield f"Kinds of files: {', '.join(f'{count:,} {kind}' for kind, count in self.kinds.items())}."
        if "validation" not in self.parts:
            held_out = min(validation_size(self.parts["train"].images), MOST_VALIDATION)
            yield (
                f"No validation split: a benchmark cuts {plural(held_out, 'image')} from train, by the shares of the "
                "classes, and leaves at least one of each."
            )
        yield self._shared_note()
        yield from self.notes
        for name, digest in self.checksums.items():
            yield f"SHA-256 {digest}  {name}"

    def _shared_note(self) -> str:
        if not self.shared:
            return "No test image is pixel-identical to a training image."
        share = 100 * self.shared / self.parts["test"].images
        relabeled = f", {self.relabeled:,} of them under another label" if self.relabeled else ""
        images = f"{plural(self.shared, 'test image')} ({share:.2f} %) {'is' if self.shared == 1 else 'are'}"
        return f"{images} pixel-identical to a training image{relabeled}."


def describe(dataset: DataSet) -> Description:
    """Describe a data set."""
    sizes = _sizes(dataset)
    one_size = sizes.least == sizes.most
    shared, relabeled = _shared(dataset.train, dataset.test)
    return Description(
        name=dataset.name,
        title=dataset.title,
        synthetic=dataset.synthetic,
        width=sizes.least[0] if one_size else None,
        height=sizes.least[1] if one_size else None,
        sizes=sizes,
        channels=_channels(dataset.train.images),
        classes=dataset.classes,
        parts={name: _part(split, len(dataset.classes)) for name, split in dataset.splits.items()},
        kinds=dict(dataset.kinds),
        shared=shared,
        relabeled=relabeled,
        checksums=dict(dataset.checksums),
        notes=dataset.notes,
    )


def _part(split: Split, classes: int) -> Part:
    counts = np.bincount(split.labels, minlength=classes)
    images = split.images
    low, high = (None, None) if isinstance(images, ImageFiles) else (int(images.min()), int(images.max()))
    return Part(len(split), tuple(counts.tolist()), low, high)


def _channels(images: Any) -> int:
    if isinstance(images, ImageFiles):
        return images.channels
    return images.shape[3] if images.ndim == 4 else 1


def _sizes(dataset: DataSet) -> Sizes:
    """Return the sizes in all splits, by the number of pixels."""
    sizes: list[tuple[int, int]] = []
    for split in dataset.splits.values():
        if isinstance(split.images, ImageFiles):
            sizes += map(tuple, split.images.sizes.tolist())
        else:
            sizes.append((split.images.shape[2], split.images.shape[1]))
    sizes.sort(key=lambda size: (size[0] * size[1], size))
    return Sizes(sizes[0], sizes[(len(sizes) - 1) // 2], sizes[-1])


def _shared(train: Split, test: Split) -> tuple[int, int]:
    """Count the test images that are in train, and those with other labels only in train."""
    labels_of: dict[str | bytes, set[int]] = {}
    for digest, label in zip(_digests(train), train.labels.tolist(), strict=True):
        labels_of.setdefault(digest, set()).add(label)
    shared = [
        (labels_of[digest], label)
        for digest, label in zip(_digests(test), test.labels.tolist(), strict=True)
        if digest in labels_of
    ]
    return len(shared), sum(label not in labels for labels, label in shared)


def _digests(split: Split) -> Iterator[str | bytes]:
    """Yield a digest of the pixels of each image."""
    if isinstance(split.images, ImageFiles):
        yield from split.images.pixel_digests.tolist()
        return
    for image in split.images:
        # 16 bytes instead of the image: ByClass has 700,000.
        yield hashlib.blake2b(image.tobytes(), digest_size=16).digest()

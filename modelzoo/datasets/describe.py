"""`zoo data show`: counts, sizes and checksums of a data set."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from modelzoo.base.text import plural
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.splits import MOST_VALIDATION, validation_size
from modelzoo.tables.table import Column, Table


class Part(msgspec.Struct, frozen=True):
    """The counts of one split: images in all and of each class in their order, lowest and highest pixel value."""

    images: int
    counts: tuple[int, ...]
    low: int
    high: int


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """The counts, sizes and checksums of a data set.

    `shared` counts the test images that are pixel-identical to a training image. `relabeled` counts those of them with
    another label in the training images.
    """

    name: str
    title: str
    synthetic: bool
    width: int
    height: int
    channels: int
    classes: tuple[str, ...]
    parts: Mapping[str, Part] = msgspec.field(name="splits")
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
        return f"{self.title}; {len(self.classes)} classes, {self.width}×{self.height} pixels, {kind}."

    def _notes(self) -> Iterator[str]:
        if self.synthetic:
            yield "SYNTHETIC: drawn by a program; accuracies on it do not carry over to real images."
        values = ", ".join(f"{part.low} to {part.high} in {name}" for name, part in self.parts.items())
        yield f"Pixel values: {values}."
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
    rows, columns, *channels = dataset.train.images.shape[1:]
    shared, relabeled = _shared(dataset.train, dataset.test)
    return Description(
        name=dataset.name,
        title=dataset.title,
        synthetic=dataset.synthetic,
        width=columns,
        height=rows,
        channels=channels[0] if channels else 1,
        classes=dataset.classes,
        parts={
            name: _part(split, len(dataset.classes))
            for name, split in (("train", dataset.train), ("test", dataset.test))
        },
        shared=shared,
        relabeled=relabeled,
        checksums=dict(dataset.checksums),
        notes=dataset.notes,
    )


def _part(split: Split, classes: int) -> Part:
    counts = np.bincount(split.labels, minlength=classes)
    return Part(len(split), tuple(counts.tolist()), int(split.images.min()), int(split.images.max()))


def _shared(train: Split, test: Split) -> tuple[int, int]:
    """Count the test images that are in train, and those with other labels only in train."""
    labels_of: dict[bytes, set[int]] = {}
    for image, label in zip(train.images, train.labels.tolist(), strict=True):
        labels_of.setdefault(_digest(image), set()).add(label)
    shared = [
        (labels_of[digest], label)
        for image, label in zip(test.images, test.labels.tolist(), strict=True)
        if (digest := _digest(image)) in labels_of
    ]
    return len(shared), sum(label not in labels for labels, label in shared)


def _digest(image: npt.NDArray[np.uint8]) -> bytes:
    # 16 bytes instead of the image: ByClass has 700,000.
    return hashlib.blake2b(image.tobytes(), digest_size=16).digest()

"""Splits in files that other processes map into their memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from modelzoo.base.scratch import scratch_folder
from modelzoo.base.text import reason
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import ZooError

_CLASSES = "classes.json"


@contextmanager
def export_splits(splits: Splits) -> Iterator[Path]:
    """Write the splits into a temporary folder, which is removed at the end of the block."""
    with scratch_folder() as folder:
        try:
            for part in ("train", "validation", "test"):
                split: Split = getattr(splits, part)
                np.save(folder / f"{part}-images.npy", split.images)
                np.save(folder / f"{part}-labels.npy", split.labels)
            (folder / _CLASSES).write_bytes(msgspec.json.encode(splits.classes))
        except OSError as error:
            raise ZooError(
                f"cannot write {folder}: {reason(error)}; TMPDIR names a folder with space for the data set"
            ) from error
        yield folder


def load_splits(folder: Path) -> Splits:
    """Load splits by mapping the files of `export_splits` into memory; only the parts in use are read."""
    train, validation, test = (_load(folder, part) for part in ("train", "validation", "test"))
    classes = msgspec.json.decode((folder / _CLASSES).read_bytes(), type=tuple[str, ...])
    return Splits(train, validation, test, classes)


def _load(folder: Path, part: str) -> Split:
    images, labels = (np.load(folder / f"{part}-{kind}.npy", mmap_mode="r") for kind in ("images", "labels"))
    return Split(np.asarray(images), np.asarray(labels))

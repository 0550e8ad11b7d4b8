"""The data sets by name or by path."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from modelzoo.base.arguments import checked
from modelzoo.base.files import cannot_read
from modelzoo.base.text import printable, quote
from modelzoo.datasets import emnist, folders, glyphs
from modelzoo.datasets.dataset import DataSet, data_folder, is_image_cache
from modelzoo.datasets.division import SPLIT, require_no_shares, shares_of
from modelzoo.datasets.labeled_images import ImageOptions, ignore
from modelzoo.errors import DataMissingError, ZooError


@checked
def load_dataset(
    name: str,
    data_dir: str | Path | None = None,
    *,
    split: str = SPLIT,
    skip_broken: bool = False,
    report: Callable[[str], None] = ignore,
) -> DataSet:
    """Load a data set by its name or its path.

    Parameters
    ----------
    name : a split of EMNIST such as ``emnist-balanced``, or ``glyphs``, the embedded synthetic sample. A path
        is of a folder, ``.npz`` file or CSV manifest; a name is of one in the data folder
    data_dir : folder of the data sets; default: ZOO_DATA, else the user's cache folder
    split : percent of the images in train, validation and test, as ``60/20/20``, where image files have no splits
    skip_broken : leave out image files that cannot be decoded, with a note, instead of raising an error
    report : receives a line before many files are read

    Raises
    ------
    DataMissingError
        If it is not on disk; the error names the ways to get it.
    ZooError
        If its files are damaged or contradict each other.
    """
    options = ImageOptions(shares_of(split), skip_broken, report)
    try:
        return _find(name, data_dir)[1](options)
    except OSError as error:
        raise cannot_read(Path(error.filename or name), error) from None


def find_dataset(name: str, data_dir: str | Path | None = None) -> str:
    """Return the place of a data set without reading it: its name in the data folder, or an absolute path.

    Raises
    ------
    ZooError
        The error of `load_dataset` for a data set that is not on disk.
    """
    try:
        return _find(name, data_dir)[0]
    except OSError as error:
        raise cannot_read(Path(error.filename or name), error) from None


def _find(name: str, data_dir: str | Path | None) -> tuple[str, Callable[[ImageOptions], DataSet]]:
    """Return the place of the data set, as `find_dataset` does, and the function that reads it."""
    if name == glyphs.NAME:
        return name, partial(_read_whole, name, glyphs.make_glyphs)
    folder = data_folder(data_dir)
    if name in emnist.names():
        split = name.removeprefix("emnist-")
        if files := emnist.files_of(split, folder):
            return name, partial(_read_whole, name, partial(emnist.load_emnist, split, files))
    if name == "emnist" and (splits := [split for split in available(data_dir) if split in emnist.names()]):
        raise ZooError(f"emnist is six data sets; name one: {', '.join(splits)}")
    named = [folder / name, folder / f"{name}.npz", folder / f"{name}.csv"]
    for path in [] if name.startswith(".") else named:  # `.` and `./photos` are paths
        if path.exists() and not is_image_cache(path):
            return name, partial(folders.load_path, path)
    if Path(name).exists():
        return os.path.abspath(name), partial(folders.load_path, Path(name))  # noqa: PTH100 (keeps links)
    if "/" in name or "\\" in name or name.startswith("."):
        raise DataMissingError(f"there is no {quote(name)}; `dataset` takes a folder, a CSV or .npz file, or a name")
    raise DataMissingError(
        f"data set {quote(name)} is not in {printable(str(folder))}, nor in the current folder; get EMNIST "
        "with `zoo data get emnist`, name its folder with `data_dir`, or try `dataset` glyphs, a synthetic sample"
    )


def _read_whole(name: str, read: Callable[[], DataSet], options: ImageOptions) -> DataSet:
    """Read a data set that has splits."""
    require_no_shares(options.shares, name)
    return read()


def available(data_dir: str | Path | None = None) -> list[str]:
    """Return the names of the data sets in the data folder, and of the embedded sample last."""
    folder = data_folder(data_dir)
    names = [name for name in emnist.names() if emnist.files_of(name.removeprefix("emnist-"), folder)]
    names += (
        [folders.dataset_name(path) for path in sorted(folder.iterdir()) if folders.is_dataset(path)]
        if folder.is_dir()
        else []
    )
    return [*names, glyphs.NAME]

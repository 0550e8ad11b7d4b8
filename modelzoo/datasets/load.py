"""Finding a data set by its name or its path."""

from pathlib import Path

from modelzoo.datasets import emnist, folders, glyphs
from modelzoo.datasets.dataset import DataSet, data_folder
from modelzoo.errors import DataMissingError, ZooError


def load_dataset(name: str, data_dir: str | Path | None = None) -> DataSet:
    """The data set of that name, or at that path.

    Parameters
    ----------
    name : ``emnist-balanced`` and EMNIST's other splits; ``glyphs``, the embedded synthetic sample; the name of a
        folder or ``.npz`` file in the data folder; or a path to one
    data_dir : where data sets lie; ZOO_DATA or the user's cache folder where it is not given

    Raises
    ------
    DataMissingError
        If it is not on disk; the error names the ways to get it. Nothing else is taken in its place.
    ZooError
        If its files cannot be read as what they should be.
    """
    if name == glyphs.NAME:
        return glyphs.make_glyphs()
    folder = data_folder(data_dir)
    if name in emnist.names():
        split = name.removeprefix("emnist-")
        if files := emnist.files_of(split, folder):
            return emnist.load_emnist(split, files)
    if name == "emnist" and (splits := [one for one in available(data_dir) if one in emnist.names()]):
        raise ZooError(f"emnist is six data sets; name one: {', '.join(splits)}")
    for path in (folder / name, folder / f"{name}.npz", Path(name)):
        if path.exists():
            return folders.load_path(path)
    raise DataMissingError(
        f"data set {name!r} is not in {folder}; get EMNIST with `zoo data get emnist`, name its folder with "
        "--data-dir, or try --dataset glyphs, a synthetic sample"
    )


def available(data_dir: str | Path | None = None) -> list[str]:
    """The names of the data sets that `load_dataset` finds there, the embedded sample last."""
    folder = data_folder(data_dir)
    found = [name for name in emnist.names() if emnist.files_of(name.removeprefix("emnist-"), folder)]
    found += [path.stem for path in sorted(folder.iterdir()) if folders.is_dataset(path)] if folder.is_dir() else []
    return [*found, glyphs.NAME]

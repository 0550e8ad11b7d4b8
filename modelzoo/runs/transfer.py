"""The files of a run as arrays, for a machine that does not share the folder of runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from modelzoo.base.atomic import atomic_file, make_folder
from modelzoo.base.claim_files import claim_files
from modelzoo.runs import store

# The content of each file by its name. Arrays of bytes cross processes without a copy.
Files = Mapping[str, npt.NDArray[np.uint8]]


@dataclass(frozen=True)
class PackedRun:
    """The files of a run: those under its final name, and those of its partial folder, as the checkpoint."""

    final: Files
    partial: Files


def pack_run(runs: Path, run_id: str) -> PackedRun:
    """Read the files of a run; a missing folder has none."""
    return PackedRun(_read(runs / run_id), _read(runs / f"{run_id}{store.PARTIAL}"))


def unpack_run(packed: PackedRun, runs: Path, run_id: str) -> None:
    """Write the files of a run as the run itself writes them: a whole run appears in one rename.

    Raises
    ------
    ZooError
        If another process works on the run, or the folder cannot be written.
    """
    with store.claim_run(runs, run_id) as claim:
        partial = claim.folder
        _write(packed.partial, partial)
        if packed.final and packed.partial:  # a failed run, which can be resumed
            make_folder(runs / run_id)
            _write(packed.final, runs / run_id)
        elif packed.final:
            _write(packed.final, partial)
            store.publish(partial)


def _read(folder: Path) -> Files:
    """Read the files of a folder without claims, and without hidden files, which are half-written."""
    claims = {*claim_files(folder), *claim_files(folder, store.RESULTS_CLAIM)}
    paths = sorted(set(folder.iterdir()) - claims) if folder.is_dir() else []
    return {path.name: np.fromfile(path, np.uint8) for path in paths if not path.name.startswith(".")}


def _write(files: Files, folder: Path) -> None:
    for name, content in files.items():
        with atomic_file(folder / name) as file:
            file.write(content.data)

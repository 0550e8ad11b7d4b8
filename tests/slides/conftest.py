"""The shipped catalog in a folder of its own, in which a test may change what it likes."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from modelzoo.base import paths


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    folder = tmp_path / "catalog"
    shutil.copytree(paths.CATALOG, folder)
    return folder


@pytest.fixture
def edit(catalog: Path) -> Callable[[str, str, str], Path]:
    """Replace a text that stands once in a file of the copied catalog; gives the folder."""

    def change(file: str, old: str, new: str) -> Path:
        data = (catalog / file).read_bytes().decode()
        assert data.count(old) == 1, f"{old!r} stands {data.count(old)} times in {file}"
        (catalog / file).write_bytes(data.replace(old, new).encode())
        return catalog

    return change

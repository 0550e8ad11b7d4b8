import errno
import os
from itertools import count
from pathlib import Path

import pytest

from modelzoo.catalog.importers.csv import import_csv
from modelzoo.catalog.importers.table import Imported
from modelzoo.catalog.provenance import facts_path
from modelzoo.errors import ZooError


@pytest.fixture
def imported(tmp_path: Path) -> Imported:
    path = tmp_path / "theirs.csv"
    path.write_text('name,fps\n"A, the first",30\nB,-\n', encoding="utf-8")
    return import_csv(path, "name,fps")


def test_a_catalog_and_its_facts_are_written(imported: Imported, tmp_path: Path) -> None:
    imported.write(tmp_path / "mine.csv")
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == 'name,fps\n"A, the first",30\nB,\n'
    assert "SHA-256" in (tmp_path / "mine.source.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("there", ["mine.csv", "mine.source.toml"])
def test_what_is_there_is_replaced_by_force_only(imported: Imported, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("precious", encoding="utf-8")
    with pytest.raises(ZooError, match=rf"{there} exists; write the catalog elsewhere by --output, or .* --force"):
        imported.write(tmp_path / "mine.csv")
    assert (tmp_path / there).read_text(encoding="utf-8") == "precious"
    imported.write(tmp_path / "mine.csv", force=True)
    assert (tmp_path / there).read_text(encoding="utf-8") != "precious"


def test_the_table_that_is_read_is_not_replaced_even_by_force(imported: Imported, tmp_path: Path) -> None:
    before = (tmp_path / "theirs.csv").read_bytes()
    with pytest.raises(ZooError, match=r"theirs.csv is the table that is read"):
        imported.write(tmp_path / "theirs.csv", force=True)
    assert (tmp_path / "theirs.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("out", "message"),
    [("mine.txt", r"suffix '.txt'; expected .csv"), ("gone/mine.csv", "cannot write .*No such file"), (".", "suffix")],
)
def test_a_place_that_cannot_be_written_is_an_error(imported: Imported, tmp_path: Path, out: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        imported.write(tmp_path / out)


@pytest.mark.parametrize("calls", [1, 2])
def test_a_full_disk_leaves_neither_the_catalog_nor_its_source(
    imported: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    """The disk is found full at the first or at the second file, before any of the two has its name."""
    flush, done = os.fsync, count(1)

    def full(descriptor: int) -> None:
        if next(done) == calls:
            raise OSError(errno.ENOSPC, "No space left on device")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ZooError, match="No space left on device"):
        imported.write(tmp_path / "mine.csv")
    assert not list(tmp_path.glob("mine*"))


def test_a_folder_is_not_written_over_and_nothing_is_left_beside_it(imported: Imported, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").mkdir()
    with pytest.raises(ZooError, match=r"mine.csv: it is a folder"):
        imported.write(tmp_path / "mine.csv", force=True)
    assert not facts_path(tmp_path / "mine.csv").exists()

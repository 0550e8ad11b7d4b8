"""The run that a person names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.runs.find import find_run
from modelzoo.runs.invocation import Invocation, write_invocation
from modelzoo.runs.record import RECORD, write_record


def write(folder: Path, record: Any) -> Path:
    (folder / record.id).mkdir(parents=True)
    write_record(record, folder / record.id)
    return folder / record.id


def test_a_run_is_found_by_its_id_the_beginning_of_its_id_and_its_path(
    make_record: Callable[..., Any], tmp_path: Path, empty: Path
) -> None:
    record = make_record("lenet5", id="lenet5-0a1b2c")
    folder = write(tmp_path, record)
    write(tmp_path, make_record("lenet5", id="lenet5-0a1b2cdef0"))
    write(tmp_path, make_record("mobilenet", id="mobilenet-77"))
    for name in ("lenet5-0a1b2c", str(folder), folder):
        run = find_run(name, tmp_path, empty)
        assert (run.record, run.folder, run.origin) == (record, folder, "local")
    assert find_run("mob", tmp_path, empty).id == "mobilenet-77"


def test_a_path_needs_no_folder_of_runs(
    make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    monkeypatch.chdir(tmp_path)
    folder = write(tmp_path / "benchmarks" / "results", make_record("lenet5", id="lenet5-1"))
    assert find_run(folder).origin == "shipped"


def test_the_beginning_of_an_id_selects_local_runs_first(make_record: Callable[..., Any], tmp_path: Path) -> None:
    write(tmp_path / "runs", make_record("lenet5", id="lenet5-1"))
    write(tmp_path / "results", make_record("lenet5", id="lenet5-2"))
    assert find_run("lenet5", tmp_path / "runs", tmp_path / "results").id == "lenet5-1"
    assert find_run("lenet5-2", tmp_path / "runs", tmp_path / "results").origin == "shipped"


def test_a_finished_run_comes_before_a_failed_one_and_a_local_one_before_a_shipped_one(
    make_record: Callable[..., Any], tmp_path: Path
) -> None:
    record = make_record("lenet5", id="lenet5-1")
    write(tmp_path / "runs", replace(record, outcome="failed", test=None))
    shipped = write(tmp_path / "results", make_record("lenet5", id="lenet5-1", hardware={"cpu": "EPYC"}))
    assert find_run("lenet5-1", tmp_path / "runs", tmp_path / "results").folder == shipped
    (tmp_path / "runs" / "lenet5-1" / RECORD).unlink()
    write_record(record, tmp_path / "runs" / "lenet5-1")
    assert find_run("lenet5-1", tmp_path / "runs", tmp_path / "results").origin == "local"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lenet5", "several runs: lenet5-1, lenet5-2"),
        ("lenet5-3", "unknown run 'lenet5-3'; did you mean"),
        ("", "zoo runs"),
        ("vgg16-9", "vgg16-9 is partial; resume it: zoo bench vgg16 --epochs 9"),
        ("damaged-1", "damaged-1/record.json: not a record"),
    ],
)
def test_a_name_without_one_run_is_an_error(
    make_record: Callable[..., Any], tmp_path: Path, empty: Path, name: str, words: str
) -> None:
    write(tmp_path, make_record("lenet5", id="lenet5-1"))
    write(tmp_path, make_record("lenet5", id="lenet5-2"))
    (tmp_path / "vgg16-9.partial").mkdir()
    write_invocation(tmp_path / "vgg16-9.partial", Invocation(command="zoo bench vgg16 --epochs 9"))
    (tmp_path / "damaged-1").mkdir()
    (tmp_path / "damaged-1" / RECORD).write_text("{")
    with pytest.raises(ZooError) as error:
        find_run(name, tmp_path, empty)
    assert words in str(error.value)


def test_a_folder_without_a_record_is_not_called_an_unknown_name(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(ZooError, match=r"photos is no folder of a run: it has no record\.json"):
        find_run(tmp_path / "photos")

"""Records: read back as written, and named where they are damaged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.errors import ZooError
from modelzoo.runs.record import RECORD, SCHEMA, LaterSchemaError, load_records, read_record, write_record


def test_a_record_is_read_as_it_was_written(make_record: Callable[..., Any], tmp_path: Path) -> None:
    record = make_record("lenet5", flops=8.1e5, peak_memory_mb=712.4, saved_model_bytes=270_000)
    write_record(record, tmp_path)
    assert read_record(tmp_path / RECORD) == record


def test_the_file_is_json_for_people_with_its_schema_first(make_record: Callable[..., Any], tmp_path: Path) -> None:
    write_record(make_record("lenet5"), tmp_path)
    lines = (tmp_path / RECORD).read_text(encoding="utf-8").splitlines()
    assert lines[1] == f'  "schema": {SCHEMA},'


def test_the_schema_has_these_keys(make_record: Callable[..., Any], tmp_path: Path) -> None:
    """A change here changes what others read: raise SCHEMA, and keep the old one readable."""
    write_record(make_record("lenet5"), tmp_path)
    stored = json.loads((tmp_path / RECORD).read_text())
    assert list(stored) == [
        "schema", "id", "model", "name", "variant", "trainable_params", "total_params", "recipe_name", "recipe",
        "dataset", "seed", "input_shape", "backend", "versions", "precision", "weights_sha256", "hardware", "started",
        "finished", "epochs", "best_epoch", "stopped_by", "test", "latency", "no_latency", "peak_memory_mb",
        "on_gpu", "saved_model_bytes", "flops", "outcome", "reason", "files", "build", "image_shape", "temperature",
        "train_counts",
    ]  # fmt: skip


def test_keys_that_a_later_version_added_are_passed_over(make_record: Callable[..., Any], tmp_path: Path) -> None:
    write_record(make_record("lenet5"), tmp_path)
    stored = json.loads((tmp_path / RECORD).read_text())
    stored["energy_j"] = 5
    stored["test"]["top10"] = 99
    (tmp_path / RECORD).write_text(json.dumps(stored))
    assert read_record(tmp_path / RECORD) == make_record("lenet5")


def without_test(stored: dict[str, Any]) -> None:
    """Since schema 2 a finished run may lack its test result."""
    stored |= {"test": None, "schema": 1}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda stored: stored.pop("model"), "missing required field `model`"),
        (lambda stored: stored.update(seed="one"), r"\$\.seed"),
        (lambda stored: stored["epochs"][2].update(val_loss=None), r"\$\.epochs\[2\]\.val_loss"),
        (lambda stored: stored.update(outcome="perhaps"), "perhaps"),
        (lambda stored: stored.update(best_epoch=13), "best_epoch is 13 of 12 epochs"),
        (lambda stored: stored.update(best_epoch=0), r"Expected `int` >= 1 - at `\$\.best_epoch`"),
        (without_test, "finished and has no test result"),
        (lambda stored: stored.update(schema="1"), r"\$\.schema"),
        (lambda stored: stored.pop("schema"), "schema"),
    ],
)
def test_a_damaged_record_is_named_with_its_field(
    make_record: Callable[..., Any], tmp_path: Path, damage: Callable[..., Any], words: str
) -> None:
    write_record(make_record("lenet5"), tmp_path)
    stored = json.loads((tmp_path / RECORD).read_text())
    damage(stored)
    (tmp_path / RECORD).write_text(json.dumps(stored))
    with pytest.raises(ZooError, match=rf"(?i)record\.json: not a record: .*{words}.*; remove it or bench"):
        read_record(tmp_path / RECORD)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b'{"schema": 1}', b"null"])
def test_what_is_no_record_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / RECORD).write_bytes(data)
    with pytest.raises(ZooError, match=r"record\.json: not a record"):
        read_record(tmp_path / RECORD)


def test_a_later_schema_asks_for_an_update(make_record: Callable[..., Any], tmp_path: Path) -> None:
    write_record(make_record("lenet5", schema=SCHEMA + 1), tmp_path)
    with pytest.raises(LaterSchemaError, match=rf"schema {SCHEMA + 1}; this version reads up to {SCHEMA}, update"):
        read_record(tmp_path / RECORD)


def test_good_records_are_read_past_bad_ones_oldest_first(keep: Callable[..., Any], tmp_path: Path) -> None:
    newer = keep("mobilenet", started="2026-02-01T00:00:00Z")
    older = keep("lenet5", started="2026-01-01T00:00:00Z")
    broken = keep("vgg16")
    (tmp_path / broken.id / RECORD).write_text('{"schema": 1')
    (tmp_path / "empty").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "notes.txt").touch()
    records, faults = load_records(tmp_path)
    assert records == (older, newer)
    assert len(faults) == 1
    assert f"{broken.id}/record.json" in faults[0]


def test_partial_runs_are_no_records(make_record: Callable[..., Any], tmp_path: Path) -> None:
    partial = tmp_path / "lenet5-1.partial"
    partial.mkdir()
    write_record(make_record("lenet5"), partial)
    assert load_records(tmp_path) == ((), ())


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(ZooError, match=f"{name} is no folder; name the one that `zoo bench --runs` wrote to"):
            load_records(tmp_path / name)


def test_a_record_that_is_no_file_is_a_problem(keep: Callable[..., Any], tmp_path: Path) -> None:
    record = keep("lenet5")
    (tmp_path / record.id / RECORD).unlink()
    (tmp_path / record.id / RECORD).mkdir()
    assert load_records(tmp_path)[1] == (f"{tmp_path / record.id / RECORD} is a folder; expected a regular file",)


@pytest.mark.parametrize(("rule", "completed"), [("patience", True), ("schedule", True), ("limit", False)])
def test_only_a_limit_ends_a_training_before_its_time(
    make_record: Callable[..., Any], rule: str, completed: bool
) -> None:
    assert make_record("lenet5", stopped_by=rule).completed is completed


def test_the_pace_leaves_out_the_first_epoch(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", epochs=4)
    seconds = [90.0, 10.0, 12.0, 11.0]
    epochs = tuple(replace(epoch, seconds=took) for epoch, took in zip(record.epochs, seconds, strict=True))
    assert replace(record, epochs=epochs).seconds_per_epoch == 11
    assert replace(record, epochs=epochs[:1]).seconds_per_epoch == 90
    assert replace(record, epochs=()).seconds_per_epoch is None

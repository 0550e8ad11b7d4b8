"""The list of runs: finished, failed and partial, local and shipped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.runs import store
from modelzoo.runs.checkpoint import TrainingState, save_checkpoint
from modelzoo.runs.invocation import INVOCATION, Invocation, write_invocation
from modelzoo.runs.label import write_label
from modelzoo.runs.listing import list_runs
from modelzoo.runs.listing_table import runs_table
from modelzoo.runs.record import RECORD
from modelzoo.tables.text import render_text


def begin(runs: Path, run_id: str, started: str, epochs: Any = ()) -> None:
    partial = runs / f"{run_id}.partial"
    partial.mkdir(parents=True)
    known = {"model": "lenet5", "name": "LeNet-5", "recipe_name": "quick", "dataset": "glyphs", "seed": 3, "epochs": 5}
    store.write_start_marker(partial, store.StartMarker(id=run_id, started=started, **known))  # type: ignore[arg-type]
    if epochs:
        save_checkpoint(partial, TrainingState(epochs=list(epochs)), [np.zeros(3)])


def test_every_kind_of_run_is_listed_local_ones_first_then_the_oldest(keep: Callable[..., Any], tmp_path: Path) -> None:
    runs, shipped = tmp_path / "runs", tmp_path / "shipped"
    good = keep(runs=runs, started="2026-01-03T00:00:00Z", validation=87.5, correct=8650, latency=1.5)
    keep("vgg16", runs=shipped, started="2026-01-01T00:00:00Z")
    keep("vgg19", runs=runs, started="2026-01-02T00:00:00Z", outcome="failed", reason="out of memory", test=None,
         best_epoch=None, latency=1, epochs=0)  # fmt: skip
    begin(runs, "lenet5-b", "2026-01-04T00:00:00Z", good.epochs[:2])
    listed = list_runs(runs, shipped, shipped=True)
    assert listed.problems == ()
    assert [(run.outcome, run.origin, run.epochs) for run in listed.runs] == [
        ("failed", "local", 0),
        ("finished", "local", 12),
        ("partial", "local", 2),
        ("finished", "shipped", 12),
    ]
    finished = listed.runs[1]
    assert (finished.validation_accuracy, finished.test_accuracy, finished.latency_ms) == (87.5, 86.5, 1.5)
    assert listed.runs[2].seed == 3


def test_shipped_runs_are_listed_only_where_no_local_run_matches(keep: Callable[..., Any], tmp_path: Path) -> None:
    runs, shipped = tmp_path / "runs", tmp_path / "shipped"
    keep("lenet5", runs=runs, dataset={"name": "photos"})
    keep("vgg16", runs=shipped)
    own = list_runs(runs, shipped)
    assert [run.model for run in own.runs] == ["lenet5"]
    assert own.hidden == 1
    assert "1 shipped run not listed; --shipped adds them" in runs_table(own).notes
    assert [run.model for run in list_runs(runs, shipped, dataset="emnist47").runs] == ["vgg16"]
    (runs / "lenet5-default-8600-0" / RECORD).unlink()
    assert [run.model for run in list_runs(runs, shipped).runs] == ["vgg16"]
    begin(runs, "lenet5-b", "2026-01-04T00:00:00Z")
    assert [run.id for run in list_runs(runs, shipped).runs] == ["lenet5-b"]


def test_a_data_set_and_a_model_select_runs_of_every_outcome(
    keep: Callable[..., Any], tmp_path: Path, empty: Path
) -> None:
    keep("efficientnetb1")
    keep("lenet5", dataset={"name": "glyphs"}, outcome="failed", reason="out of memory", test=None)
    begin(tmp_path, "lenet5-b", "2026-01-04T00:00:00Z")
    assert [run.outcome for run in list_runs(tmp_path, empty, dataset="glyphs").runs] == ["partial", "failed"]
    assert [run.model for run in list_runs(tmp_path, empty, model="EfficientNet-B1").runs] == ["efficientnetb1"]
    with pytest.raises(ZooError, match="unknown data set of a run 'glyph'; did you mean 'glyphs'"):
        list_runs(tmp_path, empty, dataset="glyph")
    with pytest.raises(ZooError, match="unknown model of a run 'vgg16'; known: efficientnetb1, lenet5"):
        list_runs(tmp_path, empty, model="vgg16")


def test_the_disk_use_is_that_of_all_files(keep: Callable[..., Any], tmp_path: Path, empty: Path) -> None:
    record = keep()
    (tmp_path / record.id / "weights.weights.h5").write_bytes(bytes(2_500_000))
    begin(tmp_path, "lenet5-b", "2026-01-04T00:00:00Z")
    (tmp_path / "lenet5-b.partial" / "checkpoint.npz").write_bytes(bytes(1_000_000))
    listed = list_runs(tmp_path, empty)
    assert [run.size_mb for run in listed.runs] == [pytest.approx(1, abs=0.01), pytest.approx(2.5, abs=0.01)]
    assert listed.size_mb == sum(run.size_mb for run in listed.runs)
    assert listed.size_mb == list_runs(tmp_path, empty, dataset="glyphs").size_mb
    assert f"Local runs in {tmp_path} take 3.5 MB" in runs_table(listed).caption


def test_a_partial_run_gives_the_command_that_resumes_it(tmp_path: Path, empty: Path) -> None:
    begin(tmp_path, "lenet5-b", "2026-01-04T00:00:00Z")
    write_invocation(tmp_path / "lenet5-b.partial", Invocation(command="zoo bench lenet5 --dataset 'my photos'"))
    listed = list_runs(tmp_path, empty)
    assert "lenet5-b is partial; resume it: zoo bench lenet5 --dataset 'my photos'" in runs_table(listed).notes
    (tmp_path / "lenet5-b.partial" / INVOCATION).write_text("{")
    listed = list_runs(tmp_path, empty)
    assert [run.command for run in listed.runs] == [None]
    assert "invocation.json: not the invocation of a run" in listed.problems[0]


def test_labels_have_a_column_if_there_are_any(keep: Callable[..., Any], tmp_path: Path, empty: Path) -> None:
    record = keep()
    assert "label" not in [column.key for column in runs_table(list_runs(tmp_path, empty)).columns]
    write_label(tmp_path / record.id, "baseline")
    table = runs_table(list_runs(tmp_path, empty))
    assert table.cells()[0][:2] == [record.id, "baseline"]


def test_a_row_fits_in_eighty_columns_whatever_the_names(keep: Callable[..., Any], tmp_path: Path, empty: Path) -> None:
    keep("inceptionresnetv2", id="inceptionresnetv2-0123456789", recipe_name="slides-resnet50-batch2048",
         dataset={"name": "photographs-of-birds"}, latency=123.4)  # fmt: skip
    table = runs_table(list_runs(tmp_path, empty), 80)
    heading, row = render_text(table, 80).split("Local runs")[0].split("─\n")
    assert all(len(line) <= 80 for line in (*heading.splitlines(), *row.splitlines()))
    assert row.startswith("inceptionresnetv2-0123456789  finished")
    assert any(note.startswith("Left out to fit 80 columns: Recipe") for note in table.notes)


def test_the_validation_accuracy_is_the_best_epochs(keep: Callable[..., Any], tmp_path: Path, empty: Path) -> None:
    record = keep()
    epochs = tuple(msgspec.structs.replace(epoch, val_accuracy=float(epoch.epoch)) for epoch in record.epochs)
    (tmp_path / record.id / RECORD).write_bytes(
        msgspec.json.encode(msgspec.structs.replace(record, epochs=epochs, best_epoch=7))
    )
    assert list_runs(tmp_path, empty).runs[0].validation_accuracy == 7.0


def test_a_failed_run_gives_its_reason_and_a_partial_one_what_to_do(
    keep: Callable[..., Any], tmp_path: Path, empty: Path
) -> None:
    failed = keep(outcome="failed", reason="the loss became nan in epoch 2", test=None)
    begin(tmp_path, "lenet5-b", "2026-01-04T00:00:00Z")
    notes = runs_table(list_runs(tmp_path, empty)).notes
    assert f"{failed.id} failed: the loss became nan in epoch 2" in notes
    assert any(note.startswith("lenet5-b is partial; resume it: the command that started it") for note in notes)


def test_a_damaged_record_is_named_and_the_rest_is_listed(
    keep: Callable[..., Any], tmp_path: Path, empty: Path
) -> None:
    keep("mobilenet")
    broken = keep("lenet5")
    (tmp_path / broken.id / RECORD).write_text("{")
    listed = list_runs(tmp_path, empty)
    assert [run.name for run in listed.runs] == ["mobilenet"]
    assert len(listed.problems) == 1
    assert broken.id in listed.problems[0]


@pytest.mark.parametrize("damage", [b"", b"PK\3\4 no zip"])
def test_a_partial_run_is_listed_whatever_its_files_are(tmp_path: Path, damage: bytes, empty: Path) -> None:
    (tmp_path / "lenet5-b.partial").mkdir()
    for name in ("checkpoint.npz", "begun.json"):
        (tmp_path / "lenet5-b.partial" / name).write_bytes(damage)
    (run,) = list_runs(tmp_path, empty).runs
    assert (run.id, run.outcome, run.epochs) == ("lenet5-b", "partial", 0)


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"[" * 5000, b'{"id": 1}'])
def test_a_start_marker_that_cannot_be_read_is_named_and_its_run_is_listed(
    tmp_path: Path, empty: Path, damage: bytes
) -> None:
    (tmp_path / "lenet5-b.partial").mkdir()
    (tmp_path / "lenet5-b.partial" / "begun.json").write_bytes(damage)
    listed = list_runs(tmp_path, empty)
    assert [run.id for run in listed.runs] == ["lenet5-b"]
    (problem,) = listed.problems
    assert "lenet5-b.partial/begun.json: not a start marker: " in problem


def test_many_partial_runs_are_counted_in_the_notes(tmp_path: Path, empty: Path) -> None:
    for number in range(50):
        (tmp_path / f"lenet5-{number:02}.partial").mkdir()
    notes = runs_table(list_runs(tmp_path, empty)).notes
    assert len(notes) == 21
    assert notes[-1] == "and 30 more partial runs; --json has all of them"


def test_a_folder_that_was_named_and_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("none", "file"):
        with pytest.raises(ZooError, match=f"{name} is no folder; name the one that"):
            list_runs(tmp_path / name)


def test_the_usual_folder_need_not_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    assert list_runs(shipped_folder=empty).runs == ()


def test_the_plain_data_has_the_faults_too(keep: Callable[..., Any], tmp_path: Path, empty: Path) -> None:
    broken = keep("lenet5")
    (tmp_path / broken.id / RECORD).write_text("{")
    told = msgspec.to_builtins(list_runs(tmp_path, empty))
    assert set(told) == {"runs", "seeds", "faults", "folder", "size_mb", "hidden"}
    assert not told["runs"]
    assert told["folder"] == str(tmp_path)


def test_seeds_of_one_recipe_are_told_together(keep: Callable[..., Any], tmp_path: Path, empty: Path) -> None:
    for seed in (0, 1):
        keep(name="LeNet-5", seed=seed, correct=8600 + 20 * seed)
    listed = list_runs(tmp_path, empty)
    assert "86.10 ± 0.14 % test accuracy (mean and standard deviation of 2 seeds)" in runs_table(listed).notes[0]
    assert msgspec.to_builtins(listed)["seeds"][0]["seeds"] == (0, 1)


def test_a_failed_run_that_can_go_on_is_listed_once(keep: Callable[..., Any], tmp_path: Path, empty: Path) -> None:
    failed = keep(id="lenet5-a", outcome="failed", reason="out of memory", test=None)
    begin(tmp_path, failed.id, failed.started, failed.epochs[:2])
    assert [(run.id, run.outcome) for run in list_runs(tmp_path, empty).runs] == [("lenet5-a", "failed")]

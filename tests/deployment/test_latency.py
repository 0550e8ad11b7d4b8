"""Latency of runs and of saved files, next to that of untrained models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import modelzoo
from modelzoo.benchmarking.untrained_table import speed_table
from modelzoo.errors import ZooError
from modelzoo.runs.local import name_run
from modelzoo.runs.record import write_record
from modelzoo.timing.clock import Limits

pytestmark = pytest.mark.xdist_group("keras")

SHORT = Limits(20, 1.0)


@pytest.mark.slow
def test_runtimes_stand_in_one_table_with_their_threads(saved: Callable[..., Path], run_folder: Path) -> None:
    files = [str(path) for path in (saved("onnx"), saved("litert"), saved("litert", int8=True))]
    speeds = modelzoo.latency("lenet5", *files, run_folder.name, batches=(1, 4), limits=SHORT, runs=run_folder.parent)
    assert speeds.faults == ()
    table = speed_table(speeds)
    index = [column.key for column in table.columns].index("runtime")
    assert [(row[0], row[index]) for row in table.rows[::2]] == [
        ("float.onnx", "onnxruntime"),
        ("float.tflite", "LiteRT"),
        ("int8.tflite", "LiteRT int8"),
        (run_folder.name, "Keras"),
        ("LeNet-5", "Keras"),
    ]
    assert [latency.batch for network in speeds.networks for latency in network.latency] == [1, 4] * 5
    assert all(latency.p50_ms > 0 for network in speeds.networks for latency in network.latency)
    (runtimes,) = (note for note in table.notes if note.startswith("Runtimes"))
    assert runtimes.count("threads") == 3
    assert "trained and untrained weights" in table.caption
    trained = speeds.networks[3]
    assert (trained.input_shape, trained.classes, trained.flops is None) == ((28, 28, 1), 4, False)


@pytest.mark.slow
def test_a_file_is_measured_in_a_worker_too(saved: Callable[..., Path]) -> None:
    speeds = modelzoo.latency(str(saved("onnx")), batches=(1,), limits=SHORT, apart=True)
    assert (speeds.faults, len(speeds.networks)) == ((), 1)


def test_a_file_that_is_missing_is_an_error_before_anything_is_measured() -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(ZooError, match=r"nosuch\.onnx"):
        modelzoo.latency("nosuch.onnx", "lenet5")


def test_a_run_is_found_by_its_label(make_record: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "lenet5-1").mkdir()
    write_record(make_record("lenet5", id="lenet5-1"), tmp_path / "lenet5-1")
    name_run("lenet5-1", "baseline", tmp_path)
    with pytest.raises(ZooError, match="lenet5-1 keeps no weights"):
        modelzoo.latency("baseline", runs=tmp_path)


def test_a_run_without_weights_is_an_error_before_anything_is_measured() -> None:
    from modelzoo.base import paths

    shipped = next((paths.BENCHMARKS / "results").glob("lenet5-*"))
    with pytest.raises(ZooError, match="keeps no weights"):
        modelzoo.latency(str(shipped))

"""Histories in the real trackers, read back by their own libraries without a network."""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from modelzoo.errors import ZooError
from modelzoo.runs.record import Record
from modelzoo.tracking import mlflow as to_mlflow
from modelzoo.tracking import tensorboard as to_tensorboard
from modelzoo.tracking import trackio as to_trackio
from modelzoo.tracking.history import history_of

STARTED = datetime.fromisoformat("2026-01-05T10:00:00Z").timestamp()

# Each step of the record with its seconds after the start, and the value.
LOSSES = [(1, 10.0, 1.0), (2, 30.0, 0.5), (3, 60.0, 1 / 3)]
RATES = [(1, 10.0, 1e-3), (2, 30.0, 5e-4), (3, 60.0, 1e-3 / 3)]
TESTED = [(3, 120.0, 86.0)]
LATENCY = [(3, 120.0, 2.0)]
EXPECTED = {
    "train/loss": LOSSES,
    "learning_rate": RATES,
    "test/accuracy_percent": TESTED,
    "latency/batch_1_p50_ms": LATENCY,
}


def test_the_history_has_all_values_and_parameters(record: Record) -> None:
    history = history_of(record)
    assert sorted({name for point in history.points for name in point.values}) == [
        "epoch_s",
        "latency/batch_1_p50_ms",
        "latency/batch_1_p90_ms",
        "learning_rate",
        "test/accuracy_high_percent",
        "test/accuracy_low_percent",
        "test/accuracy_percent",
        "test/ece_points",
        "test/loss",
        "test/macro_recall_percent",
        "test/top5_percent",
        "train/accuracy_percent",
        "train/loss",
        "val/accuracy_percent",
        "val/loss",
        "val/macro_recall_percent",
    ]
    parameters = history.parameters
    assert (parameters["recipe.optimizer.name"], parameters["recipe.optimizer.learning_rate"]) == ("adam", 0.01)
    assert (parameters["seed"], parameters["dataset.name"], parameters["versions.keras"]) == (7, "emnist47", "3.10.0")
    assert "recipe.title" not in parameters
    assert None not in parameters.values()


def test_no_epoch_ends_after_the_run(record: Record) -> None:
    times = [
        point.time_s for point in history_of(msgspec.structs.replace(record, finished="2026-01-05T10:00:40Z")).points
    ]
    assert times == [STARTED + 10, STARTED + 30, STARTED + 40, STARTED + 40]


def test_a_failed_run_has_its_epochs_alone(record: Record) -> None:
    failed = msgspec.structs.replace(record, outcome="failed", test=None, latency=())
    history = history_of(failed)
    assert ([point.step for point in history.points], history.finished) == ([1, 2, 3], False)


def test_tensorboard_reads_steps_times_values_and_parameters(
    record: Record, tmp_path: Path, offline: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # TensorBoard then reads without TensorFlow, whose import takes seconds.
    monkeypatch.setitem(sys.modules, "tensorboard.compat.notf", ModuleType("notf"))
    event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    from tensorboard.plugins.hparams import metadata

    assert to_tensorboard.log(history_of(record), str(tmp_path / "logs"))
    events = event_accumulator.EventAccumulator(str(tmp_path / "logs" / record.id)).Reload()
    for name, expected in EXPECTED.items():
        found = [(event.step, event.wall_time - STARTED, event.value) for event in events.Scalars(name)]
        assert found == [pytest.approx(point) for point in expected]
    content = events.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    session = metadata.parse_session_start_info_plugin_data(content)
    assert session.hparams["recipe.optimizer.learning_rate"].number_value == 0.01
    assert (session.group_name, session.start_time_secs) == (record.id, STARTED)
    assert offline == []


def test_tensorboard_gets_a_run_once(record: Record, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    assert to_tensorboard.log(history_of(record), str(tmp_path))
    (file,) = (tmp_path / record.id).iterdir()
    content = file.read_bytes()
    assert not to_tensorboard.log(history_of(record), str(tmp_path))
    assert [(tmp_path / record.id / file.name).read_bytes()] == [path.read_bytes() for path in file.parent.iterdir()]
    assert file.read_bytes() == content


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of one database for all tests: MLflow takes seconds to create its tables."""
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("mlflow")
    return tmp_path_factory.mktemp("mlflow") / "mlflow.db"


def runs_of(database: Path, name: str) -> tuple[Any, list[Any]]:
    """Return a client, and the runs of this name that it finds."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{database}")
    experiment = client.get_experiment_by_name("modelzoo").experiment_id
    return client, client.search_runs([experiment], f"run_name = '{name}'")


@pytest.mark.slow
def test_mlflow_reads_steps_times_values_and_parameters_and_gets_a_run_once(
    record: Record, database: Path, offline: list[Any]
) -> None:
    assert to_mlflow.log(history_of(record), str(database))
    assert not to_mlflow.log(history_of(record), str(database))
    client, (run,) = runs_of(database, record.id)
    for name, expected in EXPECTED.items():
        history = client.get_metric_history(run.info.run_id, name)
        found = [(metric.step, metric.timestamp / 1000 - STARTED, metric.value) for metric in history]
        assert found == [pytest.approx(point) for point in expected]
    assert run.data.params["recipe.optimizer.learning_rate"] == "0.01"
    assert (run.info.run_name, run.info.status) == (record.id, "FINISHED")
    assert (run.info.start_time, run.info.end_time) == (STARTED * 1000, (STARTED + 120) * 1000)
    assert offline == []


@pytest.mark.slow
def test_an_mlflow_run_that_broke_off_is_removed_and_logged_again(
    make_record: Callable[..., Any], database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = make_record("vgg16")
    with monkeypatch.context() as broken:
        broken.setattr(to_mlflow, "_batches", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            to_mlflow.log(history_of(record), str(database))
    assert runs_of(database, record.id)[1] == []
    assert to_mlflow.log(history_of(record), str(database))
    assert len(runs_of(database, record.id)[1]) == 1


@pytest.mark.slow
def test_an_mlflow_database_that_cannot_be_opened_is_one_line(record: Record, tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy")
    pytest.importorskip("mlflow")
    (tmp_path / "mlflow.db").write_bytes(b"no database" * 100)
    with pytest.raises(ZooError, match=r"^MLflow cannot log to sqlite:///.*mlflow\.db: .*$"):
        to_mlflow.log(history_of(record), str(tmp_path / "mlflow.db"))


def test_trackio_reads_steps_times_values_and_parameters_and_gets_a_run_once(
    record: Record, tmp_path: Path, offline: list[Any], make_record: Callable[..., Any]
) -> None:
    storage = pytest.importorskip("trackio.sqlite_storage").SQLiteStorage
    assert to_trackio.log(history_of(record), str(tmp_path))
    assert not to_trackio.log(history_of(record), str(tmp_path))
    assert to_trackio.log(history_of(make_record("vgg16")), str(tmp_path))
    assert (tmp_path / "modelzoo.db").is_file()
    assert sorted(storage.get_runs("modelzoo")) == sorted([record.id, make_record("vgg16").id])
    logs = storage.get_logs("modelzoo", record.id)
    for name, expected in EXPECTED.items():
        found = [
            (log["step"], datetime.fromisoformat(log["timestamp"]).timestamp() - STARTED, log[name])
            for log in logs
            if name in log
        ]
        assert found == [pytest.approx(point) for point in expected]
    config = storage.get_run_config("modelzoo", record.id)
    assert (config["recipe.optimizer.learning_rate"], config["seed"]) == (0.01, 7)
    assert offline == []


def test_another_output_of_trackio_is_another_database(record: Record, tmp_path: Path) -> None:
    pytest.importorskip("trackio")
    for name in ("a", "b"):
        assert to_trackio.log(history_of(record), str(tmp_path / name))
        assert (tmp_path / name / "modelzoo.db").is_file()


@pytest.mark.parametrize(
    ("log", "name", "message"),
    [
        (to_mlflow.log, "folder", "is no file in a folder that exists; name a database file"),
        (to_mlflow.log, "missing/mlflow.db", "is no file in a folder that exists; name a database file"),
        (to_trackio.log, "file", "cannot make the folder .*file: File exists; choose one"),
        (to_tensorboard.log, "file", "cannot make the folder .*file.*; choose one"),
    ],
)
def test_a_wrong_output_is_one_line(
    record: Record, tmp_path: Path, log: Callable[..., bool], name: str, message: str
) -> None:
    pytest.importorskip(log.__module__.rpartition(".")[2])
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(ZooError, match=message):
        log(history_of(record), str(tmp_path / name))


def test_parameters_are_json(record: Record) -> None:
    assert json.loads(json.dumps(dict(history_of(record).parameters)))["model"] == "lenet5"

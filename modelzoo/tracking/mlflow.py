"""Histories as runs of MLflow, in a database file or on a server."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from modelzoo.base.text import quote
from modelzoo.errors import ZooError
from modelzoo.tracking.history import History

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "modelzoo"
# The tag with the id of our run. It is set last, so that it marks a run that was logged whole.
TAG = "zoo.run"

# The most items that MLflow takes in one request.
_METRICS, _PARAMETERS = 1000, 100

Item = TypeVar("Item")


def log(history: History, output: str) -> bool:
    """Log the history as a run of the experiment EXPERIMENT; return False if the experiment has the run already.

    Parameters
    ----------
    output : the database file, or the address of a server: ``http://…``
    """
    address = _address(output)
    with _problems(address):
        client = _client(address)
        experiment = client.get_experiment_by_name(EXPERIMENT)
        key = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT)
        if client.search_runs([key], f"tags.`{TAG}` = '{history.id}'", max_results=1):
            return False
        run = client.create_run(key, start_time=_ms(history.started_s), run_name=history.id).info.run_id
        try:
            _fill(client, run, history)
        except BaseException:
            client.delete_run(run)
            raise
        return True


def _client(address: str) -> "MlflowClient":
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=address)


def _address(output: str) -> str:
    if output.startswith(("http://", "https://")):
        return output
    path = Path(output).resolve()
    if path.is_dir() or not path.parent.is_dir():  # MLflow would try again for minutes
        raise ZooError(f"{quote(output)} is no file in a folder that exists; name a database file, as in mlflow.db")
    return f"sqlite:///{path}"


def _fill(client: "MlflowClient", run: str, history: History) -> None:
    from mlflow.entities import Metric, Param

    metrics = [
        Metric(name, value, _ms(point.time_s), point.step)
        for point in history.points
        for name, value in point.values.items()
    ]
    parameters = [Param(name, str(value)) for name, value in history.parameters.items()]
    for part in _batches(parameters, _PARAMETERS):
        client.log_batch(run, params=part)
    for values in _batches(metrics, _METRICS):
        client.log_batch(run, metrics=values)
    client.set_terminated(run, "FINISHED" if history.finished else "FAILED", _ms(history.finished_s))
    client.set_tag(run, TAG, history.id)


def _batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


@contextmanager
def _problems(address: str) -> Iterator[None]:
    """Raise the errors of MLflow as ZooError, with their first line."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (MlflowException, SQLAlchemyError) as error:
        raise ZooError(f"MLflow cannot log to {address}: {str(error).partition(chr(10))[0]}") from error

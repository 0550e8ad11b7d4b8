"""Histories as runs of Trackio, in its own database."""

from datetime import UTC, datetime
from pathlib import Path

from modelzoo.base.atomic import make_folder
from modelzoo.tracking.history import History

PROJECT = "modelzoo"


def log(history: History, output: str) -> bool:
    """Log the history as a run of the project PROJECT; return False if the project has the run already.

    Trackio's own functions log at the present time. Its importers of CSV and TensorBoard files write past times by the
    function that is called here.

    Parameters
    ----------
    output : the folder of the database, which ``TRACKIO_DIR`` names to ``trackio show``
    """
    from trackio import sqlite_storage

    make_folder(Path(output))
    sqlite_storage.TRACKIO_DIR = Path(output).resolve()
    storage = sqlite_storage.SQLiteStorage
    if history.id in storage.get_runs(PROJECT):
        return False
    storage.bulk_log(
        project=PROJECT,
        run=history.id,
        metrics_list=[dict(point.values) for point in history.points],
        steps=[point.step for point in history.points],
        timestamps=[datetime.fromtimestamp(point.time_s, UTC).isoformat() for point in history.points],
        config={"name": history.title, **history.parameters},
    )
    return True

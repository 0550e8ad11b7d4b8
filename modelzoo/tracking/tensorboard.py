"""Histories as event files of TensorBoard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from modelzoo.base.atomic import atomic_file, make_folder
from modelzoo.tracking.history import History


def log(history: History, output: str) -> bool:
    """Write the history to ``output/RUN/``; return False if the file is there already."""
    from tensorboard.summary.writer.record_writer import RecordWriter

    folder = Path(output) / history.id
    path = folder / f"events.out.tfevents.{history.started_s:010.0f}.{history.id}"
    if path.exists():
        return False
    make_folder(folder)
    with atomic_file(path) as file:
        writer = RecordWriter(file)
        for event in _events(history):
            writer.write(event.SerializeToString())
    return True


def _events(history: History) -> Iterator[Any]:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb

    yield Event(wall_time=history.started_s, file_version="brain.Event:2")
    parameters = hparams_pb(dict(history.parameters), trial_id=history.id, start_time_secs=history.started_s)
    yield Event(wall_time=history.started_s, summary=parameters)
    for point in history.points:
        values = [Summary.Value(tag=name, simple_value=value) for name, value in point.values.items()]
        yield Event(wall_time=point.time_s, step=point.step, summary=Summary(value=values))

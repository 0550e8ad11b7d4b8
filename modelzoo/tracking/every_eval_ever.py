"""Runs as JSON files of Every Eval Ever, a schema of evaluation results: https://github.com/evaleval/every_eval_ever."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.base.atomic import make_folder, write_atomically
from modelzoo.base.files import read_present
from modelzoo.runs.record import Record
from modelzoo.tracking.history import parameters_of
from modelzoo.tracking.measures import INFINITY, Interval, Measure, measures_of

SCHEMA = "0.3.0"

# A record knows neither who publishes it nor where its weights are.
_UNKNOWN = "unknown"


def log(record: Record, output: str) -> bool:
    """Write ``output/RUN.json``; return False if the file is the same already."""
    path = Path(output) / f"{record.id}.json"
    new = msgspec.json.format(msgspec.json.encode(evaluation(record)), indent=2) + b"\n"
    if read_present(path) == new:
        return False
    make_folder(path.parent)
    write_atomically(path, new, follow_links=True)
    return True


def evaluation(record: Record) -> dict[str, Any]:
    """Return the run in the schema of version SCHEMA.

    The same run trained and tested the network, so the evaluator is the first party.

    Raises
    ------
    ZooError
        If the run was not tested.
    """
    created = int(datetime.fromisoformat(record.finished).timestamp())
    return {
        "schema_version": SCHEMA,
        "evaluation_id": f"{record.dataset.name}/{record.id}/{created}",
        "evaluation_timestamp": record.finished,
        "retrieved_timestamp": str(created),
        "source_metadata": {
            "source_type": "evaluation_run",
            "source_organization_name": _UNKNOWN,
            "evaluator_relationship": "first_party",
        },
        "eval_library": {"name": "cnn-zoo", "version": record.versions.get("cnn-zoo", _UNKNOWN)},
        "model_info": _model(record),
        "evaluation_results": [_result(record, measure) for measure in measures_of(record)],
    }


def _model(record: Record) -> dict[str, Any]:
    parameters = {name: str(value) for name, value in parameters_of(record).items()}
    engine = {"name": record.backend, "version": record.versions.get(record.backend, _UNKNOWN)}
    return {
        "name": record.title,
        "id": record.variant,
        "inference_engine": engine,
        "additional_details": {"deployment_type": "self_deployed", "model_availability": _UNKNOWN, **parameters},
    }


def _result(record: Record, measure: Measure) -> dict[str, Any]:
    data = record.dataset
    details = {"title": data.title, "split": "test", "images": str(data.test_images), "classes": str(data.classes)}
    checksums = {f"sha256 {name}": digest for name, digest in data.checksums.items()}
    score: dict[str, Any] = {"score": measure.value}
    if measure.interval is not None:
        score["uncertainty"] = _uncertainty(measure.interval)
    return {
        "evaluation_result_id": "/".join((record.id, measure.type, *map(str, measure.arguments.values()))),
        "evaluation_name": data.name,
        "source_data": {
            "dataset_name": data.name,
            "source_type": "other",
            "additional_details": {**details, "synthetic": str(data.synthetic), **checksums},
        },
        "evaluation_timestamp": record.finished,
        "metric_config": {
            "metric_id": measure.type,
            "metric_name": measure.name,
            "metric_unit": measure.unit,
            "metric_parameters": dict(measure.arguments),
            "lower_is_better": measure.lower_is_better,
            "score_type": "continuous",
            "min_score": 0,
            "max_score": "Infinity" if measure.highest == INFINITY else measure.highest,
        },
        "score_details": score,
    }


def _uncertainty(interval: Interval) -> dict[str, Any]:
    ends = {"lower": interval.low, "upper": interval.high, "confidence_level": 0.95, "method": interval.method}
    return {"confidence_interval": ends}

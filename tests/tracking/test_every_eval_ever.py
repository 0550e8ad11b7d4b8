"""Files of Every Eval Ever, checked by the schema of its repository."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from modelzoo.errors import ZooError
from modelzoo.runs.record import Record
from modelzoo.runs.run import load_runs
from modelzoo.tracking.every_eval_ever import SCHEMA, evaluation, log

RULES = json.loads((Path(__file__).parent / "schemas" / "eval.schema.json").read_text(encoding="utf-8"))
SHIPPED = [run.record for run in load_runs()[0] if run.origin == "shipped" and run.usable]


def valid(record: Record) -> dict[str, Any]:
    """Return the evaluation as JSON, after a check by the schema."""
    document = json.loads(msgspec.json.encode(evaluation(record)))
    jsonschema.Draft7Validator(RULES).validate(document)
    return document


def test_the_version_is_that_of_the_schema() -> None:
    assert RULES["version"] == SCHEMA


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda record: record.id)
def test_every_shipped_run_passes_the_schema(shipped: Record) -> None:
    assert valid(shipped)["evaluation_results"][0]["score_details"]["score"] == shipped.test.top1  # type: ignore[union-attr]


def test_a_result_has_value_unit_interval_split_and_seed(record: Record) -> None:
    document = valid(record)
    results = {result["metric_config"]["metric_id"]: result for result in document["evaluation_results"]}
    accuracy = results["accuracy"]
    assert accuracy["score_details"] == {
        "score": 86.0,
        "uncertainty": {
            "confidence_interval": {
                "lower": 85.31,
                "upper": 86.67,
                "confidence_level": 0.95,
                "method": "Wilson score interval",
            }
        },
    }
    assert (accuracy["metric_config"]["metric_unit"], accuracy["metric_config"]["lower_is_better"]) == (
        "percent",
        False,
    )
    assert accuracy["source_data"]["dataset_name"] == "emnist47"
    assert accuracy["source_data"]["additional_details"]["split"] == "test"
    assert accuracy["source_data"]["additional_details"]["images"] == "10000"
    assert document["model_info"]["additional_details"]["seed"] == "7"
    assert document["eval_library"] == {"name": "cnn-zoo", "version": "unknown"}
    latency = results["latency_mean"]["metric_config"]
    assert (latency["metric_unit"], latency["max_score"], latency["lower_is_better"]) == ("ms", "Infinity", True)
    ids = [result["evaluation_result_id"] for result in document["evaluation_results"]]
    assert len(ids) == len(set(ids)) == 7


def test_a_file_is_written_once_and_again_after_another_measurement(record: Record, tmp_path: Path) -> None:
    output = str(tmp_path / "new" / "folder")
    assert log(record, output)
    assert not log(record, output)
    later = msgspec.structs.replace(record, finished="2026-02-05T10:02:00Z")
    assert log(later, output)
    (file,) = (tmp_path / "new" / "folder").iterdir()
    assert (file.name, json.loads(file.read_text())["evaluation_timestamp"]) == (f"{record.id}.json", later.finished)


def test_a_run_without_a_test_result_is_refused(record: Record) -> None:
    failed = msgspec.structs.replace(record, outcome="failed", test=None)
    with pytest.raises(ZooError, match="has no test result; name a tested run"):
        evaluation(failed)

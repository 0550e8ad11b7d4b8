"""The model-index of a card, read by PyYAML, huggingface_hub and the rules of the specification."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from modelzoo.errors import ZooError
from modelzoo.runs.record import Record
from modelzoo.runs.run import load_runs
from modelzoo.tracking.model_index import log, model_index

RULES = json.loads((Path(__file__).parent / "schemas" / "model-index.schema.json").read_text(encoding="utf-8"))
SHIPPED = [run.record for run in load_runs()[0] if run.origin == "shipped" and run.usable]

CARD = """---
license: apache-2.0
model-index:
- name: old
  results: []

# of the tags
tags:
- vision
description: |
  model-index: in a text
---
# My model

---
model-index: in the text
---
"""


@pytest.fixture
def card(tmp_path: Path) -> Path:
    return tmp_path / "README.md"


def metadata(card: Path) -> dict[str, Any]:
    return yaml.safe_load(card.read_text(encoding="utf-8").removeprefix("\ufeff").split("---\n")[1])


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda record: record.id)
def test_every_shipped_run_follows_the_specification(shipped: Record) -> None:
    jsonschema.Draft7Validator(RULES).validate(json.loads(msgspec.json.encode(model_index(shipped))))


def test_hugging_face_reads_task_data_split_values_units_seed_and_interval(record: Record, card: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    assert log(record, str(card))
    data = hub.ModelCard.load(card, ignore_metadata_errors=False).data
    assert data.model_name == "lenet5"
    first = data.eval_results[0]
    assert (first.task_type, first.dataset_type, first.dataset_split) == ("image-classification", "emnist47", "test")
    assert (first.metric_type, first.metric_value) == ("accuracy", 86.0)
    assert first.metric_name == "Accuracy (%), seed 7, 95 % interval 85.31 to 86.67"
    names = [result.metric_name for result in data.eval_results if result.metric_type == "latency_mean"]
    assert names == ["Mean latency, batch 1 (ms), Xeon 8481C (2 cores), no GPU, 95 % interval 2.05 to 2.15"]
    values = {(result.metric_type, json.dumps(result.metric_args)): result.metric_value for result in data.eval_results}
    assert values == {
        ("accuracy", "null"): 86.0,
        ("top_k_accuracy", '{"k": 5}'): 98.5,
        ("recall", '{"average": "macro"}'): 85.5,
        ("cross_entropy", "null"): 0.41,
        ("expected_calibration_error", "null"): 2.25,
        ("latency_p50", '{"batch": 1}'): 2.0,
        ("latency_mean", '{"batch": 1}'): 2.1,
    }


def test_the_block_replaces_an_earlier_one_and_every_other_line_stays(record: Record, card: Path) -> None:
    card.write_text(CARD, encoding="utf-8")
    assert log(record, str(card))
    text = card.read_text(encoding="utf-8")
    block = text[text.index("model-index:") : text.index("# of the tags")]
    assert text.replace(block, "model-index:\n- name: old\n  results: []\n\n") == CARD
    assert metadata(card)["model-index"] == model_index(record)["model-index"]
    assert metadata(card)["tags"] == ["vision"]
    assert not log(record, str(card))


@pytest.mark.parametrize(
    ("before", "head", "tail"),
    [
        ("", "---\nmodel-index:\n", "---\n"),
        ("# Mine\n", "---\nmodel-index:\n", "---\n# Mine\n"),
        ("---\nlicense: mit\n---\n# Mine", "---\nlicense: mit\nmodel-index:\n", "---\n# Mine"),
        ("---\n---\n", "---\nmodel-index:\n", "---\n"),
        ("\ufeff---\nlicense: mit\n---\n", "\ufeff---\nlicense: mit\nmodel-index:\n", "---\n"),
        ("---\n'model-index': []\na: 1\n---\n", "---\nmodel-index:\n", "a: 1\n---\n"),
        ("---\nmodel-index: []\n---\n", "---\nmodel-index:\n", "---\n"),
    ],
)
def test_a_card_gets_the_block_in_its_metadata(record: Record, card: Path, before: str, head: str, tail: str) -> None:
    card.write_text(before, encoding="utf-8")
    assert log(record, str(card))
    text = card.read_text(encoding="utf-8")
    assert text.startswith(head)
    assert text.endswith(tail)
    assert text.count("model-index") == 1
    assert metadata(card)["model-index"] == model_index(record)["model-index"]


def test_line_ends_stay(record: Record, card: Path) -> None:
    card.write_bytes(CARD.replace("\n", "\r\n").encode())
    assert log(record, str(card))
    assert card.read_bytes().count(b"\n") == card.read_bytes().count(b"\r\n")
    assert not log(record, str(card))
    card.write_bytes(b"---\r\nlicense: mit\r\n---\r\none\ntwo\r\n")
    assert log(record, str(card))
    assert card.read_bytes().endswith(b"---\r\none\ntwo\r\n")
    assert not log(record, str(card))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"---\nlicense: mit\n", "has no second line ---"),
        (b"---\n{license: mit}\n---\n", "metadata in braces"),
        (b"\xff\xfe", "no text in UTF-8"),
    ],
)
def test_a_card_that_cannot_be_changed_stays(record: Record, card: Path, content: bytes, message: str) -> None:
    card.write_bytes(content)
    with pytest.raises(ZooError, match=message):
        log(record, str(card))
    assert card.read_bytes() == content


@pytest.mark.parametrize("text", ['a: "b" # c', "yes", "1.0", "a\nb", "\u2028", "한글 🐈", "- x", "---", ""])
def test_yaml_gives_back_every_text(record: Record, card: Path, text: str) -> None:
    from modelzoo.base.text import printable

    dataset = msgspec.structs.replace(record.dataset, name=text, title=text)
    assert log(msgspec.structs.replace(record, name=text, dataset=dataset), str(card))
    (entry,) = metadata(card)["model-index"]
    assert entry["results"][0]["dataset"]["name"] == printable(text)

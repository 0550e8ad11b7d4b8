"""Runs in the metadata of a model card: the `model-index` of Hugging Face.

The specification is https://github.com/huggingface/hub-docs/blob/main/modelcard.md.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import read_present
from modelzoo.base.text import printable
from modelzoo.errors import ZooError
from modelzoo.runs.protocol import protocol_of
from modelzoo.runs.record import Record
from modelzoo.tracking.measures import Measure, measures_of

_UNITS = {"percent": "%"}

_FENCE = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
# The key at the start of a line, then lines that are indented, empty, or items of its list.
_BLOCK = re.compile(r"^(?:model-index|[\"']model-index[\"'])[ \t]*:.*\n(?:(?:[ \t-].*)?\r?\n)*", re.MULTILINE)


def log(record: Record, output: str) -> bool:
    """Write the run's `model-index` into a model card; return False if the card is the same already.

    The block takes the place of an earlier one in the card's metadata. Every other byte stays. A card without metadata
    gets them, and a missing card is made.

    Raises
    ------
    ZooError
        If the run was not tested, or the card is not UTF-8. If the metadata are in braces or have no end.
    """
    path = Path(output)
    old = read_present(path) or b""
    try:
        new = _with_block(old.decode(), model_index(record), output).encode()
    except UnicodeDecodeError:
        raise ZooError(f"{path} is no text in UTF-8; save it as UTF-8") from None
    if new == old:
        return False
    write_atomically(path, new, follow_links=True)
    return True


def _with_block(card: str, block: Mapping[str, Any], path: str) -> str:
    newline = "\r\n" if "\r\n" in card else "\n"
    text = "".join(line + newline for line in _yaml(block))
    fence = _FENCE.match(card)
    if fence is None:
        if re.match(r"\ufeff?---[ \t]*\r?\n", card):
            raise ZooError(f"{path} begins with --- and has no second line ---; end its metadata by one")
        return f"---{newline}{text}---{newline}{card}"
    metadata = fence[1]
    if metadata.lstrip().startswith("{"):
        raise ZooError(f"{path} has its metadata in braces; write a line for each key")
    found = _BLOCK.search(metadata)
    start, end = found.span() if found else (len(metadata), len(metadata))
    return card[: fence.start(1)] + metadata[:start] + text + metadata[end:] + card[fence.end(1) :]


def model_index(record: Record) -> dict[str, Any]:
    """Return the `model-index` of a run.

    The specification has no field for units, seeds, intervals and hardware, so the names of the metrics state these.
    It takes a source only with an address, which a record lacks.

    Raises
    ------
    ZooError
        If the run was not tested.
    """
    data = record.dataset
    result = {
        "task": {"type": "image-classification", "name": "Image Classification"},
        "dataset": {"type": data.name, "name": data.title, "split": "test"},
        "metrics": [_metric(record, measure) for measure in measures_of(record)],
    }
    return {"model-index": [{"name": record.title, "results": [result]}]}


def _metric(record: Record, measure: Measure) -> dict[str, Any]:
    condition = protocol_of(record).hardware if measure.unit == "ms" else f"seed {record.seed}"
    name = f"{measure.name} ({_UNITS.get(measure.unit, measure.unit)}), {condition}"
    if measure.interval is not None:
        name += f", 95 % interval {measure.interval.low:.4g} to {measure.interval.high:.4g}"
    arguments = {"args": dict(measure.arguments)} if measure.arguments else {}
    return {"type": measure.type, "value": measure.value, "name": name, **arguments}


def _yaml(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a mapping in YAML; scalars are JSON, which is YAML too."""
    for key, item in value.items():
        if isinstance(item, Mapping):
            yield f"{key}:"
            yield from (f"  {line}" for line in _yaml(item))
        elif isinstance(item, list):
            yield f"{key}:"
            for part in item:
                first, *others = _yaml(part)
                yield f"- {first}"
                yield from (f"  {line}" for line in others)
        else:
            scalar = printable(item) if isinstance(item, str) else item
            yield f"{key}: {json.dumps(scalar, ensure_ascii=False)}"

"""CONTRIBUTING.md names paths, abstractions and rooms that are there."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:catalog|scoring|benchmarks|modelzoo|tests|tools|docs)/[\w./]+)`", TEXT)))
ABSTRACTIONS = re.findall(r"^\| `(\w+)` \| `([\w./]+)` \|", TEXT, re.MULTILINE)
# Files that a reader is to write.
PLACEHOLDERS = re.compile(r"KEY|NAME|ROOM")


@pytest.mark.parametrize("path", [path for path in PATHS if not PLACEHOLDERS.search(path)])
def test_a_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("name", "path"), ABSTRACTIONS)
def test_an_abstraction_is_defined_in_its_module(name: str, path: str) -> None:
    assert re.search(rf"^class {name}\b", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_rooms_are_the_layers_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    block = TEXT[TEXT.index("    cli  ") : TEXT.index("\n\n`bench`")]
    rooms = [re.split(r"\s{2,}", line.strip())[0] for line in block.splitlines()]
    assert [set(room.split(" · ")) for room in rooms] == [set(layer.split(" | ")) for layer in layers]

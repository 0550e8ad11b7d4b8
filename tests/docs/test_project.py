"""Facts about the project agree: pyproject.toml, CITATION.cff, the workflow, and pages that people wrote.

`schemas/cff-1.2.0.schema.json` is the schema of the Citation File Format, version 1.2.0, CC-BY-4.0, from
https://github.com/citation-file-format/citation-file-format (as cffconvert 2.0.0 has it).
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from modelzoo.cli import COMMANDS, app_of

yaml = pytest.importorskip("yaml", reason="the group docs is not installed")

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GENERATED = ROOT / "docs" / "reference" / "commands.md"
WRITTEN = [path for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")) if path != GENERATED]


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_the_citation_conforms_to_its_schema() -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / "cff-1.2.0.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(load("CITATION.cff"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(load("CITATION.cff") | {"license": "none"})


def test_the_citation_agrees_with_the_package() -> None:
    citation = load("CITATION.cff")
    facts = {"version": "version", "license": "license", "abstract": "description"}
    assert {key: citation[key] for key in facts} == {key: PROJECT[name] for key, name in facts.items()}


def test_the_workflow_runs_what_ci_runs_on_each_python_of_the_classifiers() -> None:
    job = load(".github/workflows/ci.yml")["jobs"]["test"]
    versions = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", name)]
    assert job["strategy"]["matrix"]["python"] == versions
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    assert (ROOT / ".ci" / "run").exists()


def test_every_action_is_pinned_to_a_commit() -> None:
    job = load(".github/workflows/ci.yml")["jobs"]["test"]
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) for action in used)


def commands() -> list[str]:
    """Return all commands with their subcommands: `rank`, `data show`."""
    found = []
    for command in COMMANDS:
        names = getattr(typer.main.get_command(app_of(command)), "commands", {})
        found += [f"{command} {name}" for name in names] or [command]
    return found


@pytest.mark.parametrize("command", commands())
def test_a_person_wrote_about_every_command(command: str) -> None:
    said = re.compile(rf"\bzoo {re.escape(command)}\b")
    assert any(said.search(path.read_text(encoding="utf-8")) for path in WRITTEN)

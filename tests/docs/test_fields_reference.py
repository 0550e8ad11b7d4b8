"""The pages of recipe fields and of records list the fields of the types; the JSON Schema accepts the shipped records.

ZOO_WRITE_GOLDEN=1 rewrites all three.
"""

import inspect
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from msgspec.inspect import StructType, Type, UnionType, type_info

from modelzoo.base.paths import BENCHMARKS
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.record import Record

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"

RECIPES = """\
# Recipe fields

A recipe is a TOML file with these fields and tables. Every field but `title` is optional, and an unknown field is an
error. `extends = "NAME"` takes the fields of another recipe. `zoo recipes` lists the shipped ones, and
`benchmarks/recipes/default.toml` has every field. `zoo bench --set NAME=VALUE` changes one field for one run.
"""
RECORD = """\
# Record of a run

Every run leaves `runs/ID/record.json`: its inputs, epochs, test result, latency and machine. Its JSON Schema is
[record.schema.json](record.schema.json). `modelzoo.load_runs` reads records and checks each field. It ignores keys of
later versions. The field `recipe` has the fields of [recipes](recipes.md).
"""


# --- Fields of types -------------------------------------------------------------------------------------------------

WORDS = {"StrType": "text", "BoolType": "true or false", "NoneType": "null", "UnsetType": "left out"}
NUMBERS = {"IntType": "whole number", "FloatType": "number"}
NOTHING = (WORDS["NoneType"], WORDS["UnsetType"])
BOUNDS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
LARGEST = 2**53  # of whole numbers in JSON; no range that a reader has to know


def structs(kind: Type) -> list[StructType]:
    """Return the structs among the alternatives of a type, or of its elements."""
    if isinstance(kind, StructType):
        return [kind]
    inner = kind.types if isinstance(kind, UnionType) else [getattr(kind, "item_type", None)]
    return [struct for part in inner if part is not None for struct in structs(part)]


def in_words(kind: Type, link: Callable[[StructType], str]) -> str:
    """Return a type with its range, as the pages state it."""
    name = type(kind).__name__
    if isinstance(kind, StructType):
        return link(kind)
    if isinstance(kind, UnionType):
        return ", or ".join(sorted((in_words(part, link) for part in kind.types), key=lambda text: text in NOTHING))
    if name == "LiteralType":
        return ", ".join(f"`{json.dumps(value)}`" for value in kind.values)
    if name in NUMBERS:
        bounds = {sign: getattr(kind, key) for key, sign in BOUNDS.items()}
        ranges = [f"{sign} {value:g}" for sign, value in bounds.items() if value is not None and value != LARGEST]
        return " ".join([NUMBERS[name], *([", ".join(ranges)] if ranges else [])])
    if name == "DictType":
        return f"table of {in_words(kind.value_type, link)}"
    if name == "VarTupleType":
        return f"list of {in_words(kind.item_type, link)}"
    if name == "TupleType":
        return f"list of {len(kind.item_types)}: {in_words(kind.item_types[0], link)}"
    return WORDS[name]


def default_of(field: Any) -> str:
    if field.required:
        return "required"
    default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if default is None or default is msgspec.NODEFAULT:  # the latter for a field that is left out
        return "none"
    return f"`{json.dumps(msgspec.to_builtins(default))}`"


def text_of(kind: type) -> str:
    """Return the docstring without its sections; these describe fields that the table has."""
    text = re.split(r"\n\n\w+\n-{3,}\n", inspect.getdoc(kind) or "")[0]
    return text.replace("``", "`") + "\n"


def described(kind: type) -> dict[str, str]:
    """Return the descriptions of the Attributes section, by field."""
    section = re.search(r"\nAttributes\n-+\n(.*?)(?:\n\n\w+\n-{3,}\n|\Z)", inspect.getdoc(kind) or "", re.DOTALL)
    items = re.findall(r"^([\w, ]+) : ((?:.*\n?)(?:    .*\n?)*)", section[1] if section else "", re.MULTILINE)
    return {name: " ".join(text.split()).replace("``", "`") for names, text in items for name in names.split(", ")}


def table_of(struct: StructType, notes: Mapping[str, str], link: Callable[[StructType], str]) -> str:
    """Return the table of the fields, with their descriptions where there are any."""
    notes = {**described(struct.cls), **notes}
    rows = [["field", "type", "default", ""], ["---"] * 4]
    for field in struct.fields:
        kinds, _, note = notes.get(field.name, "").partition(": ")  # a comment names the kinds that have the field
        if struct.tag not in re.findall(r"\w+", kinds):
            note = notes.get(field.name, "")
        rows.append([f"`{field.name}`", in_words(field.type, link), default_of(field), note])
    used = 4 if any(row[3] for row in rows[2:]) else 3
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row[:used])} |\n" for row in rows)


# --- Pages -----------------------------------------------------------------------------------------------------------


def notes_of_default_recipe() -> dict[str, dict[str, str]]:
    """Return the comments of `default.toml` without their defaults, by table and field."""
    table, notes = "", {"": {}}
    for line in (BENCHMARKS / "recipes" / "default.toml").read_text(encoding="utf-8").splitlines():
        if header := re.match(r"\[(\w+)\]", line):
            table = header[1]
            notes[table] = {}
        elif match := re.fullmatch(r"(?:# )?(\w+) = .*?\S\s+# ?(.*) \[[^]]*\]", line):
            notes[table][match[1]] = match[2]
    return notes


def table_link(struct: StructType) -> str:
    return "table"


def recipes_page() -> str:
    notes, recipe = notes_of_default_recipe(), type_info(Recipe)
    tables = [field for field in recipe.fields if structs(field.type)]
    parts = [RECIPES, table_of(without(recipe, tables), notes[""], table_link)]
    for table in tables:
        kinds = structs(table.type)
        parts.append(f"## `[{table.name}]`\n")
        if len(kinds) > 1:
            default = type(table.default).__struct_config__.tag
            parts.append(f'`name` chooses one of {len(kinds)}; without it, `name` is `"{default}"`.\n')
        elif table.default is None:
            parts.append("Optional: nothing of it applies without the table.\n")
        for struct in kinds:
            parts += [f'### `name = "{struct.tag}"`\n'] if struct.tag else []
            parts += [text_of(struct.cls), table_of(struct, notes[table.name], table_link)]
    return "\n".join(parts).replace(f", or {WORDS['NoneType']}", "")  # TOML has none: the field is left out


def without(struct: StructType, fields: list[Any]) -> StructType:
    return StructType(cls=struct.cls, fields=tuple(field for field in struct.fields if field not in fields))


def record_page() -> str:
    def link(struct: StructType) -> str:
        name = struct.cls.__name__
        return "[Recipe](recipes.md)" if struct.cls is Recipe else f"[{name}](#{name.lower()})"

    parts, waiting, done = [RECORD], [type_info(Record)], {Recipe}
    while waiting:
        struct = waiting.pop(0)
        if struct.cls not in done:
            done.add(struct.cls)
            parts += [f"## {struct.cls.__name__}\n", text_of(struct.cls), table_of(struct, {}, link)]
            waiting += [inner for field in struct.fields for inner in structs(field.type)]
    return "\n".join(parts)


def record_schema() -> str:
    dialect = "https://json-schema.org/draft/2020-12/schema"
    schema = {"$schema": dialect, "title": "Record of a run of cnn-zoo", **msgspec.json.schema(Record)}
    for kind in schema["$defs"].values():
        kind["description"] = inspect.cleandoc(kind["description"])
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


# --- Tests -----------------------------------------------------------------------------------------------------------

PAGES = {"recipes.md": recipes_page, "record.md": record_page, "record.schema.json": record_schema}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_generated_from_the_types(name: str) -> None:
    text = PAGES[name]()
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        (REFERENCE / name).write_text(text, encoding="utf-8")
    assert text == (REFERENCE / name).read_text(encoding="utf-8")


SCHEMA = json.loads(record_schema())
RECORDS = sorted((BENCHMARKS / "results").glob("*/record.json"))


def test_the_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", RECORDS, ids=[path.parent.name for path in RECORDS])
def test_a_shipped_record_conforms_to_the_schema(path: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("field", "value"), [("seed", "zero"), ("total_params", -1), ("outcome", "unknown"), ("latency", [{"batch": 1}])]
)
def test_a_wrong_record_does_not_conform(field: str, value: Any) -> None:
    record = json.loads(RECORDS[0].read_text(encoding="utf-8")) | {field: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(record)


def test_every_recipe_field_is_described() -> None:
    empty = re.findall(r"^\| `(\w+)` \|.*\|  \|$", recipes_page(), re.MULTILINE)
    assert empty == ["title", "description"]

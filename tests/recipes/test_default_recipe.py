"""The default recipe shows every field, with the default of its data class in brackets."""

import re
import tomllib
from typing import Any, get_args

import msgspec
import pytest

from modelzoo.base import paths
from modelzoo.recipes.recipe import Augmentation, Input, Optimizer, Recipe, Schedule, Stopping

TABLES: dict[str, tuple[Any, ...]] = {
    "": (Recipe,),
    "input": (Input,),
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
    "stopping": (Stopping,),
    "augmentation": (Augmentation,),
}
TEXTS = {"title", "description", "extends"}
FIELDS = [
    (table, kind, field)
    for table, kinds in TABLES.items()
    for kind in kinds
    for field in msgspec.structs.fields(kind)
    if field.name not in {*TEXTS, *TABLES}
]


def value_of(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return None


def shown() -> dict[tuple[str, str], tuple[Any, set[str], list[Any]]]:
    """Value, words before a colon, and defaults of ``# rho = 0.9  # rmsprop: words [0.9]``, by table and name."""
    table, fields = "", {}
    for line in (paths.BENCHMARKS / "recipes" / "default.toml").read_text(encoding="utf-8").splitlines():
        if header := re.match(r"\[(\w+)\]", line):
            table = header[1]
        elif match := re.fullmatch(r"(?:# )?(\w+) = (.*?\S)\s+#(.*)\[([^]]*)\]", line):
            defaults = [value_of(part) for part in re.split(r"[;,] | for \w+", match[4])]
            fields[table, match[1]] = value_of(match[2]), set(re.findall(r"\w+", match[3].partition(":")[0])), defaults
    return fields


SHOWN = shown()


def tag(kind: Any) -> str:
    return str(kind.__struct_config__.tag)


@pytest.mark.parametrize(
    ("table", "kind", "field"), FIELDS, ids=[f"{kind.__name__}.{field.name}" for _, kind, field in FIELDS]
)
def test_each_field_is_shown_with_its_default_and_a_valid_value(table: str, kind: Any, field: Any) -> None:
    value, words, defaults = SHOWN[table, field.name]
    assert field.default in defaults
    # A field that some kinds lack names the kinds that have it.
    assert tag(kind) in words or all(field.name in other.__struct_fields__ for other in TABLES[table])
    required = {"title": "Mine"} if kind is Recipe else {"name": tag(kind)} if len(TABLES[table]) > 1 else {}
    msgspec.convert({**required, field.name: value}, kind)


def test_no_other_field_is_shown() -> None:
    names = {(table, field.name) for table, _, field in FIELDS}
    assert {key for key in SHOWN if key[1] not in TEXTS} == names | {("optimizer", "name"), ("schedule", "name")}


@pytest.mark.parametrize("table", ["optimizer", "schedule"])
def test_all_kinds_are_named_and_the_default_one_in_brackets(table: str) -> None:
    value, words, defaults = SHOWN[table, "name"]
    assert set(map(tag, TABLES[table])) <= {value, *words}
    assert defaults == [tag(type(getattr(Recipe(title="Mine"), table)))]

"""The default recipe shows every field: what it says of each is what the data classes say."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

import msgspec
import pytest

from modelzoo.base import paths
from modelzoo.recipes.recipe import Augmentation, Input, Optimizer, Recipe, Schedule, Stopping

TABLES: Mapping[str, tuple[type[msgspec.Struct], ...]] = {
    "": (Recipe,),
    "input": (Input,),
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
    "stopping": (Stopping,),
    "augmentation": (Augmentation,),
}

# What a recipe says of itself, and of the recipe under it.
TEXTS = {"title", "description", "extends"}

# ``# rho = 0.9  # rmsprop: in words [0.9]``, in a comment or not.
LINE = re.compile(r"(?:# )?(?P<name>\w+) = (?P<value>.*?\S)\s+# (?P<words>.*)\[(?P<defaults>[^]]*)\]")
HEADER = re.compile(r"\[(\w+)\]")


class Shown(NamedTuple):
    """What the file shows of a field, of ``rmsprop: in words`` the kinds that have it and the rest, and its default."""

    value: Any
    kinds: set[str]
    words: str
    defaults: str

    def default(self, kind: str) -> Any:
        """Of ``1e-3; 0.1 for sgd``, what counts for that kind; None where it is told in words."""
        told = {name: value for value, name in re.findall(r"([^\s,;]+) for (\w+)", self.defaults)}
        return value_of(told.get(kind, re.split("; | for ", self.defaults)[0]))


def value_of(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return None


def shown() -> dict[tuple[str, str], Shown]:
    """What the file says of each field, by table and name."""
    table, found = "", {}
    for line in (paths.BENCHMARKS / "recipes" / "default.toml").read_text(encoding="utf-8").splitlines():
        if header := HEADER.match(line):
            table = header[1]
        elif (stated := re.match(r"(?:# )?(\w+) = ", line)) and stated[1] not in TEXTS:
            match = LINE.fullmatch(line)
            assert match, f"{line!r} names no default in brackets"
            assert (table, match["name"]) not in found, f"{line!r} stands twice"
            kinds, _, words = match["words"].rpartition(": ")
            found[table, match["name"]] = Shown(
                value_of(match["value"]), set(filter(None, kinds.split(", "))), words, match["defaults"]
            )
    return found


SHOWN = shown()
FIELDS = [
    (table, kind, field)
    for table, kinds in TABLES.items()
    for kind in kinds
    for field in msgspec.structs.fields(kind)
    if field.name not in {*TEXTS, *TABLES}
]


def tag(kind: type[msgspec.Struct]) -> str:
    return str(kind.__struct_config__.tag)


@pytest.mark.parametrize(
    ("table", "kind", "field"), FIELDS, ids=[f"{kind.__name__}.{field.name}" for _, kind, field in FIELDS]
)
def test_each_default_that_is_stated_is_the_data_classs(table: str, kind: Any, field: Any) -> None:
    assert SHOWN[table, field.name].default(tag(kind)) == field.default


@pytest.mark.parametrize(("table", "name"), SHOWN, ids=[".".join(place).strip(".") for place in SHOWN])
def test_each_field_that_is_shown_is_one_of_the_kinds_that_it_names_and_takes_what_is_shown(
    table: str, name: str
) -> None:
    line, kinds = SHOWN[table, name], TABLES[table]
    having = [kind for kind in kinds if name in (*kind.__struct_fields__, kind.__struct_config__.tag_field)]
    assert having
    # One that some kinds lack names those that have it.
    assert line.kinds == (set() if len(having) == len(kinds) else set(map(tag, having)))
    for kind in having:
        fields = {"title": "Mine"} if kind is Recipe else {"name": tag(kind)} if kind.__struct_config__.tag else {}
        if name != "name":
            msgspec.convert({**fields, name: line.value}, kind)


@pytest.mark.parametrize("table", ["optimizer", "schedule"])
def test_the_kind_that_counts_where_none_is_named_is_stated_beside_all_others(table: str) -> None:
    line = SHOWN[table, "name"]
    assert line.default("") == tag(type(getattr(Recipe(title="Mine"), table)))
    assert {line.value, *re.findall(r'"(\w+)"', line.words)} == set(map(tag, TABLES[table]))

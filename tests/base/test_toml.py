"""The strict reader of TOML: each wrong field is named, with its value and the expected one."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
import pytest

from modelzoo.base.toml import as_written, read_struct, to_struct
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Augmentation, Input, Optimizer, Recipe, Schedule, Stopping


class Facts(msgspec.Struct, forbid_unknown_fields=True):
    unit: str
    sense: Literal["max", "min"] | None = None


class File(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    optimizer: Optimizer | None = None
    rows: tuple[Facts, ...] = ()
    columns: dict[str, Facts] = {}
    bounds: str | dict[str, tuple[float, float]] = ""
    share: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "title is missing; expected a text; see X"),
        ('title = "a"\nshare = 1.0', "share is 1.0; expected a number < 1.0; see X"),
        ('title = "a"\nshare = true', "share is true; expected a number; see X"),
        ("title = 3", "title is 3; expected a text; see X"),
        ('title = "a"\nrows = 1', "rows is 1; expected a list; see X"),
        ('title = "a"\n[[rows]]\nunit = "s"\n[[rows]]\nunit = 3', "rows[1].unit is 3; expected a text; see X"),
        ('title = "a"\n[[rows]]', "rows[0].unit is missing; expected a text; see X"),
        ('title = "a"\nbounds = 1', "bounds is 1; expected a text or a table; see X"),
        ('title = "a"\nbounds = { a = [1, 2], b = [1] }', "bounds.b is [1]; expected a list of length 2; see X"),
        ('title = "a"\nbounds = { a = [1, 2], b = [1, "x"] }', "bounds.b[1] is 'x'; expected a number; see X"),
        (
            'title = "a"\ncolumns = { a = { unit = "s" }, "b c" = { unit = "s", sense = "MAX" } }',
            "columns.b c.sense is 'MAX'; expected 'max' or 'min'; see X",
        ),
        (
            'title = "a"\noptimizer = "adam"',
            "optimizer is 'adam'; expected a table, [optimizer], with name = 'adam', 'adamw', 'sgd', 'lion', "
            "'rmsprop', 'nadam' or 'lamb'; see X",
        ),
        (
            'title = "a"\n[optimizer]\nname = "adagrad"',
            "optimizer.name is 'adagrad'; expected 'adam', 'adamw', 'sgd', 'lion', 'rmsprop', 'nadam' or 'lamb'; see X",
        ),
        ('titel = "a"', "unknown field 'titel'; did you mean 'title'?"),
        ('title = "a"\n[[rows]]\nunti = "s"', "unknown field 'rows[0].unti'; did you mean 'rows[0].unit'?"),
        ('title = "a"\n[columns.x]\nsenes = "s"', "unknown field 'columns.x.senes'; did you mean 'columns.x.sense'?"),
        ('title = "a"\nlearning_rate = 1', "unknown field 'learning_rate'; did you mean 'optimizer.learning_rate'?"),
        (
            'title = "a"\n[optimizer]\nname = "adam"\nmomentum = 1',
            "unknown field 'optimizer.momentum'; known: learning_rate, name; see X",
        ),
        (
            'title = "a"\n"a.b`\\nc" = 1',
            r"unknown field 'a.b`\nc'; known: bounds, columns, optimizer, rows, share, title; see X",
        ),
    ],
)
def test_an_error_names_file_field_value_and_expectation(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ZooError) as error:
        read_struct(path, File, see="see X")
    assert str(error.value) == f"{path}: {problem}"


@pytest.mark.parametrize("data", [b"title = ", b'title = "a"\ntitle = "b"'])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "mine.toml").write_bytes(data)
    with pytest.raises(ZooError, match=r"mine\.toml: cannot be read as TOML in UTF-8: "):
        read_struct(tmp_path / "mine.toml", File, see="see X")


PARTS = {"optimizer": get_args(Optimizer), "schedule": get_args(Schedule)}
PARTS |= {"input": (Input,), "stopping": (Stopping,), "augmentation": (Augmentation,)}


def every_field() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each field's full name, and fields in which its value is a list."""
    for name in Recipe.__struct_fields__:
        yield name, {"title": "Mine", name: []}
    for part, kinds in PARTS.items():
        for kind in kinds:
            tag = {} if kind.__struct_config__.tag is None else {"name": kind.__struct_config__.tag}
            for name in kind.__struct_fields__:
                yield f"{part}.{name}", {"title": "Mine", part: tag | {name: []}}


@pytest.mark.parametrize(("name", "fields"), list(every_field()))
def test_every_field_of_a_recipe_has_an_expectation_in_words(name: str, fields: Mapping[str, Any]) -> None:
    with pytest.raises(ZooError) as error:
        to_struct(fields, Recipe, see="see X", place_of=str)
    problem = str(error.value)
    assert problem.startswith(f"{name}: {name} is []; expected ")
    assert not any(raw in problem for raw in ("`", "Expected", "array", "null", "int", "got"))


def test_values_are_shown_as_toml_has_them() -> None:
    assert [as_written(value) for value in (True, 0, 1e-6, "text", [], None)] == [
        *("true", "0", "1e-06", "'text'", "[]", "missing")
    ]
    assert len(as_written("word " * 100)) < 40


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("share = 1e999", "mine.toml: share is inf; expected a finite number"),
        ("[columns.x]\nunit = -nan", "mine.toml: columns.x.unit is nan; expected a finite number"),
        ("rows = [1, 0x1_0000_0000_0000_0000]", r"mine.toml: rows\[1\] is beyond 64 bits; expected a smaller number"),
        ("\nshare = " + "1" * 5000, "mine.toml:2: a number of thousands of digits; expected 64 bits"),
        ("share = " + "[" * 5000 + "]" * 5000, "mine.toml: is nested too deeply; expected at most 16 levels"),
        (".".join("a" * 3000) + " = 1", "mine.toml: (a.){16}a lies 17 levels deep; expected at most 16"),
        ('"\\u001b[31m" = 1', r"mine.toml: unknown field '\\x1b\[31m'"),
    ],
    ids=["overflow", "no number", "65 bits", "digits", "nested", "dotted", "control characters"],
)
def test_a_value_that_no_field_has_is_named(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ZooError, match=problem):
        read_struct(path, File, see="see X")


def test_a_byte_order_mark_is_read_and_utf_16_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "a"\n', encoding="utf-8-sig")
    assert read_struct(path, File, see="see X").title == "a"
    path.write_text('title = "a"\n', encoding="utf-16")
    with pytest.raises(ZooError, match=r"mine.toml:1: the text is UTF-16; save the file as UTF-8"):
        read_struct(path, File, see="see X")


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    with (tmp_path / "mine.toml").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(ZooError, match=r"mine.toml is larger than 16,777,216 bytes"):
        read_struct(tmp_path / "mine.toml", File, see="see X")

"""`zoo recipes` and `zoo suites` at the command line."""

import json
from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("arguments", "file"),
    [
        (("suites",), "suites.txt"),
        (("suites", "slides-candidates"), "suites-candidates.txt"),
        (("list", "--variants"), "list-variants.txt"),
        (("show", "shufflenetv2-x1-0"), "show-variant.txt"),
    ],
)
def test_a_list_is_printed(zoo: Callable, golden: Callable, arguments: tuple[str, ...], file: str) -> None:
    printed = zoo(*arguments)
    assert (printed.code, printed.err) == (0, "")
    golden(file, printed.out)


def test_recipes_are_listed_in_eighty_columns(zoo: Callable) -> None:
    printed = zoo("recipes")
    assert printed.code == 0
    assert all(len(line) <= 80 for line in printed.out.splitlines())
    assert "lenet5-balanced" in printed.out


def test_json_has_every_field(zoo: Callable) -> None:
    recipe = json.loads(zoo("recipes", "best", "--json").out)
    assert recipe["fields"]["epochs"] == recipe["differs"]["epochs"] == 6
    assert {item["name"] for item in json.loads(zoo("recipes", "--json").out)["recipes"]} >= {"best", "default"}
    assert len(json.loads(zoo("suites", "slides-candidates", "--json").out)["runs"]) == 4
    assert json.loads(zoo("list", "--variants", "--json").out)["variants"][0]["params"] == 61706


def test_a_wrong_name_is_one_line_with_the_nearest(zoo: Callable) -> None:
    printed = zoo("recipes", "lenet")
    assert (printed.code, printed.out) == (1, "")
    assert printed.err == "zoo: unknown recipe 'lenet'; did you mean 'lenet5' or 'lenet5-gpu' or 'lenet5-1998'?\n"


def test_variants_cannot_be_sorted_or_filtered(zoo: Callable) -> None:
    printed = zoo("list", "--variants", "--where", "params<10M")
    assert printed.code == 2
    assert "leave --sort, --where, --source out" in " ".join(printed.err.split())

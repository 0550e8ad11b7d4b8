"""`zoo pareto` at the command line."""

import json
from collections.abc import Callable

import pytest


def test_the_slides_front_as_a_table(zoo: Callable, golden: Callable) -> None:
    printed = zoo("pareto", "--by", "top5,gpu,params")
    assert (printed.code, printed.err) == (0, "")
    golden("pareto.txt", printed.out)


def test_json_is_the_whole_result(zoo: Callable) -> None:
    result = json.loads(zoo("pareto", "--json").out)
    assert [row["layer"] for row in result["models"]] == [1] * 11 + [2] * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--by", "top5"), "a front needs two criteria or more"),
        (("--by", "top5:2,gpu"), "no weight moves a front"),
    ],
)
def test_what_cannot_be_done_is_one_line_on_stderr(zoo: Callable, arguments: tuple[str, ...], message: str) -> None:
    printed = zoo("pareto", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.count("\n") == 1
    assert message in printed.err


def test_wrong_usage_exits_with_2(zoo: Callable) -> None:
    assert zoo("pareto", "--dataset", "glyphs").code == 2


def test_latex_prints_the_best_value_of_each_criterion_bold(zoo: Callable) -> None:
    lines = zoo("pareto", "--by", "top5,params", "--format", "latex").out.splitlines()
    assert sum(line.count("textbf") for line in lines) == 2

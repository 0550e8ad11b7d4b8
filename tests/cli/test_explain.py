"""`zoo explain` at the command line."""

import json
from collections.abc import Callable

import pytest

TWO = ("efficientnetb1", "resnet50")


def test_two_models_as_a_table(zoo: Callable, golden: Callable) -> None:
    printed = zoo("explain", *TWO)
    assert (printed.code, printed.err) == (0, "")
    assert "Warning: gpu separates few models" in printed.out
    golden("explain.txt", printed.out)


def test_two_models_as_markdown(zoo: Callable, golden: Callable) -> None:
    golden("explain.md", zoo("explain", *TWO, "--by", "top5:2,gpu,params", "--format", "markdown").out)


def test_names_are_forgiving_and_may_stand_in_any_order(zoo: Callable) -> None:
    assert zoo("explain", "ResNet-50", "EfficientNet-B1").out == zoo("explain", *TWO).out


def test_one_model_alone_is_compared_with_the_winner(zoo: Callable) -> None:
    assert "EfficientNetB2 (rank 1) leads ResNet50 (rank 8)" in zoo("explain", "resnet50").out


def test_json_is_the_whole_result(zoo: Callable) -> None:
    result = json.loads(zoo("explain", *TWO, "--json").out)
    assert set(result) == {"better", "worse", "lead", "tied", "criteria", "sentence", "turning"}
    assert (result["better"]["slug"], result["worse"]["slug"], result["tied"]) == (*TWO, False)
    assert [row["key"] for row in result["criteria"]] == ["params", "top5", "gpu"]
    assert [row["turning_weight"] is None for row in result["criteria"]] == [True, True, False]


def test_the_weight_that_it_names_turns_the_ranking_of_the_same_options(zoo: Callable) -> None:
    options = ("--by", "top5:2,gpu,params", "--bounds", "ranked")
    result = json.loads(zoo("explain", *TWO, *options, "--json").out)
    turning = {row["key"]: row["turning_weight"] for row in result["criteria"]}["gpu"]
    for weight, ahead in ((turning * 0.999, "efficientnetb1"), (turning * 1.001, "resnet50")):
        ranking = json.loads(zoo("rank", "--by", f"top5:2,gpu:{weight},params", *options[2:], "--json").out)["ranking"]
        assert next(row["slug"] for row in ranking if row["slug"] in TWO) == ahead


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("resnet5",), "unknown model 'resnet5'; did you mean 'resnet50'"),
        (
            ("resnet50", "lenet5"),
            "LeNet-5 is not ranked: no value for top5, gpu; rank by criteria that it has, or see `zoo show",
        ),
        (("resnet50", "ResNet-50"), "ResNet50 was given twice; name two models"),
        (("resnet50", "--by", "top6"), "unknown criterion 'top6'"),
        (("resnet50", "--method", "topsis"), "a score by topsis has no parts that add up to it"),
        (
            ("resnet50", "--missing", "renormalize"),
            "with missing values renormalized each model has its own weights",
        ),
    ],
)
def test_a_refusal_is_one_line_on_stderr(zoo: Callable, arguments: tuple[str, ...], message: str) -> None:
    printed = zoo("explain", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.count("\n") == 1
    assert message in printed.err


@pytest.mark.parametrize("arguments", [(), ("a", "b", "c"), ("resnet50", "--bounds", "some")])
def test_wrong_usage_exits_with_2(zoo: Callable, arguments: tuple[str, ...]) -> None:
    printed = zoo("explain", *arguments)
    assert (printed.code, printed.out) == (2, "")

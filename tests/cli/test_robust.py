"""`zoo robust`, and `zoo rank --robust`, at the command line."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable

import pytest


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in JSON")


def test_the_slides_ranking_as_a_table(zoo: Callable, golden: Callable) -> None:
    printed = zoo("robust", "--by", "top5,gpu,params")
    assert printed.code == 0
    golden("robust.txt", printed.out)


def test_an_order_of_importance_as_markdown(zoo: Callable, golden: Callable) -> None:
    options = ("--order", "top5 > gpu > params", "--range", "top5:0.4:", "--top", "5", "--format", "markdown")
    golden("robust-order.md", zoo("robust", *options).out)


def test_the_ranking_has_a_column_and_the_sentence_above(zoo: Callable, golden: Callable) -> None:
    printed = zoo("rank", "--robust", "--top", "5")
    assert printed.code == 0
    golden("rank-robust.txt", printed.out)


def test_no_cell_is_cut_where_the_table_is_wider_than_the_page(zoo: Callable) -> None:
    printed = zoo("rank", "--robust").out
    (row,) = [line for line in printed.splitlines() if line.startswith("12  Inception-ResNet v2")]
    assert row.endswith("95.3  0.898  10.0  0.887   55.9M    0.595")
    assert "+params" in printed


@pytest.mark.parametrize("form", ["markdown", "latex", "html"])
def test_the_sentence_stands_above_the_table_in_every_form_for_people(zoo: Callable, form: str) -> None:
    for command in (("robust", "--samples", "1000"), ("rank", "--robust")):
        printed = zoo(*command, "--format", form).out
        assert 0 <= printed.index("EfficientNetB2 leads EfficientNetB1 by") < printed.index("NASNetMobile")


def test_csv_has_the_figures_and_nothing_else(zoo: Callable) -> None:
    rows = list(csv.DictReader(io.StringIO(zoo("robust", "--samples", "1000", "--format", "csv").out)))
    models = json.loads(zoo("robust", "--samples", "1000", "--json").out, parse_constant=refuse)["models"]
    assert [float(row["first"]) for row in rows] == [model["first"]["share"] for model in models]
    assert [row["ranks"] for row in rows][:3] == ["1-2", "1-2", "3"]


def test_json_of_the_ranking_keeps_its_keys_and_adds_robustness(zoo: Callable) -> None:
    plain = json.loads(zoo("rank", "--json").out)
    firm = json.loads(zoo("rank", "--robust", "--json").out, parse_constant=refuse)
    assert set(firm) == {*plain, "robust"}
    assert set(firm["robust"]) == {"sentence", "asked", "samples", "exact", "seed", "weights"}
    assert [{key: value for key, value in row.items() if key != "first"} for row in firm["ranking"]] == plain["ranking"]
    assert set(firm["ranking"][0]["first"]) == {"share", "standard_error", "interval"}


def test_a_seed_gives_the_same_output_and_another_one_other_shares(zoo: Callable) -> None:
    one, same, other = (zoo("robust", "--samples", "2000", "--seed", seed, "--json").out for seed in ("1", "1", "2"))
    assert one == same
    assert json.loads(one)["models"] != json.loads(other)["models"]


def test_json_has_rank_shares_on_request_only(zoo: Callable) -> None:
    plain, asked = (
        json.loads(zoo("robust", "--samples", "1000", "--json", *option).out) for option in ((), ("--rank-shares",))
    )
    assert [model.pop("shares")[0] for model in asked["models"]] == [row["first"]["share"] for row in plain["models"]]
    assert asked == plain


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--order", "top5 > cpu"), "unknown criterion of the ranking 'cpu'"),
        (("--order", "top5"), "order 'top5' is not understood"),
        (("--range", "top5:20:60"), "range 'top5:20:60' is from 20 to 60; expected key:least:most, shares of all"),
        (("--range", "top5:0.6:,gpu:0.6:"), "hardly any weighting has top5:0.6:,gpu:0.6:"),
        (("--by", "top6"), "unknown criterion 'top6'"),
        (("--method", "topsis"), "robustness is defined for a weighted sum; take --method sum"),
    ],
)
def test_a_refusal_is_one_line_on_stderr(zoo: Callable, arguments: tuple[str, ...], message: str) -> None:
    printed = zoo("robust", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert message in printed.err.splitlines()[-1]


@pytest.mark.parametrize("arguments", [("--samples", "999"), ("--seed", "-1"), ("--top", "0"), ("resnet50",)])
def test_wrong_usage_exits_with_2(zoo: Callable, arguments: tuple[str, ...]) -> None:
    printed = zoo("robust", *arguments)
    assert (printed.code, printed.out) == (2, "")


@pytest.mark.parametrize("arguments", [["rank", "--robust"], ["robust", "--help"]])
def test_ranking_with_robust_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from modelzoo.cli import main\n"
        f"sys.argv = ['zoo', *{arguments!r}]\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert {"pandas", "scipy", "keras", "matplotlib"}.isdisjoint(done.stderr.split())

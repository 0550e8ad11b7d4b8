"""`zoo rank` at the command line."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from types import ModuleType

import pytest

from modelzoo.catalog.criteria import CRITERIA
from modelzoo.cli.rank_options import DataOptions, RankOptions
from modelzoo.scoring import aggregate, normalize, weights
from modelzoo.scoring.rank import rank

BY = ("--by", "top5,gpu,params")
HEAVY = {"moocore", "pandas", "scipy", "keras", "tensorflow", "matplotlib", "statsmodels", "rich.console"}


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in JSON")


def test_the_slides_ranking_as_a_table(zoo: Callable, golden: Callable) -> None:
    printed = zoo("rank", *BY)
    assert (printed.code, printed.err) == (0, "")
    # One model of 61.6 ms leaves most others within a tenth of the scale.
    assert "Warning: gpu separates few models: 9 of 14 lie within a tenth" in printed.out
    golden("rank.txt", printed.out)


def test_the_slides_ranking_as_markdown(zoo: Callable, golden: Callable) -> None:
    printed = zoo("rank", *BY, "--format", "md")
    assert (printed.code, printed.err) == (0, "")
    golden("rank.md", printed.out)


def test_filled_values_conditions_and_weights_as_a_table(zoo: Callable, golden: Callable) -> None:
    options = ("--source", "slides,keras", "--where", "params<30M", "--top", "6")
    golden("rank-filled.txt", zoo("rank", "--by", "top5:2,gpu,params", *options).out)


def test_the_slides_profile_is_the_default(zoo: Callable) -> None:
    assert zoo("rank").out == zoo("rank", *BY).out == zoo("rank", "--profile", "slides").out


def test_json_has_the_keys_of_its_contract_and_no_nan(zoo: Callable) -> None:
    printed = zoo("rank", *BY, "--missing", "worst", "--json")
    result = json.loads(printed.out, parse_constant=refuse)
    assert set(result) == {"profile", "sources", "criteria", "ranking", "excluded", "warnings"}
    assert result["sources"] == ["slides"]
    assert result["criteria"][0] == {"key": "top5", "sense": "max", "weight": 1.0, "low": 80.3, "high": 97.0}
    assert len(result["ranking"]) == 28
    for row in result["ranking"]:
        assert set(row) == {"rank", "slug", "name", "score", "values", "normalized", "filled", "front"}
        assert set(row["values"]) == set(row["normalized"]) == {"top5", "gpu", "params"}
    (lenet,) = [row for row in result["ranking"] if row["slug"] == "lenet5"]
    assert lenet["values"] == {"top5": None, "gpu": None, "params": 60000}


def test_json_has_full_precision_and_the_reasons(zoo: Callable) -> None:
    result = json.loads(zoo("rank", *BY, "--json").out, parse_constant=refuse)
    assert result["ranking"][0]["slug"] == "efficientnetb2"
    assert result["ranking"][0]["score"] == pytest.approx(2.7547261991400402, abs=1e-14)
    assert {"slug": "lenet5", "name": "LeNet-5", "reason": "no value for top5, gpu"} in result["excluded"]
    assert len(result["ranking"]) == len(result["excluded"]) == 14


def test_csv_has_the_values_and_nothing_else(zoo: Callable) -> None:
    rows = list(csv.DictReader(io.StringIO(zoo("rank", *BY, "--source", "slides,keras", "--format", "csv").out)))
    ranking = json.loads(zoo("rank", *BY, "--source", "slides,keras", "--json").out)["ranking"]
    assert [row["name"] for row in rows] == [row["name"] for row in ranking]
    for row, entry in zip(rows, ranking, strict=True):
        assert float(row["score"]) == entry["score"]
        assert {key: float(row[key]) for key in entry["values"]} == entry["values"]


@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html"])
def test_every_form_has_every_ranked_model(zoo: Callable, form: str) -> None:
    printed = zoo("rank", "--format", form)
    assert printed.code == 0
    assert printed.out.count("EfficientNetB") == 8


@pytest.mark.parametrize("form", [("--format", "csv"), ("--json",)])
def test_a_form_without_notes_leaves_the_warnings_to_stderr(zoo: Callable, form: tuple[str, ...]) -> None:
    printed = zoo("rank", *form)
    assert printed.err.startswith("zoo: warning: gpu separates few models")
    assert printed.err.count("\n") == 1
    assert "Warning: " not in printed.out


def test_a_profile_by_name_or_file(zoo: Callable, tmp_path: Path) -> None:
    assert "values: keras." in zoo("rank", "--profile", "edge").out
    path = tmp_path / "my.toml"
    path.write_text('title = "T"\nby = ["top1"]\n', encoding="utf-8")
    assert json.loads(zoo("rank", "--profile", str(path), "--json").out)["profile"]["title"] == "T"


def test_options_replace_the_profile_s_fields(zoo: Callable) -> None:
    result = json.loads(zoo("rank", "--bounds", "ranked", "--missing", "drop", "--top", "1", "--json").out)
    assert [row["slug"] for row in result["ranking"]] == ["efficientnetb3"]
    assert (result["profile"]["bounds"], result["profile"]["missing"]) == ("ranked", "drop")


def test_the_options_are_named_like_the_parameters_of_the_function() -> None:
    options = {*RankOptions.__struct_fields__} - {"bounds_from"}
    values = {*DataOptions.__struct_fields__} - {"catalog"}
    assert options | values == {*signature(rank).parameters} - {"data", "top", "names"}
    assert {*RankOptions().fields(DataOptions())} == options | {"source"}


def test_columns_of_text_in_a_catalog_are_named_in_a_note(zoo: Callable, tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,params,author\nA,5M,Ada\nB,6M,Bob\n", encoding="utf-8")
    printed = zoo("rank", "--by", "params", "--catalog", str(path))
    assert (printed.code, printed.err) == (0, "")
    assert "\nColumns left out, as they hold text: author.\n" in printed.out


def test_methods_replace_the_profile_s_and_the_caption_says_so(zoo: Callable) -> None:
    options = ("--method", "topsis", "--weights", "entropy", "--bounds-from", "keras")
    printed = zoo("rank", *options, "--json")
    profile = json.loads(printed.out)["profile"]
    assert {key: profile[key] for key in ("aggregate", "normalize", "weights", "bounds")} == {
        "aggregate": "topsis", "normalize": "vector", "weights": "entropy", "bounds": "source:keras",
    }  # fmt: skip
    caption = zoo("rank", *options).out
    assert "weights: entropy, vector normalized over all models of keras, TOPSIS closeness to the ideal" in caption


@pytest.mark.parametrize(
    ("option", "registry"), [("normalize", normalize), ("weights", weights), ("method", aggregate)]
)
def test_the_help_names_every_method(zoo: Callable, option: str, registry: ModuleType) -> None:
    printed = " ".join(zoo("rank", "--help").out.split())
    described = printed[printed.index(f"--{option}") :]
    for name in registry.METHODS:
        assert name in described.replace("- ", "-")


def test_the_default_json_is_as_it_was_before_there_were_other_methods(zoo: Callable) -> None:
    result = json.loads(zoo("rank", *BY, "--json").out)
    assert list(result["profile"]) == [
        "title", "description", "by", "normalize", "aggregate", "missing", "bounds", "sources",
    ]  # fmt: skip
    assert set(result["ranking"][0]) == {"rank", "slug", "name", "score", "values", "normalized", "filled", "front"}


def test_an_error_names_the_criteria_of_a_catalog_that_lacks_the_profile_s(zoo: Callable, tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,acc,cost\nA,1,2\nB,2,3\n")
    printed = zoo("rank", "--catalog", str(path))
    assert (printed.code, printed.out) == (1, "")
    assert printed.err == (
        "zoo: the catalog has no top5, gpu, params, which the profile ranks by (The slides' score); say with --by "
        "what to rank by, of acc, cost\n"
    )


def test_a_custom_catalog_with_a_warning(zoo: Callable, tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,top5,params\nA,90,5M\nB,80,5M\n", encoding="utf-8")
    printed = zoo("rank", "--by", "top5,params", "--catalog", str(path), "--json")
    assert [row["name"] for row in json.loads(printed.out)["ranking"]] == ["A", "B"]
    assert printed.err == "zoo: warning: all models have the same params; it gives 1 to each and moves no rank\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--by", "top6"), "unknown criterion 'top6'; did you mean 'top5'"),
        (("--by", "year"), "criterion 'year' has no sense of its own; say which way is better: year:max or year:min"),
        (("--by", "top5:-1"), "'top5:-1': weight is -1; expected a finite number, 0 or more"),
        (("--by", "top5:0"), "weights are 0; expected finite numbers, none negative, one above 0"),
        (("--by", "accuracy"), "criterion 'accuracy' is measured, not published"),
        (("--profile", "slide"), "unknown profile 'slide'; did you mean 'slides'?"),
        (("--profile", "none.toml"), "no profile at none.toml; expected a TOML file"),
        (("--source", "kers"), "unknown source 'kers'; did you mean 'keras'?"),
        (("--where", "params<"), "condition 'params<' is not understood"),
        (("--where", "gpu<1"), "none of 28 models in slides can be ranked"),
        (("--missing", "error"), "14 of 28 models lack a value: LeNet-5, for one, has none for top5, gpu"),
        (("--catalog", "none.csv"), "none.csv"),
        (("--method", "topsys"), "--method: unknown method 'topsys'; did you mean 'topsis'?"),
        (("--normalize", "zscore"), "--normalize: unknown method 'zscore'; did you mean 'z-score'?"),
        (
            ("--by", "top5:2,gpu", "--weights", "critic"),
            "--by gives top5 the weight 2, and --weights critic derives its",
        ),
        (("--method", "borda", "--missing", "bounds"), "--missing bounds: --method borda measures models by each"),
    ],
)
def test_what_cannot_be_ranked_is_one_line_on_stderr(zoo: Callable, arguments: tuple[str, ...], message: str) -> None:
    printed = zoo("rank", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith("zoo: ")
    assert printed.err.count("\n") == 1
    assert message in printed.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--missing", "mean"),
        ("--bounds", "some"),
        ("--top", "0"),
        ("--top", "few"),
        ("--format", "pdf"),
        ("--bye", "top5"),
        ("resnet50",),
        ("--dataset", "glyphs"),
        ("--bounds", "all", "--bounds-from", "keras"),
        ("--measured", "--catalog", "my.csv"),
    ],
)
def test_wrong_usage_exits_with_2(zoo: Callable, arguments: tuple[str, ...]) -> None:
    printed = zoo("rank", *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert printed.err


@pytest.mark.parametrize("arguments", [["rank", *BY], ["rank", "--json"], ["--help"], ["rank", "--help"]])
def test_ranking_and_help_import_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from modelzoo.cli import main\n"
        f"sys.argv = ['zoo', *{arguments!r}]\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "modelzoo.cli.rank" in done.stderr.split()
    assert HEAVY.isdisjoint(done.stderr.split())


@pytest.mark.parametrize(("sense", "best"), [("max", max), ("min", min)])
def test_latex_prints_the_best_value_of_a_criterion_bold_by_the_sense_of_the_ranking(
    zoo: Callable, sense: str, best: Callable
) -> None:
    text = zoo("rank", "--by", f"params:{sense}", "--format", "latex").out
    entries = rank(by=f"params:{sense}").entries
    expected = best(entry.values["params"] for entry in entries)
    assert re.findall(r"textbf\{(.*?)\}", text) == [CRITERIA["params"].show(expected)]

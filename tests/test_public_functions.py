"""The public functions: whatever they are given, they answer or refuse with a ZooError that names the argument."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import modelzoo
from modelzoo.base.text import printable
from modelzoo.board.build import leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank

FUNCTIONS = [name for name in modelzoo.__all__ if name != "ZooError"]
IMAGES = Split(np.arange(32, dtype=np.uint8).reshape(2, 4, 4), np.arange(2))
# A right value for each parameter that has no default.
RIGHT = {
    "explain": {"ranking": rank(), "first": "vgg16"},
    "leaderboard": {"runs": (), "catalog": load_catalog()},
    "export": {"board": leaderboard((), load_catalog()), "path": "board.md"},
    "prepare_datasets": {"dataset": DataSet("d", "D", ("a", "b"), IMAGES, IMAGES, {})},
    "bench": {"models": "lenet5"},
    "choose": {"budget_s": 60.0},
    "tune": {"model": "lenet5", "budget_s": 60.0},
    "compare": {"names": ["a", "b"]},
    "load_dataset": {"name": "emnist-digits"},
}


class Stranger:
    """A value that is right for no parameter, with a name that is the same in each process."""

    def __repr__(self) -> str:
        return "stranger"


def parameters() -> Iterator[tuple[str, str]]:
    for name in FUNCTIONS:
        for parameter in inspect.signature(getattr(modelzoo, name)).parameters.values():
            anything = parameter.annotation is Any or parameter.name == "names"
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD and (name == "compare" or not anything):
                yield name, parameter.name


@pytest.mark.parametrize("wrong", [Stranger(), [Stranger()], {Stranger(): Stranger()}, b"\xff", 1j])
@pytest.mark.parametrize(("name", "parameter"), parameters())
def test_a_wrong_kind_of_argument_is_refused_by_name(name: str, parameter: str, wrong: Any) -> None:
    function = getattr(modelzoo, name)
    if inspect.signature(function).parameters[parameter].kind is inspect.Parameter.VAR_POSITIONAL:
        with pytest.raises(ZooError, match=f"{parameter} is"):
            function(wrong)
    else:
        with pytest.raises(ZooError, match=f"{parameter} is"):
            function(**RIGHT.get(name, {}) | {parameter: wrong})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("rank", {"top": 1.5}),
        ("rank", {"top": "3"}),
        ("rank", {"top": True}),
        ("rank", {"top": 0}),
        ("rank", {"by": 5}),
        ("rank", {"by": [5]}),
        ("rank", {"by": {"top5": "2"}}),
        ("rank", {"by": {5: 2}}),
        ("rank", {"by": {"top5", "gpu"}}),
        ("rank", {"by": {"top5": 10**400}}),
        ("rank", {"bounds": {"top5": 5}}),
        ("rank", {"where": 5}),
        ("rank", {"names": 5}),
        ("robustness", {"samples": "1000"}),
        ("robustness", {"samples": 1000.5}),
        ("robustness", {"seed": None}),
        ("robustness", {"within": {"top5": "wide"}}),
        ("robustness", {"normalize": 5}),
        ("pareto", {"by": 5}),
        ("leaderboard", {"runs": [5], "catalog": load_catalog()}),
        ("load_runs", {"folder": 5}),
        ("load_catalog", {"path": 5}),
        ("explain", {"ranking": rank(), "first": None}),
    ],
)
def test_a_wrong_value_is_refused(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ZooError):
        getattr(modelzoo, name)(**arguments)


@pytest.mark.parametrize("name", ["rank", "pareto", "robustness"])
@pytest.mark.parametrize(
    "data",
    [5, "models.csv", Stranger(), {}, {"top5": [1.0]}, [], [[]], [[[1.0]]], [["a", "b", "c"]], [[1j, 2, 3]], b"\xff",
     np.zeros((0, 3)), np.full((600, 3), np.inf), pd.DataFrame(), pd.DataFrame({"top5": [1.0]}), [[1, 2], [3]]],
    ids=repr,
)  # fmt: skip
def test_data_that_cannot_be_ranked_are_refused(name: str, data: Any) -> None:
    with pytest.raises(ZooError):
        getattr(modelzoo, name)(data)


@pytest.mark.parametrize(
    ("name", "argument", "message"),
    [
        ("rank", "sources", r"unknown argument of rank 'sources'; did you mean 'source'\?"),
        ("pareto", "messured", "unknown argument of pareto 'messured'; did you mean 'measured'"),
        ("robustness", "metod", "unknown argument of rank 'metod'; did you mean 'method'"),
        ("bench", "sed", "unknown option of bench 'sed'; did you mean 'seed'"),
    ],
)
def test_an_unknown_argument_is_refused_with_the_nearest_one(name: str, argument: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        getattr(modelzoo, name)(**RIGHT.get(name, {}) | {argument: "x"})


def test_numbers_and_lists_of_numpy_and_pandas_are_as_good() -> None:
    ranking = modelzoo.rank(np.eye(3), by={"a:max": np.float32(2), "b:max": np.int64(1), "c:max": 1},
                            top=np.int64(2), names=pd.Index(["x", "y", "z"]))  # fmt: skip
    assert ranking.names == ("x", "y")
    assert modelzoo.rank(bounds={"top5": [80, 100]}).criteria[0].high == 100


LONG = "x\x1b[31m\u202e" * 100


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("rank", {"by": f"{LONG}:2:3"}),
        ("rank", {"by": f"a:{LONG}"}),
        ("rank", {"by": LONG}),
        ("rank", {"by": [LONG, LONG]}),
        ("rank", {"by": {f"{LONG}:2": 3}}),
        ("rank", {"where": LONG}),
        ("rank", {"where": f"params<{LONG}"}),
        ("rank", {"sources": [LONG, LONG]}),
        ("rank", {"data": LONG}),
        ("rank", {"data": [[1.0], [2.0]], "by": "a:max", "names": [LONG, LONG]}),
        ("rank", {"data": [[1.0], [LONG]], "by": "a:max"}),
        ("rank", {"data": pd.DataFrame([[1.0, 2.0]], columns=[LONG, LONG]), "by": [f'"{LONG}":max']}),
        ("rank", {"normalize": LONG}),
        ("robustness", {"order": LONG}),
        ("robustness", {"ranges": LONG}),
        ("robustness", {"within": LONG}),
    ],
)
def test_a_message_shows_a_long_argument_cut_and_without_control_characters(
    name: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ZooError) as raised:
        getattr(modelzoo, name)(**arguments)
    message = str(raised.value)
    assert printable(message) == message
    assert len(message) < 600


@pytest.mark.parametrize("text", ["a\0b", "x" * 5000])
@pytest.mark.parametrize(
    ("name", "parameter"),
    [("load_catalog", "path"), ("load_runs", "folder"), ("load_runs", "shipped"), ("load_dataset", "name"),
     ("load_dataset", "data_dir"), ("rank", "profile")],
)  # fmt: skip
def test_a_path_that_no_file_can_have_is_refused(name: str, parameter: str, text: str) -> None:
    with pytest.raises(ZooError):
        getattr(modelzoo, name)(**RIGHT.get(name, {}) | {parameter: text})


def test_methods_of_results_refuse_wrong_arguments_too() -> None:
    ranking = modelzoo.rank()
    for wrong in (-1, 0, 1.5, "3"):
        with pytest.raises(ZooError, match="top is"):
            ranking.best(wrong)  # type: ignore[arg-type]
    with pytest.raises(ZooError, match="name is 5; expected a text"):
        load_catalog().model(5)  # type: ignore[arg-type]
    with pytest.raises(ZooError, match="the data are a Ranking"):
        modelzoo.robustness(ranking)  # type: ignore[arg-type]


def test_a_text_in_place_of_a_list_is_refused_with_the_list() -> None:
    with pytest.raises(ZooError, match=r"names is 'lenet5'; .*, as in \['lenet5'\]"):
        modelzoo.compare("lenet5")


@pytest.mark.parametrize(("command", "function"), [("board", "leaderboard"), ("robust", "robustness")])
def test_the_name_of_a_command_suggests_its_function(command: str, function: str) -> None:
    with pytest.raises(AttributeError, match=f"has no attribute '{command}'; did you mean '{function}'"):
        modelzoo.__getattr__(command)  # `modelzoo.board` is a package too, once it is imported

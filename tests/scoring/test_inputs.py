"""What can be ranked, and what is said of figures that cannot be."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.scoring.inputs import table_of

KEYS = ["top5", "fps"]
VALUES = np.array([[90.0, 5.0], [80.0, np.nan]])


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"top5": [90.0, 80.0], "fps": [5.0, np.nan]} | columns, index=["Net A", "Net B"])


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (frame(), None),
        (frame(name=["Net A", "Net B"]).reset_index(drop=True), None),
        (frame(fps=pd.array([5, None], dtype="Int64")), None),
        (frame(fps=[5, None]).astype(object), None),
        (frame()[["fps", "top5"]], None),
        (VALUES, ["Net A", "Net B"]),
        (VALUES.tolist(), ("Net A", "Net B")),
        (np.ma.masked_array([[90, 5], [80, 7]], [[0, 0], [0, 1]]), ["Net A", "Net B"]),
    ],
    ids=["index", "name", "nullable", "object", "columns", "matrix", "lists", "masked"],
)
def test_the_same_figures_give_the_same_table(data: Any, names: Any) -> None:
    table = table_of(data, KEYS, names=names)
    np.testing.assert_array_equal(table.values, VALUES)
    assert (tuple(table.names), tuple(table.slugs), table.sources) == (("Net A", "Net B"), ("neta", "netb"), ())
    assert (table.origins == -1).all()


def test_known_criteria_keep_their_sense_and_others_have_none() -> None:
    table = table_of(VALUES, KEYS)
    assert [criterion.sense for criterion in table.criteria] == ["max", None]


def test_a_matrix_without_names_numbers_its_models() -> None:
    assert tuple(table_of(VALUES, KEYS).names) == ("model 1", "model 2")


def test_whole_numbers_and_truths_are_numbers() -> None:
    table = table_of(frame(top5=[90, 80], fps=[True, False]), KEYS)
    assert table.values.tolist() == [[90, 1], [80, 0]]


def test_a_catalog_gives_its_own_table() -> None:
    catalog = load_catalog()
    table = table_of(catalog, ["top5"], source=["keras"])
    assert table.sources == ("keras",)
    np.testing.assert_array_equal(table.values, catalog.table(["top5"], ["keras"]).values)


def test_columns_of_a_decision_table_are_chosen_by_key() -> None:
    table = load_catalog().table(["top5", "gpu", "params"], ["slides"])
    chosen = table_of(table, ["params", "top5"])
    assert [criterion.key for criterion in chosen.criteria] == ["params", "top5"]
    np.testing.assert_array_equal(chosen.values, table.values[:, [2, 0]])
    assert chosen.origins.shape == chosen.values.shape
    with pytest.raises(ZooError, match="unknown criterion 'param'; did you mean 'params'"):
        table_of(table, ["param"])


def test_names_that_differ_only_in_blanks_or_case_are_models_of_their_own() -> None:
    table = table_of(VALUES, KEYS, names=["Net A", "neta"])
    assert tuple(table.slugs) == ("Net A", "neta")


def test_names_without_a_letter_of_any_alphabet_are_still_told_apart() -> None:
    assert tuple(table_of(VALUES, KEYS, names=["+", "-"]).slugs) == ("+", "-")
    assert tuple(table_of(VALUES[:1], KEYS, names=["+"]).slugs) == ("+",)


TWICE = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["top5", "fps", "top5"])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (frame().drop(columns="fps"), "unknown column 'fps'; known: top5"),
        (TWICE, "column 'top5' stands 2 times in the DataFrame; expected once"),
        (frame(fps=[5.0, np.inf]), "column 'fps', row 1: inf; expected a finite number"),
        (frame(top5=[-np.inf, 1.0]), "column 'top5', row 0: -inf; expected a finite number"),
        (frame(fps=["fast", 5.0]), "column 'fps', row 0: 'fast'; expected a number"),
        (frame(fps=[5.0, "7"]), "column 'fps', row 1: '7'; expected a number"),
        (frame(name=["Net A", "Net A"]), "name 'Net A' stands in rows 0 and 1; each model has one row"),
        (frame().set_axis(["x", "x"]), "name 'x' stands in rows 0 and 1"),
        (np.array([["a", "1"]]), "column 'top5', row 0: .*'a'.*; expected a number"),
        (np.array([[1.0, 1j]]), "column 'top5', row 0: .*; expected a number"),
        (frame(top5=pd.to_timedelta([1, 2])), "column 'top5', row 0: .*; expected a number"),
        (np.array([[1.0, np.inf]]), "column 'fps', row 0: inf; expected a finite number"),
        (np.zeros((2, 3)), r"the matrix has shape \(2, 3\); expected \(n_models, 2\), columns top5, fps"),
        (np.zeros(2), r"the matrix has shape \(2,\)"),
        ({"top5": [90.0], "fps": [5.0]}, r"the data are a dict; expected a Catalog"),
        ([[90.0, 5.0], [80.0]], "the matrix has rows of different lengths"),
        ([[90.0, 5.0], [80.0, 10**400]], "column 'fps', row 1: a number beyond 1.8e308"),
        ("mine.csv", "'mine.csv' is not data to rank; read a file with load_catalog"),
        (Path("mine.csv"), "'mine.csv' is not data to rank; read a file with load_catalog"),
        (frame(name=["Net A", None]), "the model in row 1 has no name"),
        (frame(name=["", "Net B"]), "the model in row 0 has no name"),
        (frame().set_axis(["Net A", np.nan]), "the model in row 1 has no name"),
    ],
)
def test_figures_that_are_none_are_named_by_row_and_column(data: Any, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        table_of(data, KEYS)


def test_names_of_a_matrix_are_one_a_row_and_each_its_own() -> None:
    with pytest.raises(ZooError, match="1 names for 2 models; expected one each"):
        table_of(VALUES, KEYS, names=["a"])
    with pytest.raises(ZooError, match="name 'a' stands in rows 0 and 1"):
        table_of(VALUES, KEYS, names=["a", "a"])


@pytest.mark.parametrize("data", [frame(), load_catalog(), load_catalog().table(KEYS[:1])])
def test_names_are_refused_where_the_figures_have_their_own(data: Any) -> None:
    with pytest.raises(ZooError, match="names are for a matrix"):
        table_of(data, KEYS[:1], names=["a", "b"])


COMPOSED, DECOMPOSED = "Réseau", "Re\u0301seau"


@pytest.mark.parametrize("count", [2, 20_000])
def test_names_of_a_dataframe_are_compared_by_composed_characters(count: int) -> None:
    names = [*map(str, range(count - 2)), COMPOSED, DECOMPOSED]
    with pytest.raises(ZooError, match=f"name '{COMPOSED}' stands in rows {count - 2} and {count - 1}"):
        table_of(pd.DataFrame({"top1": np.zeros(count)}, index=names), ["top1"])


def test_columns_of_a_dataframe_are_found_by_composed_characters() -> None:
    assert table_of(pd.DataFrame({DECOMPOSED: [1.0]}), [COMPOSED]).criteria[0].key == COMPOSED


@pytest.mark.parametrize("data", [frame(), VALUES, load_catalog().table(KEYS[:1])])
def test_sources_are_refused_where_there_are_none_to_choose(data: Any) -> None:
    with pytest.raises(ZooError, match="`source` keras is a catalog's; these data have none"):
        table_of(data, KEYS, source=["keras"])


@pytest.mark.parametrize("count", [3, 2000])
def test_an_infinite_number_of_a_decision_table_is_refused(count: int) -> None:
    values = np.random.default_rng(0).random((count, 2))
    table = msgspec.structs.replace(table_of(values, KEYS), values=np.where(values == values[1, 1], np.inf, values))
    with pytest.raises(ZooError, match="column 'fps', row 1: inf; expected a finite number"):
        table_of(table, KEYS)

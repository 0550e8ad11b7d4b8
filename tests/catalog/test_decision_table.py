"""The decision table: rows and columns of it, bounds, missing values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from msgspec.structs import replace

from modelzoo.catalog.criteria import Criterion
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.names import LazyNames
from modelzoo.errors import ZooError


def table_of(values: np.ndarray, *, within: bool = True) -> DecisionTable:
    rows, columns = values.shape
    return DecisionTable(
        slugs=tuple(f"m{row}" for row in range(rows)),
        names=tuple(f"Net {row}" for row in range(rows)),
        criteria=tuple(Criterion(key, key, "", None) for key in "abcdef"[:columns]),
        values=values,
        origins=np.arange(values.size, dtype=np.int8).reshape(values.shape),
        sources=("one",),
        within=values / 10 if within else None,
    )


TABLE = table_of(np.arange(12.0).reshape(4, 3))


@pytest.mark.parametrize("rows", [[2, 0], np.array([2, 0]), np.array([True, False, True, False])])
def test_rows_are_cut_from_every_array(rows: np.ndarray) -> None:
    cut, expected = TABLE.rows(rows), sorted([2, 0]) if np.asarray(rows).dtype == bool else [2, 0]
    assert (cut.slugs, cut.names) == (tuple(f"m{row}" for row in expected), tuple(f"Net {row}" for row in expected))
    for name in ("values", "origins", "within"):
        np.testing.assert_array_equal(getattr(cut, name), getattr(TABLE, name)[expected])
    assert cut.criteria == TABLE.criteria


@pytest.mark.parametrize(("keys", "indices"), [("ca", [2, 0]), ("bc", [1, 2]), ("b", [1]), ("", [])])
def test_columns_are_cut_from_every_array(keys: str, indices: list[int]) -> None:
    cut = TABLE.columns(list(keys))
    assert [criterion.key for criterion in cut.criteria] == list(keys)
    for name in ("values", "origins", "within"):
        np.testing.assert_array_equal(getattr(cut, name), getattr(TABLE, name)[:, indices])
    assert cut.names == TABLE.names


def test_lazy_names_are_cut_lazily() -> None:
    lazy = replace(TABLE, names=LazyNames(4, "Net {}".format))
    cut = lazy.rows([3, 1])
    assert isinstance(cut.names, LazyNames)
    assert (list(cut.names), cut.names[-1], list(cut.names[:1])) == (["Net 3", "Net 1"], "Net 1", ["Net 3"])


def test_a_table_without_intervals_is_cut_without() -> None:
    plain = table_of(np.ones((2, 2)), within=False)
    assert plain.rows([0]).within is None
    assert plain.columns(["b"]).within is None


def test_an_unknown_column_is_refused_with_the_nearest() -> None:
    with pytest.raises(ZooError, match="unknown criterion 'd'"):
        TABLE.columns(["a", "d"])


@given(
    arrays(np.float64, st.tuples(st.integers(1, 700), st.integers(1, 4)), elements=st.integers(-9, 9)),
    st.sampled_from(["C", "F"]),
    st.lists(st.tuples(st.integers(0, 699), st.integers(0, 3)), max_size=5),
)
def test_bounds_pass_over_missing_values(matrix: np.ndarray, order: str, gaps: list[tuple[int, int]]) -> None:
    matrix = np.array(matrix, order=order)
    for row, column in gaps:
        matrix[row % len(matrix), column % len(matrix.T)] = np.nan
    table = table_of(matrix)
    for column, (low, high) in enumerate(np.transpose(table.bounds)):
        known = matrix[:, column][~np.isnan(matrix[:, column])]
        assert table.incomplete[column] == (len(known) < len(matrix))
        assert (low, high) == (known.min(), known.max()) if len(known) else np.isnan([low, high]).all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_bounds_of_many_rows_are_those_of_all(order: str) -> None:
    matrix = np.array(np.random.default_rng(0).random((100_003, 3)), order=order)
    matrix[-1] = [2, -1, 0.5]
    matrix[50_000] = [0.5, 3, -2]
    low, high = table_of(matrix).bounds
    np.testing.assert_array_equal(low, matrix.min(axis=0))
    np.testing.assert_array_equal(high, matrix.max(axis=0))


def test_a_table_without_rows_has_no_bounds() -> None:
    assert np.isnan(table_of(np.empty((0, 2))).bounds).all()

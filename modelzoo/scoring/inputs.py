"""Data to rank: the catalog, a decision table, a DataFrame, or a matrix with or without names."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from modelzoo.base.text import cut, quote
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.catalog.names import LazyNames, Slugs
from modelzoo.errors import ZooError, unknown
from modelzoo.scoring.large import MANY
from modelzoo.scoring.senses import FloatArray


def table_of(
    data: Any, keys: Sequence[str], *, source: str | Sequence[str] | None = None, names: Sequence[Any] | None = None
) -> DecisionTable:
    """Return the decision table of these criteria.

    A matrix or a DataFrame of floats is not copied.

    Parameters
    ----------
    data : a Catalog, a DecisionTable, a DataFrame or a matrix. A DataFrame has a column for each criterion, and the
        names in its index or in a column ``name``. A matrix has the shape (n_models, n_criteria), with its columns in
        the order of `keys`
    source : of a catalog's values, comma-separated or one a string
    names : of a matrix's models

    Raises
    ------
    ZooError
        If a column is missing or repeated, or holds text or an infinite number; the message names row and column.
    """
    framed = _is_frame(data)
    if names is not None and (framed or isinstance(data, Catalog | DecisionTable)):
        raise ZooError("names are for a matrix; the data have names of their own")
    sources = [key.strip() for key in source.split(",")] if isinstance(source, str) else source
    if isinstance(data, Catalog):
        return data.table(keys, sources)
    if sources:
        raise ZooError(f"`source` {', '.join(sources)} is a catalog's; these data have none")
    if isinstance(data, DecisionTable):
        table = data.columns(keys)
    else:
        table = _from_frame(data, keys) if framed else _from_matrix(data, keys, names)
    for column in np.flatnonzero(np.isinf(table.bounds).any(axis=0)):
        row, values = int(np.argmax(np.isinf(table.values[:, column]))), table.values[:, column]
        raise ZooError(f"column {quote(keys[int(column)])}, row {row}: {values[row]}; expected a finite number")
    return table


def keys_of(data: Any) -> list[str]:
    """Return the criteria of a catalog or the columns of a DataFrame, without names; none for other data."""
    if isinstance(data, Catalog):
        return [*data.criteria]
    return [label for label in _columns(data) if label != "name"] if _is_frame(data) else []


def _is_frame(data: Any) -> bool:
    return hasattr(data, "columns") and hasattr(data, "index")


def _columns(frame: Any) -> list[str]:
    return [normalize("NFC", str(label)) for label in frame.columns]


def _from_frame(frame: Any, keys: Sequence[str]) -> DecisionTable:
    labels = _columns(frame)
    for key in keys:
        if key not in labels:
            raise unknown("column", key, labels)
        if labels.count(key) > 1:
            raise ZooError(f"column {quote(key)} stands {labels.count(key)} times in the DataFrame; expected once")
    selected = frame.iloc[:, [labels.index(key) for key in keys]] if list(keys) != labels else frame
    if all(dtype == np.float64 for dtype in selected.dtypes):
        values = selected.to_numpy()
    else:
        values = _by_column([selected.iloc[:, index].to_numpy() for index in range(len(keys))], keys)
    index = labels.index("name") if "name" in labels else None
    names, slugs = _labels(frame.index if index is None else frame.set_index(frame.columns[index]).index)
    return _table(names, slugs, keys, values)


def _labels(labels: Any) -> tuple[Sequence[str], Sequence[str]]:
    """Return the names and slugs of a DataFrame's labels, lazily where there are many."""
    if type(labels).__name__ == "RangeIndex" and min(labels.start, labels.stop) >= 0:
        numbers = LazyNames(len(labels), lambda row: str(labels[row]))
        return numbers, numbers
    # The index has a hash table once it is known to be unique; blank names show when they are read.
    if len(labels) >= MANY and labels.dtype == "str" and labels.is_unique and not ("" in labels or np.nan in labels):
        texts = labels.to_numpy()
        if all(map(str.isascii, texts)):
            names: Sequence[str] = LazyNames(len(texts), lambda row: _name(texts[row], row))
            return names, Slugs(names)
    names = _checked(labels)
    return names, Slugs(names)


def _checked(labels: Sequence[Any]) -> list[str]:
    """Return the labels as names; refuse an empty or a repeated one."""
    names = [_name(label, row) for row, label in enumerate(labels)]
    if len(set(names)) < len(names):
        first: dict[str, int] = {}
        for row, name in enumerate(names):
            if first.setdefault(name, row) != row:
                raise ZooError(f"name {quote(name)} stands in rows {first[name]} and {row}; each model has one row")
    return names


def _from_matrix(data: Any, keys: Sequence[str], names: Sequence[Any] | None) -> DecisionTable:
    # A masked value is missing; asarray would show the number below the mask.
    matrix = np.ma.filled(data.astype(np.float64), np.nan) if isinstance(data, np.ma.MaskedArray) else _matrix(data)
    if not matrix.ndim:
        raise ZooError(f"the data are a {type(data).__name__}; expected a Catalog, a DataFrame or a matrix")
    if matrix.ndim != 2 or matrix.shape[1] != len(keys):
        raise ZooError(
            f"the matrix has shape {matrix.shape}; expected (n_models, {len(keys)}), columns {', '.join(keys)}"
        )
    values = matrix if matrix.dtype == np.float64 else _by_column(list(matrix.T), keys)
    count = len(matrix)
    if names is None:
        numbered = LazyNames(count, lambda row: f"model {row + 1}")
        return _table(numbered, LazyNames(count, lambda row: f"model{row + 1}"), keys, values)
    checked = _checked(names)
    if len(checked) != count:
        raise ZooError(f"{len(checked)} names for {count} models; expected one each")
    return _table(checked, Slugs(checked), keys, values)


def _matrix(data: Any) -> NDArray[Any]:
    if isinstance(data, str | PurePath):
        raise ZooError(f"{quote(str(data))} is not data to rank; read a file with load_catalog, and rank the catalog")
    try:
        return np.asarray(data)
    except ValueError:
        raise ZooError("the matrix has rows of different lengths; expected as many values in each") from None


def _by_column(columns: Sequence[NDArray[Any]], keys: Sequence[str]) -> FloatArray:
    values = np.empty((len(columns[0]), len(columns)), order="F")
    for index, (column, key) in enumerate(zip(columns, keys, strict=True)):
        if column.dtype.kind in "biuf":
            values[:, index] = column
        else:
            values[:, index] = [_number(value, key, row) for row, value in enumerate(column)]
    return values


def _number(value: Any, key: str, row: int) -> float:
    # Complex numbers and durations are np.number too.
    if isinstance(value, bool | int | float) or (isinstance(value, np.generic) and value.dtype.kind in "biuf"):
        try:
            return float(value)
        except OverflowError:
            raise ZooError(f"column {quote(key)}, row {row}: a number beyond 1.8e308; expected a smaller one") from None
    # Text is refused even where it reads like a number.
    if _is_missing(value):
        return float("nan")
    advice = "; `load_catalog` reads a CSV with numbers such as 25.6M" if isinstance(value, str) else ""
    raise ZooError(f"column {quote(key)}, row {row}: {cut(repr(value))}; expected a number{advice}")


def _name(value: Any, row: int) -> str:
    if _is_missing(value) or not str(value).strip():
        raise ZooError(f"the model in row {row} has no name; each needs one of its own")
    return normalize("NFC", str(value))


def _is_missing(value: Any) -> bool:
    """Check for None, NaN and the marks of pandas, which are no numbers."""
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )


def _table(names: Sequence[str], slugs: Sequence[str], keys: Sequence[str], values: FloatArray) -> DecisionTable:
    return DecisionTable(
        slugs=slugs,
        names=names,
        criteria=tuple(CRITERIA.get(key, Criterion(key, key, "", None)) for key in keys),
        values=values,
        origins=np.broadcast_to(np.int8(NO_SOURCE), values.shape),
        sources=(),
    )

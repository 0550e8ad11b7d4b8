"""What can be ranked: the catalog, a decision table, a DataFrame, or a plain matrix with names."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.catalog import NO_SOURCE, Catalog, DecisionTable
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown


def table_of(
    data: Any, keys: Sequence[str], *, sources: Sequence[str] | None = None, names: Sequence[str] | None = None
) -> DecisionTable:
    """The decision table of these criteria, whatever the figures come in.

    Parameters
    ----------
    data : a Catalog; a DecisionTable; a DataFrame with a column for each criterion, and the names in its index or in
        a column ``name``; or a matrix of shape (n_models, n_criteria) with its columns in the order of `keys`
    names : of a matrix's models

    Raises
    ------
    ZooError
        If a column is missing, stands twice, holds no numbers or an infinite one; it names row and column.
    """
    framed = hasattr(data, "columns") and hasattr(data, "index")
    if names is not None and (framed or isinstance(data, Catalog | DecisionTable)):
        raise ZooError("names are for a matrix; these figures have names of their own")
    if isinstance(data, Catalog):
        return data.table(keys, sources)
    if sources:
        raise ZooError(f"sources {', '.join(sources)} are a catalog's; these figures have none")
    if isinstance(data, DecisionTable):
        return _chosen(data, keys)
    if framed:
        return _from_frame(data, keys)
    return _from_matrix(data, keys, names)


def _chosen(table: DecisionTable, keys: Sequence[str]) -> DecisionTable:
    places = {criterion.key: place for place, criterion in enumerate(table.criteria)}
    for key in keys:
        if key not in places:
            raise unknown("criterion", key, places)
    columns = [places[key] for key in keys]
    return DecisionTable(
        slugs=table.slugs,
        names=table.names,
        criteria=tuple(table.criteria[column] for column in columns),
        values=np.asfortranarray(table.values[:, columns]),
        origins=np.asfortranarray(table.origins[:, columns]),
        sources=table.sources,
    )


def _from_frame(frame: Any, keys: Sequence[str]) -> DecisionTable:
    labels = [str(label) for label in frame.columns]
    for key in keys:
        if key not in labels:
            raise unknown("column", key, labels)
        if labels.count(key) > 1:
            raise ZooError(f"column {key!r} stands {labels.count(key)} times in the DataFrame; expected once")
    names = frame.iloc[:, labels.index("name")] if "name" in labels else frame.index
    columns = [_numbers(frame.iloc[:, labels.index(key)].to_numpy(), key) for key in keys]
    return _table([str(name) for name in names], keys, columns)


def _from_matrix(data: Any, keys: Sequence[str], names: Sequence[str] | None) -> DecisionTable:
    # What a masked array masks is missing; asarray would show what lies below the mask.
    matrix = np.ma.filled(data.astype(np.float64), np.nan) if isinstance(data, np.ma.MaskedArray) else np.asarray(data)
    if matrix.ndim != 2 or matrix.shape[1] != len(keys):
        raise ZooError(
            f"the matrix has shape {matrix.shape}; expected (n_models, {len(keys)}), columns {', '.join(keys)}"
        )
    names = (
        [f"model {place}" for place in range(1, len(matrix) + 1)] if names is None else [str(name) for name in names]
    )
    if len(names) != len(matrix):
        raise ZooError(f"{len(names)} names for {len(matrix)} models; expected one each")
    return _table(names, keys, [_numbers(matrix[:, place], key) for place, key in enumerate(keys)])


def _numbers(column: NDArray[Any], key: str) -> NDArray[np.float64]:
    if column.dtype.kind in "biuf":
        numbers = column.astype(np.float64)
    else:
        numbers = np.array([_number(value, key, row) for row, value in enumerate(column)], dtype=np.float64)
    infinite = np.flatnonzero(np.isinf(numbers))
    if len(infinite):
        raise ZooError(f"column {key!r}, row {infinite[0]}: {numbers[infinite[0]]}; expected a finite number")
    return numbers


def _number(value: Any, key: str, row: int) -> float:
    # Complex numbers and durations are np.number too.
    if isinstance(value, bool | int | float) or (isinstance(value, np.generic) and value.dtype.kind in "biuf"):
        return float(value)
    # pandas' own marks of a missing value are no numbers; text never is, whatever it looks like.
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return float("nan")
    raise ZooError(f"column {key!r}, row {row}: {value!r}; expected a number")


def _table(names: list[str], keys: Sequence[str], columns: list[NDArray[np.float64]]) -> DecisionTable:
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if first.setdefault(name, row) != row:
            raise ZooError(f"name {name!r} stands in rows {first[name]} and {row}; each model has one row")
    slugs = tuple(map(slugify, names))
    values = np.empty((len(names), len(keys)), order="F")
    for place, column in enumerate(columns):
        values[:, place] = column
    return DecisionTable(
        # Names that differ only in blanks or case, or have no letter, are still models of their own.
        slugs=slugs if len(set(slugs) - {""}) == len(names) else tuple(names),
        names=tuple(names),
        criteria=tuple(CRITERIA.get(key, Criterion(key, key, "", None)) for key in keys),
        values=values,
        origins=np.full(values.shape, NO_SOURCE, dtype=np.int8, order="F"),
        sources=(),
    )

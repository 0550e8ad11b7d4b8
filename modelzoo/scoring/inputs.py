"""What can be ranked: the catalog, a decision table, a DataFrame, or a plain matrix with names."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.catalog import NO_SOURCE, Catalog, DecisionTable
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown


def table_of(
    data: Any, keys: Sequence[str], *, sources: str | Sequence[str] | None = None, names: Sequence[str] | None = None
) -> DecisionTable:
    """The decision table of these criteria, whatever the figures come in.

    Parameters
    ----------
    data : a Catalog; a DecisionTable; a DataFrame with a column for each criterion, and the names in its index or in
        a column ``name``; or a matrix of shape (n_models, n_criteria) with its columns in the order of `keys`
    sources : of a catalog's figures, comma-separated or one a string
    names : of a matrix's models

    Raises
    ------
    ZooError
        If a column is missing, stands twice, holds no numbers or an infinite one; it names row and column.
    """
    framed = hasattr(data, "columns") and hasattr(data, "index")
    if names is not None and (framed or isinstance(data, Catalog | DecisionTable)):
        raise ZooError("names are for a matrix; these figures have names of their own")
    if isinstance(sources, str):
        sources = [source.strip() for source in sources.split(",")]
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
        within=None if table.within is None else np.asfortranarray(table.within[:, columns]),
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
    return _table([_name(name, row) for row, name in enumerate(names)], keys, columns)


def _from_matrix(data: Any, keys: Sequence[str], names: Sequence[str] | None) -> DecisionTable:
    # What a masked array masks is missing; asarray would show what lies below the mask.
    matrix = np.ma.filled(data.astype(np.float64), np.nan) if isinstance(data, np.ma.MaskedArray) else _matrix(data)
    if matrix.ndim != 2 or matrix.shape[1] != len(keys):
        raise ZooError(
            f"the matrix has shape {matrix.shape}; expected (n_models, {len(keys)}), columns {', '.join(keys)}"
        )
    names = (
        [f"model {place}" for place in range(1, len(matrix) + 1)]
        if names is None
        else [_name(name, row) for row, name in enumerate(names)]
    )
    if len(names) != len(matrix):
        raise ZooError(f"{len(names)} names for {len(matrix)} models; expected one each")
    return _table(names, keys, [_numbers(matrix[:, place], key) for place, key in enumerate(keys)])


def _matrix(data: Any) -> NDArray[Any]:
    if isinstance(data, str | PurePath):
        raise ZooError(f"{str(data)!r} is no figures; read a file with load_catalog, and rank what that gives")
    try:
        return np.asarray(data)
    except ValueError:
        raise ZooError("the matrix has rows of different lengths; expected as many values in each") from None


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
        try:
            return float(value)
        except OverflowError:
            raise ZooError(f"column {key!r}, row {row}: a number beyond 1.8e308; expected a smaller one") from None
    # Text never is a number, whatever it looks like.
    if _is_missing(value):
        return float("nan")
    raise ZooError(f"column {key!r}, row {row}: {value!r}; expected a number")


def _name(value: Any, row: int) -> str:
    if _is_missing(value) or not str(value).strip():
        raise ZooError(f"the model in row {row} has no name; each needs one of its own")
    return str(value)


def _is_missing(value: Any) -> bool:
    """Whether it is None, NaN, or one of pandas' own marks, which are no numbers."""
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )


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

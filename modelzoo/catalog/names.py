"""Names and slugs of models: checked, and made for the rows that are shown where there are many."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from modelzoo.base.text import printable
from modelzoo.catalog.models import slugify


def name_fault(name: str) -> str:
    """Return the expected form of a model's name that is not valid; empty for a valid one."""
    if not slugify(name):
        return "the model's name"
    return "" if printable(name) == name else "one line without control characters and hidden ones"


class LazyNames(Sequence[str]):
    """Names by row, made when they are read."""

    def __init__(self, count: int, name: Callable[[int], str]) -> None:
        self._count = count
        self._name = name

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> Sequence[str]: ...
    def __getitem__(self, row: int | slice) -> str | Sequence[str]:
        if isinstance(row, slice):
            return [self._name(index) for index in range(self._count)[row]]
        return self._name(range(self._count)[row])


def names_of(names: Sequence[str], rows: NDArray[np.intp]) -> Sequence[str]:
    """Return the names of these rows, lazily where they are lazy."""
    if isinstance(names, LazyNames):
        return LazyNames(len(rows), lambda row: names[int(rows[row])])
    return tuple(names[row] for row in rows.tolist())


class Slugs(LazyNames):
    """Slugs of the names; the names themselves where two slugs are equal or one is empty."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(len(names), lambda row: self._slugs[row])
        self._names = names

    @cached_property
    def _slugs(self) -> Sequence[str]:
        slugs = list(map(slugify, self._names))
        return slugs if len(set(slugs) - {""}) == len(slugs) else self._names

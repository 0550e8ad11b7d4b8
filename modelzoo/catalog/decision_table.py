"""The decision matrix with the names of its models and criteria."""

from collections.abc import Sequence
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.criteria import Criterion
from modelzoo.catalog.names import names_of
from modelzoo.errors import unknown

NO_SOURCE = -1

# Rows that lie side by side where bounds are computed, so that numpy runs along the memory.
_FOLD = 256
# Values of a block that stays in the cache between the least and the greatest.
_BLOCK = 1 << 16


class DecisionTable(msgspec.Struct, frozen=True, dict=True, eq=False):
    """The decision matrix with its names.

    Attributes
    ----------
    values : (n_models, n_criteria), NaN where no chosen source has a value
    origins : (n_models, n_criteria), the index in `sources` of each value's source. It is -1 where no value is, and
        where the value is the model's own property (its year)
    within : (n_models, n_criteria), half the interval of each value as measured; None where nothing was measured
    problems, note : records that cannot be read, and measured runs that are left out
    """

    slugs: Sequence[str]
    names: Sequence[str]
    criteria: tuple[Criterion, ...]
    values: NDArray[np.float64]
    origins: NDArray[np.int8]
    sources: tuple[str, ...]
    within: NDArray[np.float64] | None = None
    problems: tuple[str, ...] = ()
    note: str = ""

    def rows(self, rows: NDArray[np.bool_] | Sequence[int] | NDArray[np.intp]) -> "DecisionTable":
        """Return the table of these rows, given by a mask or by index."""
        mask = np.asarray(rows)
        if mask.dtype == bool and mask.all():
            return self
        selected = np.flatnonzero(mask) if mask.dtype == bool else mask.astype(np.intp)
        return msgspec.structs.replace(
            self,
            slugs=names_of(self.slugs, selected),
            names=names_of(self.names, selected),
            values=self.values[selected],
            origins=self.origins[selected],
            within=None if self.within is None else self.within[selected],
        )

    def columns(self, keys: Sequence[str]) -> "DecisionTable":
        """Return the table of these criteria; raise a ZooError if it lacks one."""
        known = [criterion.key for criterion in self.criteria]
        if list(keys) == known:
            return self
        for key in keys:
            if key not in known:
                raise unknown("criterion", key, known)
        indices = [known.index(key) for key in keys]
        # A slice is a view of the same memory; a list of indices is a copy.
        first, last = min(indices, default=0), max(indices, default=-1)
        selected = slice(first, last + 1) if indices == list(range(first, last + 1)) else indices
        return msgspec.structs.replace(
            self,
            criteria=tuple(self.criteria[index] for index in indices),
            values=self.values[:, selected],
            origins=self.origins[:, selected],
            within=None if self.within is None else self.within[:, selected],
        )

    @cached_property
    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The least and the greatest value of each criterion; NaN for a criterion without values."""
        low, high = np.copy(self._extremes)
        for column in np.flatnonzero(self.incomplete):
            known = self.values[:, column][~np.isnan(self.values[:, column])]
            if len(known):
                low[column], high[column] = known.min(), known.max()
        return low, high

    @cached_property
    def incomplete(self) -> NDArray[np.bool_]:
        """The mask of the criteria that lack a value of a model, (n_criteria,)."""
        return np.isnan(self._extremes[0])

    @cached_property
    def _extremes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return _extremes(self.values)


def _extremes(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the greatest value of each column; NaN in both where a value is missing."""
    count, columns = matrix.shape
    if not count:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    # The number of rows that are compared at once, if they are contiguous in the memory.
    fold = _FOLD if matrix.flags.c_contiguous else 1
    low, high = np.full(fold * columns, np.inf), np.full(fold * columns, -np.inf)
    step = max(_BLOCK // (fold * columns), 1) * fold
    for start in range(0, count, step):
        block = matrix[start : start + step]
        # The flat minimum reads the block into the cache three times as fast as the others do.
        np.minimum.reduce(block, axis=None)
        whole = len(block) // fold * fold
        folded = block[:whole].reshape(-1, fold * columns) if fold > 1 else block
        for rows, width in ((folded, fold * columns), (block[whole:], columns)):
            if len(rows):
                np.minimum(low[:width], np.minimum.reduce(rows), out=low[:width])
                np.maximum(high[:width], np.maximum.reduce(rows), out=high[:width])
    low, high = low.reshape(fold, columns), high.reshape(fold, columns)
    return np.minimum.reduce(low), np.maximum.reduce(high)

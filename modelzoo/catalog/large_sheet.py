"""A large CSV file of plain numbers, read column by column; the strict reader reads every other file."""

import csv
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from unicodedata import is_normalized, normalize

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.base.files import open_regular, read_bytes
from modelzoo.catalog.criteria import COUNT, PERCENT, Criterion
from modelzoo.catalog.csv_sheet import Row
from modelzoo.catalog.models import slugify
from modelzoo.catalog.names import LazyNames, name_fault
from modelzoo.catalog.printed_value import are_percent, in_range, is_words, read_value
from modelzoo.errors import ZooError

# Bytes from which on a file is read by columns: the strict reader takes half a second for them.
LARGE = 1 << 20

_CHUNK = 1 << 22
_BOM = b"\xef\xbb\xbf"
_COMMA, _NEWLINE, _POINT, _MINUS, _ZERO, _QUOTE = b',\n.-0"'
# Whole numbers of 15 digits and powers of ten up to 22 are exact floats. So their quotient is rounded only once.
_EXACT_DIGITS = 15
_TENS = np.array([float(f"1e{power}") for power in range(23)])
# An apostrophe at the start of a cell may guard a formula; the strict reader removes it.
_GUARDED = re.compile(rb"(?:^|[,\n])\"?'")
_LONGEST_NUMBER = 25
_LONGEST_NAME = 200
_POWERS = {ord(letter): power for letters, power in (("Kk", 3), ("Mm", 6), ("BbGg", 9)) for letter in letters}
_HASH_FACTOR = 0x9E3779B97F4A7C15

Bytes = NDArray[np.uint8]
Positions = NDArray[np.intp]


class LargeSheet(msgspec.Struct, frozen=True, eq=False):
    """The numbers of a large CSV file.

    Attributes
    ----------
    keys : the columns of numbers
    texts : the columns of words
    values : (n_rows, n_keys), NaN where a cell is empty
    find : return the row of a slug, None without one
    read : return the cells of a row, and its line in the file
    """

    names: Sequence[str]
    slugs: Sequence[str]
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    values: NDArray[np.float64]
    find: Callable[[str], int | None]
    read: Callable[[int], Row]


class _UnusualError(Exception):
    """The file needs the strict reader."""


def header_of(path: Path) -> tuple[str, ...]:
    """Return the columns of a large file; none where it is small, unusual, or cannot be read."""
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size < LARGE:
                return ()
            line = normalize("NFC", file.readline(_CHUNK).removeprefix(_BOM).decode())
        cells = next(csv.reader([line], strict=True))
    except (OSError, ZooError, UnicodeDecodeError, csv.Error):
        return ()
    header = tuple(cell.strip() for cell in cells)
    plain = "" not in header[1:] and len(set(header)) == len(header) > 1 and line.strip().isprintable()
    return header if plain else ()


def read_large(
    path: Path,
    header: Sequence[str],
    naming: str,
    criteria: Mapping[str, Criterion],
    *,
    numeric: Collection[str],
) -> LargeSheet | None:
    """Read a large file; None where something is unusual: a quotation mark within a cell, a fault, a long name.

    Parameters
    ----------
    header : as of `header_of`
    naming : the column that names the models
    criteria : the columns to read as numbers
    numeric : the criteria that hold numbers; the others may hold words
    """
    try:
        return _Reader(path, header, naming, criteria, numeric).read()
    except (OSError, ZooError, UnicodeDecodeError, _UnusualError):
        return None


class _Reader:
    """One reading of a file, chunk by chunk."""

    def __init__(
        self,
        path: Path,
        header: Sequence[str],
        naming: str,
        criteria: Mapping[str, Criterion],
        numeric: Collection[str],
    ) -> None:
        self.data = _plain(read_bytes(path))
        _require(b"'" not in self.data or not _GUARDED.search(self.data))
        self.header, self.naming, self.criteria = list(header), naming, dict(criteria)
        self.maybe_words = {key for key in criteria if key not in numeric}
        self.texts: set[str] = set()
        count = self.data.count(b"\n") - 1
        _require(count > 0)
        self.values = np.empty((count, len(criteria)), order="F")
        self.hashes = np.empty(count, np.uint64)
        self.starts, self.ends = np.empty(count, np.int64), np.empty(count, np.int64)

    def read(self) -> LargeSheet:
        row = 0
        for begin, cells, starts, ends in self._chunks():
            rows = slice(row, row + len(starts))
            column = self.header.index(self.naming)
            self.starts[rows], self.ends[rows] = starts[:, column] + begin, ends[:, column] + begin
            self.hashes[rows] = self._slug_hashes(cells, starts[:, column], ends[:, column], row)
            for index, key in enumerate(self.criteria):
                column = self.header.index(key)
                self.values[rows, index] = self._numbers(cells, starts[:, column], ends[:, column], key)
            row += len(starts)
        for index, criterion in enumerate(self.criteria.values()):
            _require(criterion.unit != PERCENT or are_percent(self.values[:, index]))
        self.order = np.argsort(self.hashes)
        self.hashes = self.hashes[self.order]
        # Equal slugs have equal hashes.
        _require(not (self.hashes[:-1] == self.hashes[1:]).any())
        keys = [key for key in self.criteria if key not in self.texts]
        _require(bool(keys))
        values = self.values if not self.texts else self.values[:, [key not in self.texts for key in self.criteria]]
        names = LazyNames(len(self.values), self._name)
        return LargeSheet(
            names=names,
            slugs=LazyNames(len(names), lambda row: slugify(names[row])),
            keys=tuple(keys),
            texts=tuple(key for key in self.criteria if key in self.texts),
            values=values,
            find=self._find,
            read=self._row,
        )

    def _chunks(self) -> Iterator[tuple[int, Bytes, Positions, Positions]]:
        """Yield pieces of whole lines: their offset, their bytes, and the start and end of each cell."""
        begin, columns = self.data.index(b"\n") + 1, len(self.header)
        while begin < len(self.data):
            end = self.data.rfind(b"\n", begin, begin + _CHUNK) + 1
            _require(end > 0)
            cells = np.frombuffer(self.data, np.uint8, end - begin, begin)
            controls = int(np.count_nonzero(cells < 32)) - int(np.count_nonzero(cells == _NEWLINE))
            _require(controls == 0 and not (cells == 127).any())
            if (cells >= 128).any():
                _require(is_normalized("NFC", cells.tobytes().decode()))
            quotes = cells == _QUOTE
            # A comma after an odd number of quotation marks belongs to a cell.
            within = np.logical_xor.accumulate(quotes) if (marks := int(np.count_nonzero(quotes))) else quotes
            _require(not (within & (cells == _NEWLINE)).any())
            ends = np.flatnonzero(((cells == _COMMA) & ~within) | (cells == _NEWLINE))
            _require(len(ends) % columns == 0)
            breaks = (cells[ends] == _NEWLINE).reshape(-1, columns)
            _require(bool(breaks[:, -1].all()) and not breaks[:, :-1].any())
            starts = np.append(0, ends[:-1] + 1)
            if marks:
                quoted = quotes[starts] & quotes[ends - 1] & (ends - starts > 1)
                # Every mark begins or ends a cell.
                _require(marks == 2 * int(np.count_nonzero(quoted)))
                starts, ends = starts + quoted, ends - quoted
            yield begin, cells, starts.reshape(-1, columns), ends.reshape(-1, columns)
            begin = end

    def _name(self, row: int) -> str:
        return self.data[self.starts[row] : self.ends[row]].decode().strip()

    def _find(self, slug: str) -> int | None:
        index = int(np.searchsorted(self.hashes, np.uint64(_hash(slug))))
        row = int(self.order[min(index, len(self.order) - 1)])
        return row if slugify(self._name(row)) == slug else None

    def _row(self, row: int) -> Row:
        begin = self.data.rfind(b"\n", 0, self.starts[row]) + 1
        cells = next(csv.reader([self.data[begin : self.data.find(b"\n", begin)].decode()]))
        return Row(row + 2, dict(zip(self.header, (cell.strip() for cell in cells), strict=True)))

    def _slug_hashes(self, cells: Bytes, starts: Positions, ends: Positions, first: int) -> NDArray[np.uint64]:
        """Return a hash of each name's slug, the same for equal slugs."""
        lengths = ends - starts
        _require(int(lengths.max()) <= _LONGEST_NAME)
        hashes, letters = np.zeros(len(starts), np.uint64), np.zeros(len(starts), bool)
        beyond_ascii = np.zeros(len(starts), bool)
        for offset in range(int(lengths.max())):
            character = np.where(offset < lengths, cells.take(starts + offset, mode="clip"), 0)
            beyond_ascii |= character >= 128
            character |= np.where((character >= ord("A")) & (character <= ord("Z")), 32, 0).astype(np.uint8)
            part = ((character >= ord("a")) & (character <= ord("z"))) | (character - _ZERO < 10)
            hashes = np.where(part, hashes * np.uint64(_HASH_FACTOR) + character, hashes)
            letters |= part
        for row in np.flatnonzero(beyond_ascii).tolist():
            name = self._name(first + row)
            _require(not name_fault(name))
            hashes[row], letters[row] = _hash(slugify(name)), True
        _require(bool(letters.all()))
        return hashes

    def _numbers(self, cells: Bytes, starts: Positions, ends: Positions, key: str) -> NDArray[np.float64]:
        """Return the column's numbers, NaN where a cell is empty."""
        criterion = self.criteria[key]
        values, unread = plain_numbers(cells, starts, ends, suffixes=criterion.unit in (COUNT, ""))
        rows = np.flatnonzero(unread).tolist()
        texts = [cells[starts[row] : ends[row]].tobytes().decode().strip() for row in rows]
        if key in self.texts or (key in self.maybe_words and is_words(next(filter(None, texts), "0"))):
            _require(bool(np.isnan(values).all()) and all(is_words(text) for text in texts if text))
            self.texts.add(key)
            return values
        for row, text in zip(rows, texts, strict=True):
            values[row] = read_value(text, criterion, below_one=True).value if text else np.nan
        _require(in_range(values, criterion))
        if not np.isnan(values).all():
            self.maybe_words.discard(key)
        return values


def plain_numbers(
    cells: Bytes, starts: Positions, ends: Positions, *, suffixes: bool
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the numbers that are printed as digits with a point, and which cells are printed otherwise.

    Each number is the float nearest to the text, as `float` gives it. NaN in empty and in unread cells.

    Parameters
    ----------
    suffixes : read K, M, B and G as powers of ten
    """
    filled = ends > starts
    first, last = cells.take(starts, mode="clip"), cells.take(ends - 1, mode="clip")
    negative = filled & (first == _MINUS)
    starts = starts + negative
    powers = np.zeros(len(starts), np.int64)
    if suffixes:
        for letter, power in _POWERS.items():
            powers[last == letter] = power
        ends = ends - (powers > 0)
    lengths = ends - starts
    mantissas, decimals, digits = (np.zeros(len(starts), np.int64) for _ in range(3))
    pointed, plain = np.zeros(len(starts), bool), lengths > 0
    for offset in range(min(int(lengths.max(initial=0)), _LONGEST_NUMBER)):
        character = cells.take(starts + offset, mode="clip")
        inside, point = offset < lengths, character == _POINT
        digit = character - _ZERO
        is_digit = inside & (digit < 10)
        plain &= ~inside | is_digit | (point & ~pointed)
        pointed |= inside & point
        counted = is_digit & (digits < _EXACT_DIGITS)
        mantissas = np.where(counted, mantissas * 10 + digit, mantissas)
        decimals += counted & pointed
        digits += is_digit
    plain &= (digits > 0) & (lengths <= _LONGEST_NUMBER)
    exponents = decimals - powers
    raised = np.maximum(-exponents, 0)
    values = mantissas / _TENS[np.maximum(exponents, 0)] * _TENS[raised]
    values[negative] *= -1
    long = plain & ((digits > _EXACT_DIGITS) | (mantissas >= _TENS[_EXACT_DIGITS - raised]))
    rows = np.flatnonzero(long & (powers == 0))
    if len(rows):
        text = cells.tobytes()
        spans = zip((starts - negative)[rows].tolist(), ends[rows].tolist(), strict=True)
        values[rows] = [float(text[start:end]) for start, end in spans]
    unread = filled & (~plain | (long & (powers > 0)))
    values[unread | ~filled] = np.nan
    return values, unread


def _plain(data: bytes) -> bytes:
    """Return the text without byte-order mark and carriage returns, ending with a newline."""
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    return data if data.endswith(b"\n") else data + b"\n"


def _hash(slug: str) -> int:
    result = 0
    for character in slug.encode():
        result = (result * _HASH_FACTOR + character) % (1 << 64)
    return result


def _require(usual: bool) -> None:
    if not usual:
        raise _UnusualError

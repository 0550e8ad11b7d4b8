"""Tables as text, for a terminal and for a pipe: names and numbers stay whole, long texts fold."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from unicodedata import category, east_asian_width, normalize

from modelzoo.tables.table import Table, without_terminal_columns

# A terminal shows no more rows; a pipe gets all of a longer table, each row on one line.
MOST_ROWS = 1000

# Blanks between two columns.
GAP = 2


def render_text(table: Table, width: int, *, terminal: bool = False) -> str:
    """Return lead, table, caption and notes as lines; bars are left out where `width` has no room for them.

    A name or a number that needs more than `width` characters makes the lines longer.

    Parameters
    ----------
    terminal : fold the sentences too, which a pipe gets on one line each
    """
    fold = len(table.rows) <= MOST_ROWS
    layout = _Layout(table)
    if layout.width(folded=fold) > width:
        layout = _Layout(without_terminal_columns(table))
    lead = [table.lead, ""] if table.lead else []
    sentences = [sentence for sentence in (table.caption, *table.notes) if sentence]
    if terminal:
        lead, sentences = ([line for text in part for line in fold_text(text, width)] for part in (lead, sentences))
    return "\n".join([*lead, *layout.lines(width if fold else None), *sentences]) + "\n"


def table_width(table: Table) -> int:
    """Return the characters that a line of the table takes where nothing is folded."""
    return _Layout(table).width(folded=False)


def fold_text(text: str, width: int) -> list[str]:
    """Return the text broken at its blanks into lines of at most `width` characters; longer words stay whole."""
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(lines[-1]) + 1 + text_width(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def text_width(text: str) -> int:
    """Return the number of columns that a terminal needs for the text; a Korean syllable takes two."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, normalize("NFC", text)))


def _character_width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


class _Layout:
    """The cells of a table with the width of each column, and the least width that it can fold to."""

    def __init__(self, table: Table) -> None:
        self._columns = table.columns
        self._cells = table.cells()
        self._widths: list[int] = []
        self._least: list[int] = []
        for index, column in enumerate(table.columns):
            texts = {row[index] for row in self._cells}
            words = _widest(column.label.split())
            if index > 0 and column.wrap and not column.right:
                self._widths.append(_widest([column.label, *texts]))
                self._least.append(max(words, _widest(word for text in texts for word in text.split())))
            else:
                self._widths.append(max(words, _widest(texts)))
                self._least.append(self._widths[-1])

    def width(self, *, folded: bool) -> int:
        """Return the characters of a line; the least number of them where the table is folded."""
        return _total(self._least if folded else self._widths)

    def lines(self, width: int | None) -> Iterator[str]:
        """Yield headings, rule and rows, folded to `width` unless it is None."""
        widths = self._widths if width is None else self._folded_widths(width)
        heads = [fold_text(column.label, size) for column, size in zip(self._columns, widths, strict=True)]
        height = max(map(len, heads))
        yield from self._row([[""] * (height - len(head)) + head for head in heads], widths)
        yield "─" * _total(widths)
        for row in self._cells:
            if widths == self._widths:
                yield self._line(row, widths)
            else:
                yield from self._row([_folded(cell, size) for cell, size in zip(row, widths, strict=True)], widths)

    def _folded_widths(self, width: int) -> list[int]:
        """Return the widths after the widest columns gave away the characters beyond `width`."""
        widths = list(self._widths)
        while _total(widths) > width:
            foldable = [index for index, least in enumerate(self._least) if widths[index] > least]
            if not foldable:
                break
            widths[max(foldable, key=widths.__getitem__)] -= 1
        return widths

    def _row(self, cells: Iterable[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
        for line in zip_longest(*cells, fillvalue=""):
            yield self._line(line, widths)

    def _line(self, cells: Iterable[str], widths: Sequence[int]) -> str:
        parts = []
        for cell, width, column in zip(cells, widths, self._columns, strict=True):
            blanks = " " * (width - text_width(cell))
            parts.append(blanks + cell if column.right else cell + blanks)
        return (" " * GAP).join(parts)


def _folded(cell: str, width: int) -> list[str]:
    return [cell] if text_width(cell) <= width else fold_text(cell, width)


def _widest(texts: Iterable[str]) -> int:
    return max(map(text_width, texts), default=0)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)

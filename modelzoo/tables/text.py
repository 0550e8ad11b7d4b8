"""Tables as plain text, as a pipe takes them: every cell whole, a line each row, however many there are.

Line by line what rich prints where all cells fit (a test holds the two together), without loading it: that is a tenth
of the time of `zoo rank`, and a row takes a hundredth of the time.
"""

from collections.abc import Iterable, Sequence

from modelzoo.tables.table import Column, Table, without_terminal_columns

# Blanks between two columns.
GAP = 2


def plain_text(table: Table, width: int) -> str:
    """Lead, table, caption and notes, a line each; the columns that need room go where there is none in `width`."""
    cells, heads, widths = _measured(table)
    if total(widths) > width:
        table = without_terminal_columns(table)
        cells, heads, widths = _measured(table)
    right = [column.right for column in table.columns]
    lines = [table.lead, ""] if table.lead else []
    lines += [_line(head, widths, right) for head in _as_rows(heads)]
    lines.append("─" * total(widths))
    lines += [_line(row, widths, right) for row in cells]
    lines += filter(None, (table.caption, *table.notes))
    return "\n".join(lines) + "\n"


def fits(table: Table, width: int) -> bool:
    """Whether no cell has to be folded; names and figures never are."""
    foldable = any(
        not is_whole(place, column) and not column.terminal_only for place, column in enumerate(table.columns)
    )
    return not foldable or total(_measured(table)[2]) <= width


def total(widths: Sequence[int]) -> int:
    """The width of a table of such columns."""
    return sum(widths) + GAP * (len(widths) - 1)


def is_whole(place: int, column: Column) -> bool:
    """Whether the column holds names or figures, which are never cut or folded; long texts may be."""
    return place == 0 or column.right or column.key in ("name", "second")


def heading(label: str, cells: Iterable[str]) -> str:
    """The heading broken at its blanks into lines no wider than the widest cell, where its words allow."""
    width = max(map(text_width, cells), default=0)
    lines: list[str] = []
    for word in label.split():
        if lines and text_width(lines[-1]) + 1 + text_width(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def text_width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # knows the wide and the combining characters

    return cell_len(text)


def _measured(table: Table) -> tuple[list[list[str]], list[list[str]], list[int]]:
    """The cells, and each column's heading by its lines, and width."""
    cells = table.cells()
    heads, widths = [], []
    for place, column in enumerate(table.columns):
        texts = {row[place] for row in cells}
        head = heading(column.label, texts) if is_whole(place, column) else column.label
        heads.append(head.split("\n"))
        widths.append(max(map(text_width, (*heads[-1], *texts))))
    return cells, heads, widths


def _as_rows(heads: Sequence[Sequence[str]]) -> list[list[str]]:
    """The lines of the headings, which stand on the rule below them."""
    height = max(map(len, heads))
    padded = [[""] * (height - len(head)) + list(head) for head in heads]
    return [list(row) for row in zip(*padded, strict=True)]


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = []
    for cell, width, to_the_right in zip(cells, widths, right, strict=True):
        blanks = " " * (width - text_width(cell))
        parts.append(blanks + cell if to_the_right else cell + blanks)
    return (" " * GAP).join(parts)

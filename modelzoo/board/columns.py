"""The columns of the leaderboard: their values, their texts, and the order in which a narrow terminal drops them."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.runs.measured import MEASURES, STOPPED_MARK, MeasuredModel
from modelzoo.scoring.ranked import column_keys
from modelzoo.tables.fit import fit_table
from modelzoo.tables.table import Column, Shown, Table

if TYPE_CHECKING:
    from modelzoo.board.leaderboard import Leaderboard, Row, Section


class _Field(Struct, frozen=True):
    """A column with its value of a row; a terminal has the heading `short` and drops low priorities first."""

    column: Column
    short: str
    priority: int
    value: Callable[["Row"], Any]


def leaderboard_tables(
    board: "Leaderboard", width: int | None = None, columns: Collection[str] = ()
) -> tuple[Table, ...]:
    """Return a table for each section, with all columns or with those that fit in `width` characters.

    Without a section the published ranking is the table.

    Parameters
    ----------
    columns : keys of the columns that are selected from the tables. They stay where no row has a value. Notes on other
        columns are left out
    """
    if not board.sections:
        return (board.published.table(),)
    return tuple(_section_table(section, board, width, columns) for section in board.sections)


def sheets(board: "Leaderboard", columns: Collection[str] = ()) -> list[tuple[str, Table]]:
    """Return name and table of each section as `leaderboard_tables` does, every measure a number.

    The interval of the accuracy has columns of its own.
    """
    if not board.sections:
        return [("Published", board.published.table())]
    named = []
    for section in board.sections:
        fields = _kept(section, board, columns)
        index = next(index for index, field in enumerate(fields) if field.column.key == "accuracy")
        fields[index : index + 1] = _accuracy_fields()
        named.append((section.protocol.dataset, _table(section, fields, columns)))
    return named


def _section_table(section: "Section", board: "Leaderboard", width: int | None, columns: Collection[str]) -> Table:
    """Return the table of a section without empty columns; a note names the columns that do not fit in `width`."""
    fields = _kept(section, board, columns)
    if width is None:
        return _table(section, fields, columns)
    fields = [replace(field, column=replace(field.column, label=field.short)) for field in fields]
    return fit_table(_table(section, fields, columns), width, {field.column.key: field.priority for field in fields})


def _kept(section: "Section", board: "Leaderboard", columns: Collection[str]) -> list[_Field]:
    """Return the columns that have values in this section, or are selected."""
    every = _fields(board.shown, board.measured_by)
    return [field for field in every if field.column.key in columns or not _is_empty(field, section)]


def _is_empty(field: _Field, section: "Section") -> bool:
    """Return whether the column is one of ties, changes or published values, and no row has a value for it."""
    optional = field.column.key in ("tie", "change") or field.column.key.startswith("published")
    return optional and all(field.value(row) is None for row in section.rows)


def _table(section: "Section", fields: Sequence[_Field], columns: Collection[str]) -> Table:
    return Table(
        columns=[field.column for field in fields],
        rows=[[field.value(row) for field in fields] for row in section.rows],
        caption=section.caption,
        notes=section.notes_on(columns),
    )


def _fields(shown: Sequence[Criterion], measured_by: Sequence[str]) -> list[_Field]:
    """Return all columns in order: ranks, model, published values, measured values, conditions.

    Measured values that are not always shown are shown if the models are ranked by them.
    """
    return [
        _Field(Column("measured_rank", "Rank", right=True), "#", 99, lambda row: row.measured_rank),
        _Field(Column("change", "Change", show_change), "±", 98, lambda row: row.change),
        _Field(Column("published_rank", "Published rank", right=True), "Publ", 97, lambda row: row.published_rank),
        _Field(
            Column("name", "Model", wrap=False),
            "Model",
            100,
            lambda row: row.name + STOPPED_MARK * (not row.measured.completed),
        ),
        *(_published(criterion, key) for criterion, key in zip(shown, _published_keys(shown), strict=True)),
        _Field(
            CRITERIA["accuracy"].column("accuracy", "Accuracy % (95 % interval)"),
            "Accuracy % (95 %)",
            96,
            lambda row: Shown(row.measured.accuracy, _show_accuracy(row.measured)),
        ),
        _Field(Column("tie", "Tie"), "Tie", 92, lambda row: row.tie),
        _measured("latency", "Latency (ms)", "ms", 95),
        _measured("throughput", "Images/s", "img/s", 50),
        _measured("epoch_s", "Epoch (s)", "s/ep", 94),
        _measured("params", "Parameters as built", "Built", 91),
        *(_measured(key, CRITERIA[key].heading(), _RANKED_BY[key], 97) for key in _RANKED_BY if key in measured_by),
        _Field(Column("epochs", "Epochs", show_range, right=True), "Ep", 90, lambda row: row.measured.epochs),
        _Field(
            Column("train_images", "Images", lambda images: f"{images:,}", right=True),
            "Images",
            60,
            lambda row: row.measured.runs[0].record.dataset.train_images,
        ),
        _Field(Column("seeds", "Seeds", right=True), "Seeds", 80, lambda row: len(row.measured.seeds)),
        _Field(Column("recipe", "Recipe"), "Recipe", 40, lambda row: row.measured.recipe),
        _Field(Column("from", "From"), "From", 30, lambda row: row.origin),
    ]


def _accuracy_fields() -> list[_Field]:
    """Return the accuracy and the two ends of its interval, a column each."""
    accuracy = _measured("accuracy", CRITERIA["accuracy"].heading(), "", 0)
    low, high = (replace(accuracy.column, key=key, sense=None) for key in ("accuracy_low", "accuracy_high"))
    return [
        accuracy,
        replace(accuracy, column=replace(low, label="95 % from"), value=lambda row: row.measured.accuracy_low),
        replace(accuracy, column=replace(high, label="to"), value=lambda row: row.measured.accuracy_high),
    ]


# Measured values that are shown if the models are ranked by them, with their short headings.
_RANKED_BY = {"macro_recall": "Recall", "ece": "ECE", "peak_memory": "Mem MB", "flops": "FLOPs", "model_size": "MB"}


def _measured(key: str, label: str, short: str, priority: int) -> _Field:
    return _Field(CRITERIA[key].column(key, label), short, priority, lambda row: MEASURES[key](row.measured))


_PUBLISHED_WEIGHTS = {"top5": 93, "gpu": 89, "params": 88, "top1": 35}


def _published_keys(shown: Sequence[Criterion]) -> list[str]:
    return column_keys([f"published_{criterion.key}" for criterion in shown], ("published_rank",))


def _published(criterion: Criterion, key: str) -> _Field:
    return _Field(
        criterion.column(key, f"Published {criterion.heading()}"),
        {"params": "Params"}.get(criterion.key, criterion.label),
        _PUBLISHED_WEIGHTS.get(criterion.key, 55),
        lambda row: row.published.get(criterion.key),
    )


def show_change(change: int) -> str:
    """Format a gain in rank as ▲2, a loss as ▼1, no change as =."""
    return "=" if change == 0 else f"{'▲' if change > 0 else '▼'}{abs(change)}"


def show_range(counts: Sequence[int]) -> str:
    """Format one count, or the least and most of several: 12–15."""
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low}–{high}"


def _show_accuracy(model: MeasuredModel) -> str:
    return f"{CRITERIA['accuracy'].show(model.accuracy)} ({model.accuracy_low:.1f}–{model.accuracy_high:.1f})"


def flat_table(board: "Leaderboard") -> Table:
    """Return all sections as one table of plain values, the protocol in the first columns.

    Without a section the published ranking is the table.
    """
    if not board.sections:
        return board.published.table()
    rows = [_conditions(section) | _plain(row, board.shown) for section in board.sections for row in section.rows]
    units = _units(board.shown)
    columns = [Column(key, key, unit=units.get(key, "")) for key in rows[0]]
    captions = dict.fromkeys(section.caption for section in board.sections)
    return Table(columns, [list(row.values()) for row in rows], caption=" ".join(captions))


def _units(shown: Sequence[Criterion]) -> dict[str, str]:
    """Return the units of the plain values by column."""
    units = {key: criterion.unit for key, criterion in zip(_published_keys(shown), shown, strict=True)}
    units |= {key: CRITERIA[key].unit for key in MEASURES}
    percents = ("accuracy_low", "accuracy_high", "validation_accuracy")
    return units | dict.fromkeys(percents, "%") | {"accuracy_deviation": "points"}


def _conditions(section: "Section") -> dict[str, Any]:
    protocol = section.protocol
    return {
        "dataset": protocol.dataset,
        "synthetic": _word(protocol.synthetic),
        "train_images": protocol.train_images,
        "validation_images": protocol.validation_images,
        "test_images": protocol.test_images,
        "input_size": f"{protocol.width}x{protocol.height}",
        "hardware": protocol.hardware,
        "precision": protocol.precision,
        "backend": protocol.backend,
        "versions": section.versions,
        "dates": section.dates,
    }


def _plain(row: "Row", shown: Sequence[Criterion]) -> dict[str, Any]:
    """Return the row with one value a cell; values of several seeds are separated by blanks."""
    model = row.measured
    return {
        "measured_rank": row.measured_rank,
        "published_rank": row.published_rank,
        "change": row.change,
        "slug": model.slug,
        "name": row.name,
        "variant": model.variant,
        **{key: row.published.get(criterion.key) for criterion, key in zip(shown, _published_keys(shown), strict=True)},
        "accuracy": model.accuracy,
        "accuracy_low": model.accuracy_low,
        "accuracy_high": model.accuracy_high,
        "accuracy_deviation": model.accuracy_deviation,
        "tie": row.tie,
        **{key: measure(model) for key, measure in MEASURES.items() if key != "accuracy"},
        "validation_accuracy": model.validation_accuracy,
        "completed": _word(model.completed),
        "epochs": " ".join(map(str, model.epochs)),
        "seeds": " ".join(map(str, model.seeds)),
        "recipe": model.recipe,
        "from": row.origin,
        "runs": " ".join(run.id for run in model.runs),
    }


def _word(truth: bool) -> str:
    return "true" if truth else "false"

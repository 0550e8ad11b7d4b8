"""timm's published result tables: accuracies by model and image size, and speeds by architecture and image size.

A benchmark table alone is a catalog too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from modelzoo.base.paths import shown
from modelzoo.base.text import cut, quote
from modelzoo.catalog.criteria import COUNT, CRITERIA
from modelzoo.catalog.csv_sheet import Row, Sheet
from modelzoo.catalog.importers.table import (
    Imported,
    Model,
    Target,
    convert,
    count_rows,
    distinct_names,
    fingerprint,
    open_table,
    unused_columns,
)
from modelzoo.catalog.models import slugify
from modelzoo.catalog.provenance import ColumnFacts, OwnFacts
from modelzoo.errors import ZooError

_ADDRESS = "https://github.com/huggingface/pytorch-image-models/tree/main/results"
_RESULTS = ("model", "img_size", "top1", "top5", "param_count")
_BENCHMARK = ("model", "infer_img_size", "infer_samples_per_sec")

# timm's columns under their own names. An error is in "percent", not "%": most below 1 would look like fractions.
# A step is a whole batch, and batches differ, so its time has no better direction.
_COLUMNS = {
    "img_size": ColumnFacts("px"),
    "top1_err": ColumnFacts("percent", "min"),
    "top5_err": ColumnFacts("percent", "min"),
    "param_count": ColumnFacts(COUNT, "min"),
    "crop_pct": ColumnFacts(),
}
_BENCHMARK_COLUMNS = {
    "infer_samples_per_sec": ColumnFacts("images/s", "max"),
    "infer_step_time": ColumnFacts("ms/batch"),
    "infer_batch_size": ColumnFacts("images"),
    "infer_gmacs": ColumnFacts("10^9 multiply-adds", "min"),
    "infer_macts": ColumnFacts("10^6 activations", "min"),
}
# timm's columns that are known criteria.
_SAME = {"top1": "top1", "top5": "top5", "params": "param_count"}
_BENCHMARK_SAME = {"gflops": "infer_gmacs"}
# The columns of a benchmark that is a catalog of its own.
_ALONE = {"infer_img_size": ColumnFacts("px"), "param_count": _COLUMNS["param_count"]} | _BENCHMARK_COLUMNS
_UNITS = {"param_count": "M", "top1": "percent", "top5": "percent"}

_MATCHING = ("infer_img_size", "param_count")


def import_timm(results: Path, benchmark: Path | None = None) -> Imported:
    """Import timm's ``results-imagenet.csv``, with the speeds of a ``benchmark-infer-….csv`` if there is one.

    A model with several image sizes is named ``model@img_size``. A speed belongs to the row's image size and
    architecture, the name before the first point. As `results`, a benchmark table is imported alone.

    Raises
    ------
    ZooError
        If a file is no table of timm, cannot be read, or has two rows of one model and size.
    """
    sheet = open_table(results)
    alone = benchmark is None and set(_BENCHMARK) <= set(sheet.header)
    if not alone:
        _require_columns(sheet, _RESULTS, other=_BENCHMARK, what="timm's results-imagenet.csv")
    size = "infer_img_size" if alone else "img_size"
    sizes = Counter(row.cells["model"] for row in sheet.rows)
    targets = _targets(sheet, _SAME | _BENCHMARK_SAME, _ALONE) if alone else _targets(sheet, _SAME, _COLUMNS)
    converted = convert(sheet, targets, name=lambda row: _name(row, size, sizes), required=(size,))
    models = distinct_names(sheet, converted)
    repeated = sum(count > 1 for count in sizes.values())
    imported = Imported(
        inputs=(results,),
        keys=tuple(target.criterion.key for target in targets),
        models=tuple(models),
        facts=_facts_of_speeds(results, targets) if alone else _facts(results, targets),
        problems=tuple(sheet.faults),
        notes=(
            count_rows(sheet, models),
            *([f"{repeated} models have several image sizes; they are named model@{size}"] if repeated else []),
            *unused_columns(sheet, ["model", *(target.column for target in targets)]),
        ),
    )
    return imported if benchmark is None else _with_speeds(imported, benchmark)


def _require_columns(sheet: Sheet, columns: Sequence[str], *, other: Sequence[str], what: str) -> None:
    lacking = [column for column in columns if column not in sheet.header]
    if lacking and set(other) <= set(sheet.header):
        kind = "benchmark table; give it as --benchmark" if other is _BENCHMARK else "results table; give it first"
        raise ZooError(f"{shown(sheet.path)}:1: this is timm's {kind}, expected here is {what}")
    if lacking:
        header = cut(", ".join(sheet.header))
        raise ZooError(
            f"{shown(sheet.path)}:1: column {lacking[0]} is missing; expected {what} (the header has {header})"
        )


def _targets(sheet: Sheet, same: Mapping[str, str], columns: Mapping[str, ColumnFacts]) -> list[Target]:
    """Return the catalog's columns: the known criteria first, then timm's own in the file."""
    criteria = [(CRITERIA[key], column) for key, column in same.items()]
    criteria += [(stated.criterion(column), column) for column, stated in columns.items()]
    return [
        Target(criterion, column, _UNITS.get(column, "")) for criterion, column in criteria if column in sheet.header
    ]


def _name(row: Row, size: str, sizes: Mapping[str, int]) -> str:
    name = row.cells["model"]
    return f"{name}@{row.cells[size]}" if name and sizes[name] > 1 else name


def _facts(results: Path, targets: Sequence[Target]) -> OwnFacts:
    return OwnFacts(
        title="timm's published results",
        address=_ADDRESS,
        version=fingerprint(results),
        conditions={
            "accuracy": f"timm's own evaluation for {results.name}, one crop, each row at its img_size and crop_pct",
            "params": "timm prints millions to two decimals; trainable ones, batch-normalization statistics left out",
        },
        basis={"params": "trainable parameters", "top1": "timm's weights", "top5": "timm's weights"},
        columns={target.column: _COLUMNS[target.column] for target in targets if target.criterion.key in _COLUMNS},
    )


def _facts_of_speeds(benchmark: Path, targets: Sequence[Target]) -> OwnFacts:
    return OwnFacts(
        title="timm's published speeds",
        address=_ADDRESS,
        version=fingerprint(benchmark),
        conditions=_speed_conditions(benchmark) | {"params": "timm prints millions to two decimals"},
        columns={target.column: _ALONE[target.column] for target in targets if target.criterion.key in _ALONE},
    )


def _speed_conditions(benchmark: Path) -> dict[str, str]:
    return {
        "speed": f"{benchmark.name}: precision, layout, versions and GPU as the name says; of the architecture "
        "with its default head; step time of a batch of infer_batch_size",
        "gflops": "10^9 multiply-adds of one image, at the row's image size",
    }


def _with_speeds(imported: Imported, benchmark: Path) -> Imported:
    """Add the benchmark's values of the same architecture and image size."""
    sheet = open_table(benchmark)
    _require_columns(sheet, _BENCHMARK, other=_RESULTS, what="timm's benchmark-infer-….csv")
    targets = _targets(sheet, _BENCHMARK_SAME, _BENCHMARK_COLUMNS)
    matching = _targets(sheet, {}, {key: ColumnFacts(COUNT) for key in _MATCHING})
    timed = convert(sheet, [*targets, *matching], name=lambda row: row.cells["model"], required=("infer_img_size",))
    speeds = _by_size(sheet, timed)
    keys = [target.criterion.key for target in targets]
    models: list[Model] = []
    matches: list[tuple[Model, Model]] = []
    for model in imported.models:
        if speed := _speed(model, speeds):
            matches.append((model, speed))
            timed_values = {key: value for key, value in speed.values.items() if key in keys}
            model = replace(model, values=model.values | timed_values)
        models.append(model)
    differing = [(model, speed) for model, speed in matches if not _same_size(model, speed)]
    used = {id(speed) for _, speed in matches}
    return replace(
        imported,
        inputs=(*imported.inputs, benchmark),
        keys=(*imported.keys, *keys),
        models=tuple(models),
        facts=_facts_with_speeds(imported.facts, benchmark, targets, differing),
        problems=(*imported.problems, *sheet.faults),
        warnings=tuple(
            f"{model.name} has {model.values['param_count'].text} parameters, {_measured(speed)}"
            for model, speed in differing
        ),
        notes=(
            *imported.notes,
            count_rows(sheet, timed),
            f"{len(matches)} of {len(models)} models have a speed, by architecture and image size; "
            f"{len(timed) - len(used)} of the speeds belong to no model here",
            *unused_columns(sheet, ["model", *(target.column for target in [*targets, *matching])]),
        ),
    )


def _by_size(sheet: Sheet, timed: Sequence[Model]) -> dict[tuple[str, float], Model]:
    speeds: dict[tuple[str, float], Model] = {}
    for model in timed:
        size = model.values["infer_img_size"]
        before = speeds.setdefault((model.name, size.value), model)
        if before is not model:
            raise ZooError(
                f"{shown(sheet.path)}:{model.line}: {quote(model.name)} at {size.text} px is in two rows, before in "
                f"line {before.line}; each architecture and size has one row, so remove one"
            )
    return speeds


def _speed(model: Model, speeds: Mapping[tuple[str, float], Model]) -> Model | None:
    """Return the benchmark's row of the model, or else of its architecture, at its image size."""
    size = model.values["img_size"]
    name = model.name.removesuffix(f"@{size.text}")
    return speeds.get((name, size.value)) or speeds.get((name.partition(".")[0], size.value))


def _same_size(model: Model, speed: Model) -> bool:
    """Return whether the parameter counts of both tables agree; true if one is missing."""
    params, timed_params = model.values.get("param_count"), speed.values.get("param_count")
    return params is None or timed_params is None or params.agrees(timed_params)


def _measured(speed: Model) -> str:
    return f"the network whose speed was measured {speed.values['param_count'].text}"


def _facts_with_speeds(
    facts: OwnFacts, benchmark: Path, targets: Sequence[Target], differing: Sequence[tuple[Model, Model]]
) -> OwnFacts:
    own = {target.column: _BENCHMARK_COLUMNS[target.column] for target in targets if target.criterion.key != "gflops"}
    return replace(
        facts,
        version=f"{facts.version}; {fingerprint(benchmark)}",
        conditions=facts.conditions | _speed_conditions(benchmark),
        notes={slugify(model.name): _measured(speed) for model, speed in differing},
        columns=facts.columns | own,
    )

"""The reproduction against a second one, in exact fractions and by comparing every pair of rows."""

import csv
import itertools
import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base import paths
from modelzoo.slides.report import Reproduction, reproduce

PRINTED = paths.CATALOG / "slides"
LISTS = {"by_year": 1, "by_params": 3, "by_gpu": 6, "by_top5": 5}
COLUMNS = ("year", "size", "params", "top1", "top5", "gpu", "highlights_ko")
FALLING = {"by_top5", "top5", "score"}


def records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def number(text: str) -> Fraction | None:
    if text in ("", "-"):
        return None
    factor = {"K": 1000, "M": 10**6}.get(text[-1], 1)
    return Fraction(text.rstrip("KM%")) * factor


def cents(value: Fraction) -> int:
    """Hundredths, half up, in integers alone."""
    return math.floor(value * 100 + Fraction(1, 2))


class Exact:
    """What should be printed, from the catalog's files."""

    def __init__(self) -> None:
        with (paths.CATALOG / "sources" / "slides.csv").open(encoding="utf-8", newline="") as file:
            rows = {row["slug"]: row for row in csv.DictReader(file)}
        with (paths.CATALOG / "models.csv").open(encoding="utf-8", newline="") as file:
            models = {row["slug"]: row for row in csv.DictReader(file) if row["slug"] in rows}
        self.slugs = {model["name"]: slug for slug, model in models.items()}
        self.cells: dict[str, dict[str, Any]] = {
            column: {slug: number(row[column]) for slug, row in rows.items()}
            for column in ("size", "params", "top1", "top5", "gpu")
        }
        self.cells["year"] = {slug: number(model["year"]) for slug, model in models.items()}
        self.cells["highlights_ko"] = {slug: model["highlights_ko"] for slug, model in models.items()}
        for column in ("top5", "gpu", "params"):
            values = [value for value in self.cells[column].values() if value is not None]
            worst, best = (min(values), max(values)) if column in FALLING else (max(values), min(values))
            self.cells[f"{column}_normalized"] = {
                slug: None if value is None else (value - worst) / (best - worst)
                for slug, value in self.cells[column].items()
            }
        parts = [self.cells[f"{column}_normalized"] for column in ("top5", "gpu", "params")]
        self.cells["score"] = {
            slug: None if None in (each := [part[slug] for part in parts]) else sum(each) for slug in rows
        }


def printed_orders() -> list[tuple[str, str, list[tuple[str, dict[str, str]]]]]:
    """Table, key and rows of the eight printed orders."""
    orders = [
        (table, COLUMNS[key - 1], [(row[0], dict(zip(COLUMNS, row[1:], strict=True))) for row in records(path)])
        for table, key in LISTS.items()
        if (path := PRINTED / f"{table}.csv")
    ]
    scores = records(PRINTED / "scores.csv")
    for place, key in ((0, "top5"), (3, "gpu"), (6, "params")):
        rows = [(row[place], {key: row[place + 1], f"{key}_normalized": row[place + 2]}) for row in scores]
        orders.append(("scores", key, rows))
    orders.append(("scores", "score", [(row[9], {"score": row[10]}) for row in scores if row[9]]))
    return orders


@pytest.fixture(scope="module")
def exact() -> Exact:
    return Exact()


@pytest.fixture(scope="module")
def found() -> Reproduction:
    return reproduce()


def test_every_cell_that_differs_is_listed_and_no_other(exact: Exact, found: Reproduction) -> None:
    cells, different = 0, {}
    for table, _, rows in printed_orders():
        for name, printed in rows:
            for column, text in printed.items():
                value = exact.cells[column][exact.slugs[name]]
                if value is None:
                    assert text in ("-", "", "0")
                    continue
                cells += 1
                if column == "highlights_ko":
                    same = text == value
                elif column == "score" or column.endswith("_normalized"):
                    same = Fraction(text) * 100 == cents(value)
                else:
                    same = number(text) == value
                if not same:
                    different[table, column, name] = float(value)
    assert {(item.table, item.column, item.model): item.computed for item in found.differences} == pytest.approx(
        different, rel=1e-12
    )
    assert found.cells == cells
    assert len(different) == 22


def test_every_position_that_differs_is_listed_and_no_other(exact: Exact, found: Reproduction) -> None:
    moved, rows_in_all = {}, 0
    for table, key, rows in printed_orders():
        rows_in_all += len(rows)
        names = [name for name, _ in rows]
        sign = -1 if key in FALLING else 1
        values = {name: exact.cells[key][exact.slugs[name]] for name in names}
        places = [place for place, name in enumerate(names, start=1) if values[name] is not None]
        ordered = sorted((name for name in names if values[name] is not None), key=lambda name: sign * values[name])
        for place, name in zip(places, ordered, strict=True):
            if names[place - 1] != name:
                moved[table, key, name] = (names.index(name) + 1, place)
    listed = {
        (item.table, item.column, item.model): (item.printed_position, item.computed_position)
        for item in found.displaced
    }
    assert listed == moved
    assert found.rows == rows_in_all == 7 * 28 + 14
    assert len(moved) == 30


def test_the_fewest_moves_leave_a_longest_run_in_order(exact: Exact, found: Reproduction) -> None:
    moves = 0
    for _, key, rows in printed_orders():
        sign = -1 if key in FALLING else 1
        values = [sign * value for name, _ in rows if (value := exact.cells[key][exact.slugs[name]]) is not None]
        longest: list[int] = []
        for place, value in enumerate(values):
            longest.append(1 + max((longest[before] for before in range(place) if values[before] <= value), default=0))
        moves += len(values) - max(longest)
    assert found.moves == moves


def test_the_correlations_are_those_of_all_pairs(exact: Exact, found: Reproduction) -> None:
    (rows,) = [rows for _, key, rows in printed_orders() if key == "score"]
    printed = [Fraction(cells["score"]) for _, cells in rows]
    scores = [exact.cells["score"][exact.slugs[name]] for name, _ in rows]
    pairs = list(itertools.combinations(range(len(rows)), 2))
    # Printed at lower positions should be higher scores.
    agree = sum(1 if scores[first] > scores[second] else -1 for first, second in pairs)
    assert found.kendall_tau_positions == pytest.approx(agree / len(pairs))

    def sign(value: Fraction) -> int:
        return (value > 0) - (value < 0)

    concordance = sum(
        sign(printed[first] - printed[second]) * sign(scores[first] - scores[second]) for first, second in pairs
    )
    untied = sum(printed[first] != printed[second] for first, second in pairs)
    assert untied < len(pairs)
    assert found.kendall_tau_b_scores == pytest.approx(concordance / math.sqrt(untied * len(pairs)))


def test_the_kinds_are_what_their_names_say(exact: Exact, found: Reproduction) -> None:
    printed = {
        (column, name): text
        for table, _, rows in printed_orders()
        for name, cells in rows
        for column, text in cells.items()
        if table == "scores"
    }
    kinds: dict[str, list[str]] = {}
    for item in found.differences:
        kinds.setdefault(item.kind, []).append(item.model)
        value = exact.cells[item.column][item.slug]
        if item.kind == "rounded down":
            assert Fraction(item.printed or "") == Fraction(math.floor(value * 100), 100)
        if item.kind == "inherited":
            parts = [Fraction(printed[f"{key}_normalized", item.model]) for key in ("top5", "gpu", "params")]
            assert sum(parts) == Fraction(item.printed or "")
        if item.kind == "other":
            assert Fraction(item.printed or "") != Fraction(math.floor(value * 100), 100)
    assert kinds["swapped with a neighbor"] == ["SENet", "EfficientNetB3"]
    assert {kind: len(models) for kind, models in kinds.items()} == {
        "swapped with a neighbor": 2,
        "rounded down": 5,
        "other": 7,
        "inherited": 8,
    }


def test_the_sentence_names_the_cell_that_decides(found: Reproduction) -> None:
    for fact in ("EfficientNetB1", "EfficientNetB2", "0.9467", "0.94", "2.74", "2.7547", "2.7497"):
        assert fact in found.sentence()
        assert fact in found.sentence("ko")


def test_the_result_is_json_with_stable_keys(found: Reproduction) -> None:
    result = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert list(result) == [
        *("differences", "order", "counts", "kendall_tau_positions", "kendall_tau_b_scores", "sentence"),
    ]
    (cell,) = [
        item
        for item in result["differences"]
        if (item["model"], item["column"]) == ("EfficientNetB2", "gpu_normalized")
    ]
    assert cell == {
        "table": "scores",
        "model": "EfficientNetB2",
        "slug": "efficientnetb2",
        "column": "gpu_normalized",
        "printed": 0.94,
        "computed": pytest.approx(1 - 3.1 / 58.2, abs=1e-15),
        "size": pytest.approx(0.94 - (1 - 3.1 / 58.2), abs=1e-15),
        "kind": "rounded down",
    }
    assert result["order"][0] == {
        "table": "by_params",
        "column": "params",
        "slug": "inceptionv3",
        "model": "Inception v3",
        "printed_position": 14,
        "computed_position": 17,
        "kind": "out of order",
    }
    counts = result["counts"]
    assert counts["equal"] + counts["different"] == counts["cells"]


Addresses = set[tuple[str, str, str]]


def cells_of(found: Reproduction) -> Addresses:
    return {(item.table, item.column, item.slug) for item in found.differences}


def in_lists(column: str, slug: str) -> Addresses:
    return {(table, column, slug) for table in LISTS}


# Each is one cell of slides.csv, far from its column's bounds. What is normalized follows from it, and so does the sum.
@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("vgg16,528,", "vgg16,529,", in_lists("size", "vgg16")),
        ("31,7.9M,79.1,", "31,7.9M,79.2,", in_lists("top1", "efficientnetb1")),
        (
            "92.2,\nnasnetlarge,",
            "91.2,\nnasnetlarge,",
            in_lists("top5", "densenet121")
            | {("scores", "top5", "densenet121"), ("scores", "top5_normalized", "densenet121")},
        ),
        (
            "94.4,5.6",
            "94.4,7.9",
            in_lists("gpu", "efficientnetb1")
            | {("scores", "gpu", "efficientnetb1"), ("scores", "gpu_normalized", "efficientnetb1")},
        ),
        (
            "mobilenet,16,4.3M",
            "mobilenet,16,14.3M",
            in_lists("params", "mobilenet")
            | {("scores", column, "mobilenet") for column in ("params", "params_normalized", "score")},
        ),
    ],
    ids=["size", "top1", "top5 of a model without a sum", "gpu", "params"],
)
def test_one_changed_figure_changes_the_answer_at_its_cells_alone(
    found: Reproduction, edit: Callable, old: str, new: str, changed: Addresses
) -> None:
    after = reproduce(edit("sources/slides.csv", old, new))
    assert cells_of(after) ^ cells_of(found) == changed
    assert after.cells == found.cells


def test_a_figure_that_the_source_loses_differs_wherever_it_is_printed(found: Reproduction, edit: Callable) -> None:
    after = reproduce(edit("sources/slides.csv", "94.4,5.6", "94.4,"))
    gone = {("scores", column, "efficientnetb1") for column in ("gpu", "gpu_normalized", "score")}
    assert cells_of(after) ^ cells_of(found) == in_lists("gpu", "efficientnetb1") | gone - cells_of(found)
    assert after.cells == found.cells
    assert "EfficientNetB1, which has no score here because a value is missing;" in after.sentence()


def test_a_printed_text_is_compared_to_the_letter(found: Reproduction, edit: Callable) -> None:
    after = reproduce(edit("slides/by_gpu.csv", "병렬 컨볼루션, 차원 축소", "병렬 컨볼루션,차원 축소"))
    assert cells_of(after) ^ cells_of(found) == {("by_gpu", "highlights_ko", "inceptionv3")}
    assert "by GPU, Main feature" in [row[0] for row in after.table().cells()]


def test_mending_every_printed_cell_leaves_nothing_to_list(catalog: Path) -> None:
    """Print made from the regenerated tables: no cell, no position, no other winner."""
    from modelzoo.slides.compare import at_two_decimals
    from modelzoo.slides.regenerate import regenerate

    for table in LISTS:
        printed = {row[0]: row for row in records(PRINTED / f"{table}.csv")}
        names = [row[0] for row in regenerate(table)[0].rows]
        rewrite(catalog / "slides" / f"{table}.csv", [printed[name] for name in names])
    texts = {(name, key): cells[key] for _, key, rows in printed_orders() for name, cells in rows}
    rows = []
    for row in regenerate("scores")[0].rows:
        cells = ["" if value is None else value for value in row]
        for place, key in ((0, "top5"), (3, "gpu"), (6, "params")):
            cells[place + 1] = texts[row[place], key]
        rows.append([str(at_two_decimals(cell)) if isinstance(cell, float) else cell for cell in cells])
    rewrite(catalog / "slides" / "scores.csv", rows)
    after = reproduce(catalog)
    assert (after.differences, after.displaced, after.moves) == ((), (), 0)
    assert after.kendall_tau_positions == pytest.approx(1)
    assert after.sentence() == "Print and arithmetic agree on the winner: EfficientNetB2, with 2.7547."


def rewrite(path: Path, rows: list[list[str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])

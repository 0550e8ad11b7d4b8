"""The arithmetic of the page in node against the library's, on random catalogs."""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from modelzoo.board.build import leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.page.payload import payload_of
from modelzoo.runs.run import load_runs
from modelzoo.scoring.pareto.front import front
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.first_rank import first_rank
from modelzoo.sensitivity.robustness import robustness
from modelzoo.sensitivity.weight_stability import stability_intervals

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")

FloatArray = NDArray[np.float64]

# Letters whose order by code point differs from that of a locale, or of UTF-16.
LETTERS = "abzABZ_é中\uff5a\U0001f600\U00010000"


def in_node(expression: str, cases: Sequence[Any]) -> list[Any]:
    """Return the value of a JavaScript expression of `item` for each case."""
    script = (files("modelzoo.page") / "assets" / "ranking.js").read_text(encoding="utf-8")
    driver = f"""
"use strict";
{script}
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const plain = (key, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value);
process.stdout.write(JSON.stringify(cases.map((item) => ({expression})), plain));
"""
    done = subprocess.run(
        [str(NODE), "-e", driver],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[Any] = json.loads(done.stdout)
    return found


class Case:
    """A random catalog with a way to rank it."""

    def __init__(self, random: np.random.Generator) -> None:
        rows, columns = int(random.integers(2, 40)), int(random.integers(1, 19))
        self.values = np.stack([column_of(rows, random) for _ in range(columns)], axis=1)
        # Rows that are equal, and rows that are equal except for rounding.
        for row in range(1, rows):
            if random.random() < 0.2:
                self.values[row] = self.values[row - 1] * random.choice([1, 1, 1 + 2e-16])
        if random.random() < 0.5:
            self.values[random.random(self.values.shape) < 0.3 / columns] = np.nan
        self.senses = [str(sense) for sense in random.choice(["max", "min"], columns)]
        self.weights = weights_of(columns, random)
        names = ["".join(random.choice(list(LETTERS), 3)) for _ in range(rows)]
        self.names = list(dict.fromkeys(f"{name}{names[:row].count(name) or ''}" for row, name in enumerate(names)))
        self.values = self.values[: len(self.names)]

    def ranking(self) -> Ranking | None:
        """Rank by the library; None where nothing can be ranked."""
        by = {f"c{index}:{sense}": weight for index, (sense, weight) in enumerate(self._ways())}
        try:
            return rank(self._frame(), by)
        except ZooError:
            return None

    def _ways(self) -> Iterator[tuple[str, float]]:
        return zip(self.senses, self.weights, strict=True)

    def _frame(self) -> Any:
        import pandas as pd

        return pd.DataFrame(self.values, index=self.names, columns=[f"c{i}" for i in range(len(self.senses))])

    def as_json(self) -> dict[str, Any]:
        """Return the arguments of Ranking.rank."""
        columns = [
            {"values": known(column), "sense": sense, "weight": weight, "bounds": None}
            for column, (sense, weight) in zip(self.values.T, self._ways(), strict=True)
        ]
        return {"names": self.names, "columns": columns, "eligible": None}


def column_of(rows: int, random: np.random.Generator) -> FloatArray:
    kind = random.integers(8)
    values: FloatArray = random.normal(size=rows)
    if kind == 0:
        values = random.integers(-2, 3, rows).astype(np.float64)
    elif kind == 1:
        values = np.full(rows, float(random.normal()))
    elif kind == 2:
        values = 1 + 1e-13 * random.random(rows)
    elif kind == 3:
        values = values * 10.0 ** random.integers(-320, 308, rows)
    elif kind == 4:
        values = random.choice([-1, 1], rows) * 1.7e308 * random.random(rows)
    elif kind == 5:
        values = 1e9 + random.random(rows)
    elif kind == 6:
        values = np.round(random.random(rows) * 100, 1)
    return values


def weights_of(columns: int, random: np.random.Generator) -> list[float]:
    kind = random.integers(4)
    weights = random.random(columns) * 10
    if kind == 0:
        weights = np.ones(columns)
    elif kind == 1:
        weights = random.integers(0, 4, columns).astype(np.float64)
    elif kind == 2:
        weights = weights * 10.0 ** random.integers(-300, 300)
    return [float(weight) for weight in weights]


def known(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def random_rankings(count: int, seed: int) -> list[tuple[Case, Ranking]]:
    random = np.random.default_rng(seed)
    drawn = ((case, case.ranking()) for case in (Case(random) for _ in range(count)))
    return [(case, ranking) for case, ranking in drawn if ranking is not None]


def test_scores_ranks_order_and_contributions_are_bit_equal_with_the_library() -> None:
    rankings = random_rankings(600, seed=1)
    assert len(rankings) > 400
    for (case, ranking), found in zip(
        rankings, in_node("Ranking.rank(item)", [case.as_json() for case, _ in rankings]), strict=True
    ):
        rows = [case.names.index(name) for name in ranking.names]
        assert found["order"] == rows
        assert found["ranks"] == ranking.ranks.tolist()
        assert found["weights"] == ranking.weights.tolist()
        assert [found["scores"][row] for row in rows] == ranking.scores.tolist()
        assert ranking.contributions is not None
        for column in range(len(case.senses)):
            assert [found["contributions"][column][row] for row in rows] == ranking.contributions[:, column].tolist()
            assert [found["normalized"][column][row] for row in rows] == ranking.normalized[:, column].tolist()


def test_values_that_are_equal_except_for_rounding_tie_however_close_the_bounds_are() -> None:
    # The third model sets the bounds and is not ranked: between them, rounding would decide.
    values = np.array([[1e9, 1.0], [np.nextafter(1e9, 2e9), 1.0], [1e9 + 1e-3, np.nan]])
    ranking = rank(values, ["c0:max", "c1:max"], names=["b", "a", "c"])
    columns = [{"values": known(column), "sense": "max", "weight": 1} for column in values.T]
    (found,) = in_node("Ranking.rank(item)", [{"names": ["b", "a", "c"], "columns": columns, "eligible": None}])
    assert ranking.names == ("a", "b")
    assert (found["order"], found["ranks"]) == ([1, 0], [1, 1])
    assert ranking.ranks.tolist() == [1, 1]


def test_the_data_of_the_page_give_the_ranks_of_the_leaderboard() -> None:
    board = leaderboard(load_runs()[0], load_catalog(), shipped=True)
    payload = payload_of(board, title="", version="")
    senses = {item.key: item.sense for item in payload.criteria}

    def columns(values: Mapping[str, Any], by: Mapping[str, float]) -> list[dict[str, Any]]:
        return [{"values": values[key], "sense": senses[key], "weight": weight} for key, weight in by.items()]

    published = payload.published
    cases = [{"names": payload.models.name, "columns": columns(published.values, published.by), "eligible": None}]
    expected = [board.published]
    for section, shown in zip(board.sections, payload.sections, strict=True):
        names = [payload.models.name[model] for model in shown.rows["model"]]
        cases.append({"names": names, "columns": columns(shown.values, shown.by), "eligible": shown.rows["completed"]})
        assert section.ranking
        expected.append(section.ranking)
    assert len(expected) == 3
    for case, found, ranking in zip(cases, in_node("Ranking.rank(item)", cases), expected, strict=True):
        assert tuple(case["names"][row] for row in found["order"]) == ranking.names
        assert [found["scores"][row] for row in found["order"]] == ranking.scores.tolist()
        assert found["ranks"] == ranking.ranks.tolist()


def test_rows_without_a_value_are_not_ranked() -> None:
    rankings = random_rankings(200, seed=2)
    excluded = 0
    for (case, ranking), found in zip(
        rankings, in_node("Ranking.rank(item)", [case.as_json() for case, _ in rankings]), strict=True
    ):
        for row, values in enumerate(case.values):
            assert (found["scores"][row] is None) == bool(np.isnan(values).any())
            assert (row in found["order"]) == (found["scores"][row] is not None)
        excluded += len(ranking.excluded)
    assert excluded > 100


def test_only_eligible_rows_are_ranked_and_set_the_bounds() -> None:
    columns = [{"values": [1, 2, 100, None], "sense": "max", "weight": 1, "bounds": None}]
    case = {"names": list("abcd"), "columns": columns, "eligible": [True, True, False, True]}
    (found,) = in_node("Ranking.rank(item)", [case])
    assert (found["order"], found["ranks"], found["scores"]) == ([1, 0], [1, 2], [0, 1, None, None])


def test_given_bounds_replace_those_of_the_rows() -> None:
    column = {"values": [1, 2, 30], "sense": "min", "weight": 1, "bounds": [0, 10]}
    (found,) = in_node("Ranking.rank(item)", [{"names": list("abc"), "columns": [column], "eligible": None}])
    assert found["scores"] == [0.9, 0.8, 0]


def test_without_a_weight_above_0_all_rows_tie() -> None:
    column = {"values": [1, 2], "sense": "max", "weight": 0, "bounds": None}
    (found,) = in_node("Ranking.rank(item)", [{"names": ["b", "a"], "columns": [column], "eligible": None}])
    assert (found["order"], found["ranks"]) == ([1, 0], [1, 1])


def test_bounds_are_the_least_and_the_greatest_value() -> None:
    assert in_node("Ranking.bounds(item)", [[3, None, -1], [None], []]) == [[-1, 3], None, None]


# Weight ranges as the library reads them and as the page does; the last two leave rejection sampling little.
RANGES: tuple[Mapping[int, tuple[float, float]], ...] = (
    {},
    {0: (0.2, 0.6)},
    {0: (0.0, 0.25), 1: (0.3, 1.0)},
    {0: (0.5, 0.52)},
    {0: (0.0, 0.02), 1: (0.0, 0.02)},
    {0: (0.0, 0.01), 1: (0.0, 0.01), 2: (0.05, 0.06)},
)


@pytest.mark.parametrize("columns", [1, 2, 3, 4, 8])
def test_first_shares_are_within_1_5_points_of_robustness(columns: int) -> None:
    random = np.random.default_rng(columns)
    cases, expected = [], []
    for ranges in RANGES:
        # Every weight may lie in its range only where another criterion takes the rest.
        if max(ranges, default=-1) + 1 >= columns and ranges:
            continue
        values = random.random((40, columns))
        values[1] = values[0]
        text = ",".join(f"c{index}:{low}:{high}" for index, (low, high) in ranges.items())
        by = [f"c{index}:max" for index in range(columns)]
        ranking = rank(values, by)
        _, shares = first_rank(ranking, ranges=text)
        listed = [list(ranges.get(index, (0, 1))) for index in range(columns)]
        cases.append([ranking.normalized.T.tolist(), listed if ranges else None])
        expected.append([first.share for first in shares])
    found = in_node("Ranking.firstShares(item[0], {ranges: item[1]})", cases)
    for shares, wanted in zip(found, expected, strict=True):
        assert np.abs(np.subtract(shares, wanted)).max() < 0.015


def test_first_shares_follow_criteria_that_are_switched_off() -> None:
    ranking, fewer = rank(by="top5,gpu,params"), rank(by="top5,params")
    normalized = [fewer.normalized.T.tolist(), ranking.normalized.T.tolist()]
    found = in_node("Ranking.firstShares(item)", normalized)
    for shares, by in zip(found, ("top5,params", "top5,gpu,params"), strict=True):
        wanted = [model.first.share for model in robustness(by=by).models]
        assert np.abs(np.subtract(shares, wanted)).max() < 0.015
    assert found[0] != found[1]


def test_ranges_that_no_weighting_meets_leave_no_share() -> None:
    normalized = [[0.1, 0.9], [0.9, 0.1]]
    cases = [[[0.6, 1], [0.6, 1]], [[0, 0.3], [0, 0.3]]]
    found = in_node(f"Ranking.firstShares({normalized}, {{ranges: item}})", cases)
    assert found == [[None, None], [None, None]]


def test_the_smallest_move_is_that_of_the_weight_stability_intervals() -> None:
    rankings = [(case, ranking) for case, ranking in random_rankings(200, seed=3) if len(ranking.names) > 1]
    cases = [
        [ranking.normalized.T.tolist(), ranking.weights.tolist(), list(range(len(ranking.names)))]
        for _, ranking in rankings
    ]
    found = in_node("Ranking.smallestMove(...item)", cases)
    moved = 0
    for (_, ranking), move in zip(rankings, found, strict=True):
        intervals = stability_intervals(ranking.normalized, ranking.weights, first=0)
        ends = [
            (abs(end - weight), column, end, rival, side)
            for column, (interval, weight) in enumerate(zip(intervals, ranking.weights, strict=True))
            for end, rival, side in (
                (interval.low, interval.below, "below"),
                (interval.high, interval.above, "above"),
            )
            if rival is not None
        ]
        if not ends:
            assert move is None
            continue
        moved += 1
        distance = abs(move["weight"] - ranking.weights[move["column"]])
        assert distance == pytest.approx(min(ends)[0], rel=1e-6, abs=1e-9)
        same = [(column, rival, side) for at, column, _, rival, side in ends if abs(at - distance) < 1e-9]
        assert (move["column"], move["row"], move["side"]) in same
    assert moved > 50


def test_the_front_is_that_of_pareto() -> None:
    random = np.random.default_rng(4)
    cases, expected = [], []
    for _ in range(300):
        rows = int(random.integers(1, 60))
        values = np.stack([column_of(rows, random), column_of(rows, random)], axis=1)
        senses = [str(sense) for sense in random.choice(["max", "min"], 2)]
        missing = random.random(rows) < 0.1
        on = np.zeros(rows, bool)
        on[~missing] = front(values[~missing], np.array([sense == "max" for sense in senses]))
        values[missing, 0] = np.nan
        cases.append([known(values[:, 0]), known(values[:, 1]), *senses])
        expected.append(on.tolist())
    assert in_node("Ranking.front(...item)", cases) == expected

"""Names and conditions of runs in charts."""

from collections.abc import Callable
from typing import Any

from modelzoo.runs.chart_texts import common_name, conditions, names_of


def test_equal_runs_are_named_by_their_ids(make_run: Callable[..., Any]) -> None:
    runs = [make_run("lenet5", id="lenet5-1").record, make_run("lenet5", id="lenet5-2").record]
    assert names_of(runs) == ["lenet5-1", "lenet5-2"]
    assert common_name(runs) == "2 runs, lenet5, recipe default, seed 0"


def test_the_device_is_in_a_name_only_where_it_differs(make_run: Callable[..., Any]) -> None:
    runs = [make_run("lenet5", **facts).record for facts in ({}, {"hardware": {"gpu": "T4"}}, {"seed": 1})]
    assert names_of(runs) == ["seed 0, Xeon 8481C", "seed 0, T4", "seed 1, Xeon 8481C"]
    assert names_of(runs[::2]) == ["seed 0", "seed 1"]


def test_conditions_have_a_sentence_for_each_protocol_up_to_three(make_run: Callable[..., Any]) -> None:
    runs = [make_run("lenet5", dataset={"name": name}).record for name in ("a", "a", "b", "c", "d", "e")]
    text = conditions(runs)
    assert text.count("Measured on") == 3
    assert text.endswith("2 more protocols.")

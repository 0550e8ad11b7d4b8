"""Fronts with names: the slides' front, what is shown, and what is refused."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelzoo.errors import ZooError
from modelzoo.scoring.pareto.fronts import pareto
from modelzoo.scoring.rank import rank


def test_the_slides_front_has_eleven_models_and_each_of_the_others_is_dominated() -> None:
    fronts = pareto()
    assert {entry.slug for entry in fronts.front} == {
        *(f"efficientnetb{place}" for place in range(8)), "resnet50", "mobilenet", "mobilenetv2",
    }  # fmt: skip
    assert {entry.slug: entry.dominated_by for entry in fronts.entries if entry.layer > 1} == {
        "inceptionresnetv2": "efficientnetb3",
        "inceptionv3": "efficientnetb2",
        "nasnetmobile": "efficientnetb0",
    }


def test_the_front_is_the_one_that_the_ranking_marks() -> None:
    marked = {entry.slug for entry in rank(source=["keras"], by="top1,params,cpu").entries if entry.front}
    assert {entry.slug for entry in pareto(by="top1,params,cpu", source=["keras"]).front} == marked


def test_layers_come_in_order_and_within_one_the_best_by_the_first_criterion_first() -> None:
    entries = pareto(by="params,top5").entries
    assert [entry.layer for entry in entries] == sorted(entry.layer for entry in entries)
    front = [entry.values["params"] for entry in entries if entry.layer == 1]
    assert front == sorted(front)


def test_conditions_and_gaps_leave_models_out_with_the_reason() -> None:
    fronts = pareto(where="params<10M")
    reasons = {item.slug: item.reason for item in fronts.excluded}
    assert reasons["resnet50"] == "not params<10M: 25.6M"
    assert reasons["squeezenet"] == "no value for gpu"
    assert len(fronts.entries) + len(fronts.excluded) == fronts.known


def test_later_sources_fill_gaps_and_are_marked() -> None:
    table = pareto(source=["slides", "keras"]).table()
    (row,) = [row for row in table.cells() if row[1] == "VGG16"]
    assert [cell for cell in row if cell.endswith("*")] == [row[3]]
    assert table.notes[0] == "* slides has no value; it is from keras."


def test_the_caption_counts_and_explains() -> None:
    assert pareto().caption == (
        "Front of top5 (max), gpu (min), params (min): 11 of 14 models with all values, of 28; each of the others is "
        "dominated: a model on the front is as good by every criterion and better by one; values: slides."
    )


def test_json_has_layers_and_dominators_and_no_nan() -> None:
    result = json.loads(json.dumps(pareto().to_dict(), allow_nan=False))
    assert set(result) == {"sources", "criteria", "models", "excluded"}
    assert set(result["models"][0]) == {"layer", "slug", "name", "values", "filled", "dominated_by"}


def test_figures_of_one_s_own_have_a_front() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 2.0], "b": [5.0, 5.0, 5.0]}, index=["x", "y", "z"])
    assert [(entry.slug, entry.layer, entry.dominated_by) for entry in pareto(frame, "a:max,b:min").entries] == [
        ("y", 1, None),
        ("z", 1, None),
        ("x", 2, "y"),
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "top5"}, "a front needs two criteria or more, and there is one, top5"),
        ({"by": "top5:2,gpu"}, "top5 has weight 2, and no weight moves a front"),
        ({"by": "top5,year"}, "'year' has no sense of its own"),
        ({"by": "top6,gpu"}, "unknown criterion 'top6'"),
        ({"where": "gpu<1"}, "none of 28 models in slides can be ranked"),
        ({"data": np.empty((0, 2)), "by": "a:max,b:max"}, "there are no models to rank"),
    ],
)
def test_what_has_no_front_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        pareto(**options)


def test_sources_are_one_string_or_several_as_in_rank() -> None:
    assert pareto(source="slides, keras") == pareto(source=["slides", "keras"])


def test_criteria_named_as_the_front_s_own_columns_have_columns_of_their_own() -> None:
    frame = pd.DataFrame({"layer": [7.0, 9.0], "dominated_by": [5.0, 6.0]}, index=["x", "y"])
    table = pareto(frame, by={"layer:max": 1, "dominated_by:max": 1}).table()
    assert [column.key for column in table.columns] == [
        "layer", "name", "layer_value", "dominated_by_value", "dominated_by",
    ]  # fmt: skip
    assert table.rows == [[1, "y", 9, 6, None], [2, "x", 7, 5, "y"]]


@pytest.mark.parametrize("sense", ["max", "min"])
@pytest.mark.parametrize("count", [2, 600])
def test_rounding_dominates_no_model(sense: str, count: int) -> None:
    matrix = np.column_stack([np.resize([0.3, 0.1 + 0.2], count), np.full(count, 5.0)])
    assert len(pareto(matrix, by=f"a:{sense},b:max").front) == count
    assert rank(matrix, by=f"a:{sense},b:max").front.all()

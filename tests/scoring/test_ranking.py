"""How a ranking is shown and handed on."""

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest

from modelzoo.scoring.rank import rank
from modelzoo.tables.table import render

GAPS = pd.DataFrame({"top5": [90.0, None, 80.0], "gpu": [1.0, 2.0, 3.0]}, index=["Net A", "Net B", "Net C"])


def test_contributions_add_up_to_the_score() -> None:
    ranking = rank(by="top5:3,gpu,params:0.5")
    for entry in ranking.entries:
        assert sum(ranking.contribution(entry, item) for item in ranking.criteria) == pytest.approx(entry.score)


def test_the_table_has_each_value_with_what_it_adds() -> None:
    table = rank(by="top5,gpu").table()
    assert [column.key for column in table.columns] == [
        "rank", "name", "score", "top5", "top5_contribution", "gpu", "gpu_contribution", "bar",
    ]  # fmt: skip
    entry = rank(by="top5,gpu").entries[0]
    row = table.rows[0]
    assert row[:4] == [1, entry.name, entry.score, entry.values["top5"]]
    assert row[4] + row[6] == pytest.approx(entry.score)


def test_the_bar_is_as_long_as_the_share_of_the_best_score_there_is() -> None:
    bars = [row[-1] for row in rank(pd.DataFrame({"a": [0.0, 0.5, 1.0]}), by="a:max").table().rows]
    assert bars == ["████████████", "██████", ""]


def test_a_missing_value_is_shown_as_none_was_given() -> None:
    (row,) = [row for row in rank(GAPS, by="top5,gpu", missing="zero").table().cells() if row[1] == "Net B"]
    assert row[3:5] == ["–", "0.000"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "top5 (max), gpu (min), params (min), min-max normalized over all models with a value, summed."),
        ({"by": "top5:3,gpu"}, "top5 (max, weight 3 = 75 %), gpu (min, weight 1 = 25 %)"),
        ({"by": "top5:7,gpu:7"}, "top5 (max), gpu (min), min-max"),
        ({"bounds": "ranked"}, "normalized over the ranked models"),
        ({"bounds": {"top5": (80, 100)}}, "between fixed bounds (top5 80-100), else over all models with a value"),
        ({"missing": "zero"}, "summed, a missing value counted as 0. 28 ranked"),
        ({"missing": "worst"}, "summed, a missing value counted as the worst one known. 28 ranked"),
        ({"top": 3}, "3 of 14 ranked of 28 models; values: slides."),
        ({"source": ["slides", "keras"]}, "models; values: slides, then keras."),
    ],
)
def test_the_caption_has_the_conditions(options: dict, said: str) -> None:
    assert said in rank(**options).caption


def test_the_caption_of_figures_of_one_s_own_names_no_source() -> None:
    assert rank(GAPS, by="top5,gpu").caption.endswith("summed. 2 ranked of 3 models.")


def test_who_is_left_out_is_noted_with_the_reason() -> None:
    notes = rank(GAPS, by="top5,gpu").table().notes
    assert notes[-2:] == ["Left out, 1:", "no value for top5: Net B"]
    notes = rank(GAPS, by="gpu", where="gpu>1 and top5>0").table().notes
    assert notes == ["Left out, 2:", "not gpu>1.0: Net A (1.0)", "not top5>0.0: Net B (no value)"]


def test_models_that_are_dominated_are_noted() -> None:
    notes = rank(by="top5,gpu,params").table().notes
    expected = "Not on the Pareto front: NASNetMobile, Inception v3, Inception-ResNet v2;"
    assert any(note.startswith(expected) for note in notes)
    assert not any("front" in note for note in rank(by="top5").table().notes)


def test_a_figure_of_a_later_source_is_marked_and_explained() -> None:
    table = rank(source=["slides", "keras"]).table()
    (row,) = [row for row in table.cells() if row[1] == "VGG16"]
    assert row[3] == "89.8"
    assert row[5].endswith("*")
    assert table.notes[0] == "* slides has no value; it is from keras."


def test_the_mark_is_not_in_the_figures_themselves() -> None:
    frame = pd.read_csv(io.StringIO(render(rank(source=["slides", "keras"]).table(), "csv")))
    assert frame["gpu"].dtype == float


def test_json_has_null_for_a_missing_value_and_no_nan() -> None:
    result = rank(GAPS, by="top5,gpu", missing="worst").to_dict()
    json.dumps(result, allow_nan=False)
    (gap,) = [row for row in result["ranking"] if row["slug"] == "netb"]
    assert gap["values"] == {"top5": None, "gpu": 2.0}


def test_a_frame_has_a_row_a_model_in_the_order_of_ranks() -> None:
    ranking = rank(by="top5,gpu")
    frame = ranking.to_frame()
    assert list(frame.index) == [entry.slug for entry in ranking.entries]
    assert list(frame.columns) == ["rank", "name", "score", "top5", "top5_contribution", "gpu", "gpu_contribution"]
    assert frame["score"].tolist() == [entry.score for entry in ranking.entries]


def test_a_crowd_that_is_left_out_for_one_reason_is_counted_past_the_fiftieth_name() -> None:
    frame = pd.DataFrame({"gpu": [1.0] + [None] * 51}, index=[f"Net {place}" for place in range(52)])
    ranking = rank(frame, by="gpu")
    note = ranking.table().notes[1]
    assert note.startswith("no value for gpu: Net 1, Net 2, ")
    assert note.endswith(", Net 50 and 1 more, which the JSON names")
    assert len(ranking.to_dict()["excluded"]) == 51


CLASHING = ["rank", "score", "name", "best", "first", "slug", "bar", "a", "a_contribution", "score_value"]


def test_criteria_named_as_the_ranking_s_own_columns_have_columns_of_their_own() -> None:
    values = np.arange(2.0 * len(CLASHING)).reshape(2, -1)
    frame = pd.DataFrame(values, columns=CLASHING, index=["x", "y"]).rename(columns={"name": "named"})
    by = ",".join(f"{key}:max" for key in frame)
    ranking = rank(frame, by=by)
    table = ranking.to_frame()
    assert table.columns.is_unique
    assert table["score"].tolist() == [len(CLASHING), 0]
    assert table["rank"].tolist() == [1, 2]
    assert table["name"].tolist() == ["y", "x"]
    assert table[["rank_value", "score_value_value"]].to_numpy().tolist() == [[10, 11], [0, 1]]
    assert table[["a_contribution", "a_contribution_value", "score_value"]].to_numpy().tolist() == [
        [1, 18, 19], [0, 8, 9],
    ]  # fmt: skip
    header, *rows = csv.reader(io.StringIO(render(ranking.table(), "csv")))
    assert len(set(header)) == len(header)
    assert float(rows[0][header.index("score")]) == len(CLASHING)

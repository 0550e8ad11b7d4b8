"""The data of the page: complete, in columns, and harmless in HTML."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.board.build import leaderboard
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.page.payload import MOST_MODELS, payload_of
from modelzoo.page.write import encode
from modelzoo.runs.measured import MEASURES
from modelzoo.runs.run import load_runs


def data_of(board: Leaderboard) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(encode(payload_of(board, title="T", version="1")))
    return data


@pytest.fixture(scope="module")
def shipped() -> Leaderboard:
    runs, _ = load_runs()
    return leaderboard([run for run in runs if run.origin == "shipped"], load_catalog())


@pytest.fixture(scope="module")
def data(shipped: Leaderboard) -> dict[str, Any]:
    return data_of(shipped)


def test_every_list_has_an_item_for_each_model_or_row(data: dict[str, Any]) -> None:
    models = len(data["models"]["slug"])
    lists = [*data["models"].values(), *data["published"]["values"].values(), *data["published"]["origins"].values()]
    assert {len(values) for values in lists} == {models}
    for section in data["sections"]:
        rows = [*section["rows"].values(), *section["values"].values()]
        assert {len(values) for values in rows} == {len(section["rows"]["model"])}


def test_the_published_values_are_those_of_the_catalog_with_their_sources(data: dict[str, Any]) -> None:
    table = load_catalog().table(("top5", "params"))
    known = len(table.slugs)
    assert data["models"]["slug"][:known] == list(table.slugs)
    for column, key in enumerate(("top5", "params")):
        values = data["published"]["values"][key]
        assert values[:known] == [None if np.isnan(value) else value for value in table.values[:, column]]
        origins = data["published"]["origins"][key]
        assert {data["sources"][origin]["key"] for origin in origins if origin is not None} == {"slides"}
        assert [value is None for value in values] == [origin is None for origin in origins]
    assert data["sources"][0]["conditions"]["gpu"] == "hardware, batch and precision not stated"


def test_the_measured_values_are_those_of_the_leaderboard(shipped: Leaderboard, data: dict[str, Any]) -> None:
    measured = {item["of"]: item["key"] for item in data["criteria"] if item["measured"]}
    for section, rows in zip(shipped.sections, data["sections"], strict=True):
        assert [data["models"]["name"][model] for model in rows["rows"]["model"]] == [row.name for row in section.rows]
        for key, unique in measured.items():
            assert rows["values"][unique] == [MEASURES[key](row.measured) for row in section.rows]
        for fact in ("measured_rank", "published_rank", "change", "tie"):
            assert rows["rows"][fact] == [getattr(row, fact) for row in section.rows]


def test_a_criterion_that_is_published_and_measured_has_two_keys(data: dict[str, Any]) -> None:
    keys = [item["key"] for item in data["criteria"]]
    assert len(keys) == len(set(keys))
    (built,) = (item for item in data["criteria"] if item["of"] == "params" and item["measured"])
    assert built["key"] in data["sections"][0]["by"]
    assert built["key"] not in data["published"]["values"]


def test_every_criterion_has_a_value_and_the_weights_are_of_criteria(data: dict[str, Any]) -> None:
    for item in data["criteria"]:
        tables = data["sections"] if item["measured"] else [data["published"]]
        assert any(value is not None for table in tables for value in table["values"][item["key"]]), item["key"]
    assert data["published"]["by"] == {"top5": 1, "gpu": 1, "params": 1}


def test_the_sense_and_the_weight_are_those_asked_for(shipped: Leaderboard) -> None:
    runs = [run for section in shipped.sections for row in section.rows for run in row.measured.runs]
    board = leaderboard(
        runs, load_catalog(), by="accuracy:3,latency:max", published_by="top1:2,depth:0:min,params", source="keras"
    )
    data = data_of(board)
    senses = {item["key"]: item["sense"] for item in data["criteria"]}
    assert (senses["depth"], senses["latency"], senses["top5"]) == ("min", "max", "max")
    assert data["published"]["by"] == {"top1": 2, "depth": 0, "params": 1}
    assert data["sections"][0]["by"] == {"accuracy": 3, "latency": 1}


def test_the_details_of_a_row_are_of_its_first_run(data: dict[str, Any]) -> None:
    rows = data["sections"][0]["rows"]
    for runs, index in zip(rows["runs"], rows["detail"], strict=True):
        detail = data["details"][index]
        assert detail["run"] == runs[0]
        assert len(detail["curve"]["epochs"]) == len(detail["curve"]["val_loss"]) > 0
        classes = detail["classes"]
        assert sum(classes["images"]) == 14_550
        assert {len(values) for values in classes.values()} == {47}
        true, taken_for, images, of_images = detail["confused"][0]
        assert {true, taken_for} < set(classes["name"])
        assert images <= of_images == classes["images"][classes["name"].index(true)]


def test_the_sentence_states_lead_firmness_change_and_separation(data: dict[str, Any]) -> None:
    section = data["sections"][0]
    sentence = section["sentence"]
    for part in ("LeNet-5 leads", "first for", "of all weightings", "puts", "more test images would separate them"):
        assert part in sentence
    pair = section["separations"][0]
    names = [data["models"]["name"][section["rows"]["model"][row]] for row in (pair["first"], pair["second"])]
    assert f"{names[0]} and {names[1]} are tied in accuracy" in sentence
    assert pair["images"] > 0


NASTY = (
    "<script>alert(1)</script>",
    "</script><!--",
    "a\u2028b\u2029c",
    "\ud800x",
    "\u202egnp.exe",
    "&lt;b&gt;",
    "\"'`",
)


@pytest.mark.parametrize("name", NASTY)
def test_a_name_cannot_end_its_script_and_shows_no_hidden_character(make_run: Callable[..., Any], name: str) -> None:
    runs = [make_run("nasty", name=name, recipe_name=name, variant=name), make_run("mobilenet", correct=8000)]
    encoded = encode(payload_of(leaderboard(runs, load_catalog()), title="T", version="1"))
    assert not set(b"<>&") & set(encoded)
    text = encoded.decode()
    assert not set("\u2028\u2029\u202e") & set(text)
    shown = json.loads(text)["models"]["name"][-1]
    assert shown == (name if name.isprintable() else name.encode("unicode_escape").decode())


def test_your_own_catalog_has_its_own_criteria(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,top1,params,price\nA,70,5M,3\nB,80,9M,\nC,,2M,4\n")
    board = leaderboard(load_runs()[0], load_catalog(path))
    data = data_of(board)
    assert data["models"]["name"] == ["A", "B", "C"]
    assert [(item["key"], item["sense"]) for item in data["criteria"]] == [
        ("top1", "max"),
        ("params", "min"),
        ("price", None),
    ]
    assert data["published"]["by"] == {"top1": 1, "params": 1}
    assert data["published"]["values"]["price"] == [3, None, 4]
    assert data["sections"] == []


def test_a_catalog_without_a_known_sense_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,price\nA,3\nB,4\n")
    with pytest.raises(ZooError, match=r"\(price\).*published_by.*price:min"):
        leaderboard((), load_catalog(path))
    data = data_of(leaderboard((), load_catalog(path), published_by="price:min"))
    assert data["criteria"][0]["sense"] == "min"


def test_shipped_runs_of_models_in_your_own_catalog_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,top1,params\nResNet50,76,25M\nB,80,9M\n")
    sections = data_of(leaderboard(load_runs()[0], load_catalog(path)))["sections"]
    assert sections
    assert all(section["rows"]["model"] == [0] for section in sections)


def test_too_many_models_for_a_page_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("name,top1\n" + "".join(f"m{row},{row % 100}\n" for row in range(MOST_MODELS + 1)))
    board = leaderboard((), load_catalog(path))
    with pytest.raises(ZooError, match="5,001 models are too many for a page"):
        payload_of(board, title="T", version="1")

import json
from collections.abc import Callable

import pytest


def test_what_the_sources_do_not_explain_is_listed(zoo: Callable, golden: Callable) -> None:
    printed = zoo("audit")
    assert printed.code == 0
    golden("audit.txt", printed.out)


def test_all_lists_the_explained_differences_too(zoo: Callable) -> None:
    assert len(zoo("audit", "--all").out) > 2 * len(zoo("audit").out)
    assert "--all lists them" not in zoo("audit", "--all").out


def test_json_has_every_finding(zoo: Callable) -> None:
    findings = json.loads(zoo("audit", "--json").out)["findings"]
    assert {"row", "size", "built", "difference"} == {finding["kind"] for finding in findings}
    assert findings[0]["slug"] == "resnet50"


def test_rebuild_counts_before_it_audits(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    monkeypatch.setattr("modelzoo.recount.recount", lambda: counted.append("built.csv"))
    assert zoo("audit", "--rebuild").code == 0
    assert counted == ["built.csv"]


def test_rebuild_is_of_the_shipped_catalog_alone(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = []
    monkeypatch.setattr("modelzoo.recount.recount", lambda: counted.append("built.csv"))
    assert zoo("audit", "--rebuild", "--catalog", "mine.csv").code == 2
    assert counted == []


def test_two_sources_are_compared_rank_by_rank(zoo: Callable, golden: Callable) -> None:
    printed = zoo("audit", "slides", "keras")
    assert printed.code == 0
    golden("audit-slides-keras.txt", printed.out)


def test_all_lists_every_model_s_ranks_in_two_sources(zoo: Callable, golden: Callable) -> None:
    printed = zoo("audit", "slides", "keras", "--by", "top5,gpu,params", "--all", "--format", "markdown")
    golden("audit-slides-keras-all.md", printed.out)


def test_json_of_two_sources_has_every_rank(zoo: Callable) -> None:
    compared = json.loads(zoo("audit", "slides", "torchvision", "--by", "top1:2,params", "--json").out)
    assert (compared["sources"], compared["by"]) == (["slides", "torchvision"], ["top1", "params"])
    assert [item["key"] for item in compared["agreements"]] == ["top1", "params", "score"]
    model = compared["agreements"][0]["models"][0]
    assert model["move"] == model["ranks"][0] - model["ranks"][1]


@pytest.mark.parametrize("arguments", [("slides",), ("--by", "top1"), ("--profile", "edge")])
def test_one_source_or_none_cannot_be_compared(zoo: Callable, arguments: tuple[str, ...]) -> None:
    assert zoo("audit", *arguments).code == 2

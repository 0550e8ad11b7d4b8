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

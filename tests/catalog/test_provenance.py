from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.listing import list_models
from modelzoo.catalog.provenance import ColumnFacts, OwnFacts, as_toml, facts_path, read_facts
from modelzoo.errors import ZooError

STATED = """
title = "Tests on our board"
address = "https://example.org"
version = "May"
[conditions]
speed = "batch 1"
[basis]
params = "all parameters"
[notes]
a = "the prototype"
[columns.fps]
unit = "images/s"
sense = "max"
"""
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def load(folder: Path, stated: str) -> Catalog:
    path = folder / "mine.csv"
    path.write_text("name,params,fps\nA,5M,30\nB,6M,40\n", encoding="utf-8")
    facts_path(path).write_text(stated, encoding="utf-8")
    return load_catalog(path)


def test_what_is_stated_beside_a_catalog_is_its_source_s(tmp_path: Path) -> None:
    catalog = load(tmp_path, STATED)
    source = catalog.sources["mine"]
    assert (source.title, source.address, source.version) == ("Tests on our board", "https://example.org", "May")
    assert (source.basis, source.notes) == ({"params": "all parameters"}, {"a": "the prototype"})
    assert list_models(catalog).table().notes == ["mine: Tests on our board. speed: batch 1"]


def test_a_column_s_stated_unit_and_sense_are_its_criterion_s(tmp_path: Path) -> None:
    fps = load(tmp_path, STATED).criteria["fps"]
    assert (fps.heading(), fps.sense) == ("fps (images/s)", "max")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Tests on our board"', "", r"mine.source.toml: title is missing; expected a text"),
        ('"May"', '""', r"mine.source.toml: version is empty"),
        ("title =", "titel =", r"mine.source.toml: unknown field 'titel'; did you mean 'title'\?"),
        ('"May"', "May", r"mine.source.toml: cannot be read as TOML in UTF-8: Invalid value"),
        ("[columns.fps]", "[columns.ips]", r"mine.source.toml: columns names 'ips', which is no column of mine.csv"),
        ("[columns.fps]", "[columns.params]", r"columns names 'params', a criterion with a known unit and sense"),
        ('"max"', '"MAX"', r"mine.source.toml: columns.fps.sense is 'MAX'; expected 'max' or 'min'"),
        ("a = ", "c = ", r"notes names 'c', which is not in mine.csv"),
        ("params = ", "fsp = ", r"basis names 'fsp', which is no criterion"),
    ],
)
def test_a_fault_of_what_is_stated_is_an_error(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in STATED
    with pytest.raises(ZooError, match=message):
        load(tmp_path, STATED.replace(old, new))


@given(TEXT, TEXT, TEXT)
def test_facts_are_read_back_as_written(tmp_path_factory: pytest.TempPathFactory, one: str, two: str, key: str) -> None:
    path = tmp_path_factory.getbasetemp() / "mine.csv"
    facts = OwnFacts(
        title=one,
        address=two,
        version=one,
        conditions={key: two},
        notes={key: one},
        columns={key: ColumnFacts(unit=two, sense="min"), "x": ColumnFacts()},
    )
    facts_path(path).write_text(as_toml(facts), encoding="utf-8", newline="")
    assert read_facts(path) == (facts, [])

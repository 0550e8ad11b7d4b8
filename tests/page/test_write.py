"""The page as a file: no request, and a policy that allows its own script and style alone."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import modelzoo
from modelzoo.board.build import leaderboard
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.page.payload import payload_of
from modelzoo.page.write import SCRIPTS, STYLES, encode, page_of

# Characters of the page without its data.
MOST_PAGE = 200_000


class Parsed(HTMLParser):
    """The tags of a page with their attributes, and the text of each script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            tag, attributes = self.tags[-1]
            key = attributes.get("id") or tag
            self.texts[key] = self.texts.get(key, "") + data

    def meta(self, name: str) -> str:
        (content,) = (
            attributes["content"]
            for tag, attributes in self.tags
            if tag == "meta" and name in (attributes.get("http-equiv"), attributes.get("name"))
        )
        return str(content)


@pytest.fixture
def board(make_run: Callable[..., Any]) -> Leaderboard:
    return leaderboard(
        [
            make_run("efficientnetb1", correct=8810, latency=12.3, total_params=6_600_000),
            make_run("mobilenet", correct=8790, latency=4.2, total_params=3_270_000),
            make_run("nasty", name='<script>alert(1)</script>" onload="x', correct=8000),
        ],
        load_catalog(),
    )


@pytest.fixture
def page(board: Leaderboard) -> str:
    return page_of(board)


def test_the_policy_allows_the_script_and_the_style_of_the_page_alone(page: str) -> None:
    parsed = Parsed(page)
    hashes = {key: b64encode(sha256(parsed.texts[key].encode()).digest()).decode() for key in ("script", "style")}
    assert parsed.meta("Content-Security-Policy").split("; ") == [
        "default-src 'none'",
        f"script-src 'sha256-{hashes['script']}'",
        f"style-src 'sha256-{hashes['style']}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert [tag for tag, _ in parsed.tags].count("script") == 2
    assert [tag for tag, _ in parsed.tags].count("style") == 1


def test_the_page_has_no_inline_style_no_handler_and_no_address_to_load(page: str) -> None:
    for tag, attributes in Parsed(page).tags:
        assert not [name for name in attributes if name == "style" or name.startswith("on")], tag
        assert not {"src", "action", "srcset"} & set(attributes), tag
        assert (attributes.get("href") or "#").startswith("#"), tag


def test_the_data_comes_back_from_the_page(board: Leaderboard, page: str) -> None:
    data = encode(payload_of(board, title="Leaderboard", version=modelzoo.__version__))
    assert json.loads(Parsed(page).texts["data"]) == json.loads(data)


def test_a_name_is_text_in_the_fallback_and_in_the_description(page: str) -> None:
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_description_is_the_sentence_of_the_first_section(board: Leaderboard, page: str) -> None:
    (section,) = payload_of(board, title="", version="").sections
    assert section.sentence
    assert Parsed(page).meta("description") == section.sentence


def test_a_reader_without_scripts_gets_the_table(page: str) -> None:
    fallback = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert fallback
    assert "<table>" in fallback[1]
    assert "EfficientNetB1" in fallback[1]


def test_the_same_records_give_the_same_page(board: Leaderboard, page: str) -> None:
    assert page_of(board) == page


def test_the_page_without_its_data_is_small(page: str) -> None:
    data = Parsed(page).texts["data"]
    fallback = re.search(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert fallback
    assert len((page.replace(data, "").replace(fallback[0], "")).encode()) <= MOST_PAGE


def test_every_asset_is_in_the_page_and_ends_no_script() -> None:
    assets = files("modelzoo.page") / "assets"
    assert {file.name for file in assets.iterdir()} == {*SCRIPTS, *STYLES, "page.html"}
    for name in (*SCRIPTS, *STYLES):
        text = (assets / name).read_bytes().decode()
        assert not re.search(r"</|<!--|\r|@import|url\(|innerHTML|\beval\b", text), name


def test_a_page_without_runs_shows_the_published_ranking(tmp_path: Path) -> None:
    path = tmp_path / "board.html"
    modelzoo.export(leaderboard((), load_catalog()), path)
    page = path.read_text(encoding="utf-8")
    assert json.loads(Parsed(page).texts["data"])["sections"] == []
    assert "EfficientNetB2 leads EfficientNetB1" in Parsed(page).meta("description")
    assert "<td>EfficientNetB2" in page

"""The page as one file: styles, scripts and data in the skeleton, under a policy that allows nothing else."""

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

import msgspec

from modelzoo import __version__
from modelzoo.base.text import printable
from modelzoo.board.columns import leaderboard_tables
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.page.payload import Payload, payload_of
from modelzoo.page.sentence import describe_board
from modelzoo.tables.table import render

TITLE = "Leaderboard"

# The scripts in the order of their use; each defines one constant.
SCRIPTS = (
    "ranking.js",
    "dom.js",
    "format.js",
    "data.js",
    "columns.js",
    "state.js",
    "view.js",
    "firmness.js",
    "sentence.js",
    "axis.js",
    "labels.js",
    "curve.js",
    "details.js",
    "table.js",
    "weights.js",
    "filters.js",
    "plot.js",
    "marks.js",
    "scatter.js",
    "caption.js",
    "main.js",
)
STYLES = ("style.css",)

# Models of the table for readers without scripts; the data have them all.
_MOST_ROWS = 100

# Characters that may end a script or a line of it, by their UTF-8 bytes.
_ESCAPES = {
    b"<": b"\\u003c",
    b">": b"\\u003e",
    b"&": b"\\u0026",
    b"\xe2\x80\xa8": b"\\u2028",
    b"\xe2\x80\xa9": b"\\u2029",
}


def page_of(board: Leaderboard) -> str:
    """Return the page of a leaderboard: the same records give the same text.

    Raises
    ------
    ZooError
        If there are too many models for a page.
    """
    payload = payload_of(board, title=TITLE, version=__version__)
    return assemble(payload, description=printable(describe_board(board)), fallback=_fallback(board))


def assemble(payload: Payload, *, description: str, fallback: str) -> str:
    """Return the skeleton with styles, scripts, data and, for readers without scripts, the `fallback` in it."""
    script = '"use strict";\n' + "\n".join(map(_asset, SCRIPTS))
    style = "\n".join(map(_asset, STYLES))
    parts = {
        "policy": _policy(script, style),
        "title": escape(payload.title),
        "description": escape(description),
        "style": style,
        "fallback": fallback,
        "data": encode(payload).decode(),
        "script": script,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _asset("page.html"))


def encode(payload: Payload) -> bytes:
    """Encode the data as JSON with printable texts, which no parser of HTML or of scripts takes for anything else."""
    data = msgspec.json.encode(_printable(msgspec.to_builtins(payload)))
    for character, escaped in _ESCAPES.items():
        data = data.replace(character, escaped)
    return data


def _printable(data: Any) -> Any:
    """Return the data with all its texts printable."""
    if isinstance(data, str):
        return printable(data)
    if isinstance(data, dict):
        return {printable(key): _printable(value) for key, value in data.items()}
    return [_printable(item) for item in data] if isinstance(data, list | tuple) else data


def _policy(script: str, style: str) -> str:
    """Return a content security policy that allows this script and this style alone."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (files("modelzoo.page") / "assets" / name).read_text(encoding="utf-8")


def _fallback(board: Leaderboard) -> str:
    """Return the leaderboard's tables, for readers without scripts; the policy allows no style of a cell.

    Without a section the best models of the published ranking are shown.
    """
    tables = leaderboard_tables(board) if board.sections else (board.published.best(_MOST_ROWS).table(),)
    return "\n".join(render(table, "html") for table in tables).replace(' style="text-align: right;"', "")

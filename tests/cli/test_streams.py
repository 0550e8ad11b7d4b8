import json
import math
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from modelzoo.benchmarking.progress import RunProgress
from modelzoo.cli.output import emit_json, note, problem, say, warn
from modelzoo.cli.streams import _Stream
from modelzoo.runs.events import Note, RunStarted

HIDDEN = "a\x1b[2J\r\0\u202e\u2066\x85\ud800b"
SHOWN = r"a\x1b[2J\r\x00\u202e\u2066\x85\ud800b"


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("ascii", r"2x3 - Ren\xe9 \uc190 -> \U0001f600 \udce9"),
        ("cp1252", r"2×3 – René \uc190 -> \U0001f600 \udce9"),
        ("cp949", r"2×3 - Ren\xe9 손 → \U0001f600 \udce9"),
        ("utf-8", r"2×3 – René 손 → 😀 \udce9"),
    ],
)
def test_a_stream_gets_plain_characters_or_escapes_for_those_that_it_lacks(encoding: str, written: str) -> None:
    buffer = BytesIO()
    stream = _Stream(TextIOWrapper(buffer, encoding), pytest.fail)
    stream.write("2×3 – René 손 → 😀 \udce9")
    stream.flush()
    assert buffer.getvalue().decode(encoding) == written


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_json_stays_json_whatever_its_characters(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = {"name": "손글씨 ×2 – 😀 \udce9", "top1": 71.5, "values": [math.nan]}
    buffer = BytesIO()
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(buffer, encoding))
    emit_json(payload)
    sys.stdout.flush()
    assert json.loads(buffer.getvalue().decode(encoding)) == payload | {"values": [None]}


def test_messages_and_progress_show_hidden_characters_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    with RunProgress() as progress:
        progress(Note(HIDDEN))
        progress(RunStarted(id="1", name=HIDDEN, finished=False))
    note(HIDDEN)
    warn([HIDDEN])
    problem(HIDDEN)
    say([HIDDEN])
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        SHOWN,
        f"{SHOWN}: run 1",
        f"zoo: note: {SHOWN}",
        f"zoo: warning: {SHOWN}",
        f"zoo: {SHOWN}",
    ]
    assert out == f"{SHOWN}\n"


@pytest.mark.parametrize("form", ["table", "markdown", "csv", "latex", "html"])
def test_a_record_s_name_reaches_no_terminal_unescaped(
    form: str, zoo: Callable, keep: Callable, tmp_path: Path
) -> None:
    keep("unknown", name="a\x1b[2J\u202eb", recipe_name="c\x1b]0;d")
    printed = zoo("board", "--runs", str(tmp_path), "--format", form)
    assert printed.code == 0
    assert not {"\x1b", "\u202e"} & {*printed.out, *printed.err}
    assert "x1b" in printed.out


def test_no_file_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    script = (
        "import os, sys; [os.close(number) for number in (0, 1, 2)]; sys.stdout = sys.stderr = None\n"
        "from modelzoo.cli.streams import protect_streams; protect_streams()\n"
        f"file = open({str(tmp_path / 'file')!r}, 'w'); print('message', file=sys.stderr); os.write(2, b'native')\n"
        "sys.exit(file.fileno())"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode > 2
    assert (tmp_path / "file").read_bytes() == b""

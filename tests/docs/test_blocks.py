"""The code blocks of the documents work: each is run, and its output is compared.

The blocks of a page run in order in one temporary folder. Comments directly above a block say how to take it:

    `<!-- not run: REASON -->`  leave it out; REASON begins with `network`, `GPU` or a time over 20 s (`4 min`)
    `<!-- measured -->`         compare numbers, dates and ids of runs by their form, and blanks by their presence
    `<!-- exit 1 -->`           expect this exit code
    `<!-- file: NAME -->`       write the block into a file of this name
    `<!-- a recipe -->`         load TOML or JSON as this: recipe, space, suite, profile, record
    `<!-- setup: COMMAND -->`   run this command; it may be anywhere on the page

Otherwise the output is compared exactly, where `…` is any text, and alone on a line any lines. A `console` block has
commands (`$ `) with their output, a `python` block has it in the `text` block that follows. Between `zoo:begin` and
`zoo:end` a page has what its own `zoo export` writes there.

ZOO_WRITE_GOLDEN=1 writes output that differs into the pages, except where lines are left out.
`python tests/docs/test_blocks.py` lists the blocks that are not run.
"""

import contextlib
import difflib
import io
import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sybil import Document, Example, Region
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, FencedCodeBlockLexer

ROOT = Path(__file__).parents[2]
GENERATED = {"commands.md", "recipes.md", "record.md", "python.md"}  # pages of docs/reference, tested by themselves
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
    *sorted(
        path
        for path in (ROOT / "docs").rglob("*.md")
        if not path.is_symlink() and not (path.parent.name == "reference" and path.name in GENERATED)
    ),
]
LIMIT_S = 180

REASON = re.compile(r"(?P<kind>network|GPU)\b|(?P<count>\d+) (?P<unit>s|min|h)\b")
MARKERS = re.compile(r"(?:<!-- [^\n]*? -->\n+)*\Z")
LEADERBOARD = re.compile(r"(?<=<!-- zoo:begin -->\n).*?(?=<!-- zoo:end -->)", re.DOTALL)


class Block(NamedTuple):
    """A fenced block: its place in the page, its language and text, and the comments above it."""

    start: int
    line: int
    language: str
    source: str
    markers: list[str]

    def marker(self, pattern: str) -> str | None:
        """Return the first group of the marker of this form, or all of it; None without one."""
        for marker in self.markers:
            if match := re.fullmatch(pattern, marker):
                return match[match.re.groups]
        return None

    @property
    def not_run(self) -> str | None:
        return self.marker(r"not run: (.*)")


def blocks_of(document: Document) -> Iterator[Block]:
    for region in FencedCodeBlockLexer(r"[^\n]*")(document):
        source = region.lexemes["source"]
        above = MARKERS.search(document.text[: region.start])
        yield Block(
            start=region.start + source.offset,
            line=document.text.count("\n", 0, region.start) + 1,
            language=region.lexemes["language"],
            source=source.text,
            markers=re.findall(r"<!-- (.*?) -->", above[0] if above else ""),
        )


def page_blocks(path: Path) -> list[Block]:
    return list(blocks_of(Document(path.read_text(encoding="utf-8"), str(path))))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- Commands and Python ---------------------------------------------------------------------------------------------


class Page:
    """A page while it runs: its folder, the names that its Python defined, problems, and output to write into it."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder, self.path = folder, path
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.problems: list[str] = []
        self.replacements: list[tuple[int, int, str]] = []
        scripts = folder / ".bin"
        scripts.mkdir()
        for name, module in {"zoo": "-m modelzoo", "python": "", "python3": ""}.items():
            (scripts / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
            (scripts / name).chmod(0o755)
        (scripts / "pip").write_text("#!/bin/sh\necho 'pip needs the network: mark this block as not run'; exit 1\n")
        (scripts / "pip").chmod(0o755)
        (folder / "tools").symlink_to(ROOT / "tools")
        home = Path.home()
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("ZOO_", "PYTEST"))
        }
        self.environment |= {
            "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",  # output and messages in the order of a terminal
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "XDG_CACHE_HOME": str(folder / ".cache"),
            "KERAS_HOME": str(folder / ".keras"),
            "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", str(home / ".cache" / "matplotlib")),
        }

    def shell(self, command: str) -> tuple[int, str]:
        """Run a command as a person types it; return its exit code and all that it prints."""
        with subprocess.Popen(
            ["bash", "-e", "-o", "pipefail", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as shell:
            try:
                printed, _ = shell.communicate(timeout=LIMIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(shell.pid, signal.SIGKILL)
                raise
        return shell.returncode, tidy(printed)

    def python(self, source: str) -> str:
        """Run Python with the names that earlier blocks of the page defined; return what it prints."""
        printed = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(compile(source, named(self.path), "exec"), self.names)
        return tidy(printed.getvalue())

    def compare(self, line: int, title: str, *, shown: str, printed: str, at: int, measured: bool = False) -> None:
        """Keep a problem, or the text to write there, if the page does not show what was printed."""
        if agrees(shown, printed, measured=measured):
            return
        if os.environ.get("ZOO_WRITE_GOLDEN") and not re.search("^…$", shown, re.MULTILINE):
            self.replacements.append((at, at + len(shown), printed))
            return
        difference = difflib.unified_diff(
            shown.splitlines(), printed.splitlines(), "shown", "printed", n=1, lineterm=""
        )
        self.problem(line, "\n".join([f"`{title}` prints something else", *difference]))

    def problem(self, line: int, text: str) -> None:
        self.problems.append(f"{named(self.path)}:{line}: {text}")

    def write(self) -> None:
        """Write the output that differs into the page."""
        text = self.path.read_text(encoding="utf-8")
        for start, end, new in sorted(self.replacements, reverse=True):
            text = text[:start] + new + text[end:]
        if self.replacements:
            self.path.write_text(text, encoding="utf-8")


def tidy(printed: str) -> str:
    """Return the output without blanks at the ends of lines and empty lines at both ends."""
    lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
    return "".join(f"{line}\n" for line in lines)


_VARYING = re.compile(
    r"(?P<id>(?<=-)[0-9a-f]{10}\b)|(?P<time>\d{4}-\d\d-\d\d(?:T[\d:]+Z)?)|(?P<number>(?<![^\W\d_])[-+−]?\d+(?:[.,]\d+)*)"
    r"|(?P<rule>─+)|(?P<blank> +)|(?P<any>…)"
)
_FORMS = {
    "id": "[0-9a-f]{10}",
    "time": r"\d{4}-\d\d-\d\d(?:T[\d:]+Z)?",
    "number": r"[-+−]?\d+(?:[.,]\d+)*",
    "rule": "─+",
    "blank": " +",
    "any": ".*",
}


def agrees(shown: str, printed: str, *, measured: bool = False) -> bool:
    """Return whether the shown output is the printed one, by the rules at the top of this file."""

    def form(line: str) -> str:
        if line.strip() == "…":
            return "(?:.*\n)*"
        parts, end = [], 0
        for match in _VARYING.finditer(line):
            kind = str(match.lastgroup)
            parts.append(re.escape(line[end : match.start()]))
            parts.append(_FORMS[kind] if measured or kind == "any" else re.escape(match[0]))
            end = match.end()
        return "".join(parts) + re.escape(line[end:]) + "\n"

    return re.fullmatch("".join(map(form, shown.splitlines())), printed) is not None


def commands_of(source: str) -> Iterator[tuple[str, int, str]]:
    """Yield the commands of a console block, each with its output and where in the block that begins."""
    command: list[str] = []
    shown, offset, begin = "", 0, 0
    for line in [*source.splitlines(keepends=True), "$ "]:
        continued = bool(command) and command[-1].endswith("\\") and not shown
        if line.startswith("$ ") and not continued:
            if command:
                yield "\n".join(command), begin, shown
            command, shown = [line[2:].rstrip("\n")], ""
            begin = offset + len(line)
        elif continued:
            command.append(line.removeprefix("> ").rstrip("\n"))
            begin = offset + len(line)
        else:
            shown += line
        offset += len(line)


# --- What a block of each language does ------------------------------------------------------------------------------


def run_console(page: Page, block: Block, _: Block | None) -> None:
    expected = int(block.marker(r"exit (\d+)") or 0)
    found = list(commands_of(block.source))
    if not found:
        page.problem(block.line, "a console block without a `$ ` command")
    for command, offset, shown in found:
        code, printed = page.shell(command)
        measured = block.marker("measured") is not None
        title = command.partition("\n")[0]
        page.compare(block.line, title, shown=shown, printed=printed, at=block.start + offset, measured=measured)
        if code != expected:
            page.problem(block.line, f"`{title}` ends with exit code {code}, not {expected}: {printed[-300:]}")


def run_sh(page: Page, block: Block, _: Block | None) -> None:
    code, printed = page.shell(block.source)
    if code != int(block.marker(r"exit (\d+)") or 0):
        page.problem(block.line, f"ends with exit code {code}: {printed[-300:]}")


def run_python(page: Page, block: Block, following: Block | None) -> None:
    try:
        printed = page.python(block.source)
    except Exception as error:
        page.problem(block.line, f"{type(error).__name__}: {error}")
        return
    if following is None or following.language != "text":
        if printed:
            page.problem(block.line, f"prints what no text block shows: {printed[:300]}")
        return
    measured = following.marker("measured") is not None
    page.compare(block.line, "python", shown=following.source, printed=printed, at=following.start, measured=measured)


def run_text(page: Page, block: Block, _: Block | None) -> None:
    if block.source.startswith("$ "):
        page.problem(block.line, "a text block with a command; use a console block")


def run_toml(page: Page, block: Block, _: Block | None) -> None:
    tomllib.loads(block.source)
    check_as(page, block, ".toml")


def run_json(page: Page, block: Block, _: Block | None) -> None:
    json.loads(block.source)
    check_as(page, block, ".json")


def check_as(page: Page, block: Block, suffix: str) -> None:
    if (kind := block.marker(r"an? (\w+)")) is None:
        return
    path = page.folder / f".{kind}{suffix}"
    path.write_text(block.source, encoding="utf-8")
    LOADERS[kind](path)


def load_recipe(path: Path) -> object:
    from modelzoo.recipes.load import load_recipe

    return load_recipe(str(path))


def load_suite(path: Path) -> object:
    from modelzoo.recipes.suite import load_suite

    return load_suite(str(path))


def load_space(path: Path) -> object:
    from modelzoo.tuning.space import load_space

    return load_space(str(path))


def load_profile(path: Path) -> object:
    from modelzoo.scoring.profile import load_profile

    return load_profile(str(path))


def load_record(path: Path) -> object:
    from modelzoo.runs.record import read_record

    return read_record(path)


LOADERS: dict[str, Callable[[Path], object]] = {
    "recipe": load_recipe,
    "space": load_space,
    "suite": load_suite,
    "profile": load_profile,
    "record": load_record,
}
RUNNERS: dict[str, Callable[[Page, Block, Block | None], None]] = {
    "console": run_console,
    "sh": run_sh,
    "python": run_python,
    "text": run_text,
    "toml": run_toml,
    "json": run_json,
    **dict.fromkeys(("csv", "yaml", "markdown"), lambda *_: None),
}


def evaluate(example: Example) -> None:
    """Run one block, or one command of a setup comment."""
    page: Page = example.namespace["page"]
    if isinstance(example.parsed, str):
        code, printed = page.shell(example.parsed)
        if code:
            page.problem(example.line, f"setup ends with exit code {code}: {printed[-300:]}")
        return
    block, following = example.parsed
    if block.not_run is not None:
        return
    if name := block.marker("file: (.+)"):
        (page.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (page.folder / name).write_text(block.source, encoding="utf-8")
        if block.language in ("python", "sh"):
            return  # the commands after it use the file
    try:
        RUNNERS[block.language](page, block, following)
    except Exception as error:
        page.problem(block.line, f"{block.language or 'no language'}: {type(error).__name__}: {error}")


def code_blocks(document: Document) -> Iterable[Region]:
    blocks = list(blocks_of(document))
    for block, following in zip_longest(blocks, blocks[1:]):
        yield Region(block.start, block.start + len(block.source), (block, following), evaluate)


def setups(document: Document) -> Iterable[Region]:
    for region in DirectiveInHTMLCommentLexer("setup", ".+?")(document):
        yield Region(region.start, region.end, region.lexemes["arguments"].strip(), evaluate)


# --- Tests -----------------------------------------------------------------------------------------------------------


def run_page(path: Path, folder: Path) -> Page:
    page = Page(folder, path)
    text = path.read_text(encoding="utf-8")
    exported = LEADERBOARD.search(text)
    if exported:
        (folder / path.name).write_text(LEADERBOARD.sub("", text), encoding="utf-8")
    document = Document.parse(str(path), code_blocks, setups)
    document.namespace["page"] = page
    for example in document.examples():
        example.evaluate()
    if exported:
        written = LEADERBOARD.search((folder / path.name).read_text(encoding="utf-8"))
        line = text.count("\n", 0, exported.start())
        page.compare(line, "zoo export", shown=exported[0], printed=written[0] if written else "", at=exported.start())
    page.write()
    return page


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=named)
def test_the_blocks_of_a_page_do_what_it_shows(path: Path, tmp_path: Path) -> None:
    problems = run_page(path, tmp_path).problems
    assert not problems, "\n\n".join(problems)


LEFT_OUT = [(path, block) for path in PAGES for block in page_blocks(path) if block.not_run is not None]


def reason_is_known(reason: str) -> bool:
    match = REASON.match(reason)
    if match is None:
        return False
    return bool(match["kind"]) or int(match["count"]) * {"s": 1, "min": 60, "h": 3600}[match["unit"]] > 20


@pytest.mark.parametrize(
    "block", [block for _, block in LEFT_OUT], ids=[f"{named(path)}:{block.line}" for path, block in LEFT_OUT]
)
def test_a_block_is_left_out_for_network_gpu_or_time(block: Block) -> None:
    assert reason_is_known(str(block.not_run))


@pytest.mark.parametrize(
    ("reason", "known"),
    [
        ("network", True),
        ("GPU of 20 GB", True),
        ("4 min", True),
        ("30 s on two cores", True),
        ("5 s", False),
        ("long", False),
    ],
)
def test_no_other_reason_counts(reason: str, known: bool) -> None:
    assert reason_is_known(reason) is known


PASSES = """\
<!-- setup: echo "a,b" > data.csv -->

```console
$ cat data.csv
a,b
$ printf 'one\\ntwo\\nthree\\n'
one
…
three
```

<!-- file: two.toml -->
```toml
number = 2
```

```python
import tomllib
from pathlib import Path
number = tomllib.loads(Path("two.toml").read_text())["number"]
```

```python
print(number)
```

```text
2
```

<!-- measured -->
```console
$ echo "lenet5-0123456789 takes  12.5 s on B0"
lenet5-abcdef0123 takes 3 s on B0
```

<!-- exit 3 -->
```sh
exit 3
```

<!-- not run: network -->
```sh
exit 4
```
"""
FAILS = {
    "other output": "```console\n$ echo two\none\n```\n",
    "a number that was not measured": "```console\n$ echo 2 s\n1 s\n```\n",
    "another letter": "<!-- measured -->\n```console\n$ echo B1 2\nB0 1\n```\n",
    "a line less": "```console\n$ printf 'a\\nb\\n'\na\n```\n",
    "an exit code": "```console\n$ echo a; false\na\n```\n",
    "a failing script": "```sh\nfalse\n```\n",
    "an exception": "```python\n1 / 0\n```\n",
    "output without a text block": "```python\nprint(1)\n```\n",
    "other output of Python": "```python\nprint(1)\n```\n\n```text\n2\n```\n",
    "a command in a text block": "```text\n$ zoo rank\n```\n",
    "TOML": "```toml\na = \n```\n",
    "no recipe": '<!-- a recipe -->\n```toml\nepochs = "many"\n```\n',
    "an unknown language": "```perl\n1\n```\n",
    "no language": "```\n1\n```\n",
    "a setup": "<!-- setup: false -->\n",
    "a leaderboard that no command writes": "<!-- zoo:begin -->\nold\n<!-- zoo:end -->\n",
}


def run_text_as_page(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    return run_page(path, folder)


def test_a_page_that_is_right_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZOO_WRITE_GOLDEN", raising=False)
    assert run_text_as_page(PASSES, tmp_path, monkeypatch).problems == []


@pytest.mark.parametrize("text", FAILS.values(), ids=FAILS)
def test_a_page_that_is_wrong_fails(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZOO_WRITE_GOLDEN", raising=False)
    (problem,) = run_text_as_page(text, tmp_path, monkeypatch).problems
    assert problem.startswith("page.md:")


def test_output_that_differs_is_written_into_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_WRITE_GOLDEN", "1")
    page = run_text_as_page(FAILS["other output"] + "\n" + FAILS["other output of Python"], tmp_path, monkeypatch)
    assert page.problems == []
    assert page.path.read_text(encoding="utf-8") == (
        "```console\n$ echo two\ntwo\n```\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n"
    )


if __name__ == "__main__":
    for page_path, left_out in LEFT_OUT:
        print(f"{named(page_path)}:{left_out.line}: {left_out.not_run}")

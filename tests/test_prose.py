"""The prose of docstrings, comments and documents: imperative first words, plain words, short sentences.

`python tests/test_prose.py [PATH ...]` prints each problem of these files or folders, then their number in each room.
"""

import ast
import inspect
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted(path for path in ROOT.glob("docs/**/*.md") if not path.is_symlink()),
]
GENERATED = [ROOT / "docs" / "reference" / name for name in ("commands.md", "recipes.md", "record.md", "python.md")]
FILES = [*sorted((ROOT / "modelzoo").rglob("*.py")), *(path for path in DOCUMENTS if path not in GENERATED)]

# A new verb is welcome where it is imperative and more exact than these.
_VERBS = """
    Add Adjust Apply Ask Assign Augment Bench Build Call Check Choose Claim Clear Close Collect Combine Compare Compile
    Compute Convert Copy Count Create Cut Decode Delete Derive Describe Detect Divide Download Draw Drop Encode
    Escape Estimate Evaluate Exclude Explain Export Fetch Fill Find Fold Format Forward Get Group Hash Hold Import
    Join Keep Label Limit List Load Lock Log Look Make Mark Match Measure Merge Move Name Normalize Open Order Parse
    Predict Print Raise Rank Read Record Redistribute Refuse Reject Remove Render Replace Report Require Resolve
    Restore Return Run Save Scale Select Send Set Show Skip Solve Sort Split Start Stop Store Summarize Take Test
    Time Trace Train Update Use Validate Wait Warn Wrap Write Yield
"""
VERBS = frozenset(_VERBS.split())

# Expressions of words that are not in use, each with a plain one.
PLAIN = {
    r"whence": "from which",
    r"beside": "with",
    r"stands?|stood": "is",
    r"told": "reported, distinguished",
    r"said of": "reported for",
    r"(?:tell|tells|telling) \w+ apart": "distinguish",
    r"hang(?:s|ing)? on": "depend on",
    r"(?:go|goes|going|gone|went) on": "resume",
    r"likewise": "also",
    r"anew": "again",
    r"in (?:its|their) stead": "instead",
    r"of one's own": "your own, custom",
    r"let alone": "nor",
    r"but for": "except",
}
NOT_IN_USE = re.compile(rf"\b(?:{'|'.join(PLAIN)})\b".replace(" ", r"\s+"), re.IGNORECASE)
WORDS, CHARACTERS = 20, 120  # the most of a sentence, of an entry in the changelog

CODE = re.compile(r"(`+)[^`]+?\1|<!--.*?-->|<?https?://\S+", re.DOTALL)
QUOTE = re.compile(r'"[^"]{1,300}"|“[^”]{1,300}”')
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
CITATION = re.compile(
    r"\b[A-Z][\w-]+(?:,\s[A-Z]\w+)*(?:\s&\s[A-Z]\w+|\set\sal\.)?\s\((?:19|20)\d\d\)(?:,[^;:]*?(?=[;.]\s|[;.]?$))?"
)
NUMBER = re.compile(r"[-+−]?\d[\d.,:/–−×-]*(?:\s(?:%|[kMG]?B|m?s|min|GHz)(?!\w))?")
NAME = re.compile(r"(?<=[\w,;:(–]\s)[A-Z]\w*(?:[ -][A-Z\d]\w*)+")
WORD = re.compile(r"[^\W_][\w'’./-]*")
ABBREVIATED = r"(?<!\be\.g)(?<!\bi\.e)(?<!\bal)(?<!\bvs)(?<!\bcf)(?<!\betc)(?<!\b[A-Z])"
END = re.compile(rf"{ABBREVIATED}[.!?…][\"”')]*\s+")
DIRECTIVE = re.compile(r"#(?:!| ?(?:noqa|type:|pragma|ruff:|fmt:|mypy:))")
ITEM = re.compile(r"[\w*]+(?:, [\w*]+)*(?: : |$)")
UNDERLINE = re.compile(r"-{3,}\s*$")


class Block(NamedTuple):
    """A paragraph, comment or docstring paragraph, and the line where it begins."""

    line: int
    text: str


def docstring_blocks(docstring: str, line: int) -> Iterator[Block]:
    """Yield the paragraphs and the items of sections; leave out code, tables and the names of the items."""
    in_section, code, paragraph, begin = False, False, [], line
    lines = inspect.cleandoc(docstring).splitlines()
    for number, text in enumerate([*lines, ""], line):
        if UNDERLINE.match(text):
            in_section, paragraph = True, []
            continue
        indented = text.startswith("    ")
        code = indented and not in_section and (code or not paragraph)
        item = ITEM.match(text) if in_section else None
        skipped = code or text.lstrip().startswith(("|", ">>>", "Example: zoo"))
        if paragraph and (skipped or item or not text.strip() or text.startswith("- ")):
            yield Block(begin, "\n".join(paragraph))
            paragraph = []
        text = text[item.end() :] if item else text.strip()
        if text and not skipped:
            begin = begin if paragraph else number
            paragraph.append(text)


def comment_blocks(source: str) -> Iterator[Block]:
    """Yield the comments; consecutive lines that hold nothing else are one."""
    begin, last, paragraph = 0, 0, []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or DIRECTIVE.match(token.string):
            continue
        line, text = token.start[0], token.string.lstrip("#: ")
        alone = not token.line[: token.start[1]].strip()
        if paragraph and not (alone and line == last + 1):
            yield Block(begin, "\n".join(paragraph))
            paragraph = []
        begin = begin if paragraph else line
        paragraph.append(text)
        last = line if alone else 0
    if paragraph:
        yield Block(begin, "\n".join(paragraph))


def markdown_blocks(text: str) -> Iterator[Block]:
    """Yield paragraphs, headings and list items; leave out code, tables and what `zoo export` writes."""
    paragraph, begin, fence, marked = [], 0, False, False
    for number, line in enumerate([*text.splitlines(), ""], 1):
        is_fence = line.lstrip().startswith("```")
        marked = (marked or line.startswith("<!-- zoo:begin")) and not line.startswith("<!-- zoo:end")
        code = fence or is_fence or (line.startswith("    ") and not paragraph)
        fence ^= is_fence
        skipped = code or marked or line.startswith(("|", "#", "<!--"))
        if paragraph and (skipped or not line.strip() or re.match(r"\s*(?:[-*]|\d+\.) ", line)):
            yield Block(begin, "\n".join(paragraph))
            paragraph = []
        if line.strip() and not skipped:
            begin = begin if paragraph else number
            paragraph.append(re.sub(r"^\s*(?:[-*]|\d+\.) |\*\*", "", line).strip())


def changelog_blocks(text: str) -> Iterator[Block]:
    """Yield the entries under Unreleased."""
    released = re.search(r"^## (?!Unreleased)", text, re.MULTILINE)
    return markdown_blocks(text[: released.start()] if released else text)


def prose_problems(block: Block) -> Iterator[tuple[int, str]]:
    """Yield line and problem of each expression that is not in use and of each sentence that is too long."""

    def span(word: str) -> re.Pattern[str] | str:
        return lambda match: word + "\n" * match.group().count("\n")

    text = LINK.sub(r"\1", CODE.sub(span("code"), block.text))
    text = QUOTE.sub(span("quote"), text)
    for match in NOT_IN_USE.finditer(text):
        line = block.line + text[: match.start()].count("\n")
        words = _one_line(match.group())
        plain = next(plain for pattern, plain in PLAIN.items() if re.fullmatch(pattern, words, re.IGNORECASE))
        yield (
            line,
            f"{words!r} is not in use ({plain}): … {_one_line(text[max(0, match.start() - 40) : match.end() + 40])} …",
        )
    begin = 0
    for end in [*(match.end() for match in END.finditer(text)), len(text)]:
        sentence = text[begin:end]
        if re.match(r"Of [^.]{1,60}?,", sentence):
            yield block.line + text[:begin].count("\n"), f'a sentence begins with "Of …,": {_one_line(sentence)}'
        words = len(WORD.findall(NUMBER.sub("1", NAME.sub("Name", CITATION.sub("Citation", sentence)))))
        if words > WORDS:
            yield block.line + text[:begin].count("\n"), f"a sentence has {words} words: {_one_line(sentence)}"
        begin = end


def _one_line(text: str) -> str:
    return " ".join(text.split())


def python_problems(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and problem of docstrings and comments."""
    blocks = list(comment_blocks(source))
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        docstring = ast.get_docstring(node, clean=False)
        if not docstring:
            continue
        line = node.body[0].lineno
        blocks.extend(docstring_blocks(docstring, line))
        first = docstring.split(maxsplit=1)[0].rstrip(".,:;")
        if not isinstance(node, ast.Module | ast.ClassDef) and not _is_property(node) and first not in VERBS:
            yield line, f"the docstring of {node.name} begins with {first!r}; expected an imperative verb"
    for block in blocks:
        yield from prose_problems(block)


def _is_property(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether the function is read as an attribute, whose docstring begins with a noun (as for ruff D401)."""
    return any(ast.unparse(decorator).endswith("property") for decorator in node.decorator_list)


def problems(path: Path) -> list[tuple[int, str]]:
    """Return lines and problems of a Python or Markdown file, by line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return sorted(python_problems(text))
    if path.name != "CHANGELOG.md":
        return [problem for block in markdown_blocks(text) for problem in prose_problems(block)]
    entries = list(changelog_blocks(text))
    long = [(entry.line, f"an entry has {len(entry.text)} characters") for entry in entries if _is_long(entry)]
    return sorted(long + [problem for entry in entries for problem in prose_problems(entry)])


def _is_long(entry: Block) -> bool:
    return len(entry.text) > CHARACTERS


def report(path: Path) -> list[str]:
    """Return the problems of a file as lines `file:line: problem`."""
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return [f"{name}:{line}: {problem}" for line, problem in problems(path)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_is_plain(path: Path) -> None:
    if found := report(path):
        pytest.fail("\n".join(found), pytrace=False)


def test_each_rule_finds_its_problem() -> None:
    source = '''"""A module beside another, as `go on` in code may say."""

LIMIT = 1  # "told" in a quote, and standing or untold, are other words


def load() -> None:
    """The rows."""
    # Of three, the first goes
    # on. One two three four five six seven eight nine ten, eleven `code and code` 13 % fourteen
    # Keras Applications sixteen seventeen eighteen nineteen twenty.


def save(rows: list, names: list) -> None:
    """Write the rows.

    Parameters
    ----------
    rows : one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty twenty-one
    names : one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty.

    Raises
    ------
    ZooError
        If a name is told twice.
    """
'''
    found = sorted(python_problems(source))
    assert [line for line, _ in found] == [1, 7, 8, 8, 18, 26]
    assert [problem.split(":")[0] for _, problem in found] == [
        "'beside' is not in use (with)",
        "the docstring of load begins with 'The'; expected an imperative verb",
        "'goes on' is not in use (resume)",
        'a sentence begins with "Of …,"',
        "a sentence has 21 words",
        "'told' is not in use (reported, distinguished)",
    ]


def main(arguments: list[str]) -> int:
    """Print the problems of the files and folders, then the number in each room; return 1 where there are any."""
    paths = [Path(argument).resolve() for argument in arguments]
    files = [file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])] or FILES
    rooms: Counter[str] = Counter()
    for file in files:
        found = report(file)
        inside = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        rooms[str(inside.parent if file.suffix == ".py" else inside)] += len(found)
        print(*found, sep="\n", end="\n" if found else "")
    print(*(f"{number:6} {room}" for room, number in rooms.most_common()), f"{rooms.total():6} in all", sep="\n")
    return int(rooms.total() > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

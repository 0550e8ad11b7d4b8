"""The page of the Python API has every public function, and every class that they return, from the docstrings.

ZOO_WRITE_GOLDEN=1 rewrites the page.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import griffe
import pytest

import modelzoo

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "python.md"

HEAD = """\
# Python

`import modelzoo` has the functions of this page and `ZooError`. Their results are the classes below the
functions. A number with a unit has it in its name: `latency_ms`, `size_mb`. Accuracies are percent.
"""
# Described on pages of their own.
ELSEWHERE = {
    "modelzoo.runs.record.Record": "[Record](record.md)",
    "modelzoo.recipes.recipe.Recipe": "[Recipe](recipes.md)",
}


@pytest.fixture(scope="module")
def package() -> griffe.Module:
    """Load the package from its source; nothing is imported."""
    return griffe.load("modelzoo", docstring_parser="numpy", search_paths=[str(ROOT)])


def public(package: griffe.Module) -> list[griffe.Object]:
    return [find(package, f"{modelzoo._HOMES[name]}.{name}") for name in modelzoo.__all__]


def find(package: griffe.Module, path: str) -> griffe.Object:
    return package[path.removeprefix("modelzoo.")]


def classes_in(package: griffe.Module, annotation: griffe.Expr | str | None) -> Iterator[griffe.Object]:
    """Yield the classes of the package that an annotation names."""
    parts = annotation.iterate(flat=True) if isinstance(annotation, griffe.Expr) else ()
    for part in parts:
        path = getattr(part, "canonical_path", "")
        if path.startswith("modelzoo.") and path not in ELSEWHERE:
            entry = find(package, path)
            if entry.is_class:
                yield entry


def members(entry: griffe.Object) -> list[griffe.Object]:
    """Return the public attributes, properties and methods of a class that it defines itself, as in the source."""
    return [member for name, member in entry.members.items() if not name.startswith("_") and not member.is_alias]


def results(package: griffe.Module) -> list[griffe.Object]:
    """Return the classes that the functions return and those that their attributes have, by name."""
    found: dict[str, griffe.Object] = {}
    waiting = [kind for entry in public(package) if entry.is_function for kind in classes_in(package, entry.returns)]
    waiting += [entry for entry in public(package) if entry.is_class]
    while waiting:
        entry = waiting.pop()
        if entry.path not in found:
            found[entry.path] = entry
            for member in members(entry):
                if member.is_attribute:
                    waiting += classes_in(package, member.annotation)
    return sorted(found.values(), key=lambda entry: entry.name)


# --- The page --------------------------------------------------------------------------------------------------------


def signature(entry: griffe.Object, name: str) -> str:
    """Return the call with one parameter a line where one line is too long."""
    parts, star = [], False
    for parameter in entry.parameters:
        if parameter.name in ("self", "cls"):
            continue
        if parameter.kind is griffe.ParameterKind.keyword_only and not star:
            parts.append("*")
            star = True
        stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
        text = f"{stars.get(parameter.kind, '')}{parameter.name}"
        star = star or parameter.kind is griffe.ParameterKind.var_positional
        text += f": {parameter.annotation}" if parameter.annotation else ""
        default = parameter.default if parameter.kind not in stars else None
        parts.append(text + (f" = {default}" if default is not None else ""))
    returns = f" -> {entry.returns}" if entry.returns else ""
    line = f"{name}({', '.join(parts)}){returns}"
    return line if len(line) <= 100 else f"{name}(\n    " + ",\n    ".join(parts) + f",\n){returns}"


def described(entry: griffe.Object) -> Iterator[str]:
    """Yield the text of a docstring and its sections, each item as a line of a list."""
    for section in entry.docstring.parsed if entry.docstring else []:
        if section.kind is griffe.DocstringSectionKind.text:
            yield plain(section.value) + "\n"
            continue
        if section.kind is griffe.DocstringSectionKind.admonition:
            yield f"**{section.title}**\n\n{plain(section.value.description)}\n"
            continue
        if section.kind is not griffe.DocstringSectionKind.attributes:  # these are in the table
            yield f"**{section.kind.value.capitalize()}**\n"
            yield "\n".join(item_line(item) for item in section.value) + "\n"


def item_line(item: griffe.DocstringNamedElement) -> str:
    """Return a parameter, a result or an error; the docstrings have descriptions where NumPy's have types."""
    kind, name = str(item.annotation or ""), getattr(item, "name", "")
    if isinstance(item, griffe.DocstringReturn):  # a sentence, whose first word the parser takes for a name
        return f"- {plain(' '.join(f'{name} {kind} {item.description}'.split()))}"
    text = item.description if isinstance(item, griffe.DocstringRaise) else f"{kind} {item.description}"
    return f"- `{name or kind}`: {plain(' '.join(text.split()))}"


def plain(text: str) -> str:
    return text.replace("``", "`")


def function_section(entry: griffe.Object) -> str:
    call = f"```py\n{signature(entry, f'modelzoo.{entry.name}')}\n```\n"
    return "\n".join([f"### {entry.name}\n", call, *described(entry)])


def class_section(entry: griffe.Object) -> str:
    parts = [f"### {entry.name}\n", *described(entry)]
    notes = {item.name: item_line(item).partition(": ")[2] for item in items(entry, "attributes")}
    rows = [
        (member.name, str(member.annotation or ""), notes.get(member.name) or first_line(member))
        for member in members(entry)
        if is_value(member)
    ]
    if rows:
        parts += ["| attribute | type | |\n|---|---|---|"]
        parts += [f"| `{name}` | `{kind.replace('|', chr(92) + '|')}` | {text} |" for name, kind, text in rows]
        parts.append("")
    methods = [member for member in members(entry) if member.is_function]
    parts += [f"- `{signature(member, f'.{member.name}')}`: {first_line(member)}" for member in methods]
    return "\n".join([*parts, *([""] if methods else [])])


def items(entry: griffe.Object, kind: str) -> list[griffe.DocstringNamedElement]:
    """Return the items of a section of the docstring, one for each name."""
    sections = entry.docstring.parsed if entry.docstring else []
    return [
        griffe.DocstringParameter(name, description=item.description, annotation=item.annotation)
        for section in sections
        if section.kind.value == kind
        for item in section.value
        for name in item.name.split(", ")
    ]


def is_value(member: griffe.Object) -> bool:
    return "property" in member.labels or (member.is_attribute and member.annotation is not None)


def first_line(member: griffe.Object) -> str:
    return plain(" ".join(member.docstring.value.split("\n\n")[0].split())) if member.docstring else ""


def page(package: griffe.Module) -> str:
    functions = [function_section(entry) for entry in public(package) if entry.is_function]
    return "\n".join([HEAD, "## Functions\n", *functions, "## Classes\n", *map(class_section, results(package))])


# --- Tests -----------------------------------------------------------------------------------------------------------


def test_the_page_is_generated_from_the_docstrings(package: griffe.Module) -> None:
    text = page(package)
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        PAGE.write_text(text, encoding="utf-8")
    assert text == PAGE.read_text(encoding="utf-8")


def test_every_public_name_has_a_section(package: griffe.Module) -> None:
    assert set(re.findall(r"^### (\w+)$", page(package), re.MULTILINE)) >= set(modelzoo.__all__)


def test_every_parameter_of_a_public_function_is_described(package: griffe.Module) -> None:
    missing = [
        f"{entry.name}({parameter.name})"
        for entry in public(package)
        if entry.is_function
        for parameter in entry.parameters
        if parameter.name not in {item.name for item in items(entry, "parameters")}
    ]
    assert missing == []

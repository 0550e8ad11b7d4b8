"""Groups of commands: help in whole sentences, near names for a wrong one, and messages of bounded length."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperGroup

from modelzoo.base.text import cut
from modelzoo.errors import unknown

# The longest message of a usage error; it may quote an argument of any length.
_LONGEST = 400

# The older name of `--output` is still taken, by every command.
_OLDER_NAMES = {"out": "output"}

SETTINGS = {
    "help_option_names": ["-h", "--help"],
    "token_normalize_func": lambda token: _OLDER_NAMES.get(token, token),
}

# The class of all usage errors. Typer names only its subclass, and no longer takes it from Click.
_UsageError: Any = typer.BadParameter.__bases__[0]


class CommandGroup(TyperGroup):
    """Commands that `--help` describes by the first sentence of each, whole; `help NAME` is `NAME --help`."""

    # What people call a command elsewhere: the error for such a word names the command.
    synonyms: Mapping[str, str] = {}

    def sections(self) -> Iterable[tuple[str, Iterable[str]]]:
        """Return the headings of `--help` with the commands below each."""
        return [("Commands", self.commands)]

    def format_commands(self, ctx, formatter):  # type: ignore[no-untyped-def]  # the types are Typer's own
        """Write the commands below their headings, each with its first sentence; Typer cuts it at the line's end."""
        sections = {heading: list(names) for heading, names in self.sections()}
        widest = max(len(name) for names in sections.values() for name in names)
        for heading, names in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(widest), _summary(self.get_command(ctx, name))) for name in names])

    def parse_args(self, ctx, args):  # type: ignore[no-untyped-def]
        """Read `help NAME` as `NAME --help`."""
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        with _cut_message():
            return super().parse_args(ctx, args)

    def shell_complete(self, ctx, incomplete):  # type: ignore[no-untyped-def]
        """Return the names that the shell offers. Typer imports every command for a description of each."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        names = (*self.list_commands(ctx), "help")
        return [_completion_item(name) for name in names if name.startswith(incomplete)]

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]
        """Find the command; the error for an unknown name suggests the nearest ones."""
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-") and not ctx.resilient_parsing:
            if args[0] in self.synonyms:
                ctx.fail(f"unknown command {args[0]!r}; did you mean {self.synonyms[args[0]]!r}?")
            ctx.fail(str(unknown("command", args[0], [*names, "help"])))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx):  # type: ignore[no-untyped-def]
        """Run the command; cut the message of a usage error."""
        with _cut_message():
            return super().invoke(ctx)


def _completion_item(name: str) -> Any:
    # Typer has no public name for the class, and earlier versions take it from Click.
    module = "typer._click" if find_spec("typer._click") else "click"
    return import_module(f"{module}.shell_completion").CompletionItem(name)


def _summary(command: Any) -> str:
    """Return the first paragraph of a command's help on one line."""
    return " ".join(command.help.partition("\n\n")[0].split())


@contextmanager
def _cut_message() -> Iterator[None]:
    """Cut the message of a usage error in this block to `_LONGEST` characters."""
    try:
        yield
    except _UsageError as error:
        if not error.message.startswith("Usage:"):  # the help, which Typer raises for a group without a command
            error.message = cut(error.message, _LONGEST) + _advice(error)
        raise


def _advice(error: Any) -> str:
    """Return the next step for a file that is given in the wrong place; nothing for other usage errors."""
    parameters = {parameter.name for parameter in error.ctx.command.params} if error.ctx else set()
    path = error.ctx.command_path if error.ctx else ""
    if "catalog" in parameters and re.search(r"unexpected extra argument.*\.csv", error.message):
        return f"; a table is the value of --catalog: {path} --catalog FILE"
    if "file" in parameters and getattr(error, "option_name", "") in ("-o", "--output"):
        return f"; the file is an argument: {path} FILE"
    return ""

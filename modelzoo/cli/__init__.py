"""The command line: one module for each command, imported when the command runs."""

import gc
import os
import signal
import sys
import warnings
from importlib import import_module
from itertools import chain
from keyword import iskeyword
from typing import cast

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.group import SETTINGS, CommandGroup
from modelzoo.errors import ZooError, messages_of

# The headings of `zoo --help`, and the commands below each; a command has the name of its module.
SECTIONS = {
    "Choose": ("rank", "list", "show", "explain", "robust", "pareto"),
    "Measure": (
        "data",
        "bench",
        "choose",
        "tune",
        "latency",
        "runs",
        "compare",
        "plot",
        "recipes",
        "suites",
        "save",
        "predict",
    ),
    "Publish": ("board", "export", "log"),
    "Maintain": ("doctor", "import", "check", "audit", "slides"),
}
COMMANDS = tuple(chain.from_iterable(SECTIONS.values()))

# What other tools call a command, where the spelling is not near it.
_SYNONYMS = {
    "train": "bench",
    "benchmark": "bench",
    "fit": "bench",
    "models": "list",
    "ls": "list",
    "leaderboard": "board",
    "results": "board",
    "history": "runs",
    "convert": "save",
    "classify": "predict",
    "chart": "plot",
    "draw": "plot",
    "datasets": "data",
    "publish": "export",
    "version": "--version",
}

# Printed by `zoo` without a command.
_START = """\
Choose a convolutional network, and prove the choice on your data and machine.

  Rank the published models:
    zoo rank --by top5,gpu,params

  Train one of them here, and measure it:
    zoo bench mobilenet --dataset glyphs --recipe quick

  Show published and measured ranks side by side:
    zoo board

`zoo help` lists all commands. `zoo help rank` explains one of them.
"""


def app_of(command: str) -> typer.Typer:
    """Return the app of a command from the module of its name; `import` has an underscore there.

    The module has an app of several commands, or one function of the command's name.
    """
    module = import_module(f"modelzoo.cli.{command}{'_' * iskeyword(command)}")
    if hasattr(module, "app"):
        return cast("typer.Typer", module.app)
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(command)(getattr(module, command))
    return single


class _Commands(CommandGroup):
    """The commands of `zoo`; each is imported when it is needed, so that `zoo rank` starts fast."""

    synonyms = _SYNONYMS

    def sections(self):  # type: ignore[no-untyped-def]
        return SECTIONS.items()

    def parse_args(self, ctx, args):  # type: ignore[no-untyped-def]
        """Reject empty values, which no option takes: most likely a shell variable is not set."""
        if not ctx.resilient_parsing:  # the shell completes an empty word
            for index, argument in enumerate(args):
                if not argument.strip():
                    ctx.fail(f"an empty value after {args[index - 1] if index else 'zoo'}; give one, or leave it out")
                if argument.startswith("--") and argument.endswith("="):
                    ctx.fail(f"an empty value for {argument[:-1]}; give one, or leave it out")
        return super().parse_args(ctx, args)  # type: ignore[no-untyped-call]

    def list_commands(self, ctx):  # type: ignore[no-untyped-def]  # the group's context type is Typer's own
        return [*COMMANDS]  # `list` is the module of that command, once it is loaded

    def get_command(self, ctx, cmd_name):  # type: ignore[no-untyped-def]
        return typer.main.get_command(app_of(cmd_name)) if cmd_name in COMMANDS else None


app = typer.Typer(cls=_Commands, invoke_without_command=True, rich_markup_mode=None, context_settings=SETTINGS)


def _print_version(wanted: bool) -> None:
    if wanted:
        from modelzoo import __version__

        print(__version__)
        raise typer.Exit


@app.callback(
    help="Choose a convolutional network, and prove the choice on your data and machine.",
    epilog="`zoo help COMMAND` explains a command and ends with an example, as `zoo COMMAND --help` does.",
)
def _zoo(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    if context.invoked_subcommand is None:
        print(_START, end="")


# The shell sets it to ask for completions.
COMPLETION = "_ZOO_COMPLETE"


def main() -> None:
    """Run `zoo`; exit with 0 or a code of `exit_codes`."""
    # OpenBLAS starts threads when numpy is imported: a tenth of the time of `zoo rank`. No command multiplies matrices
    # that are large enough to need them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imports leave little garbage; a collection after every 700 objects takes a twentieth of the start.
    gc.set_threshold(50_000)
    from modelzoo.cli.streams import protect_streams

    protect_streams()
    # A batch system, a container or a service manager ends a command by SIGTERM: as Ctrl-C, it saves the training.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if COMPLETION in os.environ:
        sys.modules["rich"] = None  # type: ignore[assignment]  # Typer imports it for colors that a shell does not show
    warnings.showwarning = _show_warning
    try:
        try:
            app(prog_name="zoo")
        finally:
            sys.stdout.flush()
    except (ZooError, OSError, MemoryError) as error:
        from modelzoo.base.text import of_system
        from modelzoo.cli.output import problem

        for message in messages_of(error) if isinstance(error, ZooError) else [of_system(error)]:
            problem(message)
        sys.exit(exit_codes.ERROR)
    except KeyboardInterrupt:
        sys.exit(exit_codes.INTERRUPTED)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Print the first line of a Python warning as `zoo` prints its own."""
    from modelzoo.cli.output import warn

    warn([str(message).strip().partition("\n")[0]])

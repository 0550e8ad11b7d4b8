"""The command line: one module for each command, imported when the command runs."""

import gc
import os
import sys
import warnings
from importlib import import_module
from keyword import iskeyword
from typing import cast

import typer
from typer.core import TyperGroup

from modelzoo.cli import exit_codes
from modelzoo.errors import ZooError, messages_of

# The order of `zoo --help`: choose, check, measure, publish.
COMMANDS = (
    "rank",
    "list",
    "show",
    "explain",
    "robust",
    "pareto",
    "slides",
    "audit",
    "check",
    "import",
    "data",
    "latency",
    "bench",
    "recipes",
    "suites",
    "runs",
    "save",
    "predict",
    "compare",
    "plot",
    "board",
    "export",
    "doctor",
)


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


class _Commands(TyperGroup):
    """The commands of `zoo`; each is imported when it is needed, so that `zoo rank` starts fast."""

    def parse_args(self, ctx, args):  # type: ignore[no-untyped-def]
        """Reject empty values, which no option takes: most likely a shell variable is not set."""
        for index, argument in enumerate(args):
            if not argument.strip():
                ctx.fail(f"an empty value after {args[index - 1] if index else 'zoo'}; give one, or leave it out")
            if argument.startswith("--") and argument.endswith("="):
                ctx.fail(f"an empty value for {argument[:-1]}; give one, or leave it out")
        return super().parse_args(ctx, args)

    def list_commands(self, ctx):  # type: ignore[no-untyped-def]  # the group's context type is Typer's own
        return [*COMMANDS]  # `list` is the module of that command, once it is loaded

    def get_command(self, ctx, cmd_name):  # type: ignore[no-untyped-def]
        if cmd_name not in COMMANDS:
            return None
        return typer.main.get_command(app_of(cmd_name))


app = typer.Typer(cls=_Commands, add_completion=False, no_args_is_help=True, rich_markup_mode=None)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("cnn-zoo"))
        raise typer.Exit


@app.callback(help="Choose a convolutional network, and prove the choice on your data and your machine.")
def _zoo(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
    ),
) -> None:
    pass


def main() -> None:
    """Run `zoo`; exit with 0 or a code of `exit_codes`."""
    # OpenBLAS starts threads when numpy is imported: a tenth of the time of `zoo rank`. No command multiplies matrices
    # that are large enough to need them.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imports leave little garbage; a collection after every 700 objects takes a twentieth of the start.
    gc.set_threshold(50_000)
    from modelzoo.cli.streams import protect_streams

    protect_streams()
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

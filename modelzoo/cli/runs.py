"""`zoo runs`, `zoo runs delete` and `zoo runs name`."""

from typing import Annotated

import typer

from modelzoo.cli.complete import local_runs, models, one_of
from modelzoo.cli.group import CommandGroup
from modelzoo.cli.options import RunDataset, Runs, Shipped, with_options
from modelzoo.cli.output import OutputOptions, say, warn

app = typer.Typer(cls=CommandGroup, add_completion=False, rich_markup_mode=None)

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN", autocompletion=one_of(local_runs), help="Id of a local run, the beginning of one, or its name."
    ),
]


@app.callback(invoke_without_command=True)
@with_options
def runs(
    *,
    context: typer.Context,
    runs: Runs = None,
    dataset: RunDataset = "",
    model: str = typer.Option("", autocompletion=one_of(models), help="Only runs of this model, in any spelling."),
    shipped: Shipped = False,
    output: OutputOptions,
) -> None:
    """List your runs: finished, failed and partial ones, with the command that resumes a partial one.

    Shipped runs are listed only where no local run matches, or with --shipped. Accuracies are in percent, latencies in
    milliseconds, sizes in MB of 1,000,000 bytes.

    Example: zoo runs --dataset emnist47
    """
    if context.invoked_subcommand:
        if runs or dataset or model or shipped or output != OutputOptions():
            raise typer.BadParameter(f"write options after the command: zoo runs {context.invoked_subcommand} RUN --…")
        return
    from modelzoo.runs.listing import list_runs
    from modelzoo.runs.listing_table import runs_table

    listed = list_runs(runs, dataset=dataset or None, model=model or None, shipped=shipped)
    output.emit(listed, table=lambda: runs_table(listed, output.width, output.keys))
    warn(listed.problems)


@app.command()
def delete(
    names: Annotated[
        list[str],
        typer.Argument(metavar="RUN…", autocompletion=one_of(local_runs), help="Ids of local runs, or their names."),
    ],
    runs: Runs = None,
) -> None:
    """Delete local runs with all their files, partial runs too. Shipped runs stay.

    Example: zoo runs delete lenet5-0123456789
    """
    from modelzoo.runs.local import delete_runs

    deleted = delete_runs(names, runs)
    say(f"deleted {run.id}, {run.size_mb:.1f} MB" for run in deleted)


@app.command()
def name(
    run: Run,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name: letters, digits, dots, - and _.")],
    runs: Runs = None,
) -> None:
    """Name a local run; every command then takes the run by this name.

    Example: zoo runs name lenet5-0123456789 baseline
    """
    from modelzoo.runs.local import name_run

    say([f"{name_run(run, name, runs)} is now {name}"])

"""`zoo suites`."""

import typer

from modelzoo.cli.complete import one_of
from modelzoo.cli.complete import suites as suite_names
from modelzoo.cli.options import with_options
from modelzoo.cli.output import OutputOptions


@with_options
def suites(
    *,
    name: str | None = typer.Argument(
        None,
        metavar="SUITE",
        autocompletion=one_of(suite_names),
        help="A suite of benchmarks/suites, or a TOML file: show its runs.",
    ),
    output: OutputOptions,
) -> None:
    """List the suites with their models, or show the runs of one, with the slides' values of the same trainings.

    Example: zoo suites slides-baselines
    """
    from modelzoo.recipes.describe_suite import describe_suite, list_suites

    result = describe_suite(name) if name else list_suites()
    output.emit(result, table=result.table)

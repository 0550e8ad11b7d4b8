"""`zoo log`: runs for other tools."""

from typing import Annotated

import typer

from modelzoo.cli.complete import one_of
from modelzoo.cli.complete import runs as all_runs
from modelzoo.cli.options import Runs
from modelzoo.cli.output import note
from modelzoo.tracking.log import TargetName, log_runs


def log(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN…", autocompletion=one_of(all_runs), help="Ids of runs, their beginnings, or names."
        ),
    ],
    to: Annotated[TargetName, typer.Option(help="The tool that gets the runs.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="File, folder or server. Default: tensorboard/, mlflow.db, trackio/, model-card.md, or "
            "every_eval_ever/.",
        ),
    ] = None,
    runs: Runs = None,
) -> None:
    """Log runs to another tool, from their records: offline, and after they ended.

    tensorboard, mlflow and trackio get the epochs with steps and times, the test result, the latency, and the recipe.
    MLflow also takes the address of a server. model-index puts one run into the metadata of a Hugging Face model
    card; the rest of the card stays. every-eval-ever writes a JSON file for each run; enter your organization before
    you publish it. A run that is there already is not logged twice.

    Example: zoo log lenet5-02b1f9ab8a --to tensorboard
    """
    for run in log_runs(names, to, output, folder=runs):
        note(f"logged {run.id} to {run.output}" if run.new else f"{run.id} is in {run.output} already")

"""`zoo pareto`."""

from pathlib import Path

import typer

from modelzoo.cli.options import CATALOG, SOURCE, split
from modelzoo.cli.output import FORMAT, JSON, Format, emit
from modelzoo.cli.rank import DATASET, MEASURED, RUNS, WHERE, criteria, figures

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def pareto(
    by: str = typer.Option("", "--by", help="Criteria as key[:max|min], comma-separated. Default: top5,gpu,params."),
    where: str = WHERE,
    plot: Path | None = typer.Option(
        None, "--plot", help="Draw the first two criteria with their front: .png, .svg or .html."
    ),
    source: str = SOURCE,
    catalog: Path | None = CATALOG,
    measured: bool = MEASURED,
    runs: Path | None = RUNS,
    dataset: str | None = DATASET,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Find the models that no other beats, whatever the weights, and what beats each of the others.

    One model dominates another where it is as good by every criterion and better by one. Layer 1 is the front, layer 2
    the front of the rest. Accuracies are in percent, times in milliseconds, sizes in MB.

    Example: zoo pareto --by top5,gpu,params --plot pareto.png
    """
    from modelzoo.scoring.pareto.fronts import BY
    from modelzoo.scoring.pareto.fronts import pareto as pareto_

    data = figures(catalog, measured, runs, dataset)
    fronts = pareto_(data, criteria(by, measured) or BY, sources=split(source), where=where or None)
    if plot is not None:
        from modelzoo.scoring.pareto.chart import write_chart

        write_chart(fronts, plot)
        typer.echo(f"wrote {plot}", err=True)
    emit(fronts.table, form, as_json, fronts.to_dict)

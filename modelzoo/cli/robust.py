"""`zoo robust`."""

from pathlib import Path

import typer

from modelzoo.cli.options import with_options
from modelzoo.cli.output import FORMAT, JSON, emit, warn
from modelzoo.cli.rank_options import DataOptions, RankOptions
from modelzoo.tables.table import Form

app = typer.Typer(add_completion=False, rich_markup_mode=None)

ORDER = typer.Option("", "--order", help='Count weightings in this order of importance only: "top5 > gpu > params".')
RANGE = typer.Option(
    "", "--range", help="Count weightings with these shares of all weights only: top5:0.2:0.6, comma-separated."
)
WITHIN = typer.Option(
    "",
    "--within",
    help="By how much figures may be off, as key:half an interval in its unit, comma-separated: latency:0.3. Default: "
    "their rounding or, with --measured, the 95 % interval of the accuracy and the latency from p50 to p90.",
)
SAMPLES = typer.Option(100_000, "--samples", min=1000, help="How many weightings are drawn.")
SEED = typer.Option(0, "--seed", min=0, help="Which weightings are drawn; the same seed draws the same.")


@app.command()
@with_options()
def robust(
    *,
    options: RankOptions,
    order: str = ORDER,
    range_: str = RANGE,
    within: str = WITHIN,
    samples: int = SAMPLES,
    seed: int = SEED,
    top: int | None = typer.Option(None, min=1, help="Show the best so many only."),
    plot: Path | None = typer.Option(None, "--plot", help="Draw models by ranks as a heat map: .png or .svg."),
    data: DataOptions,
    form: Form = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Tell how firm a ranking is: against other weights, rounded figures, and without each model.

    For each model: the share of weightings in which it is first, its mean rank, the ranks that rounding leaves open,
    the weights by which it is first, and how far the weights must move to make it first.

    Example: zoo robust --order "top5 > gpu > params"
    """
    from modelzoo.sensitivity.robustness import robustness

    found = robustness(
        data.load(), order=order, ranges=range_, within=within, samples=samples, seed=seed, **options.fields(data)
    )
    warn(found.firmness.ranking.warnings)
    if plot is not None:
        from modelzoo.sensitivity.heat_map import write_heat_map

        write_heat_map(found, plot, top=top)
        typer.echo(f"wrote {plot}", err=True)
    emit(found.to_dict(top), form, as_json, table=lambda: found.table(top))

"""`zoo robust`."""

from pathlib import Path

import typer
from msgspec.structs import replace

from modelzoo.cli.options import with_options
from modelzoo.cli.output import OutputOptions, note
from modelzoo.cli.rank_options import DataOptions, RankOptions


@with_options()
def robust(
    *,
    options: RankOptions,
    order: str = typer.Option("", help='Count weightings in this order of importance only: "top5 > gpu > params".'),
    range_: str = typer.Option(
        "", "--range", help="Count weightings with these shares of all weights only: top5:0.2:0.6, comma-separated."
    ),
    within: str = typer.Option(
        "",
        help="Half-widths of the values' intervals, as key:half-width in its unit, comma-separated: latency:0.3. "
        "Default: the rounding or, with --measured, the 95 % interval of the accuracy and the latency from p50 to p90.",
    ),
    samples: int = typer.Option(100_000, min=1000, help="Number of weightings to draw."),
    seed: int = typer.Option(0, min=0, help="Seed to draw weightings by; the same seed draws the same."),
    top: int | None = typer.Option(None, min=1, help="Show the best N models only."),
    rank_shares: bool = typer.Option(
        False,
        "--rank-shares",
        help="Add to the JSON how often each model has each rank (`shares`): models x ranks numbers. --plot adds "
        "them too.",
    ),
    plot: Path | None = typer.Option(None, help="Draw models by ranks as a heat map: .png or .svg."),
    data: DataOptions,
    output: OutputOptions,
) -> None:
    """Test how robust a ranking is: against other weights, rounded values, and without each model.

    For each model, the table has the share of weightings in which it is first, and its mean rank. It also has the
    ranks that rounding leaves open, and the mean and nearest weights by which it is first.

    Example: zoo robust --order "top5 > gpu > params"
    """
    from modelzoo.sensitivity.robustness import robustness
    from modelzoo.sensitivity.tables import robustness_table

    result = robustness(
        data.load(),
        order=order,
        ranges=range_,
        within=within,
        samples=samples,
        seed=seed,
        rank_shares=rank_shares or plot is not None,
        **options.fields(data),
    )
    if plot is not None:
        from modelzoo.sensitivity.heat_map import write_heat_map

        write_heat_map(result, plot, top=top)
        note(f"wrote {plot}")
    shown = replace(result, models=result.models[:top])
    output.emit(shown, table=lambda: robustness_table(result, top), warnings=result.warnings)

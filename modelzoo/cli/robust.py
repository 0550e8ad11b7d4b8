"""`zoo robust`."""

from pathlib import Path
from typing import Any

import typer
from msgspec.structs import replace

from modelzoo.cli.options import CATALOG, SOURCE, split
from modelzoo.cli.output import FORMAT, JSON, Format, emit, warn
from modelzoo.cli.rank import (
    BOUNDS,
    BOUNDS_FROM,
    BY,
    DATASET,
    MEASURED,
    METHOD,
    MISSING,
    NORMALIZE,
    PROFILE,
    RUNS,
    WEIGHTS,
    WHERE,
    BoundsChoice,
    MissingChoice,
    choices,
    criteria,
    figures,
)

app = typer.Typer(add_completion=False, rich_markup_mode=None)

ORDER = typer.Option("", "--order", help='Count weightings in this order of importance only: "top5 > gpu > params".')
RANGE = typer.Option(
    "", "--range", help="Count weightings with these shares of all weights only: top5:0.2:0.6, comma-separated."
)
WITHIN = typer.Option(
    "",
    "--within",
    help="Half-widths of the values' intervals, as key:half-width in its unit, comma-separated: latency:0.3. Default: "
    "the rounding or, with --measured, the 95 % interval of the accuracy and the latency from p50 to p90.",
)
SAMPLES = typer.Option(100_000, "--samples", min=1000, help="Number of weightings to draw.")
SEED = typer.Option(0, "--seed", min=0, help="Seed to draw weightings by; the same seed draws the same.")
RANK_SHARES = typer.Option(
    False,
    "--rank-shares",
    help="Add to the JSON how often each model has each rank (`shares`): models x ranks numbers. --plot adds them too.",
)


@app.command()
def robust(
    by: str = BY,
    profile: str = PROFILE,
    where: str = WHERE,
    missing: MissingChoice | None = MISSING,
    bounds: BoundsChoice | None = BOUNDS,
    bounds_from: str = BOUNDS_FROM,
    normalize: str = NORMALIZE,
    weights: str = WEIGHTS,
    method: str = METHOD,
    order: str = ORDER,
    range_: str = RANGE,
    within: str = WITHIN,
    samples: int = SAMPLES,
    seed: int = SEED,
    top: int | None = typer.Option(None, min=1, help="Show the best so many only."),
    rank_shares: bool = RANK_SHARES,
    plot: Path | None = typer.Option(None, "--plot", help="Draw models by ranks as a heat map: .png or .svg."),
    source: str = SOURCE,
    catalog: Path | None = CATALOG,
    measured: bool = MEASURED,
    runs: Path | None = RUNS,
    dataset: str | None = DATASET,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Test how robust a ranking is: against other weights, rounded values, and without each model.

    The table has for each model its share of first ranks over all weightings, its mean rank, and the ranks that
    rounding leaves open. Also the mean weights by which it is first, and the smallest weight change to that.

    Example: zoo robust --order "top5 > gpu > params"
    """
    from modelzoo.sensitivity.robustness import robustness
    from modelzoo.sensitivity.tables import robustness_table

    data = figures(catalog, measured, runs, dataset)
    by = criteria(by, measured)
    fields: dict[str, Any] = choices(
        by, missing, bounds, bounds_from=bounds_from, normalize=normalize, weights=weights, method=method
    )
    result = robustness(
        data, profile=profile, sources=split(source), where=where or None,
        order=order, ranges=range_, within=within, samples=samples, seed=seed,
        rank_shares=rank_shares or plot is not None, **fields,
    )  # fmt: skip
    warn(result.warnings)
    if plot is not None:
        from modelzoo.sensitivity.heat_map import write_heat_map

        write_heat_map(result, plot, top=top)
        typer.echo(f"wrote {plot}", err=True)
    emit(lambda: robustness_table(result, top), form, as_json, lambda: replace(result, models=result.models[:top]))

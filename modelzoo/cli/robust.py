"""`zoo robust`."""

from typing import Annotated, Any

import typer
from msgspec import Struct
from msgspec.structs import asdict, replace

from modelzoo.cli.options import with_options
from modelzoo.cli.output import OutputOptions
from modelzoo.cli.rank_options import DataOptions, RankOptions


class WeightingOptions(Struct, frozen=True):
    """The weightings that count, their number, and the intervals of the values."""

    order: Annotated[
        str, typer.Option(help='Count weightings in this order of importance only: "top5 > gpu > params".')
    ] = ""
    range_: Annotated[
        str,
        typer.Option(
            "--range", help="Count weightings with these shares of all weights only: top5:0.2:0.6, comma-separated."
        ),
    ] = ""
    within: Annotated[
        str,
        typer.Option(
            help="Half-widths of the values' intervals, as key:half-width in its unit, comma-separated: latency:0.3. "
            "Default: the rounding or, with --measured, the 95 % interval of the accuracy and the latency from p50 to "
            "p90."
        ),
    ] = ""
    samples: Annotated[int, typer.Option(min=1000, help="Number of weightings to draw.")] = 100_000
    seed: Annotated[int, typer.Option(min=0, help="Seed to draw weightings by; the same seed draws the same.")] = 0

    def fields(self) -> dict[str, Any]:
        """Return the parameters of `robustness`."""
        named = asdict(self)
        return {"ranges": named.pop("range_"), **named}


@with_options
def robust(
    *,
    options: RankOptions,
    weightings: WeightingOptions,
    top: int | None = typer.Option(None, min=1, help="Show the best N models only."),
    rank_shares: bool = typer.Option(
        False,
        "--rank-shares",
        help="Add to the JSON how often each model has each rank (`shares`): models x ranks numbers.",
    ),
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

    values, notes = data.load()
    result = robustness(
        values,
        rank_shares=rank_shares,
        **weightings.fields(),
        **options.fields(data),
    )
    shown = replace(result, models=result.models[:top])
    output.emit(shown, table=lambda: robustness_table(result, top), notes=notes, warnings=result.warnings)

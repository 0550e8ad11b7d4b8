"""The options of a ranking: criteria and methods, and the values that are ranked."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from msgspec import Struct
from msgspec.structs import asdict

from modelzoo.cli.complete import (
    criteria,
    measured_datasets,
    methods,
    normalizations,
    one_of,
    profiles,
    some_of,
    sources,
    weightings,
)
from modelzoo.cli.options import Catalog, Source, split
from modelzoo.cli.output import warn
from modelzoo.scoring.profile import Missing

FrontBy = Annotated[
    str,
    typer.Option(
        autocompletion=some_of(criteria), help="Criteria as key[:max|min], comma-separated. Default: top5,gpu,params."
    ),
]
Where = Annotated[str, typer.Option(help='Conditions that a model must meet, such as "params<10M and gpu<=8".')]


class DataOptions(Struct, frozen=True):
    """The values that are ranked: published ones of a catalog, or measured ones of runs."""

    source: Source = ""
    catalog: Catalog = None
    measured: Annotated[
        bool, typer.Option("--measured", help="Rank measured models (accuracy, latency, params …).")
    ] = False
    runs: Annotated[
        Path | None, typer.Option(help="Folder of the local runs, with --measured. Default: ZOO_RUNS, or ./runs.")
    ] = None
    dataset: Annotated[
        str | None,
        typer.Option(
            autocompletion=one_of(measured_datasets),
            help="Data set of the runs, with --measured. Default: the data set with most models.",
        ),
    ] = None
    hardware: Annotated[
        str | None, typer.Option(help="Device of the runs, with --measured: part of its name. Default: any.")
    ] = None
    shipped: Annotated[
        bool,
        typer.Option("--shipped", help="Rank the shipped runs too, with --measured. Default: only without local ones."),
    ] = False

    def load(self) -> tuple[Any, list[str]]:
        """Load the catalog, or the decision table of measured runs; return it with notes on the values left out."""
        if not self.measured:
            for option in ("runs", "dataset", "hardware", "shipped"):
                if getattr(self, option):
                    raise typer.BadParameter(f"--{option} is for --measured; give both, or rank the catalog")
            from modelzoo.catalog.catalog import load_catalog

            catalog = load_catalog(self.catalog)
            return catalog, [f"columns left out, as they hold text: {', '.join(catalog.texts)}"] * bool(catalog.texts)
        if self.catalog is not None:
            raise typer.BadParameter("--catalog has published values; leave it out with --measured")
        from modelzoo.scoring.values import load_measured

        table = load_measured(self.runs, dataset=self.dataset, hardware=self.hardware, shipped=self.shipped)
        warn(table.problems)
        return table, [table.note] * bool(table.note)

    def criteria(self, by: str) -> str | None:
        """Return `by`; if it is empty, the leaderboard's criteria for measured values, else None."""
        if by or not self.measured:
            return by or None
        from modelzoo.scoring.values import MEASURED_BY

        return MEASURED_BY


class RankOptions(Struct, frozen=True):
    """The criteria and methods of a ranking, named like the parameters of `rank`; an empty one is the profile's."""

    by: Annotated[
        str,
        typer.Option(
            autocompletion=some_of(criteria),
            help="Criteria as key[:weight][:max|min], comma-separated. Default: the profile's.",
        ),
    ] = ""
    profile: Annotated[
        str,
        typer.Option(
            autocompletion=one_of(profiles), help="Profile of scoring/ (slides, accuracy, edge), or a TOML file."
        ),
    ] = "slides"
    where: Where = ""
    missing: Annotated[
        Missing | None,
        typer.Option(
            help="For a model without a value: leave it out (drop), count 0 (zero) or the worst value (worst), score "
            "its other values (renormalize), show its best and worst possible rank (bounds), or stop (error)."
        ),
    ] = None
    bounds: Annotated[
        Literal["all", "ranked"] | None,
        typer.Option(help="Normalize over all models with a value, or over the ranked ones."),
    ] = None
    bounds_from: Annotated[
        str,
        typer.Option(
            autocompletion=one_of(sources),
            help="Normalize over all models of this source, so that a new model moves no score.",
        ),
    ] = ""
    normalize: Annotated[
        str,
        typer.Option(
            autocompletion=one_of(normalizations),
            help="min-max, max, sum, vector, z-score, rank, log-min-max or robust. Default: the profile's, or the "
            "usual one of --method.",
        ),
    ] = ""
    weights: Annotated[
        str,
        typer.Option(
            autocompletion=one_of(weightings),
            help="Weights given in --by (given, swing), or in their place: equal, rank-order-centroid (the order of "
            "--by), entropy, critic, standard-deviation.",
        ),
    ] = ""
    method: Annotated[
        str,
        typer.Option(
            autocompletion=one_of(methods),
            help="sum, product, topsis, vikor, promethee, borda, or consensus over them. Default: the profile's.",
        ),
    ] = ""

    def fields(self, data: DataOptions) -> dict[str, Any]:
        """Return the parameters of `rank` for values that `data` loads."""
        named = asdict(self)
        bounds_from = named.pop("bounds_from")
        if self.bounds and bounds_from:
            raise typer.BadParameter("--bounds and --bounds-from exclude each other")
        return {name: value or None for name, value in named.items()} | {
            "by": data.criteria(self.by),
            "source": split(data.source),
            "bounds": f"source:{bounds_from}" if bounds_from else self.bounds,
        }

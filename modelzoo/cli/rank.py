"""`zoo rank`."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, cast

import typer

from modelzoo.cli.options import CATALOG, SOURCE, split
from modelzoo.cli.output import FORMAT, JSON, Format, emit, warn

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class MissingChoice(StrEnum):
    """What happens to a model without a value."""

    drop = "drop"
    zero = "zero"
    worst = "worst"
    renormalize = "renormalize"
    bounds = "bounds"
    error = "error"


class BoundsChoice(StrEnum):
    """Over which models a criterion is normalized."""

    all = "all"
    ranked = "ranked"


BY = typer.Option("", "--by", help="Criteria as key[:weight][:max|min], comma-separated. Default: the profile's.")
PROFILE = typer.Option("slides", "--profile", help="Profile of scoring/ (slides, accuracy, edge), or a TOML file.")
WHERE = typer.Option("", "--where", help='Conditions that a model must meet, such as "params<10M and gpu<=8".')
MISSING = typer.Option(
    None,
    "--missing",
    help="A model without a value: left out (drop), 0, the worst value, scored by what it has (renormalize), ranked "
    "with the best and worst rank it could have (bounds), an error.",
)
BOUNDS = typer.Option(None, "--bounds", help="Normalize over all models with a value, or over the ranked ones.")
BOUNDS_FROM = typer.Option(
    "", "--bounds-from", help="Normalize over all models of this source, so that a new model moves no score."
)
NORMALIZE = typer.Option(
    "",
    "--normalize",
    help="min-max, max, sum, vector, z-score, rank, log-min-max or robust. Default: the profile's, or the usual one of "
    "--method.",
)
WEIGHTS = typer.Option(
    "",
    "--weights",
    help="Weights given in --by (given, swing), or in their place: equal, rank-order-centroid (the order of --by), "
    "entropy, critic, standard-deviation.",
)
METHOD = typer.Option(
    "",
    "--method",
    help="sum, product, topsis, vikor, promethee, borda, or consensus over them. Default: the profile's.",
)
MEASURED = typer.Option(False, "--measured", help="Rank by what was measured (accuracy, latency, params …).")
RUNS = typer.Option(
    None, "--runs", envvar="ZOO_RUNS", help="Folder of the runs made here, with --measured. Default: ./runs."
)
DATASET = typer.Option(None, "--dataset", help="With --measured, the data set. Default: the one with most models.")


def choices(
    by: str,
    missing: MissingChoice | None,
    bounds: BoundsChoice | None,
    *,
    bounds_from: str = "",
    normalize: str = "",
    weights: str = "",
    method: str = "",
) -> dict[str, Any]:
    """The options that replace fields of the profile, as `rank` takes them."""
    if bounds and bounds_from:
        raise typer.BadParameter("--bounds and --bounds-from exclude each other")
    return {
        "by": by or None,
        "missing": missing.value if missing else None,
        "bounds": f"source:{bounds_from}" if bounds_from else bounds.value if bounds else None,
        "normalize": normalize or None,
        "weights": weights or None,
        "aggregate": method or None,
    }


def figures(catalog: Path | None, measured: bool, runs: Path | None, dataset: str | None) -> Any:
    """What is ranked: the catalog, or the decision table of measured runs."""
    if not measured:
        if dataset is not None:
            raise typer.BadParameter("--dataset is for --measured; without it, the catalog is ranked")
        from modelzoo.catalog.catalog import load_catalog

        published = load_catalog(catalog)
        if published.texts:
            warn([f"passed over, as they hold text: {', '.join(published.texts)}"])
        return published
    if catalog is not None:
        raise typer.BadParameter("--catalog has published figures; leave it out with --measured")
    from modelzoo.runs.collect import RUNS as USUAL
    from modelzoo.runs.collect import gather
    from modelzoo.runs.measured import measured_table

    found = gather(runs or USUAL)
    warn(found.faults)
    return measured_table([*found.local, *found.shipped], dataset=dataset)


def criteria(by: str, measured: bool) -> str:
    """What `--by` says; where it says nothing, what the leaderboard ranks measured models by, else nothing."""
    if by or not measured:
        return by
    from modelzoo.board.build import MEASURED_BY

    return MEASURED_BY


@app.command()
def rank(
    by: str = BY,
    profile: str = PROFILE,
    where: str = WHERE,
    missing: MissingChoice | None = MISSING,
    bounds: BoundsChoice | None = BOUNDS,
    bounds_from: str = BOUNDS_FROM,
    normalize: str = NORMALIZE,
    weights: str = WEIGHTS,
    method: str = METHOD,
    top: int | None = typer.Option(None, min=1, help="Show the best so many only."),
    source: str = SOURCE,
    catalog: Path | None = CATALOG,
    measured: bool = MEASURED,
    runs: Path | None = RUNS,
    dataset: str | None = DATASET,
    robust: bool = typer.Option(
        False, "--robust", help="Add in what share of all weightings each model is first, and how firm the first is."
    ),
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Rank the models by the sum of their normalized criteria, or by another method, best first.

    Each criterion is normalized to 0-1, 1 the best, and stands with what it adds to the score, where the method has
    such parts. Accuracies are in percent, times in milliseconds, sizes in MB.

    Example: zoo rank --by top5:2,gpu,params --where "params<50M"
    """
    from modelzoo.scoring.rank import rank as rank_

    data = figures(catalog, measured, runs, dataset)
    by = criteria(by, measured)
    given: dict[str, Any] = choices(
        by, missing, bounds, bounds_from=bounds_from, normalize=normalize, weights=weights, method=method
    )
    given |= {"profile": profile, "sources": split(source), "where": where or None}
    if robust:
        from modelzoo.sensitivity.first_rank import first_rank
        from modelzoo.sensitivity.tables import first_rank_json, first_rank_table

        ranking = rank_(data, **given)
        first = first_rank(ranking)
        warn(ranking.warnings)
        table, payload = partial(first_rank_table, *first), partial(first_rank_json, *first)
        return emit(lambda: table(ranking, top), form, as_json, lambda: payload(ranking, top))
    ranking = rank_(data, top=top, **given)
    warn(ranking.warnings)
    return emit(ranking.table, form, as_json, cast("Any", ranking.to_dict))

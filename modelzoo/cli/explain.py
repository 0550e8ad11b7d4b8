"""`zoo explain`."""

from pathlib import Path

import typer

from modelzoo.cli.options import CATALOG, SOURCE, split
from modelzoo.cli.output import FORMAT, JSON, Format, emit, warn
from modelzoo.cli.rank import (
    BOUNDS,
    BOUNDS_FROM,
    BY,
    METHOD,
    MISSING,
    NORMALIZE,
    PROFILE,
    WEIGHTS,
    BoundsChoice,
    MissingChoice,
    choices,
)

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def explain(
    model: str = typer.Argument(help="A ranked model."),
    other: str | None = typer.Argument(None, help="Model to compare it with. Default: the best of the others."),
    by: str = BY,
    profile: str = PROFILE,
    missing: MissingChoice | None = MISSING,
    bounds: BoundsChoice | None = BOUNDS,
    bounds_from: str = BOUNDS_FROM,
    normalize: str = NORMALIZE,
    weights: str = WEIGHTS,
    method: str = METHOD,
    source: str = SOURCE,
    catalog: Path | None = CATALOG,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Explain why one model ranks above another, and which weight would reverse the two.

    Only a weighted sum can be explained, with any normalization and weights.

    Example: zoo explain efficientnetb1 resnet50
    """
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.scoring.rank import rank
    from modelzoo.sensitivity.explain import explain as explain_
    from modelzoo.sensitivity.tables import explanation_table

    fields = choices(by, missing, bounds, bounds_from=bounds_from, normalize=normalize, weights=weights, method=method)
    ranking = rank(load_catalog(catalog), profile=profile, sources=split(source), **fields)
    explanation = explain_(ranking, model, other)
    warn(ranking.warnings)
    emit(lambda: explanation_table(explanation, ranking), form, as_json, lambda: explanation)

"""`zoo explain`."""

from pathlib import Path

import typer

from modelzoo.cli.options import CATALOG, SOURCE, split
from modelzoo.cli.output import FORMAT, JSON, Format, emit, warn
from modelzoo.cli.rank import BOUNDS, BY, MISSING, PROFILE, BoundsChoice, MissingChoice, choices

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def explain(
    model: str = typer.Argument(help="A ranked model."),
    other: str | None = typer.Argument(None, help="The one to compare it with. Default: the best of the others."),
    by: str = BY,
    profile: str = PROFILE,
    missing: MissingChoice | None = MISSING,
    bounds: BoundsChoice | None = BOUNDS,
    source: str = SOURCE,
    catalog: Path | None = CATALOG,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Explain why one model ranks above another, and which weight would turn them round.

    Example: zoo explain efficientnetb1 resnet50
    """
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.scoring.explain import explain as explain_
    from modelzoo.scoring.rank import rank

    ranking = rank(load_catalog(catalog), profile=profile, sources=split(source), **choices(by, missing, bounds))
    warn(ranking.warnings)
    explanation = explain_(ranking, model, other)
    emit(explanation.table, form, as_json, explanation.to_dict)

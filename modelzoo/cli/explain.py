"""`zoo explain`."""

import typer

from modelzoo.cli.complete import models, one_of
from modelzoo.cli.options import with_options
from modelzoo.cli.output import OutputOptions
from modelzoo.cli.rank_options import DataOptions, RankOptions


@with_options
def explain(
    *,
    model: str = typer.Argument(metavar="MODEL", autocompletion=one_of(models), help="A ranked model."),
    other: str | None = typer.Argument(
        None,
        metavar="OTHER",
        autocompletion=one_of(models),
        help="Model to compare it with. Default: the best of the others.",
    ),
    options: RankOptions,
    data: DataOptions,
    output: OutputOptions,
) -> None:
    """Explain why one model ranks above another, and which weight would reverse their order.

    Only a weighted sum can be explained, with any normalization and weights.

    Example: zoo explain efficientnetb1 resnet50
    """
    from modelzoo.scoring.rank import rank
    from modelzoo.sensitivity.explain import explain as explain_

    values, notes = data.load()
    ranking = rank(values, **options.fields(data))
    explanation = explain_(ranking, model, other)
    output.emit(explanation, table=explanation.table, notes=notes, warnings=ranking.warnings)

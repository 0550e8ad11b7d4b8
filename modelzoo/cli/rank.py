"""`zoo rank`."""

import typer

from modelzoo.cli.options import with_options
from modelzoo.cli.output import OutputOptions
from modelzoo.cli.rank_options import DataOptions, RankOptions


@with_options
def rank(
    *,
    options: RankOptions,
    top: int | None = typer.Option(None, min=1, help="Show the best N models only."),
    data: DataOptions,
    robust: bool = typer.Option(
        False,
        "--robust",
        help="Add the share of all weightings in which each model is first, and when another model comes first.",
    ),
    output: OutputOptions,
) -> None:
    """Rank models by the weighted sum of their normalized criteria, or by another method, best first.

    Each criterion is normalized to 0-1, 1 the best. Its part of the score follows each value, where the method has
    parts. Accuracies are in percent, times in milliseconds, sizes in MB.

    Example: zoo rank --by top5:2,gpu,params --where "params<50M"
    """
    from modelzoo.scoring.rank import rank as rank_

    values, notes = data.load()
    fields = options.fields(data)
    if robust:
        from modelzoo.sensitivity.first_rank import first_rank
        from modelzoo.sensitivity.tables import first_rank_json, first_rank_table

        ranking = rank_(values, **fields)
        result = first_rank(ranking)
        payload = first_rank_json(*result, ranking, top) if output.json else None
        output.emit(
            payload, table=lambda: first_rank_table(*result, ranking, top), notes=notes, warnings=ranking.warnings
        )
        return
    ranking = rank_(values, top=top, **fields)
    output.emit(ranking, table=ranking.table, notes=notes, warnings=ranking.warnings)

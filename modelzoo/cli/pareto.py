"""`zoo pareto`."""

from modelzoo.cli.options import split, with_options
from modelzoo.cli.output import OutputOptions
from modelzoo.cli.rank_options import DataOptions, FrontBy, Where


@with_options
def pareto(
    *,
    by: FrontBy = "",
    where: Where = "",
    data: DataOptions,
    output: OutputOptions,
) -> None:
    """Find the models that no other model dominates, and for each other model one that dominates it.

    A model dominates another one if it is as good by every criterion and better by one. Weights do not matter. Layer 1
    is the front, layer 2 the front of the rest. Accuracies are in percent, times in milliseconds, sizes in MB.

    Example: zoo pareto --by top5,gpu,params
    """
    from modelzoo.scoring.pareto.fronts import pareto as pareto_

    values, notes = data.load()
    fronts = pareto_(values, data.criteria(by), source=split(data.source), where=where or None)
    output.emit(fronts, table=fronts.table, notes=notes)

"""`zoo plot`: a chart of each kind."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from modelzoo.cli.board import BoardOptions
from modelzoo.cli.complete import datasets, models, one_of
from modelzoo.cli.complete import runs as all_runs
from modelzoo.cli.group import CommandGroup
from modelzoo.cli.options import DataDir, Hardware, RunDataset, Runs, Shipped, SkipBroken, Split, split, with_options
from modelzoo.cli.output import note, warn
from modelzoo.cli.rank_options import DataOptions, FrontBy, RankOptions, Where
from modelzoo.cli.robust import WeightingOptions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.runs.run import Run

app = typer.Typer(cls=CommandGroup, add_completion=False, no_args_is_help=True, rich_markup_mode=None)


def _drawable(output: Path) -> Path:
    """Reject a file that cannot be drawn before the work begins."""
    from modelzoo.charts.save import require_drawable

    require_drawable(output)
    return output


Output = Annotated[
    Path,
    typer.Option(
        "--output",
        "-o",
        metavar="<file>",
        callback=_drawable,
        help="File to write: .svg, .png or .pdf. It is replaced.",
    ),
]
OneRun = Annotated[
    str,
    typer.Argument(
        metavar="RUN", autocompletion=one_of(all_runs), help="Id of a run, or how it begins; its label, or folder."
    ),
]
SomeRuns = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN…",
        autocompletion=one_of(all_runs),
        help="Ids of runs, or how these begin; their labels, or folders.",
    ),
]


def _top(noun: str, most: int) -> Any:
    return typer.Option(
        None, min=1, help=f"Draw this many {noun}; the title names the number. Default: {most} at most."
    )


@app.callback()
def plot() -> None:
    """Draw a chart of a ranking, of runs or of a data set, as SVG, PNG or PDF.

    Example: zoo plot pareto -o pareto.svg
    """


@app.command()
@with_options
def rank(
    *,
    output: Output,
    options: RankOptions,
    top: int | None = _top("models", 30),
    data: DataOptions,
) -> None:
    """Draw scores as bars of the criteria's contributions.

    Example: zoo plot rank --by top5:2,gpu,params --top 10 -o scores.svg
    """
    from modelzoo.scoring.rank import rank as rank_
    from modelzoo.scoring.score_chart import figure

    ranking = rank_(_values(data), **options.fields(data))
    warn(ranking.warnings)
    _write(output, lambda: figure(ranking, top=top))


@app.command()
@with_options
def pareto(
    *,
    output: Output,
    by: FrontBy = "",
    where: Where = "",
    data: DataOptions,
) -> None:
    """Draw models by two criteria, with their Pareto front.

    The size of the marks shows a third criterion.

    Example: zoo plot pareto --by top5,gpu,params -o pareto.svg
    """
    from modelzoo.scoring.pareto.chart import figure
    from modelzoo.scoring.pareto.fronts import pareto as pareto_

    fronts = pareto_(_values(data), data.criteria(by), source=split(data.source), where=where or None)
    _write(output, lambda: figure(fronts))


@app.command()
@with_options
def robust(
    *,
    output: Output,
    options: RankOptions,
    weightings: WeightingOptions,
    top: int | None = _top("models (40 at most)", 20),
    data: DataOptions,
) -> None:
    """Draw the share (%) of weightings that give each rank.

    Example: zoo plot robust --order "top5 > gpu > params" -o ranks.svg
    """
    from modelzoo.sensitivity.heat_map import figure
    from modelzoo.sensitivity.robustness import robustness

    result = robustness(_values(data), rank_shares=True, **weightings.fields(), **options.fields(data))
    warn(result.warnings)
    _write(output, lambda: figure(result, top=top))


@app.command()
def curves(names: SomeRuns, *, output: Output, runs: Runs = None) -> None:
    """Draw loss and accuracy (%) of runs by epoch.

    Training is dashed, validation solid. A circle marks the epoch whose weights were tested. Names have what
    differs between the runs.

    Example: zoo plot curves lenet5-06301da5b3 lenet5-4646c5e98a -o curves.svg
    """
    from modelzoo.runs.curves_chart import figure

    found = [_run(name, runs).record for name in names]
    _write(output, lambda: figure(found))


@app.command()
def confusion(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN…",
            autocompletion=one_of(models, all_runs),
            help="A run; or two or more runs or models, as `zoo compare` takes them.",
        ),
    ],
    *,
    output: Output,
    dataset: RunDataset = "",
    hardware: Hardware = None,
    shipped: Shipped = False,
    data_dir: DataDir = None,
    runs: Runs = None,
) -> None:
    """Draw the confusion matrix of a run, or of several models.

    Cells are in percent of the images of the true class. For two models, a third chart has the difference. Up to 15
    classes have numbers in their cells. With more classes, the largest errors are named.

    Example: zoo plot confusion efficientnetb1 mobilenet -o confusion.svg
    """
    if len(names) == 1:
        from modelzoo.runs.confusion_chart import figure

        run = _run(names[0], runs)
        _write(output, lambda: figure(run))
        return
    from modelzoo.comparison.compare import compare
    from modelzoo.comparison.confusion_chart import figure as figure_of_several

    comparison = compare(
        names, runs=runs, dataset=dataset or None, hardware=hardware, shipped=shipped, data_dir=data_dir
    )
    warn(comparison.problems)
    if comparison.left_out:
        note(comparison.left_out)
    _write(output, lambda: figure_of_several(comparison))


@app.command()
def calibration(name: OneRun, *, output: Output, runs: Runs = None) -> None:
    """Draw accuracy (%) by predicted probability (%) of a run.

    Each point is a bin of equally many test images, with the 95 % interval of its accuracy.

    Example: zoo plot calibration lenet5-06301da5b3 -o calibration.svg
    """
    from modelzoo.diagnosis.diagnosis import diagnose
    from modelzoo.diagnosis.reliability_chart import figure

    diagnosis = diagnose(_run(name, runs))
    _write(output, lambda: figure(diagnosis))


@app.command()
def classes(name: OneRun, *, output: Output, top: int | None = _top("classes", 60), runs: Runs = None) -> None:
    """Draw accuracy (%) by class with 95 % intervals.

    The worst class is first.

    Example: zoo plot classes lenet5-06301da5b3 --top 20 -o classes.svg
    """
    from modelzoo.diagnosis.class_chart import figure
    from modelzoo.diagnosis.diagnosis import diagnose

    diagnosis = diagnose(_run(name, runs))
    warn(diagnosis.warnings)
    _write(output, lambda: figure(diagnosis, top=top))


@app.command()
def latency(names: SomeRuns, *, output: Output, runs: Runs = None) -> None:
    """Draw latency (ms) and images per second by batch size.

    The band is from p50 to p90. The roofline is the device's peak FLOP/s by the FLOPs of one image, where both are
    known.

    Example: zoo plot latency lenet5-06301da5b3 efficientnetb0-6374227c44 -o latency.svg
    """
    from modelzoo.timing.latency_chart import figure_of_runs

    found = [_run(name, runs).record for name in names]
    _write(output, lambda: figure_of_runs(found))


@app.command()
@with_options
def board(*, output: Output, options: BoardOptions) -> None:
    """Draw test accuracy (%) against latency (ms) of models.

    Each protocol has a chart. Bars are 95 % intervals of the accuracy, and latencies from p50 to p90.

    Example: zoo plot board --shipped -o board.svg
    """
    from modelzoo.board.chart import figure

    built = options.load()
    _write(output, lambda: figure(built))


@app.command()
def data(
    name: Annotated[
        str,
        typer.Argument(
            metavar="DATASET",
            autocompletion=one_of(datasets),
            help="emnist-balanced, glyphs (synthetic) …; or a path, as `zoo data show` takes it.",
        ),
    ],
    *,
    output: Output,
    top: int | None = _top("classes with images", 60),
    data_dir: DataDir = None,
    split: Split = "70/15/15",
    skip_broken: SkipBroken = False,
) -> None:
    """Draw example images, and the number of images, by class.

    Example: zoo plot data glyphs -o examples.png
    """
    from modelzoo.datasets.examples_chart import figure
    from modelzoo.datasets.load import load_dataset

    dataset = load_dataset(name, data_dir, split=split, skip_broken=skip_broken, report=note)
    _write(output, lambda: figure(dataset, top=top))


def _values(data: DataOptions) -> Any:
    values, notes = data.load()
    for message in notes:
        note(message)
    return values


def _write(output: Path, draw: "Callable[[], Figure]") -> None:
    from modelzoo.charts.save import plot as plot_figure

    plot_figure(draw, output)
    note(f"wrote {output}")


def _run(name: str, runs: Path | None) -> "Run":
    from modelzoo.runs.find import find_run

    return find_run(name, runs)

"""`zoo choose`."""

import shlex
import sys
from pathlib import Path
from typing import Any

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.complete import networks, one_of, profiles, recipes
from modelzoo.cli.options import DataDir, Dataset, PrintSlurm, Ray, SkipBroken, Source, Split, as_typed, with_options
from modelzoo.cli.options import split as parts_of
from modelzoo.cli.output import OutputOptions, problem
from modelzoo.cli.quantities import megabytes_of, milliseconds_of, price_of, seconds_of
from modelzoo.cli.rank_options import Where


@with_options
def choose(
    *,
    models: list[str] = typer.Argument(
        None,
        metavar="[MODEL]…",
        autocompletion=one_of(networks),
        help="Candidates, named as for `zoo bench`. Default: the --top best ranked models that can be built.",
    ),
    dataset: Dataset = "emnist-balanced",
    budget: Any = typer.Option(
        ..., metavar="<time>", parser=seconds_of, help="Time for measuring and training, as 90, 90s, 90m or 2h."
    ),
    max_latency: Any = typer.Option(
        None, metavar="<time>", parser=milliseconds_of, help="Drop candidates that are slower for one image: 5ms."
    ),
    max_size: Any = typer.Option(
        None, metavar="<size>", parser=megabytes_of, help="Drop candidates with larger saved weights: 20MB."
    ),
    by: str = typer.Option(
        "accuracy",
        help="Criteria of the choice as key[:weight], comma-separated: accuracy, latency, throughput, params, "
        "model_size, peak_memory, flops, epoch_s.",
    ),
    top: int | None = typer.Option(None, min=1, help="Take this number of candidates from the ranking. Default: 8."),
    profile: str = typer.Option(
        "",
        autocompletion=one_of(profiles),
        help="Profile of scoring/, or a TOML file, that ranks published models for --top. Default: slides.",
    ),
    source: Source = "",
    where: Where = "",
    recipe: str | None = typer.Option(
        None,
        autocompletion=one_of(recipes),
        help="Recipe of all candidates. Default: best; for few photos as for `zoo bench`.",
    ),
    changes: list[str] = typer.Option(
        [],
        "--set",
        metavar="KEY=VALUE",
        help="Change a field of the recipe; --set epochs=N is the last round. Repeatable.",
    ),
    price: Any = typer.Option(
        None, metavar="<price>", parser=price_of, help="Price of an hour on this machine, to state the cost: 2.5USD/h."
    ),
    alpha: float = typer.Option(
        0.05, help="Error probability of dropping equal candidates, over all rounds and candidates."
    ),
    seed: int = typer.Option(0, min=0, help="Seed of weights, order and dropout."),
    data_dir: DataDir = None,
    limit_train: int | None = typer.Option(
        None, min=1, help="Train on this number of images, of each class its share."
    ),
    split: Split = "70/15/15",
    skip_broken: SkipBroken = False,
    image_size: int | None = typer.Option(
        None, min=1, help="Height and width in pixels that the networks see. Default: the recipe's."
    ),
    workers: int = typer.Option(
        1, min=1, help="Trainings at a time, each with its own GPU, or its share of the cores."
    ),
    runs: Path | None = typer.Option(None, help="Folder of the runs. Default: ZOO_RUNS, or ./runs."),
    ray: Ray = None,
    print_slurm: PrintSlurm = False,
    dry_run: bool = typer.Option(False, "--dry-run", help="Stop after the bill: measure the candidates, train none."),
    output: OutputOptions,
) -> None:
    """Choose a network within a budget: measure candidates first, then train those that can still win.

    The bill comes before any training. It has latency, size and memory of each candidate, and the seconds of an epoch
    by a few real steps. Candidates over a hard limit are dropped. Then rounds double the epochs. Each round trains a
    whole schedule from new weights. A candidate is dropped that is significantly worse than the best one on the same
    validation images. The finalists alone see the test images, once. Three sentences say which network to use, how
    sure that is, and what was saved.

    The runs are ordinary runs. The folder of the choice keeps choice.json; `zoo board` shows it. Ctrl-C and a kill lose
    no training: the same command resumes, also with a larger budget. Budgets include the seconds of measuring.

    Example: zoo choose lenet5 mobilenet --dataset glyphs --recipe quick --budget 1h --dry-run
    """
    if models and any((top, profile, source, where)):
        raise typer.BadParameter(
            "--top, --profile, --source and --where choose candidates from the ranking; name models or give these "
            "(see zoo choose --help)"
        )
    if print_slurm and (dry_run or ray):
        raise typer.BadParameter(
            f"--print-slurm and {'--ray' if ray else '--dry-run'}: give one of them (see zoo choose --help)"
        )
    from modelzoo.benchmarking.options import BenchOptions
    from modelzoo.benchmarking.progress import RunProgress
    from modelzoo.racing.bill import require_affordable
    from modelzoo.racing.bill_table import bill_table
    from modelzoo.racing.choice_table import choice_table
    from modelzoo.racing.choose import make_choice
    from modelzoo.racing.options import ChooseOptions
    from modelzoo.racing.prepare import bill_of, race_script

    options = ChooseOptions(
        budget_s=budget,
        max_latency_ms=max_latency,
        max_size_mb=max_size,
        by=by,
        top=top or 8,
        profile=profile or "slides",
        source=parts_of(source),
        where=where or None,
        price=price,
        alpha=alpha,
        training=BenchOptions(
            recipe=recipe,
            set=tuple(changes),
            seed=seed,
            limit_train=limit_train,
            split=split,
            skip_broken=skip_broken,
            image_size=image_size,
            workers=workers,
            ray=ray,
            data_dir=data_dir,
            runs=runs,
        ),
    )
    if print_slurm:
        with RunProgress(as_typed) as progress:
            script = race_script(sys.argv[1:], models or (), dataset, options, progress)
        print(script, end="")
        return
    try:
        with RunProgress(as_typed) as progress:
            if dry_run:
                bill = bill_of(models or (), dataset, options, report=progress)
            else:
                choice = make_choice(
                    models or (), dataset, options, command=shlex.join(["zoo", *sys.argv[1:]]), report=progress
                )
    except KeyboardInterrupt:
        measuring = "while the candidates were measured; nothing was trained"
        problem(f"interrupted {measuring}" if dry_run else "interrupted; the same command resumes the race")
        raise typer.Exit(exit_codes.INTERRUPTED) from None
    if dry_run:
        output.emit(bill, table=lambda: bill_table(bill, output.width))
        require_affordable(bill)
    else:
        output.emit(choice, table=lambda: choice_table(choice, output.width))

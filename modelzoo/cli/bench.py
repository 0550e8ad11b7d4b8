"""`zoo bench`."""

import shlex
import sys
from pathlib import Path
from typing import Any

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.complete import criteria, networks, one_of, recipes, some_of, suites
from modelzoo.cli.options import DataDir, Dataset, PrintSlurm, Ray, SkipBroken, Split, as_typed
from modelzoo.cli.options import split as parts_of
from modelzoo.cli.output import emit_json, problem, say, show, warn
from modelzoo.cli.quantities import batch_size_of, batches_of, seconds_of


def bench(
    models: list[str] = typer.Argument(
        None,
        metavar="[MODEL]…",
        autocompletion=one_of(networks),
        help="Models of the catalog, as in `zoo list`; variants, such as shufflenetv2-x1-0; keras:NAME, any model of "
        "Keras Applications; or package.module:function, your own builder, also of a file in this folder.",
    ),
    top: int | None = typer.Option(None, min=1, help="Bench the N best ranked models that can be built instead."),
    by: str = typer.Option(
        "",
        autocompletion=some_of(criteria),
        help="Criteria that --top ranks by, as in `zoo rank`. Default: the slides' profile.",
    ),
    suite: str | None = typer.Option(
        None,
        autocompletion=one_of(suites),
        help="Suite of benchmarks/suites, or a TOML file: its models, each with its own recipe, instead.",
    ),
    allow_code: bool = typer.Option(
        False,
        "--allow-code",
        help="Import the builders, package.module:function, that the suite names: runs their code.",
    ),
    dataset: Dataset = "emnist-balanced",
    data_dir: DataDir = None,
    recipe: str | None = typer.Option(
        None,
        autocompletion=one_of(recipes),
        help="Recipe of benchmarks/recipes, or a TOML file. Default: the one named like the model, or default. For "
        "fewer than 5,000 photos: finetune, where Keras' cache has ImageNet's weights, else photos.",
    ),
    changes: list[str] = typer.Option(
        [],
        "--set",
        metavar="KEY=VALUE",
        help="Change a field of the recipe, as --set optimizer.learning_rate=3e-4 --set input.mode=resize; repeatable.",
    ),
    weights: str | None = typer.Option(
        None,
        help="Initial weights: imagenet, for a model of Keras Applications, or a .weights.h5 file; as --set weights=…",
    ),
    epochs: int | None = typer.Option(None, min=1, help="The most epochs to train. Default: the recipe's."),
    batch_size: Any = typer.Option(
        None,
        metavar="<int|auto>",
        parser=batch_size_of,
        help="Images in one step; auto tries which power of two, 1024 at most, is the largest that fits into memory "
        "(on a CPU into half of it). Default: the recipe's.",
    ),
    seed: int = typer.Option(0, min=0, help="Seed of weights, order and dropout."),
    seeds: int = typer.Option(1, min=1, help="Runs of each model, with --seed and the seeds that follow it."),
    time_limit: Any = typer.Option(
        None,
        metavar="<time>",
        parser=seconds_of,
        help="End a run that takes longer, as 90, 90s, 90m or 2h; the same command resumes it. Default: none.",
    ),
    limit_train: int | None = typer.Option(
        None, min=1, help="Train on this number of images, of each class its share."
    ),
    split: Split = "70/15/15",
    skip_broken: SkipBroken = False,
    image_size: int | None = typer.Option(
        None,
        min=1,
        help="Height and width in pixels that the network sees. Default: the recipe's; by most, 32 for small images, "
        "else the network's published size, 224 at most.",
    ),
    latency_batch: Any = typer.Option(
        None,
        metavar="<int,…>",
        parser=batches_of,
        help="Numbers of images in a call whose latency is measured. Default: 1,8,32,128; ranks "
        "count the latency of 1 image and the throughput of 32. A finished run is measured at the batches it lacks.",
    ),
    no_latency: bool = typer.Option(
        False,
        "--no-latency",
        help="Measure no latency; ranks that count it, as the default ones do, leave the run out. The same command "
        "without --no-latency adds it, without training.",
    ),
    no_test: bool = typer.Option(
        False,
        "--no-test",
        help="Leave the test split unused, as while you compare recipes on validation images; no rank counts the run. "
        "The same command without --no-test adds the test result, without training.",
    ),
    workers: int = typer.Option(
        1,
        min=1,
        help="Runs at a time, each with its own GPU, or its share of the cores. Their latency is measured after all "
        "trainings, one run at a time.",
    ),
    runs: Path | None = typer.Option(None, help="Folder of the runs. Default: ZOO_RUNS, or ./runs."),
    ray: Ray = None,
    print_slurm: PrintSlurm = False,
    as_json: bool = typer.Option(False, "--json", help="Print the records as JSON instead of sentences."),
) -> None:
    """Train models, test them once, measure their latency, and keep the record.

    A finished run is shown, and gets the test result and the latency that it lacks. A partial run resumes from its
    checkpoint. A kill loses the epoch under way and, where epochs are shorter, at most those of the last 20 seconds.
    Ctrl-C loses no whole epoch: it waits for the step under way, or for the end of a short epoch. SIGTERM does the
    same. Each of several runs has a process: one that crashes, runs out of memory or exceeds --time-limit fails alone.
    Times are in seconds and milliseconds, accuracies in percent. Exit code 3: some of the runs failed, the others are
    kept.

    After a suite, a table shows the measured values with the values that the slides print of the same trainings.

    Example: zoo bench efficientnetb1 --dataset glyphs --recipe quick
    """
    if [bool(models), top is not None, suite is not None].count(True) != 1:
        raise typer.BadParameter("name models, or give --top N, or --suite NAME: one of these (see zoo bench --help)")
    if by and top is None:
        raise typer.BadParameter(
            "--by is what --top ranks by; give --top N too, or leave it out (see zoo bench --help)"
        )
    if suite is not None and recipe is not None:
        raise typer.BadParameter("--recipe and --suite: a suite has its own recipes (see zoo bench --help)")
    if print_slurm and (as_json or ray):
        raise typer.BadParameter(
            f"--print-slurm and {'--ray' if ray else '--json'}: give one of them (see zoo bench --help)"
        )
    if no_latency and latency_batch:
        raise typer.BadParameter("--latency-batch and --no-latency: give one of them (see zoo bench --help)")
    from modelzoo.benchmarking.bench import bench_all, named_models
    from modelzoo.benchmarking.options import BenchOptions
    from modelzoo.benchmarking.progress import RunProgress
    from modelzoo.benchmarking.slurm import bench_script
    from modelzoo.benchmarking.suite import bench_suite, suite_models
    from modelzoo.benchmarking.summary import summarize
    from modelzoo.board.impact import after_runs
    from modelzoo.board.suite_table import suite_table
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.runs.run import Run, load_runs
    from modelzoo.runs.store import runs_folder
    from modelzoo.timing.measure import BATCHES

    options = BenchOptions(
        recipe=recipe,
        set=tuple(changes),
        weights=weights,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        seeds=seeds,
        time_limit_s=time_limit,
        limit_train=limit_train,
        split=split,
        skip_broken=skip_broken,
        image_size=image_size,
        latency_batches=() if no_latency else latency_batch or BATCHES,
        test=not no_test,
        workers=workers,
        ray=ray,
        data_dir=data_dir,
        runs=runs,
    )
    if print_slurm:
        with RunProgress(as_typed) as progress:
            if suite is None:
                named = named_models(models or (), options, top=top, by=parts_of(by), report=progress)
            else:
                _, named = suite_models(suite, allow_code=allow_code)
        print(bench_script(sys.argv[1:], named, dataset, options), end="")
        return
    command = shlex.join(["zoo", *sys.argv[1:]])
    try:
        with RunProgress(as_typed) as progress:
            if suite is None:
                benched_suite = None
                result = bench_all(
                    models or (), dataset, options, top=top, by=parts_of(by), command=command, report=progress
                )
            else:
                benched_suite = bench_suite(
                    suite, dataset, options, allow_code=allow_code, command=command, report=progress
                )
                result = benched_suite.benched
    except KeyboardInterrupt:
        problem("interrupted; the same command resumes from the last checkpoint, if there is one")
        raise typer.Exit(exit_codes.INTERRUPTED) from None
    if as_json:
        emit_json(result.records)
    else:
        loaded, problems = load_runs(runs)
        warn(problems)
        made = [Run(record, runs_folder(runs) / record.id, "local") for record in result.records]
        for run, impact in zip(made, after_runs(made, loaded, load_catalog()), strict=True):
            say((*summarize(run.record, runs), f"  leaderboard    {impact}"))
        if benched_suite is not None:
            say([""])
            show(suite_table(benched_suite))
    warn(result.problems)
    if result.failed:
        raise typer.Exit(exit_codes.SOME_RUNS_FAILED)

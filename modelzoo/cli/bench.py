"""`zoo bench`."""

import sys
from pathlib import Path
from typing import Any

import typer

from modelzoo.cli.options import split
from modelzoo.cli.output import emit_json, show, warn
from modelzoo.cli.quantities import batch_size_of, batches_of, seconds_of
from modelzoo.machine.native_stderr import suppress_native_stderr

app = typer.Typer(add_completion=False, rich_markup_mode=None)

FAILED = 3
INTERRUPTED = 130


@app.command()
def bench(
    models: list[str] = typer.Argument(
        None,
        metavar="[MODEL]…",
        help="Models of the catalog, as in `zoo list`; variants, such as shufflenetv2-x1-0; keras:NAME, any model of "
        "Keras Applications; or package.module:function, a builder of your own.",
    ),
    top: int | None = typer.Option(None, min=1, help="Bench the N best ranked models that can be built instead."),
    by: str = typer.Option("", help="Criteria that --top ranks by, as in `zoo rank`. Default: the slides' profile."),
    suite: str | None = typer.Option(
        None, help="Suite of benchmarks/suites, or a TOML file: its models, each with its own recipe, instead."
    ),
    dataset: str = typer.Option(
        "emnist-balanced",
        help="Data set: emnist-balanced, glyphs (synthetic) … or the name of a folder in the data folder.",
    ),
    data_dir: Path | None = typer.Option(None, help="Folder of the data sets. Default: ZOO_DATA, or the user cache."),
    recipe: str | None = typer.Option(
        None, help="Recipe of benchmarks/recipes, or a TOML file. Default: the one named like the model, or default."
    ),
    epochs: int | None = typer.Option(None, min=1, help="Train at most so many epochs. Default: the recipe's."),
    batch_size: Any = typer.Option(
        None,
        metavar="<int|auto>",
        parser=batch_size_of,
        help="Images in one step; auto tries which power of two, 1024 at most, is the largest that fits into memory "
        "(on a CPU into half of it). Default: the recipe's.",
    ),
    seed: int = typer.Option(0, min=0, help="Seed of weights, order and dropout."),
    seeds: int = typer.Option(1, min=1, help="Train each model so often, with --seed and the seeds that follow it."),
    time_limit: Any = typer.Option(
        None,
        metavar="<time>",
        parser=seconds_of,
        help="End a run that takes longer, as 90, 90s, 90m or 2h; the same command goes on with it. Default: none.",
    ),
    limit_train: int | None = typer.Option(
        None, min=1, help="Train on so many images only, from each class its share."
    ),
    image_size: int | None = typer.Option(
        None, min=1, help="Height and width in pixels that the network sees. Default: the recipe's, 32."
    ),
    latency_batch: Any = typer.Option(
        None,
        metavar="<int,…>",
        parser=batches_of,
        help="Numbers of images in a call whose latency is measured. Default: 1,8,32,128; ranks "
        "count the latency of 1 image and the throughput of 32. A finished run is not measured again.",
    ),
    no_latency: bool = typer.Option(
        False,
        "--no-latency",
        help="Measure none; the run is then in no rank that counts latency, as the default ones do.",
    ),
    runs: Path | None = typer.Option(None, help="Folder of the runs. Default: ZOO_RUNS, or ./runs."),
    as_json: bool = typer.Option(False, "--json", help="Print the records as JSON instead of sentences."),
) -> None:
    """Train models, test them once, measure their latency, and keep the record.

    A run that was finished before is shown, one that was interrupted resumes from its checkpoint. A kill loses the
    epoch under way and, where epochs are shorter, at most those of the last 20 seconds. Ctrl-C loses no whole epoch: it
    waits for the step under way, or to the end of a short epoch, which is then saved. Several runs have each a process
    of its own: one that crashes, runs out of memory or hangs past --time-limit fails alone. Times are in seconds and
    milliseconds, accuracies in percent. Exit code 3: some of the runs failed, the others are kept.

    After a suite, a table shows what the slides print of the same trainings beside what was measured.

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
    if no_latency and latency_batch:
        raise typer.BadParameter("--latency-batch and --no-latency: give one of them (see zoo bench --help)")
    chosen = tuple(models or ())
    with suppress_native_stderr():
        from modelzoo.machine.requirements import require_bench_extra

        require_bench_extra()
    from modelzoo.benchmarking.bench import bench_all
    from modelzoo.benchmarking.run_spec import Settings
    from modelzoo.benchmarking.suite import bench_suite
    from modelzoo.benchmarking.summary import summarize
    from modelzoo.board.impact import after_run
    from modelzoo.board.suite_table import suite_table
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.cli.progress import RunProgress
    from modelzoo.runs.collect import gather
    from modelzoo.runs.store import runs_folder
    from modelzoo.timing.measure import BATCHES

    settings = Settings(recipe, epochs, batch_size, seed, limit_train, image_size)
    try:
        with RunProgress() as progress:
            given: dict[str, Any] = {
                "seeds": seeds,
                "time_limit_s": time_limit,
                "latency_batches": () if no_latency else latency_batch or BATCHES,
                "data_dir": data_dir,
                "runs": runs,
                "report": progress,
            }
            of_suite = None if suite is None else bench_suite(suite, dataset, settings, **given)
            if of_suite is not None:
                benched = of_suite.benched
            else:
                benched = bench_all(chosen, dataset, settings, top=top, by=split(by), **given)
    except KeyboardInterrupt:
        print("zoo: interrupted; the same command resumes from the last checkpoint, if there is one", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    if as_json:
        emit_json(benched.records)
    else:
        gathered = gather(runs_folder(runs))
        for record in benched.records:
            print("\n".join(summarize(record, runs)))
            print(f"  leaderboard    {after_run(record, (*gathered.local, *gathered.shipped), load_catalog())}")
        if of_suite is not None:
            print()
            show(suite_table(of_suite))
    warn(benched.faults)
    if benched.failed:
        raise typer.Exit(FAILED)

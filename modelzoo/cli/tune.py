"""`zoo tune`."""

import shlex
import sys
from pathlib import Path
from typing import Any

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.complete import networks, one_of, recipes, spaces
from modelzoo.cli.options import DataDir, Dataset, SkipBroken, Split, as_typed
from modelzoo.cli.output import emit_json, note, problem, say, show
from modelzoo.cli.quantities import seconds_of


def tune(
    model: str = typer.Argument(
        metavar="MODEL",
        autocompletion=one_of(networks),
        help="Model of the catalog, a variant, keras:NAME, or package.module:function, as for `zoo bench`.",
    ),
    budget: Any = typer.Option(
        ...,
        metavar="<time>",
        parser=seconds_of,
        help="Time for all trainings, as 90m or 2h, also for those before an interruption.",
    ),
    space: str = typer.Option(
        "default",
        autocompletion=one_of(spaces),
        help="Space of benchmarks/spaces, or a TOML file: each lever, a field of the recipe, with its values.",
    ),
    dataset: Dataset = "emnist-balanced",
    data_dir: DataDir = None,
    recipe: str | None = typer.Option(
        None,
        autocompletion=one_of(recipes),
        help="Base recipe of benchmarks/recipes, or a TOML file. Default: the one of `zoo bench`.",
    ),
    changes: list[str] = typer.Option(
        [], "--set", metavar="KEY=VALUE", help="Change a field of the base recipe, as for `zoo bench`; repeatable."
    ),
    seed: int = typer.Option(0, min=0, help="Seed of the search and of its trainings."),
    seeds: int = typer.Option(3, min=2, help="Fresh seeds that compare the best recipe with the base recipe."),
    alpha: float = typer.Option(0.05, help="Level of the tests that drop trials, together, and of the comparison."),
    limit_train: int | None = typer.Option(
        None, min=1, help="Train on this number of images, of each class its share."
    ),
    split: Split = "70/15/15",
    skip_broken: SkipBroken = False,
    output: Path | None = typer.Option(
        None,
        "--output",
        "-o",
        help="Recipe file to write. Default: MODEL-tuned.toml. Only a file of zoo tune is replaced.",
    ),
    runs: Path | None = typer.Option(None, help="Folder of the runs. Default: ZOO_RUNS, or ./runs."),
    as_json: bool = typer.Option(False, "--json", help="Print the whole result as JSON, full precision."),
) -> None:
    """Find a better recipe for a model on a budget, and write it as a file for `zoo bench --recipe`.

    Optuna proposes values of the levers. Short complete schedules come first, judged on validation images. A trial that
    is significantly worse than the best is dropped (McNemar's test); the others get twice the epochs. At the end fresh
    seeds compare the best recipe with the base recipe. The effect of each lever is measured too. At most a third of the
    budget is reserved for both. Test images are not used. A killed search loses nothing: the same command continues it.

    Example: zoo tune lenet5 --budget 10m --dataset glyphs --recipe quick
    """
    from modelzoo.benchmarking.progress import RunProgress
    from modelzoo.tuning.tune import tune as search

    try:
        with RunProgress(as_typed) as progress:
            result = search(
                model,
                budget,
                space=space,
                dataset=dataset,
                recipe=recipe,
                set=changes,
                seed=seed,
                seeds=seeds,
                alpha=alpha,
                limit_train=limit_train,
                split=split,
                skip_broken=skip_broken,
                data_dir=data_dir,
                runs=runs,
                output=output,
                command=shlex.join(["zoo", *sys.argv[1:]]),
                report=progress,
            )
    except KeyboardInterrupt:
        problem("interrupted; the same command continues")
        raise typer.Exit(exit_codes.INTERRUPTED) from None
    if as_json:
        emit_json(result)
    else:
        for table in result.tables():
            show(table)
            say([""])
        say(result.sentences())
    note(f"wrote {result.file}")

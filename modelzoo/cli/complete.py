"""Names that the shell completes: models, recipes, data sets, runs, criteria and the names of content files.

Each function takes the options before the word, so that `--runs FOLDER` and `--catalog FILE` count. A folder or a file
that cannot be read has no names: the shell has no place for an error.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain
from typing import Any

import typer

from modelzoo.base import paths
from modelzoo.errors import ZooError

Options = dict[str, Any]
Names = Callable[[Options], Iterable[str]]


def models(options: Options) -> Iterable[str]:
    """Return the models of the catalog."""
    from modelzoo.catalog.catalog import load_catalog

    return load_catalog(options.get("catalog")).models


def networks(options: Options) -> Iterable[str]:
    """Return the models and the variants that can be built."""
    from modelzoo.architectures.registry import REGISTRY

    return {**dict.fromkeys(models(options)), **dict.fromkeys(REGISTRY)}


def local_runs(options: Options) -> Iterable[str]:
    """Return the ids and the labels of the local runs."""
    from modelzoo.runs.label import read_label
    from modelzoo.runs.store import runs_folder

    folder = runs_folder(options.get("runs"))
    for run in sorted(folder.iterdir()) if folder.is_dir() else ():
        if run.is_dir() and not run.name.startswith("."):
            yield run.name.removesuffix(".partial")
            with suppress(ZooError):  # a damaged label
                if label := read_label(run):
                    yield label


def runs(options: Options) -> Iterable[str]:
    """Return the local runs, and the shipped ones."""
    shipped = paths.BENCHMARKS / "results"
    return chain(local_runs(options), sorted(path.name for path in shipped.iterdir() if path.is_dir()))


def datasets(options: Options) -> Iterable[str]:
    """Return the data sets in the data folder, and the embedded one."""
    from modelzoo.datasets.load import available

    return available(options.get("data_dir"))


def measured_datasets(options: Options) -> Iterable[str]:
    """Return the data sets of the runs."""
    from modelzoo.runs.run import load_runs

    return {run.record.dataset.name: None for run in load_runs(options.get("runs"))[0]}


def emnist_names(_: Options) -> Iterable[str]:
    """Return the names that `zoo data get` takes."""
    from modelzoo.datasets.emnist import names

    return ["emnist", *names()]


def sources(options: Options) -> Iterable[str]:
    """Return the sources of the catalog."""
    from modelzoo.catalog.catalog import load_catalog

    return load_catalog(options.get("catalog")).sources


def criteria(options: Options) -> Iterable[str]:
    """Return the published criteria, or with --measured the measured ones."""
    from modelzoo.catalog.criteria import MEASURED, PUBLISHED

    return [criterion.key for criterion in (MEASURED if options.get("measured") else PUBLISHED)]


def recipes(_: Options) -> Iterable[str]:
    """Return the recipes of the project."""
    return paths.toml_names(paths.BENCHMARKS / "recipes")


def suites(_: Options) -> Iterable[str]:
    """Return the suites of the project."""
    return paths.toml_names(paths.BENCHMARKS / "suites")


def spaces(_: Options) -> Iterable[str]:
    """Return the spaces of the project."""
    return paths.toml_names(paths.BENCHMARKS / "spaces")


def profiles(_: Options) -> Iterable[str]:
    """Return the profiles of the project."""
    return paths.toml_names(paths.SCORING)


def normalizations(_: Options) -> Iterable[str]:
    """Return the normalizations of a ranking."""
    from modelzoo.scoring.normalize import METHODS

    return METHODS


def weightings(_: Options) -> Iterable[str]:
    """Return the ways to weight the criteria."""
    from modelzoo.scoring.weights import METHODS

    return METHODS


def methods(_: Options) -> Iterable[str]:
    """Return the methods of a ranking."""
    from modelzoo.scoring.aggregate import METHODS

    return METHODS


def one_of(*kinds: Names) -> Callable[[typer.Context], list[str]]:
    """Return the completion of one name of these kinds."""

    def complete(context: typer.Context) -> list[str]:
        return [name for kind in kinds for name in _read(kind, context)]

    return complete


def some_of(kind: Names) -> Callable[[typer.Context, str], list[str]]:
    """Return the completion of the last name of a comma-separated list."""

    def complete(context: typer.Context, incomplete: str) -> list[str]:
        first = incomplete[: incomplete.rfind(",") + 1]
        return [first + name for name in _read(kind, context)]

    return complete


def _read(kind: Names, context: typer.Context) -> list[str]:
    try:
        return list(kind(context.params))
    except (ZooError, OSError):
        return []

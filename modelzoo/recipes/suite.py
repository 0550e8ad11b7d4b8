"""Suites: named lists of models and recipes for benchmarks on one data set, read from TOML."""

from pathlib import Path
from typing import Annotated, Any

import msgspec

from modelzoo.base import paths
from modelzoo.base.toml import read_struct
from modelzoo.catalog.trainings import printed_training
from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe, recipe_names

Number = Annotated[float, msgspec.Meta(ge=0)]
Row = Annotated[int, msgspec.Meta(ge=1)]


class SuiteRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model with one recipe, and the slides' values of its training.

    Attributes
    ----------
    model : a name for `zoo bench`
    recipe : a name in ``benchmarks/recipes``; by default the recipe named like the model, or default
    slides : the row in the deck's table of trainings, in place of the printed values
    test_accuracy_pct, test_loss, seconds_per_epoch, epochs : the printed values
    """

    model: str
    recipe: str | None = None
    slides: Row | None = None
    test_accuracy_pct: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    test_loss: Number | None = None
    seconds_per_epoch: Number | None = None
    epochs: Row | None = None


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Runs for one comparison."""

    title: str
    description: str = ""
    runs: Annotated[tuple[SuiteRun, ...], msgspec.Meta(min_length=1)]


def load_suite(name: str | Path) -> Suite:
    """Return the suite of that name in ``benchmarks/suites``, or the one in your own TOML file.

    Raises
    ------
    ZooError
        If there is none, or a field, a recipe or a row of the slides is wrong. The error names file and run.
    """
    path = paths.find_toml("suite", str(name), paths.BENCHMARKS / "suites")
    suite = read_struct(path, Suite, see="benchmarks/suites has examples")
    runs = []
    for index, run in enumerate(suite.runs):
        try:
            runs.append(_resolved(run, path))
        except ZooError as error:
            raise ZooError(f"{paths.shown(path)}: runs[{index}]: {error}") from None
    return msgspec.structs.replace(suite, runs=tuple(runs))


def suite_names() -> list[str]:
    """Return the names of the suites that come with the project."""
    return paths.toml_names(paths.BENCHMARKS / "suites")


def _resolved(run: SuiteRun, path: Path) -> SuiteRun:
    """Return the run with the path of a recipe near the suites, and with the values of its row."""
    changes: dict[str, Any] = {}
    if run.recipe is not None:
        near = path.parent.parent / "recipes" / f"{run.recipe}.toml"
        if run.recipe not in recipe_names() and paths.is_file(near):
            changes["recipe"] = str(near)
        elif run.recipe.endswith(".toml"):
            changes["recipe"] = str(path.parent / paths.expanded(run.recipe))
        load_recipe(changes.get("recipe", run.recipe))
    if run.slides is not None:
        for name in ("test_accuracy_pct", "test_loss", "seconds_per_epoch", "epochs"):
            if getattr(run, name) is not None:
                raise ZooError(f"{name} and slides = {run.slides} are both given; give the row or the values")
        row = printed_training(run.slides)
        changes |= {"test_accuracy_pct": row.test_accuracy, "test_loss": row.test_loss}
        changes |= {"seconds_per_epoch": row.seconds_per_epoch, "epochs": row.epochs}
    return msgspec.structs.replace(run, **changes)

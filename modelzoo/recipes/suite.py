"""Suites: named lists of models and recipes, to be benched on one data set, read from TOML, every field checked."""

from pathlib import Path
from typing import Annotated, Any

import msgspec

from modelzoo.base import paths
from modelzoo.base.toml import read_struct
from modelzoo.catalog.trainings import printed_training
from modelzoo.errors import ZooError, unknown
from modelzoo.recipes.load import load_recipe, recipe_names

Number = Annotated[float, msgspec.Meta(ge=0)]
Row = Annotated[int, msgspec.Meta(ge=1)]


class SuiteRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model with one recipe, and what the slides print of its training.

    Attributes
    ----------
    model : as `zoo bench` takes it
    recipe : in ``benchmarks/recipes``; left out, the one named like the model, or default
    slides : the row of the deck's table of trainings, or else the figures themselves:
    test_accuracy_pct, test_loss, seconds_per_epoch, epochs : as printed
    """

    model: str
    recipe: str | None = None
    slides: Row | None = None
    test_accuracy_pct: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    test_loss: Number | None = None
    seconds_per_epoch: Number | None = None
    epochs: Row | None = None


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Runs that belong together."""

    title: str
    description: str = ""
    runs: Annotated[tuple[SuiteRun, ...], msgspec.Meta(min_length=1)]


def load_suite(name: str | Path) -> Suite:
    """The suite of that name in ``benchmarks/suites``, or the one in a TOML file of one's own.

    Raises
    ------
    ZooError
        If there is none, or a field, a recipe or a row of the slides is wrong; it names the file and the run.
    """
    path = _find(str(name))
    suite = read_struct(path, Suite, see="benchmarks/suites has examples")
    runs = []
    for index, run in enumerate(suite.runs):
        try:
            runs.append(_resolved(run, path))
        except ZooError as error:
            raise ZooError(f"{paths.shown(path)}: runs[{index}]: {error}") from None
    return msgspec.structs.replace(suite, runs=tuple(runs))


def suite_names() -> list[str]:
    """The suites that come with the project."""
    return sorted(path.stem for path in (paths.BENCHMARKS / "suites").glob("*.toml"))


def _resolved(run: SuiteRun, path: Path) -> SuiteRun:
    """The run with a recipe that can be read, beside the suites if there, and with the figures of its row."""
    changes: dict[str, Any] = {}
    if run.recipe is not None:
        near = path.parent.parent / "recipes" / f"{run.recipe}.toml"
        if run.recipe not in recipe_names() and near.is_file():
            changes["recipe"] = str(near)
        elif run.recipe.endswith(".toml"):
            changes["recipe"] = str(path.parent / run.recipe)
        load_recipe(changes.get("recipe", run.recipe))
    if run.slides is not None:
        figures = ("test_accuracy_pct", "test_loss", "seconds_per_epoch", "epochs")
        if given := [name for name in figures if getattr(run, name) is not None]:
            raise ZooError(f"{given[0]} stands beside slides = {run.slides}; give the row or the figures")
        row = printed_training(run.slides)
        changes |= {"test_accuracy_pct": row.test_accuracy, "test_loss": row.test_loss}
        changes |= {"seconds_per_epoch": row.seconds_per_epoch, "epochs": row.epochs}
    return msgspec.structs.replace(run, **changes)


def _find(name: str) -> Path:
    path = Path(name) if name.endswith(".toml") else paths.BENCHMARKS / "suites" / f"{name}.toml"
    if path.is_file():
        return path
    if name.endswith(".toml"):
        raise ZooError(f"no suite at {name}; expected a TOML file, or one of {', '.join(suite_names())}")
    raise unknown("suite", name, suite_names())

"""The recipe file of a search: the fields in which the winner differs, and what was tried in words."""

import os
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import read_text
from modelzoo.base.text import plural
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import IMAGENET, Recipe
from modelzoo.tuning.effects import Effect
from modelzoo.tuning.fields import as_toml, differences
from modelzoo.tuning.result import TuneResult

_MARK = "# Written by `zoo tune`, which replaces it.\n"
_WIDTH = 118


def recipe_path(output: str | Path | None, slug: str) -> Path:
    """Return the file to write, by default ``SLUG-tuned.toml`` in the current folder.

    Raises
    ------
    ZooError
        If its folder is missing, its name has another suffix, or `tune` did not write the file that is there.
    """
    path = Path(f"{slug}-tuned.toml") if output is None else paths.expanded(output)
    if path.suffix != ".toml":
        raise ZooError(f"cannot write {paths.shown(path)}: a recipe is a TOML file; name one that ends with .toml")
    if not path.parent.is_dir():
        raise ZooError(f"cannot write {paths.shown(path)}: its folder does not exist; make it, or name another file")
    if path.exists() and not read_text(path).startswith(_MARK):
        raise ZooError(f"{paths.shown(path)} exists, and `zoo tune` did not write it; name another file by `output`")
    return path


def write_recipe(path: Path, result: TuneResult, base: str | Path, file: Recipe) -> None:
    """Write the winner as a recipe that extends the base recipe.

    Parameters
    ----------
    base, file : name or path of the base recipe, and its fields
    """
    fields = {"title": f"{result.title}, tuned on {result.dataset}"}
    lines = [f"{key} = {as_toml(value)}" for key, value in fields.items()]
    description = "\n".join(_described(result)).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    lines += [f'description = """\n{description}\n"""', f"extends = {as_toml(_extended(base, path))}", ""]
    lines += [f"{key} = {as_toml(_portable(key, value))}" for key, value in differences(file, result.recipe).items()]
    write_atomically(path, _MARK + "\n".join(lines).rstrip() + "\n")


def _extended(base: str | Path, path: Path) -> str:
    """Return the base as the file names it: a file by its path from there."""
    if not str(base).endswith(".toml"):
        return str(base)
    return Path(os.path.relpath(paths.expanded(base).absolute(), path.absolute().parent)).as_posix()


def _portable(key: str, value: Any) -> Any:
    """Return the value of a field; a weights file by its full path."""
    return str(Path(value).absolute()) if key == "weights" and value != IMAGENET else value


def _described(result: TuneResult) -> Iterator[str]:
    """Yield the lines of the description."""
    for sentence in result.sentences():
        yield from wrap(sentence, _WIDTH, break_long_words=False, break_on_hyphens=False)
    images = f"{result.train_images:,} training and {result.validation_images:,} validation images"
    yield f"Data: {result.dataset}, {images}. Space: {result.space}."
    yield ""
    yield f"Points of validation accuracy with {100 * (1 - result.alpha):g} % intervals, for each lever:"
    for effect in result.effects:
        yield f"  {effect.lever}: {_effect(effect)}"
    yield from (f"  {note}" for note in result.notes)


def _effect(effect: Effect) -> str:
    value = f"{effect.base} → {effect.winner}" if effect.winner != effect.base else f"{effect.base} stays"
    tried = f"tried {'; '.join(effect.tried)}" if len(effect.tried) > 1 else plural(len(effect.tried), "value")
    if effect.points is None:
        return f"{value}; {effect.evidence} ({tried})"
    numbers = f"{effect.points:+.2f} ({effect.low:+.2f} to {effect.high:+.2f})"
    of = "" if effect.winner != effect.base else " of other values"
    return f"{value}, {numbers}{of}; {effect.evidence} ({tried})"

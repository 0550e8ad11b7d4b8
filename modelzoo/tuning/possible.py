"""Levers that a network can take: each value is tried on the base recipe before the search."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields

from msgspec.structs import replace

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.changes import Changes
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.errors import ZooError
from modelzoo.recipes.checks import require_compatible
from modelzoo.recipes.recipe import Recipe
from modelzoo.tuning.fields import ABSENT, NAMES, changed, names_with, shown, value_of
from modelzoo.tuning.space import Lever, Range, with_base

# The fields of a recipe that change the network.
_CHANGES = tuple(field.name for field in fields(Changes))


def possible_levers(
    levers: Iterable[Lever], base: Recipe, spec: RunSpec, image_shape: Sequence[int]
) -> tuple[list[Lever], list[str]]:
    """Return the levers with the values that the network can take, and a note on each value that it cannot.

    The base recipe's value is one of the choices. A lever without another value is left out.

    Parameters
    ----------
    image_shape : of one image, as stored

    Raises
    ------
    ZooError
        If no lever is left.
    """
    levers = list(levers)
    keys = {lever.key for lever in levers}
    possible, notes = [], []
    for lever in levers:
        given = with_base(lever, base)
        if reason := _left_out(given, base, spec, keys):
            notes.append(f"{lever.key} is left out: {reason}")
            continue
        kept, problems = _tried(given, base, lambda recipe: _require_trainable(recipe, base, spec, image_shape))
        if isinstance(kept, Range) or len(kept) > 1:
            possible.append(replace(given, values=kept))
            notes += [f"{lever.key} is not tried with {value}: {problem}" for value, problem in problems.items()]
        else:
            reasons = [*problems.values(), "its one value is that of the base recipe"]
            notes.append(f"{lever.key} is left out: {reasons[0]}")
    if not possible:
        raise ZooError(f"no lever of the space is left for {spec.title}: {'; '.join(notes)}")
    return possible, notes


def _left_out(lever: Lever, base: Recipe, spec: RunSpec, keys: set[str]) -> str:
    """Return why the whole lever is left out; empty if it is not."""
    table, _, name = lever.key.partition(".")
    if table in NAMES and value_of(base, lever.key) is ABSENT and f"{table}.name" not in keys:
        kinds = " or ".join(names_with(table, name))
        return f"the {table} of the base recipe, {shown('', value_of(base, f'{table}.name'))}, is not {kinds}"
    if table in _CHANGES and find_builder(spec.model.build).imported:
        return f"{spec.title} is your own builder, whose network is built in the process of its run"
    return ""


def _tried(
    lever: Lever, base: Recipe, require: Callable[[Recipe], None]
) -> tuple[Range | tuple[object, ...], dict[str, str]]:
    """Return the values that the base recipe and its network take, and the problem of each other one."""
    values, problems = lever.values, dict[str, str]()
    kept = []
    for value in (values.low, values.high) if isinstance(values, Range) else values:
        try:
            require(changed(base, {lever.key: value}))
            kept.append(value)
        except ZooError as error:
            problems[shown(lever.key, value)] = str(error)
    if isinstance(values, Range):
        return (() if problems else values), problems
    return tuple(kept), problems


def _require_trainable(recipe: Recipe, base: Recipe, spec: RunSpec, image_shape: Sequence[int]) -> None:
    """Raise a ZooError where the network cannot be trained so; a change of the network is tried by building it."""
    import keras

    from modelzoo.training.network import whole_network

    require_compatible(spec.model, spec.variant, recipe)
    if recipe.changes != base.changes:
        keras.utils.clear_session(free_memory=True)
        whole_network(
            find_builder(spec.model.build),
            replace(recipe, input=spec.recipe.input, precision=spec.recipe.precision),
            image_shape=tuple(image_shape),
            classes=spec.dataset.classes,
        )

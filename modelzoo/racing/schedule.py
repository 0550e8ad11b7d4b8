"""The schedule of a race: the epochs of each round, and the run of a candidate in a round."""

import math
from collections.abc import Iterable
from dataclasses import replace

import msgspec

from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.errors import ZooError
from modelzoo.recipes.checks import require_consistent

# The least optimizer steps of the first round, unless all rounds have fewer. The statistics of batch normalization need
# several hundred. After 157 steps on emnist47, MobileNet had 39 % and LeNet-5 had 64 %.
LEAST_STEPS = 500


def rounds(full_epochs: int, least_epochs: int) -> tuple[int, ...]:
    """Return the epochs of each round: `full_epochs` in the last, half of them, rounded up, in the round before.

    No round has fewer than `least_epochs`, except a single one.
    """
    epochs = [full_epochs]
    while epochs[-1] > 1 and (half := math.ceil(epochs[-1] / 2)) >= least_epochs:
        epochs.append(half)
    return tuple(reversed(epochs))


def schedule_of(specs: Iterable[RunSpec]) -> tuple[int, ...]:
    """Return the epochs of each round for these candidates.

    The last round has the most epochs that a recipe of theirs has. In the first round every candidate takes at least
    `LEAST_STEPS` steps, and its warm-up ends before its epochs do.
    """
    specs = list(specs)
    full = max(spec.recipe.epochs for spec in specs)
    return rounds(full, max(_least_epochs(spec, full) for spec in specs))


def in_round(spec: RunSpec, epochs: int) -> RunSpec:
    """Return the run of a candidate with a whole schedule of `epochs`, as ``--set epochs=N`` makes it.

    Raises
    ------
    ZooError
        If another field of the recipe contradicts them.
    """
    if epochs == spec.recipe.epochs:
        return spec
    recipe = msgspec.structs.replace(spec.recipe, epochs=epochs)
    require_consistent(recipe)
    parts = [part for part in spec.recipe_name.split("+") if not part.startswith("epochs=")]
    return replace(spec, recipe=recipe, epochs=epochs, recipe_name="+".join((*parts, f"epochs={epochs}")))


def _least_epochs(spec: RunSpec, most: int) -> int:
    """Return the fewest epochs with enough steps that the recipe allows; `most` at most."""
    from modelzoo.training.trainer import epoch_steps

    steps = epoch_steps(spec.recipe, spec.dataset.train_images)
    enough = range(math.ceil(LEAST_STEPS / steps), most)
    return next((epochs for epochs in enough if _allows(spec, epochs)), most)


def _allows(spec: RunSpec, epochs: int) -> bool:
    try:
        in_round(spec, epochs)
    except ZooError:
        return False
    return True

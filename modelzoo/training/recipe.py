"""Recipes: how a network is trained, read from TOML, every field checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from modelzoo import content
from modelzoo.errors import ZooError, unknown

Positive = Annotated[float, msgspec.Meta(gt=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
Probability = Annotated[float, msgspec.Meta(ge=0, le=1)]
Degrees = Annotated[float, msgspec.Meta(ge=0, lt=90)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a recipe; a key that it does not have is an error."""


class Input(_Strict, frozen=True, kw_only=True):
    """How pictures reach the network: side in pixels, zeros around them or resized to it, 1 or 3 channels.

    A model that takes no input this small gets its own minimum.
    """

    size: Count = 32
    mode: Literal["pad", "resize"] = "pad"
    channels: Literal[1, 3] = 1


class Adam(_Strict, frozen=True, kw_only=True, tag_field="name", tag="adam"):
    """Kingma & Ba (2015), arXiv 1412.6980."""

    learning_rate: Positive = 1e-3


class AdamW(_Strict, frozen=True, kw_only=True, tag_field="name", tag="adamw"):
    """Loshchilov & Hutter (2019), arXiv 1711.05101: Adam with decoupled weight decay."""

    learning_rate: Positive = 1e-3
    weight_decay: NotNegative = 4e-3


class SGD(_Strict, frozen=True, kw_only=True, tag_field="name", tag="sgd"):
    """Stochastic gradient descent; its weight decay is decoupled too."""

    learning_rate: Positive = 0.1
    momentum: Share = 0.9
    nesterov: bool = True
    weight_decay: NotNegative = 0.0


class Constant(_Strict, frozen=True, kw_only=True, tag_field="name", tag="constant"):
    """The optimizer's learning rate throughout."""


class Plateau(_Strict, frozen=True, kw_only=True, tag_field="name", tag="plateau"):
    """The learning rate times `factor` after `patience` epochs without validation loss falling by `min_delta`."""

    factor: Annotated[float, msgspec.Meta(gt=0, lt=1)] = 0.3
    patience: Count = 2
    minimum: NotNegative = 1e-6
    min_delta: NotNegative = 1e-4


class Cosine(_Strict, frozen=True, kw_only=True, tag_field="name", tag="cosine"):
    """From the optimizer's learning rate to zero over the recipe's epochs, after `warmup_epochs` of linear rise.

    References
    ----------
    Loshchilov & Hutter (2017), arXiv 1608.03983, without restarts.
    """

    warmup_epochs: NotNegative = 0.0


class Stopping(_Strict, frozen=True, kw_only=True):
    """Stop after `patience` epochs without a gain of more than `min_delta`; the best epoch's weights are kept.

    `min_delta` is in the monitor's own unit: percentage points for val_accuracy.
    """

    monitor: Literal["val_loss", "val_accuracy"] = "val_loss"
    patience: Count = 5
    min_delta: NotNegative = 0.0


class Augmentation(_Strict, frozen=True, kw_only=True):
    """How training pictures are changed, each anew in each epoch; what is 0 changes nothing.

    There are no mirror images: a mirrored letter is another letter, or none.

    Attributes
    ----------
    translate : greatest shift, as a share of the side
    rotate, shear : greatest angle
    zoom : 0.2 scales by 1/1.2 to 1.2
    elastic : standard deviation, as a share of the side, of a displacement interpolated from a 5×5 grid; Simard,
        Steinkraus & Platt (2003), Best practices for convolutional neural networks
    erase : probability that a rectangle of 2 to 25 % of the picture is blackened; Zhong et al. (2020), arXiv 1708.04896
    mixup, cutmix : parameter of the Beta distribution that pairs of a batch are mixed by; Zhang et al. (2018), arXiv
        1710.09412, and Yun et al. (2019), arXiv 1905.04899; with both, each batch gets one by the toss of a coin
    """

    translate: Share = 0.0
    rotate: Degrees = 0.0
    zoom: NotNegative = 0.0
    shear: Degrees = 0.0
    elastic: Share = 0.0
    erase: Probability = 0.0
    mixup: NotNegative = 0.0
    cutmix: NotNegative = 0.0


class Recipe(_Strict, frozen=True, kw_only=True):
    """One way to train. A field's default leaves the network and its training as they are without it.

    A run's id leaves out what stands at its default, so a new field changes no id; defaults never change.

    `epochs` is the most that are trained, and a cosine's length. Without `stopping` the last epoch's weights are
    kept. `batch_norm_momentum` replaces that of every batch normalization in the network. `zero_init_residual` lets
    residual blocks, where there are any, begin as the identity.
    """

    title: str
    description: str = ""
    batch_size: Count = 128
    epochs: Count = 30
    input: Input = Input()
    optimizer: Adam | AdamW | SGD = Adam()
    schedule: Constant | Plateau | Cosine = Constant()
    stopping: Stopping | None = None
    label_smoothing: Share = 0.0
    batch_norm_momentum: Share | None = None
    zero_init_residual: bool = False
    augmentation: Augmentation = Augmentation()


def load_recipe(name: str | Path) -> Recipe:
    """The recipe of that name in ``benchmarks/recipes``, or the one in a TOML file of one's own.

    Raises
    ------
    ZooError
        If there is none, or a field is unknown or out of range; it names the file and the field.
    """
    path = _find(str(name))
    try:
        return _consistent(msgspec.convert(_read_toml(path), Recipe))
    except msgspec.ValidationError as error:
        raise ZooError(f"{content.shown(path)}: {_in_words(error)}; see benchmarks/recipes/default.toml") from None


def recipe_name(name: str | Path) -> str:
    """What a record calls the recipe: its file's name without ending."""
    return Path(name).stem if str(name).endswith(".toml") else str(name)


def recipe_names() -> list[str]:
    """The recipes that come with the project."""
    return sorted(path.stem for path in (content.BENCHMARKS / "recipes").glob("*.toml"))


def essence(struct: msgspec.Struct) -> dict[str, Any]:
    """What a recipe, or a part of one, does: its fields that are not at their default, without texts."""
    told: dict[str, Any] = {}
    config = struct.__struct_config__
    if config.tag is not None:
        told[str(config.tag_field)] = config.tag
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        if field.name in ("title", "description") or value == field.default:
            continue
        told[field.name] = essence(value) if isinstance(value, msgspec.Struct) else value
    return told


def _find(name: str) -> Path:
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise ZooError(f"no recipe at {name}; expected a TOML file, or one of {', '.join(recipe_names())}")
        return path
    path = content.BENCHMARKS / "recipes" / f"{name}.toml"
    if not path.is_file():
        raise unknown("recipe", name, recipe_names())
    return path


def _read_toml(path: Path) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ZooError(f"{content.shown(path)}: cannot be read as TOML in UTF-8: {error}") from None


def _consistent(recipe: Recipe) -> Recipe:
    """The recipe, unless its fields contradict each other."""
    schedule = recipe.schedule
    if isinstance(schedule, Cosine) and schedule.warmup_epochs >= recipe.epochs:
        raise msgspec.ValidationError(
            f"Expected fewer than the {recipe.epochs} epochs of the recipe - at `$.schedule.warmup_epochs`"
        )
    return recipe


def _in_words(error: msgspec.ValidationError) -> str:
    """``Expected `float` > 0.0 - at `$.optimizer.learning_rate``` with the field first."""
    what, _, where = str(error).partition(" - at ")
    field = where.strip("`").removeprefix("$.").removeprefix("$")
    what = what[:1].lower() + what[1:]
    return f"{field}: {what}" if field else what

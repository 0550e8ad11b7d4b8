"""The resolved inputs of a run, and the id that they give."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.imagenet import imagenet_file
from modelzoo.architectures.imported import fingerprint
from modelzoo.base.paths import toml_name
from modelzoo.base.text import quote
from modelzoo.benchmarking.models import require_builder
from modelzoo.benchmarking.network_input import StoredImages, resolve_input
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.catalog.models import BUILDERS, Model, slugify
from modelzoo.errors import ZooError
from modelzoo.recipes.checks import require_compatible
from modelzoo.recipes.load import load_recipe, parse_changes, recipe_names
from modelzoo.recipes.recipe import IMAGENET, Input, Precision, Recipe, identity_of
from modelzoo.runs.events import Note, Report, ignore
from modelzoo.runs.invocation import Invocation
from modelzoo.runs.record import DatasetFacts, titled
from modelzoo.training.initial_weights import weights_digest
from modelzoo.training.precision import usable

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet, Splits

# Raise it when the same inputs train differently: an old run is then not taken for a new one.
_REVISION = 1
# Under JAX, numpy draws the initial weights since revision 2.
_REVISIONS = {"jax": 2}

# All seeds use one cut, so that they differ by training alone.
_CUT_SEED = 0

# Fewer photos need initial weights or many steps.
FEW_PHOTOS = 5_000

_IN_WORDS = {"pad": "padded", "resize": "resized", "crop": "scaled and cropped"}


@dataclass(frozen=True)
class RunSpec:
    """The resolved inputs of one run; `epochs` is the most to train, and may be fewer than `recipe.epochs`.

    `manifest` names the image files of each split; it and the invocation are no part of the id.
    """

    model: Model
    variant: str
    recipe_name: str
    recipe: Recipe
    epochs: int
    seed: int
    dataset: DatasetFacts
    input_shape: tuple[int, int, int]
    backend: str
    precision: str
    weights_sha256: str | None = None
    invocation: Invocation = field(default=Invocation())
    manifest: bytes = field(default=b"", repr=False)

    @property
    def title(self) -> str:
        """Return the title, as `Record.title` does."""
        return titled(self.model.name, self.model.slug, self.variant)

    @property
    def conditions(self) -> str:
        """Return the recipe and the input: ``recipe best, images padded to 32×32×1``."""
        side, mode, channels = self.recipe.input.geometry
        first = "" if self.recipe.weights is None else f", weights {quote(self.recipe.weights)}"
        return f"recipe {self.recipe_name}{first}, images {_IN_WORDS[mode]} to {side}×{side}×{channels}"

    @property
    def id(self) -> str:
        """Return ``<slug>-<10 hexadecimal digits>``, the same for the same inputs."""
        inputs: Mapping[str, Any] = {
            "revision": _REVISIONS.get(self.backend, _REVISION),
            "model": self.model.slug,
            "variant": self.variant,
            "recipe": identity_of(self.recipe, self.weights_sha256),
            "epochs": self.epochs,
            "seed": self.seed,
            "dataset": {**msgspec.to_builtins(self.dataset), "title": ""},
            "input_shape": self.input_shape,
            "backend": self.backend,
            "precision": self.precision,
        }
        encoded = msgspec.json.encode(inputs, order="deterministic")
        return f"{self.model.slug}-{hashlib.sha256(encoded).hexdigest()[:10]}"


def make_run_spec(
    model: Model, facts: DatasetFacts, images: StoredImages, options: BenchOptions, report: Report
) -> RunSpec:
    """Resolve the run of a model under these options, and report the decisions made for the user."""
    import keras

    require_builder(model)
    variant = variant_of(model.build)
    chosen = options.recipe or _recipe_for(model, variant, facts, images)
    recipe = _resolve(load_recipe(chosen, parse_changes(options.assignments)), model, images, options, report)
    require_compatible(model, variant, recipe)
    side, _, channels = recipe.input.geometry
    return RunSpec(
        model=model,
        variant=variant,
        recipe_name="+".join((toml_name(chosen), *options.assignments)),
        recipe=recipe,
        epochs=min(options.epochs or recipe.epochs, recipe.epochs),
        seed=options.seed,
        dataset=facts,
        input_shape=(side, side, channels),
        backend=keras.backend.backend(),
        precision=keras.config.dtype_policy().name if recipe.precision == "float32" else recipe.precision,
        weights_sha256=weights_digest(recipe.weights),
    )


def variant_of(build: str) -> str:
    """Return the slug of the network that a builder builds.

    The slug of an imported builder has digits of its source, and of its network once `with_built_network` built it.
    """
    origin, _, name = build.partition(":")
    if origin in BUILDERS:
        return name if origin == "modelzoo" else slugify(name)
    return f"{slugify(name)}-{fingerprint(build)}"


def with_built_network(spec: RunSpec, report: Report = ignore) -> RunSpec:
    """Return the spec of an imported builder with digits of the network that it builds; others unchanged.

    Another network gives another run, whatever changed it: a file, an environment variable, another package. The report
    receives a note where a final softmax is removed.
    """
    if not find_builder(spec.model.build).imported:
        return spec
    import keras

    keras.utils.clear_session(free_memory=True)
    built = built_variant(
        spec.model.build,
        input_shape=spec.input_shape,
        classes=spec.dataset.classes,
        precision=spec.recipe.precision,
        report=report,
    )
    return replace(spec, variant=built)


def built_variant(
    build: str, *, input_shape: tuple[int, int, int], classes: int, precision: Precision, report: Report = ignore
) -> str:
    """Build the network of an imported builder; return its slug, as `variant_of`, with digits of the network too."""
    from modelzoo.architectures.identity import network_digest
    from modelzoo.training.precision import computing_in

    variant = variant_of(build)
    with computing_in(precision):
        network = find_builder(build).build(
            input_shape=input_shape, classes=classes, note=lambda text: report(Note(text))
        )
    digest = hashlib.sha256(f"{variant} {network_digest(network)}".encode()).hexdigest()
    return f"{variant.rpartition('-')[0]}-{digest[:8]}"


def _recipe_for(model: Model, variant: str, facts: DatasetFacts, images: StoredImages) -> str:
    """Return the recipe of a run that names none.

    Few photos in color fine-tune ImageNet's weights, where Keras' cache has them. Other few photos have small batches.
    """
    chosen, few = default_recipe(model.slug, variant), few_photos(images, facts)
    origin, _, name = model.build.partition(":")
    if few and images.in_color and origin == "keras" and imagenet_file(name):
        return "finetune"
    if few and chosen == "default":
        return "photos" if images.in_color else "photos-gray"
    return chosen


def few_photos(images: StoredImages, facts: DatasetFacts) -> bool:
    """Return whether the images are photos, too few to train a network of random weights by the usual recipe."""
    return images.photos and facts.train_images < FEW_PHOTOS


def default_recipe(slug: str, variant: str) -> str:
    """Return the name of the recipe named like the variant, else like the model, else ``default``."""
    return next((name for name in (variant, slug) if name in recipe_names()), "default")


def split_data(dataset: "DataSet", limit_train: int | None, report: Report) -> "tuple[Splits, DatasetFacts]":
    """Return the splits and their facts for the record; validation is cut from train where there is none."""
    from modelzoo.datasets.dataset import Splits, checksums_of
    from modelzoo.datasets.splits import (
        MOST_VALIDATION,
        cut_validation,
        keeps_rare_classes,
        limit_split,
        validation_size,
    )

    if dataset.validation is None:
        count = min(validation_size(len(dataset.train.labels)), MOST_VALIDATION)
        train, validation = cut_validation(dataset.train, count, _CUT_SEED)
        rare = keeps_rare_classes(dataset.train.labels, count, left=1)
    else:
        train, validation, rare = dataset.train, dataset.validation, False
    if limit_train is not None and limit_train < len(train.labels):
        if limit_train < len(dataset.classes):
            raise ZooError(
                f"`limit_train` is {limit_train}; expected {len(dataset.classes)} at least, one image a class"
            )
        rare = rare or keeps_rare_classes(train.labels, limit_train, least=1)
        train = limit_split(train, limit_train, _CUT_SEED)
    elif limit_train is not None:
        report(Note(f"there are {len(train.labels):,} training images; all are used"))
        limit_train = None
    reading = ", ".join(filter(None, (dataset.reading, "an image of each rare class kept in train" if rare else "")))
    facts = DatasetFacts(
        name=dataset.name,
        title=dataset.title,
        synthetic=dataset.synthetic,
        # Two data sets of one name never share a run.
        checksums=dict(dataset.checksums) or checksums_of(dataset.splits),
        classes=len(dataset.classes),
        train_images=len(train.labels),
        validation_images=len(validation),
        test_images=len(dataset.test.labels),
        limit_train=limit_train,
        reading=reading or msgspec.UNSET,
    )
    return Splits(train, validation, dataset.test, dataset.classes), facts


def _resolve(recipe: Recipe, model: Model, images: StoredImages, options: BenchOptions, report: Report) -> Recipe:
    """Return the recipe with the values of the options, and with an input that the model takes."""
    changes: dict[str, Any] = {}
    if isinstance(options.batch_size, int):
        changes["batch_size"] = options.batch_size
    if options.epochs is not None and options.epochs > recipe.epochs:
        changes["epochs"] = options.epochs
    changes["precision"] = usable(recipe.precision, report)
    geometry = resolve_input(
        recipe.input,
        images,
        find_builder(model.build),
        name=model.name,
        image_size=options.image_size,
        pretrained=recipe.weights == IMAGENET,
        report=report,
    )
    changes["input"] = Input(**geometry._asdict())
    return msgspec.structs.replace(recipe, **changes)

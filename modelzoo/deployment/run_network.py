"""The network of a run: built again by its record, with the weights of its folder."""

import os
import re
import shlex
import warnings
from typing import Any

import msgspec

from modelzoo.architectures.builder import find_builder
from modelzoo.base import paths
from modelzoo.benchmarking.run_spec import built_variant
from modelzoo.benchmarking.trained import WEIGHTS
from modelzoo.catalog.models import slugify
from modelzoo.datasets.dataset import sha256_of
from modelzoo.deployment.facts import facts_of
from modelzoo.deployment.trained_network import TrainedNetwork
from modelzoo.errors import DamagedFileError, ZooError, first_line
from modelzoo.machine import hardware
from modelzoo.machine.requirements import require_bench_extra
from modelzoo.runs.events import Note, Report, ignore
from modelzoo.runs.record import Record
from modelzoo.runs.run import Run
from modelzoo.timing.compiled_call import traced_call
from modelzoo.training.network import logits_alone, whole_network


def load_run(run: Run, report: Report = ignore) -> TrainedNetwork:
    """Load the network of a run, which computes in float32.

    Raises
    ------
    ZooError
        If the run keeps no weights, its files are damaged, or its network cannot be built.
    """
    require_weights(run)
    record = run.record
    predictions = run.predictions()
    if predictions is None or not predictions.classes:
        raise ZooError(f"{run.id} keeps no names of its classes; {_train_again(record)}")
    if record.image_shape is None:
        raise ZooError(f"{run.id} does not state the shape of its images; {_train_again(record)}")
    require_bench_extra(report)
    _note_changed_builder(record, report)
    model = _build(record, record.image_shape)
    if model.count_params() != record.total_params:
        raise ZooError(
            f"the network of {run.id} has {model.count_params():,} parameters now, {record.total_params:,} when it was "
            f"trained; {_train_again(record)}"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # by which Keras says that layers get no weights
            model.load_weights(run.folder / WEIGHTS)
    except Exception as error:
        raise ZooError(f"the weights of {run.id} do not fit: {first_line(error)}; {_train_again(record)}") from error
    facts = facts_of(record, record.image_shape, predictions.classes)
    return TrainedNetwork(run.id, facts, keras_runtime(), traced_call(model), logits=True, model=model)


def require_weights(run: Run) -> None:
    """Raise a ZooError unless the run has the weights that its record lists."""
    weights = run.folder / WEIGHTS
    if run.record.untested:
        raise ZooError(
            f"{run.id} is not tested; repeat its `zoo bench` command without --no-test, then use its network"
        )
    if not run.usable:
        raise ZooError(f"{run.id} has no test result; {_train_again(run.record)}")
    if not weights.is_file():
        raise ZooError(f"{run.id} keeps no weights; {_train_again(run.record)}")
    if run.record.files.get(WEIGHTS) not in (None, sha256_of(weights)):
        raise DamagedFileError(
            f"{paths.shown(weights)}: its SHA-256 is not the one in the record; remove the run and bench it again"
        )


def keras_runtime() -> str:
    """Return the backend of Keras with its version, and its threads where TensorFlow computes on a CPU."""
    import keras

    backend = keras.backend.backend()
    runtime = f"Keras, {backend} {hardware.versions(backend)[backend]}"
    if backend != "tensorflow" or hardware.has_gpu():
        return runtime
    import tensorflow as tf

    return f"{runtime}, {tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()} threads"


def _build(record: Record, image_shape: tuple[int, ...]) -> Any:
    recipe = msgspec.structs.replace(record.recipe, precision="float32")
    network = whole_network(
        find_builder(record.build or _builder_of(record)),
        recipe,
        image_shape=image_shape,
        classes=record.dataset.classes,
    )
    return logits_alone(network)


def _note_changed_builder(record: Record, report: Report) -> None:
    """Report whether an imported builder, which may be another file of this name, differs from the one of the run."""
    if record.build is None or not find_builder(record.build).imported:
        return
    built = built_variant(
        record.build,
        input_shape=record.input_shape,
        classes=record.dataset.classes,
        precision=record.recipe.precision,
    )
    if built != record.variant:
        report(
            Note(
                f"{record.build} or a file that it imports is not the one that {record.id} was trained with; "
                "predictions may differ from the run's"
            )
        )


def _builder_of(record: Record) -> str:
    """Return the builder of a record of an earlier version, which lacks it."""
    from modelzoo.architectures import keras_applications
    from modelzoo.architectures.registry import REGISTRY

    if ":" in record.name:
        return record.name
    if record.variant in REGISTRY:
        return f"modelzoo:{record.variant}"
    for name in keras_applications.names():
        if slugify(name) == record.variant:
            return f"keras:{name}"
    raise ZooError(f"{record.id} does not state its builder; {_train_again(record)}")


def _train_again(record: Record) -> str:
    """Return the command that trains such a run here."""
    model = record.name if ":" in record.name else record.variant
    recipe, *changes = re.split(r"\+(?=[\w.]+ *=)", record.recipe_name)  # as `make_run_spec` joins them
    options = ["--recipe", recipe, *(part for change in changes for part in ("--set", change))]
    options += ["--dataset", record.dataset.name]
    options += ["--limit-train", str(record.dataset.limit_train)] if record.dataset.limit_train else []
    return f"`{shlex.join(['zoo', 'bench', model, *options, '--seed', str(record.seed)])}` trains one here"

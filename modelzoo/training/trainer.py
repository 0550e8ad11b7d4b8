"""The trainer: epochs, learning rate, stopping, and a checkpoint every 20 seconds and at the end."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Cosine, OneCycle, Plateau, Recipe
from modelzoo.runs import checkpoint
from modelzoo.runs.checkpoint import CheckpointWriter, TrainingState
from modelzoo.runs.events import EpochDone, EtaEstimated, Event, Note, Report, Resumed, Step, Waiting
from modelzoo.runs.record import Epoch
from modelzoo.statistics.recall import count_confusion
from modelzoo.training.augmentation import sample_transforms
from modelzoo.training.engines.engine import Array, Engine, Score
from modelzoo.training.eta import EtaEstimator, Throughput, remaining_s
from modelzoo.training.failure import TrainingFailedError
from modelzoo.training.interrupt import Interrupt, deferred_interrupt
from modelzoo.training.optimizers import follows_steps
from modelzoo.training.oversampling import epoch_images, oversample, oversampling_weights

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split, Splits


def train(
    engine: Engine,
    data: "Splits",
    recipe: Recipe,
    *,
    seed: int,
    epochs: int,
    folder: Path,
    report: Report,
    peak_memory: Callable[[], float | None] = lambda: None,
    before_save: Callable[[], None] = lambda: None,
) -> TrainingState:
    """Train up to `epochs` epochs or until the recipe stops; the engine then has the best epoch's weights.

    Without a stopping rule the best epoch is the last one. Training resumes from a checkpoint in `folder`, if any. Each
    epoch's order is drawn from the seed and the epoch's number alone. Oversampling also depends on the validation
    before, which the state keeps.

    A checkpoint is written every `CHECKPOINT_EVERY_S` at most, at the end, and at an interrupt. Ctrl-C ends training
    after the current step. With unsaved whole epochs, or at an epoch's last step, Ctrl-C ends training after the
    current epoch. All these epochs are then saved. Any other error loses the epochs since the last checkpoint.

    `before_save` is called before each checkpoint, and raises an error where this process must not write it.
    """
    state = TrainingState()
    saved = checkpoint.load_checkpoint(folder)
    if saved is not None:
        state, arrays = saved
        _restore(engine, arrays, folder)
        report(Resumed(epochs=len(state.epochs)))
    elif not follows_steps(recipe):
        engine.learning_rate = recipe.optimizer.learning_rate
    before = state.peak_memory_mb or 0.0
    writer = CheckpointWriter(folder, state, before_save)
    # The epochs before those that train all layers; they are faster, and tell nothing about later ones.
    frozen = recipe.head_epochs if recipe.head_epochs < epochs else 0
    first = len(state.epochs)
    with deferred_interrupt() as interrupt:
        raise_if_pending = _ending(interrupt, writer, report)
        reporting = _with_eta(report, EtaEstimator(), raise_if_pending, frozen=frozen)
        while state.stopped_by is None:
            if len(state.epochs) in (first, recipe.head_epochs):
                features = len(state.epochs) < recipe.head_epochs
                report(Waiting("computing features" if features else "compiling the network (first step)"))
            if interrupt.pending and writer.unsaved:
                writer.save(engine.state())
            raise_if_pending()
            _one_epoch(engine, data, recipe, state, seed=seed, epochs=epochs, report=reporting)
            if recipe.stopping and state.best_epoch == len(state.epochs):
                writer.keep_best(engine.weights())
            state.peak_memory_mb = max(before, peak_memory() or 0.0) or None
            if writer.is_due or state.stopped_by or interrupt.pending:
                writer.save(engine.state())
            later = [] if state.stopped_by else [epoch.seconds for epoch in state.epochs[frozen:]]
            report(EpochDone(state.epochs[-1], epochs, remaining_s(later, epochs - frozen) if later else 0.0))
    if recipe.stopping and state.best_epoch is not None:
        engine.set_weights(checkpoint.load_best(folder, state.best_epoch))
    return state


def _restore(engine: Engine, arrays: list[Array], folder: Path) -> None:
    try:
        engine.restore(arrays)
    except ValueError as error:
        # Another version of Keras may build other variables; a run's id does not depend on versions.
        raise ZooError(
            f"{paths.shown(folder)}: its checkpoint does not fit the network as it is built now: {error}; "
            "remove the folder to start again"
        ) from error


def epoch_order(seed: int, epoch: int, images: int) -> Array:
    """Return the order of the images in an epoch, numbered from 1."""
    return np.random.default_rng([seed, epoch]).permutation(images)


def epoch_steps(recipe: Recipe, images: int) -> int:
    """Return the steps of an epoch of `images` training images and the images that the recipe adds."""
    return math.ceil(epoch_images(images, recipe.supplement) / recipe.batch_size)


def epoch_indices(
    labels: Array, recipe: Recipe, weights: Sequence[float] | None = None, *, seed: int, epoch: int
) -> Array:
    """Return the indices of an epoch's images in order, the added ones among the others.

    Parameters
    ----------
    weights : of the classes, for the added images; None draws them evenly over classes
    """
    count = epoch_images(len(labels), recipe.supplement)
    order = epoch_order(seed, epoch, count)
    if count == len(labels):
        return order
    drawn = oversample(labels, weights, count=count - len(labels), seed=seed, epoch=epoch)
    return np.concatenate([np.arange(len(labels)), drawn])[order]


def _one_epoch(
    engine: Engine,
    data: "Splits",
    recipe: Recipe,
    state: TrainingState,
    *,
    seed: int,
    epochs: int,
    report: Report,
) -> None:
    number = len(state.epochs) + 1
    order = epoch_indices(data.train.labels, recipe, state.supplement_weights, seed=seed, epoch=number)
    steps = epoch_steps(recipe, len(data.train.labels))
    start = perf_counter()
    throughput = Throughput(recipe.batch_size, len(order))

    def on_step(step: int) -> None:
        seconds, score = perf_counter() - start, engine.so_far
        loss, accuracy = (score.loss, score.accuracy) if score else (None, None)
        speed = throughput.images_per_s(step, seconds)
        report(Step(number, epochs, step, steps, seconds, loss=loss, accuracy=accuracy, images_per_s=speed))

    score = engine.train_epoch(
        data.train,
        order,
        on_step,
        sample_transforms(
            recipe.augmentation,
            seed=seed,
            epoch=number,
            images=len(order),
            batch_size=recipe.batch_size,
            size=data.train.images.shape[1:3],
        ),
    )
    _require_finite(score, "the loss", number)
    validation = engine.evaluate(data.validation)
    _require_finite(validation, "the loss on validation images", number)
    epoch = Epoch(
        epoch=number,
        loss=score.loss,
        accuracy=score.accuracy,
        val_loss=validation.loss,
        val_accuracy=validation.accuracy,
        learning_rate=recipe.head_learning_rate if number <= recipe.head_epochs else engine.learning_rate,
        seconds=round(perf_counter() - start, 3),
        val_macro_recall=validation.macro_recall,
    )
    add_epoch(recipe, state, epoch)
    state.stopped_by = _verdict(recipe, state, epochs)
    if recipe.supplement:
        state.supplement_weights = _class_weights(engine, data.validation)
    if isinstance(recipe.schedule, Plateau) and number > recipe.head_epochs:
        engine.learning_rate = _next_rate(recipe.schedule, state, epoch)


def _class_weights(engine: Engine, validation: "Split") -> list[float]:
    logits = engine.logits(validation)
    confusion = count_confusion(validation.labels, logits.argmax(axis=1), logits.shape[1])
    return [float(weight) for weight in oversampling_weights(confusion)]


def _require_finite(score: Score, name: str, epoch: int) -> None:
    if not math.isfinite(score.loss):
        raise TrainingFailedError(f"{name} became {score.loss} in epoch {epoch}; try a lower learning rate")


def _ending(interrupt: Interrupt, writer: CheckpointWriter, report: Report) -> Callable[[], None]:
    """Return a function that ends training after Ctrl-C, or notes once that whole epochs must be saved first.

    The epochs are saved at the end of the current one. Within an epoch the engine no longer has the state after them. A
    copy of the state at each epoch would take too long for a large network on a GPU.
    """
    noted = False

    def raise_if_pending() -> None:
        nonlocal noted
        if not writer.unsaved:
            interrupt.raise_if_pending()
        elif interrupt.pending and not noted:
            noted = True
            number, before = writer.unsaved[-1].epoch + 1, len(writer.unsaved)
            report(
                Note(
                    f"ending after epoch {number}, which is then saved with {before} before it; "
                    "Ctrl-C again ends at once and loses them"
                )
            )

    return raise_if_pending


def _with_eta(report: Report, estimator: EtaEstimator, raise_if_pending: Callable[[], None], *, frozen: int) -> Report:
    """Return a reporter that adds the estimated time after the first steps, and ends an epoch between steps.

    The estimate is made after the `frozen` epochs.
    """

    def report_with_eta(event: Event) -> None:
        report(event)
        if isinstance(event, Step):
            known = event.epoch > frozen
            estimate = estimator.epoch_s(event.step, event.steps, event.seconds) if known else None
            if estimate is not None:
                first, later = estimate
                report(EtaEstimated(later, first + later * (event.epochs - event.epoch)))
            if event.step < event.steps:
                raise_if_pending()

    return report_with_eta


def add_epoch(recipe: Recipe, state: TrainingState, epoch: Epoch) -> None:
    """Add an epoch, and choose it if it is the best. Without a stopping rule the last epoch is the best.

    Patience begins after the frozen epochs, unless all epochs are frozen.
    """
    state.epochs.append(epoch)
    stopping = recipe.stopping
    if stopping is None:
        state.best_epoch = epoch.epoch
        return
    value = epoch.val_loss if stopping.monitor == "val_loss" else -getattr(epoch, stopping.monitor)
    if state.best is None or value < state.best - stopping.min_delta:
        state.best, state.best_epoch, state.waited = value, epoch.epoch, 0
    elif not epoch.epoch <= recipe.head_epochs < recipe.epochs:
        state.waited += 1


def _verdict(recipe: Recipe, state: TrainingState, epochs: int) -> str | None:
    """Return the reason to end training after this epoch, or None."""
    if recipe.stopping is not None and state.waited >= recipe.stopping.patience:
        return "patience"
    if len(state.epochs) < epochs:
        return None
    whole = isinstance(recipe.schedule, Cosine | OneCycle) and len(state.epochs) >= recipe.epochs
    return "schedule" if whole else "limit"


def _next_rate(schedule: Plateau, state: TrainingState, epoch: Epoch) -> float:
    """Return the learning rate after this epoch: lower after `patience` epochs without a gain in validation loss."""
    if state.plateau_best is None or epoch.val_loss < state.plateau_best - schedule.min_delta:
        state.plateau_best, state.plateau_waited = epoch.val_loss, 0
        return epoch.learning_rate
    state.plateau_waited += 1
    if state.plateau_waited < schedule.patience:
        return epoch.learning_rate
    state.plateau_waited = 0
    # A rate below the minimum from the start does not change.
    return max(epoch.learning_rate * schedule.factor, min(schedule.minimum, epoch.learning_rate))

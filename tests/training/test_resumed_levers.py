"""A real training with every lever at once, stopped and gone on with: the same to the last bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.architectures import registry
from modelzoo.architectures.contract import UNIT
from modelzoo.architectures.registry import Architecture
from modelzoo.benchmarking.run_spec import split_data
from modelzoo.recipes.recipe import AdamW, Augmentation, Plateau, Recipe, Stopping
from modelzoo.runs.checkpoint import TrainingState, load_checkpoint
from modelzoo.runs.events import EpochDone, Resumed, ignore
from modelzoo.training.trainer import epoch_steps, train

pytestmark = [pytest.mark.xdist_group("keras"), pytest.mark.slow]

RECIPE = Recipe(
    title="All at once",
    batch_size=64,
    epochs=5,
    optimizer=AdamW(learning_rate=0.01, weight_decay=0.01),
    # Lowered in every epoch but the first: no gain is large enough.
    schedule=Plateau(factor=0.5, patience=1, min_delta=100.0),
    stopping=Stopping(patience=4),
    label_smoothing=0.1,
    ema=0.8,
    supplement=0.3,
    augmentation=Augmentation(translate=0.1, rotate=10, erase=0.5, mixup=0.4, cutmix=1.0),
)


def build_small(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """A network with dropout and batch normalization."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.AveragePooling2D(8),
            layers.Flatten(),
            layers.Dense(8, activation="relu"),
            layers.BatchNormalization(momentum=0.9),
            layers.Dropout(0.5),
            layers.Dense(classes),
        ]
    )


class Killed(BaseException):
    """Stands for Ctrl-C."""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REGISTRY", {"small": Architecture(build_small, UNIT, 32, "small")})


def trained(tiny: Any, folder: Path, report: Any = ignore, *, recipe: Recipe = RECIPE) -> tuple[TrainingState, Any]:
    from modelzoo.training.engines.keras_engine import KerasEngine

    folder.mkdir(exist_ok=True)
    data, _ = split_data(tiny, None, ignore)
    steps = epoch_steps(recipe, len(data.train.labels))
    engine = KerasEngine("modelzoo:small", recipe, image_shape=(28, 28), classes=4, seed=1, steps=steps)
    return train(engine, data, recipe, seed=1, epochs=5, folder=folder, report=report), engine


@pytest.mark.usefixtures("saved_each_epoch")
def test_a_training_with_every_lever_goes_on_bit_for_bit(tiny: Any, tmp_path: Path) -> None:
    whole, engine = trained(tiny, tmp_path / "whole")

    def stop(event: Any) -> None:
        if isinstance(event, EpochDone) and event.epoch.epoch == 2:
            raise Killed

    with pytest.raises(Killed):
        trained(tiny, tmp_path / "stopped", stop)
    begun = load_checkpoint(tmp_path / "stopped")
    assert begun is not None
    assert begun[0].supplement_weights is not None
    told: list[Any] = []
    resumed, again = trained(tiny, tmp_path / "stopped", told.append)

    assert Resumed(epochs=2) in told
    assert [_told(epoch) for epoch in resumed.epochs] == [_told(epoch) for epoch in whole.epochs]
    assert [epoch.learning_rate for epoch in whole.epochs][:3] == [0.01, 0.01, 0.005]
    assert resumed.supplement_weights == whole.supplement_weights
    assert resumed.best_epoch == whole.best_epoch
    assert all(np.array_equal(a, b) for a, b in zip(engine.weights(), again.weights(), strict=True))
    one, other = load_checkpoint(tmp_path / "whole"), load_checkpoint(tmp_path / "stopped")
    assert one is not None
    assert other is not None
    assert all(np.array_equal(a, b) for a, b in zip(one[1], other[1], strict=True))


@pytest.mark.parametrize("stopped_after", [1, 2, 4], ids=["frozen", "just thawed", "thawed"])
@pytest.mark.usefixtures("saved_each_epoch")
def test_a_training_with_frozen_epochs_goes_on_bit_for_bit(tiny: Any, tmp_path: Path, stopped_after: int) -> None:
    """Features are computed again from the same weights; both optimizers go on."""
    build_small(input_shape=(32, 32, 1), classes=7).save_weights(tmp_path / "earlier.weights.h5")
    recipe = replace(RECIPE, weights=str(tmp_path / "earlier.weights.h5"), frozen_epochs=2)
    whole, engine = trained(tiny, tmp_path / "whole", recipe=recipe)

    def stop(event: Any) -> None:
        if isinstance(event, EpochDone) and event.epoch.epoch == stopped_after:
            raise Killed

    with pytest.raises(Killed):
        trained(tiny, tmp_path / "stopped", stop, recipe=recipe)
    resumed, again = trained(tiny, tmp_path / "stopped", recipe=recipe)
    assert [_told(epoch) for epoch in resumed.epochs] == [_told(epoch) for epoch in whole.epochs]
    assert [epoch.learning_rate for epoch in whole.epochs] == [1e-3, 1e-3, 0.01, 0.01, 0.005]
    assert all(np.array_equal(a, b) for a, b in zip(engine.weights(), again.weights(), strict=True))
    one, other = load_checkpoint(tmp_path / "whole"), load_checkpoint(tmp_path / "stopped")
    assert one is not None
    assert other is not None
    assert all(np.array_equal(a, b) for a, b in zip(one[1], other[1], strict=True))


@pytest.mark.parametrize("stopping", [None, RECIPE.stopping], ids=["last", "best"])
@pytest.mark.parametrize("ema", [None, RECIPE.ema], ids=["weights", "averages"])
def test_a_training_that_was_over_is_tested_with_the_weights_it_ended_with(
    tiny: Any, tmp_path: Path, stopping: Stopping | None, ema: float | None
) -> None:
    """The checkpoint has them, without a stopping rule; averages are put in place of those that were trained."""
    recipe = replace(RECIPE, stopping=stopping, ema=ema)
    state, engine = trained(tiny, tmp_path, recipe=recipe)
    told: list[Any] = []
    again, resumed = trained(tiny, tmp_path, told.append, recipe=recipe)
    assert told == [Resumed(epochs=5)]
    assert again == state
    assert any(tmp_path.glob("best-*")) == (stopping is not None)
    assert all(np.array_equal(a, b) for a, b in zip(engine.weights(), resumed.weights(), strict=True))
    assert np.array_equal(engine.logits(tiny.test), resumed.logits(tiny.test))


def _told(epoch: Any) -> tuple[float, ...]:
    return epoch.loss, epoch.accuracy, epoch.val_loss, epoch.val_accuracy, epoch.learning_rate

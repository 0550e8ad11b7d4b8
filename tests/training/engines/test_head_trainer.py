"""Frozen epochs: the head alone learns, on features that are computed once; later the backbone learns too."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.architectures import registry
from modelzoo.architectures.contract import UNIT
from modelzoo.architectures.registry import Architecture
from modelzoo.benchmarking.run_spec import split_data
from modelzoo.datasets.dataset import Split
from modelzoo.recipes.recipe import AdamW, Augmentation, Cosine, Recipe
from modelzoo.runs.events import ignore
from modelzoo.training.losses import log_prior

pytestmark = pytest.mark.xdist_group("keras")

STEPS = 5


def build_normed(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """A network with all that differs in inference mode, before its classifier and in it."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.AveragePooling2D(4),
            layers.Flatten(),
            layers.Dense(12, activation="relu", name="hidden"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.9),
            layers.Dense(6, name="features"),
            layers.Dropout(0.2),
            layers.Dense(classes, name="logits"),
        ]
    )


@pytest.fixture(autouse=True)
def _normed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REGISTRY", {"normed": Architecture(build_normed, UNIT, 32, "normed")})


@pytest.fixture
def train(tiny: Any) -> Split:
    return split_data(tiny, None, ignore)[0].train


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file of the network's weights for seven classes, with statistics that a training left."""
    network = build_normed(input_shape=(32, 32, 1), classes=7)
    for weight in network.weights:
        if "moving" in weight.path:
            weight.assign(np.linspace(0.1, 0.9, 12))
    network.save_weights(tmp_path / "earlier.weights.h5")
    return tmp_path / "earlier.weights.h5"


def engine(weights: Path, *, prior: Any = None, **recipe: Any) -> Any:
    from modelzoo.training.engines.keras_engine import KerasEngine

    given = {"batch_size": 50, "epochs": 6, "frozen_epochs": 2, "weights": str(weights)} | recipe
    return KerasEngine(
        "modelzoo:normed",
        Recipe(title="t", **given),
        image_shape=(28, 28),
        classes=4,
        seed=0,
        steps=STEPS,
        prior=prior,
    )


def epoch(made: Any, train: Split, number: int) -> Any:
    order = np.random.default_rng(number).permutation(250)
    return made.train_epoch(train, order, lambda step: None)


def values(made: Any) -> dict[str, Any]:
    """The weights by layer and name."""
    return {"/".join(weight.path.split("/")[-2:]): np.asarray(weight) for weight in made.network.weights}


def changed(made: Any, before: dict[str, Any]) -> set[str]:
    return {name for name, value in values(made).items() if not np.array_equal(value, before[name])}


HEAD = {"logits/kernel", "logits/bias"}
STATISTICS = {"norm/moving_mean", "norm/moving_variance"}


def test_the_head_learns_first_then_all_weights_but_not_the_statistics(train: Split, weights: Path) -> None:
    made = engine(weights, optimizer=AdamW(learning_rate=1e-3))
    before = values(made)
    scores = [epoch(made, train, number) for number in (1, 2)]
    assert changed(made, before) == HEAD
    assert scores[1].loss < scores[0].loss
    epoch(made, train, 3)
    assert changed(made, before) == before.keys() - STATISTICS


def test_the_later_epochs_augment_and_keep_the_statistics(train: Split, weights: Path) -> None:
    from modelzoo.training.augmentation import sample_transforms

    augmentation = Augmentation(translate=0.1, mixup=0.5)
    made = engine(weights, augmentation=augmentation)
    before = values(made)
    for number in (1, 2, 3):
        transforms = sample_transforms(augmentation, seed=0, epoch=number, images=250, batch_size=50, size=(28, 28))
        made.train_epoch(train, np.arange(250), lambda step: None, transforms)
    assert changed(made, before) == before.keys() - STATISTICS


def test_a_frozen_epoch_is_keras_own_training_of_a_classifier_on_the_features(train: Split, weights: Path) -> None:
    """Compared without dropout of the head: its draws are the network's own."""
    import keras

    made = engine(weights, head_learning_rate=0.01)
    made.network.layers[-1].layers[-1].layers[-2].rate = 0.0
    inner = made.network.layers[-1].layers[-1]
    pixels = np.pad(train.images[..., None], ((0, 0), (2, 2), (2, 2), (0, 0))) / np.float32(255)
    features = np.asarray(keras.Model(inner.inputs, inner.layers[-3].output)(pixels, training=False))
    alone = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    alone.set_weights(inner.layers[-1].get_weights())
    alone.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))

    order = np.random.default_rng(1).permutation(250)
    alone.fit(features[order], train.labels[order], batch_size=50, shuffle=False, verbose=0)
    epoch(made, train, 1)
    for ours, theirs in zip(inner.layers[-1].get_weights(), alone.get_weights(), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-5)


def test_features_are_computed_once_for_each_split_and_deleted_after_the_frozen_epochs(
    train: Split, weights: Path, tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modelzoo.training.engines import head_trainer

    seen: list[int] = []
    original = head_trainer.traced_call

    def counting(network: Any) -> Any:
        make_call = original(network)
        return lambda images: (seen.append(len(images)), make_call(images))[1]

    monkeypatch.setattr(head_trainer, "traced_call", counting)
    made = engine(weights, frozen_epochs=3)
    for number in (1, 2):
        epoch(made, train, number)
        made.evaluate(tiny.test)
    assert sum(seen) == len(train) + len(tiny.test)
    epoch(made, train, 3)
    assert sum(seen) == len(train) + len(tiny.test)
    assert made._head._features == {}


def test_scores_on_features_are_those_of_the_whole_network(train: Split, weights: Path, tiny: Any) -> None:
    made = engine(weights)
    epoch(made, train, 1)
    score = made.evaluate(tiny.test)
    made._head = None
    again = made.evaluate(tiny.test)
    assert (score.loss, score.accuracy) == (pytest.approx(again.loss, rel=1e-5), again.accuracy)


def test_a_schedule_begins_after_the_frozen_epochs(train: Split, weights: Path) -> None:
    """Its rate at the end of the last epoch is zero, and after the warm-up of one epoch it is the optimizer's."""
    made = engine(weights, optimizer=AdamW(learning_rate=0.02), schedule=Cosine(warmup_epochs=1))
    rates = []
    for number in range(1, 7):
        epoch(made, train, number)
        rates.append(made.learning_rate)
    assert rates[:3] == [0.0, 0.0, 0.02]
    assert rates[-1] == pytest.approx(0.0, abs=1e-9)


def test_a_probe_has_no_state_of_an_optimizer_of_all_layers(train: Split, weights: Path) -> None:
    probe, tuned = engine(weights, frozen_epochs="all"), engine(weights)
    assert len(probe.state()) < len(tuned.state())
    before = values(probe)
    for number in range(1, 7):
        epoch(probe, train, number)
    assert changed(probe, before) == HEAD


@pytest.mark.parametrize("levers", [{"ema": 0.9}, {"label_smoothing": 0.1}, {"balanced": True}], ids=str)
def test_frozen_epochs_go_with_other_levers(train: Split, weights: Path, levers: dict[str, Any]) -> None:
    made = engine(weights, prior=log_prior(train.labels, 4) if "balanced" in levers else None, **levers)
    before = values(made)
    losses = [epoch(made, train, number).loss for number in (1, 2, 3, 4)]
    assert losses[3] < losses[0]
    assert changed(made, before) == before.keys() - STATISTICS
    assert made.evaluate(train).loss < losses[0]


def test_under_averages_the_frozen_epochs_weights_are_those_that_are_tested(train: Split, weights: Path) -> None:
    plain, averaged = engine(weights), engine(weights, ema=0.9)
    for made in (plain, averaged):
        for number in (1, 2):
            epoch(made, train, number)
    assert np.array_equal(plain.logits(train), averaged.logits(train))
    epoch(plain, train, 3)
    epoch(averaged, train, 3)
    assert not np.array_equal(plain.logits(train), averaged.logits(train))

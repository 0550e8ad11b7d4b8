"""The engine on real networks, small ones."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from modelzoo.architectures import builder, registry
from modelzoo.architectures.contract import UNIT
from modelzoo.architectures.registry import Architecture
from modelzoo.benchmarking.run_spec import split_data
from modelzoo.datasets.dataset import Split
from modelzoo.recipes.recipe import (
    SGD,
    Adam,
    AdamW,
    Augmentation,
    Constant,
    Cosine,
    Lamb,
    Lion,
    Nadam,
    OneCycle,
    Plateau,
    Recipe,
    RMSprop,
)
from modelzoo.runs.events import ignore
from modelzoo.timing.clock import Limits
from modelzoo.timing.compiled_call import traced_call
from modelzoo.timing.flops import flops_of_image
from modelzoo.timing.measure import measure_latency
from modelzoo.training.augmentation import apply_transforms, sample_transforms
from modelzoo.training.losses import log_prior

pytestmark = pytest.mark.xdist_group("keras")


def build_restless(*, input_shape: tuple[int, int, int], classes: int, dropout: float = 0.5) -> Any:
    """A network with all that has a state: batch normalization, dropout."""
    import keras
    from keras import layers

    inner = keras.Sequential([keras.Input((16,)), layers.BatchNormalization(), layers.Dropout(dropout)])
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.AveragePooling2D(8),
            layers.Flatten(),
            inner,
            layers.Dense(8, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(classes),
        ]
    )


def build_headed(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """A network with one auxiliary classifier behind its logits."""
    import keras
    from keras import layers

    pixels = keras.Input(input_shape)
    maps = layers.Flatten()(layers.AveragePooling2D(8)(pixels))
    return keras.Model(pixels, [layers.Dense(classes)(maps), layers.Dense(classes)(maps)], name="headed")


@pytest.fixture(autouse=True)
def _networks(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {
        "restless": Architecture(build_restless, UNIT, 32, "restless"),
        "steady": Architecture(partial(build_restless, dropout=0.0), UNIT, 32, "steady"),
        "headed": Architecture(build_headed, UNIT, 32, "headed", auxiliary=(0.3,)),
    }
    monkeypatch.setattr(registry, "REGISTRY", made)


def engine(
    seed: int = 0, side: int = 28, network: str = "restless", classes: int = 4, prior: Any = None, **recipe: Any
) -> Any:
    from modelzoo.training.engines.keras_engine import KerasEngine

    given = Recipe(title="t", **({"batch_size": 50} | recipe))
    shape = (side, side)
    return KerasEngine(
        f"modelzoo:{network}", given, image_shape=shape, classes=classes, seed=seed, steps=5, prior=prior
    )


def order(images: int, seed: int) -> Any:
    return np.random.default_rng(seed).permutation(images)


def nothing(step: int) -> None:
    pass


@pytest.fixture
def train(tiny: Any) -> Split:
    return split_data(tiny, None, ignore)[0].train


OPTIMIZERS = {
    "adamw under a cosine": {"optimizer": AdamW(learning_rate=0.01), "schedule": Cosine(warmup_epochs=1)},
    "sgd with momentum": {"optimizer": SGD(learning_rate=0.01), "schedule": Constant()},
    "nadam in a cycle": {"optimizer": Nadam(learning_rate=0.01), "schedule": OneCycle()},
    "lion after a warm-up": {"optimizer": Lion(learning_rate=1e-3), "schedule": Constant(warmup_epochs=2)},
    "lamb": {"optimizer": Lamb(learning_rate=0.01, weight_decay=0.1)},
    "rmsprop with momentum": {"optimizer": RMSprop(learning_rate=0.01, momentum=0.5)},
}


@pytest.mark.parametrize("rules", OPTIMIZERS)
def test_an_engine_goes_on_from_the_state_of_another_bit_for_bit(train: Split, rules: str) -> None:
    """The optimizer's moments and steps, dropout's random state, batch normalization's statistics, a changed rate."""
    first = engine(**OPTIMIZERS[rules])
    first.train_epoch(train, order(250, 1), nothing)
    if rules in ("sgd with momentum", "lamb"):
        first.learning_rate = 0.003
    state = first.state()
    expected = first.train_epoch(train, order(250, 2), nothing), first.evaluate(train), first.learning_rate
    weights = first.weights()

    second = engine(seed=9, **OPTIMIZERS[rules])
    second.restore(state)
    assert (second.train_epoch(train, order(250, 2), nothing), second.evaluate(train), second.learning_rate) == expected
    assert all(np.array_equal(a, b) for a, b in zip(weights, second.weights(), strict=True))


def test_a_state_of_another_network_is_named_and_changes_nothing(train: Split) -> None:
    one = engine()
    before, state = one.weights(), one.state()
    with pytest.raises(ValueError, match=rf"^it has {len(state) + 1} arrays, and the network {len(state)}$"):
        one.restore([*state, np.zeros(2)])
    with pytest.raises(ValueError, match=r"gamma has shape \(16,\), and there \(7, 7\)$"):
        one.restore([np.zeros((7, 7)), *(array + 1 for array in state[1:])])
    assert all(np.array_equal(a, b) for a, b in zip(before, one.weights(), strict=True))


def test_weights_put_back_give_the_same_logits(train: Split) -> None:
    trained = engine()
    trained.train_epoch(train, order(250, 1), nothing)
    weights, logits = trained.weights(), trained.logits(train)
    trained.train_epoch(train, order(250, 2), nothing)
    assert not np.array_equal(trained.logits(train), logits)
    trained.set_weights(weights)
    assert np.array_equal(trained.logits(train), logits)


def test_scores_are_those_of_the_logits(train: Split) -> None:
    """Plain cross-entropy and percent, over images in their own order, statistics as for inference."""
    network = engine(batch_size=64)  # which leaves a last batch of 58
    logits = network.logits(train).astype(np.float64)
    score = network.evaluate(train)
    likelihoods = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert score.loss == pytest.approx(-np.log(likelihoods[np.arange(250), train.labels]).mean(), rel=1e-5)
    assert score.accuracy == pytest.approx(100 * (logits.argmax(axis=1) == train.labels).mean(), abs=1e-4)


def test_label_smoothing_shares_weight_among_all_classes(train: Split) -> None:
    network = engine(label_smoothing=0.2)
    logits = network.logits(train).astype(np.float64)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    targets = 0.8 * np.eye(4)[train.labels] + 0.05
    assert network.evaluate(train).loss == pytest.approx(-(targets * logs).sum(axis=1).mean(), rel=1e-5)


def test_a_balanced_network_favors_no_class_for_being_frequent() -> None:
    """All images are alike: a network knows no more than the classes' shares, and a balanced one not even these."""
    labels = np.arange(200) % 10 // 9  # nine of class 0 for one of class 1
    alike = Split(np.full((200, 28, 28), 128, np.uint8), labels)
    lead = {}
    for balanced in (False, True):
        prior = log_prior(labels, 2) if balanced else None
        trained = engine(network="headed", classes=2, prior=prior, optimizer=Adam(learning_rate=0.01))
        for epoch in range(60):
            trained.train_epoch(alike, order(200, epoch), nothing)
        logits = trained.logits(alike)
        lead[balanced] = float((logits[:, 0] - logits[:, 1]).mean())
    assert lead[False] == pytest.approx(np.log(9), abs=0.15)
    assert lead[True] == pytest.approx(0, abs=0.15)


def test_every_image_is_trained_on_once_and_every_step_told(train: Split) -> None:
    steps: list[int] = []
    engine(batch_size=64).train_epoch(train, order(250, 0), steps.append)
    assert steps == [1, 2, 3, 4]


def test_each_step_has_the_means_of_the_epoch_so_far(train: Split) -> None:
    trained, means = engine(batch_size=64), []
    score = trained.train_epoch(train, order(250, 0), lambda step: means.append(trained.so_far))
    assert means[-1] == score
    assert len({step.loss for step in means}) == 4
    assert all(0 <= step.accuracy <= 100 for step in means)


def test_the_seed_decides_the_weights() -> None:
    first, same, other = (np.concatenate([w.ravel() for w in engine(seed).weights()]) for seed in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()


def test_a_momentum_reaches_every_batch_normalization_inner_ones_too() -> None:
    import keras

    def momenta(layer: Any) -> list[float]:
        if isinstance(layer, keras.layers.BatchNormalization):
            return [layer.momentum]
        return [momentum for inner in getattr(layer, "layers", ()) for momentum in momenta(inner)]

    assert momenta(engine(batch_norm_momentum=0.7).network) == [0.7, 0.7]
    assert momenta(engine().network) == [0.99, 0.99]


@pytest.mark.parametrize(
    ("given", "kind", "fields"),
    [
        (Adam(learning_rate=2e-3), "Adam", {"weight_decay": None}),
        (AdamW(learning_rate=2e-3, weight_decay=0.1), "AdamW", {"weight_decay": 0.1}),
        (
            SGD(learning_rate=2e-3, momentum=0.5, nesterov=False, weight_decay=0.2),
            "SGD",
            {"momentum": 0.5, "nesterov": False, "weight_decay": 0.2},
        ),
        (SGD(learning_rate=2e-3), "SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": None}),
        (AdamW(learning_rate=2e-3, weight_decay=0.0), "AdamW", {"weight_decay": 0.0}),
        (Lion(learning_rate=2e-3, weight_decay=0.3), "Lion", {"weight_decay": 0.3}),
        (RMSprop(learning_rate=2e-3, rho=0.8, momentum=0.1), "RMSprop", {"rho": 0.8, "momentum": 0.1}),
        (Nadam(learning_rate=2e-3, weight_decay=0.4), "Nadam", {"weight_decay": 0.4}),
        (Lamb(learning_rate=2e-3), "Lamb", {"weight_decay": None}),
    ],
    ids=lambda given: str(given) if isinstance(given, str) else "",
)
def test_the_optimizer_is_the_recipes(given: Any, kind: str, fields: dict[str, Any]) -> None:
    built = engine(optimizer=given)
    optimizer = built._model.optimizer
    assert type(optimizer).__name__ == kind
    assert {name: getattr(optimizer, name) for name in fields} == fields
    assert built.learning_rate == 2e-3  # as it was given, not as float32 holds it


def test_a_cosine_rises_to_the_rate_and_falls_to_zero(train: Split) -> None:
    network = engine(optimizer=Adam(learning_rate=0.01), schedule=Cosine(warmup_epochs=1), epochs=3)
    rates = [network.learning_rate]
    for epoch in range(3):
        network.train_epoch(train, order(250, epoch), nothing)
        rates.append(network.learning_rate)
    assert rates == pytest.approx([0.0, 0.01, 0.005, 0.0])


def test_a_constant_rate_is_reached_along_a_line(train: Split) -> None:
    network = engine(optimizer=Adam(learning_rate=0.01), schedule=Constant(warmup_epochs=2), epochs=4)
    rates = [network.learning_rate]
    for epoch in range(4):
        network.train_epoch(train, order(250, epoch), nothing)
        rates.append(network.learning_rate)
    assert rates == pytest.approx([0.0, 0.005, 0.01, 0.01, 0.01])


def test_a_cycle_ends_with_the_recipes_epochs(train: Split) -> None:
    network = engine(optimizer=Adam(learning_rate=0.01), schedule=OneCycle(rise=0.4), epochs=2)
    rates = [network.learning_rate]
    for epoch in range(2):
        network.train_epoch(train, order(250, epoch), nothing)
        rates.append(network.learning_rate)
    assert rates[0] == pytest.approx(0.01 / 25, rel=1e-5)
    # Ten steps: the peak at step 3, the end at step 9; step 5 is a third of the way down.
    assert rates[1] == pytest.approx(0.01 / 250_000 + (0.01 - 0.01 / 250_000) * 0.75, rel=1e-5)
    assert rates[2] == pytest.approx(0.01 / 250_000, abs=1e-9)


@pytest.mark.parametrize("batch", [1, 32])
def test_the_call_that_is_timed_is_the_trained_network(tiny: Any, batch: int) -> None:
    network = engine()
    pictures = Split(tiny.test.images[:batch], tiny.test.labels[:batch])
    call = traced_call(network.network)(pictures.images)
    logits = call()
    assert isinstance(logits, np.ndarray)  # it is there when the call is over: the clock stops after the work
    assert logits == pytest.approx(network.logits(pictures), abs=1e-5)
    assert np.array_equal(call(), logits)  # dropout and statistics are those of inference


def test_latency_is_measured_for_each_batch_even_with_fewer_pictures(tiny: Any) -> None:
    network = engine().network
    measured = measure_latency(network, tiny.test.images[:3], (1, 8), flops=flops_of_image(network))
    assert [latency.batch for latency in measured.latency] == [1, 8]
    for latency in measured.latency:
        assert 0 < latency.p50_ms <= latency.p90_ms <= latency.p99_ms
        assert latency.calls >= 5
        assert (latency.warm_up_calls or 0) >= 3
        assert (latency.flops_per_s or 0) > 0


def test_one_trace_serves_validation_test_and_latency_for_every_number_of_pictures(
    tiny: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("JAX compiles for each shape, and PyTorch does not trace")
    trained = engine()
    network = trained.network
    traces: list[Any] = []
    call = type(network).call
    monkeypatch.setattr(type(network), "call", lambda *given, **named: traces.append(1) or call(*given, **named))
    traced_call(network)
    for_one = len(traces)  # with the networks inside the network
    trained.evaluate(tiny.test)
    trained.logits(tiny.test)
    measure_latency(network, tiny.test.images[:3], (1, 2, 5), limits=Limits(5, 1.0), make_call=trained.traced())
    assert len(traces) == 2 * for_one > 0


def test_the_traced_call_has_the_weights_as_they_stand(tiny: Any, train: Split) -> None:
    trained, pictures = engine(), tiny.test.images[:8]
    before = trained.traced()(pictures)()
    trained.train_epoch(train, order(250, 1), nothing)
    after = trained.traced()(pictures)()
    assert not np.allclose(before, after)
    assert np.asarray(after) == pytest.approx(np.asarray(trained.network(pictures, training=False)), abs=1e-5)


STRONG = Augmentation(
    translate=0.1, rotate=10, zoom=0.2, shear=10, elastic=0.04, erase=0.5, mixup=0.4, cutmix=1.0, flip=0.5
)


def transforms_of(augmentation: Augmentation, epoch: int = 1) -> dict[str, Any]:
    return sample_transforms(augmentation, seed=0, epoch=epoch, images=250, batch_size=64, size=(28, 28))


def test_the_network_is_trained_on_the_pictures_as_their_transforms_change_them(train: Split) -> None:
    # Trained on pictures that were changed beforehand, it comes to the same.
    augmentation = Augmentation(rotate=20, translate=0.2)
    transforms = transforms_of(augmentation)
    augmented, plain = engine(augmentation=augmentation, batch_size=64), engine(batch_size=64)
    scored = augmented.train_epoch(train, np.arange(250), nothing, transforms)
    changed = np.asarray(apply_transforms(train.images[..., None], transforms))[..., 0].round().astype(np.uint8)
    expected = plain.train_epoch(Split(changed, train.labels), np.arange(250), nothing)
    assert scored.loss == pytest.approx(expected.loss, rel=1e-5)
    assert not np.array_equal(changed, train.images)


def test_validation_and_test_pictures_stay_as_they_are(train: Split) -> None:
    augmented, plain = engine(augmentation=STRONG), engine()
    assert augmented.evaluate(train) == plain.evaluate(train)
    assert np.array_equal(augmented.logits(train), plain.logits(train))


def test_an_augmented_training_goes_on_from_its_state_bit_for_bit(train: Split) -> None:
    first, second = engine(augmentation=STRONG, batch_size=64), engine(augmentation=STRONG, batch_size=64)
    first.train_epoch(train, order(250, 1), nothing, transforms_of(STRONG, 1))
    second.restore(first.state())
    passes = [one.train_epoch(train, order(250, 2), nothing, transforms_of(STRONG, 2)) for one in (first, second)]
    assert passes[0] == passes[1]


def test_the_network_has_the_averages_and_training_goes_on_from_the_weights(train: Split) -> None:
    """Steps of plain SGD, one an epoch: averages by hand, whose momentum rises to 0.3, and weights as without them."""
    given = {"optimizer": SGD(learning_rate=0.01, momentum=0.0, nesterov=False), "batch_size": 250}
    averaged, plain = engine(ema=0.3, **given), engine(**given)
    expected = [np.array(variable) for variable in plain.network.trainable_variables]
    for epoch, kept in enumerate((0, 1 / 10, 2 / 11, 3 / 12, 0.3, 0.3)):
        for one in (averaged, plain):
            one.train_epoch(train, order(250, epoch), nothing)
        raw = [np.array(variable) for variable in plain.network.trainable_variables]
        expected = [kept * old + (1 - kept) * new for old, new in zip(expected, raw, strict=True)]
        for value, by_hand in zip(averaged.network.trainable_variables, expected, strict=True):
            assert np.array(value) == pytest.approx(by_hand, rel=1e-4, abs=1e-6)
    for kept, value in zip(averaged.state(), plain.state(), strict=False):
        assert kept == pytest.approx(value, rel=1e-4, abs=1e-6)
    assert not np.allclose(averaged.logits(train), plain.logits(train), atol=1e-4)


ALL_AT_ONCE = {
    "ema": 0.9,
    "optimizer": AdamW(learning_rate=0.01),
    "schedule": Plateau(),
    "batch_size": 64,
    "label_smoothing": 0.1,
}


def test_an_averaged_augmented_training_goes_on_from_its_state_bit_for_bit(train: Split) -> None:
    """With dropout, batch normalization and a rate that was lowered."""
    first, second = engine(augmentation=STRONG, **ALL_AT_ONCE), engine(seed=4, augmentation=STRONG, **ALL_AT_ONCE)
    first.train_epoch(train, order(250, 1), nothing, transforms_of(STRONG, 1))
    first.learning_rate = 0.003
    second.restore(first.state())
    assert second.evaluate(train) == first.evaluate(train)
    passes = [one.train_epoch(train, order(250, 2), nothing, transforms_of(STRONG, 2)) for one in (first, second)]
    assert passes[0] == passes[1]
    assert all(np.array_equal(a, b) for a, b in zip(first.state(), second.state(), strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(first.weights(), second.weights(), strict=True))


def test_weights_that_are_put_in_place_are_tested_as_they_are(train: Split) -> None:
    trained = engine(ema=0.9)
    trained.train_epoch(train, order(250, 1), nothing)
    best, logits = trained.weights(), trained.logits(train)
    trained.train_epoch(train, order(250, 2), nothing)
    trained.set_weights(best)
    assert np.array_equal(trained.logits(train), logits)


def test_a_network_in_bfloat16_leaves_the_next_one_in_float32(train: Split) -> None:
    import keras

    mixed = engine(precision="mixed_bfloat16")
    score = mixed.train_epoch(train, order(250, 1), nothing)
    assert mixed.logits(train).dtype == np.float32
    assert np.isfinite(score.loss)
    assert {str(one.dtype) for one in mixed.network.trainable_variables} == {"float32"}
    assert "mixed_bfloat16" in {layer.dtype_policy.name for layer in _layers(mixed.network)}
    assert keras.config.dtype_policy().name == "float32"
    assert {layer.dtype_policy.name for layer in _layers(engine().network)} == {"float32"}


def _layers(network: Any) -> list[Any]:
    return [one for layer in network.layers for one in (_layers(layer) if hasattr(layer, "layers") else [layer])]


def test_the_recipes_changes_reach_the_builder(monkeypatch: pytest.MonkeyPatch) -> None:
    from modelzoo.architectures.changes import UNCHANGED, Changes

    seen: list[Any] = []

    def built(self: Any, *, changes: Changes, **given: Any) -> Any:
        seen.append(changes)
        return build_restless(**given)

    monkeypatch.setattr(builder.Builder, "build", built)
    engine()
    engine(activation="leaky_relu", width=0.5)
    assert seen == [UNCHANGED, Changes(activation="leaky_relu", width=0.5)]


def crossentropies(logits: Any, labels: Any) -> Any:
    logits = np.asarray(logits, np.float64)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -logs[np.arange(len(labels)), labels]


def test_an_engine_trains_as_a_plain_keras_model_does(train: Split) -> None:
    import keras

    ours = engine(network="steady", optimizer=Adam(learning_rate=0.01), batch_size=64)
    plain = keras.models.clone_model(ours.network)
    plain.set_weights(ours.network.get_weights())
    plain.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    for epoch in (1, 2):
        places = order(250, epoch)
        score = ours.train_epoch(train, places, nothing)
        fitted = plain.fit(train.images[places], train.labels[places], batch_size=64, shuffle=False, verbose=0)
        assert score.loss == pytest.approx(fitted.history["loss"][0], rel=2e-4)
    for one, other in zip(ours.network.get_weights(), plain.get_weights(), strict=True):
        assert one == pytest.approx(other, abs=2e-4)


def test_many_steps_a_call_train_as_single_ones_do(train: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    single = engine(batch_size=25)
    monkeypatch.setattr("modelzoo.training.engines.fit._MANY_STEPS", 1)
    many = engine(batch_size=25)
    steps: list[int] = []
    expected = single.train_epoch(train, order(250, 1), nothing)
    assert many.train_epoch(train, order(250, 1), steps.append).loss == pytest.approx(expected.loss, rel=1e-5)
    assert steps == [8, 10]
    assert many.evaluate(train).loss == pytest.approx(single.evaluate(train).loss, rel=1e-5)
    assert many.logits(train) == pytest.approx(single.logits(train), abs=1e-5)


def heads_of(trained: Any, train: Split) -> Any:
    import keras

    return np.asarray(keras.ops.convert_to_numpy(trained._trained([train.images])))


AUGMENTED = Augmentation(translate=0.1, rotate=10, zoom=0.1, shear=10, elastic=0.04, erase=0.5, mixup=0.2, cutmix=1.0)


@pytest.mark.parametrize("augmentation", [Augmentation(), AUGMENTED], ids=["plain", "augmented"])
def test_with_a_gpu_tensorflow_compiles_by_xla_and_trains_the_same(
    train: Split, monkeypatch: pytest.MonkeyPatch, augmentation: Augmentation
) -> None:
    """The GPU is made up: what XLA compiles runs on the CPU."""
    tf = pytest.importorskip("tensorflow")
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("TensorFlow's own")
    given: dict[str, Any] = {"network": "steady", "optimizer": SGD(learning_rate=0.01), "augmentation": augmentation}
    monkeypatch.setattr("modelzoo.training.engines.fit._MANY_STEPS", 1)
    monkeypatch.setattr("modelzoo.training.engines.fit._SMALL", 1)
    plain = engine(**given)
    gpu, listed = SimpleNamespace(device_type="GPU", name="/physical_device:GPU:0"), tf.config.list_physical_devices
    monkeypatch.setattr(
        tf.config, "list_physical_devices", lambda kind=None: [gpu] if kind == "GPU" else [*listed(kind), gpu]
    )
    compiled = engine(**given)
    assert (plain._trained.jit_compile, plain._trained.steps_per_execution) == (False, 1)
    assert (compiled._trained.jit_compile, compiled._trained.steps_per_execution) == (True, 8)
    steps: list[int] = []
    for epoch in (1, 2):
        transforms = sample_transforms(augmentation, seed=0, epoch=epoch, images=250, batch_size=50, size=(28, 28))
        ours = compiled.train_epoch(train, order(250, epoch), steps.append, transforms)
        theirs = plain.train_epoch(train, order(250, epoch), nothing, transforms)
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-3)
    assert steps[-1] == 5
    assert compiled.logits(train) == pytest.approx(plain.logits(train), abs=1e-2)


def test_with_a_gpu_every_batch_to_predict_has_one_size(train: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    """XLA compiles a program for each size."""
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("TensorFlow's own")
    trained = engine(batch_size=60)
    whole, sizes, place = trained.logits(train), [], trained.traced()
    monkeypatch.setattr(trained, "_traced", lambda batch: (sizes.append(len(batch)), place(batch))[1])
    assert np.array_equal(trained.logits(train), whole)
    assert sizes == [60] * 4 + [10]
    sizes.clear()
    monkeypatch.setattr("modelzoo.training.engines.keras_engine.has_gpu", lambda: True)
    assert trained.logits(train) == pytest.approx(whole, abs=1e-5)
    assert sizes == [60] * 5


def test_an_auxiliary_classifier_counts_by_its_weight_in_training_alone(train: Split) -> None:
    still = SGD(learning_rate=1e-9, momentum=0.0, nesterov=False)
    trained = engine(network="headed", optimizer=still)
    heads = heads_of(trained, train)
    assert heads.shape == (250, 2, 4)
    own, other = (crossentropies(heads[:, place], train.labels).mean() for place in (0, 1))
    score = trained.train_epoch(train, order(250, 1), nothing)
    assert score.loss == pytest.approx(own + 0.3 * other, rel=1e-5)
    assert score.accuracy == pytest.approx(100 * (heads[:, 0].argmax(axis=1) == train.labels).mean(), abs=1e-4)
    assert trained.evaluate(train).loss == pytest.approx(own, rel=1e-5)
    assert trained.logits(train) == pytest.approx(heads[:, 0], abs=1e-5)
    assert trained.network.output_shape == (None, 4)


@pytest.mark.parametrize("augmentation", [Augmentation(), STRONG], ids=["plain", "augmented"])
def test_an_auxiliary_classifier_is_trained_and_goes_on_bit_for_bit(train: Split, augmentation: Augmentation) -> None:
    given = {"network": "headed", "augmentation": augmentation, "batch_size": 64, "label_smoothing": 0.1}
    transforms = {} if augmentation == Augmentation() else transforms_of(augmentation)
    first, second = engine(**given), engine(**given)
    before = first.weights()
    first.train_epoch(train, order(250, 1), nothing, transforms)
    assert len(before) == 4
    assert not any(np.array_equal(a, b) for a, b in zip(before, first.weights(), strict=True))
    second.restore(first.state())
    passes = [one.train_epoch(train, order(250, 2), nothing, transforms) for one in (first, second)]
    assert passes[0] == passes[1]


def test_no_pass_over_the_images_waits_for_an_autotuner(train: Split) -> None:
    pytest.importorskip("tensorflow")
    from modelzoo.training.engines.feed import feed

    for transforms in ({}, {"angle": np.zeros(len(train.labels), np.float32)}):
        batches = feed(train, np.arange(len(train.labels)), 32, transforms, 4)["x"]
        assert batches.options().autotune.enabled is False

"""The compiled loop against Keras' `fit`, on JAX; test_on_jax runs this file where another backend is in use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.architectures import registry
from modelzoo.architectures.contract import UNIT
from modelzoo.architectures.host_weights import drawn_on_host
from modelzoo.architectures.registry import Architecture
from modelzoo.benchmarking.run_spec import split_data
from modelzoo.datasets.dataset import Split
from modelzoo.machine.compilation_cache import enable_compilation_cache
from modelzoo.recipes.recipe import SGD, AdamW, Augmentation, Constant, Cosine, OneCycle, Plateau, Recipe
from modelzoo.runs.events import ignore
from modelzoo.timing.flops import flops_of_image
from modelzoo.training.augmentation import sample_transforms
from modelzoo.training.engines.choose import make_engine
from modelzoo.training.engines.scan_engine import steps_a_call
from modelzoo.training.losses import log_prior

pytestmark = [
    pytest.mark.xdist_group("keras"),
    pytest.mark.skipif(os.environ.get("KERAS_BACKEND") != "jax", reason="needs KERAS_BACKEND=jax"),
]

# Two orders of float32 rounding, over a dozen steps; sums are taken in another order.
ALIKE = 2e-4

MOVED = Augmentation(translate=0.1, rotate=10, elastic=0.04, erase=0.5)
MIXED = Augmentation(mixup=0.4, cutmix=1.0)


def build_steady(*, input_shape: tuple[int, int, int], classes: int, dropout: float = 0.0) -> Any:
    """A network with batch normalization, and dropout if told."""
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.AveragePooling2D(4),
            layers.Conv2D(8, 3, use_bias=False),
            layers.BatchNormalization(momentum=0.8),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dropout(dropout),
            layers.Dense(classes),
        ]
    )


def build_restless(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    return build_steady(input_shape=input_shape, classes=classes, dropout=0.5)


def build_headed(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """A network with one auxiliary classifier behind its logits."""
    import keras
    from keras import layers

    pixels = keras.Input(input_shape)
    maps = layers.Flatten()(layers.AveragePooling2D(8)(pixels))
    return keras.Model(pixels, [layers.Dense(classes)(maps), layers.Dense(classes)(maps)], name="headed")


def build_calm(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """A network none of whose layers mixes the images of a batch."""
    import keras
    from keras import layers

    pooled = [layers.AveragePooling2D(4), layers.Conv2D(8, 3, activation="relu"), layers.Flatten()]
    return keras.Sequential([keras.Input(input_shape), *pooled, layers.Dense(classes)])


def loss_of_its_own(labels: Any, logits: Any) -> Any:
    from keras import ops

    classes = logits.shape[-1]
    return ops.sum((ops.one_hot(ops.reshape(labels, (-1,)), classes) - logits) ** 2, axis=-1)


@pytest.fixture(autouse=True)
def _networks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    made = {
        "steady": Architecture(build_steady, UNIT, 32, "steady"),
        "restless": Architecture(build_restless, UNIT, 32, "restless"),
        "headed": Architecture(build_headed, UNIT, 32, "headed", auxiliary=(0.3,)),
        "own-loss": Architecture(build_steady, UNIT, 32, "own-loss", loss=loss_of_its_own),
        "calm": Architecture(build_calm, UNIT, 32, "calm"),
        "calm-own-loss": Architecture(build_calm, UNIT, 32, "calm-own-loss", loss=loss_of_its_own),
    }
    monkeypatch.setattr(registry, "REGISTRY", made)


@pytest.fixture
def train(tiny: Any) -> Split:
    return split_data(tiny, None, ignore)[0].train


@contextmanager
def compiled() -> Iterator[list[str]]:
    """The names of the programs that JAX compiles meanwhile."""
    import jax

    names: list[str] = []

    def note(event: str, seconds: float, **given: Any) -> None:
        if event == "/jax/core/compile/backend_compile_duration":
            names.append(given["fun_name"])

    jax.monitoring.register_event_duration_secs_listener(note)
    try:
        yield names
    finally:
        jax.monitoring.unregister_event_duration_listener(note)


def engine(kind: Any, network: str = "steady", seed: int = 0, **recipe: Any) -> Any:
    where: dict[str, Any] = {"image_shape": (28, 28), "classes": 4, "seed": seed, "steps": recipe.pop("steps", 4)}
    where["prior"] = recipe.pop("prior", None)
    given = Recipe(title="t", **({"batch_size": 64, "optimizer": AdamW(learning_rate=0.003)} | recipe))
    return make_engine(f"modelzoo:{network}", given, kind=kind, **where)


def nothing(step: int) -> None:
    pass


def one_epoch(trained: Any, train: Split, epoch: int, augmentation: Augmentation = Augmentation()) -> Any:
    order = np.random.default_rng(epoch).permutation(250)
    transforms = sample_transforms(augmentation, seed=0, epoch=epoch, images=250, batch_size=64, size=(28, 28))
    return trained.train_epoch(train, order, nothing, transforms)


def assert_alike(one: Any, other: Any, train: Split) -> None:
    """The same losses and accuracies, the same weights and logits, within rounding."""
    for a, b in zip(one.weights(), other.weights(), strict=True):
        assert a == pytest.approx(b, rel=ALIKE, abs=ALIKE)
    assert one.logits(train) == pytest.approx(other.logits(train), rel=ALIKE, abs=10 * ALIKE)


WAYS: dict[str, dict[str, Any]] = {
    "plain": {},
    "sgd under a cosine": {"optimizer": SGD(learning_rate=0.01), "schedule": Cosine(warmup_epochs=1), "epochs": 3},
    "label smoothing": {"label_smoothing": 0.1},
    "moved": {"augmentation": MOVED},
    "mixed and smoothed": {"augmentation": MIXED, "label_smoothing": 0.1},
    "a loss of its own": {"network": "own-loss"},
    "auxiliary classifiers": {"network": "headed"},
    "auxiliary classifiers, mixed": {"network": "headed", "augmentation": MIXED},
    "whole batches alone": {"batch_size": 50},
    "averaged": {"ema": 0.8},
    "filled up": {"network": "calm"},
    "filled up, smoothed": {"network": "calm", "label_smoothing": 0.1},
    "filled up, mixed": {"network": "calm", "augmentation": MIXED},
    "filled up, a loss of its own": {"network": "calm-own-loss"},
}


@pytest.mark.parametrize("way", WAYS)
def test_the_loop_trains_as_fit_does(train: Split, way: str) -> None:
    scan, fit = engine("scan", **WAYS[way]), engine("fit", **WAYS[way])
    augmentation = WAYS[way].get("augmentation", Augmentation())
    for epoch in (1, 2, 3):
        ours, theirs = (one_epoch(trained, train, epoch, augmentation) for trained in (scan, fit))
        assert ours.loss == pytest.approx(theirs.loss, rel=ALIKE)
        assert ours.accuracy == pytest.approx(theirs.accuracy, abs=0.5)  # an image of 250 on the border
    assert_alike(scan, fit, train)
    ours, theirs = scan.evaluate(train), fit.evaluate(train)
    assert (ours.loss, ours.accuracy) == pytest.approx((theirs.loss, theirs.accuracy), rel=ALIKE)
    assert scan.learning_rate == fit.learning_rate


def test_the_loop_trains_as_a_plain_keras_model_does(train: Split) -> None:
    import keras

    scan = engine("scan", optimizer=SGD(learning_rate=0.01), schedule=Constant())
    plain = keras.models.clone_model(scan.network)
    plain.set_weights(scan.network.get_weights())
    plain.compile(
        keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    order = np.random.default_rng(1).permutation(250)
    ours = scan.train_epoch(train, order, nothing)
    theirs = plain.fit(train.images[order], train.labels[order], batch_size=64, shuffle=False, verbose=0)
    assert ours.loss == pytest.approx(theirs.history["loss"][0], rel=ALIKE)
    for a, b in zip(scan.network.get_weights(), plain.get_weights(), strict=True):
        assert a == pytest.approx(b, rel=ALIKE, abs=ALIKE)


@pytest.mark.parametrize("augmentation", [Augmentation(), MIXED], ids=["plain", "mixed"])
def test_a_loop_goes_on_from_the_state_of_another_bit_for_bit(train: Split, augmentation: Augmentation) -> None:
    """The optimizer's moments and steps, dropout's random state, batch normalization's statistics."""
    first = engine("scan", "restless", augmentation=augmentation)
    one_epoch(first, train, 1, augmentation)
    state = first.state()
    expected = one_epoch(first, train, 2, augmentation), first.evaluate(train)
    second = engine("scan", "restless", seed=9, augmentation=augmentation)
    second.restore(state)
    assert (one_epoch(second, train, 2, augmentation), second.evaluate(train)) == expected
    assert all(np.array_equal(a, b) for a, b in zip(first.state(), second.state(), strict=True))


RATES: dict[str, dict[str, Any]] = {
    "cosine with warm-up": {"schedule": Cosine(warmup_epochs=1.3)},
    "cosine": {"schedule": Cosine()},
    "one cycle": {"schedule": OneCycle()},
    "constant with warm-up": {"schedule": Constant(warmup_epochs=1.3)},
    "plateau": {"schedule": Plateau()},
}


@pytest.mark.parametrize("schedule", RATES)
def test_rates_passed_as_data_train_the_same_weights_to_the_last_bit(train: Split, schedule: str) -> None:
    """Without data the schedule itself is traced into the program; weight decay shows the rate in each weight."""
    optimizer = AdamW(learning_rate=0.013, weight_decay=0.7)
    recipe: dict[str, Any] = {"optimizer": optimizer, "epochs": 5, "batch_size": 16, "steps": 16, **RATES[schedule]}
    passed, traced, resumed = (engine("scan", "calm", **recipe) for _ in range(3))
    assert (passed._schedule is not None) == (schedule in ("cosine with warm-up", "one cycle"))
    traced._schedule = None
    for epoch in (1, 2, 3, 4):
        if epoch == 3:
            resumed.restore(passed.state())
        for trained in (passed, traced) if epoch < 3 else (passed, traced, resumed):
            if schedule == "plateau":
                trained.learning_rate = 0.01 / epoch
            one_epoch(trained, train, epoch)
    for one, other, third in zip(passed.state(), traced.state(), resumed.state(), strict=True):
        assert np.array_equal(one, other)
        assert np.array_equal(one, third)
    assert passed.learning_rate == traced.learning_rate


def program(trained: Any, train: Split) -> str:
    """Return the text of the program that trains an epoch's whole batches."""
    texts: list[str] = []
    lower = trained._steps.lower

    class Lowering:
        def lower(self, *given: Any) -> Any:
            lowered = lower(*given)
            texts.append(lowered.as_text())
            return lowered

    trained._steps = Lowering()
    one_epoch(trained, train, 1)
    return texts[0]


@pytest.mark.parametrize("schedule", [Cosine(warmup_epochs=1), OneCycle()], ids=["cosine with warm-up", "one cycle"])
def test_recipes_of_other_epochs_and_learning_rate_share_their_program(train: Split, schedule: Any) -> None:
    short, long = (
        program(engine("scan", epochs=epochs, optimizer=AdamW(learning_rate=rate), schedule=schedule), train)
        for epochs, rate in ((3, 0.003), (8, 0.01))
    )
    assert short == long


def test_dropout_is_drawn_anew_in_each_step(train: Split) -> None:
    trained = engine("scan", "restless", optimizer=SGD(learning_rate=1e-9, momentum=0.0, nesterov=False))
    assert one_epoch(trained, train, 1).loss != pytest.approx(one_epoch(trained, train, 1).loss, abs=1e-4)


def test_nothing_is_traced_again_after_the_first_epoch(train: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = engine("scan", augmentation=MIXED)
    traced: list[str] = []
    for model, name in ((trained._trained, "train_step"), (trained._model, "stateless_call")):
        real = getattr(model, name)

        def counted(*given: Any, real: Any = real, name: str = name, **named: Any) -> Any:
            traced.append(name)
            return real(*given, **named)

        monkeypatch.setattr(model, name, counted)
    for epoch in (1, 2, 3):
        one_epoch(trained, train, epoch, MIXED)
        trained.evaluate(train)
        if epoch == 1:
            first = list(traced)
            assert {"train_step", "stateless_call"} == set(first)
        trained.learning_rate = 0.001 * epoch
        trained.restore(trained.state())
    assert traced == first


def test_all_is_compiled_before_the_first_step_is_told(train: Split) -> None:
    """Else the pace of an epoch would be judged by how long its last step takes to compile."""
    trained, programs = engine("scan", batch_size=7), []
    trained.train_epoch(train, np.arange(250), lambda step: programs.append((step, len(trained._programs))))
    assert programs == [(35, 2), (36, 2)]


def test_every_step_is_told_the_incomplete_one_too(train: Split) -> None:
    steps: list[int] = []
    engine("scan", batch_size=3).train_epoch(train, np.arange(250), steps.append)
    assert steps == [83, 84]
    steps.clear()
    engine("scan", batch_size=2).train_epoch(train, np.arange(250), steps.append)
    assert steps == [125]
    steps.clear()
    engine("scan", batch_size=1).train_epoch(train, np.arange(250), steps.append)
    assert steps == [50, 100, 150, 200, 250]


def test_each_call_has_the_means_of_the_epoch_so_far(train: Split) -> None:
    trained, means = engine("scan", batch_size=3), []
    score = trained.train_epoch(train, np.arange(250), lambda step: means.append(trained.so_far))
    assert means[-1] == score
    first = engine("scan", batch_size=3).train_epoch(train, np.arange(249), nothing)
    assert means[0].loss == pytest.approx(first.loss, rel=1e-5)
    assert means[0].accuracy == pytest.approx(first.accuracy)


@pytest.mark.parametrize(("batches", "steps"), [(1, 1), (31, 31), (64, 32), (96, 32), (100, 50), (367, 367)])
def test_calls_are_equal_parts_of_32_steps_at_least(batches: int, steps: int) -> None:
    assert steps_a_call(batches) == steps


def test_a_batch_is_filled_up_where_no_layer_mixes_its_images(train: Split) -> None:
    """One program then trains all batches; under batch normalization the images left over have one of their own."""
    steps: list[int] = []
    calm = engine("scan", "calm", batch_size=9)
    calm.train_epoch(train, np.arange(250), steps.append)
    assert (steps, len(calm._programs)) == ([28], 1)
    steady = engine("scan", "steady", batch_size=9)
    steady.train_epoch(train, np.arange(250), nothing)
    assert len(steady._programs) == 2


def test_a_batch_for_a_builder_of_ones_own_is_not_filled_up(train: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows what its layers do with the images of a batch."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    recipe = Recipe(title="t", batch_size=9)
    build_name = f"{Path(__file__).stem}:build_calm"
    where: dict[str, Any] = {"image_shape": (28, 28), "classes": 4, "seed": 0, "steps": 4}
    own = make_engine(build_name, recipe, kind="scan", **where)
    own.train_epoch(train, np.arange(250), nothing)
    assert len(own._programs) == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(("most", "calls", "batches"), [(1000, 1, 4), (250, 1, 4), (249, 2, 2), (70, 4, 1)])
def test_a_split_is_cut_into_even_calls(
    train: Split, monkeypatch: pytest.MonkeyPatch, most: int, calls: int, batches: int
) -> None:
    whole = engine("scan", "calm").logits(train)
    monkeypatch.setattr("modelzoo.training.engines.scan_engine._MOST_IMAGES", most)
    trained = engine("scan", "calm")
    assert trained.logits(train) == pytest.approx(whole, abs=1e-6)
    assert [call.shape[:2] for call in trained._calls(train)] == [(batches, 64)] * calls


@pytest.mark.parametrize("images", [1, 9, 63, 64, 65, 250])
def test_one_program_predicts_for_splits_of_any_size(train: Split, images: int) -> None:
    trained = engine("scan", "restless")
    whole = trained.logits(train)
    part = Split(train.images[:images], train.labels[:images])
    assert trained.logits(part) == pytest.approx(whole[:images], abs=1e-6)
    assert trained._predictions._cache_size() == 1
    small_first = engine("scan", "restless")
    small_first.logits(part)
    assert small_first.logits(train) == pytest.approx(whole, abs=1e-5)
    assert small_first._predictions._cache_size() == 1


def test_a_run_compiles_few_programs_and_none_to_draw_or_place_weights(train: Split) -> None:
    with compiled() as programs:
        trained = engine("scan", "restless", augmentation=MIXED, schedule=Cosine(warmup_epochs=1))
        built = len(programs)
        for epoch in (1, 2):
            one_epoch(trained, train, epoch, MIXED)
            trained.evaluate(train)
        trained.restore(trained.state())
        trained.set_weights(trained.weights())
        trained.logits(Split(train.images[:70], train.labels[:70]))
        flops_of_image(trained.network)
    assert built <= 10, programs
    assert sum("train_steps" in name for name in programs) == 2  # whole batches, and the images left over
    assert sum("predict_batches" in name for name in programs) == 1
    assert len(programs) <= 30, programs


DISTRIBUTIONS = {
    "GlorotUniform": {},
    "HeNormal": {},
    "LecunUniform": {},
    "RandomNormal": {"mean": 1.0, "stddev": 0.2},
    "TruncatedNormal": {"mean": -1.0, "stddev": 0.5},
    "RandomUniform": {"minval": -2.0, "maxval": 3.0},
    "VarianceScaling": {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal"},
    "Zeros": {},
    "Ones": {},
    "Constant": {"value": 0.25},
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_first_weights_have_the_distribution_of_keras_own(name: str) -> None:
    import keras
    from scipy.stats import ks_2samp

    constant = name in ("Zeros", "Ones", "Constant")

    def drawn(seed: int) -> Any:
        given = DISTRIBUTIONS[name] | ({} if constant else {"seed": seed})
        return np.asarray(keras.Variable(getattr(keras.initializers, name)(**given), (64, 300)).value)

    theirs = drawn(7)
    with drawn_on_host():
        ours, again, other = drawn(7), drawn(7), drawn(8)
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    assert np.array_equal(ours, again)
    assert np.array_equal(ours, other) == constant
    assert ks_2samp(ours.ravel(), theirs.ravel()).pvalue > 0.01
    assert np.array_equal(drawn(7), theirs)  # Keras draws by itself again


def test_the_cache_keeps_every_program_but_those_of_latency(
    train: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These have the weights in them: 16 to 95 MB each, and no other run can use one."""
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    monkeypatch.delenv("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", raising=False)
    before = jax.config.jax_compilation_cache_dir
    try:
        jax.config.update("jax_compilation_cache_dir", str(tmp_path / "kept"))
        compilation_cache.reset_cache()
        trained = engine("scan", "calm")
        one_epoch(trained, train, 1)
        trained.evaluate(train)
        kept = {path.name.split("-")[0] for path in (tmp_path / "kept").iterdir()}
        assert {"jit__train_steps", "jit__predict_batches", "jit__loss_of"} <= kept
        count = len(list((tmp_path / "kept").iterdir()))
        place = trained.traced()
        with compiled() as programs:
            calls = [place(train.images[:images]) for images in (1, 3)]
            assert len(programs) == 2
            assert [call().shape for call in calls] == [(1, 4), (3, 4)]
            assert len(programs) == 2
        assert len(list((tmp_path / "kept").iterdir())) == count
        assert jax.config.jax_persistent_cache_min_compile_time_secs == 0
    finally:
        jax.config.update("jax_compilation_cache_dir", before)
        compilation_cache.reset_cache()


@pytest.mark.parametrize(("variable", "set_to", "stays"), [(None, 3.0, 3.0), (None, 1.0, 0.0), ("1", 1.0, 1.0)])
def test_a_least_time_of_compiling_that_was_set_stays(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, set_to: float, stays: float
) -> None:
    """One second is JAX's own, unless the environment says so."""
    import jax

    least = jax.config.jax_persistent_cache_min_compile_time_secs
    name = "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"
    try:
        monkeypatch.delenv(name, raising=False) if variable is None else monkeypatch.setenv(name, variable)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", set_to)
        enable_compilation_cache()
        assert jax.config.jax_persistent_cache_min_compile_time_secs == stays
    finally:
        jax.config.update("jax_persistent_cache_min_compile_time_secs", least)


@pytest.mark.parametrize("counts", [True, False], ids=["a CPU", "a device whose lowered programs JAX does not count"])
def test_flops_are_those_counted_by_hand(monkeypatch: pytest.MonkeyPatch, counts: bool) -> None:
    import keras
    from jax.stages import Lowered

    if not counts:  # as with CUDA where JAX_PLATFORMS leaves out the CPU
        monkeypatch.setattr(Lowered, "cost_analysis", lambda lowered: None)
    pixels: Any = keras.Input((32, 32, 1))
    network = keras.Model(pixels, keras.layers.Dense(7)(keras.layers.Flatten()(pixels)))
    with compiled() as programs:
        assert flops_of_image(network) == pytest.approx(2 * 32 * 32 * 7, rel=0.01)
    assert len(programs) == (0 if counts else 1)


def build_noisy(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """A network of one's own with a layer that draws as it is called, trained or not."""
    import keras

    class Noise(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.seed_generator = keras.random.SeedGenerator(3)

        def call(self, inputs: Any) -> Any:
            return inputs + keras.random.normal(keras.ops.shape(inputs), seed=self.seed_generator)

    flat = [keras.layers.AveragePooling2D(8), keras.layers.Flatten(), Noise(), keras.layers.Dense(classes)]
    return keras.Sequential([keras.Input(input_shape), *flat])


def test_a_layer_that_draws_as_it_is_called_is_built_and_trained(train: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent)
    where: dict[str, Any] = {"image_shape": (28, 28), "classes": 4, "seed": 0, "steps": 4}
    noisy = make_engine(f"{Path(__file__).stem}:build_noisy", Recipe(title="t"), kind="scan", **where)
    assert np.isfinite(noisy.train_epoch(train, np.arange(250), nothing).loss)


def test_the_prior_reaches_the_loss_of_training_and_validation(train: Split) -> None:
    prior = log_prior(np.repeat(np.arange(4), [70, 20, 9, 1]), 4)
    scores = []
    for kind in ("scan", "fit"):
        trained = engine(kind, "calm", prior=prior)
        scores.append((one_epoch(trained, train, 1).loss, trained.evaluate(train).loss))
    assert scores[0] == pytest.approx(scores[1], rel=ALIKE)
    plain = engine("scan", "calm")
    assert scores[0][0] != pytest.approx(one_epoch(plain, train, 1).loss, rel=0.01)


def test_a_batch_larger_than_the_split_is_one_step(train: Split) -> None:
    steps: list[int] = []
    trained = engine("scan", batch_size=400)
    score = trained.train_epoch(train, np.arange(250), steps.append)
    assert steps == [1]
    assert score.loss == pytest.approx(
        engine("fit", batch_size=400).train_epoch(train, np.arange(250), nothing).loss, rel=ALIKE
    )


def test_a_split_is_put_on_the_device_once(train: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    import jax

    trained, put = engine("scan"), []
    real = jax.device_put
    monkeypatch.setattr(jax, "device_put", lambda array: (put.append(array.dtype), real(array))[1])
    for epoch in (1, 2):
        one_epoch(trained, train, epoch)
        trained.evaluate(train)
    assert put == [np.uint8] * 2  # as training takes it, and in calls for predictions


def test_half_precision_trains_too(train: Split) -> None:
    half = engine("scan", precision="mixed_bfloat16")
    score = one_epoch(half, train, 1)
    assert half.logits(train).dtype == np.float32
    assert half.weights()[0].dtype == np.float32
    assert np.isfinite(half.evaluate(train).loss)
    whole = one_epoch(engine("scan"), train, 1)
    assert score.loss == pytest.approx(whole.loss, rel=0.05)
    assert score.loss != pytest.approx(whole.loss, rel=1e-6)  # it is half precision


def test_compiled_programs_are_kept_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import jax

    kept = jax.config.jax_compilation_cache_dir
    try:
        jax.config.update("jax_compilation_cache_dir", None)
        enable_compilation_cache()
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / "modelzoo" / "jax")
        jax.config.update("jax_compilation_cache_dir", "elsewhere")
        enable_compilation_cache()
        assert jax.config.jax_compilation_cache_dir == "elsewhere"
        jax.config.update("jax_compilation_cache_dir", None)
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        enable_compilation_cache()
        assert jax.config.jax_compilation_cache_dir is None
    finally:
        jax.config.update("jax_compilation_cache_dir", kept)

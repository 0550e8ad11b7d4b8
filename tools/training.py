"""Speed of training against plain `model.fit(x, y)` of the same network; run by `make speed`.

Each model has one process, in which both sides train by turns on the same number of images. A busy machine then slows
both sides alike. The median ratio of their images per second is compared with a goal. The rival reads float32 images
that were prepared in memory. It trains with its faster jit setting, which on a CPU is none. With augmentation, its
network has Keras' layers for translation, rotation, zoom and shear, like the recipe here. Start-up, first step and peak
memory are measured in a process that does nothing else.
"""

import json
import statistics
import subprocess
import sys
import time
from typing import Any

import numpy as np

BATCH = 128
TURNS = 15
CLASSES = 47

# Images in a turn, by the network's speed on a CPU; a GPU gets GPU_TIMES as many, up to MOST. LeNet-5 trains for an
# epoch, as the overhead of an epoch counts there. A turn of the other models lasts a second or two. Disturbances of the
# machine last longer, and so slow both sides of a pair.
MODELS = {"lenet5": 76_800, "mobilenet": 1_280, "efficientnetb1": 640, "resnet50": 512}
GPU_TIMES, MOST = 64, 614_400

# On a CPU no network may train more slowly than by plain Keras. The goal of 0.97 allows for the spread of the
# measurement. The goal of LeNet-5 is higher, since its overhead counts most.
GOAL, GOAL_OF = 0.97, {"lenet5": 1.3}


def random_images(images: int) -> Any:
    """Return a split of random images."""
    from modelzoo.datasets.dataset import Split

    random = np.random.default_rng(0)
    return Split(
        random.integers(0, 256, (images, 28, 28), np.uint8), random.integers(0, CLASSES, images).astype(np.uint8)
    )


def ours(model: str, images: int, augment: bool) -> Any:
    """Return a function that trains one turn by this project's engine."""
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.recipes.recipe import Augmentation, Recipe
    from modelzoo.training.augmentation import sample_transforms
    from modelzoo.training.engines.choose import make_engine
    from modelzoo.training.trainer import epoch_order

    augmentation = Augmentation(translate=0.1, rotate=10, zoom=0.1, shear=10) if augment else Augmentation()
    recipe = Recipe(title="speed", batch_size=BATCH, augmentation=augmentation)
    engine = make_engine(
        load_catalog().model(model).build,
        recipe,
        image_shape=(28, 28),
        classes=CLASSES,
        seed=0,
        steps=-(-images // BATCH),
    )
    split = random_images(images)

    def turn(images: int = images) -> None:
        transforms = sample_transforms(augmentation, seed=0, epoch=1, images=images, batch_size=BATCH, size=(28, 28))
        engine.train_epoch(split, epoch_order(0, 1, images), lambda step: None, transforms)

    return turn


def theirs(model: str, images: int, augment: bool) -> Any:
    """Return a function that trains one turn by Keras alone: ``model.fit(x, y, batch_size=128)``."""
    import keras

    from modelzoo.architectures.builder import find_builder
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.machine.hardware import hardware

    network = find_builder(load_catalog().model(model).build).build(input_shape=(32, 32, 1), classes=CLASSES)
    if augment:
        # Keras' angles are shares of a turn, its translations shares of the side, its shears shares of a unit.
        layers = [
            keras.layers.RandomTranslation(0.1, 0.1, fill_mode="constant"),
            keras.layers.RandomRotation(10 / 360, fill_mode="constant"),
            keras.layers.RandomZoom(0.1, fill_mode="constant"),
            keras.layers.RandomShear(0.18, 0.0, fill_mode="constant"),
        ]
        network = keras.Sequential([keras.Input((32, 32, 1)), *layers, network])
    network.compile(
        optimizer=keras.optimizers.Adam(1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        jit_compile=hardware().gpu is not None,
    )
    split = random_images(images)
    x = np.pad(split.images, ((0, 0), (2, 2), (2, 2)))[..., None].astype(np.float32)

    def turn(images: int = images) -> None:
        network.fit(x[:images], split.labels[:images], batch_size=BATCH, verbose=0)

    return turn


SIDES = {"ours": ours, "model.fit": theirs}


def by_turns(model: str, augment: bool) -> None:
    """Print, as JSON, the images per second of each side in each turn."""
    from modelzoo.machine.hardware import hardware

    images = min(MODELS[model] * GPU_TIMES, MOST) if hardware().gpu else MODELS[model]
    turns = {side: make(model, images, augment) for side, make in SIDES.items()}
    rates: dict[str, list[float]] = {side: [] for side in SIDES}
    order = list(SIDES)
    for turn in range(TURNS + 1):
        order.reverse()  # neither side is always the second
        for side in order:
            start = time.perf_counter()
            turns[side]()
            if turn:  # the first turn traces and compiles
                rates[side].append(images / (time.perf_counter() - start))
    print(json.dumps(rates))


def alone(model: str, augment: bool, side: str) -> None:
    """Print, as JSON, the seconds of start-up and of the first step, and the peak memory, of one side."""
    start = time.perf_counter()
    train = SIDES[side](model, MODELS[model], augment)
    built = time.perf_counter()
    from modelzoo.machine.hardware import peak_memory_mb

    train(BATCH)
    first = time.perf_counter()
    train()
    print(json.dumps({"start_s": built - start, "first_step_s": first - built, "peak_mb": peak_memory_mb()}))


def run_in_process(*task: str) -> Any:
    """Return the measurements of a new process."""
    process = subprocess.run([sys.executable, __file__, *task], capture_output=True, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"{' '.join(task)} failed:\n{process.stderr[-2000:]}")
    return json.loads(process.stdout.strip().splitlines()[-1])


def verdict(model: str, rates: dict[str, list[float]], augmented: str, on_gpu: bool) -> bool:
    """Print one line of the table; return whether the goal is met."""
    ratios = [ours / theirs for ours, theirs in zip(rates["ours"], rates["model.fit"], strict=True)]
    low, ratio, high = statistics.quantiles(ratios, n=4)
    goal = GOAL_OF.get(model, GOAL)
    outcome = "" if on_gpu else f", goal {goal:g}: {'met' if ratio >= goal else 'missed'}"
    print(
        f"{model:<15} {augmented:<13} {statistics.median(rates['ours']):8,.0f} images/s   {ratio:5.2f} x "
        f"({low:.2f}-{high:.2f}) model.fit's {statistics.median(rates['model.fit']):8,.0f}{outcome}",
        flush=True,
    )
    return on_gpu or ratio >= goal


def main() -> int:
    """Measure and print; return 1 if a goal is missed."""
    import keras

    from modelzoo.machine.hardware import hardware, versions

    machine = hardware()
    backend = keras.backend.backend()
    software = ", ".join(f"{name} {number}" for name, number in versions(backend).items())
    print(f"{machine.gpu or machine.cpu}, {machine.cores} cores; {software}")
    on_gpu = machine.gpu is not None
    print(f"rival: model.fit(x, y, batch_size={BATCH}, verbose=0), jit_compile={on_gpu}; {TURNS} turns")
    met = [
        verdict(model, run_in_process("turns", model, augmented), augmented, on_gpu)
        for model in MODELS
        for augmented in ("plain", "augmented")
    ]
    print(f"\n{'alone, plain':<15} {'':<10} {'start-up':>10} {'first step':>11} {'peak memory':>13}")
    for model in MODELS:
        for side in SIDES:
            result = run_in_process("alone", model, "plain", side)
            print(
                f"{model:<15} {side:<10} {result['start_s']:8.1f} s {result['first_step_s']:9.1f} s "
                f"{result['peak_mb']:10,.0f} MB",
                flush=True,
            )
    return int(not all(met))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["turns", model, augmented]:
            by_turns(model, augmented == "augmented")
        case ["alone", model, augmented, side]:
            alone(model, augmented == "augmented", side)
        case _:
            sys.exit(main())

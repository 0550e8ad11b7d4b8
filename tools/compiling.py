"""Count the programs that JAX compiles for one run under the engine of a GPU, and the CPU seconds that the run takes.

    python tools/compiling.py [MODEL ...]

Each model is benched twice, each time in a process of its own: with an empty compilation cache, then with the one that
the first run filled. The images are few (20 to train on in five steps, 4 for validation, 4 for the test), so that
compiling takes the time. Latency is left out: its programs are never kept. The goals are for EfficientNetB0.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MODELS = ("lenet5", "mobilenet", "efficientnetb0", "efficientnetb2", "resnet50")
GOALS = {"programs": 40, "fresh": 70.0, "cached": 10.0}

CLASSES = 4


def count(model: str) -> dict[str, float]:
    """Bench the model in this process; return its programs, those that the cache had, and CPU seconds."""
    import jax
    import numpy as np

    programs: list[float] = []
    from_cache: list[str] = []
    compiled, hit = "/jax/core/compile/backend_compile_duration", "/jax/compilation_cache/cache_hits"
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, seconds, **_: programs.append(seconds) if event == compiled else None
    )
    jax.monitoring.register_event_listener(lambda event, **_: from_cache.append(event) if event == hit else None)

    from keras.src.utils import module_utils

    import modelzoo
    from modelzoo.datasets.dataset import DataSet, Split
    from modelzoo.training.engines import choose

    # As where JAX is installed alone: Keras imports TensorFlow to seed it.
    module_utils.tensorflow._available = False

    def split(images: int) -> Split:
        random = np.random.default_rng(images)
        return Split(random.integers(0, 256, (images, 28, 28), np.uint8), np.arange(images) % CLASSES)

    made = choose.make_engine
    choose.make_engine = lambda *given, **named: made(*given, **(named | {"kind": "scan"}))  # type: ignore[assignment]
    images = DataSet("noise", "Noise", tuple(map(str, range(CLASSES))), split(24), split(4), {"seed": "0"})
    with tempfile.TemporaryDirectory() as runs:
        given: dict[str, Any] = {"recipe": "best", "epochs": 1, "batch_size": 4, "latency_batches": (), "runs": runs}
        record = modelzoo.bench(model, dataset=images, **given)
    if record.outcome != "finished":
        raise SystemExit(f"{model}: {record.reason}")
    return {"programs": len(programs), "from_cache": len(from_cache), "cpu_s": time.process_time()}


def counted_apart(model: str, cache: str) -> dict[str, float]:
    """What `count` gives, of a process with that cache."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "JAX_COMPILATION_CACHE_DIR": cache}
    command = [sys.executable, __file__, "--here", model]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    counted: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return counted


def main(models: tuple[str, ...]) -> int:
    """Count, print, and return 1 where a goal is missed."""
    missed = 0
    print(f"{'model':<16} {'programs':>8} {'CPU s':>7}   with a warm cache: {'compiled':>8} {'CPU s':>7}")
    for model in models:
        with tempfile.TemporaryDirectory() as cache:
            fresh, cached = (counted_apart(model, cache) for _ in range(2))
            kept = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file()) / 1e6
        compiled = cached["programs"] - cached["from_cache"]
        print(
            f"{model:<16} {fresh['programs']:>8.0f} {fresh['cpu_s']:>7.1f}   {'':<18} {compiled:>8.0f} "
            f"{cached['cpu_s']:>7.1f}   {kept:.1f} MB kept"
        )
        if model == "efficientnetb0":
            found = {"programs": fresh["programs"], "fresh": fresh["cpu_s"], "cached": cached["cpu_s"]}
            missed |= any(found[name] > goal for name, goal in GOALS.items())
    print(f"goals for EfficientNetB0: {GOALS['programs']} programs, {GOALS['fresh']:g} s, {GOALS['cached']:g} s cached")
    return missed


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        print(json.dumps(count(sys.argv[2])))
    else:
        sys.exit(main(tuple(sys.argv[1:]) or MODELS))

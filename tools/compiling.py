"""Programs that JAX compiles for a run of the GPU's engine, and the CPU seconds; run by `make speed`.

    python tools/compiling.py [MODEL ...]

Each model is benched twice, each time in a new process. The first run begins with an empty compilation cache, and the
second run reads the cache of the first. Compiling takes most of the time, as a run has few images. It trains on 20
images in five steps, validates on 4 and tests on 4. Latency is not measured: its programs are never cached. The goals
are for EfficientNetB0.
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
    """Bench the model in this process; return the number of programs, of cache hits, and the CPU seconds."""
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

    # Imitate an installation without TensorFlow, which Keras imports to seed it.
    module_utils.tensorflow._available = False

    def split(images: int) -> Split:
        random = np.random.default_rng(images)
        return Split(random.integers(0, 256, (images, 28, 28), np.uint8), np.arange(images) % CLASSES)

    make_engine = choose.make_engine
    choose.make_engine = lambda *args, **options: make_engine(*args, **(options | {"kind": "scan"}))
    images = DataSet("noise", "Noise", tuple(map(str, range(CLASSES))), split(24), split(4), {"seed": "0"})
    with tempfile.TemporaryDirectory() as runs:
        options: dict[str, Any] = {"recipe": "best", "epochs": 1, "batch_size": 4, "latency_batches": (), "runs": runs}
        record = modelzoo.bench(model, dataset=images, **options)
    if record.outcome != "finished":
        raise SystemExit(f"{model}: {record.reason}")
    return {"programs": len(programs), "from_cache": len(from_cache), "cpu_s": time.process_time()}


def count_in_process(model: str, cache: str) -> dict[str, float]:
    """Return the result of `count` in a new process with this compilation cache."""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "JAX_COMPILATION_CACHE_DIR": cache}
    command = [sys.executable, __file__, "--here", model]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if process.returncode:
        raise SystemExit(process.stderr)
    counts: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
    return counts


def main(models: tuple[str, ...]) -> int:
    """Print the counts of each model; return 1 if a goal is missed."""
    missed = 0
    print(f"{'model':<16} {'programs':>8} {'CPU s':>7}   with a warm cache: {'compiled':>8} {'CPU s':>7}")
    for model in models:
        with tempfile.TemporaryDirectory() as cache:
            fresh, cached = (count_in_process(model, cache) for _ in range(2))
            cache_mb = sum(path.stat().st_size for path in Path(cache).rglob("*") if path.is_file()) / 1e6
        compiled = cached["programs"] - cached["from_cache"]
        print(
            f"{model:<16} {fresh['programs']:>8.0f} {fresh['cpu_s']:>7.1f}   {'':<18} {compiled:>8.0f} "
            f"{cached['cpu_s']:>7.1f}   {cache_mb:.1f} MB cached"
        )
        if model == "efficientnetb0":
            results = {"programs": fresh["programs"], "fresh": fresh["cpu_s"], "cached": cached["cpu_s"]}
            missed |= any(results[name] > goal for name, goal in GOALS.items())
    print(f"goals for EfficientNetB0: {GOALS['programs']} programs, {GOALS['fresh']:g} s, {GOALS['cached']:g} s cached")
    return missed


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        print(json.dumps(count(sys.argv[2])))
    else:
        sys.exit(main(tuple(sys.argv[1:]) or MODELS))

"""The `.keras` file: the network with a softmax, as Keras saves it."""

from pathlib import Path
from typing import Any

from modelzoo.base.scratch import scratch_folder
from modelzoo.deployment.archive import facts_in, with_facts
from modelzoo.deployment.facts import NetworkFacts, read_facts
from modelzoo.deployment.run_network import keras_runtime
from modelzoo.deployment.trained_network import Array, TrainedNetwork
from modelzoo.machine.requirements import require_bench_extra
from modelzoo.timing.compiled_call import traced_call


def export(model: Any, facts: NetworkFacts, calibration: Array | None = None) -> bytes:
    """Return the content of a `.keras` file of the model, which takes images and returns probabilities."""
    with scratch_folder() as folder:
        model.save(folder / "network.keras")
        return with_facts((folder / "network.keras").read_bytes(), facts.to_json())


def open_file(path: Path) -> TrainedNetwork:
    """Open a file that `export` wrote; Keras runs none of its code."""
    facts = read_facts(facts_in(path), path)
    require_bench_extra()
    import keras

    import modelzoo.architectures.layers  # noqa: F401  (registers the layers that Keras lacks)

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    return TrainedNetwork(path.name, facts, keras_runtime(), traced_call(model), model=model)

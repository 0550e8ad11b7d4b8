"""A trained network by its name: a run, or a file that `zoo save` wrote."""

from pathlib import Path

from modelzoo.base.arguments import checked
from modelzoo.base.paths import is_file, shown
from modelzoo.deployment.formats import is_network_file, open_network
from modelzoo.deployment.run_network import load_run
from modelzoo.deployment.trained_network import TrainedNetwork
from modelzoo.errors import ZooError
from modelzoo.runs.events import Report, ignore
from modelzoo.runs.find import find_run


@checked
def load_model(name: str | Path, runs: str | Path | None = None, *, report: Report = ignore) -> TrainedNetwork:
    """Load the trained network of a run, or of a file.

    Parameters
    ----------
    name : id of a run or its beginning, path of the folder of a run, or path of a saved file
    runs : folder of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``
    report : receives the events

    Raises
    ------
    ZooError
        If there is no such run or file, or it cannot be used.
    """
    if is_network_file(name):
        return open_network(Path(name))
    if is_file(Path(name)):
        raise ZooError(f"{shown(Path(name))} is no saved network; expected a .keras, .onnx or .tflite file, or a run")
    return load_run(find_run(name, runs), report)

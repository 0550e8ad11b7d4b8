"""What benching would use on this machine, and what is missing for it."""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.errors import ZooError, first_line
from modelzoo.tables import Column, Table
from modelzoo.training import machine
from modelzoo.training.folder import runs_folder


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that benching needs: how it stands, and what to do where it does not."""

    what: str
    state: str
    good: bool = True
    remedy: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """All findings, in the order in which one would put them right."""

    findings: tuple[Finding, ...]

    def table(self) -> Table:
        """The findings for people."""
        return Table(
            columns=(Column("what", "What"), Column("state", "Found"), Column("remedy", "To do")),
            rows=[(one.what, one.state, one.remedy) for one in self.findings],
        )

    def to_dict(self) -> dict[str, Any]:
        """The findings as plain data."""
        return {"findings": msgspec.to_builtins(self.findings)}


def diagnose(*, runs: Path | None = None, data_dir: Path | None = None) -> Diagnosis:
    """Backend, device, versions, data and runs folder; nothing that is missing raises."""
    return Diagnosis(findings=(*_software(), _data(data_dir), _runs(runs_folder(runs))))


def _software() -> tuple[Finding, ...]:
    if find_spec("keras") is None:
        return (_missing("Keras", "pip install 'cnn-zoo[bench]'"),)
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    extra = machine.BACKENDS.get(backend)
    if extra is None:
        remedy = f"set KERAS_BACKEND to one of {', '.join(machine.BACKENDS)}"
        return (Finding(what="Backend", state=f"{backend}, unknown", good=False, remedy=remedy),)
    if find_spec(backend) is None:
        return (_missing(f"Backend {backend}", f"pip install 'cnn-zoo[{extra}]', or set KERAS_BACKEND to another"),)
    if find_spec("filelock") is None:
        return (_missing("filelock", f"pip install 'cnn-zoo[{extra}]'"),)
    return _devices()


def _devices() -> tuple[Finding, ...]:
    try:
        import keras

        backend = keras.backend.backend()
        found = machine.hardware()
    except Exception as error:
        remedy = "pip install --force-reinstall 'cnn-zoo[bench]'"
        return (Finding(what="Keras", state=f"does not load: {first_line(error)}", good=False, remedy=remedy),)
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions(backend).items())
    device = f"GPU {found.gpu}, driver {found.driver}" if found.gpu else f"CPU {found.cpu}, {found.cores} cores"
    state = f"{device}, {found.memory_gb} GB of memory"
    return (
        Finding(what="Backend", state=backend),
        Finding(what="Device", state=state) if found.gpu or not _gpu_is_there() else _unseen_gpu(backend, state),
        Finding(what="Versions", state=versions),
    )


def _gpu_is_there() -> bool:
    """Whether the system has an NVIDIA card, whatever the backend makes of it (Linux)."""
    return Path("/dev/nvidia0").exists()


def _unseen_gpu(backend: str, state: str) -> Finding:
    package = {"tensorflow": "tensorflow[and-cuda]", "jax": "jax[cuda12]"}.get(backend, backend)
    return Finding(
        what="Device",
        state=f"{state}; there is a GPU, and {backend} does not see it",
        good=False,
        remedy=f"pip install '{package}'",
    )


def _data(data_dir: Path | None) -> Finding:
    from modelzoo.datasets.dataset import data_folder
    from modelzoo.datasets.glyphs import NAME
    from modelzoo.datasets.load import available

    folder = data_folder(data_dir)
    try:
        names = available(data_dir)
    except (ZooError, OSError) as error:
        return Finding(what="Data", state=str(error), good=False, remedy="name another folder with --data-dir")
    own = [name for name in names if name != NAME]
    state = f"{', '.join(own) or 'nothing'} in {folder}; {NAME}, a synthetic sample, is embedded"
    if any(name.startswith("emnist-") for name in names):
        return Finding(what="Data", state=state)
    return Finding(what="Data", state=state, good=False, remedy="zoo data get emnist, for EMNIST's six splits")


def _runs(folder: Path) -> Finding:
    """Whether a run could be written; a folder that is not there yet is made by the first one."""
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        remedy = "name a folder that can be written with --runs or ZOO_RUNS"
        return Finding(what="Runs", state=f"{folder}: {error.strerror}", good=False, remedy=remedy)
    return Finding(what="Runs", state=f"{folder} can be written")


def _missing(what: str, remedy: str) -> Finding:
    return Finding(what=what, state="not installed", good=False, remedy=remedy)

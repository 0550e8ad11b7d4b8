"""The doctor: backend, device, data and runs folder of this machine, and the unmet requirements of training."""

import os
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.base.install import install_command
from modelzoo.base.text import reason
from modelzoo.errors import ZooError, first_line
from modelzoo.machine import hardware
from modelzoo.machine.keras_settings import backend_name, config_path, fix_settings
from modelzoo.machine.requirements import DEPLOY_PACKAGES
from modelzoo.runs.record import Hardware
from modelzoo.runs.store import runs_folder
from modelzoo.tables.table import Column, Table

# Linux' name of the first NVIDIA card.
_DEVICE = Path("/dev/nvidia0")

_MEND_SMI = "mend NVIDIA's driver, or let the container have its tools, until `nvidia-smi` names the GPU"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement of training: its state, and the remedy where it is not met."""

    what: str
    state: str
    good: bool = True
    remedy: str = ""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """All findings, in the order of their repair."""

    findings: tuple[Finding, ...]

    def table(self) -> Table:
        """Return the findings as a table."""
        return Table(
            columns=(Column("what", "What"), Column("state", "Found"), Column("remedy", "To do")),
            rows=[(finding.what, finding.state, finding.remedy) for finding in self.findings],
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as plain data."""
        return {"findings": msgspec.to_builtins(self.findings)}


def diagnose(*, runs: Path | None = None, data_dir: Path | None = None) -> Diagnosis:
    """Check backend, device, versions, data and runs folder; a missing part never raises."""
    return Diagnosis(findings=(*_software(), _data(data_dir), _runs(runs_folder(runs))))


def _software() -> tuple[Finding, ...]:
    if find_spec("keras") is None:
        return (_missing("Keras", install_command("bench")),)
    try:
        backend = backend_name()
    except ZooError as error:
        return (_refused("Keras", error),)
    extra = hardware.BACKENDS.get(backend)
    if extra is None:
        remedy = f"set KERAS_BACKEND to one of {', '.join(hardware.BACKENDS)}"
        return (Finding(what="Backend", state=f"{backend}, unknown", good=False, remedy=remedy),)
    if find_spec(backend) is None:
        return (_missing(f"Backend {backend}", f"{install_command(extra)}, or set KERAS_BACKEND to another"),)
    return _devices(extra)


def _devices(extra: str) -> tuple[Finding, ...]:
    try:
        import keras

        differing = fix_settings()
        backend = keras.backend.backend()
        if backend == "jax":
            hardware.require_jax_device()
        machine = hardware.hardware()
    except ZooError as error:
        return (_refused("Device", error),)
    except Exception as error:
        remedy = install_command(extra, "--force-reinstall")
        if isinstance(error, ValueError):  # a value of keras.json
            remedy = f"mend {config_path()}, or remove it"
        elif isinstance(error, OSError):  # no folder for temporary files
            remedy = "name a folder that can be written with TMPDIR"
        reason = first_line(error) or type(error).__name__
        return (Finding(what="Keras", state=f"does not load: {reason}", good=False, remedy=remedy),)
    versions = ", ".join(f"{name} {number}" for name, number in hardware.versions(backend).items())
    return (
        Finding(what="Backend", state=backend),
        _device(backend, machine),
        Finding(what="Versions", state=versions),
        *([Finding(what="Settings", state=differing)] if differing else []),
        _deployment(),
    )


def _deployment() -> Finding:
    """Return the versions of the converters and runtimes of `zoo save`; training needs none of them."""
    missing = [package for module, package in DEPLOY_PACKAGES.items() if find_spec(module) is None]
    if missing:
        remedy = f"{install_command('deploy')}, for `zoo save --to onnx` and litert"
        return Finding(what="Deployment", state=f"{', '.join(missing)} not installed", remedy=remedy)
    found = [f"{package} {version(package)}" for package in DEPLOY_PACKAGES.values()]
    return Finding(what="Deployment", state=", ".join(found))


def _device(backend: str, machine: Hardware) -> Finding:
    """Return the device that the backend uses, and the reason why it does not use an existing GPU."""
    memory = f"{machine.memory_gb} GB of memory"
    if machine.gpu and machine.driver:
        return Finding(what="Device", state=f"GPU {machine.gpu}, driver {machine.driver}, {memory}")
    if machine.gpu:
        state = f"a GPU, {memory}; nvidia-smi does not name it, so no bfloat16 is used"
        return Finding(what="Device", state=state, good=False, remedy=_MEND_SMI)
    state = f"CPU {machine.cpu}, {machine.cores} cores, {memory}"
    if hardware.ask_card(None) is None and not _DEVICE.exists():
        return Finding(what="Device", state=state)
    reason, remedy = _unused_gpu(backend)
    return Finding(what="Device", state=f"{state}; there is a GPU, and {reason}", good=False, remedy=remedy)


def _unused_gpu(backend: str) -> tuple[str, str]:
    """Return the first reason why the backend does not use the GPU, and the remedy."""
    if hardware.ask_card(None) is None:
        return "nvidia-smi does not name it", _MEND_SMI
    if hardware.card() is None:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        return f"CUDA_VISIBLE_DEVICES={visible!r} hides it", "unset CUDA_VISIBLE_DEVICES"
    if backend == "jax" and not hardware.jax_allows_cuda() and hardware.has_cuda_plugin():
        return f"JAX_PLATFORMS={os.environ['JAX_PLATFORMS']} excludes it", "unset JAX_PLATFORMS, or JAX_PLATFORMS=cuda"
    if backend == "torch":
        return _unused_by_torch()
    if backend == "jax" and hardware.has_cuda_plugin():
        return "JAX's CUDA plugin does not see it", "update NVIDIA's driver, or install the plugin that fits it"
    return f"{backend} does not see it", install_command(hardware.CUDA_EXTRAS[backend])


def _unused_by_torch() -> tuple[str, str]:
    import torch

    if torch.version.cuda is None:
        return "torch is built without CUDA", "pip install --force-reinstall torch, from a package index with CUDA"
    return "torch does not see it", f"a driver for CUDA {torch.version.cuda}, or a torch for an earlier CUDA"


def _data(data_dir: Path | None) -> Finding:
    from modelzoo.datasets.dataset import data_folder
    from modelzoo.datasets.glyphs import NAME
    from modelzoo.datasets.load import available

    try:
        folder = data_folder(data_dir)
        names = available(folder)
    except (ZooError, OSError) as error:
        state = str(error).partition("; ")[0]
        return Finding(what="Data", state=state, good=False, remedy="name another folder with --data-dir or ZOO_DATA")
    own = [name for name in names if name != NAME]
    state = f"{', '.join(own) or 'nothing'} in {folder}; {NAME}, a synthetic sample, is embedded"
    if any(name.startswith("emnist-") for name in names):
        return Finding(what="Data", state=state)
    return Finding(what="Data", state=state, good=False, remedy="zoo data get emnist, for EMNIST's six splits")


def _runs(folder: Path) -> Finding:
    """Check whether a run can be written; the first run makes a missing folder."""
    parent = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        remedy = "name a folder that can be written with --runs or ZOO_RUNS"
        return Finding(what="Runs", state=f"{folder}: {reason(error)}", good=False, remedy=remedy)
    return Finding(what="Runs", state=f"{folder} can be written")


def _refused(what: str, error: ZooError) -> Finding:
    state, _, remedy = str(error).rpartition("; ")
    return Finding(what=what, state=state, good=False, remedy=remedy)


def _missing(what: str, remedy: str) -> Finding:
    return Finding(what=what, state="not installed", good=False, remedy=remedy)

"""What benching would use, and what is missing; Keras itself is not loaded here."""

import sys
import tomllib
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.base.install import install_command
from modelzoo.errors import ZooError
from modelzoo.machine import doctor, hardware
from modelzoo.runs.record import Hardware

CPU = Hardware(cpu="Made Up", cores=2, gpu=None, driver=None, memory_gb=16.0, system="Linux")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """The packages that are found; take one out to see it missed."""
    names = {"keras", "tensorflow", "jax", "torch"}
    monkeypatch.setattr(doctor, "find_spec", lambda name: ModuleSpec(name, None) if name in names else None)
    fake = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "tensorflow"), config=None)
    monkeypatch.setitem(sys.modules, "keras", fake)
    monkeypatch.setattr(hardware, "hardware", lambda: CPU)
    monkeypatch.setattr(hardware, "require_jax_device", lambda: None)
    monkeypatch.setattr(hardware, "has_cuda_plugin", lambda: False)
    monkeypatch.setattr(doctor, "_DEVICE", tmp_path / "nvidia0")
    monkeypatch.setattr(hardware, "ask_card", lambda which: None)
    for name in ("KERAS_BACKEND", "CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ZOO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ZOO_RUNS", str(tmp_path / "runs"))
    return names


def found(**given: Any) -> dict[str, doctor.Finding]:
    return {finding.what: finding for finding in doctor.diagnose(**given).findings}


@pytest.mark.usefixtures("installed")
def test_a_machine_with_all_but_data_lacks_only_data(tmp_path: Path) -> None:
    findings = found()
    assert list(findings) == ["Backend", "Device", "Versions", "Deployment", "Data", "Runs"]
    assert findings["Device"].state == "CPU Made Up, 2 cores, 16.0 GB of memory"
    assert [what for what, finding in findings.items() if not finding.good] == ["Data"]
    assert findings["Data"].state == f"nothing in {tmp_path / 'data'}; glyphs, a synthetic sample, is embedded"
    assert findings["Data"].remedy.startswith("zoo data get emnist")


@pytest.mark.parametrize(
    ("missing", "backend", "what", "remedy"),
    [
        ("keras", "tensorflow", "Keras", "[bench]"),
        ("tensorflow", "tensorflow", "Backend tensorflow", "[bench]"),
        ("jax", "jax", "Backend jax", "[jax]"),
        ("torch", "torch", "Backend torch", "[torch]"),
    ],
)
def test_what_is_not_installed_comes_first_with_how_to_get_it(
    installed: set[str], monkeypatch: pytest.MonkeyPatch, missing: str, backend: str, what: str, remedy: str
) -> None:
    installed.discard(missing)
    monkeypatch.setenv("KERAS_BACKEND", backend)
    first = doctor.diagnose().findings[0]
    assert (first.what, first.state, first.good) == (what, "not installed", False)
    assert remedy in first.remedy


@pytest.mark.usefixtures("installed")
def test_missing_packages_of_deployment_keep_no_training_back() -> None:
    finding = found()["Deployment"]
    assert finding.good
    assert finding.state == "tf2onnx, onnxruntime, ai-edge-litert not installed"
    assert "[deploy]" in finding.remedy


def test_an_unknown_backend_gets_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    assert found()["Backend"].state == "theano, unknown"
    assert found()["Backend"].remedy == "set KERAS_BACKEND to one of tensorflow, jax, torch"


@pytest.mark.usefixtures("installed")
def test_a_backend_that_does_not_load_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Hardware:
        raise ImportError("libcudart.so.12: cannot open\nand a long trace")

    monkeypatch.setattr(hardware, "hardware", broken)
    assert found()["Keras"].state == "does not load: libcudart.so.12: cannot open"
    assert not found()["Keras"].good


def on(monkeypatch: pytest.MonkeyPatch, backend: str, *, card: bool = True, **gpu: Any) -> None:
    """Pretend that this backend runs on a machine whose nvidia-smi names a card."""
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setitem(
        sys.modules, "keras", SimpleNamespace(backend=SimpleNamespace(backend=lambda: backend), config=None)
    )
    monkeypatch.setattr(hardware, "ask_card", lambda which: hardware.Card("H100", "550", 9.0) if card else None)
    monkeypatch.setattr(hardware, "hardware", lambda: replace(CPU, **gpu))


@pytest.mark.usefixtures("installed")
def test_a_gpu_that_is_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "jax", gpu="H100", driver="550")
    device = found()["Device"]
    assert device.good
    assert device.state == "GPU H100, driver 550, 16.0 GB of memory"


@pytest.mark.usefixtures("installed")
def test_a_gpu_that_is_used_and_that_nvidia_smi_does_not_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "jax", card=False, gpu="GPU")
    device = found()["Device"]
    assert not device.good
    assert device.state == "a GPU, 16.0 GB of memory; nvidia-smi does not name it, so no bfloat16 is used"
    assert "`nvidia-smi` names the GPU" in device.remedy


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("backend", "variables", "reason", "remedy"),
    [
        ("tensorflow", {}, "tensorflow does not see it", install_command("cuda")),
        ("jax", {}, "jax does not see it", install_command("jax-cuda")),
        ("jax", {"JAX_PLATFORMS": "cuda"}, "jax does not see it", install_command("jax-cuda")),
        ("jax", {"JAX_PLATFORMS": "cpu"}, "jax does not see it", install_command("jax-cuda")),
        ("tensorflow", {"JAX_PLATFORMS": "cpu"}, "tensorflow does not see it", install_command("cuda")),
        ("jax", {"CUDA_VISIBLE_DEVICES": ""}, "CUDA_VISIBLE_DEVICES='' hides it", "unset CUDA_VISIBLE_DEVICES"),
        ("torch", {"CUDA_VISIBLE_DEVICES": "-1"}, "CUDA_VISIBLE_DEVICES='-1' hides it", "unset CUDA_VISIBLE_DEVICES"),
    ],
)
def test_a_gpu_that_the_backend_does_not_use_is_told_with_what_is_in_the_way(
    monkeypatch: pytest.MonkeyPatch, backend: str, variables: dict[str, str], reason: str, remedy: str
) -> None:
    on(monkeypatch, backend)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    device = found()["Device"]
    assert not device.good
    assert device.state == f"CPU Made Up, 2 cores, 16.0 GB of memory; there is a GPU, and {reason}"
    assert device.remedy == remedy


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("platforms", "reason", "remedy"),
    [
        ("cpu", "JAX_PLATFORMS=cpu excludes it", "unset JAX_PLATFORMS, or JAX_PLATFORMS=cuda"),
        ("", "JAX's CUDA plugin does not see it", "update NVIDIA's driver, or install the plugin that fits it"),
    ],
)
def test_with_jax_s_plugin_a_setting_or_the_driver_is_in_the_way(
    monkeypatch: pytest.MonkeyPatch, platforms: str, reason: str, remedy: str
) -> None:
    on(monkeypatch, "jax")
    monkeypatch.setattr(hardware, "has_cuda_plugin", lambda: True)
    monkeypatch.setenv("JAX_PLATFORMS", platforms)
    device = found()["Device"]
    assert device.state.endswith(f"there is a GPU, and {reason}")
    assert device.remedy == remedy


@pytest.mark.usefixtures("installed")
def test_jax_without_a_device_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "jax"), config=None)
    monkeypatch.setitem(sys.modules, "keras", fake)

    def none() -> None:
        raise ZooError("JAX finds no device under JAX_PLATFORMS=cuda: it failed; unset it, or install what it names")

    monkeypatch.setattr(hardware, "require_jax_device", none)
    device = found()["Device"]
    assert (device.state, device.good) == ("JAX finds no device under JAX_PLATFORMS=cuda: it failed", False)
    assert device.remedy == "unset it, or install what it names"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(("cuda", "reason"), [(None, "torch is built without CUDA"), ("12.6", "torch does not see it")])
def test_pytorch_is_told_from_its_driver(monkeypatch: pytest.MonkeyPatch, cuda: str | None, reason: str) -> None:
    on(monkeypatch, "torch")
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(version=SimpleNamespace(cuda=cuda)))
    device = found()["Device"]
    assert device.state.endswith(f"there is a GPU, and {reason}")
    assert device.remedy.startswith("pip install --force-reinstall torch" if cuda is None else "a driver for CUDA 12.6")


@pytest.mark.usefixtures("installed")
def test_a_card_whose_driver_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on(monkeypatch, "tensorflow", card=False)
    assert found()["Device"].good
    (tmp_path / "nvidia0").touch()
    device = found()["Device"]
    assert device.state.endswith("there is a GPU, and nvidia-smi does not name it")
    assert "`nvidia-smi` names the GPU" in device.remedy


def test_the_extras_that_are_named_exist() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert {*hardware.BACKENDS.values(), *hardware.CUDA_EXTRAS.values(), "deploy", "ray", "tune"} == set(
        project["optional-dependencies"]
    )


@pytest.mark.usefixtures("installed")
def test_a_runs_folder_is_not_made_by_asking(tmp_path: Path) -> None:
    assert found(runs=tmp_path / "a" / "b")["Runs"].good
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("installed")
def test_a_file_in_the_place_of_the_runs_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    for runs in (tmp_path / "runs", tmp_path / "runs" / "below"):
        finding = found(runs=runs)["Runs"]
        assert not finding.good
        assert finding.state == f"{runs}: Not a directory"
        assert "--runs" in finding.remedy


@pytest.mark.usefixtures("installed")
def test_the_plain_data_says_what_is_good() -> None:
    findings = doctor.diagnose().to_dict()["findings"]
    assert [set(finding) for finding in findings] == [{"what", "state", "good", "remedy"}] * 6

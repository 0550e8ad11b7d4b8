"""The machine, as a record states it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modelzoo.machine import hardware

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

CPUINFO = "processor\t: 0\nvendor_id\t: A\nmodel name\t: Made Up CPU : 3 GHz\n\nprocessor\t: 1\nmodel name\t: Other\n"

H100 = "NVIDIA H100 80GB HBM3, 550.54.15, 9.0\n"


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /proc of one's own."""
    (tmp_path / "self").mkdir()
    monkeypatch.setattr(hardware, "_PROC", tmp_path)
    return tmp_path


def without_gpu(monkeypatch: pytest.MonkeyPatch, sees: bool = False) -> None:
    monkeypatch.setattr(hardware, "has_gpu", lambda: sees)
    fake = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "tensorflow"))
    monkeypatch.setitem(sys.modules, "keras", fake)


def test_the_cpu_is_the_first_one_that_proc_names(proc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_gpu(monkeypatch)
    (proc / "cpuinfo").write_text(CPUINFO)
    found = hardware.hardware()
    assert found.cpu == "Made Up CPU : 3 GHz"
    assert (found.gpu, found.driver) == (None, None)


@pytest.mark.usefixtures("proc")
def test_without_proc_the_cpu_still_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    without_gpu(monkeypatch)
    assert hardware.hardware().cpu
    peak = hardware.peak_memory_mb()
    assert peak is None if sys.platform == "win32" else peak is not None and peak > 1
    hardware.reset_peak_memory()


@LINUX
def test_the_machine_is_the_one_that_this_is(monkeypatch: pytest.MonkeyPatch) -> None:
    without_gpu(monkeypatch)
    found = hardware.hardware()
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    assert found.memory_gb == pytest.approx(kilobytes * 1024 / 1e9, rel=0.02)
    assert found.cores == len(os.sched_getaffinity(0))
    assert found.cpu in Path("/proc/cpuinfo").read_text() or "model name" not in Path("/proc/cpuinfo").read_text()
    assert found.system.startswith("Linux ")


PEAKS = """
from modelzoo.machine.hardware import peak_memory_mb, reset_peak_memory
reset_peak_memory()
before = peak_memory_mb()
held = bytearray(b"\\1") * 80_000_000
holding = peak_memory_mb()
del held
after = peak_memory_mb()
reset_peak_memory()
print(before, holding, after, peak_memory_mb())
"""


@LINUX
def test_the_peak_of_memory_is_reset_and_grows_with_what_is_held() -> None:
    """A process of its own: the system may take pages of a large one meanwhile."""
    if not os.access("/proc/self/clear_refs", os.W_OK):
        pytest.skip("the peak cannot be reset here")
    root = Path(hardware.__file__).parents[2]
    printed = subprocess.run([sys.executable, "-c", PEAKS], check=True, capture_output=True, text=True, cwd=root).stdout
    before, holding, after, reset = map(float, printed.split())
    assert holding == pytest.approx(before + 80, abs=25)
    assert after > before + 50
    assert reset < before + 40


def test_the_peak_is_in_millions_of_bytes(proc: Path) -> None:
    (proc / "self" / "status").write_text("Name:\tpython\nVmHWM:\t  1000000 kB\n")
    assert hardware.peak_memory_mb() == 1024.0


def answering(monkeypatch: pytest.MonkeyPatch, answer: str | Exception) -> list[list[str]]:
    """Let nvidia-smi give this answer; the list holds the options it was called with."""
    asked: list[list[str]] = []

    def run(command: list[str], **named: Any) -> SimpleNamespace:
        asked.append(command[1:-2])
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(stdout=answer)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return asked


def test_a_gpu_is_named_with_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    without_gpu(monkeypatch, sees=True)
    asked = answering(monkeypatch, H100 + "NVIDIA L4, 550.54.15, 8.9\n")
    found = hardware.hardware()
    assert (found.gpu, found.driver) == ("NVIDIA H100 80GB HBM3", "550.54.15")
    assert hardware.card() == hardware.Card("NVIDIA H100 80GB HBM3", "550.54.15", 9.0)
    assert asked == [[]]  # once in a process


@pytest.mark.parametrize(
    "answer", [FileNotFoundError(), subprocess.TimeoutExpired("nvidia-smi", 20), "No devices were found\n", ""], ids=str
)
def test_a_gpu_that_nvidia_smi_does_not_know_is_still_a_gpu(
    monkeypatch: pytest.MonkeyPatch, answer: str | Exception
) -> None:
    without_gpu(monkeypatch, sees=True)
    answering(monkeypatch, answer)
    found = hardware.hardware()
    assert (found.gpu, found.driver) == ("GPU", None)
    assert hardware.card() is None


def test_a_compute_capability_that_is_not_stated_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "Quadro K600, 450.1, [N/A]\n")
    assert hardware.card() == hardware.Card("Quadro K600", "450.1", None)


@pytest.mark.parametrize(
    ("visible", "asked"),
    [
        (None, [[]]),
        ("", []),
        ("-1", []),
        ("2", [["-i", "2"]]),
        ("2,0", [["-i", "2"]]),
        ("GPU-8932f937", [["-i", "GPU-8932f937"]]),
        ("MIG-5fbc8a0f", [[]]),
    ],
)
def test_the_gpu_is_the_first_one_that_is_visible(
    monkeypatch: pytest.MonkeyPatch, visible: str | None, asked: list[list[str]]
) -> None:
    found = answering(monkeypatch, H100)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert (hardware.card() is not None) == bool(asked)
    assert found == asked


@pytest.fixture
def jax_with_cuda(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """A process under JAX that left its devices, on a machine with a GPU and JAX's plugin for it."""
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(backend=SimpleNamespace(backend=lambda: "jax")))
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace(default_backend=lambda: pytest.fail("made a client")))
    hardware._left.append(True)
    answering(monkeypatch, H100)
    monkeypatch.delenv("JAX_PLATFORMS", raising=False)
    monkeypatch.setattr(hardware, "find_spec", lambda name: None)
    monkeypatch.setattr(hardware, "entry_points", lambda group: [SimpleNamespace(name="xla_cuda13")])
    return SimpleNamespace(plugins=tmp_path)


@pytest.mark.usefixtures("jax_with_cuda")
def test_a_process_that_left_its_devices_knows_its_gpu_without_a_client() -> None:
    assert hardware.has_gpu()
    assert hardware.hardware().gpu == "NVIDIA H100 80GB HBM3"


@pytest.mark.usefixtures("jax_with_cuda")
@pytest.mark.parametrize(
    ("platforms", "sees"), [("", True), ("cuda", True), ("gpu,cpu", True), ("cpu", False), ("cpu,cuda", False)]
)
def test_jax_uses_the_first_platform_that_it_is_told(
    monkeypatch: pytest.MonkeyPatch, platforms: str, sees: bool
) -> None:
    monkeypatch.setenv("JAX_PLATFORMS", platforms)
    assert hardware.has_gpu() == sees


@pytest.mark.usefixtures("jax_with_cuda")
def test_without_a_visible_card_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not hardware.has_gpu()


def test_jax_has_a_gpu_only_with_a_cuda_plugin(jax_with_cuda: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "entry_points", lambda group: [SimpleNamespace(name="other")])
    assert not hardware.has_gpu()
    # Unpacked beside others, without metadata.
    (jax_with_cuda.plugins / "xla_cuda12").mkdir()
    (jax_with_cuda.plugins / "xla_cuda12" / "__init__.py").touch()
    places = SimpleNamespace(submodule_search_locations=[str(jax_with_cuda.plugins)])
    monkeypatch.setattr(hardware, "find_spec", lambda name: places)
    assert hardware.has_gpu()


def test_versions_name_what_is_installed_under_any_name(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"cnn-zoo": "0.1.0", "keras": "3.9.0", "tensorflow-cpu": "2.18.0"}

    def version(name: str) -> str:
        if name not in installed:
            raise hardware.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(hardware, "version", version)
    found = hardware.versions("tensorflow")
    assert list(found) == ["python", "cnn-zoo", "keras", "tensorflow"]
    assert found["tensorflow"] == "2.18.0"


def test_accelerators_are_left_to_others_before_the_first_use_and_not_after(monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: list[Any] = []
    config = SimpleNamespace(set_visible_devices=lambda *given: hidden.append(given))
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(backend=SimpleNamespace(backend=lambda: "tensorflow")))
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(config=config))
    assert not hardware.devices_left()
    hardware.leave_devices()
    assert hidden == [([], "GPU")]
    assert hardware.devices_left()

    def used(*given: Any) -> None:
        raise RuntimeError("Visible devices cannot be modified after being initialized")

    config.set_visible_devices = used
    hardware.leave_devices()


def test_under_pytorch_the_parent_s_networks_lie_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[str] = []

    @contextmanager
    def device(name: str) -> Iterator[None]:
        entered.append(name)
        yield
        entered.append("left")

    keras = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "torch"), device=device)
    monkeypatch.setitem(sys.modules, "keras", keras)
    hardware.leave_devices()
    assert entered == ["cpu"]
    assert hardware.devices_left()


def test_tensorflow_that_keras_loads_beside_another_backend_is_silent(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    utils = SimpleNamespace(set_random_seed=lambda _: os.write(2, b"I0000 port.cc: oneDNN custom operations are on\n"))
    fake = SimpleNamespace(backend=SimpleNamespace(backend=lambda: "torch"), utils=utils)
    monkeypatch.setitem(sys.modules, "keras", fake)
    hardware.find_devices()
    assert capfd.readouterr().err == ""

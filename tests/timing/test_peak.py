"""Peaks of devices, and what stands above them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.runs.record import Hardware
from modelzoo.timing import peak
from modelzoo.timing.peak import Peak, cpu_peak, device_peak, format_flops, gpu_peak, read_gpus, require_possible

GPUS = read_gpus(paths.BENCHMARKS / "devices.toml")


@pytest.fixture
def cpuinfo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A /proc/cpuinfo of one's own, and the clock that the system states, if any."""
    monkeypatch.setattr(peak, "_PROC", tmp_path)
    monkeypatch.setattr(peak, "_CLOCK", tmp_path / "clock")

    def write(flags: str, *, megahertz: tuple[float, ...] = (2500.0, 2600.0), kilohertz: int | None = None) -> None:
        cores = [f"processor\t: {n}\ncpu MHz\t\t: {clock}\nflags\t\t: {flags}" for n, clock in enumerate(megahertz)]
        (tmp_path / "cpuinfo").write_text("\n\n".join(cores))
        if kilohertz:
            (tmp_path / "clock").write_text(f"{kilohertz}\n")

    return write


@pytest.mark.parametrize(
    ("flags", "per_cycle"),
    [
        ("fpu sse2", 8),
        ("fpu sse2 avx", 16),
        ("fpu sse2 avx fma avx2", 32),
        ("fpu sse2 avx fma avx2 avx512f avx512_bf16 amx_bf16", 64),
    ],
)
def test_a_cpu_does_as_much_as_its_widest_instructions(
    cpuinfo: Callable[..., None], flags: str, per_cycle: int
) -> None:
    cpuinfo(flags)
    found = cpu_peak(2, half=False)
    assert found is not None
    assert found.flops_per_s == pytest.approx(2 * 2.6e9 * per_cycle)
    assert found.basis.startswith(f"2 cores at 2.60 GHz, {per_cycle} operations a cycle")


@pytest.mark.parametrize(
    ("flags", "per_cycle"), [("avx512f avx512_bf16", 128), ("avx512f amx_bf16", 2048), ("fma", 32)]
)
def test_half_precision_has_instructions_of_its_own(cpuinfo: Callable[..., None], flags: str, per_cycle: int) -> None:
    cpuinfo(flags)
    assert cpu_peak(1, half=True).flops_per_s == pytest.approx(2.6e9 * per_cycle)  # type: ignore[union-attr]


def test_the_clock_that_the_system_states_as_its_limit_goes_before_that_of_now(cpuinfo: Callable[..., None]) -> None:
    cpuinfo("fma", megahertz=(800.0,), kilohertz=3_700_000)
    assert cpu_peak(1, half=False).flops_per_s == pytest.approx(3.7e9 * 32)  # type: ignore[union-attr]


def test_of_a_cpu_without_flags_or_clock_nothing_is_known(cpuinfo: Callable[..., None], tmp_path: Path) -> None:
    assert cpu_peak(2, half=False) is None
    cpuinfo("fpu")
    assert cpu_peak(2, half=False) is None
    (tmp_path / "cpuinfo").write_text("Features\t: fp asimd\n")
    assert cpu_peak(2, half=False) is None


def test_an_arm_cpu_is_known_by_its_features(cpuinfo: Callable[..., None], tmp_path: Path) -> None:
    cpuinfo("", kilohertz=2_600_000)
    (tmp_path / "cpuinfo").write_text("Features\t: fp asimd\n")
    assert cpu_peak(4, half=False).flops_per_s == pytest.approx(4 * 2.6e9 * 32)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "half", "tera"),
    [
        ("NVIDIA H100 80GB HBM3", False, 494.7),
        ("NVIDIA H100 80GB HBM3", True, 989.4),
        ("NVIDIA H100 PCIe", False, 378.0),
        ("NVIDIA H200", False, 494.7),
        ("NVIDIA A100-SXM4-40GB", False, 156.0),
        ("Tesla V100-SXM2-16GB", False, 15.7),
        ("Tesla V100S-PCIE-32GB", False, 16.4),
        ("Tesla T4", True, 65.0),
        ("NVIDIA L4", False, 60.0),
        ("NVIDIA GeForce RTX 3090", False, 35.6),
        ("NVIDIA GeForce RTX 4090", True, 330.3),
    ],
)
def test_a_gpu_is_known_by_the_words_of_its_name(name: str, half: bool, tera: float) -> None:
    found = gpu_peak(name, half=half, gpus=GPUS)
    assert found is not None
    assert found.flops_per_s == pytest.approx(tera * 1e12)


@pytest.mark.parametrize("name", ["GPU", "NVIDIA L40S", "NVIDIA GeForce RTX 5090", "AMD Instinct MI300X"])
def test_of_another_gpu_nothing_is_known(name: str) -> None:
    assert gpu_peak(name, half=False, gpus=GPUS) is None


@pytest.mark.parametrize("gpu", GPUS, ids=lambda gpu: gpu.name)
def test_tensor_cores_are_not_slower_than_the_rest(gpu: peak._Gpu) -> None:
    assert gpu.float32 <= (gpu.tf32 or gpu.float32) < gpu.half


def test_the_device_is_the_gpu_where_there_is_one(cpuinfo: Callable[..., None]) -> None:
    cpuinfo("fma")
    given = {"cpu": "Made up", "cores": 2, "driver": None, "memory_gb": 16.0, "system": "Linux"}
    on_gpu = device_peak(Hardware(**given, gpu="NVIDIA L4"), "mixed_bfloat16")  # type: ignore[arg-type]
    on_cpu = device_peak(Hardware(**given, gpu=None), "float32")  # type: ignore[arg-type]
    assert (on_gpu.basis, on_gpu.flops_per_s) == ("L4, 121 TFLOP/s dense half", 121e12)  # type: ignore[union-attr]
    assert on_cpu.flops_per_s == pytest.approx(2 * 2.6e9 * 32)  # type: ignore[union-attr]


def test_what_is_above_the_peak_is_refused() -> None:
    require_possible(0.9e12, Peak(1e12, "made up"))
    with pytest.raises(ZooError, match=r"1\.1 TFLOP/s would be 1\.1 times the device's peak, 1 TFLOP/s \(made up\)"):
        require_possible(1.1e12, Peak(1e12, "made up"))


def test_what_a_faster_clock_or_winograd_may_explain_is_possible_without_tensor_cores(
    cpuinfo: Callable[..., None],
) -> None:
    cpuinfo("fma")
    on_cpu, on_v100 = cpu_peak(1, half=False), gpu_peak("V100", half=False, gpus=GPUS)
    for known in (on_cpu, on_v100):
        assert known is not None
        require_possible(2.2 * known.flops_per_s, known)
        with pytest.raises(ZooError, match=r"2\.3 times the device's peak"):
            require_possible(2.3 * known.flops_per_s, known)
    tensor_cores = gpu_peak("V100", half=True, gpus=GPUS)
    assert tensor_cores is not None
    with pytest.raises(ZooError, match=r"1\.1 times the device's peak"):
        require_possible(1.1 * tensor_cores.flops_per_s, tensor_cores)


@pytest.mark.parametrize("gpu", GPUS, ids=lambda gpu: gpu.name)
def test_what_float32_may_reach_without_tf32_is_never_refused(gpu: peak._Gpu) -> None:
    known = gpu_peak(gpu.name, half=False, gpus=GPUS)
    assert known is not None
    require_possible(0.999 * peak.SPARE * gpu.float32 * 1e12, known)
    with pytest.raises(ZooError):
        require_possible(1.001 * max(peak.SPARE * gpu.float32, gpu.tf32 or 0) * 1e12, known)


@pytest.mark.parametrize(
    ("flops", "text"), [(1.234e9, "1.23 GFLOP/s"), (123.4e9, "123 GFLOP/s"), (1.5e12, "1.5 TFLOP/s")]
)
def test_operations_a_second_are_told_with_three_digits(flops: float, text: str) -> None:
    assert format_flops(flops) == text


ENTRY = '[[gpu]]\nname = "X1"\nfloat32 = 1.0\nhalf = 2.0\nsource = "made up"\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (ENTRY.replace("1.0", "-1.0"), r"gpu\[0\]\.float32"),
        (ENTRY.replace("half = 2.0", ""), "half"),
        (ENTRY.replace("made up", " "), "entry 1 has an empty name or source"),
        (ENTRY + ENTRY.replace("X1", "x1"), "'x1' is repeated"),
        (ENTRY + "tensor = 1", "tensor"),
        ("[[gpu", "devices.toml"),
    ],
)
def test_a_faulty_file_of_devices_is_named(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "devices.toml").write_text(text)
    with pytest.raises(ZooError, match=rf"devices\.toml: .*{fault}|{fault}"):
        read_gpus(tmp_path / "devices.toml")

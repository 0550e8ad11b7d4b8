"""Peak FLOP/s of devices, to reject impossible measured times."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from modelzoo.base import paths
from modelzoo.base.toml import read_struct
from modelzoo.errors import ZooError
from modelzoo.runs.record import Hardware

# Outside tensor cores, correct FLOP/s may exceed the peak for two reasons. Processors run above their stated clock.
# Winograd's convolutions need 2.25 times fewer multiplications than are counted (Lavin & Gray 2016, arXiv 1509.09308,
# F(2×2, 3×3)). A call that does not wait for its result exceeds the peak by far more. On tensor cores no convolution
# comes near the peak, which holds at the boost clock: everything above it is rejected.
SPARE = 2.25

_PROC = Path("/proc")
_CLOCK = Path("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")

# Operations of the best core in one cycle, by the widest instructions that /proc/cpuinfo flags. Each lane of two units
# computes a product and a sum (NEON: four units of 128 bits). Many cores do half.
# Sources: Agner Fog's instruction tables, https://agner.org/optimize/; Arm's Neoverse V1 optimization guide (SVE).
_FLOAT32 = (("avx512f", 64), ("fma", 32), ("avx", 16), ("sse2", 8), ("sve", 64), ("asimd", 32))
# AMX: 1024 products a cycle (Intel's optimization manual, chapter on AMX).
_HALF = (("amx_bf16", 2048), ("avx512_fp16", 128), ("avx512_bf16", 128), ("bf16", 256))

_Tera = Annotated[float, msgspec.Meta(gt=0)]


@dataclass(frozen=True)
class Peak:
    """The peak floating-point operations a second of a device, and their basis.

    Correct FLOP/s may exceed the peak by the factor `spare`, not more.
    """

    flops_per_s: float
    basis: str
    spare: float = 1.0


class _Gpu(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of ``benchmarks/devices.toml``, in 10^12 operations a second."""

    name: str
    float32: _Tera
    tf32: _Tera | None = None
    half: _Tera
    source: str


class _Devices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gpu: tuple[_Gpu, ...]


def device_peak(hardware: Hardware, precision: str) -> Peak | None:
    """Return the peak of the backend's device, a GPU or the CPU; None if unknown.

    Parameters
    ----------
    precision : Keras' name, such as ``float32`` or ``mixed_bfloat16``
    """
    half = "16" in precision
    if hardware.gpu is None:
        return cpu_peak(hardware.cores, half=half)
    return gpu_peak(hardware.gpu, half=half, gpus=read_gpus(paths.BENCHMARKS / "devices.toml"))


def gpu_peak(name: str, *, half: bool, gpus: Sequence[_Gpu]) -> Peak | None:
    """Return the peak of the entry whose words are all in the GPU's name; None without one."""
    fitting = [gpu for gpu in gpus if _words(gpu.name) <= _words(name)]
    if not fitting:
        return None
    gpu = max(fitting, key=lambda gpu: len(_words(gpu.name)))
    kind: Literal["half", "tf32", "float32"] = "half" if half else "tf32" if gpu.tf32 else "float32"
    tera: float = getattr(gpu, kind)
    # TF32 may be off, and Winograd's convolutions do not use it: the higher of the two bounds holds.
    spare = 1.0 if half else max(1.0, SPARE * gpu.float32 / tera)
    return Peak(tera * 1e12, f"{gpu.name}, {tera:g} TFLOP/s dense {kind}", spare)


def cpu_peak(cores: int, *, half: bool) -> Peak | None:
    """Return cores × clock × operations a cycle, from Linux' /proc/cpuinfo; None without it."""
    try:
        cpuinfo = (_PROC / "cpuinfo").read_text()
    except OSError:
        return None
    flags = set(" ".join(re.findall(r"^(?:flags|Features)\s*:(.*)$", cpuinfo, re.MULTILINE)[:1]).split())
    table = (*_HALF, *_FLOAT32) if half else _FLOAT32
    flag, per_cycle = next(((flag, count) for flag, count in table if flag in flags), ("", 0))
    gigahertz = _gigahertz(cpuinfo)
    if not per_cycle or not gigahertz:
        return None
    flops = cores * gigahertz * 1e9 * per_cycle
    return Peak(flops, f"{cores} cores at {gigahertz:.2f} GHz, {per_cycle} operations a cycle ({flag})", SPARE)


def require_possible(flops_per_s: float, peak: Peak) -> None:
    """Raise a ZooError where the FLOP/s exceed the device's peak."""
    if flops_per_s > peak.spare * peak.flops_per_s:
        raise ZooError(
            f"{format_flops(flops_per_s)} would be {flops_per_s / peak.flops_per_s:.3g} times the device's peak, "
            f"{format_flops(peak.flops_per_s)} ({peak.basis}); the time is wrong, or the device is another one"
        )


def format_flops(flops_per_s: float) -> str:
    """Format operations a second: ``123 GFLOP/s``."""
    unit, scale = ("TFLOP/s", 1e12) if flops_per_s >= 1e12 else ("GFLOP/s", 1e9)
    number = flops_per_s / scale
    return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"


def read_gpus(path: Path) -> tuple[_Gpu, ...]:
    """Read the GPUs of a ``devices.toml``.

    Raises
    ------
    ZooError
        If the file cannot be read, a number is not positive, a text is empty, or a name is repeated.
    """
    gpus = read_struct(path, _Devices, see="its first lines describe the fields").gpu
    known: set[frozenset[str]] = set()
    for number, gpu in enumerate(gpus, 1):
        if not _words(gpu.name) or not gpu.source.strip():
            raise ZooError(f"{paths.shown(path)}: entry {number} has an empty name or source; each entry needs both")
        if _words(gpu.name) in known:
            raise ZooError(f"{paths.shown(path)}: {gpu.name!r} is repeated; each GPU has one entry")
        known.add(_words(gpu.name))
    return gpus


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9.]+", name.lower()))


def _gigahertz(cpuinfo: str) -> float | None:
    """Return the processor's maximal clock, else the fastest clock of a core now."""
    try:
        return int(_CLOCK.read_text()) / 1e6
    except (OSError, ValueError):
        clocks = re.findall(r"^cpu MHz\s*:\s*([\d.]+)", cpuinfo, re.MULTILINE)
        return max(map(float, clocks)) / 1000 if clocks else None

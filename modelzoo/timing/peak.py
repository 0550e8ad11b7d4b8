"""Peaks: what the device can do at most, so that a measured time that cannot be true is refused."""

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

# Outside tensor cores, a figure may stand above the peak for two reasons that are no mistake: processors run
# above the clock that they state, and Winograd's convolutions do with 2.25 times fewer multiplications than are counted
# (Lavin & Gray 2016, arXiv 1509.09308, F(2×2, 3×3)). A call that does not wait for its result is off by far more. On
# tensor cores no convolution comes near the peak, which is at the boost clock: what is above it is refused.
SPARE = 2.25

_PROC = Path("/proc")
_CLOCK = Path("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq")

# Operations of one core in one cycle, by the widest instructions that /proc/cpuinfo flags, as the best core with them
# does: a product and a sum in each lane of two units (four units of 128 bits with NEON). Many do half of that.
# Sources: Agner Fog's instruction tables, https://agner.org/optimize/; Arm's Neoverse V1 optimization guide (SVE).
_FLOAT32 = (("avx512f", 64), ("fma", 32), ("avx", 16), ("sse2", 8), ("sve", 64), ("asimd", 32))
# AMX: 1024 products a cycle (Intel's optimization manual, chapter on AMX).
_HALF = (("amx_bf16", 2048), ("avx512_fp16", 128), ("avx512_bf16", 128), ("bf16", 256))

_Tera = Annotated[float, msgspec.Meta(gt=0)]


@dataclass(frozen=True)
class Peak:
    """Floating-point operations a second that the device can do, and what that rests on.

    A true figure may be above it by the factor `spare`, not more.
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
    """The peak of the device that the backend uses, its GPU where it has one; None where it is not known.

    Parameters
    ----------
    precision : Keras' name of it, ``float32``, ``mixed_bfloat16`` …
    """
    half = "16" in precision
    if hardware.gpu is None:
        return cpu_peak(hardware.cores, half=half)
    return gpu_peak(hardware.gpu, half=half, gpus=read_gpus(paths.BENCHMARKS / "devices.toml"))


def gpu_peak(name: str, *, half: bool, gpus: Sequence[_Gpu]) -> Peak | None:
    """The peak of the entry whose words the GPU's name has; None where there is none."""
    fitting = [gpu for gpu in gpus if _words(gpu.name) <= _words(name)]
    if not fitting:
        return None
    gpu = max(fitting, key=lambda one: len(_words(one.name)))
    kind: Literal["half", "tf32", "float32"] = "half" if half else "tf32" if gpu.tf32 else "float32"
    figure: float = getattr(gpu, kind)
    # TF32 may be off, and Winograd's convolutions need none: where the bound of float32 is higher, it holds.
    spare = 1.0 if half else max(1.0, SPARE * gpu.float32 / figure)
    return Peak(figure * 1e12, f"{gpu.name}, {figure:g} TFLOP/s dense {kind}", spare)


def cpu_peak(cores: int, *, half: bool) -> Peak | None:
    """Cores times clock times operations a cycle, from what Linux tells of the processor; None where it does not."""
    try:
        told = (_PROC / "cpuinfo").read_text()
    except OSError:
        return None
    flags = set(" ".join(re.findall(r"^(?:flags|Features)\s*:(.*)$", told, re.MULTILINE)[:1]).split())
    table = (*_HALF, *_FLOAT32) if half else _FLOAT32
    flag, per_cycle = next(((flag, count) for flag, count in table if flag in flags), ("", 0))
    gigahertz = _gigahertz(told)
    if not per_cycle or not gigahertz:
        return None
    flops = cores * gigahertz * 1e9 * per_cycle
    return Peak(flops, f"{cores} cores at {gigahertz:.2f} GHz, {per_cycle} operations a cycle ({flag})", SPARE)


def require_possible(flops_per_s: float, peak: Peak) -> None:
    """Raise a ZooError where the device cannot have done so many operations a second."""
    if flops_per_s > peak.spare * peak.flops_per_s:
        raise ZooError(
            f"{told(flops_per_s)} would be {flops_per_s / peak.flops_per_s:.3g} times the device's peak, "
            f"{told(peak.flops_per_s)} ({peak.basis}); the time is wrong, or the device is not the one that it says"
        )


def told(flops_per_s: float) -> str:
    """Operations a second for people: ``123 GFLOP/s``."""
    unit, scale = ("TFLOP/s", 1e12) if flops_per_s >= 1e12 else ("GFLOP/s", 1e9)
    figure = flops_per_s / scale
    return f"{figure:,.0f} {unit}" if figure >= 100 else f"{figure:.3g} {unit}"


def read_gpus(path: Path) -> tuple[_Gpu, ...]:
    """The GPUs of a ``devices.toml``.

    Raises
    ------
    ZooError
        If it cannot be read, a figure is no positive number, a name stands twice or a source is missing.
    """
    gpus = read_struct(path, _Devices, see="its first lines describe the fields").gpu
    known: set[frozenset[str]] = set()
    for place, gpu in enumerate(gpus, 1):
        if not _words(gpu.name) or not gpu.source.strip():
            raise ZooError(f"{paths.shown(path)}: entry {place} has an empty name or source; a figure needs both")
        if _words(gpu.name) in known:
            raise ZooError(f"{paths.shown(path)}: {gpu.name!r} stands twice; each GPU has one entry")
        known.add(_words(gpu.name))
    return gpus


def _words(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9.]+", name.lower()))


def _gigahertz(cpuinfo: str) -> float | None:
    """The most that the processor states: its own limit, else the fastest clock of a core now."""
    try:
        return int(_CLOCK.read_text()) / 1e6
    except (OSError, ValueError):
        clocks = re.findall(r"^cpu MHz\s*:\s*([\d.]+)", cpuinfo, re.MULTILINE)
        return max(map(float, clocks)) / 1000 if clocks else None

"""Protocols: the conditions that runs of one table share, and their sentence in a caption."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from modelzoo.runs.record import Hardware, Record

USUAL = "usual"


@dataclass(frozen=True)
class Protocol:
    """The conditions that runs of one table share.

    The number of channels belongs to the network, not to the protocol: the gray image is the same. Driver, library
    versions and the host of a GPU are in the caption instead. `cpu` and `cores` are None with a GPU. TF32 counts as a
    precision.
    """

    dataset: str
    checksums: tuple[tuple[str, str], ...]
    reading: str
    synthetic: bool
    train_images: int
    validation_images: int
    test_images: int
    height: int
    width: int
    cpu: str | None
    cores: int | None
    gpu: str | None
    precision: str
    backend: str
    title: str = field(default="", compare=False)

    @property
    def hardware(self) -> str:
        """Return the device that computed."""
        return _device(self.gpu, self.cpu, self.cores)

    @property
    def data(self) -> str:
        """Return the name of the data set, marked if its images are synthetic."""
        return f"{self.dataset} (synthetic)" if self.synthetic else self.dataset

    @property
    def sentence(self) -> str:
        """Return the conditions for a caption, without the backend, which `versions_of` gives."""
        title = f" ({self.title})" if self.title and self.title != self.dataset else ""
        kind = ", synthetic images" if self.synthetic else ""
        kind += f", read with {self.reading}" if self.reading != USUAL else ""
        return (
            f"Measured on {self.dataset}{title}{kind}: {self.train_images:,} training, {self.validation_images:,} "
            f"validation and {self.test_images:,} test images at {self.width}×{self.height}; {self.hardware}; "
            f"{self.precision}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the conditions as JSON has them."""
        return dict(msgspec.to_builtins(self), checksums=dict(self.checksums))


def protocol_of(record: "Record") -> Protocol:
    """Return the conditions of a run."""
    data, hardware = record.dataset, record.hardware
    height, width, _ = record.input_shape
    return Protocol(
        dataset=data.name,
        checksums=tuple(sorted(data.checksums.items())),
        reading=data.reading or USUAL,
        synthetic=data.synthetic,
        train_images=data.train_images,
        validation_images=data.validation_images,
        test_images=data.test_images,
        height=height,
        width=width,
        cpu=None if hardware.gpu else hardware.cpu,
        cores=None if hardware.gpu else hardware.cores,
        gpu=hardware.gpu,
        precision=precision_of(record),
        backend=record.backend,
        title=data.title,
    )


def device_name(hardware: "Hardware") -> str:
    """Return the device that computes, as `Protocol.hardware` names it."""
    return _device(hardware.gpu, hardware.cpu, hardware.cores)


def _device(gpu: str | None, cpu: str | None, cores: int | None) -> str:
    return gpu or f"{_cpu(cpu, cores)}, no GPU"


def _cpu(name: str | None, cores: int | None) -> str:
    return f"{name} ({cores} core" + "s" * (cores != 1) + ")"


def precision_of(record: "Record") -> str:
    """Return the precision of a run: its name in Keras, and whether float32 products were in TF32."""
    if record.precision != "float32" or record.on_gpu is None:
        return record.precision
    products = {True: "float32 with products in TF32", False: "float32", None: "float32, TF32 not known"}
    return products[record.on_gpu.tf32]


def versions_of(records: Sequence["Record"]) -> str:
    """Return the versions of backend, Keras, Python and GPU driver, and the host of the GPU; all where runs differ."""
    keys = dict.fromkeys(key for record in records for key in (record.backend, "keras", "python"))
    parts = []
    for key in keys:
        versions = sorted({record.versions[key] for record in records if key in record.versions})
        if versions or key not in ("keras", "python"):
            parts.append(f"{key} {' and '.join(versions)}".rstrip())
    drivers = sorted({record.hardware.driver for record in records if record.hardware.driver})
    if drivers:
        parts.append(f"driver {' and '.join(drivers)}")
    hosts = sorted({_cpu(item.hardware.cpu, item.hardware.cores) for item in records if item.hardware.gpu})
    if hosts:
        parts.append(f"host {' and '.join(hosts)}")
    return ", ".join(parts)


def dates_of(records: Sequence["Record"]) -> str:
    """Return the day on which the runs were finished, or the first and the last day."""
    days = sorted(record.finished[:10] for record in records)
    return days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def conditions_of(protocol: Protocol, records: Sequence["Record"]) -> str:
    """Return the conditions that the runs share, with versions and dates, as one sentence."""
    return f"{protocol.sentence} on {versions_of(records)}; runs of {dates_of(records)}."

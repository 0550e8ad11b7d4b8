"""What must be equal for two runs to stand in one table, and the sentence that says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from modelzoo.runs.record import Record, precision_of


@dataclass(frozen=True)
class Protocol:
    """The conditions that runs of one table share.

    The number of channels is no part of it: it belongs to the network, and the gray image is the same. Nor are driver
    and library versions, or the host of a GPU: they are stated with the table instead. `cpu` and `cores` are None where
    there is a GPU. TF32 counts as a precision.
    """

    dataset: str
    checksums: tuple[tuple[str, str], ...]
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
        """The device that computed."""
        return self.gpu or f"{_cpu(self.cpu, self.cores)}, no GPU"

    @property
    def data(self) -> str:
        """The data set's name; a synthetic one is always said to be."""
        return f"{self.dataset} (synthetic)" if self.synthetic else self.dataset

    @property
    def sentence(self) -> str:
        """The conditions as a caption gives them, all but the backend, which comes with its version."""
        title = f" ({self.title})" if self.title and self.title != self.dataset else ""
        kind = ", synthetic images" if self.synthetic else ""
        return (
            f"Measured on {self.dataset}{title}{kind}: {self.train_images:,} training, {self.validation_images:,} "
            f"validation and {self.test_images:,} test images at {self.width}×{self.height}; {self.hardware}; "
            f"{self.precision}"
        )


def protocol_of(record: Record) -> Protocol:
    """The conditions that a run was made under."""
    data, hardware = record.dataset, record.hardware
    height, width, _ = record.input_shape
    return Protocol(
        dataset=data.name,
        checksums=tuple(sorted(data.checksums.items())),
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


def _cpu(name: str | None, cores: int | None) -> str:
    return f"{name} ({cores} core" + "s" * (cores != 1) + ")"


def by_protocol(records: Iterable[Record]) -> dict[Protocol, list[Record]]:
    """The runs of each protocol: the one with most models first, then real before synthetic, then the newest."""
    groups: dict[Protocol, list[Record]] = {}
    for record in records:
        groups.setdefault(protocol_of(record), []).append(record)
    newest_first = sorted(groups, key=lambda protocol: max(run.finished for run in groups[protocol]), reverse=True)
    ordered = sorted(
        newest_first, key=lambda protocol: (-len({run.model for run in groups[protocol]}), protocol.synthetic)
    )
    return {protocol: groups[protocol] for protocol in ordered}


def versions_of(records: Sequence[Record]) -> str:
    """The versions of backend, Keras, Python and GPU driver, and the GPU's host; all where the runs differ."""
    keys = dict.fromkeys(key for record in records for key in (record.backend, "keras", "python"))
    parts = []
    for key in keys:
        found = sorted({record.versions[key] for record in records if key in record.versions})
        if found or key not in ("keras", "python"):
            parts.append(f"{key} {' and '.join(found)}".rstrip())
    drivers = sorted({record.hardware.driver for record in records if record.hardware.driver})
    if drivers:
        parts.append(f"driver {' and '.join(drivers)}")
    hosts = sorted({_cpu(run.hardware.cpu, run.hardware.cores) for run in records if run.hardware.gpu})
    if hosts:
        parts.append(f"host {' and '.join(hosts)}")
    return ", ".join(parts)


def dates_of(records: Sequence[Record]) -> str:
    """The day, or first and last day, on which the runs were finished."""
    days = sorted(record.finished[:10] for record in records)
    return days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def conditions_of(protocol: Protocol, records: Sequence[Record]) -> str:
    """Return the conditions that the runs share, with versions and dates, as one sentence."""
    return f"{protocol.sentence} on {versions_of(records)}; runs of {dates_of(records)}."

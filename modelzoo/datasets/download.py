"""The download of EMNIST from NIST: one archive, checked by its SHA-256, and the wanted splits of it."""

import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from modelzoo.base.atomic import atomic_file, make_folder, write_atomically
from modelzoo.base.files import open_regular
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, plural, printable, reason
from modelzoo.datasets.dataset import data_folder
from modelzoo.datasets.emnist import CLASSES, files_of, is_complete, names
from modelzoo.errors import ZooError, unknown

FOLDER = "emnist"
_MIB = 1 << 20
_SPACE = "free some space, or name another data folder with `data_dir`"


@dataclass(frozen=True)
class Source:
    """An archive on the network: address, checksum, and size, at which a download ends."""

    address: str
    sha256: str
    size_mib: int


NIST = Source(
    address="https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",
    sha256="fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
    size_mib=536,
)

# Receives a line about the progress.
Report = Callable[[str], None]


@dataclass(frozen=True)
class Fetched:
    """The result of a download: the written files, the splits on disk before, and the archive if it was kept."""

    folder: Path
    written: tuple[Path, ...]
    present: tuple[str, ...]
    archive: Path | None = None

    def summary(self) -> list[str]:
        """Return lines about the result, and the next step."""
        lines = [f"already there: {', '.join(f'emnist-{split}' for split in self.present)}"] if self.present else []
        if self.written:
            lines.append(f"wrote {plural(len(self.written), 'file')} to {printable(str(self.folder))}")
        if self.archive:
            lines.append(f"kept {printable(str(self.archive))}")
        names = [split for split in CLASSES if any(f"-{split}-" in path.name for path in self.written)]
        return [*lines, f"see it with `zoo data show emnist-{(*names, *self.present)[0]}`"]


def fetch(
    name: str,
    splits: Sequence[str] | None = None,
    data_dir: Path | None = None,
    *,
    archive: Path | None = None,
    keep: bool = False,
    report: Report = lambda line: None,
    source: Source = NIST,
) -> Fetched:
    """Download a data set from its publisher into the data folder; files on disk stay as they are.

    Parameters
    ----------
    name : ``emnist``, or one split of it, ``emnist-balanced``
    splits : the wanted splits of ``emnist``; default: all six
    data_dir : as for `load_dataset`
    archive : NIST's archive, downloaded by hand; it is read and not changed
    keep : keep the downloaded archive with the files, as `gzip.zip`
    report : receives lines about the progress

    Raises
    ------
    ZooError
        If a split is unknown, the network or the disk fails, or the archive is not NIST's. No partial file is left.
    """
    wanted = _wanted(name, splits)
    data = data_folder(data_dir)
    missing = [split for split in wanted if not is_complete(files_of(split, data))]
    present = tuple(split for split in wanted if split not in missing)
    folder = data / FOLDER
    if not missing:
        return Fetched(folder, (), present)
    stored = folder / "gzip.zip" if keep and not archive else None
    with _folder(folder), _opened(archive, folder) as file:
        if not archive:
            _download(source, file, folder, report)
        _check(file, source, archive, report)
        written = _unpack(file, source, missing, folder)
        if stored:
            file.seek(0)
            with atomic_file(stored) as copy:
                shutil.copyfileobj(file, copy)
    return Fetched(folder, written, present, stored)


def _wanted(name: str, splits: Sequence[str] | None) -> list[str]:
    if name in names():
        if splits:
            raise ZooError(f"{name} is one split, and more are wanted; name `emnist` with `splits` {','.join(splits)}")
        return [name.removeprefix("emnist-")]
    if name != FOLDER:
        raise unknown("data set to download", name, [FOLDER, *names()])
    wanted = list(dict.fromkeys(splits or CLASSES))
    for split in wanted:
        if split not in CLASSES:
            raise unknown("split of EMNIST", split, CLASSES)
    return wanted


def members(split: str) -> list[str]:
    """Return the names of a split's files in the folder ``gzip`` of NIST's archive."""
    pairs = [
        f"emnist-{split}-{part}-{kind}-idx{dimensions}-ubyte.gz"
        for part in ("train", "test")
        for kind, dimensions in (("images", 3), ("labels", 1))
    ]
    return [*pairs, f"emnist-{split}-mapping.txt"]


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make the folder if it is missing, and remove it at the end if it is empty."""
    make_folder(folder, advice="name another data folder with `data_dir`")
    try:
        yield
    finally:
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def _opened(archive: Path | None, folder: Path) -> Iterator[IO[bytes]]:
    """Open the archive, or a file without a name in the folder, which is gone when the process ends."""
    try:
        with open_regular(archive) if archive else tempfile.TemporaryFile(dir=folder) as file:
            yield file
    except OSError as error:
        raise ZooError(f"cannot write to {shown(folder)}: {reason(error)}; nothing was left behind; {_SPACE}") from None


def _download(source: Source, file: IO[bytes], folder: Path, report: Report) -> None:
    import pooch
    from requests import RequestException

    free, needed = shutil.disk_usage(folder).free // _MIB, 2 * source.size_mib  # the archive and its files, as large
    if free < needed:
        raise ZooError(
            f"{shown(folder)} has {free:,} MiB free and EMNIST takes {needed:,} while it is unpacked; {_SPACE}"
        )
    report(f"getting {source.address}, {source.size_mib} MiB")
    try:
        download = pooch.HTTPDownloader(progressbar=_Progress(report), chunk_size=_MIB)
        download(source.address, _Limited(file, source), None)
    except (RequestException, ValueError) as error:  # ValueError: a header that is no number
        raise ZooError(
            f"cannot get {source.address} ({_reason(error)}); nothing was left behind; try again, or {_by_hand(source)}"
        ) from None


class _Limited:
    """A file that takes as many bytes as the source announces, whatever the server sends."""

    def __init__(self, file: IO[bytes], source: Source) -> None:
        self.flush = file.flush
        self._file = file
        self._source = source
        self._left = source.size_mib * _MIB

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise ZooError(
                f"{self._source.address} sends more than {self._source.size_mib} MiB, the size of NIST's archive; "
                f"nothing was left behind; {_by_hand(self._source)}"
            )
        return self._file.write(data)


class _Progress:
    """The progress bar that pooch updates, as a line for each tenth."""

    def __init__(self, report: Report) -> None:
        self.total = 0
        self._done = 0
        self._report = report

    def update(self, size: int) -> None:
        tenths = 10 * self._done // self.total if self.total else 0
        self._done += size
        if self.total and tenths < 10 * self._done // self.total < 10:
            self._report(f"{self._done // _MIB} of {self.total // _MIB} MiB")

    def reset(self) -> None:
        self._done = 0

    def close(self) -> None:
        pass


def _reason(error: Exception) -> str:
    """Return the innermost cause of an error, such as an unknown host or a timeout."""
    cause: BaseException = error
    while isinstance(inner := getattr(cause, "reason", None) or next(iter(cause.args), None), BaseException):
        cause = inner
    return cut(" ".join(str(cause).split()) or type(cause).__name__, 200)


def _by_hand(source: Source) -> str:
    return f"get {source.address} by hand and run `zoo data get emnist --archive PATH/gzip.zip`"


def _check(file: IO[bytes], source: Source, archive: Path | None, report: Report) -> None:
    report("checking its SHA-256")
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    if sha256 != source.sha256:
        name = shown(archive) if archive else f"the file from {source.address}"
        again = f"remove it and get {source.address} again" if archive else f"try again, or {_by_hand(source)}"
        raise ZooError(f"{name} has SHA-256 {sha256}, NIST's archive {source.sha256}; nothing was unpacked; {again}")


def _unpack(file: IO[bytes], source: Source, splits: Sequence[str], folder: Path) -> tuple[Path, ...]:
    """Write the missing files of the splits under fixed names, never under names from the archive."""
    written: list[Path] = []
    try:
        with zipfile.ZipFile(file) as packed:
            for path in (folder / name for split in splits for name in members(split)):
                if not path.exists():
                    write_atomically(path, packed.read(f"gzip/{path.name}"))
                    written.append(path)
    except (KeyError, zipfile.BadZipFile, EOFError) as error:
        raise ZooError(f"the archive cannot be unpacked: {error}; {_by_hand(source)}") from None
    return tuple(written)

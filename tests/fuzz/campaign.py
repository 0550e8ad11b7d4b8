"""Damaged files by the thousand: each reader returns a right answer or raises a ZooError that names the file.

Usage: ``python campaign.py KIND INPUTS SEED FOLDER``. The process has a bound on its memory, and each input a bound on
its time. The first input that breaks the claim is kept in FOLDER, and the exit code is 1.
"""

import gzip
import io
import random
import resource
import shutil
import signal
import sys
import traceback
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from modelzoo.base import paths
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.importers.csv import import_csv
from modelzoo.catalog.importers.timm import import_timm
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.load import load_dataset
from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe
from modelzoo.recipes.suite import load_suite
from modelzoo.runs import checkpoint
from modelzoo.runs.correctness import load_correctness
from modelzoo.runs.listing import list_runs
from modelzoo.runs.run import load_runs
from modelzoo.scoring.profile import load_profile
from modelzoo.scoring.rank import rank

SECONDS = 20
MEMORY = 2 << 30

RESULTS = paths.BENCHMARKS / "results"
WORDS = [
    *(
        '"',
        "'",
        ",",
        ";",
        "\n",
        "\r",
        "\r\n",
        "\0",
        "\t",
        " ",
        "=",
        "[",
        "]",
        "{",
        "}",
        "#",
        "\\",
        '"""',
        "…",
        "−",
        "１",
    ),
    *(
        "\ufeff",
        "\u202e",
        "\x1b[2J",
        "é",
        "e\u0301",
        "nan",
        "-inf",
        "1e999",
        "1e5000000",
        "1e-50000000",
        "-1",
        "0",
        ".5",
    ),
    *(
        "9" * 5000,
        "[" * 3000,
        "{" * 3000,
        '{"a":' * 3000,
        "a" * 5000,
        "a.b=1\n",
        "null",
        "true",
        "0x10",
        "1_000",
        "1,000",
    ),
]
NUMBERS = [0, 1, 2, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1]

Damage = Callable[[random.Random, bytearray], None]


@dataclass(frozen=True)
class Kind:
    """One kind of file: whole samples by file name, the reader, and the form that holds the bytes worth damaging."""

    samples: Sequence[tuple[str, bytes]]
    read: Callable[[Path], object]
    packing: str = ""
    text: bool = False


# Damage to bytes of any kind.


def flip_bits(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.choice([1, 1, 2, 8])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(rng: random.Random, data: bytearray) -> None:
    start, length = rng.randrange(len(data)), rng.choice([1, 2, 4, 8, 100])
    fill = rng.choice([b"\0", b"\xff", rng.randbytes(1)]) * length if rng.random() < 0.5 else rng.randbytes(length)
    data[start : start + length] = fill


def cut_off(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data)) :]


def drop(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.choice([1, 2, 10, 100, 1000])]


def repeat(rng: random.Random, data: bytearray) -> None:
    start, length = rng.randrange(len(data)), rng.choice([1, 4, 20, 200])
    data[start:start] = data[start : start + length] * rng.choice([1, 2, 50])


def set_number(rng: random.Random, data: bytearray) -> None:
    size = rng.choice([1, 2, 4, 8])
    number = (rng.choice(NUMBERS) % (1 << 8 * size)).to_bytes(size, rng.choice(["big", "little"]))
    start = rng.randrange(min(len(data), rng.choice([16, 64, len(data)])))
    data[start : start + size] = number


def set_digits(rng: random.Random, data: bytearray) -> None:
    digits = [index for index, byte in enumerate(data[:20_000]) if 48 <= byte <= 57]
    if digits:
        data[(index := rng.choice(digits)) : index + 1] = rng.choice([b"9", b"0", b"-", b"99999999", b"1e9", b"0.5"])


def insert_word(rng: random.Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    data[start : start + rng.choice([0, 0, 1, 5])] = rng.choice(WORDS).encode("utf-8", "surrogatepass")


def swap_lines(rng: random.Random, data: bytearray) -> None:
    lines = data.split(b"\n")
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    data[:] = b"\n".join(lines)


BYTES: list[Damage] = [flip_bits, flip_bits, overwrite, cut_off, drop, repeat, set_number, set_digits]
TEXT: list[Damage] = [
    flip_bits,
    overwrite,
    cut_off,
    drop,
    repeat,
    set_digits,
    set_digits,
    insert_word,
    insert_word,
    swap_lines,
]


def damaged(rng: random.Random, data: bytes, damages: Sequence[Damage]) -> bytes:
    """Return the bytes with one to three damages."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if changed:
            rng.choice(damages)(rng, changed)
    return bytes(changed)


def repacked(rng: random.Random, data: bytes, packing: str) -> bytes:
    """Return a whole archive whose content is damaged: its checksums fit."""
    if packing == "gzip":
        return gzip.compress(damaged(rng, gzip.decompress(data), BYTES), 1)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    index = rng.randrange(len(members))
    name, content = members[index]
    choice = rng.random()
    if choice < 0.7:
        members[index] = name, damaged(rng, content, BYTES)
    elif choice < 0.8:
        members[index] = members[index][0], members[rng.randrange(len(members))][1]
    elif choice < 0.9:
        del members[index]
    else:
        members[index] = rng.choice(["a0.npy", "../x.npy", "state.npy", "truth.npy", "x"]), content
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def inputs(kind: Kind, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield file names with damaged content, without end, the same for the same seed."""
    rng = random.Random(seed)
    damages = TEXT if kind.text else BYTES
    while True:
        name, data = rng.choice(kind.samples)
        if kind.packing and rng.random() < 0.6:
            yield name, repacked(rng, data, kind.packing)
        elif rng.random() < 0.02:
            yield name, rng.choice([b"", b"\0" * 1000, rng.randbytes(500), rng.choice(kind.samples)[1][:50]])
        else:
            yield name, damaged(rng, data, damages)


# Readers: a public door each, and a check of what it returns.


def require(claim: bool, what: str) -> None:
    if not claim:
        raise AssertionError(what)


def read_catalog(path: Path) -> None:
    catalog = load_catalog(path)
    key = next((key for key in catalog.criteria if key in ("top1", "top5", "params", "gpu")), None)
    if key is not None:
        scores = rank(catalog, by=f"{key}:max").scores
        require(bool(np.isfinite(scores).all()), "a score is not finite")


def read_imported(path: Path) -> None:
    imported = import_csv(path, "name=Model,top1=Acc@1,params:M=Params (M)")
    imported.write(path.with_name("imported.csv"), force=True)
    if imported.models:
        load_catalog(path.with_name("imported.csv"))


def read_timm(path: Path) -> None:
    imported = import_timm(path)
    imported.write(path.with_name("imported.csv"), force=True)


def read_runs(path: Path) -> None:
    """Read a folder of runs with one damaged file: it is named, or gives a record that can be listed and compared."""
    shipped = path.parent.parent / "none"
    shipped.mkdir(exist_ok=True)
    runs, problems = load_runs(path.parent.parent, shipped)
    require(len(runs) == 2 or any(path.parent.name in problem for problem in problems), "the run is lost in silence")
    list_runs(path.parent.parent)
    for run in runs:
        test = run.record.test
        require(test is None or 0 <= test.correct <= test.images, "more correct answers than images")
    for run in runs:
        read = run.predictions()
        if read is not None and run.record.test is not None:
            require(len(read.best) < 10**6, "predictions of nowhere")
    load_correctness([run for run in runs if run.folder == path.parent])


def read_checkpoint(path: Path) -> None:
    loaded = checkpoint.load_checkpoint(path.parent)
    require(loaded is not None, "the checkpoint is lost in silence")
    checkpoint.epochs_done(path.parent)


def read_dataset(path: Path) -> None:
    dataset = load_dataset(str(path if path.suffix == ".npz" else path.parent))
    for split in (dataset.train, dataset.test):
        require(split.images.dtype == np.uint8 and len(split.images) == len(split.labels) > 0, "no split")
        require(split.labels.min() >= 0 and split.labels.max() < len(dataset.classes), "a label outside the classes")


def read_image(path: Path) -> None:
    train = load_dataset(str(path.parent.parent.parent)).train.images
    if isinstance(train, ImageFiles):  # the damaged image has another size
        require(train.decode(slice(None), size=8, mode="crop", channels=3).shape[1:] == (8, 8, 3), "another size")
    else:
        require(train.shape[1:3] == (8, 8), "another size")


def read_manifest(path: Path) -> None:
    dataset = load_dataset(str(path))
    names = [name for split in dataset.splits.values() for name in split.names.tolist()]
    require(len(set(names)) == len(names) > 0, "an image is in two splits")
    require(len(dataset.classes) > 1, "one class")


# Samples.


def text_samples(folder: Path, pattern: str) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(folder.glob(pattern))]


def npz(**arrays: object) -> bytes:
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    return packed.getvalue()


def idx(array: np.ndarray) -> bytes:  # type: ignore[type-arg]
    header = bytes([0, 0, 8, array.ndim]) + b"".join(length.to_bytes(4, "big") for length in array.shape)
    return gzip.compress(header + array.astype(np.uint8).tobytes(), 1)


def checkpoint_samples(folder: Path) -> list[tuple[str, bytes]]:
    folder.mkdir()
    arrays = [np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros(4, np.int64), np.float32(1.5).reshape(())]
    checkpoint.save_checkpoint(folder, checkpoint.TrainingState(waited=2, best=0.5), arrays)
    return text_samples(folder, "*.npz")


def image_samples(shift: int = 0) -> list[tuple[str, bytes]]:
    from PIL import Image

    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 3 + np.uint8(shift)
    samples = []
    for form in ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF", "PPM"):
        packed = io.BytesIO()
        Image.fromarray(pixels).save(packed, form)
        samples.append((f"image.{'png' if len(samples) % 2 else form.lower()}", packed.getvalue()))
    return samples


def manifest(*splits: str) -> bytes:
    rows = [f"{number}.png,{'ab'[number % 2]},{splits[number // 2 % len(splits)]}" for number in range(12)]
    lines = ["path,label,split", *rows] if splits != ("",) else ["path,label", *(row[:-1] for row in rows)]
    return "\n".join(lines).encode()


RNG = np.random.default_rng(0)
IMAGES, LABELS = RNG.integers(0, 256, (60, 8, 8), np.uint8), np.arange(60) % 3


def lay_out(kind: str, folder: Path) -> None:
    """Make the whole files around the damaged one."""
    if kind == "idx":
        for part in ("train", "test"):
            (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(idx(IMAGES))
            (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(idx(LABELS))
    elif kind == "images":
        for part in ("train", "test"):
            for name in ("a", "b"):
                (folder / part / name).mkdir(parents=True)
                for number in range(2):
                    (folder / part / name / f"{number}.png").write_bytes(image_samples(number)[0][1])
    elif kind == "manifest":
        for number in range(12):
            (folder / f"{number}.png").write_bytes(image_samples(number)[0][1])
    elif kind in ("records", "predictions"):
        for source in RUNS:
            shutil.copytree(source, folder / source.name)


RUNS = sorted(path for path in RESULTS.glob("lenet5-*") if (path / "predictions.npz").exists())[:2]
FILE_IN = {"images": "train/a", "records": RUNS[0].name, "predictions": RUNS[0].name}


def kinds(folder: Path) -> dict[str, Kind]:
    table = b"Model,Acc@1,Params (M)\n" + b"".join(b"net-%d,%d.%d,%d.5\n" % (n, 60 + n, n, n + 3) for n in range(20))
    timm = b"model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation\n" + b"".join(
        b"net%d.a1_in1k,%d,%d.12,%d.88,%d.5,%d.5,%d.1,0.95,bicubic\n"
        % (n, 224 + 32 * (n % 2), 60 + n, 39 - n, 80 + n, 19 - n, n + 5)
        for n in range(15)
    )
    images = image_samples()
    return {
        "catalog": Kind(
            [
                ("mine.csv", table.replace(b"Model,Acc@1,Params (M)", b"name,top1,params")),
                *text_samples(paths.CATALOG / "sources", "*.csv"),
            ],
            read_catalog,
            text=True,
        ),
        "table": Kind([("table.csv", table)], read_imported, text=True),
        "timm": Kind([("timm.csv", timm)], read_timm, text=True),
        "recipe": Kind(text_samples(paths.BENCHMARKS / "recipes", "*.toml"), load_recipe, text=True),
        "suite": Kind(text_samples(paths.BENCHMARKS / "suites", "*.toml"), load_suite, text=True),
        "profile": Kind(text_samples(paths.SCORING, "*.toml"), load_profile, text=True),
        "records": Kind(text_samples(RUNS[0], "record.json"), read_runs, text=True),
        "predictions": Kind(text_samples(RUNS[0], "predictions.npz"), read_runs, "zip"),
        "checkpoints": Kind(checkpoint_samples(folder / "sample"), read_checkpoint, "zip"),
        "idx": Kind(
            [("train-images-idx3-ubyte.gz", idx(IMAGES)), ("train-labels-idx1-ubyte.gz", idx(LABELS))],
            read_dataset,
            "gzip",
        ),
        "npz": Kind(
            [("set.npz", npz(x_train=IMAGES, y_train=LABELS, x_test=IMAGES, y_test=LABELS))], read_dataset, "zip"
        ),
        "images": Kind(images, read_image),
        "manifest": Kind(
            [("divided.csv", manifest("train", "val", "test")), ("whole.csv", manifest(""))], read_manifest, text=True
        ),
    }


def late(*_: object) -> None:
    raise TimeoutError(f"longer than {SECONDS} s")


def main(kind: str, count: int, seed: int, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    chosen = kinds(folder)[kind]
    resource.setrlimit(resource.RLIMIT_AS, (used() + MEMORY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, late)
    place = folder / "files"
    place.mkdir()
    lay_out(kind, place)
    inside = place / FILE_IN.get(kind, ".")
    outcomes = {"read": 0, "refused": 0}
    for number, (name, data) in zip(range(count), inputs(chosen, seed), strict=False):
        path = inside / name
        original = path.read_bytes() if path.exists() else None
        path.write_bytes(data)
        signal.alarm(SECONDS)
        try:
            outcomes[outcome(chosen, path)] += 1
        except Exception:
            kept = folder / f"{kind}-{seed}-{number}-{name}"
            kept.write_bytes(data)
            traceback.print_exc()
            print(f"{kind}, seed {seed}, input {number}: kept as {kept}", file=sys.stderr)
            return 1
        finally:
            signal.alarm(0)
            path.unlink() if original is None else path.write_bytes(original)
    print(msgspec.json.encode({"kind": kind, "seed": seed, **outcomes}).decode())
    return 0


def outcome(kind: Kind, path: Path) -> str:
    """Read a file; return ``read``, or ``refused`` for an error of a bearable length that names the file."""
    try:
        kind.read(path)
    except ZooError as error:
        message = str(error)
        require(any(name in message for name in (path.name, path.stem, path.parent.name)), f"no place: {message}")
        require(len(message) < 2000, f"an error of {len(message)} characters: {message[:500]}")
        return "refused"
    return "read"


def used() -> int:
    """Return the address space of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))

"""EMNIST's splits from IDX files and CSVs: upright, labels from 0, classes by name."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from string import ascii_uppercase, digits

import numpy as np
import pytest

from modelzoo.datasets.dataset import sha256_of
from modelzoo.datasets.emnist import CLASSES, files_of, load_emnist, names, read_kaggle_csv, read_mapping
from modelzoo.errors import ZooError

SPLITS = pytest.mark.parametrize("split", CLASSES)


def write_csvs(folder: Path, split: str) -> dict[str, np.ndarray]:
    """Both parts as Kaggle writes them: no header, a label and the pixels a line."""
    first = 1 if split == "letters" else 0
    written = {}
    for seed, part in enumerate(("train", "test")):
        pixels = np.random.default_rng(seed).integers(0, 256, (len(CLASSES[split]), 784))
        table = np.column_stack([np.arange(first, first + len(pixels)), pixels])
        np.savetxt(folder / f"emnist-{split}-{part}.csv", table, fmt="%d", delimiter=",")
        written[part] = pixels.reshape(-1, 28, 28)
    return written


def write_mapping(folder: Path, split: str) -> None:
    first = 1 if split == "letters" else 0
    lines = [f"{label} {' '.join(str(ord(c)) for c in name)}" for label, name in enumerate(CLASSES[split], first)]
    (folder / f"emnist-{split}-mapping.txt").write_text("\n".join(lines) + "\n")


def test_the_classes_are_the_papers() -> None:
    counts = {split: len(classes) for split, classes in CLASSES.items()}
    assert counts == {"balanced": 47, "byclass": 62, "bymerge": 47, "digits": 10, "letters": 26, "mnist": 10}
    assert "".join(CLASSES["balanced"]) == digits + ascii_uppercase + "abdefghnqrt"


@SPLITS
@pytest.mark.parametrize("place", ["", "gzip", "emnist", "emnist/gzip"])
def test_every_split_is_read_from_nists_files(split: str, place: str, write_pairs: Callable, tmp_path: Path) -> None:
    first = 1 if split == "letters" else 0
    stored = write_pairs(tmp_path / place, f"emnist-{split}-", classes=len(CLASSES[split]), first=first)
    write_mapping(tmp_path / place, split)
    dataset = load_emnist(split, files_of(split, tmp_path))
    assert dataset.name == f"emnist-{split}"
    assert dataset.classes == CLASSES[split]
    assert not dataset.synthetic
    for part, read in (("train", dataset.train), ("test", dataset.test)):
        np.testing.assert_array_equal(read.images, stored[f"{part}-images"].transpose(0, 2, 1))
        np.testing.assert_array_equal(read.labels, stored[f"{part}-labels"] - first)
        assert (read.images.dtype, read.labels.dtype) == (np.uint8, np.int64)
    assert len(dataset.checksums) == 5


@SPLITS
def test_every_split_is_read_from_kaggles_csvs(split: str, tmp_path: Path) -> None:
    stored = write_csvs(tmp_path, split)
    dataset = load_emnist(split, files_of(split, tmp_path))
    for part, read in (("train", dataset.train), ("test", dataset.test)):
        # The first line is an image, not a header.
        np.testing.assert_array_equal(read.images, stored[part].transpose(0, 2, 1))
        np.testing.assert_array_equal(read.labels, np.arange(len(CLASSES[split])))


def test_nists_files_go_before_kaggles(write_pairs: Callable, tmp_path: Path) -> None:
    write_csvs(tmp_path, "digits")
    write_pairs(tmp_path, "emnist-digits-", classes=10)
    assert "train" not in files_of("digits", tmp_path)


def test_a_whole_place_goes_before_one_that_has_some(write_pairs: Callable, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "emnist"):
        write_pairs(place, "emnist-digits-", classes=10)
    (tmp_path / "emnist-digits-test-labels-idx1-ubyte.gz").unlink()
    assert {path.parent for path in files_of("digits", tmp_path).values()} == {tmp_path / "emnist"}


def test_a_missing_file_is_named_with_the_way_to_get_it(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path, "emnist-digits-", classes=10)
    (tmp_path / "emnist-digits-test-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(ZooError, match=r"lacks its test-labels, and has .*; get all files with `zoo data get emnist`"):
        load_emnist("digits", files_of("digits", tmp_path))


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    assert [files_of(name.removeprefix("emnist-"), tmp_path) for name in names()] == [{}] * 6


def test_images_and_labels_that_do_not_match_are_refused(
    write_pairs: Callable, write_idx: Callable, tmp_path: Path
) -> None:
    write_pairs(tmp_path, "emnist-digits-", classes=10)
    write_idx(tmp_path / "emnist-digits-train-labels-idx1-ubyte.gz", np.arange(9))
    with pytest.raises(ZooError, match=r"20 images and .*train-labels.* 9 labels; expected as many of each"):
        load_emnist("digits", files_of("digits", tmp_path))


def test_a_label_beyond_the_classes_is_refused(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path, "emnist-letters-", classes=26, first=0)
    with pytest.raises(ZooError, match=r"label 0 at index 0; expected 1 to 26"):
        load_emnist("letters", files_of("letters", tmp_path))


def test_other_sizes_than_emnists_are_said(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path, "emnist-digits-", classes=10)
    notes = load_emnist("digits", files_of("digits", tmp_path)).notes
    assert notes[0] == "train has 20 images; EMNIST's own files have 240,000."


LINE = ",".join(["3", *["7"] * 784])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (",".join(["label", *(f"pixel{i}" for i in range(784))]) + f"\n{LINE}\n", "'label'"),
        (LINE.replace("7", "256"), ":1: a pixel is outside 0-255"),
        (f"{LINE}\n{LINE.replace('7', '-1', 1)}", ":2: a pixel is outside 0-255"),
        (LINE.replace("7", "9" * 30, 1), "Overflow"),
        (LINE.replace("7", "0.5", 1), "float"),
        (LINE[:-100], ":1: 735 columns"),
        (f"{LINE}\n{LINE[:-100]}", "NA values"),
        (LINE.replace("3", "10", 1), "label 10 at index 0; expected 0 to 9"),
        ("", ":1: 1 column;"),
    ],
)
def test_a_csv_that_is_not_kaggles_is_refused_in_one_line(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "emnist-digits-train.csv"
    path.write_text(text)
    with pytest.raises(ZooError) as error:
        read_kaggle_csv(path, 10)
    assert found in str(error.value)
    assert "expected" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_long_first_line_of_a_csv_takes_no_memory_for_the_next_ones(tmp_path: Path) -> None:
    path = tmp_path / "emnist-digits-train.csv"
    path.write_text("1," * 500_000 + "\n" + "1\n" * 20_000)
    tracemalloc.start()
    with pytest.raises(ZooError, match=r"csv:1: more than 50,001 columns; expected no header"):
        read_kaggle_csv(path, 10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_a_csv_is_the_same_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csvs(tmp_path, "digits")
    path = tmp_path / "emnist-digits-train.csv"
    whole = read_kaggle_csv(path, 10)
    monkeypatch.setattr("modelzoo.datasets.emnist._ROWS", 3)
    pieces = read_kaggle_csv(path, 10)
    np.testing.assert_array_equal(pieces.images, whole.images)
    np.testing.assert_array_equal(pieces.labels, whole.labels)
    path.write_text(path.read_text() + LINE.replace("7", "999", 1))
    with pytest.raises(ZooError, match=r"csv:11: a pixel is outside"):
        read_kaggle_csv(path, 10)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0 48\n2 49\n", "do not count up"),
        ("0\n", "do not count up"),
        ("zero 48", "invalid literal"),
        ("", "expected"),
        ("0 99999999999999999999", "expected"),
    ],
)
def test_a_mapping_that_is_none_is_refused(text: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "mapping.txt").write_text(text)
    with pytest.raises(ZooError, match=found):
        read_mapping(tmp_path / "mapping.txt")


def test_a_mapping_with_other_names_than_emnists_is_refused(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path, "emnist-mnist-", classes=10)
    (tmp_path / "emnist-mnist-mapping.txt").write_text("\n".join(f"{n} {ord('a') + n}" for n in range(10)))
    with pytest.raises(ZooError, match="other classes than EMNIST's"):
        load_emnist("mnist", files_of("mnist", tmp_path))


@SPLITS
def test_nists_own_mapping_has_our_classes(split: str, real_data: Path) -> None:
    assert read_mapping(real_data / "emnist-official" / f"emnist-{split}-mapping.txt") == CLASSES[split]


def test_nists_own_test_images_of_mnist_are_upright(real_data: Path, write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path, "emnist-mnist-", classes=10)
    for kind in ("images-idx3", "labels-idx1"):
        name = f"emnist-mnist-test-{kind}-ubyte.gz"
        (tmp_path / name).write_bytes((real_data / "emnist-official" / name).read_bytes())
    dataset = load_emnist("mnist", files_of("mnist", tmp_path))
    assert np.bincount(dataset.test.labels).tolist() == [1000] * 10
    assert dataset.checksums["emnist-mnist-test-labels-idx1-ubyte.gz"].startswith("bcc5385d38f0")
    # Upright, a seven has its bar on top and a one is higher than wide.
    seven, one = (dataset.test.images[dataset.test.labels == digit].mean(axis=0) for digit in (7, 1))
    assert seven[:14].sum() > 1.2 * seven[14:].sum()
    assert one.sum(axis=0).max() > 2 * one.sum(axis=1).max()


def test_nists_own_labels_of_balanced_are_even(real_data: Path) -> None:
    for part, each in (("train", 2400), ("test", 400)):
        path = real_data / "emnist-official" / f"emnist-balanced-{part}-labels-idx1-ubyte.gz"
        labels = np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=8)
        assert np.bincount(labels).tolist() == [each] * 47
        assert len(sha256_of(path)) == 64

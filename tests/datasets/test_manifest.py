"""CSV manifests of image files."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split, Splits
from modelzoo.datasets.folders import is_dataset, load_path
from modelzoo.datasets.manifest import manifest_of
from modelzoo.errors import ZooError

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make a manifest of ten images of each of two classes, without splits."""
    random = np.random.default_rng(0)
    lines = ["path,label"]
    (tmp_path / "files").mkdir()
    for number in range(20):
        Image.fromarray(random.integers(0, 256, (6, 5), dtype=np.uint8)).save(tmp_path / f"files/{number}.png")
        lines.append(f"files/{number}.png,{'cat' if number < 10 else 'dog'}")
    (tmp_path / "photos.csv").write_text("\n".join(lines))
    return tmp_path / "photos.csv"


def with_splits(photos: Path, splits: list[str]) -> None:
    lines = photos.read_text().split("\n")[1:]
    rows = [f"{line},{split}" for line, split in zip(lines, splits, strict=True)]
    photos.write_text("\n".join(["path,label,split", *rows]))


def test_a_manifest_without_splits_is_divided_as_a_folder_is(photos: Path) -> None:
    assert is_dataset(photos)
    dataset = load_path(photos)
    assert (dataset.name, dataset.classes) == ("photos", ("cat", "dog"))
    assert {part: len(split) for part, split in dataset.splits.items()} == {"train": 14, "validation": 2, "test": 4}
    for label, name in enumerate(dataset.classes):
        (photos.parent / "folder" / name).mkdir(parents=True)
        for number in range(10):
            path = photos.parent / f"files/{number + 10 * label}.png"
            (photos.parent / "folder" / name / path.name).write_bytes(path.read_bytes())
    assert load_path(photos.parent / "folder").checksums == dataset.checksums


@pytest.mark.parametrize("validation", ["val", "valid", "validation"])
def test_splits_of_a_manifest_are_used_as_they_are(validation: str, photos: Path) -> None:
    splits = (["train"] * 6 + [validation] * 2 + ["test"] * 2) * 2
    with_splits(photos, splits)
    dataset = load_path(photos)
    assert [len(split) for split in dataset.splits.values()] == [12, 4, 4]
    assert dataset.test.names is not None
    assert sorted(dataset.test.names) == [f"files/{number}.png" for number in (18, 19, 8, 9)]


def test_a_missing_validation_split_is_cut_from_train(photos: Path) -> None:
    with_splits(photos, (["train"] * 6 + ["test"] * 4) * 2)
    assert [len(split) for split in load_path(photos).splits.values()] == [10, 2, 8]


def test_columns_may_come_in_any_order_with_blanks_and_a_byte_order_mark(photos: Path) -> None:
    rows = [line.split(",") for line in photos.read_text().split("\n")]
    photos.write_text("\r\n".join(f"{label} , {path}" for path, label in rows), encoding="utf-8-sig")
    assert load_path(photos).classes == ("cat", "dog")


def test_a_file_is_found_in_both_unicode_forms_of_its_name(photos: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD"))
    for on_disk, written in ((composed, decomposed), (decomposed, composed)):
        (photos.parent / "files/0.png").rename(photos.parent / "files" / on_disk)
        text = photos.read_text()
        photos.write_text(text.replace("files/0.png", f"files/{written}"), encoding="utf-8")
        assert len(load_path(photos).train) == 14
        photos.write_text(text)
        (photos.parent / "files" / on_disk).rename(photos.parent / "files/0.png")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("none.png,cat", r"photos\.csv:22: there is no file 'none\.png'; expected a path relative to the CSV file"),
        (",cat", r"photos\.csv:22: path is empty"),
        ("files/0.png,", r"photos\.csv:22: the label of 'files/0\.png' is empty"),
        ("files/../files/3.png,cat", r"photos\.csv:22: 'files/\.\./files/3\.png' is in line 5 too"),
        ("files/0.png,cat,train", r"photos\.csv:22: has 3 cells; the header has 2"),
        ('"files/0.png,cat', r"photos\.csv:22: is no CSV record"),
        ("files,cat", r"photos\.csv:22: there is no file 'files'"),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_with_its_line(line: str, found: str, photos: Path) -> None:
    photos.write_text(f"{photos.read_text()}\n{line}")
    with pytest.raises(ZooError, match=found):
        load_path(photos)


def test_an_unknown_split_is_refused_with_its_line(photos: Path) -> None:
    with_splits(photos, ["train"] * 9 + ["test"] * 10 + ["dev"])
    with pytest.raises(ZooError, match=r"photos\.csv:21: split is 'dev'; expected train, test, val, valid or"):
        load_path(photos)


def test_rows_that_cannot_be_used_are_counted(photos: Path) -> None:
    photos.write_text(photos.read_text().replace("files/1", "file/1"))
    with pytest.raises(ZooError, match=r"^11 rows cannot be used: .*photos\.csv:3: there is no file .*; and 8 more"):
        load_path(photos)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("path,labels", r"photos\.csv:1: unknown column 'labels'; did you mean 'label'\?"),
        ("path;label", "columns are not separated by commas|unknown column"),
        ("path,path", "column 'path' is repeated"),
    ],
)
def test_a_wrong_header_is_refused(header: str, found: str, photos: Path) -> None:
    photos.write_text(photos.read_text().replace("path,label", header))
    with pytest.raises(ZooError, match=found):
        load_path(photos)


@pytest.mark.parametrize("text", ["", "path,label", "path\nfiles/0.png"])
def test_a_manifest_without_rows_or_labels_is_refused(text: str, photos: Path) -> None:
    photos.write_text(text)
    with pytest.raises(ZooError, match=r"photos\.csv.*(is empty|no rows|column label is missing)"):
        load_path(photos)


@pytest.mark.parametrize(
    ("splits", "found"),
    [
        (["train"] * 20, "no row has the split test"),
        (["val"] * 10 + ["test"] * 10, "no row has the split train"),
        (["train"] * 10 + ["test"] * 10, "no row of the split train has the label dog"),
    ],
)
def test_a_manifest_lacking_a_split_or_a_class_to_train_on_is_refused(
    splits: list[str], found: str, photos: Path
) -> None:
    with_splits(photos, splits)
    with pytest.raises(ZooError, match=found):
        load_path(photos)


def test_one_label_is_refused(photos: Path) -> None:
    photos.write_text(photos.read_text().replace("dog", "cat"))
    with pytest.raises(ZooError, match="has one label, 'cat'; expected two or more"):
        load_path(photos)


def splits_of(dataset: DataSet) -> Splits:
    assert dataset.validation is not None
    return Splits(dataset.train, dataset.validation, dataset.test, dataset.classes)


def test_the_manifest_of_splits_is_in_their_order_and_gives_them_again(photos: Path) -> None:
    dataset = load_path(photos)
    text = manifest_of(splits_of(dataset)).decode()
    assert dataset.test.names is not None
    tested = [line.split(",")[0] for line in text.splitlines() if line.endswith(",test")]
    assert tested == dataset.test.names.tolist()
    photos.write_text(text)
    again = load_path(photos)
    assert again.checksums == dataset.checksums
    np.testing.assert_array_equal(again.train.images, dataset.train.images)


def test_images_that_are_no_files_have_no_manifest() -> None:
    split = Split(np.full((2, 4, 4), 9, np.uint8), np.array([0, 1]))
    assert manifest_of(Splits(split, split, split, ("a", "b"))) == b""

"""`zoo data`."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a small synthetic data set, `kana`, in plain IDX files."""
    folder = tmp_path / "kana"
    folder.mkdir()
    for part, labels in (("train", [0, 0, 1, 2]), ("test", [2, 1])):
        head = bytes((0, 0, 8, 3, 0, 0, 0, len(labels), 0, 0, 0, 4, 0, 0, 0, 5))
        images = np.arange(len(labels) * 20, dtype=np.uint8).tobytes()
        (folder / f"{part}-images-idx3-ubyte").write_bytes(head + images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(bytes((0, 0, 8, 1, 0, 0, 0, len(labels), *labels)))
    (folder / "dataset.toml").write_text('title = "Kana"\nclasses = ["a", "i", "u"]\nsynthetic = true')
    return tmp_path


def test_show_prints_what_is_in_a_data_set(zoo: Callable, golden: Callable, data: Path) -> None:
    printed = zoo("data", "show", "kana", "--data-dir", str(data))
    assert (printed.code, printed.err) == (0, "")
    golden("data-show.txt", printed.out)


def test_show_finds_the_folder_that_zoo_data_names(zoo: Callable, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_DATA", str(data))
    result = json.loads(zoo("data", "show", "kana", "--json").out)
    assert (result["title"], result["synthetic"]) == ("Kana", True)
    assert result["splits"]["train"]["counts"] == [2, 1, 1]


def test_show_of_the_sample_says_synthetic(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    from modelzoo.datasets import glyphs

    small = partial(glyphs.make_glyphs, train_per_class=1, test_per_class=1)
    monkeypatch.setattr(glyphs, "make_glyphs", small)
    printed = zoo("data", "show", "glyphs", "--format", "markdown")
    assert printed.code == 0
    assert "synthetic characters drawn from fonts; 47 classes, 28×28 pixels, gray." in printed.out
    assert "- SYNTHETIC: drawn by a program" in printed.out


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make photos of several sizes and kinds in two classes, and one broken file."""
    image_module = pytest.importorskip("PIL.Image")
    for label, name in enumerate(("cat", "dog")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(10):
            pixels = np.zeros((40 + number, 36, 3), np.uint8) + np.uint8(20 * number + label)
            image_module.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    image_module.new("CMYK", (50, 30), (0, 255, 255, 0)).save(tmp_path / "photos/cat/print.tif")
    (tmp_path / "photos/dog/broken.jpg").write_bytes(b"<html>")
    return tmp_path / "photos"


def test_show_of_photos_refuses_broken_ones_by_name_and_says_how_to_leave_them_out(zoo: Callable, photos: Path) -> None:
    printed = zoo("data", "show", str(photos))
    assert (printed.code, printed.out) == (1, "")
    assert "dog/broken.jpg cannot be read as an image" in printed.err
    assert "--skip-broken" in printed.err


def test_show_of_photos_prints_splits_sizes_kinds_and_a_digest_a_split(
    zoo: Callable, golden: Callable, photos: Path
) -> None:
    printed = zoo("data", "show", str(photos), "--skip-broken", "--split", "60/20/20")
    assert (printed.code, printed.err) == (0, "")
    golden("data-show-photos.txt", re.sub(r"(?<=SHA-256 )[0-9a-f]{64}", "…", printed.out))


def test_show_refuses_a_split_that_is_none_and_one_of_a_data_set_that_has_splits(zoo: Callable, photos: Path) -> None:
    printed = zoo("data", "show", str(photos), "--split", "80/20")
    assert printed.err.startswith("zoo: --split is '80/20'; expected percentages")
    printed = zoo("data", "show", "glyphs", "--split", "80/10/10")
    assert printed.err == "zoo: glyphs has splits of its own; leave out --split\n"


def test_show_of_missing_data_is_one_line_with_the_ways_to_get_it(zoo: Callable, data: Path) -> None:
    printed = zoo("data", "show", "emnist-balanced", "--data-dir", str(data))
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith("zoo: data set 'emnist-balanced' is not in ")
    assert printed.err.count("\n") == 1


def test_get_passes_what_was_asked_and_prints_what_was_done(
    zoo: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from modelzoo.datasets.download import Fetched

    asked: list[object] = []

    def fetch(*given: object, report: Callable, **named: object) -> Fetched:
        asked.extend([given, named])
        report("getting it, 536 MiB")
        return Fetched(tmp_path, (tmp_path / "emnist-letters-mapping.txt",), ("digits",), tmp_path / "gzip.zip")

    monkeypatch.setattr("modelzoo.datasets.download.fetch", fetch)
    options = ["--split", "letters, digits", "--archive", "a.zip", "--keep", "--data-dir", str(tmp_path)]
    printed = zoo("data", "get", "emnist", *options)
    assert asked == [("emnist", ["letters", "digits"], tmp_path), {"archive": Path("a.zip"), "keep": True}]
    assert printed.err == "zoo: note: getting it, 536 MiB\n"
    assert printed.out.splitlines() == [
        "already there: emnist-digits",
        f"wrote 1 file to {tmp_path}",
        f"kept {tmp_path / 'gzip.zip'}",
        "see it with `zoo data show emnist-letters`",
    ]


def test_get_of_another_data_set_says_what_can_be_got(zoo: Callable) -> None:
    printed = zoo("data", "get", "mnist")
    assert (printed.code, printed.out) == (1, "")
    assert printed.err == "zoo: unknown data set to download 'mnist'; did you mean 'emnist'?\n"


@pytest.mark.parametrize("command", ["get", "show"])
def test_the_help_of_each_ends_with_an_example(command: str, zoo: Callable) -> None:
    text = zoo("data", command, "--help").out.split("\nArguments:")[0]
    assert text.rstrip().splitlines()[-1].startswith(f"  Example: zoo data {command} ")


def test_data_alone_shows_its_commands(zoo: Callable) -> None:
    printed = zoo("data")
    assert all(f"\n  {command} " in printed.out + printed.err for command in ("get", "show"))


def test_clear_deletes_the_decoded_images_and_prints_their_size(
    zoo: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "modelzoo" / "images"
    folder.mkdir(parents=True)
    (folder / "224x224-abc.npy").write_bytes(bytes(1500))
    for size in ("1.5 kB", "0 bytes"):
        printed = zoo("data", "clear")
        assert (printed.code, printed.out, printed.err) == (0, f"deleted {size} of decoded images\n", "")
    assert not list(folder.glob("*.npy"))

"""From a folder of photos to a network in use, by the commands that a person types."""

import csv
import importlib.util
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.base.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("keras")]

_BENCH = ("bench", "--top", "3", "--by", "params", "--dataset", "photos", "--image-size", "64")
_QUICK = ("--skip-broken", "--recipe", "cpu", "--set", "batch_size=16", "--latency-batch", "1,8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A working folder with the photos of `tools/photos.py`, and a cache of its own."""
    path = tmp_path_factory.mktemp("photos")
    spec = importlib.util.spec_from_file_location("photos", ROOT / "tools" / "photos.py")
    assert spec
    assert spec.loader
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    generator.write_photos(path / "photos", each=40, largest=80)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        patch.setenv("XDG_CACHE_HOME", str(path / "cache"))
        patch.delenv("ZOO_RUNS", raising=False)
        yield path


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_photos_become_a_network_in_use(folder: Path, zoo: Callable[..., Any]) -> None:
    # Broken files are named before anything is trained.
    refused = zoo(*_BENCH)
    assert refused.code == 1
    assert "broken-0.jpg" in refused.err
    assert "--skip-broken" in refused.err

    benched = zoo(*_BENCH, *_QUICK)
    assert benched.code == 0, benched.err
    listed = json.loads(zoo("runs", "--json").out)["runs"]
    assert {run["origin"] for run in listed} == {"local"}
    assert len(listed) == 3

    # The last lines of the bench and the leaderboard agree.
    (section,) = json.loads(zoo("board", "--json").out)["sections"]
    for row in section["rows"]:
        assert f"{row['name']} now ranks {row['measured_rank']}" in benched.out

    best = max(listed, key=lambda run: run["test_accuracy"])
    assert best["test_accuracy"] > 50  # chance is 17 %
    shown = json.loads(zoo("show", best["id"], "--json").out)
    assert len(shown["classes"]) == 6

    saved = {form: save(zoo, best["id"], form) for form in ("onnx", "litert", "keras")}
    for result in saved.values():
        assert result["agreement"]["difference"] < 1e-4
    quantized = save(zoo, best["id"], "litert", "--int8")
    assert 0 <= quantized["int8"]["p"] <= 1

    expected = answers_in_test(folder / "runs" / best["id"])
    images = [str(Path("photos", name)) for name, _ in expected]
    answers = {name: answers_of(zoo, name, images) for name in (best["id"], *(item["file"] for item in saved.values()))}
    for name, answer in answers.items():
        assert [classes for classes, _ in answer] == [predicted for _, predicted in expected], name
        np.testing.assert_allclose(
            [share for _, share in answer], [share for _, share in answers[best["id"]]], atol=1e-4
        )

    timed = zoo("latency", saved["onnx"]["file"], saved["litert"]["file"], best["id"], "--batch", "1", "--calls", "20")
    assert timed.code == 0, timed.err
    assert "onnxruntime" in timed.out
    assert "LiteRT" in timed.out


def save(zoo: Callable[..., Any], run: str, form: str, *options: str) -> dict[str, Any]:
    printed = zoo("save", run, "--to", form, *options, "--json")
    assert printed.code == 0, printed.err
    return dict(json.loads(printed.out))


def answers_in_test(run: Path) -> list[tuple[str, str]]:
    """The test images of a run and the classes that its test predicted, in the order of its predictions."""
    names = [row["path"] for row in rows_of((run / "splits.csv").read_text()) if row["split"] == "test"]
    arrays = np.load(run / "predictions.npz")
    return list(zip(names, arrays["classes"][arrays["top5"][:, 0]].tolist(), strict=True))


def answers_of(zoo: Callable[..., Any], network: str, images: list[str]) -> list[tuple[str, float]]:
    printed = zoo("predict", network, *images, "--top", "1", "--format", "csv")
    assert printed.code == 0, printed.err
    rows = rows_of(printed.out)
    assert [row["image"] for row in rows] == images
    return [(row["class_1"], float(row["probability_1"])) for row in rows]

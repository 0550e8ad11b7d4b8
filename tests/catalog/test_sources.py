import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.catalog.models import read_models
from modelzoo.catalog.printed_value import PrintedValue
from modelzoo.catalog.sources import read_sources

MODELS, _ = read_models(paths.CATALOG / "models.csv")
SOURCES, DEFAULT, FAULTS = read_sources(paths.CATALOG, MODELS)
ROWS = [(source.key, slug) for source in SOURCES.values() for slug in source.rows]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], list[str]]:
    """The faults of the shipped sources after one text in one file is replaced."""

    def edit(file: str, old: str, new: str) -> list[str]:
        folder = tmp_path / "catalog"
        shutil.copytree(paths.CATALOG, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return read_sources(folder, MODELS)[2]

    return edit


def test_the_shipped_sources_are_well_formed_and_the_slides_the_default() -> None:
    assert FAULTS == []
    assert list(SOURCES) == ["slides", "keras", "torchvision", "built"]
    assert DEFAULT == ("slides",)


def test_each_source_knows_the_models_it_prints() -> None:
    assert {key: len(source.rows) for key, source in SOURCES.items()} == {
        "slides": 28,
        "keras": 38,
        "torchvision": 30,
        "built": 47,
    }
    assert sum("gpu" in figures for figures in SOURCES["keras"].rows.values()) == 26


@pytest.mark.parametrize("row", ROWS, ids=[f"{source}-{slug}" for source, slug in ROWS])
def test_row_is_well_formed(row: tuple[str, str]) -> None:
    source, slug = row
    figures = SOURCES[source].rows[slug]
    assert slug in MODELS
    assert figures or (source, slug) == ("slides", "cspnet")
    if "top1" in figures and "top5" in figures:
        assert figures["top1"].value < figures["top5"].value
    if "params" in figures:
        assert figures["params"].value >= 1_000
    if source == "torchvision":
        assert SOURCES[source].weights[slug].endswith(".IMAGENET1K_V1")


def test_the_slides_figures_are_those_of_the_table_as_printed() -> None:
    columns = {
        "size": "크기 (MB)",
        "params": "파라미터 수",
        "top1": "Top-1 정확도",
        "top5": "Top-5 정확도",
        "gpu": "GPU(ms)",
    }
    with (paths.CATALOG / "slides" / "by_year.csv").open(encoding="utf-8", newline="") as file:
        printed = {row["모델"]: row for row in csv.DictReader(file)}
    for slug, figures in SOURCES["slides"].rows.items():
        row = printed[MODELS[slug].name]
        for key, column in columns.items():
            text = row[column].removesuffix("0%") if row[column].endswith("%") else row[column]
            assert (figures[key].text if key in figures else "-") == text


def test_figures_of_other_tables_are_those_tables_own(real_data: Path) -> None:
    with (real_data / "tables" / "keras_applications.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["model"]: row for row in csv.DictReader(file)}
    columns = {
        "size": "size_mb",
        "top1": "top1_pct",
        "top5": "top5_pct",
        "gpu": "gpu_ms_per_step",
        "cpu": "cpu_ms_per_step",
    }
    for slug, figures in SOURCES["keras"].rows.items():
        row = rows[MODELS[slug].build.removeprefix("keras:")]
        assert figures["params"].value == pytest.approx(float(row["params_m"]) * 1e6)
        assert {key: figures[key].text for key in columns if key in figures} == {
            key: row[column] for key, column in columns.items() if row[column]
        }


def test_torchvision_s_figures_are_those_of_the_weights_named(real_data: Path) -> None:
    with (real_data / "tables" / "torchvision_weights.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["weights"]: row for row in csv.DictReader(file)}
    for slug, figures in SOURCES["torchvision"].rows.items():
        row = rows[SOURCES["torchvision"].weights[slug]]
        assert figures["params"] == PrintedValue(float(row["num_params"]), row["num_params"], 0.5)
        assert figures["top1"].text == row["acc1"]
        assert figures["gflops"].text == row["gflops"]
        assert figures["size"].text == row["file_size_mb"]


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("sources/slides.csv", "71.5", "0.715", "slides.csv:5: top1 is 0.715; expected percent, 0-100 (71.5?)"),
        ("sources/slides.csv", "138M", "nan", "slides.csv:5: params is 'nan'"),
        ("sources/slides.csv", "138M", "many", "slides.csv:5: params is 'many'; expected a number"),
        ("sources/slides.csv", "vgg16", "vgg", "slides.csv:5: slug 'vgg' is not in models.csv"),
        ("sources/slides.csv", "vgg16", "alexnet", "slides.csv:5: slug 'alexnet' is in two rows"),
        ("sources/slides.csv", "slug", "model", "column slug is missing"),
        ("sources/slides.csv", "gpu", "gpu_ms", "slides.csv:1: column 'gpu_ms' is unknown"),
        (
            "sources.toml",
            "[sources.keras]\ntitle",
            "[sources.keras]\nname",
            "unknown field 'sources.keras.name'; known: address, basis, ",
        ),
        ("sources.toml", 'default = ["slides"]', 'default = ["deck"]', "default names 'deck'"),
        ("sources.toml", 'default = ["slides"]', "default = []", "default is empty"),
        ("sources.toml", "top5 = \"Keras'", "topp5 = \"Keras'", "[sources.keras] basis names 'topp5'"),
        ("sources.toml", "googlenet =", "googlnet =", "[sources.torchvision] notes names 'googlnet'"),
        ("sources.toml", 'version = "Keras 3.15.1"', 'version = ""', "[sources.built] version is empty"),
        ("sources.toml", "[sources.built]", "[sources.bulit]", "sources.bulit.conditions is missing; expected a table"),
        ("sources.toml", "[sources.keras]", "[sources.keras", "sources.toml: "),
    ],
)
def test_a_fault_is_named_by_file_and_line(
    edited: Callable[[str, str, str], list[str]], file: str, old: str, new: str, fault: str
) -> None:
    assert any(fault in found for found in edited(file, old, new))


def test_a_csv_that_no_table_describes_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    shutil.copytree(paths.CATALOG, folder)
    (folder / "sources" / "mine.csv").write_text("slug\n", encoding="utf-8")
    assert any("mine.csv: has no [sources.mine]" in fault for fault in read_sources(folder, MODELS)[2])


def test_a_missing_source_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    shutil.copytree(paths.CATALOG, folder)
    (folder / "sources" / "keras.csv").unlink()
    assert any("keras.csv cannot be read" in fault for fault in read_sources(folder, MODELS)[2])

import shutil
from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.catalog.catalog import load_catalog
from modelzoo.slides.printed import check_printed

SLUGS = load_catalog().models


def test_the_five_tables_are_well_formed() -> None:
    assert check_printed(paths.CATALOG / "slides", SLUGS) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("by_gpu.csv", "70.40%", "0.704", "by_gpu.csv:2: top1 is 0.704; expected percent"),
        ("by_top5.csv", "66.7M", "66,7M", "by_top5.csv:2: has 9 cells"),
        ("by_year.csv", "AlexNet", "AlexNett", "by_year.csv:3: model 'AlexNett' is not in models.csv"),
        ("by_params.csv", "SqueezeNet", "LeNet-5", "by_params.csv:3: model 'LeNet-5' is in two rows"),
        ("by_params.csv", "SqueezeNet", "LeNet-5", "by_params.csv: lacks squeezenet"),
        ("by_year.csv", "파라미터 수", "params", "by_year.csv:1: the header is"),
        ("scores.csv", "2.74", "best", "scores.csv:2: score is 'best'; expected a number"),
        ("scores.csv", "EfficientNetB7,", "EfficientNetB9,", "scores.csv:2: model 'EfficientNetB9' is not in"),
    ],
)
def test_a_fault_is_named_by_file_and_line(tmp_path: Path, file: str, old: str, new: str, fault: str) -> None:
    folder = tmp_path / "slides"
    shutil.copytree(paths.CATALOG / "slides", folder)
    data = (folder / file).read_bytes()
    assert old.encode() in data
    (folder / file).write_bytes(data.replace(old.encode(), new.encode(), 1))
    assert any(fault in found for found in check_printed(folder, SLUGS))

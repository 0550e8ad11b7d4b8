import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from modelzoo.base import paths
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.errors import ZooError


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("EfficientNet-B1", "efficientnetb1"),
        ("Inception v3", "inceptionv3"),
        ("inception_v3", "inceptionv3"),
        ("INCEPTION-RESNET-V2", "inceptionresnetv2"),
        ("lenet 5", "lenet5"),
    ],
)
def test_names_are_forgiving(catalog: Catalog, name: str, slug: str) -> None:
    assert catalog.model(name).slug == slug


def test_an_unknown_model_is_answered_with_the_nearest(catalog: Catalog) -> None:
    with pytest.raises(ZooError, match="unknown model 'resnet5'; did you mean 'resnet50'"):
        catalog.model("resnet5")
    with pytest.raises(ZooError, match="zoo list"):
        catalog.model("???")


@pytest.mark.parametrize(
    ("sources", "count"),
    [(None, 28), (["slides"], 28), (["keras"], 38), (["slides", "keras"], 47), (["keras", "slides"], 47)],
)
def test_a_table_has_the_models_that_a_chosen_source_knows(
    catalog: Catalog, sources: list[str] | None, count: int
) -> None:
    table = catalog.table(["params"], sources)
    assert len(table.slugs) == len(table.names) == len(table.values) == count
    assert list(table.slugs) == [slug for slug in catalog.models if slug in set(table.slugs)]


def test_values_lie_column_by_column_and_missing_ones_are_nan(catalog: Catalog) -> None:
    table = catalog.table(["top5", "gpu", "params"])
    assert table.values.flags.f_contiguous
    assert table.origins.flags.f_contiguous
    assert (table.values.dtype, table.origins.dtype) == (np.float64, np.int8)
    assert np.isfinite(table.values).sum(axis=0).tolist() == [22, 14, 27]
    assert ((table.origins == -1) == np.isnan(table.values)).all()
    row = table.slugs.index("efficientnetb2")
    assert table.values[row].tolist() == [94.9, 6.5, 9_200_000.0]


def test_the_first_source_wins_and_the_next_fills_its_gaps(catalog: Catalog) -> None:
    table = catalog.table(["top1", "gpu"], ["slides", "keras"])
    vgg16, resnet101 = table.slugs.index("vgg16"), table.slugs.index("resnet101")
    assert (table.values[vgg16].tolist(), table.origins[vgg16].tolist()) == ([71.5, 4.2], [0, 1])
    assert (table.values[resnet101].tolist(), table.origins[resnet101].tolist()) == ([76.4, 5.2], [1, 1])


def test_the_year_is_the_model_s_own(catalog: Catalog) -> None:
    table = catalog.table(["year"])
    assert table.values[0, 0] == 1998
    assert (table.origins == -1).all()


def test_unknown_or_repeated_sources_and_criteria_are_errors(catalog: Catalog) -> None:
    with pytest.raises(ZooError, match="unknown source 'kears'; did you mean 'keras'"):
        catalog.table(["params"], ["kears"])
    with pytest.raises(ZooError, match="named twice"):
        catalog.table(["params"], ["slides", "slides"])
    with pytest.raises(ZooError, match="did you mean 'params'"):
        catalog.table(["param"])


def test_a_changed_cell_changes_that_value_and_no_other(tmp_path: Path, catalog: Catalog) -> None:
    folder = tmp_path / "catalog"
    shutil.copytree(paths.CATALOG, folder)
    path = folder / "sources" / "slides.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("9.2M", "9.3M"), encoding="utf-8")
    keys = ["size", "params", "top1", "top5", "gpu"]
    before, after = catalog.table(keys).values, load_catalog(folder).table(keys).values
    changed = np.argwhere(~np.isclose(before, after, equal_nan=True)).tolist()
    assert changed == [[catalog.table(keys).slugs.index("efficientnetb2"), 1]]


def test_a_faulty_content_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "catalog"
    shutil.copytree(paths.CATALOG, folder)
    (folder / "models.csv").write_bytes(b"slug,name\n\xff\n")
    with pytest.raises(ZooError, match=r"models.csv:2: the text is not UTF-8 \(byte 0xff\)"):
        load_catalog(folder)


def test_shipped_files_are_utf8_without_mark_and_end_lines_with_lf() -> None:
    for path in [*paths.CATALOG.glob("*.*"), *paths.CATALOG.glob("sources/*.csv")]:
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in data
        assert data.endswith(b"\n")


def test_loading_imports_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys; from modelzoo.catalog.catalog import load_catalog; load_catalog().table(['params']);"
        "print([name for name in ('pandas', 'scipy', 'keras', 'rich') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"

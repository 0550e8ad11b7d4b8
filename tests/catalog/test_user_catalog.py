from pathlib import Path

import pytest

from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.errors import ZooError


def load(folder: Path, text: str) -> Catalog:
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return load_catalog(path)


def test_known_columns_have_their_sense_and_unknown_ones_none(tmp_path: Path) -> None:
    catalog = load(tmp_path, "name,params,fps\nTiny Net,5M,30\nBig Net,50M,\n")
    assert {key: item.sense for key, item in catalog.criteria.items()} == {"params": "min", "fps": None}
    table = catalog.table(["params", "fps"])
    assert table.slugs == ("tinynet", "bignet")
    assert table.sources == ("mine",)
    assert table.values[:, 0].tolist() == [5e6, 50e6]
    assert table.values[0, 1] == 30
    assert table.origins[1].tolist() == [0, -1]


@pytest.mark.parametrize("column", ["name", "model", "slug"])
def test_the_models_may_be_named_in_any_of_three_columns(tmp_path: Path, column: str) -> None:
    assert list(load(tmp_path, f"{column},params\nA,5M\n").models) == ["a"]


@pytest.mark.parametrize("index", ["", "Unnamed: 0"])
def test_the_row_numbers_that_pandas_writes_are_no_criterion(tmp_path: Path, index: str) -> None:
    catalog = load(tmp_path, f"{index},name,params\n0,A,5M\n1,B,6M\n")
    assert list(catalog.criteria) == ["params"]


def test_what_pandas_writes_is_read(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"name": ["A", "B"], "params": [5e6, 7_000_001], "top5": [90.5, None]})
    path = tmp_path / "frame.csv"
    frame.to_csv(path, encoding="utf-8-sig", lineterminator="\r\n")
    table = load_catalog(path).table(["params", "top5"])
    assert table.values[:, 0].tolist() == [5e6, 7_000_001]
    assert table.origins[:, 1].tolist() == [0, -1]


def test_a_known_model_lends_how_it_is_built(tmp_path: Path) -> None:
    model = load(tmp_path, "name,params\nEfficientNet-B1,7.9M\n").model("efficientnetb1")
    assert (model.name, model.build) == ("EfficientNet-B1", "keras:EfficientNetB1")


def test_a_year_of_one_s_own_is_the_model_s(tmp_path: Path) -> None:
    catalog = load(tmp_path, "name,year,params\nVGG16,2015,138M\n")
    assert catalog.model("vgg16").year == 2015
    assert catalog.table(["year"]).values.tolist() == [[2015.0]]


def test_a_column_of_words_is_set_aside_and_cannot_be_ranked_by(tmp_path: Path) -> None:
    catalog = load(tmp_path, "name,params,license,note\nA,5M,MIT,\nB,6M,BSD 3,fast\n")
    assert (list(catalog.criteria), catalog.texts) == (["params"], ("license", "note"))
    with pytest.raises(ZooError, match="column 'license' holds text; rank by columns of numbers: params"):
        catalog.table(["license"])


@pytest.mark.parametrize("cell", ["0,713", "1,000", "n/a", "12 ms"])
def test_a_number_badly_written_makes_no_column_of_words(tmp_path: Path, cell: str) -> None:
    with pytest.raises(ZooError, match="fps is"):
        load(tmp_path, f'name,params,fps\nA,5M,"{cell}"\n')


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,params\nA,5M\nA,6M\n", r"mine.csv:3: name 'A' stands twice"),
        ("name,params\nResNet-50,5M\nresnet_50,6M\n", r"mine.csv:3: name 'resnet_50' stands twice, as 'ResNet-50'"),
        ("name,params\nA,nan\n", r"mine.csv:2: params is 'nan'; expected a number, or an empty cell"),
        ("name,fps\nA,fast\nB,30\n", r"mine.csv:2: fps is 'fast'; expected a number"),
        ("name,top1\nA,0.7\n", r"mine.csv:2: top1 is 0.7; expected percent"),
        ("name,params\n,5M\n", r"mine.csv:2: name is ''"),
        ('name,params\n"A\nB",5M\n', r"mine.csv:2: name is 'A\\nB'; expected one line without control characters"),
        ("name,params\n\x1b[31mA,5M\n", r"mine.csv:2: name is '\\x1b\[31mA'; expected one line"),
        ("params\n5M\n", r"mine.csv:1: no column names the models"),
        ("name\nA\n", r"mine.csv:1: no column has values"),
        ("name,params,\nA,5M,\n", r"mine.csv:1: column 3 has no name"),
        ("name,params\nA,\n0,x\n,\nB,1,2\n", r"\(and 1 more; `zoo check .*mine.csv` lists them\)"),
        ("", r"mine.csv: is empty"),
    ],
)
def test_a_faulty_catalog_is_an_error_that_names_the_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        load(tmp_path, text)


def test_an_unknown_criterion_names_those_the_file_has(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="unknown criterion 'gpu'; known: params"):
        load(tmp_path, "name,params\nA,5M\n").table(["gpu"])

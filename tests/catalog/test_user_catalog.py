import os
from pathlib import Path

import pytest

from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.listing import list_models
from modelzoo.errors import ZooError
from modelzoo.scoring.criterion_spec import parse_criteria
from modelzoo.scoring.rank import rank


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


@pytest.mark.parametrize("column", ["name", "model", "slug", "Name", "MODEL", "Slug"])
def test_the_models_may_be_named_in_any_of_three_columns(tmp_path: Path, column: str) -> None:
    catalog = load(tmp_path, f"{column},params\nA,5M\n")
    assert (list(catalog.models), list(catalog.criteria)) == (["a"], ["params"])


def test_a_name_wins_over_a_slug(tmp_path: Path) -> None:
    assert load(tmp_path, "slug,name,params\nx,A,5M\n").model("a").name == "A"


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
        ("name,top1\nA,0.7\n", r"mine.csv:2: top1 is 0.7; expected percent, 0-100 \(70\?\); write 0.7% for"),
        ("name,top1\nA,0.7\nB,1.0\nC,71.3\n", r"mine.csv:2: top1 is 0.7; .*\(and 1 more"),
        (
            "name,Model,params\nA,B,5M\n",
            r"mine.csv:1: several columns may name the models: name, Model; .* rename them, or say which by "
            r"`zoo import csv .*mine.csv --map name=…`",
        ),
        ("name,a,a,\nA,1,2,3\n", r"mine.csv:1: column 'a' is repeated; each column needs another name"),
        (f"name,params\n{'n' * 300}\x1b,5M\n", r"mine.csv:2: name is 'n{79}…'; expected one line"),
        ("name,params\nA\u202eB,5M\n", r"mine.csv:2: name is 'A\\u202eB'; expected one line without control"),
        ("name,params\nA\u200b,5M\n", r"mine.csv:2: name is 'A\\u200b'; expected one line without control"),
        ("name,fps\nA,\u0663\n", r"mine.csv:2: fps is '\u0663', with the character U\+0663"),
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


def test_a_percentage_below_one_is_read_in_a_column_of_percentages(tmp_path: Path) -> None:
    table = load(tmp_path, "name,top1\nA,88.6\nB,1.12\nC,0.48\n").table(["top1"])
    assert table.values[:, 0].tolist() == [88.6, 1.12, 0.48]


def test_a_minus_sign_makes_no_column_of_words(tmp_path: Path) -> None:
    catalog = load(tmp_path, "name,score\nA,\u22121.5\nB,\u22120.7\n")
    assert catalog.texts == ()
    assert catalog.table(["score"]).values[:, 0].tolist() == [-1.5, -0.7]


def test_decomposed_letters_are_the_composed_ones_in_names_and_headings(tmp_path: Path) -> None:
    catalog = load(tmp_path, "name,Pre\u0301cision\nRe\u0301seau,3\n\u1112\u1161\u11ab,4\n")
    assert [model.name for model in catalog.models.values()] == ["R\u00e9seau", "\ud55c"]
    assert catalog.model("R\u00e9seau") is catalog.model("Re\u0301seau")
    assert catalog.table(["Pr\u00e9cision"]).values[:, 0].tolist() == [3, 4]
    with pytest.raises(ZooError, match="stands twice"):
        load(tmp_path, "name,a\nRe\u0301seau,3\nR\u00e9seau,4\n")


def test_headings_with_marks_are_ranked_filtered_and_sorted_by_in_quotes(tmp_path: Path) -> None:
    catalog = load(tmp_path, 'name,GPU ms,"a,b"\nA,3,1\nB,5,2\nC,9,3\n')
    ranking = rank(catalog, '"GPU ms":2:min,"a,b":max', where='"GPU ms"<9')
    assert [(spec.key, spec.weight) for spec in ranking.profile.by] == [("GPU ms", 2.0), ("a,b", 1.0)]
    assert parse_criteria(str(ranking.profile.by[1])) == (ranking.profile.by[1],)
    assert [entry.slug for entry in ranking.entries] == ["a", "b"]
    assert list_models(catalog, sort='"a,b":max').rows == (2, 1, 0)
    with pytest.raises(ZooError, match='say which way is better: "GPU ms":max or "GPU ms":min'):
        rank(catalog, '"GPU ms"')


def test_pipes_and_other_encodings_are_refused_in_one_line(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ZooError, match=r"pipe.csv is a pipe; expected a regular file"):
        load_catalog(tmp_path / "pipe.csv")
    (tmp_path / "wide.csv").write_text("name,a\nA,1\n", encoding="utf-16")
    with pytest.raises(ZooError, match=r"wide.csv:1: the text is UTF-16; save the file as UTF-8"):
        load_catalog(tmp_path / "wide.csv")

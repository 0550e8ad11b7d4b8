from pathlib import Path

import pytest

from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.importers.csv import Mapped, import_csv, read_mapping
from modelzoo.errors import ZooError

TABLE = 'Model,Acc@1,"Params (M)",FPS,Notes\nNet A,71.3,"1,014.45",30,good\nNet B,-,8,n/a,\n'


def write(folder: Path, text: str = TABLE) -> Path:
    path = folder / "theirs.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_names_columns_with_their_units() -> None:
    assert read_mapping('name=Model, top1="Acc@1",params:M=Params (M),fps,x="A, b"') == (
        Mapped("name", "Model"),
        Mapped("top1", "Acc@1"),
        Mapped("params", "Params (M)", "M"),
        Mapped("fps", "fps"),
        Mapped("x", "A, b"),
    )


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("", "has no column for the names of the models"),
        ("top1=Acc@1", "has no column for the names of the models"),
        ("name=Model", "gives names and no values"),
        ("name=Model,name=Title,top1", "gives 'name' twice"),
        ("name=Model,top1=", "'top1=' is not understood"),
        ("name=Model,=Acc", "'=Acc' is not understood"),
        ("name=Model,top1:mm=Acc", "gives 'top1' in 'mm'; expected K, M, B, fraction, percent or none"),
        ("name=Model,top1:M=Acc", "gives 'top1' in M, a unit of counts; top1 is in %"),
        ("name=Model,gpu:fraction=T", "gives 'gpu' as a fraction"),
        ("name:M=Model,top1", "gives 'name' in 'M'"),
        ("name=Model,slug=S,top1", "gives 'slug', which is no criterion"),
        ("name=Model,family=F,top1", "gives 'family', which is no criterion"),
    ],
)
def test_a_mapping_that_maps_nothing_is_an_error(mapping: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        read_mapping(mapping)


def test_the_mapped_columns_become_a_catalog(tmp_path: Path) -> None:
    imported = import_csv(write(tmp_path), 'name=Model,top1="Acc@1",params:M=Params (M),fps=FPS')
    imported.write(tmp_path / "mine.csv")
    catalog = load_catalog(tmp_path / "mine.csv")
    table = catalog.table(["params", "top1", "fps"])
    assert table.names == ("Net A", "Net B")
    assert table.values[:, 0].tolist() == [1_014_450_000, 8_000_000]
    assert table.values[0].tolist() == [1_014_450_000, 71.3, 30]
    assert table.origins[1].tolist() == [0, -1, -1]
    (source,) = catalog.sources.values()
    assert source.title == "imported from theirs.csv"
    assert source.conditions["columns"] == "top1 is Acc@1, params is Params (M), fps is FPS"
    assert "columns of theirs.csv left out: Notes" in imported.notes


def test_fractions_become_percent(tmp_path: Path) -> None:
    path = write(tmp_path, "Model,acc\nA,0.7130\n")
    (model,) = import_csv(path, "name=Model,top1:fraction=acc").models
    assert (model.values["top1"].text, model.values["top1"].resolution) == ("71.30", 0.005)


def test_a_converted_cell_that_cannot_be_read_is_shown_as_it_stands_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "Model,acc\nA,71.3\nB,0.5\n")
    (fault,) = import_csv(path, "name=Model,top1:fraction=acc").problems
    assert fault.endswith("theirs.csv:2: acc is 7130; expected percent, 0-100, for '71.3' in the file")


def test_an_absent_column_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"theirs.csv:1: unknown column 'Acc1'; did you mean 'Acc@1'"):
        import_csv(write(tmp_path), "name=Model,top1=Acc1")


def test_a_row_without_a_fit_name_is_named(tmp_path: Path) -> None:
    imported = import_csv(write(tmp_path, "Model,fps\n,3\n--,4\nA\x1b[31m,5\nA,5\n"), "name=Model,fps")
    assert len(imported.models) == 1
    assert imported.problems[2].endswith(
        r"theirs.csv:4: name is 'A\x1b[31m'; expected one line without control characters and hidden ones"
    )
    assert imported.notes[0] == "1 of 4 rows of theirs.csv read; not lines 2, 3, 4, named above"


def test_one_model_twice_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "Model,fps\nResNet-50,3\nresnet_50,4\n")
    with pytest.raises(ZooError, match=r"theirs.csv:3: 'resnet_50' is in two rows, as 'ResNet-50' in line 2 before"):
        import_csv(path, "name=Model,fps")


def test_names_that_differ_in_their_numbers_alone_are_two_models(tmp_path: Path) -> None:
    path = write(tmp_path, "Model,fps\nRegNet_Y_1_6GF,3\nRegNet_Y_16GF,4\n")
    imported = import_csv(path, "name=Model,fps")
    assert [model.name for model in imported.models] == ["RegNet_Y_1_6GF", "RegNet_Y_16GF (line 3)"]
    imported.write(tmp_path / "mine.csv")
    assert load_catalog(tmp_path / "mine.csv").table(["fps"]).values[:, 0].tolist() == [3, 4]


def test_torchvision_s_table_is_read_whole(real_data: Path) -> None:
    path = real_data / "tables" / "torchvision_weights.csv"
    if not path.is_file():
        pytest.skip("the tables are not there")
    imported = import_csv(path, "name=weights,params=num_params,top1=acc1,top5=acc5,gflops,size=file_size_mb")
    assert (len(imported.models), imported.problems) == (114, ())


OPENCLIP = (
    "name,pretrained,params (M),ImageNet 1k\n"
    "ViT-B-32,openai,151.28,0.6333\nViT-B-32,laion2b,151.28,0.6656\nRN50,openai,102.01,0.0098\n"
)


def test_two_columns_name_a_model(tmp_path: Path) -> None:
    path = write(tmp_path, OPENCLIP)
    imported = import_csv(path, 'name=name+pretrained,params:M="params (M)",top1:fraction="ImageNet 1k"')
    assert [model.name for model in imported.models] == ["ViT-B-32 openai", "ViT-B-32 laion2b", "RN50 openai"]
    imported.write(tmp_path / "mine.csv")
    assert load_catalog(tmp_path / "mine.csv").table(["top1"]).values[:, 0].tolist() == [63.33, 66.56, 0.98]


def test_a_repeated_name_is_answered_with_the_column_that_tells_the_rows_apart(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"theirs.csv:3: .* so name them by two columns, --map name=name\+pretrained,…"):
        import_csv(write(tmp_path, OPENCLIP), 'name,params:M="params (M)"')


def test_the_columns_of_the_advice_can_be_typed(tmp_path: Path) -> None:
    path = write(tmp_path, "name,Acc+ (%),v\nA,1,2\nA,2,3\n")
    with pytest.raises(ZooError, match="so name them by two columns") as raised:
        import_csv(path, "name,v")
    naming = str(raised.value).partition("--map ")[2].removesuffix(",…")
    assert [model.name for model in import_csv(path, f"{naming},v").models] == ["A 1", "A 2"]


def test_a_heading_with_a_plus_is_one_column(tmp_path: Path) -> None:
    path = write(tmp_path, "a+b,fps\nA,3\n")
    assert import_csv(path, "name=a+b,fps").models[0].name == "A"
    with pytest.raises(ZooError, match="unknown column 'a'; known: a\\+b, fps"):
        import_csv(path, "name=a+b+c,fps")


def test_the_column_shows_whether_accuracies_are_fractions(tmp_path: Path) -> None:
    percent = import_csv(write(tmp_path, "Model,acc\nA,88.6\nB,1.1\nC,0.480\n"), "name=Model,top1=acc")
    assert [model.values["top1"].text for model in percent.models] == ["88.6", "1.1", "0.480"]
    with pytest.raises(ZooError, match=r"theirs.csv:2: acc is 0.7; expected percent, 0-100 \(70\?\)"):
        import_csv(write(tmp_path, "Model,acc\nA,0.7\nB,1.0\n"), "name=Model,top1=acc")


def test_small_percentages_that_are_stated_survive_in_the_catalog(tmp_path: Path) -> None:
    path = write(tmp_path, "Model,acc\nA,0.3\nB,0.7\nC,1.5\n")
    import_csv(path, "name=Model,top1:percent=acc").write(tmp_path / "mine.csv")
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "name,top1\nA,0.3%\nB,0.7%\nC,1.5\n"
    assert load_catalog(tmp_path / "mine.csv").table(["top1"]).values[:, 0].tolist() == [0.3, 0.7, 1.5]


def test_cells_that_overflow_a_float_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, "Model,acc\nA,0.7\nB,1e5000000\nC,1e-50000000\n")
    imported = import_csv(path, "name=Model,top1:fraction=acc")
    assert [problem.partition("csv:")[2] for problem in imported.problems] == [
        "3: acc is '1e5000000'; expected a number",
        "4: acc is '1e-50000000'; expected a number",
    ]

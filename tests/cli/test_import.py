"""`zoo import` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

RESULTS = """model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation
giant.big_in1k,560,89.790,10.210,98.990,1.010,"1,014.45",1.000,bicubic
resnet50.a1_in1k,224,80.212,19.788,94.598,5.402,25.56,0.950,bicubic
resnet50.a1_in1k,288,81.216,18.784,95.102,4.898,25.56,1.000,bicubic
broken.x,224,fine,18.784,95.102,4.898,25.56,1.000,bicubic
"""
SPEEDS = """model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size,param_count
resnet50,224,4302.84,237.985,512,25.56
resnet50,288,2595.0,197.3,512,25.56
"""


@pytest.fixture(autouse=True)
def _tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("results.csv").write_text(RESULTS, encoding="utf-8")
    Path("speeds.csv").write_text(SPEEDS, encoding="utf-8")


def test_timm_names_rows_and_columns_that_it_leaves_out(zoo: Callable) -> None:
    printed = zoo("import", "timm", "results.csv", "--benchmark", "speeds.csv")
    assert (printed.code, printed.out) == (0, "")
    assert printed.err.splitlines() == [
        "zoo: warning: results.csv:5: top1 is 'fine'; expected a number",
        "zoo: note: 3 of 4 rows of results.csv read; not line 5, named above",
        "zoo: note: 1 models have several image sizes; they are named model@img_size",
        "zoo: note: columns of results.csv left out: interpolation",
        "zoo: note: 2 of 2 rows of speeds.csv read",
        "zoo: note: 2 of 3 models have a speed, by architecture and image size; "
        "0 of the speeds belong to no model here",
        "zoo: note: wrote timm.csv and its source, timm.source.toml",
    ]


def test_a_catalog_from_timm_is_ranked_by_its_columns(zoo: Callable) -> None:
    zoo("import", "timm", "results.csv", "--benchmark", "speeds.csv", "--out", "t.csv")
    by = "top1,infer_samples_per_sec:max,param_count:min"
    printed = zoo("rank", "--catalog", "t.csv", "--by", by, "--where", "param_count<100M")
    assert printed.code == 0
    assert "1  resnet50.a1_in1k@224" in printed.out
    assert "2 ranked of 3 models; values: t." in printed.out
    assert zoo("check", "t.csv").code == 0


def test_csv_is_written_beside_the_reader_under_its_own_name(zoo: Callable) -> None:
    Path("my.csv").write_text("Model,Acc@1\nA,71.3\nB,72.0\n", encoding="utf-8")
    printed = zoo("import", "csv", "my.csv", "--map", "name=Model,top1=Acc@1")
    assert printed.err.splitlines() == [
        "zoo: note: 2 of 2 rows of my.csv read",
        "zoo: note: wrote my-zoo.csv and its source, my-zoo.source.toml",
    ]
    assert Path("my-zoo.csv").read_text(encoding="utf-8") == "name,top1\nA,71.3\nB,72.0\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("timm", "timm.py"),
        ("timm", "gone.csv"),
        ("timm", "results.csv", "--out", "timm.xlsx"),
        ("csv", "results.csv", "--map", "name=Model,top1"),
        ("csv", "results.csv", "--map", "top1"),
    ],
)
def test_a_table_that_cannot_be_imported_is_an_error_of_one_line(zoo: Callable, arguments: tuple[str, ...]) -> None:
    printed = zoo("import", *arguments)
    assert (printed.code, printed.out, printed.err.count("\n")) == (1, "", 1)
    assert printed.err.startswith("zoo: ")
    assert not list(Path.cwd().glob("*.toml"))


def test_a_catalog_that_is_there_is_replaced_by_force_only(zoo: Callable) -> None:
    assert zoo("import", "timm", "results.csv").code == 0
    assert "timm.csv exists" in zoo("import", "timm", "results.csv").err
    assert zoo("import", "timm", "results.csv", "--force").code == 0


def test_import_reads_back_what_zoo_wrote_with_a_guard_for_spreadsheets(
    zoo: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["=Net0", "-Net1", "@Net2", "+Net3", "Net4"]
    lines = [f"{name},{value}.5,-{value}" for value, name in enumerate(names, 70)]
    Path("a.csv").write_text("\n".join(["name,top1,=gain", *lines]) + "\n", encoding="utf-8")
    assert zoo("import", "csv", "a.csv", "--map", "name,top1,gain==gain", "--out", "b.csv").code == 0
    written = Path("b.csv").read_text(encoding="utf-8").splitlines()
    guarded = ["'=Net0,70.5,-70", "'-Net1,71.5,-71", "'@Net2,72.5,-72", "'+Net3,73.5,-73", "Net4,74.5,-74"]
    assert written == ["name,top1,gain", *guarded]
    assert zoo("import", "csv", "b.csv", "--map", "name,top1,gain", "--out", "c.csv").code == 0
    assert Path("c.csv").read_text(encoding="utf-8").splitlines() == written
    ranked = json.loads(zoo("rank", "--catalog", "c.csv", "--by", "top1", "--json").out)
    assert [row["name"] for row in ranked["ranking"]] == names[::-1]

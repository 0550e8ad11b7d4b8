"""timm's tables, in small ones with the same traps and, where they are at hand, in the real ones."""

from pathlib import Path

import pytest

from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.importers.timm import import_timm
from modelzoo.check import check
from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank

HEADER = "model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation\n"
# A name at two sizes, a count with a comma, an error below 1, mixed line ends.
ROWS = (
    'giant_560.big_in1k,560,89.790,10.210,99.098,0.902,"1,014.45",1.000,bicubic\r\n'
    "resnet50.a1_in1k,224,80.212,19.788,94.598,5.402,25.56,0.950,bicubic\n"
    "resnet50.a1_in1k,288,81.216,18.784,95.102,4.898,25.56,1.000,bicubic\r\n"
    "tiny_vit.dist_in1k,224,83.232,16.768,96.490,3.510,11.00,0.950,bilinear\n"
)
SPEEDS = (
    "model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size,param_count,infer_gmacs,infer_macts\n"
    "resnet50,224,4302.84,237.985,512,25.56,4.11,11.11\n"
    "resnet50,288,2595.0,197.3,512,25.56,6.8,18.37\n"
    "tiny_vit,224,7000.5,73.1,512,20.35,1.9,10.7\n"
    "giant_560,224,100.0,500.0,256,1014.45,600.1,900.2\n"
)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write(tmp_path / "results-imagenet.csv", HEADER + ROWS)


@pytest.fixture
def benchmark(tmp_path: Path) -> Path:
    return write(tmp_path / "benchmark-infer-amp.csv", SPEEDS)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_a_model_at_several_sizes_is_named_with_its_size(results: Path) -> None:
    imported = import_timm(results)
    assert [model.name for model in imported.models] == [
        "giant_560.big_in1k",
        "resnet50.a1_in1k@224",
        "resnet50.a1_in1k@288",
        "tiny_vit.dist_in1k",
    ]
    assert "1 models have several image sizes; they are named model@img_size" in imported.notes


def test_counts_are_in_millions_however_they_are_printed(results: Path) -> None:
    giant, resnet, *_ = import_timm(results).models
    for key in ("params", "param_count"):
        assert (giant.values[key].text, giant.values[key].value) == ("1014.45M", 1_014_450_000)
        assert resnet.values[key].value == 25_560_000


def test_the_catalog_ranks_by_the_standard_keys_and_by_timm_s_own(
    results: Path, benchmark: Path, tmp_path: Path
) -> None:
    import_timm(results, benchmark).write(tmp_path / "timm.csv")
    catalog = load_catalog(tmp_path / "timm.csv")
    own = rank(catalog, "top1,infer_samples_per_sec:max,param_count:min", where="param_count<100M and img_size<=224")
    assert [entry.slug for entry in own.entries] == ["tinyvitdistin1k", "resnet50a1in1k224"]
    usual = rank(catalog, "top5,params,gflops,infer_samples_per_sec")
    assert usual.ranked == 3
    assert {item.key: item.sense for item in usual.criteria}["infer_samples_per_sec"] == "max"


def test_a_speed_is_of_the_same_architecture_and_size(results: Path, benchmark: Path) -> None:
    imported = import_timm(results, benchmark)
    speeds = [model.values.get("infer_samples_per_sec") for model in imported.models]
    assert [speed and speed.value for speed in speeds] == [None, 4302.84, 2595.0, 7000.5]
    assert (
        "3 of 4 models have a speed, by architecture and image size; 1 of the speeds belong to no model here"
        in imported.notes
    )


def test_a_benchmark_may_name_the_weights_too(results: Path, tmp_path: Path) -> None:
    tagged = SPEEDS.replace("resnet50,224", "resnet50.a1_in1k,224")
    imported = import_timm(results, write(tmp_path / "tagged.csv", tagged))
    assert imported.models[1].values["infer_samples_per_sec"].value == 4302.84


def test_a_speed_of_another_network_is_told_and_kept_as_a_note(results: Path, benchmark: Path) -> None:
    imported = import_timm(results, benchmark)
    assert imported.warnings == (
        "tiny_vit.dist_in1k has 11.00M parameters, the network whose speed was measured 20.35M",
    )
    assert list(imported.facts.notes) == ["tinyvitdistin1k"]


def test_both_files_are_named_with_their_checksums(results: Path, benchmark: Path) -> None:
    version = import_timm(results, benchmark).facts.version
    assert "results-imagenet.csv, SHA-256 " in version
    assert "benchmark-infer-amp.csv, SHA-256 " in version


def test_each_row_that_cannot_be_read_is_named_and_the_others_are_kept(tmp_path: Path) -> None:
    rows = (
        "a.x,224,80.0,20.0,95.0,5.0,many,0.9,bicubic\n"
        "b.x,224,101,20.0,95.0,5.0,5.0,0.9,bicubic\n"
        "c.x,224\n"
        "d.x,,80.0,20.0,95.0,5.0,5.0,0.9,bicubic\n"
    )
    imported = import_timm(write(tmp_path / "r.csv", HEADER + ROWS + rows))
    assert len(imported.models) == 4
    assert [fault.partition("r.csv:")[2] for fault in imported.problems] == [
        "6: param_count is 'many'; expected a number",
        "7: top1 is 101; expected percent, 0-100",
        "8: has 2 cells; the header has 9",
        "9: img_size is ''; expected a number",
    ]
    assert imported.notes[0] == "4 of 8 rows of r.csv read; not lines 6, 7, 8, 9, named above"


def test_a_speed_that_cannot_be_read_is_named_in_its_own_file(results: Path, tmp_path: Path) -> None:
    speeds = write(tmp_path / "b.csv", SPEEDS.replace("4302.84", "fast"))
    imported = import_timm(results, speeds)
    assert [fault.partition("b.csv:")[2] for fault in imported.problems] == [
        "2: infer_samples_per_sec is 'fast'; expected a number"
    ]
    assert "infer_samples_per_sec" not in imported.models[1].values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER.replace("top5,", "t5,") + ROWS, r"given.csv:1: column top5 is missing; expected timm's results"),
        (HEADER + ROWS + ROWS, r"given.csv:6: 'giant_560.big_in1k@560' is in two rows.* line 2 before.*\(and 3 more\)"),
        (HEADER, r"given.csv: has a header and no rows"),
        ("", r"given.csv: is empty"),
        (HEADER + "a.x,224,80,20,95,5,x,0.9,b\nb.x,224,80,20,95,5,y,0.9,b\n", r"given.csv:2: .*\(no row can be read"),
        (HEADER + ROWS + '"a.x,224\n', r"given.csv:6: is no CSV record"),
    ],
)
def test_a_file_that_is_no_such_table_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        import_timm(write(tmp_path / "given.csv", text))


def test_a_wrong_encoding_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "given.csv"
    path.write_bytes((HEADER + ROWS + "rés.x,224,80,20,95,5,5,0.9,b\n").encode("latin-1"))
    with pytest.raises(ZooError, match=r"given.csv:6: the text is not UTF-8 \(byte 0xe9\)"):
        import_timm(path)


def test_results_for_a_benchmark_and_a_speed_given_twice_are_errors(
    results: Path, benchmark: Path, tmp_path: Path
) -> None:
    with pytest.raises(ZooError, match="this is timm's results table"):
        import_timm(results, results)
    with pytest.raises(ZooError, match="this is timm's benchmark table; give it as --benchmark"):
        import_timm(benchmark, results)
    twice = write(tmp_path / "b.csv", SPEEDS + "resnet50,224,1.0,1.0,1,25.56,4.11,11.11\n")
    with pytest.raises(ZooError, match=r"b.csv:6: 'resnet50' at 224 px is in two rows, before in line 2"):
        import_timm(results, twice)


def test_the_real_tables_are_read_whole(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "tables" / "timm"
    if not folder.is_dir():
        pytest.skip("the tables are not there")
    (benchmark,) = folder.glob("benchmark-infer-*.csv")
    imported = import_timm(folder / "results-imagenet.csv", benchmark)
    assert imported.problems == ()
    assert len(imported.warnings) == 9
    assert sum("infer_samples_per_sec" in model.values for model in imported.models) == 1451
    imported.write(tmp_path / "timm.csv")
    catalog = load_catalog(tmp_path / "timm.csv")
    assert len(catalog.models) == 1556
    assert sum("@" in model.name for model in catalog.models.values()) == 580
    ranking = rank(catalog, "top1,infer_samples_per_sec:max,param_count:min", where="top1>80 and param_count<10M")
    assert (ranking.ranked, len(ranking.excluded)) == (35, 1521)


def test_accuracies_below_one_percent_are_percentages(tmp_path: Path) -> None:
    weak = "b.x,224,0.480,99.520,2.320,97.680,30.02,0.875,bicubic\nc.x,224,0.900,99.100,0.9,99.100,5,0.9,bicubic\n"
    imported = import_timm(write(tmp_path / "r.csv", HEADER + ROWS + weak))
    assert [model.values["top1"].value for model in imported.models[-2:]] == [0.48, 0.9]
    import_timm(write(tmp_path / "weak.csv", HEADER + weak)).write(tmp_path / "timm.csv")
    assert load_catalog(tmp_path / "timm.csv").table(["top1"]).values[:, 0].tolist() == [0.48, 0.9]


def test_a_benchmark_alone_is_a_catalog_of_models_and_sizes(benchmark: Path, tmp_path: Path) -> None:
    import_timm(benchmark).write(tmp_path / "timm.csv")
    catalog = load_catalog(tmp_path / "timm.csv")
    table = catalog.table(["infer_samples_per_sec", "params", "gflops", "infer_img_size"])
    assert table.names == ("resnet50@224", "resnet50@288", "tiny_vit", "giant_560")
    assert table.values[1].tolist() == [2595.0, 25_560_000, 6.8, 288]
    assert check(tmp_path / "timm.csv").problems == ()

import shutil
from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.check import Check, check
from modelzoo.errors import ZooError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the content folders."""
    for folder in (paths.CATALOG, paths.SCORING, paths.BENCHMARKS):
        shutil.copytree(folder, tmp_path / folder.name)
    return tmp_path


def test_the_shipped_content_is_well_formed() -> None:
    found = check()
    assert found.problems == ()
    assert found.files >= 11 + len([*paths.SCORING.glob("*.toml"), *paths.BENCHMARKS.glob("recipes/*.toml")])


def test_faults_of_every_kind_of_file_are_found_together(root: Path) -> None:
    (root / "catalog" / "sources" / "keras.csv").write_text("slug,params\nvgg16,138\nvgg16,x\n", encoding="utf-8")
    (root / "catalog" / "slides" / "scores.csv").write_bytes(b"\xff")
    (root / "scoring" / "mine.toml").write_text("what = 1\n", encoding="utf-8")
    (root / "benchmarks" / "recipes" / "mine.toml").write_text("batch_size = -1\n", encoding="utf-8")
    run = root / "benchmarks" / "results" / "broken"
    run.mkdir(parents=True)
    (run / "record.json").write_text("{", encoding="utf-8")
    problems = "\n".join(check(root).problems)
    for file in ("keras.csv:3", "scores.csv:1", "scoring/mine.toml", "recipes/mine.toml", "broken/record.json"):
        assert file in problems


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ('by = ["top6"]', "mine.toml: unknown criterion 'top6'; did you mean 'top5'"),
        ('by = ["year"]', "mine.toml: criterion 'year' has no sense of its own"),
        ('by = ["top5"]\nsources = ["kears"]', "mine.toml: unknown source 'kears'; did you mean 'keras'?"),
    ],
)
def test_a_profile_that_nothing_can_be_ranked_by_is_a_fault(root: Path, fields: str, fault: str) -> None:
    (root / "scoring" / "mine.toml").write_text(f'title = "Mine"\n{fields}\n', encoding="utf-8")
    (found,) = check(root).problems
    assert fault in found


def test_a_profile_may_rank_by_what_is_measured(root: Path) -> None:
    (root / "scoring" / "mine.toml").write_text('title = "Mine"\nby = ["accuracy", "params"]\n', encoding="utf-8")
    assert check(root).problems == ()


def test_a_catalog_folder_can_be_checked_alone(root: Path) -> None:
    assert check(root / "catalog").problems == ()
    files = [path for path in (root / "catalog").rglob("*") if path.suffix in (".csv", ".toml")]
    assert check(root / "catalog").files == len(files)


def test_a_faulty_models_file_is_not_followed_by_a_fault_a_row(root: Path) -> None:
    (root / "catalog" / "models.csv").write_text("", encoding="utf-8")
    faults = check(root / "catalog").problems
    assert len([fault for fault in faults if "sources/" in fault]) == 0
    assert "models.csv: is empty" in faults[0]


def test_a_suite_is_checked_with_its_recipes_and_rows(root: Path) -> None:
    suites, recipes = root / "benchmarks" / "suites", root / "benchmarks" / "recipes"
    (recipes / "own.toml").write_text('title = "Own"\nextends = "slides-resnet50"\n', encoding="utf-8")
    (suites / "good.toml").write_text('title = "T"\n[[runs]]\nmodel = "lenet5"\nrecipe = "own"\n', encoding="utf-8")
    assert check(root).problems == ()
    (recipes / "own.toml").write_text('title = "Own"\nextends = "own"\n', encoding="utf-8")
    problems = "\n".join(check(root).problems)
    assert "recipes/own.toml: a circle" in problems
    assert "suites/good.toml: runs[0]: " in problems


def test_the_table_of_trainings_is_checked(root: Path) -> None:
    path = root / "catalog" / "slides" / "training.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("86.90", "many"), encoding="utf-8")
    (fault,) = check(root / "catalog").problems
    assert "training.csv:3: test_accuracy_pct is 'many'; expected a number" in fault


def test_a_folder_without_content_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"nothing to check at .*; expected a CSV or TOML file"):
        check(tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            'title = "T"\nextends = "quick"\nepocs = 3\n',
            "unknown field 'epocs'; did you mean 'epochs'? (taken for a recipe",
        ),
        (
            'title = "T"\n[[runs]]\nmodel = "lenet5"\nepochs = 0\n',
            "runs[0].epochs is 0; expected a whole number >= 1",
        ),
        ('title = "T"\nbatch_size = [0]\n', "batch_size is 0; expected a whole number >= 1"),
        ('title = "T"\n[optimizer]\nname = ["sdg"]\n', "(taken for a space by its fields)"),
        ('title = "T"\nruns = []\n', "(taken for a suite by its fields)"),
        ('title = "T"\nby = ["top6"]\n', "unknown criterion 'top6'; did you mean 'top5'"),
        ('title = "T"\nby = ["top5"]\nweights = "x"\n', "(taken for a profile by its fields)"),
        (
            'title = "T"\nwhat = 1\n',
            "own.toml: expected fields of a recipe, lists of them (a space), a suite (runs) or a profile (by)",
        ),
        ("title = ", "own.toml: cannot be read as TOML"),
    ],
)
def test_a_toml_file_is_checked_as_the_kind_that_its_fields_show(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    (found,) = check(path).problems
    assert problem in found


@pytest.mark.parametrize("path", [*paths.BENCHMARKS.glob("*/*.toml"), *paths.SCORING.glob("*.toml")], ids=str)
def test_each_shipped_recipe_suite_and_profile_is_taken_for_its_kind(path: Path) -> None:
    assert check(path) == Check(1, ())


def test_a_profile_of_your_own_csv_may_name_its_columns_with_a_sense(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('title = "T"\nby = ["fps:max", \'"GPU ms":2:min\']\n', encoding="utf-8")
    assert check(path).problems == ()

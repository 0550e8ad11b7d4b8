"""Profiles: those that come with the project, and what is said of a wrong one."""

from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.scoring.profile import Profile, load_profile, profile_names, replace_fields
from modelzoo.scoring.rank import rank


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write `my.toml` into the working directory and give its name."""
    monkeypatch.chdir(tmp_path)

    def write(text: str) -> str:
        Path("my.toml").write_text(text, encoding="utf-8")
        return "my.toml"

    return write


def test_the_profiles_of_the_folder_are_known() -> None:
    assert profile_names() == sorted(path.stem for path in paths.SCORING.iterdir() if path.suffix == ".toml")
    assert {"slides", "accuracy", "edge"} <= set(profile_names())


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_loads_and_ranks_the_catalog(name: str) -> None:
    profile = load_profile(name)
    ranking = rank(profile=name)
    assert profile.title
    assert profile.description
    assert ranking.entries[0].rank == 1
    assert ranking.profile == profile
    assert ranking.sources[: len(profile.sources)] == profile.sources


def test_an_unknown_profile_names_the_nearest() -> None:
    with pytest.raises(ZooError, match=r"unknown profile 'slide'; did you mean 'slides'\?"):
        load_profile("slide")


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ZooError, match=r"no profile at nowhere/my.toml; expected a TOML file, or one of accuracy, "):
        load_profile("nowhere/my.toml")


def test_a_profile_of_one_s_own_ranks(written) -> None:
    path = written('title = "T"\nby = ["top1:3", "params"]\nbounds = "ranked"\nmissing = "worst"\n')
    ranking = rank(profile=path)
    assert [item.weight for item in ranking.criteria] == [1.5, 0.5]
    assert (ranking.profile.bounds, ranking.profile.missing) == ("ranked", "worst")
    assert rank(profile=Path(path)).to_dict() == ranking.to_dict()


def test_fixed_bounds_are_read_by_criterion(written) -> None:
    profile = load_profile(written('title = "T"\nby = ["top5", "gpu"]\nbounds = { top5 = [80, 100] }\n'))
    assert profile.bounds == {"top5": (80.0, 100.0)}


VALID = 'title = "T"\nby = ["top5", "gpu"]\n'


def test_a_method_comes_with_its_usual_normalization(written) -> None:
    assert load_profile(written(VALID)).normalize == "min-max"
    assert load_profile(written(VALID + 'method = "topsis"')).normalize == "vector"
    assert load_profile(written(VALID + 'method = "topsis"\nnormalize = "rank"')).normalize == "rank"


def test_a_profile_of_an_earlier_version_is_read(written) -> None:
    assert load_profile(written(VALID + 'aggregate = "topsis"')).method == "topsis"
    with pytest.raises(ZooError, match=r"\.toml: `method` and `aggregate` are one field; leave `aggregate` out"):
        load_profile(written(VALID + 'aggregate = "topsis"\nmethod = "sum"'))


def test_a_profile_as_data_is_as_it_was_before_weights_could_be_derived() -> None:
    fields = ["title", "description", "by", "normalize", "aggregate", "missing", "bounds", "sources"]
    assert list(load_profile("slides").to_dict()) == fields
    assert Profile(title="T", by=("top5",), weights="equal").to_dict()["weights"] == "equal"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('by = ["top5"]', "title is missing; expected a text"),
        ('title = "T"', "by is missing; expected a list"),
        (VALID + 'normalize = "z"', "`normalize`: unknown method 'z'"),
        (VALID + 'method = "produkt"', "`method`: unknown method 'produkt'; did you mean 'product'"),
        (VALID + 'weights = "entropie"', "`weights`: unknown method 'entropie'; did you mean 'entropy'"),
        (
            'title = "T"\nby = ["top5:2", "gpu"]\nweights = "critic"',
            "`by` gives top5 the weight 2, and `weights` critic",
        ),
        (VALID + 'weights = "swing"\nnormalize = "max"', "`weights` swing are of the step from a criterion's worst"),
        (VALID + 'method = "product"\nnormalize = "z-score"', "`method` product multiplies, and z-score gives"),
        (VALID + 'missing = "zero"\nnormalize = "vector"', "`missing` zero: 0 is not the worst where `normalize` is"),
        (VALID + 'missing = "bounds"\nmethod = "topsis"', "`missing` bounds: `method` topsis measures models by"),
        (VALID + 'bounds = { top5 = [80, 90] }\nnormalize = "rank"', "`bounds` are fixed, and rank needs the values"),
        (VALID + 'missing = "mean"', "missing is 'mean'; expected 'bounds', 'drop', "),
        (VALID + 'bounds = "some"', "bounds is 'some'; expected a text matching"),
        (VALID + "bounds = { top5 = [80] }", r"bounds.top5 is \[80\]; expected a list of length 2"),
        (VALID + "bounds = { top5 = [100, 80] }", "`bounds` of top5 are 100 and 80; expected finite ones, the lower"),
        (VALID + "bounds = { top5 = [80, inf] }", r"bounds.top5\[1\] is inf; expected a finite number"),
        (VALID + "bounds = { top5 = [nan, 80] }", r"bounds.top5\[0\] is nan; expected a finite number"),
        (VALID + "bounds = { tpo5 = [80, 90] }", "`bounds` of tpo5: that is not ranked by; expected some of top5, gpu"),
        (VALID + 'sources = "slides"', "sources is 'slides'; expected a list"),
        ('title = "T"\nby = "top5"', "by is 'top5'; expected a list"),
        ('title = "T"\nby = []', "`by`: nothing to rank by"),
        ('title = "T"\nby = ["top5:heavy"]', "`by`: 'top5:heavy': 'heavy' is neither a weight"),
        ('title = "T"\nby = ["top5", "top5"]', "`by`: criterion 'top5' is named twice"),
    ],
)
def test_a_wrong_profile_is_refused_by_file_and_field(written, text: str, message: str) -> None:
    with pytest.raises(ZooError, match=rf"^my\.toml: .*{message}(.*; scoring/slides.toml shows every field)?$"):
        load_profile(written(text))


def test_an_unknown_field_gets_the_nearest_name(written) -> None:
    with pytest.raises(ZooError, match=r"^my\.toml: unknown field 'weigths'; did you mean 'weights'\?$"):
        load_profile(written(VALID + "weigths = 1"))


def test_a_profile_that_is_no_toml_gets_the_line(written) -> None:
    with pytest.raises(ZooError, match=r"^my\.toml: cannot be read as TOML in UTF-8: .*line 1"):
        load_profile(written("title = 1 2"))


def test_a_profile_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ZooError, match=r"my\.toml:1: the text is UTF-16"):
        load_profile(path)


def test_a_changed_profile_is_not_described_as_the_shipped_one() -> None:
    slides = load_profile("slides")
    assert replace_fields(slides, by="top5,gpu,params") == slides
    changed = replace_fields(replace_fields(slides, by="top5:2,gpu"), missing="zero")
    assert (changed.title, changed.description) == (f"{slides.title}, with other options", "")


@pytest.mark.parametrize("field", ["missing", "bounds"])
def test_a_wrong_choice_is_shown_with_the_possible_ones(field: str) -> None:
    with pytest.raises(ZooError, match=rf"^`{field}` is 'nope'; `missing` is drop, .*`bounds` all, ranked"):
        replace_fields(load_profile("slides"), **{field: "nope"})

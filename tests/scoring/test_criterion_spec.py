"""`key[:weight][:max|min]`, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.catalog.criteria import Criterion
from modelzoo.errors import CombinedError, ZooError
from modelzoo.scoring.criterion_spec import CriterionSpec, parse_criteria, sense_of, senses_of


def test_weights_and_senses_are_read() -> None:
    assert parse_criteria("top5:2,gpu,year:max,size:0.5:max") == (
        CriterionSpec("top5", 2.0),
        CriterionSpec("gpu"),
        CriterionSpec("year", 1.0, "max"),
        CriterionSpec("size", 0.5, "max"),
    )


def test_a_list_and_blanks_read_the_same() -> None:
    assert parse_criteria(["top5:2", "gpu"]) == parse_criteria(" top5 : 2 , gpu ")


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("", "criterion '' is not understood; expected key"),
        ("top5,,gpu", "criterion '' is not understood"),
        ([], "nothing to rank by; expected key"),
        (":2", "criterion ':2' is not understood"),
        ("top5:2:3", "criterion 'top5:2:3' is not understood"),
        ("top5:max:2", "'max' is neither a weight nor max or min"),
        ("top5:MAX", "'MAX' is neither a weight nor max or min"),
        ("top5:", "'' is neither a weight nor max or min"),
        ("top5:-1", "weight is -1; expected a finite number, 0 or more"),
        ("top5:nan", "weight is nan; expected a finite number"),
        ("top5:1e999", "weight is 1e999; expected a finite number"),
        ("top5,gpu,top5:2", "criterion 'top5' is named twice; give it once"),
    ],
)
def test_what_is_not_understood_is_refused(by: str | list[str], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        parse_criteria(by)


def test_a_chosen_sense_wins_over_the_criterion_s() -> None:
    size = Criterion("size", "Size", "MB", "min")
    assert sense_of(CriterionSpec("size"), size) == "min"
    assert sense_of(CriterionSpec("size", sense="max"), size) == "max"


def test_a_criterion_without_a_sense_must_be_given_one() -> None:
    with pytest.raises(ZooError, match="'year' has no sense of its own; say which way is better: year:max or year:min"):
        sense_of(CriterionSpec("year"), Criterion("year", "Year", "", None))


def test_every_criterion_without_a_sense_is_named_at_once() -> None:
    criteria = [
        Criterion("year", "Year", "", None),
        Criterion("size", "Size", "MB", "min"),
        Criterion("fps", "", "", None),
    ]
    with pytest.raises(CombinedError) as error:
        senses_of([CriterionSpec(criterion.key) for criterion in criteria], criteria)
    assert [message.split("'")[1] for message in error.value.messages] == ["year", "fps"]


@given(
    st.builds(
        CriterionSpec,
        st.sampled_from(["top5", "gpu"]),
        st.floats(0, allow_nan=False, allow_infinity=False),
        st.sampled_from(["max", "min", None]),
    )
)
def test_a_spec_is_read_back_from_its_text(spec: CriterionSpec) -> None:
    assert parse_criteria(str(spec)) == (spec,)


def test_parsed_criteria_are_kept() -> None:
    specs = parse_criteria("top5:2,gpu:min")
    assert parse_criteria(specs) == specs
    assert [str(spec) for spec in specs] == ["top5:2", "gpu:min"]


def test_a_mapping_has_a_weight_for_each_key() -> None:
    assert parse_criteria({"top5": 2, " year : max ": 0.5}) == parse_criteria("top5:2,year:0.5:max")


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ({}, "nothing to rank by"),
        ({"top5:2": 3}, "'top5:2' has the weight 2 and, in the mapping, 3; give it once"),
        ({"top5": -1}, "'top5': weight is -1; expected a finite number, 0 or more"),
        ({"top5": float("inf")}, "'top5': weight is inf"),
        ({"top5": 1, "top5:max": 1}, "criterion 'top5' is named twice"),
    ],
)
def test_a_mapping_that_is_not_understood_is_refused(by: dict[str, float], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        parse_criteria(by)

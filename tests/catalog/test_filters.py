import numpy as np
import pytest

from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.filters import Condition, meeting, parse
from modelzoo.errors import ZooError

CATALOG = load_catalog()


def meeting_slugs(text: str, sources: list[str] | None = None) -> set[str]:
    slugs = CATALOG.table([], sources).slugs
    return {slugs[row] for row in np.flatnonzero(meeting(CATALOG, text, sources))}


def test_conditions_are_key_operator_and_number_joined_by_and() -> None:
    assert parse("params<10M and gpu <= 8 AND top1 != 70.4") == (
        Condition("params", "<", 10e6),
        Condition("gpu", "<=", 8.0),
        Condition("top1", "!=", 70.4),
    )


def test_a_key_with_blanks_or_marks_is_in_quotes() -> None:
    assert parse('"GPU ms"<5 and "a>b and c" >= 2 and Acc@1>70') == (
        Condition("GPU ms", "<", 5.0),
        Condition("a>b and c", ">=", 2.0),
        Condition("Acc@1", ">", 70.0),
    )


@pytest.mark.parametrize(
    ("op", "kept"),
    [
        ("<", [True, False, False]),
        ("<=", [True, True, False]),
        (">", [False, False, True]),
        (">=", [False, True, True]),
        ("=", [False, True, False]),
        ("==", [False, True, False]),
        ("!=", [True, False, True]),
    ],
)
def test_a_missing_value_meets_no_condition(op: str, kept: list[bool]) -> None:
    values = np.array([1.0, 2.0, 3.0, np.nan])
    assert Condition("gpu", op, 2.0).holds(values).tolist() == [*kept, False]


def test_models_must_meet_every_condition() -> None:
    assert meeting_slugs("params<10M and gpu<=8") == {
        "efficientnetb0",
        "efficientnetb1",
        "efficientnetb2",
        "mobilenet",
        "mobilenetv2",
        "nasnetmobile",
    }


def test_conditions_are_met_by_the_chosen_sources_figures() -> None:
    assert "resnet50" in meeting_slugs("top1>=76")
    assert "resnet50" not in meeting_slugs("top1>=76", ["keras"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected `key op number`"),
        ("params<10M or gpu<8", "is not understood"),
        ("params<10M and", "is not understood"),
        ("params", "is not understood"),
        ("gpu<fast", "the number is 'fast'; expected a number"),
        ("params<1,000", "with thousands separators; expected 1000"),
        ("top1>0.7", r"expected percent, 0-100 \(70\?\)"),
        ("gpuu<8", "unknown criterion 'gpuu'; did you mean 'gpu'"),
    ],
)
def test_what_is_no_condition_is_an_error_that_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        meeting(CATALOG, text)

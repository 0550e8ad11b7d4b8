import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.printed_value import PrintedValue, column_in_percent, is_words, read_value
from modelzoo.errors import ZooError

PLAIN = Criterion("speed", "speed", "", None)


@pytest.mark.parametrize(
    ("key", "text", "value", "resolution"),
    [
        ("params", "25.6M", 25_600_000, 50_000),
        ("params", "8M", 8_000_000, 500_000),
        ("params", "60K", 60_000, 500),
        ("params", "1.2b", 1_200_000_000, 50_000_000),
        ("params", "61100840", 61_100_840, 0.5),
        ("params", "5e6", 5_000_000, 500_000),
        ("top1", "76.0", 76.0, 0.05),
        ("top1", "76.00%", 76.0, 0.005),
        ("top1", "0.9%", 0.9, 0.05),
        ("gpu", "10", 10.0, 0.5),
        ("year", "2019", 2019.0, 0.5),
        ("gpu", ".713", 0.713, 0.0005),
        ("gpu", "7.", 7.0, 0.5),
        ("params", ".5M", 500_000, 50_000),
    ],
)
def test_a_figure_keeps_its_print_and_its_precision(key: str, text: str, value: float, resolution: float) -> None:
    assert read_value(text, CRITERIA[key]) == PrintedValue(value, text, pytest.approx(resolution))


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("top1", "0.713", r"is 0.713; expected percent, 0-100 \(71.3\?\)"),
        ("top1", "1", r"expected percent, 0-100 \(100\?\)"),
        ("top1", "101", "is 101; expected percent, 0-100$"),
        ("top1", "-3", "expected percent, 0-100, not negative"),
        ("top1", "76M", "without M"),
        ("gpu", "-1", "expected ms, not negative"),
        ("gpu", "5%", "expected ms, not a percentage"),
        ("params", "5.3", r"expected a whole count \(5.3M\?\)"),
        ("params", "1,014.45", "is '1,014.45', with thousands separators; expected 1014.45"),
        ("params", "5,3M", "with a decimal comma; expected 5.3M"),
        ("params", "nan", "is 'nan'; expected a number, or an empty cell"),
        ("params", "NaN", "an empty cell where there is none"),
        ("gpu", "inf", "an empty cell where there is none"),
        ("gpu", "-", "an empty cell where there is none"),
        ("gpu", "1e999", "expected a finite number"),
        ("gpu", "fast", "is 'fast'; expected a number"),
        ("gpu", "1_000", "expected a number"),
        ("gpu", "٣", r"is '٣', with the character U\+0663 ARABIC-INDIC DIGIT THREE; expected a number of 0-9"),
        ("gpu", "10²", r"with the character U\+00B2 SUPERSCRIPT TWO"),
        ("gpu", "7\u200b", r"is '7\\u200b', with the character U\+200B ZERO WIDTH SPACE"),
        ("gpu", ".", "is '.'; expected a number"),
        ("gpu", "0x1F", "is '0x1F'; expected a number"),
        ("gpu", "1e5000000", "is '1e5000000'; expected a number"),
        ("gpu", "1e-50000000", "is '1e-50000000'; expected a number"),
        ("gpu", "1e-400", "is 1e-400, nearer to 0 than any float"),
        ("gpu", "9" * 5000, "is '9{79}…', of 5,000 characters; expected a number of at most 80"),
        ("gpu", "x" * 5000, "is 'x{79}…', of 5,000 characters"),
        ("year", "19", "expected a year, 1900-2100"),
        ("year", "2018.5", "expected a year, 1900-2100"),
    ],
)
def test_what_is_no_such_figure_is_refused_with_what_was_expected(key: str, text: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        read_value(text, CRITERIA[key])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_that_python_prints_reads_back_exactly(value: float) -> None:
    assert read_value(repr(value), PLAIN).value == value


@given(st.text(max_size=12))
def test_any_text_is_a_finite_figure_or_an_error_of_one_line(text: str) -> None:
    message = ""
    try:
        figure = read_value(text, PLAIN)
    except ZooError as error:
        message = str(error)
    assert len(message.splitlines()) == 1 or (math.isfinite(figure.value) and figure.resolution > 0)


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("25.6M", "25636712", True),
        ("8M", "8.1M", True),
        ("76.0", "76.13", False),
        ("76.0", "76.049", True),
        ("74.9", "75.0", False),
        ("98", "97.781", True),
        ("88.5M", "88591464", False),
        ("90", "90", True),
    ],
)
def test_figures_agree_where_one_value_rounds_to_both(one: str, other: str, agree: bool) -> None:
    first, second = read_value(one, PLAIN), read_value(other, PLAIN)
    assert first.agrees(second) is agree
    assert second.agrees(first) is agree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("\u22121.5", -1.5),
        ("\u20131.5", -1.5),
        ("\uff11\uff12\uff0e\uff15", 12.5),
        ("\uff0d\uff13\uff05", -3.0),
        ("1\u2009014.45", 1014.45),
        ("61\u202f100\u202f840", 61_100_840),
        ("1\u00a0014K", 1_014_000),
    ],
)
def test_signs_digits_and_thin_spaces_of_typesetters_are_read(text: str, value: float) -> None:
    assert read_value(text, PLAIN).value == value
    assert not is_words(text)


def test_thin_spaces_between_other_groups_are_no_number() -> None:
    with pytest.raises(ZooError, match="with the character U\\+2009 THIN SPACE"):
        read_value("10\u200914", PLAIN)


@pytest.mark.parametrize(
    ("column", "percent"),
    [
        (["88.627", "1.120", "0.480"], True),
        (["76", "0.3"], True),
        (["0.713", "1.0", "0.9"], False),
        (["0.713", "0.8", "71.3"], False),
        (["0", "", "0.4%", "71.3%", "80"], True),
        (["many", "-", ""], True),
    ],
)
def test_a_column_shows_whether_its_accuracies_are_percentages(column: list[str], percent: bool) -> None:
    assert column_in_percent(column) is percent


def test_a_percentage_below_one_is_read_where_the_column_is_in_percent() -> None:
    assert read_value("0.480", CRITERIA["top1"], below_one=True) == PrintedValue(0.48, "0.480", pytest.approx(0.0005))

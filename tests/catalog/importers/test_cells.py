import pytest

from modelzoo.catalog.importers.cells import UNITS, is_missing, plain


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1,014.45", "1014.45"),
        ("61,100,840", "61100840"),
        ("305.08", "305.08"),
        ("1,014", "1,014"),
        ("1,01.4", "1,01.4"),
        ("25,6", "25,6"),
    ],
)
def test_commas_go_only_where_they_can_be_nothing_but_thousands(text: str, written: str) -> None:
    assert plain(text) == written


@pytest.mark.parametrize(
    ("unit", "text", "written"),
    [
        ("M", "305.08", "305.08M"),
        ("M", "1,014.45", "1014.45M"),
        ("M", "25.6M", "25.6M"),
        ("K", "340", "340K"),
        ("B", "1.2", "1.2B"),
        ("M", "many", "many"),
        ("fraction", "0.7130", "71.30"),
        ("fraction", "1", "100"),
        ("fraction", "high", "high"),
        ("", "1,014", "1,014"),
    ],
)
def test_a_unit_is_written_out_to_the_digit_that_was_printed(unit: str, text: str, written: str) -> None:
    assert UNITS[unit](text) == written


@pytest.mark.parametrize("text", ["", "-", "–", "n/a", "N/A", "NaN", "None"])
def test_marks_of_no_value_are_known(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize("text", ["0", "inf", "?", "fast"])
def test_nothing_else_passes_for_no_value(text: str) -> None:
    assert not is_missing(text)


@pytest.mark.parametrize(
    ("unit", "cell", "written"),
    [
        ("fraction", "1e5000000", "1e5000000"),
        ("fraction", "1e-50000000", "1e-50000000"),
        ("fraction", "7.13e-1", "7.13e1"),
        ("fraction", ".713", "71.3"),
        ("M", "\uff15", "5M"),
        ("M", "1\u2009014.45", "1014.45M"),
        ("", "1\uff0c014.45", "1014.45"),
    ],
)
def test_a_written_cell_is_as_short_as_the_cell_of_the_file(unit: str, cell: str, written: str) -> None:
    assert UNITS[unit](cell) == written

"""The list of suites, and the runs of one."""

import pytest

from modelzoo.errors import ZooError
from modelzoo.recipes.describe_suite import describe_suite, list_suites
from modelzoo.recipes.suite import load_suite, suite_names


def test_every_suite_is_listed_with_its_number_of_runs() -> None:
    rows = list_suites().table().rows
    assert [row[0] for row in rows] == suite_names()
    assert [row[2] for row in rows] == [len(load_suite(name).runs) for name in suite_names()]


def test_a_suite_shows_its_runs_with_the_values_of_the_slides() -> None:
    cells = describe_suite("slides-baselines").table().cells()
    assert cells[0] == ["lenet5-1998", "slides-lenet5-old", "86.1", "76"]
    with pytest.raises(ZooError, match="unknown suite 'slides-baseline'; did you mean 'slides-baselines'"):
        describe_suite("slides-baseline")

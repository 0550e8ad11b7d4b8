"""Several classifiers: Cochran's Q, Holm, and groups of those that are alike."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.statistics.multiple import cochran_q, holm, letter_groups


def test_cochrans_q_of_two_is_mcnemars_chi_square() -> None:
    """(b - c)^2 / (b + c) without correction, as Cochran (1950) shows: here (12 - 2)^2 / 14."""
    right = np.repeat(np.array([[1, 1, 0, 0], [1, 0, 1, 0]], bool), [20, 12, 2, 16], axis=1)
    test = cochran_q(right)
    assert (test.statistic, test.df) == (pytest.approx(100 / 14), 1)


def test_cochrans_q_by_its_formula() -> None:
    from scipy.stats import chi2

    right = np.random.default_rng(0).random((4, 300)) < np.array([[0.8], [0.82], [0.85], [0.9]])
    classifiers, images = right.sum(axis=1), right.sum(axis=0)
    k = len(right)
    q = (k - 1) * (k * (classifiers**2).sum() - right.sum() ** 2) / (k * right.sum() - (images**2).sum())
    test = cochran_q(right)
    assert (test.statistic, test.df, test.p) == (pytest.approx(q), 3, pytest.approx(chi2.sf(q, 3)))


@pytest.mark.parametrize("seed", range(3))
def test_cochrans_q_equals_statsmodels(seed: int) -> None:
    from statsmodels.stats.contingency_tables import cochrans_q

    right = np.random.default_rng(seed).random((5, 200)) < 0.8
    test, expected = cochran_q(right), cochrans_q(right.T.astype(float))
    assert (test.statistic, test.df) == (pytest.approx(expected.statistic), expected.df)
    assert test.p == pytest.approx(expected.pvalue)


def test_cochrans_q_of_equal_answers_is_0_with_p_1() -> None:
    test = cochran_q(np.ones((3, 10), bool))
    assert (test.statistic, test.df, test.p) == (0, 2, 1)


def test_holm_recomputes_an_example_by_hand() -> None:
    """0.01 x 4, 0.02 x 3, 0.03 x 2, 0.04 x 1, none below the one before it."""
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([]) == []
    assert holm([0.5, 0.9]) == pytest.approx([1, 1])


def test_holm_equals_statsmodels() -> None:
    from statsmodels.stats.multitest import multipletests

    p_values = np.random.default_rng(0).random(200) ** 3
    assert holm(p_values.tolist()) == pytest.approx(multipletests(p_values, method="holm")[1].tolist(), abs=1e-12)


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_lowers_a_p_value_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(before <= after + 1e-12 for before, after in zip(p_values, adjusted, strict=True))
    for one, other in combinations(range(len(p_values)), 2):
        if p_values[one] < p_values[other]:
            assert adjusted[one] <= adjusted[other]


def test_groups_overlap_where_likeness_is_not_handed_on() -> None:
    assert letter_groups(3, [(0, 2)]) == [(0, 1), (1, 2)]
    assert letter_groups(3, []) == [(0, 1, 2)]
    assert letter_groups(3, [(0, 1), (0, 2), (1, 2)]) == [(0,), (1,), (2,)]


@given(data=st.data(), count=st.integers(1, 7))
def test_two_share_a_group_just_where_they_are_not_told_apart(data: Any, count: int) -> None:
    pairs = list(combinations(range(count), 2))
    apart = data.draw(st.lists(st.sampled_from(pairs), unique=True) if pairs else st.just([]))
    groups = letter_groups(count, apart)
    for pair in pairs:
        assert any(set(pair) <= set(group) for group in groups) == (pair not in apart)
    assert not [one for one, other in combinations(groups, 2) if set(one) <= set(other) or set(other) <= set(one)]
    assert {member for group in groups for member in group} == set(range(count))


def test_groups_that_grow_exponentially_are_given_up() -> None:
    """Members of three differ from each other alone: 3^20 groups choose one member of each three."""
    different = [pair for start in range(0, 60, 3) for pair in combinations(range(start, start + 3), 2)]
    assert letter_groups(60, different) == []
    assert len(letter_groups(12, different[:12])) == 81

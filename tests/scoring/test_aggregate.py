"""From normalized criteria and weights to scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.errors import ZooError
from modelzoo.scoring import normalize
from modelzoo.scoring.aggregate import METHODS, Aggregation, consensus_of, weighted_sum
from modelzoo.scoring.aggregate.functions import promethee, vikor
from modelzoo.scoring.weights import rescale

FOUR_CRITERIA = np.array([[25.0, 20, 15, 30], [10, 30, 20, 30], [30, 10, 30, 10]])
FOUR_WEIGHTS = np.array([0.2, 0.15, 0.4, 0.25])
# Speed, range, payload, price, reliability, maneuverability.
AIRCRAFT = np.array(
    [
        [2.0, 1500, 20000, 5.5, 5, 9],
        [2.5, 2700, 18000, 6.5, 3, 5],
        [1.8, 2000, 21000, 4.5, 7, 7],
        [2.2, 1800, 20000, 5.0, 5, 5],
    ]
)
AIRCRAFT_SENSES = np.array([True, True, True, False, True, True])

WEIGHTS = st.lists(st.floats(0, 1e300), min_size=1, max_size=6).filter(any)


@given(st.integers(1, 8), st.floats(1e-300, 1e300))
def test_equal_weights_become_1_each(count: int, weight: float) -> None:
    assert rescale(np.full(count, weight)).tolist() == pytest.approx([1.0] * count)


@given(WEIGHTS)
def test_weights_sum_to_their_number_in_the_proportions_given(weights: list[float]) -> None:
    got = rescale(np.array(weights))
    assert got.sum() == pytest.approx(len(weights))
    np.testing.assert_allclose(got / got.max(), np.array(weights) / max(weights), atol=1e-300)


@pytest.mark.parametrize("scale", [1e-300, 0.1, 3.0, 1e300])
def test_the_scale_of_the_weights_moves_nothing(scale: float) -> None:
    np.testing.assert_allclose(rescale(np.array([2.0, 1.0, 1.0]) * scale), [1.5, 0.75, 0.75])


@pytest.mark.parametrize(
    ("weights", "said"),
    [([0.0, 0.0], "0, 0"), ([1.0, -2.0], "1, -2"), ([1.0, np.nan], "1, nan"), ([np.inf, 1.0], "inf, 1")],
)
def test_weights_that_weigh_nothing_are_refused(weights: list[float], said: str) -> None:
    with pytest.raises(ZooError, match=f"weights are {said}; expected finite numbers, none negative, one above 0"):
        rescale(np.array(weights))


def test_a_score_is_the_sum_of_weight_times_value() -> None:
    got = weighted_sum(np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([1.5, 0.5]))
    assert got.tolist() == [1.75, 0.5]


# --- worked examples, each from its source


def test_the_sum_is_that_of_triantaphyllou_s_example() -> None:
    # Triantaphyllou (2000), Multi-Criteria Decision Making Methods: A Comparative Study, 2.2.1.
    assert METHODS["sum"](FOUR_CRITERIA, FOUR_WEIGHTS) == pytest.approx([21.5, 22.0, 22.0])


def test_the_product_s_ratios_are_those_of_triantaphyllou_s_example() -> None:
    # The same, 2.2.2: R(A1/A2), R(A1/A3), R(A2/A3).
    one, two, three = METHODS["product"](FOUR_CRITERIA, FOUR_WEIGHTS)
    assert [one / two, one / three, two / three] == pytest.approx([1.007, 1.067, 1.059], abs=5e-4)


def test_topsis_is_that_of_hwang_and_yoon_s_fighter_aircraft() -> None:
    # Hwang & Yoon (1981), Multiple Attribute Decision Making, 3.2.
    normalized = normalize.METHODS["vector"](AIRCRAFT, AIRCRAFT, AIRCRAFT_SENSES)
    got = METHODS["topsis"](normalized, np.array([0.2, 0.1, 0.1, 0.1, 0.2, 0.3]))
    assert got == pytest.approx([0.643, 0.268, 0.613, 0.312], abs=1e-3)


def test_vikor_is_that_of_opricovic_and_tzeng_s_mountain_climber() -> None:
    # Opricovic & Tzeng (2004), European J. Operational Research 156, 445-455, section 5: risk and altitude.
    matrix = np.array([[1.0, 3000], [2, 3750], [5, 4500]])
    normalized = normalize.METHODS["min-max"](matrix, matrix, np.array([False, True]))
    assert METHODS["vikor"](normalized, np.ones(2)) == pytest.approx([0, 1, 0])


def test_vikor_turns_q_so_that_more_is_better_and_keeps_its_order() -> None:
    # pymcdm's documentation of VIKOR; it gives Q, of which less is better.
    matrix = np.array([[78.0, 56, 34, 6], [4, 45, 3, 97], [18, 2, 50, 63], [9, 14, 11, 92], [85, 9, 100, 29]])
    assert 1 - vikor(matrix, np.ones(4)) == pytest.approx([0.5679, 0.7667, 1, 0.7493, 0], abs=5e-5)


def test_promethee_s_net_flows_are_those_of_pymcdm_s_documentation() -> None:
    matrix = np.array([[4.0, 3, 2], [3, 2, 4], [5, 1, 3]])
    got = promethee(matrix, np.array([0.5, 0.3, 0.2]), full=np.zeros(3))
    assert got == pytest.approx([0.1, -0.3, 0.2])


def test_borda_is_that_of_the_tennessee_example() -> None:
    # Four groups of voters rank Memphis, Nashville, Chattanooga and Knoxville:
    # https://en.wikipedia.org/wiki/Borda_count#Example
    ballots = np.array([[4.0, 1, 1, 1], [3, 4, 2, 2], [2, 3, 4, 3], [1, 2, 3, 4]])
    assert METHODS["borda"](ballots, np.array([42.0, 26, 15, 17])) == pytest.approx([126, 194, 173, 107])


def test_the_consensus_is_the_mean_share_of_others_beaten() -> None:
    # By the one the first of three wins and two are tied; by the other all are tied.
    methods = {
        "a": Aggregation(lambda normalized, weights: normalized[:, 0], ""),
        "b": Aggregation(lambda normalized, weights: np.zeros(3), ""),
    }
    got = consensus_of(methods)(np.array([[3.0], [1.0], [1.0 + 1e-12]]), np.ones(1))
    assert got.tolist() == pytest.approx([0.75, 0.375, 0.375])


# --- independent libraries on random problems


@pytest.fixture
def problems() -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Matrix, weights of sum 1, senses."""
    random = np.random.default_rng(5)
    made = []
    for _ in range(25):
        models, criteria = random.integers(2, 30), random.integers(1, 8)
        weights = random.dirichlet(np.ones(criteria))
        made.append((random.lognormal(2, 1, (models, criteria)), weights, random.random(criteria) < 0.5))
    return made


def test_topsis_agrees_with_pymcdm(problems: list) -> None:
    methods, normalizations = pytest.importorskip("pymcdm.methods"), pytest.importorskip("pymcdm.normalizations")
    for matrix, weights, maximize in problems:
        rival = methods.TOPSIS(normalizations.vector_normalization)(matrix, weights, np.where(maximize, 1, -1))
        ours = METHODS["topsis"](normalize.METHODS["vector"](matrix, matrix, maximize), weights)
        np.testing.assert_allclose(ours, rival, atol=1e-12)


def test_vikor_agrees_with_pymcdm(problems: list) -> None:
    methods = pytest.importorskip("pymcdm.methods")
    for matrix, weights, maximize in problems:
        if len(weights) == 1 or len(matrix) == 2:
            continue  # S or R is alike for all, and pymcdm divides by 0.
        rival = methods.VIKOR()(matrix, weights, np.where(maximize, 1, -1))
        ours = METHODS["vikor"](normalize.METHODS["min-max"](matrix, matrix, maximize), weights)
        np.testing.assert_allclose(1 - ours, rival, atol=1e-12)


@pytest.mark.slow
def test_vikor_ranks_in_the_order_of_q_like_scikit_criteria_without_its_compromise_set(problems: list) -> None:
    skcriteria, vikor_ = pytest.importorskip("skcriteria"), pytest.importorskip("skcriteria.agg.vikor")
    for matrix, weights, maximize in problems:
        if len(weights) == 1 or len(matrix) == 2:
            continue
        data = skcriteria.mkdm(matrix, np.where(maximize, 1, -1), weights=weights)
        rival = vikor_.VIKOR(use_compromise_set=False).evaluate(data)
        ours = METHODS["vikor"](normalize.METHODS["min-max"](matrix, matrix, maximize), weights)
        np.testing.assert_allclose(1 - ours, rival.e_.q_k, atol=1e-12)


@pytest.mark.parametrize(("name", "rival"), [("sum", "WSM"), ("product", "WPM")])
def test_sum_and_product_agree_with_pymcdm(name: str, rival: str, problems: list) -> None:
    methods, normalizations = pytest.importorskip("pymcdm.methods"), pytest.importorskip("pymcdm.normalizations")
    for matrix, weights, maximize in problems:
        other = getattr(methods, rival)(normalizations.linear_normalization)(matrix, weights, np.where(maximize, 1, -1))
        ours = METHODS[name](normalize.METHODS["max"](matrix, matrix, maximize), weights)
        np.testing.assert_allclose(ours, other, atol=1e-12)


@pytest.mark.parametrize("kind", ["usual", "vshape"])
def test_promethee_agrees_with_pymcdm(kind: str, problems: list) -> None:
    methods = pytest.importorskip("pymcdm.methods")
    for matrix, weights, maximize in problems:
        full = matrix.std(axis=0) if kind == "vshape" else np.zeros(len(weights))
        other = methods.PROMETHEE_II(kind, p=full)(matrix, weights, np.where(maximize, 1, -1))
        ours = promethee(np.where(maximize, matrix, -matrix), weights, full=full)
        np.testing.assert_allclose(ours, other, atol=1e-9)


# --- edges


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("models", [1, 2, 5])
def test_models_that_are_all_alike_have_one_score(name: str, models: int) -> None:
    got = METHODS[name](np.full((models, 3), 0.1), np.array([0.3, 1.7, 1.0]))
    assert np.isfinite(got).all()
    assert np.ptp(got) <= 1e-12


@pytest.mark.parametrize("name", METHODS)
def test_a_criterion_of_no_weight_moves_nothing(name: str) -> None:
    random = np.random.default_rng(1)
    matrix = random.random((6, 3))
    weights = np.array([1.0, 2.0, 0.0])
    moved = np.column_stack([matrix[:, :2], [0, 1, 0, 1, 0, 1]])
    np.testing.assert_allclose(METHODS[name](moved, weights), METHODS[name](matrix, weights), atol=1e-12)


def test_a_zero_cannot_be_made_good_in_a_product() -> None:
    assert METHODS["product"](np.array([[0.0, 1.0], [0.1, 0.1]]), np.ones(2)).tolist() == pytest.approx([0, 0.1])


def test_vikor_counts_a_sum_that_is_equal_except_for_rounding_as_equal() -> None:
    # The weighted shortfalls of both are 0.5 = 0.1 + 0.4, the largest ones 0.5 and 0.4.
    got = METHODS["vikor"](np.array([[1.0, 1, 0], [0, 0, 1]]), np.array([1.0, 4, 5]))
    assert got.tolist() == [0.5, 1.0]


@pytest.mark.parametrize("name", METHODS)
def test_a_criterion_whose_values_differ_by_rounding_moves_nothing(name: str) -> None:
    values = np.array([[0.3, 1.0], [0.1 + 0.2, 2.0], [0.3, 4.0]])
    equal = np.column_stack([np.full(3, 0.3), values[:, 1]])
    np.testing.assert_allclose(METHODS[name](values, np.ones(2)), METHODS[name](equal, np.ones(2)), atol=1e-12)

"""Matrices: shares of the true class, and the largest errors."""

import numpy as np
import pytest

from modelzoo.charts.matrix import draw_matrix, errors_in_percent, largest_cells, number_cells

COUNTS = np.array([[8.0, 2.0, 0.0], [1.0, 19.0, 0.0], [0.0, 0.0, 0.0]])


def test_errors_are_percent_of_the_true_class_without_the_diagonal() -> None:
    shares = errors_in_percent(COUNTS)
    assert np.isnan(shares.diagonal()).all()
    assert (shares[0, 1], shares[1, 0], shares[2, 0]) == (20.0, 5.0, 0.0)


def test_the_largest_cells_come_first_and_empty_ones_not_at_all() -> None:
    assert largest_cells(errors_in_percent(COUNTS)) == [(0, 1), (1, 0)]
    assert largest_cells(np.array([[np.nan, -3.0], [2.0, np.nan]])) == [(0, 1), (1, 0)]


def test_cells_have_numbers_and_the_diagonal_the_correct_images() -> None:
    figure_module = pytest.importorskip("matplotlib.figure")
    axes = figure_module.Figure().add_subplot()
    errors = errors_in_percent(COUNTS)
    draw_matrix(axes, errors, ["a", "b", "c"], "", colors="YlOrRd", low=0.0, high=20.0)
    number_cells(axes, errors, [80.0, 95.0, 0.0])
    assert [text.get_text() for text in axes.texts] == ["80", "20", "5.0", "95", "0"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("taken for", "true class")


def test_too_many_classes_have_numbers_instead_of_names() -> None:
    figure_module = pytest.importorskip("matplotlib.figure")
    axes = figure_module.Figure().add_subplot()
    draw_matrix(axes, np.zeros((500, 500)), list(map(str, range(500))), "", colors="YlOrRd", low=0.0, high=1.0)
    assert not axes.get_xticks().size
    assert axes.get_ylabel() == "true class, number 0 to 499"

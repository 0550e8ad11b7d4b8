"""Share of the sum: the values of all reference models add up to 1."""

from modelzoo.scoring.senses import FloatArray


def share_of_sum(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return each value over the sum of the reference values; of reciprocals where smaller is better.

    References
    ----------
    Saaty (1977), A scaling method for priorities in hierarchical structures, J. Math. Psychology 15, 234-281:
    the distributive mode.
    """
    # Through the largest one, so that no sum overflows.
    largest = reference.max()
    scaled: FloatArray = values / largest / (reference / largest).sum()
    return scaled

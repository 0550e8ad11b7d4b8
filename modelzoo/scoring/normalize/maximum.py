"""Share of the best: linear scale transformation, for values with meaningful ratios."""

from modelzoo.scoring.senses import FloatArray


def share_of_best(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return each value over the greatest reference value, so x / max, or min / x where smaller is better.

    It is above 1 only for a value beyond those of the reference models.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 2.3.1: linear scale transformation.
    """
    scaled: FloatArray = values / reference.max()
    return scaled

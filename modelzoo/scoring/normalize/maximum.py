"""Share of the best: linear scale transformation, for figures whose ratios mean something."""

from modelzoo.scoring.senses import FloatArray


def share_of_best(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Each value over the greatest reference value, so x / max, or min / x where smaller is better.

    It is above 1 only for a value that no reference model reaches.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 2.3.1: linear scale transformation.
    """
    scaled: FloatArray = values / reference.max()
    return scaled

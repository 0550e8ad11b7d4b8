"""Standard deviation weights: a criterion weighs by its spread over the models."""

from modelzoo.scoring.normalize import METHODS
from modelzoo.scoring.senses import BoolArray, FloatArray


def standard_deviation(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return each criterion's standard deviation on the scale 0-1 between its least and greatest value.

    Parameters
    ----------
    values : (n_models, n_criteria), finite, at least two models

    References
    ----------
    Diakoulaki, Mavrotas & Papayannakis (1995), Determining objective weights in multiple criteria problems: the
    CRITIC method, Computers & Operations Research 22, 763-770.
    """
    deviations: FloatArray = METHODS["min-max"](values, values, maximize).std(axis=0)
    return deviations

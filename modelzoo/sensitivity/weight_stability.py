"""Weight stability intervals of a weighted sum: one weight moves, the other weights stay as stated.

References
----------
Mareschal (1988), Weight stability intervals in multicriteria decision aid, European Journal of Operational Research 33,
54-64.
"""

import msgspec
import numpy as np

from modelzoo.scoring.rounding import TOLERANCE
from modelzoo.scoring.senses import FloatArray


class StabilityInterval(msgspec.Struct, frozen=True):
    """The interval of one weight in which a model stays first.

    `below` and `above` are the rows of the models that lead beyond the ends. If no smaller weight puts another model
    first, `low` is 0 and `below` None. If no greater weight does, `high` is infinite and `above` None.
    """

    low: float
    high: float
    below: int | None
    above: int | None


def break_even_weight(difference: float, rest: float) -> float | None:
    """Return the weight w above 0 at which ``w * difference + rest`` changes its sign; None if there is none."""
    # A rest within rounding is a tie at weight 0, not a break-even weight just above 0.
    if difference == 0 or abs(rest) < TOLERANCE:
        return None
    weight = -rest / difference
    return weight if weight > 0 else None


def stability_intervals(normalized: FloatArray, weights: FloatArray, first: int) -> tuple[StabilityInterval, ...]:
    """Compute for each weight the interval in which a model stays first, alone or tied.

    Parameters
    ----------
    normalized : (n_models, n_criteria), higher is better
    weights : (n_criteria,), none negative
    first : row of the model with the highest weighted sum, up to rounding
    """
    differences = normalized[first] - normalized
    leads = differences @ weights
    return tuple(
        _stability_interval(differences[:, column], leads, float(weights[column]), len(weights))
        for column in range(len(weights))
    )


def _stability_interval(differences: FloatArray, leads: FloatArray, weight: float, criteria: int) -> StabilityInterval:
    low, below, high, above = 0.0, None, float("inf"), None
    for rival in np.flatnonzero(np.abs(differences) >= TOLERANCE):
        difference, lead = float(differences[rival]), float(leads[rival])
        # Any move of the weight breaks a tie.
        tied = abs(lead) < TOLERANCE * criteria
        break_even = weight if tied else break_even_weight(difference, lead - weight * difference)
        if break_even is None:
            continue
        if difference > 0 and break_even > low:
            low, below = break_even, int(rival)
        if difference < 0 and break_even < high:
            high, above = break_even, int(rival)
    return StabilityInterval(low, high, below, above)

"""PROMETHEE II: net preferences of every two models by every criterion."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def promethee(normalized: FloatArray, weights: FloatArray, *, full: FloatArray | None = None) -> FloatArray:
    """Return the net outranking flow of each model, -1 to 1, higher is better.

    Preference grows with the difference in a criterion and is full from `full` on (Brans' type III, "V-shape"). With
    0 every difference counts wholly (type I); with the whole range the flow orders as a weighted sum.

    Parameters
    ----------
    normalized : (n_models, n_criteria), finite
    weights : (n_criteria,)
    full : (n_criteria,), 0 or more; the (population) standard deviation of each criterion unless given

    References
    ----------
    Brans & Vincke (1985), A preference ranking organisation method, Management Science 31, 647-656.
    """
    if len(normalized) == 1:
        return np.zeros(1)
    thresholds = normalized.std(axis=0) if full is None else full
    flow = np.zeros(len(normalized))
    for column, weight in enumerate(weights / weights.sum()):
        flow += weight * net_flow(normalized[:, column], float(thresholds[column]))
    return flow


def net_flow(values: FloatArray, full: float) -> FloatArray:
    """Return each model's mean preference over the others minus the mean of theirs over it, by one criterion.

    It takes n log n steps: values beyond `full` on either side are counted, values within it are summed.
    """
    ordered = np.sort(values)
    sums = np.concatenate([[0.0], np.cumsum(ordered - ordered[0])])
    below = np.searchsorted(ordered, values - full, side="left" if full == 0 else "right")
    above = np.searchsorted(ordered, values + full, side="right" if full == 0 else "left")
    net = below - (len(values) - above).astype(np.float64)
    if full > 0:
        # Preference within the threshold is linear in the difference, either way.
        within = above - below
        net += (within * (values - ordered[0]) - (sums[above] - sums[below])) / full
    return net / (len(values) - 1)

"""The Pareto front: models that no other beats in one criterion without losing in another."""

import numpy as np
from numpy.typing import NDArray


def front(matrix: NDArray[np.float64], maximize: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which models are on the front; equal ones are all on it or all off.

    Parameters
    ----------
    matrix : (n_models, n_criteria), finite
    maximize : (n_criteria,), False where smaller is better
    """
    gains = np.where(maximize, matrix, -matrix)
    # Best sum of ranks first: a dominated model then always comes after one that dominates it.
    ranks = np.stack([np.unique(column, return_inverse=True)[1] for column in gains.T], axis=1).sum(axis=1)
    kept: list[int] = []
    on_front = np.zeros(len(gains), bool)
    for place in np.argsort(-ranks, kind="stable"):
        rivals = gains[kept]
        dominated = (rivals >= gains[place]).all(axis=1) & (rivals > gains[place]).any(axis=1)
        if not dominated.any():
            on_front[place] = True
            kept.append(int(place))
    return on_front

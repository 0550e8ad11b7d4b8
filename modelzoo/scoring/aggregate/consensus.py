"""Consensus: every method votes with its ranks of the models."""

from collections.abc import Callable, Mapping

import numpy as np

from modelzoo.scoring.aggregate.method import Aggregation
from modelzoo.scoring.senses import FloatArray
from modelzoo.scoring.ties import TOLERANCE, competition_ranks


def consensus_of(methods: Mapping[str, Aggregation]) -> Callable[[FloatArray, FloatArray], FloatArray]:
    """Return the aggregation by the mean, over the methods, of the share of the other models that a model beats.

    All methods see the same normalized matrix and weights; tied models share their ranks. A model
    that no method ranks above another is not above it by the mean.
    """

    def consensus(normalized: FloatArray, weights: FloatArray) -> FloatArray:
        mean: FloatArray = np.mean(
            [_share_beaten(method, method(normalized, weights)) for method in methods.values()], axis=0
        )
        return mean

    return consensus


def _share_beaten(method: Aggregation, scores: FloatArray) -> FloatArray:
    """Return the share of the other models that each model beats by its score, ties half."""
    order, ranks = competition_ranks(
        scores, TOLERANCE * (1.0 if method.unit else float(np.abs(scores).max(initial=0.0)))
    )
    _, group, sizes = np.unique(ranks, return_inverse=True, return_counts=True)
    beaten = np.empty(len(scores))
    beaten[order] = len(scores) - ranks - (sizes[group] - 1) / 2
    return beaten / max(len(scores) - 1, 1)

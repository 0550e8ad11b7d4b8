"""The order of candidates by all criteria of a choice: accuracies of a round, and values of their probes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import compress

import numpy as np

from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.racing.decide import Order, by_accuracy
from modelzoo.racing.probe import VALUES, Probe
from modelzoo.scoring.criterion_spec import CriterionSpec

Accuracies = Mapping[str, float]


def order_by(
    probes: Sequence[Probe], criteria: Sequence[CriterionSpec], earlier: Callable[[], Accuracies] = dict
) -> Order:
    """Return the order of candidates by these criteria, as `rank` ranks them; accuracy decides ties.

    A candidate without a value counts as the worst one of this criterion. A criterion without any value among them
    does not count.

    Parameters
    ----------
    earlier : returns the last accuracy of each candidate of the rounds before. A dropped candidate keeps its part in
        the bounds of the normalization. Between the last two alone, every difference would be the greatest
    """
    if [spec.key for spec in criteria] == ["accuracy"]:
        return by_accuracy
    probe_of = {probe.slug: probe for probe in probes}

    def value(slug: str, key: str, accuracies: Accuracies) -> float:
        measured = accuracies[slug] if key == "accuracy" else VALUES[key](probe_of[slug])
        return float("nan") if measured is None else measured

    def order(accuracies: Accuracies) -> list[str]:
        from modelzoo.scoring.rank import rank

        known = {**earlier(), **accuracies}
        slugs = by_accuracy(known)
        every = np.array([[value(slug, spec.key, known) for spec in criteria] for slug in slugs])
        measured = ~np.isnan(every).all(axis=0)
        counted, values = list(compress(criteria, measured)), every[:, measured]
        table = DecisionTable(
            slugs=slugs,
            names=[probe_of[slug].name for slug in slugs],
            criteria=tuple(CRITERIA[spec.key] for spec in counted),
            values=values,
            origins=np.full(values.shape, NO_SOURCE, np.int8),
            sources=(),
        )
        ranked = rank(table, by=counted, missing="worst").entries
        return [entry.slug for entry in ranked if entry.slug in accuracies]

    return order

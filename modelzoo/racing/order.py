"""The order of candidates by all criteria of a choice: accuracies of a round, and values of their probes."""

from collections.abc import Mapping, Sequence

import numpy as np

from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.racing.decide import Order, by_accuracy
from modelzoo.racing.probe import VALUES, Probe
from modelzoo.scoring.criterion_spec import CriterionSpec


def order_by(probes: Sequence[Probe], criteria: Sequence[CriterionSpec]) -> Order:
    """Return the order of candidates by these criteria, as `rank` ranks them; accuracy decides ties.

    A candidate without a value counts as the worst one of this criterion.
    """
    keys = [spec.key for spec in criteria]
    if keys == ["accuracy"]:
        return by_accuracy
    probe_of = {probe.slug: probe for probe in probes}

    def value(slug: str, key: str, accuracies: Mapping[str, float]) -> float:
        measured = accuracies[slug] if key == "accuracy" else VALUES[key](probe_of[slug])
        return float("nan") if measured is None else measured

    def order(accuracies: Mapping[str, float]) -> list[str]:
        from modelzoo.scoring.rank import rank

        slugs = by_accuracy(accuracies)
        values = np.array([[value(slug, key, accuracies) for key in keys] for slug in slugs])
        table = DecisionTable(
            slugs=slugs,
            names=[probe_of[slug].name for slug in slugs],
            criteria=tuple(CRITERIA[key] for key in keys),
            values=values,
            origins=np.full(values.shape, NO_SOURCE, np.int8),
            sources=(),
        )
        return [entry.slug for entry in rank(table, by=criteria, missing="worst").entries]

    return order

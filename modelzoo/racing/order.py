"""The order of candidates by the criteria of a choice: accuracy as validated, all else as measured before."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.racing.decide import Order, by_accuracy
from modelzoo.racing.probe import VALUES, Probe
from modelzoo.scoring.criterion_spec import CriterionSpec
from modelzoo.scoring.rank import rank


def order_by(
    criteria: Sequence[CriterionSpec], probes: Sequence[Probe], earlier: Callable[[], Mapping[str, float]]
) -> Order:
    """Return the function that ranks candidates by these criteria, as `rank` ranks models.

    Among equal scores the more accurate candidate is first. A candidate without a value is last.

    Parameters
    ----------
    earlier : returns the last accuracy of each candidate that was judged in an earlier round. Dropped candidates keep
        their part in the bounds of the normalization: between two candidates alone, every difference would be 1
    """
    keys = [spec.key for spec in criteria]
    if keys == ["accuracy"]:
        return by_accuracy
    measured = {probe.slug: probe for probe in probes}

    def order(accuracies: Mapping[str, float]) -> Sequence[str]:
        judged = {**earlier(), **accuracies}
        known = by_accuracy(judged)
        if len(known) < 2:
            return known
        rows = [[judged[name] if key == "accuracy" else VALUES[key](measured[name]) for key in keys] for name in known]
        values = np.array(rows, np.float64, order="F")
        table = DecisionTable(
            slugs=tuple(known),
            names=tuple(measured[name].name for name in known),
            criteria=tuple(CRITERIA[key] for key in keys),
            values=values,
            origins=np.where(np.isnan(values), NO_SOURCE, 0).astype(np.int8, order="F"),
            sources=("this machine",),
        )
        ranked = [entry.slug for entry in rank(table, by=list(criteria)).entries]
        return [name for name in dict.fromkeys((*ranked, *known)) if name in accuracies]

    return order

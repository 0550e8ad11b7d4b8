"""Weight constraints from text: an order of importance, ``top5 > gpu > params``, and ranges, ``top5:0.2:0.6``."""

from collections.abc import Sequence

import numpy as np

from modelzoo.base.text import quote
from modelzoo.catalog.keys import split, unquoted
from modelzoo.errors import ZooError, unknown
from modelzoo.sensitivity.weight_space import WeightConstraints, is_empty

_ORDER = "expected criteria from the most important to the least, as in top5 > gpu > params"
_RANGE = "expected key:least:most, shares of all weights from 0 to 1, as in top5:0.2:0.6; a side may be empty"


def parse_constraints(keys: Sequence[str], order: str = "", ranges: str = "") -> WeightConstraints:
    """Parse an order of importance and ranges of shares of these criteria; empty text constrains nothing.

    Raises
    ------
    ZooError
        If the text is malformed, a criterion is not ranked by, or no weight vector meets the constraints.
    """
    low, high = np.zeros(len(keys)), np.ones(len(keys))
    for part in filter(None, split(ranges, ",")):
        key, least, most = _parse_range(part)
        index = _index(key, keys)
        low[index], high[index] = max(low[index], least), min(high[index], most)
    constraints = WeightConstraints(low, high, _parse_order(order, keys))
    if is_empty(constraints):
        text = " and ".join(filter(None, (order.strip(), ranges.strip())))
        raise ZooError(f"hardly any weighting has {text}: shares sum to 1; widen the ranges or drop the order")
    return constraints


def describe_constraints(keys: Sequence[str], constraints: WeightConstraints) -> str:
    """Describe the constraints: ``top5 > gpu and params 10 to 30 %``; empty for the whole weight space."""
    parts = [" > ".join(keys[index] for index in constraints.order)] if constraints.order else []
    for key, low, high in zip(keys, constraints.low, constraints.high, strict=True):
        if low > 0 or high < 1:
            parts.append(f"{key} {100 * low:.3g} to {100 * high:.3g} %")
    return " and ".join(parts)


def _parse_order(order: str, keys: Sequence[str]) -> tuple[int, ...]:
    if not order.strip():
        return ()
    names = [*map(unquoted, split(order, ">"))]
    if len(names) < 2 or not all(names):
        raise ZooError(f"order {quote(order)} is not understood; {_ORDER}")
    indices = tuple(_index(key, keys) for key in names)
    if len(set(indices)) < len(indices):
        raise ZooError(f"order {quote(order)} names a criterion twice; {_ORDER}")
    return indices


def _parse_range(part: str) -> tuple[str, float, float]:
    key, *ends = split(part, ":")
    if len(ends) != 2 or not any(ends):
        raise ZooError(f"range {quote(part)} is not understood; {_RANGE}")
    try:
        least, most = float(ends[0] or 0), float(ends[1] or 1)
    except ValueError:
        raise ZooError(f"range {quote(part)} is not understood; {_RANGE}") from None
    if not 0 <= least < most <= 1:
        raise ZooError(f"range {quote(part)} is from {least:g} to {most:g}; {_RANGE}")
    return unquoted(key), least, most


def _index(key: str, keys: Sequence[str]) -> int:
    if key not in keys:
        raise unknown("criterion of the ranking", key, keys)
    return list(keys).index(key)

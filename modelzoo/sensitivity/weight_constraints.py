"""Which weightings are asked for: an order of importance, ``top5 > gpu > params``, and ranges, ``top5:0.2:0.6``."""

from collections.abc import Sequence

import numpy as np

from modelzoo.errors import ZooError, unknown
from modelzoo.sensitivity.weight_space import Region, is_empty

_ORDER = "expected criteria from the most important to the least, as in top5 > gpu > params"
_RANGE = "expected key:least:most, shares of all weights from 0 to 1, as in top5:0.2:0.6; a side may be empty"


def read_region(keys: Sequence[str], order: str = "", ranges: str = "") -> Region:
    """The weightings of these criteria within the order and the ranges; all where neither is given.

    Raises
    ------
    ZooError
        If something is not understood, a criterion is not ranked by, or no weighting meets all that is asked for.
    """
    low, high = np.zeros(len(keys)), np.ones(len(keys))
    for part in filter(None, (part.strip() for part in ranges.split(","))):
        key, least, most = _read_range(part)
        place = _place(key, keys)
        low[place], high[place] = max(low[place], least), min(high[place], most)
    region = Region(low, high, _read_order(order, keys))
    if is_empty(region):
        asked = " and ".join(filter(None, (order.strip(), ranges.strip())))
        raise ZooError(f"hardly any weighting has {asked}: shares sum to 1; widen the ranges or drop the order")
    return region


def described(keys: Sequence[str], region: Region) -> str:
    """What is asked for, in words: ``top5 > gpu and params 10 to 30 %``; empty where all weightings count."""
    parts = [" > ".join(keys[place] for place in region.order)] if region.order else []
    for key, low, high in zip(keys, region.low, region.high, strict=True):
        if low > 0 or high < 1:
            parts.append(f"{key} {100 * low:.3g} to {100 * high:.3g} %")
    return " and ".join(parts)


def _read_order(order: str, keys: Sequence[str]) -> tuple[int, ...]:
    if not order.strip():
        return ()
    named = [part.strip() for part in order.split(">")]
    if len(named) < 2 or not all(named):
        raise ZooError(f"order {order!r} is not understood; {_ORDER}")
    places = tuple(_place(key, keys) for key in named)
    if len(set(places)) < len(places):
        raise ZooError(f"order {order!r} names a criterion twice; {_ORDER}")
    return places


def _read_range(part: str) -> tuple[str, float, float]:
    key, *ends = (word.strip() for word in part.split(":"))
    if len(ends) != 2 or not any(ends):
        raise ZooError(f"range {part!r} is not understood; {_RANGE}")
    try:
        least, most = float(ends[0] or 0), float(ends[1] or 1)
    except ValueError:
        raise ZooError(f"range {part!r} is not understood; {_RANGE}") from None
    if not 0 <= least < most <= 1:
        raise ZooError(f"range {part!r} is from {least:g} to {most:g}; {_RANGE}")
    return key, least, most


def _place(key: str, keys: Sequence[str]) -> int:
    if key not in keys:
        raise unknown("criterion of the ranking", key, keys)
    return list(keys).index(key)

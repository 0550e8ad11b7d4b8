"""Hard limits: candidates that break one are dropped before their first training step."""

from collections.abc import Sequence

import msgspec

from modelzoo.base.text import listed, plural
from modelzoo.errors import ZooError

# The candidates that an error names, where all break a limit.
_NEAREST = 2


class HardLimits(msgspec.Struct, frozen=True):
    """The greatest latency of one image in ms and size of the weights in 10^6 bytes; None for any."""

    latency_ms: float | None = None
    size_mb: float | None = None


class OverLimit(msgspec.Struct, frozen=True):
    """A candidate over a limit: the greatest value as a multiple of its limit, and the reason in words."""

    slug: str
    name: str
    excess: float
    reason: str


def over_limit(slug: str, name: str, limits: HardLimits, *, latency_ms: float, size_mb: float) -> OverLimit | None:
    """Return the limits that a candidate breaks; None if it keeps them."""
    broken = [
        (value / limit, f"{what} {value:.4g} {unit}, over the limit of {limit:g} {unit}")
        for what, value, limit, unit in (
            ("latency", latency_ms, limits.latency_ms, "ms"),
            ("size", size_mb, limits.size_mb, "MB"),
        )
        if limit is not None and value > limit
    ]
    if not broken:
        return None
    return OverLimit(slug, name, max(excess for excess, _ in broken), listed(reason for _, reason in broken))


def none_within(beyond: Sequence[OverLimit]) -> ZooError:
    """Return the error for limits that no candidate keeps; it names the nearest candidates."""
    nearest = sorted(beyond, key=lambda one: one.excess)[:_NEAREST]
    named = "; ".join(f"{one.name}: {one.reason}" for one in nearest)
    return ZooError(f"no candidate is left, {plural(len(beyond), 'breaks', 'break')} a limit; nearest: {named}")

"""Hard limits: candidates that break one are dropped before any training."""

from collections.abc import Iterator, Sequence

from modelzoo.base.text import listed, plural
from modelzoo.errors import ZooError
from modelzoo.racing.bill import Dropped
from modelzoo.racing.options import ChooseOptions
from modelzoo.racing.probe import Probe

# The candidates that an error names, where all break a limit.
_NEAREST = 2


def within_limits(probes: Sequence[Probe], options: ChooseOptions) -> tuple[list[Probe], list[Dropped]]:
    """Return the probes that keep every hard limit, and the others with the measured value and the limit.

    Raises
    ------
    ZooError
        If none keeps them; the message names the nearest ones.
    """
    kept, dropped = [], []
    for probe in probes:
        reasons = [reason for excess, reason in _measured(probe, options) if excess > 1]
        if reasons:
            dropped.append(Dropped(probe.slug, probe.name, listed(reasons)))
        else:
            kept.append(probe)
    if probes and not kept:
        nearest = sorted(probes, key=lambda probe: max(excess for excess, _ in _measured(probe, options)))[:_NEAREST]
        why = {one.slug: one.reason for one in dropped}
        named = "; ".join(f"{probe.name}: {why[probe.slug]}" for probe in nearest)
        raise ZooError(f"no candidate is left, {plural(len(probes), 'breaks', 'break')} a limit; nearest: {named}")
    return kept, dropped


def _measured(probe: Probe, options: ChooseOptions) -> Iterator[tuple[float, str]]:
    """Yield the measured value of each limit as a multiple of it, and both in words."""
    for name, value, limit, unit in (
        ("latency", probe.latency_ms, options.max_latency_ms, "ms"),
        ("size", probe.size_mb, options.max_size_mb, "MB"),
    ):
        if limit is not None:
            yield value / limit, f"{name} {value:.4g} {unit}, over the limit of {limit:g} {unit}"

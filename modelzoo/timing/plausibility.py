"""Plausibility warnings of measured latencies."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from modelzoo.runs.record import Latency

# A larger batch takes more time, or equal time where the device has room. A smaller batch slower by more than this
# factor is no property of the network.
SLOWER = 1.1


def plausibility_warnings(latencies: Sequence[Latency]) -> Iterator[str]:
    """Yield a sentence for each implausible latency of one network."""
    for less, more in pairwise(sorted(latencies, key=lambda latency: latency.batch)):
        if less.p50_ms > SLOWER * more.p50_ms:
            yield (
                f"a call took longer at batch {less.batch}, {less.p50_ms:.3g} ms, than at batch {more.batch}, "
                f"{more.p50_ms:.3g} ms: perhaps something else kept the machine busy; measure again"
            )
    if unsteady := [str(latency.batch) for latency in latencies if latency.steady is False]:
        yield f"calls did not become steady in warm-up at batch {', '.join(unsteady)}"

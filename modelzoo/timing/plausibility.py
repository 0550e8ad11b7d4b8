"""Plausibility warnings of measured latencies."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from modelzoo.runs.record import Latency

# A larger batch takes more time, or equal time where the device has room. A smaller batch slower by more than this
# factor is no property of the network.
SLOWER = 1.1


def plausibility_warnings(latencies: Sequence[Latency]) -> Iterator[str]:
    """Yield a sentence for each implausible latency of one network."""
    for less, more in slower_batches(latencies):
        yield (
            f"a call took longer at batch {less.batch}, {less.p50_ms:.3g} ms, than at batch {more.batch}, "
            f"{more.p50_ms:.3g} ms: perhaps something else kept the machine busy; measure again"
        )
    if unsteady := unsteady_batches(latencies):
        yield f"calls did not become steady in warm-up at batch {unsteady}"


def slower_batches(latencies: Sequence[Latency]) -> Iterator[tuple[Latency, Latency]]:
    """Yield the latencies of one network that are longer than that of the next larger batch, each with this one."""
    for less, more in pairwise(sorted(latencies, key=lambda latency: latency.batch)):
        if less.p50_ms > SLOWER * more.p50_ms:
            yield less, more


def unsteady_batches(latencies: Sequence[Latency]) -> str:
    """Return the batch sizes whose calls did not become steady in warm-up, comma-separated."""
    return ", ".join(str(latency.batch) for latency in latencies if latency.steady is False)

"""Doubts: what measured latencies themselves say against them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from modelzoo.runs.record import Latency

# More pictures take a network more time, or as much where the device has room for them. What is above that by more than
# this factor is no property of the network.
SLOWER = 1.1


def doubts(latencies: Sequence[Latency]) -> Iterator[str]:
    """A sentence for each thing that speaks against the latencies of one network."""
    for less, more in pairwise(sorted(latencies, key=lambda one: one.batch)):
        if less.p50_ms > SLOWER * more.p50_ms:
            yield (
                f"a call took longer at batch {less.batch}, {less.p50_ms:.3g} ms, than at batch {more.batch}, "
                f"{more.p50_ms:.3g} ms: perhaps something else kept the machine busy; measure again"
            )
    if shaky := [str(one.batch) for one in latencies if one.steady is False]:
        yield f"calls did not become steady in warm-up at batch {', '.join(shaky)}"

"""The loss of accuracy by int8, tested image by image."""

import msgspec

from modelzoo.deployment.trained_network import Array
from modelzoo.statistics.paired import difference_interval, mid_p, paired_table

# The level of the test; the interval is of the rest.
LEVEL = 0.05


class Int8Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracies on the test images in percent, and the difference int8 − float in percentage points.

    `low` and `high` are the 95 % interval of the difference by paired bootstrap. `p` is the mid-p of McNemar's test.
    """

    images: int
    accuracy: float
    accuracy_int8: float
    difference: float
    low: float
    high: float
    p: float

    def lines(self) -> list[str]:
        """Return the accuracies and the test of their difference in sentences."""
        significant = "significant" if self.p < LEVEL else "not significant"
        return [
            f"accuracy on {self.images:,} test images: float {self.accuracy:.2f} %, int8 {self.accuracy_int8:.2f} %",
            f"difference {self.difference:+.2f} points, 95 % interval {self.low:+.2f} to {self.high:+.2f}, "
            f"McNemar's mid-p {self.p:.2g}: {significant}",
        ]


def int8_loss(original: Array, int8: Array, labels: Array) -> Int8Loss:
    """Compare the first classes of a network and of its int8 file, both given by probabilities (n, classes)."""
    before, after = original.argmax(axis=1) == labels, int8.argmax(axis=1) == labels
    table = paired_table(after, before)
    low, high = difference_interval(table)
    return Int8Loss(
        images=table.images,
        accuracy=100 * float(before.mean()),
        accuracy_int8=100 * float(after.mean()),
        difference=table.difference,
        low=low,
        high=high,
        p=mid_p(table),
    )

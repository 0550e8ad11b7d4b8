"""The agreement of a network with its export: probabilities and first classes of the same images."""

import msgspec
import numpy as np

from modelzoo.deployment.trained_network import Array
from modelzoo.errors import ZooError

# The largest difference of probabilities. Where the first two probabilities differ by more than twice as much, no such
# difference can change the first class.
TOLERANCE = 1e-4


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement on `images` images.

    `difference` is the largest of all probabilities. `other_first` counts the images with another first class although
    the first two probabilities differ by more than twice the tolerance.
    """

    images: int
    difference: float
    other_first: int

    @property
    def holds(self) -> bool:
        """Return whether both networks agree; a value that is not a number never does."""
        return self.difference <= TOLERANCE and self.other_first == 0

    def lines(self) -> list[str]:
        """Return the agreement in a sentence."""
        return [
            f"tested on {self.images:,} images: probabilities differ from those of the run's network by at most "
            f"{self.difference:.2g}, and no clear first class differs"
        ]


def agreement(original: Array, exported: Array) -> Agreement:
    """Compare the probabilities (n, classes) of a network with those of its export."""
    first = np.sort(original, axis=1)
    clear = first[:, -1] - first[:, -2] > 2 * TOLERANCE if original.shape[1] > 1 else np.zeros(len(original), bool)
    other = original.argmax(axis=1) != exported.argmax(axis=1)
    return Agreement(
        images=len(original),
        difference=float(np.abs(original - exported).max()),
        other_first=int((clear & other).sum()),
    )


def require_agreement(found: Agreement, where: str) -> None:
    """Raise a ZooError with the numbers unless both networks agree."""
    if not found.holds:
        raise ZooError(
            f"{where} does not compute what the network of the run does, so no file was written: probabilities of "
            f"{found.images:,} images differ by up to {found.difference:.2g}, {TOLERANCE:g} at most expected, and "
            f"{found.other_first:,} first classes differ; choose another format"
        )

"""The engine: one network, its optimizer and its random state, trained an epoch at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split
    from modelzoo.timing.compiled_call import MakeCall

Array = npt.NDArray[Any]
OnStep = Callable[[int], None]

# The transforms of an epoch without augmentation.
UNCHANGED: Mapping[str, Array] = MappingProxyType({})


@dataclass(frozen=True)
class Score:
    """Mean loss and accuracy (percent) of one pass over images; macro recall (percent) of a pass without training."""

    loss: float
    accuracy: float
    macro_recall: float | None = None


# Called after each call of the graph: with the steps done, and the means of their images.
OnCall = Callable[[int, Score], None]


class Engine(Protocol):
    """A way to train; `state` holds everything that a later process needs to resume.

    `network` is the Keras model from uint8 images to logits. At each call of `on_step`, `so_far` has the means of the
    epoch's images so far.
    """

    learning_rate: float
    so_far: Score | None
    network: Any

    def train_epoch(
        self, split: "Split", order: Array, on_step: OnStep, transforms: Mapping[str, Array] = UNCHANGED
    ) -> Score:
        """Train on the images once, in this order and with these transforms; call `on_step` with the count of steps."""

    def sample_images(self, images: int, steps: int) -> int:
        """Return the images of the least sample, from `steps` steps up, that trains by the programs of an epoch."""

    def evaluate(self, split: "Split") -> Score:
        """Compute loss and accuracy of the network with its current weights."""

    def logits(self, split: "Split") -> Array:
        """Return one row of logits for each image."""

    def traced(self) -> "MakeCall":
        """Return the network's traced call, with its current weights."""

    def state(self) -> list[Array]:
        """Return weights, statistics, optimizer and random state."""

    def restore(self, state: Sequence[Array]) -> None:
        """Restore a result of `state`."""

    def weights(self) -> list[Array]:
        """Return the weights that a prediction depends on."""

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Restore a result of `weights`."""

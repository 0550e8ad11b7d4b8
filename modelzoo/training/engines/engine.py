"""The engine: one network, its optimizer and its random state, trained an epoch at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy.typing as npt

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split
    from modelzoo.timing.compiled_call import Place

Array = npt.NDArray[Any]
OnStep = Callable[[int], None]

# The figures of an epoch whose pictures are trained on as they are.
UNCHANGED: Mapping[str, Array] = MappingProxyType({})


@dataclass(frozen=True)
class Score:
    """Mean loss, accuracy in percent and, where images were only classified, macro recall in percent, of one pass."""

    loss: float
    accuracy: float
    macro_recall: float | None = None


class Engine(Protocol):
    """One way to train; `state` is all that a later process needs to go on alike.

    `network` is the Keras model from uint8 pictures to logits.
    """

    learning_rate: float
    network: Any

    def train_epoch(
        self, split: "Split", order: Array, on_step: OnStep, figures: Mapping[str, Array] = UNCHANGED
    ) -> Score:
        """One pass over the images in that order, changed as the figures say; `on_step` is told the steps done."""

    def evaluate(self, split: "Split") -> Score:
        """Loss and accuracy of the network as it stands."""

    def logits(self, split: "Split") -> Array:
        """One row of logits for each image."""

    def traced(self) -> "Place":
        """The network's traced call, with the weights as they stand."""

    def state(self) -> list[Array]:
        """Weights, statistics, optimizer and random state."""

    def restore(self, state: Sequence[Array]) -> None:
        """Put back what `state` gave."""

    def weights(self) -> list[Array]:
        """What a prediction depends on."""

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Put back what `weights` gave."""

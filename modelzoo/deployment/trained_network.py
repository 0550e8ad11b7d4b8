"""The trained network: from uint8 images to probabilities of classes, in Keras or in another runtime."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from modelzoo.base.text import plural
from modelzoo.deployment.facts import NetworkFacts
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table
from modelzoo.timing.compiled_call import MakeCall
from modelzoo.training.evaluate import softmax

Array = npt.NDArray[Any]

# Images in a call: larger batches are hardly faster on a CPU.
BATCH = 32


@dataclass(frozen=True, repr=False)
class TrainedNetwork(Result):
    """A trained network with its facts.

    Attributes
    ----------
    name : id of the run, or name of the file
    runtime : the program that computes, with its version and threads
    make_call : takes a batch of uint8 images, returns the blocking call on them. A further call of `make_call` may
        end the earlier one
    logits : whether a call returns logits, not probabilities
    model : the Keras model, if Keras computes
    """

    name: str
    facts: NetworkFacts
    runtime: str
    make_call: MakeCall
    logits: bool = False
    model: Any = None

    _index: ClassVar[str] = "number"
    _charted: ClassVar[str] = "`modelzoo.predict(network, images).plot()` draws the classes that it predicts"

    def tables(self) -> tuple[Table]:
        """Return the table of the classes, with the input of the network in its caption."""
        columns = (Column("number", "#", right=True), Column("class", "Class"))
        return (Table(columns, [*enumerate(self.facts.classes)], caption=f"{self._summary()}."),)

    def _summary(self) -> str:
        shape = "×".join(map(str, self.facts.image_shape))
        classes = plural(len(self.facts.classes), "class", "classes")
        return f"{self.facts.model} ({self.name}), uint8 images of {shape} to {classes}, by {self.runtime}"

    def probabilities(self, images: Array) -> Array:
        """Compute the probabilities (n, classes) of images: uint8, (n, *image_shape)."""
        size = min(BATCH, len(images))
        batches = []
        for start in range(0, len(images), size or 1):
            batch = np.asarray(images[start : start + size])
            # The last batch is filled up: a compiled network takes one size.
            outputs = np.asarray(self.make_call(np.resize(batch, (size, *batch.shape[1:])))())
            batches.append(outputs[: len(batch)])
        outputs = np.concatenate(batches) if batches else np.empty((0, len(self.facts.classes)))
        return softmax(outputs) if self.logits and len(outputs) else outputs

"""Events of a run; a listener decides how to show them."""

from collections.abc import Callable
from dataclasses import dataclass

from modelzoo.runs.record import Epoch


@dataclass(frozen=True)
class Note:
    """A decision that was made for the user."""

    text: str


@dataclass(frozen=True)
class Waiting:
    """Seconds may pass until the next event; `what` is done meanwhile, as ``loading TensorFlow``."""

    what: str


@dataclass(frozen=True)
class RunStarted:
    """A run starts or resumes; `finished` is true for a run that was finished before.

    `conditions` names the recipe, and the input of the network.
    """

    id: str
    name: str
    conditions: str = ""
    finished: bool = False


@dataclass(frozen=True)
class Resumed:
    """A checkpoint was loaded; its epochs need not be trained again."""

    epochs: int


@dataclass(frozen=True)
class Step:
    """Step `step` of `steps` in epoch `epoch` of at most `epochs`, `seconds` after the epoch started.

    `loss` and `accuracy` (percent) are means over the epoch's images so far. `images_per_s` leaves the first call out,
    which compiles.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    seconds: float
    loss: float | None = None
    accuracy: float | None = None
    images_per_s: float | None = None


@dataclass(frozen=True)
class EtaEstimated:
    """Estimates after the first steps, in seconds: one epoch, and at most all epochs."""

    epoch_s: float
    all_s: float


@dataclass(frozen=True)
class EpochDone:
    """An epoch is trained, validated and, if a checkpoint was due, saved; at most `remaining_s` seconds remain.

    `remaining_s` is 0 at the end, and before the first epoch that trains all layers.
    """

    epoch: Epoch
    epochs: int
    remaining_s: float


@dataclass(frozen=True)
class Measuring:
    """Training is over; `what` is measured now."""

    what: str


@dataclass(frozen=True)
class RunEnded:
    """One of several runs ended: ``finished, test accuracy 91.20 %``, or ``failed`` with its reason."""

    result: str


@dataclass(frozen=True)
class OfRun:
    """An event of one of several runs that are made at the same time; `name` is unique among them."""

    run_id: str
    name: str
    event: "Event"


Event = Note | Waiting | RunStarted | Resumed | Step | EtaEstimated | EpochDone | Measuring | RunEnded | OfRun
Report = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Report nothing."""

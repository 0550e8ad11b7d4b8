"""What a run tells while it is under way; who listens decides how it is shown."""

from collections.abc import Callable
from dataclasses import dataclass

from modelzoo.runs.record import Epoch


@dataclass(frozen=True)
class Note:
    """Something the user should know about what was decided for them."""

    text: str


@dataclass(frozen=True)
class Begun:
    """A run starts, or goes on; `found` where it was finished before and nothing is left to do."""

    id: str
    name: str
    found: bool = False


@dataclass(frozen=True)
class Resumed:
    """A checkpoint was found; so many epochs need not be trained again."""

    epochs: int


@dataclass(frozen=True)
class Step:
    """`step` of `steps` in epoch `epoch` of at most `epochs`, `seconds` after the epoch began."""

    epoch: int
    epochs: int
    step: int
    steps: int
    seconds: float


@dataclass(frozen=True)
class EtaEstimated:
    """After the first steps: seconds that an epoch will take, and that all of them will take at most."""

    epoch_s: float
    all_s: float


@dataclass(frozen=True)
class EpochDone:
    """An epoch is trained and validated, and saved where a checkpoint was due; `remaining_s` seconds remain at most."""

    epoch: Epoch
    epochs: int
    remaining_s: float


@dataclass(frozen=True)
class Measuring:
    """Training is over; what is measured now."""

    what: str


Event = Note | Begun | Resumed | Step | EtaEstimated | EpochDone | Measuring
Report = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Tell nobody."""

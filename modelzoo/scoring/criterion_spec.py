"""What to rank by: criteria with weights and senses, read from ``top5:2,gpu,year:max``."""

import math
from collections.abc import Sequence
from typing import cast

import msgspec

from modelzoo.catalog.criteria import Criterion, Sense
from modelzoo.errors import ZooError

_FORM = "expected key[:weight][:max|min], as in top5:2,gpu,year:max"


class CriterionSpec(msgspec.Struct, frozen=True):
    """One criterion to rank by; without a sense of its own it keeps the criterion's."""

    key: str
    weight: float = 1.0
    sense: Sense | None = None


def parse_criteria(by: str | Sequence[str]) -> tuple[CriterionSpec, ...]:
    """The criteria of ``--by``, comma-separated or one a string.

    Raises
    ------
    ZooError
        If a part is not ``key[:weight][:max|min]``, a weight is no finite number from 0 upward, or a key stands twice.
    """
    parts = by.split(",") if isinstance(by, str) else list(by)
    choices = tuple(_read(part.strip()) for part in parts)
    if not choices:
        raise ZooError(f"nothing to rank by; {_FORM}")
    for place, choice in enumerate(choices):
        if choice.key in {other.key for other in choices[:place]}:
            raise ZooError(f"criterion {choice.key!r} is named twice; give it once, with its weight: {choice.key}:2")
    return choices


def sense_of(choice: CriterionSpec, criterion: Criterion) -> Sense:
    """Which way is better: as chosen, else as the criterion has it."""
    sense = choice.sense or criterion.sense
    if sense is None:
        raise ZooError(
            f"criterion {choice.key!r} has no sense of its own; say which way is better: "
            f"{choice.key}:max or {choice.key}:min"
        )
    return sense


def _read(part: str) -> CriterionSpec:
    key, *rest = (word.strip() for word in part.split(":"))
    sense: Sense | None = None
    weight = 1.0
    if rest and rest[-1] in ("max", "min"):
        sense = cast("Sense", rest.pop())
    if rest:
        weight = _weight(rest.pop(0), part)
    if not key or rest:
        raise ZooError(f"criterion {part!r} is not understood; {_FORM}")
    return CriterionSpec(key, weight, sense)


def _weight(text: str, part: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        raise ZooError(f"{part!r}: {text!r} is neither a weight nor max or min; {_FORM}") from None
    if not math.isfinite(weight) or weight < 0:
        raise ZooError(f"{part!r}: weight is {text}; expected a finite number, 0 or more")
    return weight

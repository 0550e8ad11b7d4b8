"""The criteria to rank by, with weights and senses, parsed from ``top5:2,gpu,year:max``."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import cast

import msgspec

from modelzoo.base.text import cut, quote
from modelzoo.catalog.criteria import Criterion, Sense
from modelzoo.catalog.keys import quoted, split, unquoted
from modelzoo.errors import ZooError, all_of

_FORM = """expected key[:weight][:max|min], as in top5:2,gpu,year:max or '"GPU ms":2:min'"""


class CriterionSpec(msgspec.Struct, frozen=True):
    """One criterion to rank by; without a sense here it has the criterion's."""

    key: str
    weight: float = 1.0
    sense: Sense | None = None

    def __str__(self) -> str:
        """Return the spec as `parse_criteria` reads it."""
        weight = "" if self.weight == 1 else f":{self.weight!r}".removesuffix(".0")
        return f"{quoted(self.key)}{weight}{f':{self.sense}' if self.sense else ''}"


# A mapping has the weight of each key, which may end in its sense: {"accuracy": 2, "year:max": 1}.
By = str | Mapping[str, float] | Sequence[str | CriterionSpec]


def parse_criteria(by: By) -> tuple[CriterionSpec, ...]:
    """Parse the criteria of ``--by``, comma-separated, one a string, or with their weights; keep the parsed ones.

    A key with commas or colons is in double quotes: ``"GPU ms":2:min,"a,b"``.

    Raises
    ------
    ZooError
        If a part is not ``key[:weight][:max|min]``, a weight is negative or not finite, or a key is repeated.
    """
    if isinstance(by, Mapping):
        specs = tuple(_weighted(part.strip(), weight) for part, weight in by.items())
    else:
        parts = split(by, ",") if isinstance(by, str) else by
        specs = tuple(part if isinstance(part, CriterionSpec) else _parse(part.strip()) for part in parts)
    if not specs:
        raise ZooError(f"nothing to rank by; {_FORM}")
    keys = [spec.key for spec in specs]
    for key in keys:
        if keys.count(key) > 1:
            raise ZooError(
                f"criterion {quote(key)} is named twice; give it once, with its weight: {cut(quoted(key))}:2"
            )
    return specs


def sense_of(spec: CriterionSpec, criterion: Criterion) -> Sense:
    """Return which way is better: the spec's sense, else the criterion's; raise a ZooError if neither has one."""
    sense = spec.sense or criterion.sense
    if sense is None:
        key = cut(quoted(spec.key))
        raise ZooError(
            f"criterion {quote(spec.key)} has no sense of its own; say which way is better: {key}:max or {key}:min"
        )
    return sense


def senses_of(specs: Sequence[CriterionSpec], criteria: Sequence[Criterion]) -> list[Sense]:
    """Return the sense of each spec for its criterion; the error names every criterion without one."""
    return all_of(partial(sense_of, spec, criterion) for spec, criterion in zip(specs, criteria, strict=True))


def _parse(part: str) -> CriterionSpec:
    key, *rest = split(part, ":")
    key = unquoted(key)
    sense: Sense | None = None
    weight = 1.0
    if rest and rest[-1] in ("max", "min"):
        sense = cast("Sense", rest.pop())
    if rest:
        weight = _weight(rest.pop(0), part)
    if not key or rest:
        raise ZooError(f"criterion {quote(part)} is not understood; {_FORM}")
    return CriterionSpec(key, weight, sense)


def _weighted(part: str, weight: float) -> CriterionSpec:
    """Return the spec of a key with its weight in a mapping."""
    spec = _parse(part)
    if spec.weight != 1:
        raise ZooError(f"{quote(part)} has the weight {spec.weight:g} and, in the mapping, {weight:g}; give it once")
    return CriterionSpec(spec.key, _weight(weight, part), spec.sense)


def _weight(stated: str | float, part: str) -> float:
    try:
        weight = float(stated)
    except ValueError:
        raise ZooError(f"{quote(part)}: {quote(str(stated))} is neither a weight nor max or min; {_FORM}") from None
    except OverflowError:  # of a whole number beyond the floats
        weight = math.inf
    if not math.isfinite(weight) or weight < 0:
        shown = cut(stated) if isinstance(stated, str) else f"{weight:g}"
        raise ZooError(f"{quote(part)}: weight is {shown}; expected a finite number, 0 or more")
    return weight

"""Who is compared: names of runs and of models, found among the runs of one protocol."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import combinations
from typing import TYPE_CHECKING

from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown
from modelzoo.runs.measured import Measured, choose_protocol, measured_models
from modelzoo.runs.protocol import Protocol

if TYPE_CHECKING:
    from modelzoo.runs.record import Record


def find_contenders(
    names: Sequence[str], records: Sequence["Record"], dataset: str | None = None
) -> tuple[Protocol, tuple[Measured, ...]]:
    """What each name stands for, under the first protocol, in the leaderboard's order, that has them all.

    A model stands for its runs as the leaderboard takes them, a variant for its own alone, ``MODEL@RECIPE`` for those
    with that recipe; a run's id, or the beginning of one, for that run.

    Raises
    ------
    ZooError
        If a name is unknown, ambiguous or given twice, or no protocol has them all; the error names what differs.
    """
    _require_test_results(names, records)
    protocols = choose_protocol(records, dataset)
    for protocol, runs in protocols.items():
        found = [_find(name, runs) for name in names]
        if all(found):
            contenders = tuple(model for model in found if model is not None)
            _require_distinct(names, contenders)
            return protocol, contenders
    raise _why_none(names, protocols)


def _find(name: str, runs: Sequence["Record"]) -> Measured | None:
    model, at, recipe = name.partition("@")
    of_model = [run for run in _runs_of(model, runs) if not at or run.recipe_name == recipe]
    chosen = [run for run in runs if run.id == name] or of_model or [run for run in runs if run.id.startswith(name)]
    if not chosen:
        return None
    ids = sorted({run.id for run in chosen})
    if chosen is not of_model and len(ids) > 1:
        raise ZooError(f"{name!r} begins the ids of several runs: {', '.join(ids)}; write more of the one you mean")
    return measured_models(chosen)[0]


def _runs_of(model: str, runs: Iterable["Record"]) -> list["Record"]:
    slug = slugify(model)
    of_model = [run for run in runs if slug in (run.model, slugify(run.name))]
    return of_model or [run for run in runs if run.variant == model]


def _require_test_results(names: Iterable[str], records: Iterable["Record"]) -> None:
    for record in records:
        if record.outcome == "failed" and record.id in names:
            raise ZooError(f"{record.id} failed ({record.reason}), it has no test result; bench it again")


def _require_distinct(names: Sequence[str], contenders: Sequence[Measured]) -> None:
    for (name, model), (other, same) in combinations(zip(names, contenders, strict=True), 2):
        if shared := {run.id for run in model.runs} & {run.id for run in same.runs}:
            raise ZooError(
                f"{name!r} and {other!r} both stand for {', '.join(sorted(shared))}; name two different models or runs"
            )


def _why_none(names: Sequence[str], protocols: Mapping[Protocol, Sequence["Record"]]) -> ZooError:
    """Why no protocol has all of them: one is nowhere, or two are nowhere together."""
    under = {name: [protocol for protocol, runs in protocols.items() if _find(name, runs)] for name in names}
    for name in names:
        if not under[name]:
            return _nowhere(name, [run for runs in protocols.values() for run in runs])
    for one, other in combinations(names, 2):
        if not set(under[one]) & set(under[other]):
            told = min((_differences(first, second) for first in under[one] for second in under[other]), key=len)
            return ZooError(
                f"{one} and {other} share no protocol, so they cannot be compared: "
                + "; ".join(f"{what} is {first} and {second}" for what, first, second in told)
                + "; bench one again under the other's conditions"
            )
    return ZooError(f"no one protocol has runs of all of {', '.join(names)}; compare them two by two")


def _nowhere(name: str, runs: Sequence["Record"]) -> ZooError:
    """The error for a name that no run has: its recipe, its model, or all of it is unknown."""
    named, _, recipe = name.partition("@")
    if of_model := _runs_of(named, runs):
        recipes = ", ".join(sorted({run.recipe_name for run in of_model}))
        return ZooError(f"{of_model[0].name} has no measured run with recipe {recipe!r}; it has runs with {recipes}")
    if model := load_catalog().models.get(slugify(named)):
        return ZooError(f"{model.name} has no measured run; `zoo bench {model.slug}` makes one")
    known = {name for run in runs for name in (run.id, run.model)}
    return unknown("run or model", name, known, hint="`zoo runs` lists the runs there are")


def _differences(first: Protocol, second: Protocol) -> list[tuple[str, str, str]]:
    """The conditions in which two protocols differ, in words, with both values."""
    told = []
    for field in fields(Protocol):
        one, other = getattr(first, field.name), getattr(second, field.name)
        host = field.name in ("cpu", "cores") and first.gpu != second.gpu
        if not field.compare or one == other or host:
            continue
        if field.name == "checksums":
            files = sorted({name for name, _ in set(one) ^ set(other)})
            told.append((f"the content of {', '.join(files)}", "one thing", "another"))
        else:
            told.append((field.name.replace("_", " "), _shown(one), _shown(other)))
    return told


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value or "none")

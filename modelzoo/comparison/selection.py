"""The selection of models to compare: names of models and runs, looked up in the runs of one protocol."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import chain, combinations, product

from modelzoo.base.text import plural
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown
from modelzoo.runs.choose import choose_runs, describe_left_out
from modelzoo.runs.measured import MeasuredModel, measured_models
from modelzoo.runs.protocol import Protocol
from modelzoo.runs.run import Run

# The nearest of more protocols would take long to find.
_MOST_PROTOCOLS = 20

_ADVICE = "ids of runs, which `zoo runs` lists, `dataset`, `hardware` or `shipped` choose other ones"
_NAMED = 3


def select(
    names: Sequence[str],
    runs: Sequence[Run],
    dataset: str | None = None,
    *,
    hardware: str | None = None,
    shipped: bool = False,
) -> tuple[Protocol, tuple[MeasuredModel, ...], str]:
    """Return the models that the names select, under the first protocol of the leaderboard that has all of them.

    A sentence says which other runs the names could mean, or that the runs are shipped. It is empty otherwise.
    Shipped runs count only where the names select no local run, or `shipped`.

    A model has its runs as in the leaderboard, a variant only its own, ``MODEL@RECIPE`` only those with that recipe. An
    id of a run, or the beginning of one, selects that run.

    Raises
    ------
    ZooError
        If a name is unknown or ambiguous, two names share a run, or no protocol has all models.
    """
    _require_test_results(names, runs)
    selected = {id(run) for name in names for run in _matching(name, runs)}
    chosen = choose_runs(runs, dataset, hardware=hardware, shipped=shipped, named=lambda run: id(run) in selected)
    protocols = chosen.protocols
    for protocol, of_protocol in protocols.items():
        models = tuple(model for name in names if (model := _select_one(name, of_protocol)))
        if len(models) == len(names):
            _require_distinct(names, models)
            shown = [run for model in models for run in model.runs]
            groups = (*protocols.values(), chosen.hidden)
            others = chain(*(_matching(name, group) for group in groups for name in names))
            note = "" if chosen.hidden else chosen.note  # hidden runs of other models are not of interest
            return protocol, models, describe_left_out(shown, others, _ADVICE) or note
    raise _no_protocol(names, protocols, chosen.hidden)


def _select_one(name: str, runs: Sequence[Run]) -> MeasuredModel | None:
    """Return the model that a name selects among these runs; None without a match."""
    chosen = _matching(name, runs)
    if not chosen:
        return None
    ids = sorted({run.id for run in chosen})
    if len(ids) > 1 and not _of_recipe(name, runs):
        raise ZooError(f"{name!r} begins the ids of several runs: {', '.join(ids)}; write more of the one you mean")
    return measured_models(chosen)[0]


def _matching(name: str, runs: Sequence[Run]) -> list[Run]:
    """Return the runs that a name may mean: by id, label, model and recipe, or by the id's beginning."""
    exact = [run for run in runs if run.id == name] or [run for run in runs if run.label == name]
    return exact or _of_recipe(name, runs) or [run for run in runs if run.id.startswith(name)]


def _of_recipe(name: str, runs: Iterable[Run]) -> list[Run]:
    """Return the runs of ``MODEL`` or ``MODEL@RECIPE``."""
    model, at, recipe = name.partition("@")
    return [run for run in _runs_of(model, runs) if not at or run.record.recipe_name == recipe]


def _runs_of(model: str, runs: Iterable[Run]) -> list[Run]:
    """Return the runs of a model, by slug or name, or else of a variant."""
    if exact := [run for run in runs if model in (run.record.model, run.record.name)]:
        return exact  # letters and digits alone do not tell nets.v1_1:build from nets.v11:build
    slug = slugify(model)
    of_model = [run for run in runs if slug in (run.record.model, slugify(run.record.name))]
    return of_model or [run for run in runs if run.record.variant == model]


def _require_test_results(names: Iterable[str], runs: Iterable[Run]) -> None:
    """Raise an error if a name is the id of a failed run."""
    for run in runs:
        if run.record.outcome == "failed" and run.id in names:
            raise ZooError(f"{run.id} failed ({run.record.reason}), it has no test result; bench it again")


def _require_distinct(names: Sequence[str], models: Sequence[MeasuredModel]) -> None:
    """Raise an error if two names select the same run."""
    for (first, model), (second, same) in combinations(zip(names, models, strict=True), 2):
        if shared := {run.id for run in model.runs} & {run.id for run in same.runs}:
            raise ZooError(
                f"{first!r} and {second!r} both select {', '.join(sorted(shared))}; name two different models or runs"
            )


def _no_protocol(names: Sequence[str], protocols: Mapping[Protocol, Sequence[Run]], hidden: Sequence[Run]) -> ZooError:
    """Return the error for names without a common protocol: one name has none, or two names share none."""
    having = {name: [protocol for protocol, runs in protocols.items() if _select_one(name, runs)] for name in names}
    for name in names:
        if not having[name]:
            if _matching(name, hidden):
                return ZooError(f"{name!r} has shipped runs only; `shipped` compares these too")
            return _unknown(name, [run for runs in protocols.values() for run in runs])
    for first, second in combinations(names, 2):
        if not set(having[first]) & set(having[second]):
            pairs = product(having[first][:_MOST_PROTOCOLS], having[second][:_MOST_PROTOCOLS])
            differences = min((_differences(*pair) for pair in pairs), key=len)
            return ZooError(
                f"{first} and {second} share no protocol, so they cannot be compared: {'; '.join(differences)}; "
                "bench one again under the other's conditions"
            )
    return ZooError(f"no one protocol has runs of all of {', '.join(names)}; compare them two by two")


def _unknown(name: str, runs: Sequence[Run]) -> ZooError:
    """Return the error for a name without a run: its recipe, its model, or both are unknown."""
    model_name, _, recipe = name.partition("@")
    if of_model := _runs_of(model_name, runs):
        recipes = ", ".join(sorted({run.record.recipe_name for run in of_model}))
        return ZooError(
            f"{of_model[0].record.name} has no measured run with recipe {recipe!r}; it has runs with {recipes}"
        )
    if model := load_catalog().models.get(slugify(model_name)):
        return ZooError(f"{model.name} has no measured run; `zoo bench {model.slug}` makes one")
    known = {text for run in runs for text in (run.id, run.record.model)}
    return unknown("run or model", name, known, hint="`zoo runs` lists the runs there are")


def _differences(first: Protocol, second: Protocol) -> list[str]:
    """Describe the conditions in which two protocols differ, with both values."""
    differences = []
    for field in fields(Protocol):
        values = getattr(first, field.name), getattr(second, field.name)
        host = field.name in ("cpu", "cores") and first.gpu != second.gpu
        if not field.compare or values[0] == values[1] or host:
            continue
        if field.name == "checksums":
            files = sorted({file for file, _ in set(values[0]) ^ set(values[1])})
            more = f" and {plural(len(files) - _NAMED, 'more file')}" if len(files) > _NAMED else ""
            differences.append(f"the content of {', '.join(files[:_NAMED])}{more} differs")
        else:
            shown = " and ".join(map(_show, values))
            differences.append(f"{field.name.replace('_', ' ')} is {shown}")
    return differences


def _show(value: object) -> str:
    """Format a condition: thousands with commas, None as none."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value or "none")

"""The choice of the runs that a table shows: local ones first, of one data set or one machine."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from modelzoo.base.text import first_of, plural
from modelzoo.datasets.folders import dataset_name
from modelzoo.errors import ZooError, unknown
from modelzoo.runs.protocol import Protocol
from modelzoo.runs.run import Run, by_protocol

NO_RUNS = "no measured runs; make one with `zoo bench efficientnetb1 --dataset glyphs`"

# A note names no more groups of runs, and no more data sets.
_MOST_GROUPS = 3


class ChosenRuns(Struct, frozen=True, kw_only=True):
    """The runs that a table may show, the hidden shipped runs, and a note on the shipped runs.

    The note is empty where no shipped run is hidden, and none is shown for want of a local one.
    """

    runs: tuple[Run, ...]
    hidden: tuple[Run, ...] = ()
    note: str = ""

    @property
    def protocols(self) -> dict[Protocol, list[Run]]:
        """Return the runs grouped by protocol: those with local runs first, then the one with most models."""
        return by_protocol(self.runs)


def choose_runs(
    runs: Iterable[Run],
    dataset: str | None = None,
    *,
    hardware: str | None = None,
    shipped: bool = False,
    named: Callable[[Run], bool] = lambda _: True,
) -> ChosenRuns:
    """Return the usable local runs that match, or the shipped ones where no local run matches.

    Parameters
    ----------
    dataset : name or path of the only data set; by default all data sets
    hardware : part of the name of the device, in any case; by default all devices
    shipped : whether shipped runs are shown next to local ones
    named : whether the user names a run; where no local run is named, shipped runs are shown

    Raises
    ------
    ZooError
        If no run matches; the message names the values that there are, or the command that makes a run.
    """
    usable = [run for run in runs if run.usable]
    if not usable:
        raise ZooError(NO_RUNS)
    matching = _of_dataset(usable, dataset)
    matching = _on_hardware(matching, hardware)
    local = tuple(run for run in matching if run.origin == "local")
    hidden = tuple(run for run in matching if run.origin == "shipped")
    if shipped or not hidden:
        return ChosenRuns(runs=tuple(matching))
    if not any(map(named, local)):
        return ChosenRuns(runs=tuple(matching), note="these runs are shipped, as no local run matches")
    names = list(dict.fromkeys(protocol.data for protocol in by_protocol(hidden)))
    note = f"shipped runs on {first_of(names, _MOST_GROUPS)} are not shown; `shipped` adds them"
    return ChosenRuns(runs=local, hidden=hidden, note=note)


def is_named(name: str, dataset: str) -> bool:
    """Return whether `dataset`, a name or a path, is the data set of this name."""
    return name in (dataset, dataset_name(Path(dataset).absolute()))


def is_on(device: str, hardware: str) -> bool:
    """Return whether `hardware`, a part of a name, is in the name of this device."""
    return hardware.casefold() in device.casefold()


def _of_dataset(runs: Sequence[Run], dataset: str | None) -> Sequence[Run]:
    chosen = [run for run in runs if dataset is None or is_named(run.record.dataset.name, dataset)]
    if not chosen:
        raise unknown("measured data set", str(dataset), {run.record.dataset.name for run in runs})
    return chosen


def _on_hardware(runs: Sequence[Run], hardware: str | None) -> Sequence[Run]:
    if hardware is None:
        return runs
    chosen = [run for run in runs if is_on(run.protocol.hardware, hardware)]
    if not chosen:
        raise unknown("hardware of measured runs", hardware, {run.protocol.hardware for run in runs})
    return chosen


def describe_left_out(shown: Sequence[Run], runs: Iterable[Run], advice: str) -> str:
    """Return which runs are shown, and which are left out for them; empty without any.

    Left out are runs of other protocols and shipped runs that give way to local ones. So are local runs of models whose
    shown runs are shipped.

    Parameters
    ----------
    shown : of one protocol
    runs : all runs that could be shown
    advice : how the others are shown
    """
    every = {id(run): run for run in runs}.values()  # several names may mean one run
    same = [run for run in every if run.protocol == shown[0].protocol]
    out = [run for run in every if run.protocol != shown[0].protocol]
    out += hidden_local_runs(shown, same)
    if all(run.origin == "local" for run in shown):
        out += [run for run in same if run.origin == "shipped"]
    return f"shown: {_counted(shown)}; left out: {_counted(out)}; {advice}" if out else ""


def hidden_local_runs(shown: Iterable[Run], runs: Iterable[Run]) -> list[Run]:
    """Return the usable local runs of models with no local run among their shown ones."""
    local = {run.record.model for run in shown if run.origin == "local"}
    return [run for run in runs if run.usable and run.origin == "local" and run.record.model not in local]


def _counted(runs: Iterable[Run]) -> str:
    """Return how many runs there are of each protocol and origin, in words."""
    counts: dict[Protocol, Counter[str]] = {}
    for run in runs:
        counts.setdefault(run.protocol, Counter())[run.origin] += 1
    groups = [
        f"{' and '.join(plural(count, f'{origin} run') for origin, count in sorted(of_origin.items()))} on "
        f"{protocol.data} at {protocol.width}×{protocol.height}, {protocol.train_images:,} training images, "
        f"{protocol.hardware}, {protocol.precision}, {protocol.backend}"
        for protocol, of_origin in counts.items()
    ]
    more = len(groups) - _MOST_GROUPS
    return " · ".join(groups[:_MOST_GROUPS]) + (f" · runs of {plural(more, 'other protocol')}" if more > 0 else "")

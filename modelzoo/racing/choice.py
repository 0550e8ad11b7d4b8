"""The file of a choice: its bill, trainings, decisions and result; what was done outlives the process."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import is_missing, read_bytes
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.errors import ZooError
from modelzoo.racing.bill import Bill
from modelzoo.racing.decide import Decision
from modelzoo.racing.options import ChooseOptions
from modelzoo.racing.race import Race, Round
from modelzoo.runs import store
from modelzoo.runs.files import MOST_JSON, decode
from modelzoo.runs.record import LaterSchemaError
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SCHEMA = 1
CHOICE = "choice.json"
_PREFIX = "choice-"
_ADVICE = "remove its folder and repeat the command"


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """A training of a round: its run, the seconds that it took this race, and the reason if it failed."""

    round: int
    candidate: str
    run: str
    seconds: float
    failure: str | None = None


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """A finalist on the test images: accuracy in percent with its 95 % interval, after `epochs` epochs."""

    candidate: str
    run: str
    epochs: int
    images: int
    top1: float
    top1_low: float
    top1_high: float


class Choice(Result, msgspec.Struct, frozen=True, kw_only=True):
    """A choice within a budget, as far as it got: the content of ``choice.json``.

    Attributes
    ----------
    command : resumes the choice
    validation_images : the images that each round is judged on
    by : the criteria of the choice
    bill : what was measured before any training
    trainings : in the order in which they ended
    rounds : with a decision on each candidate
    race : the result; None before the race ended
    tested : the finalists, the winner first
    spent_s : seconds of measuring, training and testing
    """

    schema: int = SCHEMA
    id: str
    command: str = ""
    dataset: str
    synthetic: bool
    validation_images: int
    by: tuple[str, ...]
    alpha: float
    seed: int
    started: str
    finished: str | None = None
    bill: Bill
    trainings: tuple[Training, ...] = ()
    rounds: tuple[Round, ...] = ()
    race: Race | None = None
    tested: tuple[Tested, ...] = ()
    spent_s: float = 0.0

    _index = "name"

    @property
    def state(self) -> Literal["finished", "partial"]:
        """Return whether the choice is made."""
        return "partial" if self.race is None or self.finished is None else "finished"

    @property
    def winner(self) -> str | None:
        """Return the name of the chosen network; None before the race ended."""
        return self.name_of(self.race.winner) if self.race else None

    def name_of(self, slug: str) -> str:
        """Return the name of a candidate."""
        return next((probe.name for probe in self.bill.candidates if probe.slug == slug), slug)

    def decisions_on(self, slug: str) -> list[tuple[int, Decision]]:
        """Return the decisions on a candidate, each with the epochs of its round."""
        return [(ended.epochs, one) for ended in self.rounds for one in ended.decisions if one.candidate == slug]

    def tables(self) -> tuple[Table]:
        """Return the table of the candidates, with the sentences of the choice."""
        from modelzoo.racing.choice_table import choice_table

        return (choice_table(self),)

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the validation accuracy of each candidate by round; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.racing.chart import figure

        return plot(lambda: figure(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole choice as plain data, with its sentences."""
        from modelzoo.racing.sentences import sentences

        return {**msgspec.to_builtins(self), "sentences": sentences(self)}

    def _summary(self) -> str:
        from modelzoo.racing.sentences import sentences

        return sentences(self)[0]


def choice_id(specs: Iterable[RunSpec], options: ChooseOptions) -> str:
    """Return ``choice-<10 hexadecimal digits>``, the same for the same runs, criteria and limits.

    The budget is no part of it: the same command with a larger one resumes.
    """
    limits = [options.alpha, options.max_latency_ms, options.max_size_mb, [str(spec) for spec in options.criteria]]
    inputs = msgspec.json.encode([sorted(spec.id for spec in specs), limits])
    return f"{_PREFIX}{hashlib.sha256(inputs).hexdigest()[:10]}"


def write_choice(choice: Choice, runs: Path) -> None:
    """Write ``choice.json`` into the folder of the choice."""
    folder = runs / choice.id
    with store.disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / CHOICE, msgspec.json.format(msgspec.json.encode(choice), indent=2) + b"\n")


def read_choice(path: Path) -> Choice:
    """Read a choice.

    Raises
    ------
    ZooError
        If the file cannot be read, is no choice, or is of a later version.
    """
    data = read_bytes(path, at_most=MOST_JSON)
    schema = decode(data, _Schema, path, "a choice", _ADVICE).schema
    if schema > SCHEMA:
        raise LaterSchemaError(
            f"{paths.shown(path)}: schema {schema}; this version reads up to {SCHEMA}, update cnn-zoo"
        )
    return decode(data, Choice, path, "a choice", _ADVICE)


def find_choice(runs: Path, name: str) -> Choice | None:
    """Return the choice of this id; None if there is none."""
    try:
        return read_choice(runs / name / CHOICE)
    except ZooError as error:
        if is_missing(error):
            return None
        raise


def load_choices(folder: str | Path | None = None) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    """Load the choices in the folder of runs, oldest first, and one problem for each file that cannot be read."""
    choices: list[Choice] = []
    problems: list[str] = []
    for path in sorted(store.runs_folder(folder).glob(f"{_PREFIX}*/{CHOICE}")):
        try:
            choices.append(read_choice(path))
        except ZooError as error:
            problems.append(str(error))
    return tuple(sorted(choices, key=lambda choice: (choice.started, choice.id))), tuple(problems)


def training_of(trainings: Sequence[Training], number: int, candidate: str) -> Training | None:
    """Return the training of a candidate in a round; None before it ended."""
    return next((one for one in trainings if (one.round, one.candidate) == (number, candidate)), None)


class _Schema(msgspec.Struct):
    schema: int

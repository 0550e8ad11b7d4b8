"""The choice of a network within a budget: the bill, the race, and the test of its finalists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace as replace_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec.structs import replace

from modelzoo.base.arguments import checked
from modelzoo.base.claims import Claim
from modelzoo.base.scratch import scratch_folder
from modelzoo.base.text import listed
from modelzoo.benchmarking.executors import executor_of
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.progress import Reporting, reporting
from modelzoo.benchmarking.queue import Job, Outcome
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.catalog.catalog import Catalog
from modelzoo.datasets.dataset import DataSet
from modelzoo.errors import ZooError, unknown
from modelzoo.machine import hardware
from modelzoo.racing.bill import require_affordable
from modelzoo.racing.choice import Choice, Tested, Training, choice_id, find_choice, training_of, write_choice
from modelzoo.racing.options import ChooseOptions
from modelzoo.racing.order import order_by
from modelzoo.racing.prepare import Resolved, measure_candidates, resolve_candidates
from modelzoo.racing.race import Judged, Race, Round, race
from modelzoo.racing.schedule import in_round
from modelzoo.racing.sentences import describe_round
from modelzoo.runs import store
from modelzoo.runs.events import Note, Report
from modelzoo.runs.predictions import validation_correct
from modelzoo.runs.protocol import device_name
from modelzoo.runs.record import Record, now

# The options of a benchmark that all trainings of a race share. A race chooses their epochs, seeds and tests.
SHARED = (
    *("recipe", "set", "weights", "batch_size", "seed", "limit_train"),
    *("split", "skip_broken", "image_size", "data_dir", "runs", "workers", "ray"),
)


@checked
def choose(
    models: Sequence[str] = (),
    *,
    dataset: "str | DataSet" = "emnist-balanced",
    catalog: "Catalog | None" = None,
    report: Reporting = "progress",
    **options: Any,
) -> Choice:
    """Choose a network within a budget: measure all candidates, train them in rounds, and drop those that cannot win.

    Every round trains each candidate left with a short but whole schedule, from new weights. A candidate that is
    significantly worse than the best one on the same validation images is dropped; see `race`. The finalists alone see
    the test images, once. The same call resumes a choice that was ended.

    Parameters
    ----------
    models : names of candidates, as for `bench`; by default the best ranked models of the catalog
    dataset, catalog, report : as for `bench`
    options : the fields of `ChooseOptions`: budget_s, max_latency_ms, max_size_mb, by, top, profile, source, where,
        price, alpha. Those of `BenchOptions` that all trainings share: recipe, set, weights, batch_size, seed,
        limit_train, split, skip_broken, image_size, data_dir, runs, workers, ray

    Raises
    ------
    ZooError
        If an argument cannot be used, no candidate is left, or the budget allows no round of two.
    """
    own = set(ChooseOptions.__struct_fields__) - {"training"}
    for name in options.keys() - own - set(SHARED):
        raise unknown("option of choose", name, [*sorted(own), *SHARED])
    if models and (ranking := sorted(options.keys() & {"top", "profile", "source", "where"})):
        raise ZooError(f"{listed(ranking)}: they choose candidates from the ranking; name models or give these")
    if "budget_s" not in options:
        raise ZooError("`budget_s` is missing; give the seconds for measuring and training, as 7200")
    training = checked(BenchOptions)(**{name: options.pop(name) for name in SHARED if name in options})
    chosen = checked(ChooseOptions)(**options, training=training)
    with reporting(report) as progress:
        return make_choice(models, dataset, chosen, catalog=catalog, report=progress)


def make_choice(
    models: Sequence[str],
    dataset: "str | DataSet",
    options: ChooseOptions,
    *,
    catalog: "Catalog | None" = None,
    command: str = "",
    report: Report,
) -> Choice:
    """Make a choice, as `choose` does; its partial runs keep the command that resumes it."""
    runs = store.runs_folder(options.training.runs)
    with scratch_folder() as folder:
        resolved = resolve_candidates(
            models, dataset, options, folder=folder, catalog=catalog, command=command, report=report
        )
        name = choice_id(resolved.specs.values(), options)
        with store.claim_folder(runs / name, report=lambda text: report(Note(text))) as claim:
            choice = find_choice(runs, name) or _new_choice(name, resolved, options, command, folder, report)
            price = options.price or choice.bill.price
            if choice.state == "finished" and not _may_go_on(choice, options.budget_s):
                return replace(choice, bill=replace(choice.bill, price=price))
            choice = _measured_here(choice, resolved, options, folder, report)
            bill = replace(choice.bill, budget_s=options.budget_s, price=price)
            require_affordable(bill)
            choice = replace(choice, bill=bill, command=command or choice.command)
            return _Choosing(choice, resolved, options, claim, folder, report).finish()


def _may_go_on(choice: Choice, budget_s: float) -> bool:
    """Return whether a larger budget may change a finished choice, or a finalist of it still lacks its test."""
    race = choice.race
    if race is None:
        return False
    if race.rounds and len(choice.tested) < len(race.finalists):
        return True
    if budget_s <= choice.bill.budget_s:
        return False
    left_out = any(one.verdict == "left out" for ended in race.rounds for one in ended.decisions)
    return left_out or race.ended_by == "budget"


def _new_choice(
    name: str, resolved: Resolved, options: ChooseOptions, command: str, folder: Path, report: Report
) -> Choice:
    bill = measure_candidates(resolved, options, folder=folder, report=report)
    facts = next(iter(resolved.specs.values())).dataset
    return Choice(
        id=name,
        command=command,
        dataset=facts.name,
        synthetic=facts.synthetic,
        validation_images=facts.validation_images,
        by=tuple(str(spec) for spec in options.criteria),
        alpha=options.alpha,
        seed=options.training.seed,
        started=now(),
        bill=bill,
        spent_s=bill.spent_s,
    )


def _measured_here(choice: Choice, resolved: Resolved, options: ChooseOptions, folder: Path, report: Report) -> Choice:
    """Return a choice whose candidates were measured on this device; measure them again if another one did."""
    bill, device = choice.bill, device_name(hardware.hardware())
    if bill.device == device:
        return choice
    report(Note(f"the candidates were measured on {bill.device}; this is {device}, so they are measured again"))
    again = measure_candidates(resolved, options, folder=folder, report=report)
    bill = replace(again, spent_s=bill.spent_s + again.spent_s)
    return replace(choice, bill=bill, spent_s=choice.spent_s + again.spent_s)


class _Choosing:
    """A choice under way: its state, which is written after each training, and all that trains.

    Whoever lost the claim of its folder meanwhile writes no state.
    """

    def __init__(
        self, choice: Choice, resolved: Resolved, options: ChooseOptions, claim: Claim, folder: Path, report: Report
    ) -> None:
        self.choice = choice
        self._resolved, self._options, self._claim, self._folder = resolved, options, claim, folder
        self._runs, self._report, self._began = claim.folder.parent, report, now()
        self._epoch_s: dict[str, float] = {}

    def finish(self) -> Choice:
        """Run the race from where it was ended, test its finalists, and return the whole choice."""
        bill = self.choice.bill
        self._save(race=None, rounds=(), tested=(), finished=None)
        result = race(
            [probe.slug for probe in bill.candidates],
            train=self._train,
            cost=self._cost,
            schedule=bill.schedule,
            budget_s=bill.budget_s,
            alpha=self._options.alpha,
            spent_s=bill.spent_s,
            order=order_by(bill.candidates, self._options.criteria, self._earlier),
            report=self._end_round,
        )
        self._save(race=result)
        self._save(tested=tuple(self._test(result)), finished=now())
        return self.choice

    def _save(self, **fields: Any) -> None:
        self.choice = replace(self.choice, **fields)
        self._claim.require()
        write_choice(self.choice, self._runs)

    def _spec(self, candidate: str, number: int, epochs: int) -> RunSpec:
        """Return the run of a candidate in a round; each round has its own seed, so new weights."""
        spec = in_round(self._resolved.specs[candidate], epochs)
        return replace_spec(spec, seed=spec.seed + number - 1)

    def _earlier(self) -> Mapping[str, float]:
        """Return the last accuracy of each candidate that was judged in an earlier round."""
        return {
            one.candidate: one.accuracy
            for ended in self.choice.rounds
            for one in ended.decisions
            if one.accuracy is not None
        }

    def _cost(self, candidate: str, epochs: int) -> float:
        """Return the predicted seconds of a training: by its trained epochs, else by the probe.

        Workers with a GPU each share the seconds of the candidates that are left. Two candidates use two of them.
        """
        bill = self.choice.bill
        left = sum(one.survives for one in self.choice.rounds[-1].decisions) if self.choice.rounds else bill.parallel
        scale = bill.parallel / min(bill.parallel, left)
        if candidate not in self._epoch_s:
            return scale * bill.cost_s(candidate, epochs)
        return scale * (bill.cost_s(candidate, 0) + epochs * self._epoch_s[candidate])

    def _train(self, entrants: Sequence[str], number: int, epochs: int) -> Mapping[str, Judged | str]:
        """Train the candidates of a round; the seconds of a training that ended before are those of the file."""
        failed = {one.candidate: one.failure for one in self.choice.trainings if one.round == number and one.failure}
        results: dict[str, Judged | str] = {name: reason for name, reason in failed.items() if name in entrants}
        others = [name for name in entrants if name not in results]
        broken: list[str] = []
        workers = min(self._options.training.workers, len(entrants))
        jobs = [Job(self._spec(name, number, epochs), test=False) for name in others]
        for index, outcome, seconds in self._made(jobs):
            name, run_id = others[index], jobs[index].spec.id
            if not isinstance(outcome, Record):  # no failure of the training: the input or the disk is to be mended
                broken.append(f"{jobs[index].spec.title}: {outcome}")
                continue
            known = training_of(self.choice.trainings, number, name)
            seconds = known.seconds if known else self._with_earlier(outcome, seconds, workers)
            result = (
                outcome.reason or "it failed"
                if outcome.outcome == "failed"
                else Judged(validation_correct(self._runs / outcome.id, outcome), seconds)
            )
            results[name] = result
            if isinstance(result, Judged) and outcome.seconds_per_epoch:
                self._epoch_s[name] = outcome.seconds_per_epoch / max(self.choice.bill.parallel, workers)
            if known is None:
                ended = Training(
                    round=number,
                    candidate=name,
                    run=run_id,
                    seconds=seconds,
                    failure=result if isinstance(result, str) else None,
                )
                self._save(trainings=(*self.choice.trainings, ended), spent_s=self.choice.spent_s + seconds)
        if broken:
            raise ZooError(f"{'; '.join(broken)}; the same command resumes the race")
        return results

    def _with_earlier(self, record: Record, seconds: float, workers: int) -> float:
        """Return the seconds of a training, with those of a process of this choice that was killed."""
        if not self.choice.started <= record.started < self._began:
            return seconds
        return max(seconds, sum(epoch.seconds for epoch in record.epochs) / workers)

    def _made(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Outcome, float]]:
        """Make the runs, and yield each outcome with the seconds since the one before."""
        start = perf_counter()
        training = self._options.training
        make_runs = executor_of(replace(training, workers=min(training.workers, max(1, len(jobs)))), self._folder)
        made = make_runs(jobs, self._resolved.splits, self._runs, wait=True, report=self._report)
        for index, outcome in made:
            end = perf_counter()
            yield index, outcome, end - start
            start = end

    def _end_round(self, ended: Round) -> None:
        self._save(rounds=(*self.choice.rounds, ended))
        self._report(Note(describe_round(self.choice, ended)))

    def _test(self, result: Race) -> Iterator[Tested]:
        """Test each finalist with the weights of its last round."""
        if not result.rounds:
            return
        last = result.rounds[-1]
        jobs = [Job(self._spec(name, last.number, last.epochs)) for name in result.finalists]
        for index, outcome, seconds in self._made(jobs):
            self._save(spent_s=self.choice.spent_s + seconds)
            if isinstance(outcome, Record) and outcome.test is not None:
                yield Tested(
                    candidate=result.finalists[index],
                    run=outcome.id,
                    epochs=len(outcome.epochs),
                    images=outcome.test.images,
                    top1=outcome.test.top1,
                    top1_low=outcome.test.top1_low,
                    top1_high=outcome.test.top1_high,
                )
            else:
                reason = str(outcome) if isinstance(outcome, ZooError) else "it has no test result"
                self._report(Note(f"{jobs[index].spec.title} is not tested: {reason}"))

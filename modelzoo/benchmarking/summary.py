"""A run in a few lines: its result, its conditions and the path of its record."""

from pathlib import Path

from modelzoo.base.text import cut, plural
from modelzoo.benchmarking.chance import learned_nothing
from modelzoo.benchmarking.trained import WEIGHTS
from modelzoo.benchmarking.untrained_table import achieved
from modelzoo.errors import ZooError
from modelzoo.runs.class_results import class_results
from modelzoo.runs.protocol import precision_of
from modelzoo.runs.record import Record
from modelzoo.runs.run import Run
from modelzoo.runs.scores import read_labeled
from modelzoo.runs.store import runs_folder
from modelzoo.runs.tables import validation_text
from modelzoo.timing.plausibility import plausibility_warnings

_STOPPED = {
    "patience": "stopped by its own rule",
    "schedule": "its schedule is complete",
    "limit": "stopped at a limit, it might still improve",
}

# The environment variables that make a backend's operations on a GPU deterministic; PyTorch has none.
_DETERMINISM = {"jax": "XLA_FLAGS=--xla_gpu_deterministic_ops=true", "tensorflow": "TF_DETERMINISTIC_OPS=1"}


def summarize(record: Record, runs: Path | None = None) -> list[str]:
    """Return the result of a run as lines."""
    folder = runs_folder(runs) / record.id
    if record.outcome == "failed":
        return [f"{record.title} failed: {record.reason}", f"  {folder}"]
    data, test = record.dataset, record.test
    made_up = " (synthetic images)" if data.synthetic else ""
    epochs = "1 epoch" if len(record.epochs) == 1 else f"{len(record.epochs)} epochs"
    heading = f"{record.title}, recipe {record.recipe_name}, on {data.name}{made_up}:"
    training = [
        f"  training       {epochs} of {record.seconds_per_epoch or 0:.1f} s on "
        f"{data.train_images:,} images, {_STOPPED.get(record.stopped_by or '', 'unfinished')}",
        f"  record         {folder / 'record.json'}",
    ]
    if test is None:
        return [
            heading,
            f"  validation     {validation_text(record)}, by the best epoch",
            "  test           not tested; the same command without --no-test adds the test result",
            *_speed(record, has_weights=(folder / WEIGHTS).exists()),
            *_on_gpu(record),
            *training,
        ]
    recall = test.macro_recall
    return [
        heading,
        f"  test accuracy  {test.top1:.2f} % (95 % interval {test.top1_low:.2f}-{test.top1_high:.2f}), "
        f"top-5 {test.top5:.2f} %, {test.images:,} images",
        *([] if recall is None else [f"  macro recall   {recall:.2f} %, every class counting the same"]),
        *learned_nothing(record, folder),
        *_worst_class(Run(record, folder, "local")),
        *_speed(record, has_weights=(folder / WEIGHTS).exists()),
        *_on_gpu(record),
        *training,
    ]


def _worst_class(run: Run) -> list[str]:
    """Return the line of the worst class, and the command that shows all; none without usable predictions."""
    try:
        worst, *others = class_results(read_labeled(run))
    except ZooError:
        return []
    if worst.accuracy is None or not others:
        return []
    taken = f", mostly taken for {cut(worst.taken_for)}" if worst.taken_for is not None else ""
    return [
        f"  worst class    {cut(worst.name)}: {worst.accuracy:.1f} % of {plural(worst.images, 'image')} correct{taken}",
        f"                 `zoo show {run.id}` shows all classes",
    ]


def _speed(record: Record, *, has_weights: bool) -> list[str]:
    """Return latency and throughput at each batch, and the reasons for missing ones."""
    lines = [f"  latency        no value at batch {missing.batch}: {missing.reason}" for missing in record.no_latency]
    if not record.latency:
        remedy = "the same command without --no-latency" if has_weights else "without its weights, `zoo latency`"
        return lines or [f"  latency        not measured; {remedy} measures it"]
    first, *more = record.latency
    unit = "image" if first.batch == 1 else "images"
    times = [
        f"{first.p50_ms:.2f} ms for {first.batch} {unit}",
        *(f"{latency.p50_ms:.2f} for {latency.batch}" for latency in more),
    ]
    best = max(record.latency, key=lambda latency: latency.images_per_s)
    throughput = f"{best.images_per_s:,.0f} images/s at batch {best.batch}"
    share = f", {achieved(best)}" if best.flops_per_s else ""
    doubtful = [f"  in doubt       {doubt}" for doubt in plausibility_warnings(record.latency)]
    return [f"  latency        {', '.join(times)}", f"  throughput     {throughput}{share}", *doubtful, *lines]


def _on_gpu(record: Record) -> list[str]:
    """Return the lines about a GPU: TF32, determinism of a resumed run, and peak memory."""
    facts = record.on_gpu
    if facts is None:
        return []
    remedy = _DETERMINISM.get(record.backend)
    differs = "a resumed run differs in its last bits" + (f" ({remedy} prevents it)" if remedy else "")
    bits = "a resumed run is equal to the last bit" if facts.deterministic else differs
    lines = [f"  precision      {precision_of(record).replace(' with', ',')}; {bits}"]
    if facts.peak_memory_mb is not None:
        lines.append(f"  GPU memory     {facts.peak_memory_mb:,.0f} MB at the most")
    return lines

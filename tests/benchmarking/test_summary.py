"""A run in a few sentences."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.benchmarking.summary import summarize
from modelzoo.benchmarking.trained import WEIGHTS
from modelzoo.runs.record import Latency, NoLatency, OnGpu


def test_a_finished_run_is_told_with_its_conditions(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", name="LeNet-5", id="lenet5-1", recipe_name="quick", latency=0.5)
    assert summarize(record, Path("runs")) == [
        "LeNet-5, recipe quick, on emnist47:",
        "  test accuracy  86.00 % (95 % interval 85.31-86.67), top-5 99.00 %, 10,000 images",
        "  latency        0.50 ms for 1 image, 9.00 for 32",
        "  throughput     64,000 images/s at batch 32",
        "  training       12 epochs of 30.0 s on 80,000 images, stopped by its own rule",
        "  record         runs/lenet5-1/record.json",
    ]


def with_speed(batch: int, p50_ms: float, **fields: Any) -> Latency:
    images_per_s = 1000 * batch / p50_ms
    return Latency(batch=batch, p50_ms=p50_ms, p90_ms=99, p99_ms=99, images_per_s=images_per_s, calls=300, **fields)


def test_macro_recall_is_shown_where_it_was_measured(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5")
    assert not any("macro recall" in line for line in summarize(record))
    test = replace(record.test, macro_recall=81.234)
    assert "  macro recall   81.23 %, every class counting the same" in summarize(make_record("lenet5", test=test))


def test_the_worst_class_is_named_with_the_command_that_shows_all(
    make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path
) -> None:
    record = make_record("lenet5", id="lenet5-1", correct=8, dataset={"classes": 3, "test_images": 10})
    write_run(tmp_path, record, [0, 0, 0, 0, 1, 1, 0, 0, 2, 2], [0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
    text = "\n".join(summarize(record, tmp_path))
    assert "worst class    1: 50.0 % of 4 images correct, mostly taken for 0" in text
    assert "`zoo show lenet5-1` shows all classes" in text
    (tmp_path / record.id / "predictions.npz").write_bytes(b"damaged")
    assert "worst class" not in "\n".join(summarize(record, tmp_path))


def test_a_run_without_latency_says_how_to_measure_it(make_record: Callable[..., Any], tmp_path: Path) -> None:
    record = replace(make_record("lenet5", id="lenet5-1"), latency=())

    def line() -> str:
        return next(line for line in summarize(record, tmp_path) if "latency" in line)

    assert line() == "  latency        not measured; without its weights, `zoo latency` measures it"
    (tmp_path / record.id).mkdir()
    (tmp_path / record.id / WEIGHTS).touch()
    assert line() == "  latency        not measured; the same command without --no-latency measures it"


def test_four_batches_take_two_lines_and_the_best_is_set_against_the_device(make_record: Callable[..., Any]) -> None:
    known = {"flops_per_s": 60e9, "peak_flops_per_s": 330e9}
    speeds = (with_speed(1, 0.5), with_speed(8, 0.75), with_speed(32, 1.0, **known), with_speed(128, 5.0))
    lines = summarize(replace(make_record("lenet5"), latency=speeds))
    assert lines[2:4] == [
        "  latency        0.50 ms for 1 image, 0.75 for 8, 1.00 for 32, 5.00 for 128",
        "  throughput     32,000 images/s at batch 32, achieved 60 GFLOP/s, 18 % of the device's peak",
    ]


def test_what_speaks_against_a_latency_is_said(make_record: Callable[..., Any]) -> None:
    lines = summarize(replace(make_record("lenet5"), latency=(with_speed(1, 5.0), with_speed(8, 2.0))))
    assert lines[4].startswith("  in doubt       a call took longer at batch 1, 5 ms, than at batch 8, 2 ms")


def test_a_latency_that_is_missing_is_named_with_its_reason(make_record: Callable[..., Any]) -> None:
    record = replace(make_record("lenet5"), no_latency=(NoLatency(batch=128, reason="MemoryError: no room"),))
    assert "  latency        no value at batch 128: MemoryError: no room" in summarize(record)
    lines = summarize(replace(record, latency=()))
    assert lines[2] == "  latency        no value at batch 128: MemoryError: no room"
    assert lines[3].startswith("  training")


@pytest.mark.parametrize(
    ("fields", "facts", "told"),
    [
        (
            {"backend": "jax"},
            {"tf32": True, "deterministic": False, "peak_memory_mb": 10_234.4},
            [
                "  precision      float32, products in TF32; a resumed run differs in its last bits "
                "(XLA_FLAGS=--xla_gpu_deterministic_ops=true prevents it)",
                "  GPU memory     10,234 MB at the most",
            ],
        ),
        (
            {"precision": "mixed_bfloat16"},
            {"tf32": True, "deterministic": True},
            ["  precision      mixed_bfloat16; a resumed run is equal to the last bit"],
        ),
        (
            {},
            {"tf32": False, "deterministic": False},
            ["  precision      float32; a resumed run differs in its last bits (TF_DETERMINISTIC_OPS=1 prevents it)"],
        ),
        (
            {"backend": "torch"},
            {"tf32": False, "deterministic": False},
            ["  precision      float32; a resumed run differs in its last bits"],
        ),
    ],
    ids=["jax", "deterministic", "tensorflow", "torch"],
)
def test_a_run_on_a_gpu_tells_its_precision_its_last_bits_and_its_memory(
    make_record: Callable[..., Any], fields: dict[str, str], facts: dict[str, Any], told: list[str]
) -> None:
    lines = summarize(make_record("lenet5", on_gpu=OnGpu(**facts), **fields))
    assert lines[4 : 4 + len(told)] == told
    assert lines[4 + len(told)].startswith("  training")


def test_a_variant_is_told_from_the_model(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", name="LeNet-5", variant="lenet5-1998")
    assert summarize(record)[0].startswith("LeNet-5 (lenet5-1998), recipe")
    failed = replace(record, outcome="failed", reason="not done", test=None)
    assert summarize(failed)[0] == "LeNet-5 (lenet5-1998) failed: not done"
    own = make_record("mynets-small", name="mynets:small", variant="mynets-small-0123abcd")
    assert summarize(own)[0].startswith("mynets:small, recipe")


def test_synthetic_images_are_called_so(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", dataset={"name": "glyphs", "synthetic": True})
    assert summarize(record)[0].endswith("on glyphs (synthetic images):")


@pytest.mark.parametrize(
    ("rule", "words"),
    [("limit", "stopped at a limit, it might still improve"), ("schedule", "its schedule is complete")],
)
def test_how_training_ended_is_said(make_record: Callable[..., Any], rule: str, words: str) -> None:
    assert words in summarize(make_record("lenet5", stopped_by=rule))[4]


def test_a_failed_run_gives_its_reason_and_where_it_lies(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", name="LeNet-5", id="lenet5-1", outcome="failed", reason="no memory", test=None)
    assert summarize(record, Path("runs")) == ["LeNet-5 failed: no memory", "  runs/lenet5-1"]


def test_one_epoch_is_one(make_record: Callable[..., Any]) -> None:
    assert "  training       1 epoch of 30.0 s" in summarize(make_record("lenet5", epochs=1))[4]

"""A run in a few sentences."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.training.summary import summarize


def test_a_finished_run_is_told_with_its_conditions(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", name="LeNet-5", id="lenet5-1", recipe_name="quick", latency=0.5)
    assert summarize(record, Path("runs")) == [
        "LeNet-5, recipe quick, on emnist47:",
        "  test accuracy  86.00 % (95 % interval 85.31-86.67), top-5 99.00 %, 10,000 images",
        "  latency        0.50 ms for 1 image (2,000 images/s)",
        "  latency        9.00 ms for 32 images (64,000 images/s)",
        "  training       12 epochs of 30.0 s on 80,000 images, stopped by its own rule",
        "  record         runs/lenet5-1/record.json",
    ]


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

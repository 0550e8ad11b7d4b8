"""Precision: what a device has, and what is said where it has not."""

from typing import Any

import pytest

from modelzoo.machine import hardware
from modelzoo.runs.events import Note
from modelzoo.runs.protocol import precision_of
from modelzoo.runs.record import OnGpu
from modelzoo.training import precision
from modelzoo.training.precision import usable


def card(capability: float | None) -> hardware.Card:
    return hardware.Card("Made Up", "550", capability)


@pytest.mark.parametrize(
    ("found", "sees", "used"),
    [
        (None, False, "float32"),
        (card(7.5), True, "float32"),
        (card(None), True, "float32"),
        (card(8.0), True, "mixed_bfloat16"),
        (card(12.0), True, "mixed_bfloat16"),
        (card(9.0), False, "float32"),
    ],
    ids=str,
)
def test_bfloat16_is_used_where_the_backend_has_a_gpu_that_is_made_for_it(
    monkeypatch: pytest.MonkeyPatch, events: list[Any], found: hardware.Card | None, sees: bool, used: str
) -> None:
    monkeypatch.setattr(hardware, "card", lambda: found)
    monkeypatch.setattr(hardware, "has_gpu", lambda: sees)
    assert usable("mixed_bfloat16", events.append) == used
    told = [Note("no GPU of compute capability 8: float32 in place of mixed_bfloat16")]
    assert events == ([] if used == "mixed_bfloat16" else told)


@pytest.mark.parametrize(
    ("precision", "tf32", "told"),
    [
        ("float32", True, "float32 with products in TF32"),
        ("float32", False, "float32"),
        ("float32", None, "float32"),
        ("mixed_bfloat16", True, "mixed_bfloat16"),
    ],
)
def test_tf32_counts_as_a_precision_of_float32_alone(
    make_record: Any, precision: str, tf32: bool | None, told: str
) -> None:
    facts = None if tf32 is None else OnGpu(tf32=tf32, deterministic=False)
    assert precision_of(make_record("lenet5", precision=precision, on_gpu=facts)) == told


def test_float32_asks_no_device(monkeypatch: pytest.MonkeyPatch, events: list[Any]) -> None:
    monkeypatch.setattr(precision, "_has_bfloat16", lambda: pytest.fail("asked"))
    assert usable("float32", events.append) == "float32"
    assert events == []

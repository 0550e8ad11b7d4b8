"""Precision: what a device has, and what is said where it has not."""

from typing import Any

import pytest

from modelzoo.training import precision
from modelzoo.training.events import Note
from modelzoo.training.precision import usable

pytestmark = pytest.mark.xdist_group("keras")


@pytest.mark.parametrize(
    ("capability", "used"), [(0.0, "float32"), (7.5, "float32"), (8.0, "mixed_bfloat16"), (9.0, "mixed_bfloat16")]
)
def test_bfloat16_is_used_where_the_device_is_made_for_it(
    monkeypatch: pytest.MonkeyPatch, events: list[Any], capability: float, used: str
) -> None:
    import keras

    monkeypatch.setattr(precision, f"_{keras.backend.backend()}_capability", lambda: capability)
    assert usable("mixed_bfloat16", events.append) == used
    told = [Note("no GPU of compute capability 8 and no TPU: float32 in place of mixed_bfloat16")]
    assert events == ([] if used == "mixed_bfloat16" else told)


def test_float32_asks_no_device(monkeypatch: pytest.MonkeyPatch, events: list[Any]) -> None:
    monkeypatch.setattr(precision, "_has_bfloat16", lambda: pytest.fail("asked"))
    assert usable("float32", events.append) == "float32"
    assert events == []

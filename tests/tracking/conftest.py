"""Records and a machine without a network, for the tests of what other tools get."""

import socket
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.runs.record import Record, Test


@pytest.fixture
def record(make_record: Callable[..., Any]) -> Record:
    """Return a record of 3 epochs, with a time for each and every kind of test result."""
    from modelzoo.recipes.recipe import Adam, Recipe
    from modelzoo.runs.record import Epoch, Latency

    epochs = tuple(
        Epoch(
            epoch=number,
            loss=1 / number,
            accuracy=80.0 + number,
            val_loss=1.5 / number,
            val_accuracy=79.0 + number,
            learning_rate=1e-3 / number,
            seconds=10.0 * number,
            val_macro_recall=78.0 + number,
        )
        for number in (1, 2, 3)
    )
    test = Test(
        images=10_000, correct=8600, top1=86.0, top1_low=85.31, top1_high=86.67, top5=98.5, loss=0.41,
        macro_recall=85.5, ece=2.25,
    )  # fmt: skip
    latency = Latency(
        batch=1, p50_ms=2.0, p90_ms=2.5, p99_ms=3.0, images_per_s=500.0, calls=300, mean_ms=2.1, mean_low_ms=2.05,
        mean_high_ms=2.15,
    )  # fmt: skip
    made = make_record("lenet5", recipe=Recipe(title="Mine", optimizer=Adam(learning_rate=0.01)), seed=7)
    return replace(made, epochs=epochs, test=test, latency=(latency,), finished="2026-01-05T10:02:00Z")


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Reject every connection to another machine, and return the list of those that were tried."""
    tried: list[Any] = []
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_UNIX:
            return connect(self, address)
        tried.append(address)
        raise OSError(f"offline: {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried

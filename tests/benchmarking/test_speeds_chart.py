"""The chart of measured latency."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.benchmarking.speeds import Conditions, NetworkSpeed, Speeds
from modelzoo.benchmarking.speeds_chart import figure
from modelzoo.errors import ZooError
from modelzoo.runs.record import Latency

pytest.importorskip("matplotlib")


@pytest.fixture
def speeds(make_record: Callable[..., Any]) -> Speeds:
    """Return a model and a file of the same network, on a device of 4 GFLOP/s."""
    latency = tuple(
        Latency(batch=batch, p50_ms=batch, p90_ms=2 * batch, p99_ms=3 * batch, images_per_s=900, calls=9)
        for batch in (1, 8)
    )
    network = NetworkSpeed(
        model="m", name="M", build=None, input_shape=(32, 32, 1), classes=10, total_params=1, flops=2e6, latency=latency
    )
    conditions = Conditions(
        started="2026-01-01T00:00:00Z", backend="jax", versions={}, precision="float32",
        hardware=make_record("lenet5").hardware, calls=300, seconds=10.0, peak_flops_per_s=4e9, peak_basis="stated",
    )  # fmt: skip
    file = replace(network, name="m.onnx", runtime="ONNX Runtime 1.20, 2 threads", flops=None)
    return Speeds(conditions=conditions, networks=(network, file))


def test_networks_of_several_runtimes_are_named_with_them(speeds: Speeds, legible: Callable[[Any], list[str]]) -> None:
    drawn = figure(speeds)
    assert {"M, Keras", "m.onnx, ONNX", "Latency by batch size: 2 networks"} <= set(legible(drawn))
    left, right = drawn.axes
    assert [list(line.get_ydata()) for line in left.lines] == [[1, 8], [1, 8]]
    assert [list(line.get_ydata()) for line in right.lines if line.get_linestyle() == ":"] == [[2000, 2000]]


def test_no_latency_is_an_error(speeds: Speeds) -> None:
    networks = tuple(replace(network, latency=()) for network in speeds.networks)
    with pytest.raises(ZooError, match="no network has a latency"):
        figure(replace(speeds, networks=networks))

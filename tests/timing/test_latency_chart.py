"""Latency against batch size."""

from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.errors import ZooError
from modelzoo.runs.record import Latency
from modelzoo.timing.latency_chart import figure_of_runs

pytest.importorskip("matplotlib")


def timed(batch: int, **fields: Any) -> Latency:
    return Latency(batch=batch, p50_ms=batch, p90_ms=2 * batch, p99_ms=3 * batch, images_per_s=900, calls=9, **fields)


def test_median_band_and_roofline_are_drawn(make_run: Callable[..., Any], legible: Callable[[Any], list[str]]) -> None:
    latency = (timed(8, peak_flops_per_s=4e9), timed(1, peak_flops_per_s=4e9))
    drawn = figure_of_runs([_run(make_run, latency, flops=2e6)])
    texts = legible(drawn)
    left, right = drawn.axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("latency of one call (ms)", "images per second, at p50")
    assert left.get_xlabel() == "batch size (images in a call)"
    assert list(left.lines[0].get_ydata()) == [1, 8]
    band = left.collections[0].get_paths()[0].vertices
    assert {tuple(point) for point in band} >= {(1, 2), (8, 16)}
    assert list(right.lines[-1].get_ydata()) == [2000, 2000]
    assert any("roofline" in text and "4 GFLOP/s" in text for text in texts)


def test_the_peak_of_a_gpu_is_looked_up_where_the_record_lacks_it(make_run: Callable[..., Any]) -> None:
    run = _run(make_run, (timed(1),), flops=1e9, hardware={"gpu": "Tesla T4"})
    assert list(figure_of_runs([run]).axes[1].lines[-1].get_ydata()) == [8100, 8100]


def test_without_a_peak_there_is_no_roofline(make_run: Callable[..., Any], legible: Callable[[Any], list[str]]) -> None:
    texts = legible(figure_of_runs([_run(make_run, (timed(1),), flops=1e9), _run(make_run, (timed(1),), seed=1)]))
    assert not [text for text in texts if "roofline" in text]
    assert {"seed 0", "seed 1"} <= set(texts)


def test_a_run_without_latency_is_an_error(make_run: Callable[..., Any]) -> None:
    with pytest.raises(ZooError, match="has no latency"):
        figure_of_runs([_run(make_run, ())])


def _run(make_run: Callable[..., Any], latency: tuple[Latency, ...], **fields: Any) -> Any:
    from msgspec.structs import replace

    run = make_run("lenet5", **fields)
    return replace(run.record, latency=latency)

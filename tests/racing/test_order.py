"""The order of candidates by accuracy and by the values of their probes."""

from typing import Any

from modelzoo.racing.decide import by_accuracy
from modelzoo.racing.order import order_by
from modelzoo.racing.probe import Probe
from modelzoo.scoring.criterion_spec import parse_criteria


def probed(slug: str, **values: Any) -> Probe:
    usual: dict[str, Any] = {
        "name": slug, "params": 1, "size_mb": 1.0, "latency_ms": 1.0, "images_per_s": 1.0, "peak_memory_mb": None,
        "flops": None, "start_s": 1.0, "epoch_s": 1.0,
    }  # fmt: skip
    return Probe(slug=slug, **usual | values)


PROBES = [probed("a", latency_ms=9), probed("b", latency_ms=5), probed("c", latency_ms=1)]
ACCURACIES = {"a": 90.0, "b": 89.0, "c": 80.0}


def ordered(by: str, probes: list[Probe] = PROBES, accuracies: dict[str, float] = ACCURACIES) -> list[str]:
    return [*order_by(probes, parse_criteria(by))(accuracies)]


def test_accuracy_alone_needs_no_probe() -> None:
    assert order_by([], parse_criteria("accuracy")) is by_accuracy


def test_the_criteria_count_by_their_weights() -> None:
    """Scaled to 0-1, the accuracies are 1, 0.9 and 0, the latencies 0, 0.5 and 1."""
    assert ordered("accuracy,latency") == ["b", "a", "c"]
    assert ordered("accuracy:9,latency") == ["a", "b", "c"]
    assert ordered("accuracy,latency:9") == ["c", "b", "a"]


def test_only_the_candidates_of_the_round_are_ordered() -> None:
    assert ordered("accuracy,latency", accuracies={"c": 80.0, "a": 90.0}) == ["a", "c"]


def test_a_missing_value_counts_as_the_worst() -> None:
    probes = [probed("a"), probed("b", flops=5e6), probed("c", flops=9e6)]
    assert ordered("accuracy,flops", probes, dict.fromkeys("abc", 80.0)) == ["b", "a", "c"]


def test_candidates_of_earlier_rounds_keep_their_part_in_the_bounds() -> None:
    """Between a and b alone, each would be the best of one criterion, and the worst of the other."""
    two = {"a": 90.0, "b": 89.9}
    assert ordered("accuracy,latency", accuracies=two) == ["a", "b"]
    earlier = order_by(PROBES, parse_criteria("accuracy,latency"), lambda: {"c": 50.0})
    assert [*earlier(two)] == ["b", "a"]


def test_a_criterion_without_any_value_does_not_count() -> None:
    probes = [probed("a", latency_ms=9.0), probed("b", latency_ms=1.0)]
    assert ordered("accuracy,latency:3,flops", probes, {"a": 90.0, "b": 80.0}) == ["b", "a"]

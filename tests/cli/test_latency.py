"""`zoo latency` at the command line; what it measures is tested in tests/benchmarking."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from modelzoo.benchmarking.speeds import Conditions, NetworkSpeed, Published, Speeds
from modelzoo.errors import ZooError
from modelzoo.machine import requirements
from modelzoo.runs import events
from modelzoo.runs.record import Hardware, Latency, NoLatency
from modelzoo.timing.clock import Limits

CONDITIONS = Conditions(
    started="2026-01-05T10:00:00Z",
    backend="tensorflow",
    versions={"python": "3.12.1", "tensorflow": "2.19.0"},
    precision="float32",
    hardware=Hardware(cpu="Xeon 8481C", cores=2, gpu=None, driver=None, memory_gb=16.0, system="Linux"),
    calls=300,
    seconds=10.0,
    peak_flops_per_s=345.6e9,
    peak_basis="2 cores at 2.70 GHz, 64 operations a cycle (avx512f)",
)


def timed(batch: int, p50_ms: float, **fields: Any) -> Latency:
    whole = {
        "p90_ms": p50_ms * 1.1,
        "p99_ms": p50_ms * 2,
        "images_per_s": 1000 * batch / p50_ms,
        "calls": 300,
        "mean_ms": p50_ms * 1.05,
        "mean_low_ms": p50_ms * 1.02,
        "mean_high_ms": p50_ms * 1.1,
        "ended_by": "calls",
        "warm_up_calls": 21,
        "steady": True,
        "flops_per_s": 1.4e9 * 1000 * batch / p50_ms,
        "peak_flops_per_s": 345.6e9,
    }
    return Latency(batch=batch, p50_ms=p50_ms, **(whole | fields))


def network(model: str, name: str, *latency: Latency, **fields: Any) -> NetworkSpeed:
    common = {"input_shape": (240, 240, 3), "classes": 1000, "total_params": 7_856_239, "flops": 1.4e9}
    return NetworkSpeed(model=model, name=name, build=f"keras:{name}", latency=latency, **(common | fields))


B1 = network(
    "efficientnetb1",
    "EfficientNetB1",
    timed(1, 61.25),
    timed(32, 1234.5, ended_by="time", calls=9, mean_low_ms=None, mean_high_ms=None, steady=False),
    published=(
        Published(source="slides", gpu_ms=5.6, printed="5.6", conditions="hardware, batch and precision not stated"),
        Published(source="keras", gpu_ms=5.6, printed="5.6", conditions="per step, said to be batch 32, on an A100"),
    ),
)
MOBILENET = network(
    "mobilenet",
    "MobileNet",
    timed(1, 12.5),
    input_shape=(224, 224, 3),
    no_latency=(NoLatency(batch=32, reason="MemoryError: no room"),),
)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Let measuring give these networks and faults; what it was asked for is kept in the list."""
    monkeypatch.setattr(requirements, "require_bench_extra", lambda *_, **__: None)

    def give(*networks: NetworkSpeed, faults: tuple[str, ...] = (), error: Exception | None = None) -> list[Any]:
        asked: list[Any] = []

        def latency(*models: str, report: Any, **named: Any) -> Speeds:
            asked.append((models, named))
            report(events.Measuring("latency of MobileNet at 224×224×3"))
            if error is not None:
                raise error
            return Speeds(conditions=CONDITIONS, networks=networks, faults=faults)

        monkeypatch.setattr("modelzoo.deployment.latency.latency", latency)
        return asked

    return give


def test_the_table_has_every_batch_and_the_conditions(
    zoo: Any, measured: Callable[..., list[Any]], golden: Callable[[str, str], None]
) -> None:
    measured(B1, MOBILENET)
    printed = zoo("latency", "efficientnetb1", "mobilenet", "--batch", "1,32", "--at-catalog-size")
    golden("latency.txt", printed.out)
    assert printed.err == "measuring latency of MobileNet at 224×224×3\n"
    assert printed.code == 3  # MobileNet has no latency at batch 32


def test_json_gives_the_whole_result(zoo: Any, measured: Callable[..., list[Any]]) -> None:
    measured(B1)
    printed = zoo("latency", "efficientnetb1", "--json")
    assert printed.code == 0
    told = json.loads(printed.out)
    assert msgspec.convert(told, Speeds) == Speeds(conditions=CONDITIONS, networks=(B1,))
    assert told["networks"][0]["latency"][1]["ended_by"] == "time"


def test_csv_has_the_figures_at_full_precision(zoo: Any, measured: Callable[..., list[Any]]) -> None:
    measured(B1)
    head, first, _ = zoo("latency", "efficientnetb1", "--format", "csv").out.splitlines()
    assert head.startswith("name,input,batch,p50_ms,p90_ms,p99_ms,mean_ms,images_per_s,peak_percent,slides_gpu_ms")
    assert first.startswith("EfficientNetB1,240×240×3,1,61.25,67.37")


def test_what_is_asked_for_is_passed_on(zoo: Any, measured: Callable[..., list[Any]]) -> None:
    asked = measured(B1)
    assert (
        zoo("latency", "a", "b", "--batch", "2, 1,2", "--image-size", "64", "--calls", "9", "--seconds", "3").code == 0
    )
    assert zoo("latency", "a", "--at-catalog-size").code == 0
    assert asked == [
        (
            ("a", "b"),
            {"batches": (2, 1), "image_size": 64, "at_catalog_size": False}
            | {"limits": Limits(9, 3.0), "apart": True, "runs": None},
        ),
        (
            ("a",),
            {"batches": (1, 8, 32, 128), "image_size": None, "at_catalog_size": True}
            | {"limits": Limits(300, 10.0), "apart": False, "runs": None},
        ),
    ]


def test_a_model_that_could_not_be_measured_is_a_warning_and_exit_code_3(
    zoo: Any, measured: Callable[..., list[Any]]
) -> None:
    measured(B1, faults=("VGG16: no room",))
    printed = zoo("latency", "efficientnetb1", "vgg16")
    assert printed.code == 3
    assert "EfficientNetB1" in printed.out
    assert printed.err.endswith("zoo: warning: VGG16: no room\n")


def test_an_error_is_one_line_and_exit_code_1(zoo: Any, measured: Callable[..., list[Any]]) -> None:
    measured(error=ZooError("unknown model 'lenet6'; did you mean 'lenet5'?"))
    printed = zoo("latency", "lenet6")
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.splitlines()[-1] == "zoo: unknown model 'lenet6'; did you mean 'lenet5'?"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["lenet5", "--batch", "0"],
        ["lenet5", "--batch", ""],
        ["lenet5", "--batch", "1,two"],
        ["lenet5", "--batch", "1,,8"],
        ["lenet5", "--batch", "-1"],
        ["lenet5", "--image-size", "0"],
        ["lenet5", "--image-size", "32", "--at-catalog-size"],
        ["lenet5", "--calls", "0"],
        ["lenet5", "--seconds", "0"],
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    zoo: Any, measured: Callable[..., list[Any]], arguments: list[str]
) -> None:
    asked = measured(B1)
    assert zoo("latency", *arguments).code == 2
    assert asked == []

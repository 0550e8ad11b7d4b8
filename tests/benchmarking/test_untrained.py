"""Speed without training: what is measured, at which input, beside which published figures."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.benchmarking import untrained
from modelzoo.benchmarking.speeds import Conditions, NetworkSpeed, Published, Speeds
from modelzoo.benchmarking.untrained_table import speed_table
from modelzoo.errors import ZooError
from modelzoo.machine import requirements
from modelzoo.runs.events import Measuring, Note
from modelzoo.runs.record import Hardware, Latency
from modelzoo.timing.clock import Limits

pytestmark = pytest.mark.xdist_group("keras")

HARDWARE = Hardware(cpu="Made Up", cores=2, gpu=None, driver=None, memory_gb=16.0, system="Linux")
CONDITIONS = Conditions(
    started="2026-01-05T10:00:00Z", backend="tensorflow", versions={"tensorflow": "2.19.0"}, precision="float32",
    hardware=HARDWARE, calls=300, seconds=10.0, peak_flops_per_s=332e9, peak_basis="made up",
)  # fmt: skip


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Nothing is built: what would be measured is kept in the list; DarkNet fails."""
    asked: list[tuple[Any, ...]] = []

    def measure(one: Any, batches: Any, limits: Limits, **_: Any) -> tuple[Conditions, NetworkSpeed]:
        asked.append((one.model.build, one.input_shape, one.classes, tuple(batches), limits))
        if one.model.slug == "darknet":
            raise MemoryError("no room\nand a trace")
        latency = tuple(
            Latency(batch=batch, p50_ms=batch, p90_ms=batch, p99_ms=batch, images_per_s=1000.0, calls=300)
            for batch in batches
        )
        return CONDITIONS, NetworkSpeed(
            model=one.model.slug, name=one.name, build=one.model.build, input_shape=one.input_shape,
            classes=one.classes, total_params=1, flops=None, latency=latency,
        )  # fmt: skip

    monkeypatch.setattr(untrained, "_measure", measure)
    monkeypatch.setattr(requirements, "require_bench_extra", lambda *_, **__: None)
    return asked


def test_a_network_is_measured_at_the_size_of_the_recipes_with_its_own_channels(measured: list[Any]) -> None:
    modelzoo.latency("lenet5", "shufflenetv2-x1-0")
    assert measured == [
        ("modelzoo:lenet5", (32, 32, 1), 10, (1, 8, 32, 128), Limits(300, 10.0)),
        ("modelzoo:shufflenetv2-x1-0", (32, 32, 3), 1000, (1, 8, 32, 128), Limits(300, 10.0)),
    ]


def test_a_network_that_takes_no_such_input_gets_the_least_and_it_is_told(measured: list[Any]) -> None:
    events: list[Any] = []
    modelzoo.latency("alexnet", batches=(1,), report=events.append)
    assert measured[0][1] == (67, 67, 3)
    assert events == [
        Note("AlexNet takes 67×67 pixels at least; it gets this size"),
        Measuring("latency of AlexNet at 67×67×3"),
    ]


def test_the_size_batches_and_limits_can_be_chosen(measured: list[Any]) -> None:
    modelzoo.latency("squeezenet", batches=(3,), image_size=64, limits=Limits(5, 1.0))
    assert measured == [("modelzoo:squeezenet1-0", (64, 64, 3), 1000, (3,), Limits(5, 1.0))]


def test_at_catalog_size_the_published_input_and_gpu_times_are_used(measured: list[Any]) -> None:
    speeds = modelzoo.latency("squeezenet", "lenet5", at_catalog_size=True)
    assert [one[1:3] for one in measured] == [((227, 227, 3), 1000), ((32, 32, 1), 10)]
    assert [one.published for one in speeds.networks] == [(), ()]  # no source has a GPU time of these


def test_published_times_come_with_whose_they_are(measured: list[Any]) -> None:
    pytest.importorskip("keras")
    speeds = modelzoo.latency("efficientnetb1", "keras:EfficientNetB1", at_catalog_size=True)
    assert measured[0][1] == (240, 240, 3)
    slides, keras = speeds.networks[0].published
    assert (slides.source, slides.gpu_ms) == ("slides", 5.6)
    assert (keras.source, keras.gpu_ms) == ("keras", 5.6)
    assert "not stated" in slides.conditions
    assert "A100" in keras.conditions


def test_one_that_fails_is_a_fault_and_the_others_are_measured(measured: list[Any]) -> None:
    speeds = modelzoo.latency("darknet", "lenet5", batches=(1,))
    assert speeds.faults == ("DarkNet (darknet19): no room",)
    assert [network.model for network in speeds.networks] == ["lenet5"]
    assert len(measured) == 2


@pytest.mark.usefixtures("measured")
def test_a_variant_is_told_from_what_its_model_has_by_default() -> None:
    speeds = modelzoo.latency("lenet5", "lenet5-1998", "keras:MobileNet")
    assert [network.name for network in speeds.networks] == ["LeNet-5", "LeNet-5 (lenet5-1998)", "keras:MobileNet"]


@pytest.mark.usefixtures("measured")
def test_where_nothing_could_be_measured_that_is_an_error() -> None:
    with pytest.raises(ZooError, match=r"DarkNet \(darknet19\): no room"):
        modelzoo.latency("darknet")


@pytest.mark.parametrize(
    ("models", "given", "words"),
    [
        ((), {}, "no model is named"),
        (("lenet6",), {}, "unknown model 'lenet6'; did you mean 'lenet5'"),
        (("lenet5",), {"batches": ()}, "batches are"),
        (("lenet5",), {"batches": (1, 0)}, "batches are"),
        (("lenet5",), {"batches": (2, 2)}, "batches are"),
        (("lenet5",), {"batches": np.array([1, 8])}, "batches are"),
        (("lenet5",), {"image_size": 21}, "`image_size` is 21; LeNet-5 takes 32×32 pixels at least"),
        (("lenet5",), {"limits": Limits(0, 1.0)}, "`calls` is 0; expected 1 or more"),
        (("lenet5",), {"limits": Limits(1, float("nan"))}, "`seconds` is nan; expected a finite number above 0"),
        (("lenet5",), {"image_size": 32, "at_catalog_size": True}, "give one of them"),
    ],
)
def test_what_cannot_be_measured_is_an_error_before_anything_is(
    measured: list[Any], models: tuple[str, ...], given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ZooError, match=words):
        modelzoo.latency("squeezenet", *models, **given) if models else modelzoo.latency(**given)
    assert measured == []


def build_small(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """A builder of one's own."""
    import keras

    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(classes)])


@pytest.fixture
def own_builder(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a builder from outside."""
    module = ModuleType("speednets")
    module.small = build_small  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "speednets", module)
    return "speednets:small"


def test_of_a_builder_of_ones_own_no_published_input_is_known(measured: list[Any], own_builder: str) -> None:
    with pytest.raises(ZooError, match="has no known published input; give `image_size`"):
        modelzoo.latency(own_builder, at_catalog_size=True)
    modelzoo.latency(own_builder, image_size=20)
    assert measured[0][1:3] == ((20, 20, 3), 1000)


def example() -> Speeds:
    """One network at two batches, with a published time."""
    latency = tuple(
        Latency(batch=batch, p50_ms=50.0, p90_ms=55.0, p99_ms=90.0, images_per_s=20.0 * batch, calls=300)
        for batch in (1, 32)
    )
    network = NetworkSpeed(
        model="mobilenet", name="MobileNet", build="keras:MobileNet", input_shape=(224, 224, 3), classes=1000,
        total_params=4_253_864, flops=None, latency=latency,
        published=(Published(source="keras", gpu_ms=3.4, printed="3.4", conditions="an A100, batch 32"),),
    )  # fmt: skip
    return Speeds(conditions=CONDITIONS, networks=(network,))


def test_published_times_stand_at_the_batch_they_are_said_to_be_for() -> None:
    table = speed_table(example())
    keys = [column.key for column in table.columns]
    assert keys[-1] == "keras_gpu_ms"
    assert [row[-1] for row in table.rows] == [None, 3.4]
    assert table.notes[-1] == "keras GPU ms, published, on other hardware: an A100, batch 32"


def test_without_that_batch_they_stand_at_the_first() -> None:
    (network,) = example().networks
    table = speed_table(replace(example(), networks=(replace(network, latency=network.latency[:1]),)))
    assert [row[-1] for row in table.rows] == [3.4]


def test_an_unknown_peak_is_said_to_be_so() -> None:
    told = replace(example(), conditions=replace(CONDITIONS, peak_flops_per_s=None))
    assert "The device's peak is not known, so that no time was checked against it" in speed_table(told).notes


@pytest.mark.slow
def test_lenet_is_measured_in_earnest(own_builder: str) -> None:
    pytest.importorskip("keras")
    speeds = modelzoo.latency("lenet5", own_builder, batches=(1, 4), limits=Limits(20, 2.0))
    assert speeds.faults == ()
    lenet, own = speeds.networks
    assert (lenet.total_params, lenet.input_shape) == (61_706, (32, 32, 1))
    assert (own.build, own.total_params) == (own_builder, 32 * 32 * 3 * 1000 + 1000)
    assert [one.batch for one in lenet.latency] == [1, 4]
    assert all(one.p50_ms > 0 and one.calls >= 5 for network in speeds.networks for one in network.latency)
    assert speeds.to_dict()["conditions"]["hardware"]["cores"] >= 1


CRASHING = """
import os

def network(*, input_shape, classes):
    os.abort()
"""


@pytest.mark.slow
def test_a_network_that_ends_its_process_does_not_keep_back_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("keras")
    (tmp_path / "crashing.py").write_text(CRASHING)
    monkeypatch.syspath_prepend(tmp_path)
    speeds = modelzoo.latency("crashing:network", "lenet5", batches=(1,), limits=Limits(20, 2.0), apart=True)
    assert speeds.faults == ("crashing:network: its process crashed; try it alone, with `batches` 1",)
    assert [network.model for network in speeds.networks] == ["lenet5"]

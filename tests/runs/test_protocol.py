"""Protocols: the conditions that runs of one table share."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.runs.protocol import dates_of, protocol_of, versions_of
from modelzoo.runs.record import OnGpu
from modelzoo.runs.run import Run, by_protocol

GLYPHS = {"name": "glyphs", "synthetic": True}


def runs_of(records: Iterable[Any]) -> list[Run]:
    return [Run(record, Path("none"), "local") for record in records]


@pytest.mark.parametrize(
    "fields",
    [
        {"dataset": {"name": "emnist-balanced"}},
        {"dataset": {"checksums": {"train": "cd"}}},
        {"dataset": {"train_images": 79_999}},
        {"dataset": {"validation_images": 9_999}},
        {"dataset": {"test_images": 9_999}},
        {"dataset": {"synthetic": True}},
        {"dataset": {"reading": "transposed = false"}},
        {"input_shape": (28, 32, 1)},
        {"input_shape": (32, 28, 1)},
        {"hardware": {"cpu": "EPYC"}},
        {"hardware": {"cores": 4}},
        {"hardware": {"gpu": "H200"}},
        {"precision": "mixed_bfloat16"},
        {"backend": "jax"},
    ],
    ids=lambda fields: "-".join(map(str, fields)),
)
def test_runs_that_differ_in_a_condition_are_in_different_tables(
    make_record: Callable[..., Any], fields: dict[str, Any]
) -> None:
    assert len(by_protocol(runs_of([make_record("lenet5"), make_record("mobilenet", **fields)]))) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"seed": 7},
        {"variant": "other"},
        {"recipe_name": "other"},
        {"input_shape": (32, 32, 3)},
        {"versions": {"keras": "3.11.0"}},
        {"dataset": {"title": "another title", "checksums": {"train": "ab"}}},
        {"hardware": {"memory_gb": 15.9, "system": "Linux 6.9", "driver": "550"}},
    ],
    ids=lambda fields: "-".join(map(str, fields)),
)
def test_facts_of_the_model_or_of_the_caption_separate_no_runs(
    make_record: Callable[..., Any], fields: dict[str, Any]
) -> None:
    assert len(by_protocol(runs_of([make_record("lenet5"), make_record("mobilenet", **fields)]))) == 1


def test_the_protocol_with_most_models_comes_first_then_real_images_then_the_newest(
    make_record: Callable[..., Any],
) -> None:
    records = [
        make_record("lenet5", dataset=GLYPHS, finished="2026-03-01T00:00:00Z"),
        make_record("lenet5", backend="jax", finished="2026-01-01T00:00:00Z"),
        make_record("lenet5", backend="torch", finished="2026-02-01T00:00:00Z"),
        make_record("lenet5"),
        make_record("mobilenet"),
        # More runs of one model are not more models.
        *(make_record("lenet5", backend="jax", seed=seed, finished="2026-01-01T00:00:00Z") for seed in (1, 2, 3)),
    ]
    found = [(protocol.dataset, protocol.backend) for protocol in by_protocol(runs_of(records))]
    assert found == [("emnist47", "tensorflow"), ("emnist47", "torch"), ("emnist47", "jax"), ("glyphs", "tensorflow")]


def test_synthetic_images_are_named(make_record: Callable[..., Any]) -> None:
    protocol = protocol_of(make_record("lenet5", dataset=GLYPHS))
    assert protocol.data == "glyphs (synthetic)"
    assert "synthetic images" in protocol.sentence
    assert "synthetic" not in protocol_of(make_record("lenet5")).sentence


def test_a_reading_that_is_not_the_usual_one_is_named(make_record: Callable[..., Any]) -> None:
    turned = protocol_of(make_record("lenet5", dataset={"reading": "transposed = false"}))
    assert "emnist47 (EMNIST images, 47 classes), read with transposed = false: 80,000" in turned.sentence
    usual = protocol_of(make_record("lenet5"))
    assert usual.reading == "usual"
    assert "read with" not in usual.sentence


def test_versions_and_dates_that_differ_are_all_named(make_record: Callable[..., Any]) -> None:
    newer = make_record(
        "mobilenet",
        versions={"keras": "3.11.0", "tensorflow": "2.19.0"},
        hardware={"gpu": "H200", "driver": "550"},
        finished="2026-02-01T00:00:00Z",
    )
    records = [make_record("lenet5"), newer]
    parts = versions_of(records).split(", ")
    assert parts[:2] == ["tensorflow 2.19.0", "keras 3.10.0 and 3.11.0"]
    assert parts[2:] == ["python 3.12.1", "driver 550", "host Xeon 8481C (2 cores)"]
    assert dates_of(records) == "2026-01-05 to 2026-02-01"
    assert dates_of(records[:1]) == "2026-01-05"


def on_gpu(make_record: Callable[..., Any], model: str, tf32: bool = True, **differs: Any) -> Any:
    facts = OnGpu(tf32=tf32, deterministic=False)
    return make_record(model, on_gpu=facts, **{"backend": "jax", "hardware": {"gpu": "NVIDIA H200"}, **differs})


@pytest.mark.parametrize(
    "differs",
    [{"hardware": {"gpu": "NVIDIA H100"}}, {"tf32": False}, {"precision": "mixed_bfloat16"}, {"backend": "tensorflow"}],
    ids=lambda differs: next(iter(differs)),
)
def test_runs_on_gpus_are_separated_by_gpu_precision_and_backend(
    make_record: Callable[..., Any], differs: dict[str, Any]
) -> None:
    assert len(by_protocol(runs_of([on_gpu(make_record, "lenet5"), on_gpu(make_record, "mobilenet", **differs)]))) == 2


def test_the_host_of_a_gpu_separates_no_runs_and_is_in_the_caption(make_record: Callable[..., Any]) -> None:
    host = {"cpu": "EPYC", "cores": 1, "memory_gb": 128.0, "system": "Linux 6.9", "driver": "550"}
    records = [
        on_gpu(make_record, "lenet5"),
        on_gpu(make_record, "mobilenet", hardware={"gpu": "NVIDIA H200", **host}),
        # Two runs on a mixed precision share it, whatever is true of products that they do not compute.
        on_gpu(make_record, "vgg16", precision="mixed_bfloat16"),
        on_gpu(make_record, "resnet50", precision="mixed_bfloat16", tf32=False),
    ]
    assert [len(runs) for runs in by_protocol(runs_of(records)).values()] == [2, 2]
    assert versions_of(records[:2]).endswith("driver 550, host EPYC (1 core) and Xeon 8481C (2 cores)")


def test_the_hardware_is_the_gpu_or_the_cpu_without_one(make_record: Callable[..., Any]) -> None:
    assert protocol_of(make_record("lenet5")).hardware == "Xeon 8481C (2 cores), no GPU"
    assert protocol_of(make_record("lenet5", hardware={"cores": 1})).hardware == "Xeon 8481C (1 core), no GPU"
    gpu = protocol_of(on_gpu(make_record, "lenet5"))
    assert gpu.hardware == "NVIDIA H200"
    assert gpu.sentence.endswith("; NVIDIA H200; float32 with products in TF32")

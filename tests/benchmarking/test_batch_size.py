"""The largest batch that fits: tried upward, stopped in time, told; what the steps take is made up here."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from modelzoo.benchmarking import batch_size, trial
from modelzoo.benchmarking.batch_size import with_largest_batch
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.trial import try_steps
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import ZooError
from modelzoo.machine import hardware, limits
from modelzoo.recipes.recipe import Recipe
from modelzoo.training.failure import Failure, out_of_memory


@pytest.fixture
def spec(make_record: Any) -> RunSpec:
    from modelzoo.catalog.catalog import load_catalog

    return RunSpec(
        model=load_catalog().model("lenet5"),
        variant="lenet5",
        recipe_name="tiny",
        recipe=Recipe(title="Tiny", batch_size=128),
        epochs=1,
        seed=0,
        dataset=make_record("lenet5", dataset={"train_images": 3000, "classes": 4}).dataset,
        input_shape=(32, 32, 1),
        backend="tensorflow",
        precision="float32",
    )


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes tried, of which each takes 100 MB and 2 more an image, on a machine of 1,000 MB without a GPU."""
    sizes: list[int] = []

    def try_in_worker(spec: RunSpec, splits: Any, *, folder: Path, limit_s: float | None) -> float:
        sizes.append(spec.recipe.batch_size)
        return 100.0 + 2 * sizes[-1]

    monkeypatch.setattr(batch_size, "try_in_worker", try_in_worker)
    monkeypatch.setattr(limits, "memory_limit_bytes", lambda: 1_000_000_000)
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    return sizes


def found(spec: RunSpec, events: list[Any]) -> int:
    return with_largest_batch(spec, None, events.append, folder=Path("folder")).recipe.batch_size


def test_on_a_cpu_the_largest_within_half_the_memory_is_found_and_no_larger_one_is_tried(
    spec: RunSpec, tried: list[int], events: list[Any]
) -> None:
    assert found(spec, events) == 128  # 356 MB; 256 would take 612
    assert tried == [16, 32, 64, 128]
    assert [event.text for event in events] == [
        *(f"LeNet-5: trying batch size {size}" for size in tried),
        "LeNet-5: batch size 128 is the largest that fits (256 takes more memory than it may); `batch_size` 128 "
        "gives the same run",
    ]


def test_on_a_gpu_the_sizes_go_up_until_one_does_not_fit(
    spec: RunSpec, tried: list[int], events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    real = batch_size.try_in_worker
    for exceeded in (None, out_of_memory(512)):
        tried.clear()

        def try_in_worker(*given: Any, exceeded: Any = exceeded, **named: Any) -> Any:
            peak_mb = real(*given, **named)
            return exceeded if tried[-1] == 512 else peak_mb

        monkeypatch.setattr(batch_size, "try_in_worker", try_in_worker)
        assert found(spec, events) == 256
        assert tried == [16, 32, 64, 128, 256, 512]


def test_the_next_size_is_not_tried_where_the_growth_so_far_would_exceed_the_share(
    spec: RunSpec, tried: list[int], events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first size has none before it: 132 MB at 16 images are not 132 MB of growth, and 32 is tried."""
    monkeypatch.setattr(limits, "memory_limit_bytes", lambda: 330_000_000)  # 165 MB may be used
    assert found(spec, events) == 32  # 164 MB
    assert tried == [16, 32]  # 164 MB and twice the growth of 32 MB are 228 MB


@pytest.mark.parametrize(
    ("images", "most", "why"), [(3000, 1024, "1,024 is the most that is tried"), (100, 64, "there are 100 training")]
)
def test_there_is_an_end_of_it(
    spec: RunSpec,
    tried: list[int],
    events: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    images: int,
    most: int,
    why: str,
) -> None:
    from dataclasses import replace

    import msgspec

    monkeypatch.setattr(limits, "memory_limit_bytes", lambda: 0)  # a machine that does not tell
    fewer = replace(spec, dataset=msgspec.structs.replace(spec.dataset, train_images=images))
    assert found(fewer, events) == most
    assert why in events[-1].text


def test_what_fits_nowhere_and_what_fails_otherwise_is_an_error(
    spec: RunSpec, events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_size, "try_in_worker", lambda *given, **named: None)
    with pytest.raises(ZooError, match="LeNet-5 does not fit into memory at batch size 16; try a smaller `image_size`"):
        found(spec, events)
    monkeypatch.setattr(batch_size, "try_in_worker", lambda *given, **named: Failure("its process ended with code 1"))
    with pytest.raises(ZooError, match="LeNet-5 at batch size 16: its process ended with code 1"):
        found(spec, events)


@pytest.mark.parametrize(("error", "fits"), [(None, True), (MemoryError(), False)])
def test_a_trial_trains_whole_batches_as_a_run_would(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch, error: Any, fits: bool
) -> None:
    seen: list[int] = []

    def train_epoch(split: Any, order: Any, on_step: Any, figures: Any) -> None:
        seen.append(len(split))
        if error:
            raise error

    engine = SimpleNamespace(train_epoch=train_epoch, evaluate=lambda split: None, weights=list)
    monkeypatch.setattr(trial, "engine_of", lambda spec, data: engine)
    split = Split(np.zeros((300, 28, 28), np.uint8), np.zeros(300, np.int64))
    peak_mb = try_steps(spec, Splits(split, split, split, ("a", "b", "c", "d")))
    assert (peak_mb is not None) == fits
    assert seen == [256]


@pytest.mark.parametrize(("frozen", "tried"), [(3, 0), ("all", "all")], ids=["fine-tuning", "probe"])
def test_a_trial_trains_all_layers_unless_the_run_never_does(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch, frozen: Any, tried: Any
) -> None:
    asked: list[RunSpec] = []

    def engine_of(spec: RunSpec, data: Splits) -> Any:
        asked.append(spec)
        return SimpleNamespace(train_epoch=lambda *given: None, evaluate=lambda split: None, weights=list)

    monkeypatch.setattr(trial, "engine_of", engine_of)
    recipe = msgspec.structs.replace(spec.recipe, weights="mine.weights.h5", frozen_epochs=frozen)
    split = Split(np.zeros((300, 28, 28), np.uint8), np.zeros(300, np.int64))
    try_steps(replace(spec, recipe=recipe), Splits(split, split, split, ("a", "b", "c", "d")))
    assert [spec.recipe.frozen_epochs for spec in asked] == [tried]

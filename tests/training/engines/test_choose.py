"""Which engine a backend and a device get; the engines are made up here."""

from typing import Any

import pytest

from modelzoo.recipes.recipe import Recipe
from modelzoo.training.engines.choose import make_engine

pytestmark = pytest.mark.xdist_group("keras")


@pytest.mark.parametrize(
    ("backend", "gpu", "kind", "chosen", "recipe"),
    [
        ("jax", True, None, "KerasEngine", Recipe(title="t", weights="imagenet", frozen_epochs=2)),
        ("tensorflow", False, None, "KerasEngine", Recipe(title="t")),
        ("tensorflow", True, None, "KerasEngine", Recipe(title="t")),
        ("torch", True, None, "KerasEngine", Recipe(title="t")),
        ("jax", False, None, "KerasEngine", Recipe(title="t")),
        ("jax", True, None, "ScanEngine", Recipe(title="t")),
        ("jax", False, "scan", "ScanEngine", Recipe(title="t")),
        ("jax", True, "fit", "KerasEngine", Recipe(title="t")),
    ],
)
def test_a_gpu_under_jax_gets_the_loop_without_frozen_epochs_and_all_else_fit_unless_asked(
    backend: str, gpu: bool, kind: Any, chosen: str, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, Any]] = []
    monkeypatch.setattr("keras.backend.backend", lambda: backend)
    monkeypatch.setattr("modelzoo.machine.hardware.has_gpu", lambda: gpu)
    for module, name in (("scan_engine", "ScanEngine"), ("keras_engine", "KerasEngine")):
        monkeypatch.setattr(
            f"modelzoo.training.engines.{module}.{name}", lambda *given, name=name, **named: made.append((name, named))
        )
    given: dict[str, Any] = {"image_shape": (28, 28), "classes": 4, "seed": 0, "steps": 5}
    make_engine("modelzoo:lenet5", recipe, kind=kind, **given)
    assert made == [(chosen, given)]
    made.clear()
    make_engine("modelzoo:lenet5", Recipe(title="t"), kind=kind, in_memory=False, **given)
    assert made == [("ScanEngine" if kind == "scan" else "KerasEngine", given)]

"""Facts that hold on a GPU alone; the backends are made up here."""

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from modelzoo.machine import gpu_facts, hardware
from modelzoo.runs.record import OnGpu


@pytest.fixture
def under(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that a backend, made up of these parts, computes on a GPU of this capability."""
    for name in ("NVIDIA_TF32_OVERRIDE", "XLA_FLAGS"):
        monkeypatch.delenv(name, raising=False)

    def pretend(backend: str, module: Any, capability: float | None = 9.0) -> None:
        monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(backend=SimpleNamespace(backend=lambda: backend)))
        monkeypatch.setitem(sys.modules, backend, module)
        monkeypatch.setattr(hardware, "has_gpu", lambda: True)
        monkeypatch.setattr(hardware, "card", lambda: hardware.Card("Made Up", "550", capability))

    return pretend


def jax(precision: str | None = None, stats: Any = None) -> SimpleNamespace:
    config = SimpleNamespace(jax_default_matmul_precision=precision)
    return SimpleNamespace(config=config, devices=lambda: [SimpleNamespace(memory_stats=lambda: stats)])


def facts() -> OnGpu:
    found = gpu_facts.on_gpu()
    assert found is not None
    return found


def test_without_a_gpu_there_are_no_facts_of_one(under: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    under("jax", jax())
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    assert gpu_facts.on_gpu() is None


@pytest.mark.parametrize(
    ("precision", "tf32"),
    [
        (None, True),
        ("default", True),
        ("bfloat16", True),
        ("tensorfloat32", True),
        ("high", True),
        ("TF32_TF32_F32", True),
        ("highest", False),
        ("float32", False),
        ("F32_F32_F32", False),
        ("TF32_TF32_F32_X3", False),
    ],
)
def test_jax_computes_in_tf32_unless_it_is_asked_for_more(under: Any, precision: str | None, tf32: bool) -> None:
    under("jax", jax(precision))
    assert facts().tf32 == tf32


@pytest.mark.parametrize(("capability", "tf32"), [(7.5, False), (None, None), (8.0, True), (12.0, True)])
def test_tf32_needs_a_gpu_that_has_it(under: Any, capability: float | None, tf32: bool | None) -> None:
    under("jax", jax(), capability)
    assert facts().tf32 is tf32


@pytest.mark.parametrize(("override", "tf32"), [("0", False), ("1", True)])
def test_nvidia_s_variable_turns_tf32_off(
    under: Any, monkeypatch: pytest.MonkeyPatch, override: str, tf32: bool
) -> None:
    under("jax", jax())
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", override)
    assert facts().tf32 == tf32


@pytest.mark.parametrize(
    ("flags", "deterministic"),
    [
        ("", False),
        ("--xla_gpu_deterministic_ops=true", True),
        ("--xla_gpu_autotune_level=0 --xla_gpu_exclude_nondeterministic_ops", False),
        ("--xla_gpu_deterministic_ops=1", True),
        ("--xla_gpu_deterministic_ops=false", False),
        ("--xla_gpu_deterministic_ops=true --xla_gpu_deterministic_ops=false", False),
        ("--xla_gpu_deterministic_ops_of_another_kind=true", False),
    ],
)
def test_jax_is_deterministic_where_xla_s_flags_say_so(
    under: Any, monkeypatch: pytest.MonkeyPatch, flags: str, deterministic: bool
) -> None:
    under("jax", jax())
    monkeypatch.setenv("XLA_FLAGS", flags)
    assert facts().deterministic == deterministic


@pytest.mark.parametrize(("stats", "peak"), [({"peak_bytes_in_use": 1_234_560_000}, 1234.6), ({}, None), (None, None)])
def test_the_peak_of_jax_is_in_millions_of_bytes_where_it_is_known(under: Any, stats: Any, peak: float | None) -> None:
    under("jax", jax(stats=stats))
    assert facts().peak_memory_mb == peak


def test_a_gpu_that_answers_no_more_does_not_keep_the_record_from_being_written(under: Any) -> None:
    def fail() -> None:
        raise RuntimeError("CUDA_ERROR_ILLEGAL_ADDRESS")

    broken = jax()
    broken.devices = fail
    under("jax", broken)
    assert facts() == OnGpu(tf32=True, deterministic=False, peak_memory_mb=None)


@pytest.mark.parametrize("enabled", [True, False])
def test_tensorflow_says_itself(under: Any, monkeypatch: pytest.MonkeyPatch, enabled: bool) -> None:
    reset: list[str] = []
    experimental = SimpleNamespace(
        tensor_float_32_execution_enabled=lambda: enabled,
        get_memory_info=lambda device: {"current": 1, "peak": 5_000_000} if device == "GPU:0" else {},
        reset_memory_stats=reset.append,
    )
    module = SimpleNamespace(
        config=SimpleNamespace(experimental=experimental, list_physical_devices=lambda kind: [kind])
    )
    under("tensorflow", module)
    monkeypatch.setitem(
        sys.modules,
        "tensorflow.python.framework.config",
        SimpleNamespace(is_op_determinism_enabled=lambda: not enabled),
    )
    assert facts() == OnGpu(tf32=enabled, deterministic=not enabled, peak_memory_mb=5.0)
    hardware.reset_peak_memory()
    assert reset == ["GPU:0"]


@pytest.mark.parametrize(("products", "convolutions"), [(False, False), (False, True), (True, False)])
def test_pytorch_says_itself(under: Any, products: bool, convolutions: bool) -> None:
    reset: list[bool] = []
    cuda = SimpleNamespace(
        is_available=lambda: True,
        max_memory_allocated=lambda: 7_000_000,
        reset_peak_memory_stats=lambda: reset.append(True),
    )
    backends = SimpleNamespace(
        cuda=SimpleNamespace(matmul=SimpleNamespace(allow_tf32=products)),
        cudnn=SimpleNamespace(allow_tf32=convolutions),
    )
    under("torch", SimpleNamespace(backends=backends, cuda=cuda, are_deterministic_algorithms_enabled=lambda: True))
    assert facts() == OnGpu(tf32=products or convolutions, deterministic=True, peak_memory_mb=7.0)
    hardware.reset_peak_memory()
    assert reset == [True]


@pytest.mark.xdist_group("keras")
def test_what_is_asked_of_tensorflow_has_these_names() -> None:
    tf = pytest.importorskip("tensorflow")
    assert gpu_facts._allows_tf32("tensorflow") == tf.config.experimental.tensor_float_32_execution_enabled()
    assert gpu_facts.tensorflow_is_deterministic() in (True, False)
    assert callable(tf.config.experimental.get_memory_info)
    assert callable(tf.config.experimental.reset_memory_stats)


def test_jax_has_the_precisions_that_are_told_from_each_other() -> None:
    jax = pytest.importorskip("jax")
    aliases = [name for name in gpu_facts._JAX_TF32 if name != "TF32_TF32_F32"]
    assert {jax.lax.Precision(name) for name in aliases} == {jax.lax.Precision.DEFAULT, jax.lax.Precision.HIGH}
    assert jax.lax.Precision("float32") == jax.lax.Precision.HIGHEST
    assert hasattr(jax.lax.DotAlgorithmPreset, "TF32_TF32_F32")

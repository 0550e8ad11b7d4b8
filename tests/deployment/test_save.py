"""Saving a run as one file, which is tested first."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelzoo
from modelzoo.benchmarking.run_spec import split_data
from modelzoo.datasets.dataset import DataSet
from modelzoo.deployment import formats, save
from modelzoo.deployment.formats import FORMATS
from modelzoo.errors import ZooError
from modelzoo.runs.events import Measuring

pytestmark = [pytest.mark.xdist_group("keras"), pytest.mark.usefixtures("deploy")]


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
def test_a_file_gives_the_probabilities_of_the_run(
    to: Any, savings: Callable[..., Any], run_folder: Path, tiny: DataSet
) -> None:
    saving = savings(to)
    path, made = saving.path, saving.made
    assert made.agreement is not None
    validation = len(split_data(tiny, None, lambda _: None)[0].validation)
    assert made.agreement.images == validation + len(tiny.test)  # 50 validation images are all there are
    assert made.agreement.holds
    assert made.size_mb == path.stat().st_size / 1e6
    assert Measuring(f"{path.name} against the network of the run") in saving.told
    opened, original = modelzoo.load_model(path), modelzoo.load_model(run_folder)
    assert opened.facts == original.facts
    images = tiny.test.images
    np.testing.assert_allclose(opened.probabilities(images), original.probabilities(images), atol=1e-5)


@pytest.mark.slow
def test_int8_computes_in_whole_numbers_and_its_loss_is_tested_on_all_test_images(
    savings: Callable[..., Any], tiny: DataSet
) -> None:
    saving = savings("litert", int8=True)
    path, made = saving.path, saving.made
    assert made.int8 is not None
    assert made.agreement is None
    assert made.int8.images == len(tiny.test)
    network = modelzoo.load_model(path)
    assert network.facts.int8
    correct = network.probabilities(tiny.test.images).argmax(axis=1) == tiny.test.labels
    assert made.int8.accuracy_int8 == pytest.approx(100 * correct.mean())
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), experimental_op_resolver_type=_without_delegate())
    operations = {operation["op_name"]: operation for operation in interpreter._get_ops_details()}
    kinds = {each["index"]: each["dtype"] for each in interpreter.get_tensor_details()}
    for name in ("CONV_2D", "FULLY_CONNECTED"):
        assert {kinds[index] for index in operations[name]["inputs"]} == {np.int8, np.int32}, name
    assert kinds[operations["SOFTMAX"]["inputs"][0]] == np.float32


def _without_delegate() -> Any:
    from ai_edge_litert.interpreter import OpResolverType

    return OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES


def test_a_file_that_computes_something_else_is_refused_and_not_written(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def corrupted(model: Any, facts: Any, calibration: Any) -> bytes:
        weights = model.get_weights()
        model.set_weights([*weights[:-1], weights[-1] + np.linspace(0, 0.1, len(weights[-1]))])
        content = FORMATS["keras"].export(model, facts, calibration)
        model.set_weights(weights)  # shared with the network of the run
        return content

    monkeypatch.setattr(save, "FORMATS", {"keras": replace(FORMATS["keras"], export=corrupted)})
    path = tmp_path / "net.keras"
    with pytest.raises(ZooError, match=r"no file was written: probabilities of 130 images differ by up to 0\.0"):
        modelzoo.save(run_folder, "keras", path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"to": "onnx", "int8": True}, "`int8` is for litert alone"),
        ({"to": "onnx", "output": "net.tflite"}, r"`output` is net.tflite; expected a name that ends in \.onnx"),
        ({"to": "onnx", "output": "nowhere/net.onnx"}, "`output` is nowhere/net.onnx, whose folder does not exist"),
        ({"to": "onnx", "output": "there.onnx"}, "there.onnx exists; replace it with `force`"),
        ({"to": "tensorrt"}, "to is 'tensorrt'; expected 'keras', 'onnx' or 'litert'"),
        ({"to": "onnx", "run": "nosuch"}, "unknown run 'nosuch'"),
        ({"to": "keras", "dataset": "glyphs"}, "glyphs at hand is not the data set of .*checksums differ"),
    ],
)
def test_options_that_cannot_be_used_are_errors(
    run_folder: Path, given: dict[str, Any], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.onnx").touch()
    with pytest.raises(ZooError, match=words):
        modelzoo.save(**({"run": run_folder} | given))
    assert [path.name for path in tmp_path.iterdir()] == ["there.onnx"]


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelzoo.machine.requirements.find_spec", lambda name: None)
    with pytest.raises(ZooError, match=r"needs tf2onnx; pip install .*\[deploy\]"):
        modelzoo.save(run_folder, "onnx")


def test_another_backend_writes_no_onnx_and_the_error_says_how(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "backend_name", lambda: "jax")
    with pytest.raises(ZooError, match="KERAS_BACKEND=tensorflow"):
        modelzoo.save(run_folder, "litert")


@pytest.mark.parametrize("suffix", [".onnx", ".tflite", ".keras"])
def test_a_damaged_file_is_an_error_with_its_name(suffix: str, saved: Callable[..., Path], tmp_path: Path) -> None:
    whole = saved({".onnx": "onnx", ".tflite": "litert", ".keras": "keras"}[suffix]).read_bytes()
    for name, content in {"cut": whole[: len(whole) // 2], "other": b"no network", "empty": b""}.items():
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(content)
        with pytest.raises(ZooError, match=f"{name}{suffix}"):
            modelzoo.load_model(path)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"net\.onnx"):
        modelzoo.load_model(tmp_path / "net.onnx")


def test_the_images_of_a_test_are_of_all_classes() -> None:
    ordered = np.arange(1000) // 250
    sample = save._sample(ordered, 40)
    assert sample.tolist() == sorted(sample)
    assert np.bincount(sample).min() >= 4
    assert save._sample(ordered[:7], 40).tolist() == [0] * 7

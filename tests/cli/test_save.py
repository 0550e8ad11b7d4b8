"""`zoo save`: what it prints of a result."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.deployment.agreement import Agreement
from modelzoo.deployment.int8_loss import Int8Loss
from modelzoo.deployment.save import Saved
from modelzoo.errors import ZooError

FLOAT = Saved(
    run="lenet5-1", file="lenet5-1.onnx", format="onnx", size_mb=0.264342, runtime="onnxruntime 1.32.0, 2 threads",
    agreement=Agreement(images=2136, difference=1.66e-06, other_first=0),
)  # fmt: skip
INT8 = Saved(
    run="lenet5-1", file="lenet5-1-int8.tflite", format="litert", size_mb=0.079391, runtime="LiteRT 2.3.0, 2 threads",
    int8=Int8Loss(
        images=1880, accuracy=69.3617, accuracy_int8=68.3085, difference=-1.0532, low=-1.5, high=-0.6, p=0.001
    ),
)  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Save nothing: keep the options of each call."""
    calls: list[dict[str, Any]] = []

    def save(run: str, to: str, output: Any, *, report: Any, **options: Any) -> Saved:
        calls.append({"run": run, "to": to, "output": output} | options)
        if run == "none":
            raise ZooError("lenet5-1.onnx exists; replace it with `force`, or name another file with `output`")
        return INT8 if options["int8"] else FLOAT

    monkeypatch.setattr("modelzoo.deployment.save.save", save)
    return calls


@pytest.mark.usefixtures("asked")
def test_the_file_and_its_test_are_printed(zoo: Callable[..., Any], golden: Callable[[str, str], None]) -> None:
    golden("save.txt", zoo("save", "lenet5-1", "--to", "onnx").out)
    golden("save-int8.txt", zoo("save", "lenet5-1", "--to", "litert", "--int8").out)


@pytest.mark.usefixtures("asked")
def test_json_has_full_precision(zoo: Callable[..., Any]) -> None:
    printed = json.loads(zoo("save", "lenet5-1", "--to", "onnx", "--json").out)
    assert printed["size_mb"] == 0.264342
    assert printed["agreement"] == {"images": 2136, "difference": 1.66e-06, "other_first": 0}


def test_options_are_passed_on(zoo: Callable[..., Any], asked: list[dict[str, Any]]) -> None:
    zoo("save", "lenet5", "--to", "keras", "--output", "a.keras", "--force", "--dataset", "glyphs", "--data-dir", "d",
        "--runs", "r")  # fmt: skip
    assert asked == [
        {"run": "lenet5", "to": "keras", "output": Path("a.keras"), "int8": False, "force": True, "dataset": "glyphs",
         "data_dir": Path("d"), "runs": Path("r")}
    ]  # fmt: skip


@pytest.mark.usefixtures("asked")
def test_an_error_names_the_options(zoo: Callable[..., Any]) -> None:
    printed = zoo("save", "none", "--to", "onnx")
    assert (printed.code, printed.out) == (1, "")
    assert "replace it with --force, or name another file with --output" in printed.err


def test_a_format_is_required_and_known(zoo: Callable[..., Any]) -> None:
    assert zoo("save", "lenet5-1").code == 2
    printed = zoo("save", "lenet5-1", "--to", "tensorrt")
    assert printed.code == 2
    assert "keras" in printed.err

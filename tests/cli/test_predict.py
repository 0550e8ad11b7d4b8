"""`zoo predict`: what it prints of predictions."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.deployment.predict import Predicted, Prediction

IMAGES = (
    Prediction(image="photos/a.jpg", classes=("cat", "dog", "=1+1"), probabilities=(0.9, 0.0625, 0.0375)),
    Prediction(image="photos/b\x1b.jpg", classes=("dog", "cat", "=1+1"), probabilities=(0.5, 0.3, 0.2)),
)


@pytest.fixture
def predicted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Predict nothing; the list has the arguments, then the problems and the other files of the result."""
    asked: list[Any] = [(), 0]

    def predict(network: Any, images: Any, top: int) -> Predicted:
        problems, others = asked[:2]
        asked.append((network, images, top))
        return Predicted(network="net.onnx", model="LeNet-5", images=IMAGES, problems=problems, others=others)

    monkeypatch.setattr("modelzoo.deployment.load.load_model", lambda name, runs, report: f"{name} in {runs}")
    monkeypatch.setattr("modelzoo.deployment.predict.predict", predict)
    return asked


def test_a_table_has_a_row_for_each_image(
    zoo: Callable[..., Any], golden: Callable[[str, str], None], predicted: list[Any]
) -> None:
    printed = zoo("predict", "net.onnx", "photos", "--top", "3")
    golden("predict.txt", printed.out)
    assert (printed.code, printed.err) == (0, "")
    assert predicted[-1] == ("net.onnx in None", ["photos"], 3)


@pytest.mark.usefixtures("predicted")
def test_the_csv_has_a_column_for_each_class(zoo: Callable[..., Any], golden: Callable[[str, str], None]) -> None:
    golden("predict.csv", zoo("predict", "net.onnx", "photos", "--format", "csv").out)


@pytest.mark.usefixtures("predicted")
def test_json_has_full_precision(zoo: Callable[..., Any]) -> None:
    printed = json.loads(zoo("predict", "net.onnx", "photos", "--json").out)
    assert printed["images"][0] == {
        "image": "photos/a.jpg",
        "classes": ["cat", "dog", "=1+1"],
        "probabilities": [0.9, 0.0625, 0.0375],
    }


def test_broken_files_are_warnings_and_exit_code_3(zoo: Callable[..., Any], predicted: list[Any]) -> None:
    predicted[:2] = ("photos/c.jpg cannot be read as an image",), 2
    printed = zoo("predict", "net.onnx", "photos")
    assert printed.code == 3
    assert printed.err.splitlines() == [
        "zoo: note: files that are no images were left out: 2",
        "zoo: warning: photos/c.jpg cannot be read as an image",
    ]


def test_a_run_that_is_missing_is_an_error(zoo: Callable[..., Any]) -> None:
    printed = zoo("predict", "nosuch", "a.png")
    assert printed.code == 1
    assert "unknown run 'nosuch'" in printed.err

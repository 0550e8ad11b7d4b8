"""`zoo plot` at the command line."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelzoo.base import paths

pytest.importorskip("matplotlib")

BEGINS = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}


@pytest.fixture(autouse=True)
def runs(make_record: Callable, write_run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two models of ten classes in ./runs, and nothing shipped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    labels = np.arange(200) % 10
    for model, wrong in (("lenet5", 40), ("mobilenet", 20)):
        predicted = labels.copy()
        predicted[:wrong] = (predicted[:wrong] + 1) % 10
        facts = {"classes": 10, "test_images": 200}
        record = make_record(model, id=f"{model}-0123", correct=200 - wrong, dataset=facts)
        write_run(tmp_path / "runs", record, predicted, labels)


@pytest.mark.parametrize(
    ("arguments", "form", "words"),
    [
        (("rank", "--top", "4"), ".svg", "Scores by top5, gpu, params: the best 4 of 14 models"),
        (("pareto", "--by", "top1,params", "--source", "keras"), ".pdf", ""),
        (("robust", "--samples", "1000", "--order", "gpu > params > top5"), ".png", ""),
        (("curves", "lenet5-01", "mobilenet-01"), ".svg", "mobilenet"),
        (("confusion", "lenet5-01"), ".svg", "Confusion matrix of lenet5"),
        (("confusion", "lenet5", "mobilenet"), ".svg", "difference (percentage points)"),
        (("calibration", "lenet5-01"), ".svg", "Calibration of lenet5"),
        (("classes", "lenet5-01", "--top", "3"), ".svg", "the worst 3 of 10 classes"),
        (("latency", "lenet5-01", "mobilenet-01"), ".pdf", ""),
        (("board",), ".svg", "MobileNet"),
    ],
)
def test_each_kind_is_written_and_named_on_stderr(
    zoo: Callable, arguments: tuple[str, ...], form: str, words: str
) -> None:
    printed = zoo("plot", *arguments, "-o", f"chart{form}")
    assert (printed.code, printed.out) == (0, "")
    assert printed.err.endswith(f"zoo: note: wrote chart{form}\n")
    written = Path(f"chart{form}").read_bytes()
    assert written.startswith(BEGINS[form])
    assert words.encode() in written


def test_a_data_set_is_drawn(zoo: Callable) -> None:
    np.savez(
        "own.npz",
        **{f"x_{part}": np.full((4, 8, 8), 200, np.uint8) for part in ("train", "test")},
        **{f"y_{part}": np.array([0, 1, 0, 1]) for part in ("train", "test")},
    )
    printed = zoo("plot", "data", "own.npz", "--output", "data.svg")
    assert (printed.code, printed.out) == (0, "")
    assert "training images of each class" in Path("data.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("curves", "nothing", "-o", "a.gif"), "suffix '.gif'; expected one of .png, .svg, .pdf"),
        (("curves", "nothing", "-o", "none/a.svg"), "no folder none; choose one that exists"),
        (("curves", "nothing", "-o", "a.svg"), "unknown run 'nothing'"),
    ],
)
def test_an_error_is_one_line_and_the_file_is_checked_first(
    zoo: Callable, arguments: tuple[str, ...], message: str
) -> None:
    printed = zoo("plot", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert message in printed.err
    assert printed.err.count("\n") == 1


def test_a_file_must_be_named(zoo: Callable) -> None:
    assert zoo("plot", "rank").code == 2


@pytest.mark.parametrize("arguments", [["plot", "--help"], ["plot", "rank", "--help"]])
def test_help_imports_no_matplotlib(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from modelzoo.cli import main\n"
        f"sys.argv = ['zoo', *{arguments!r}]\n"
        "try:\n    main()\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert {"pandas", "scipy", "keras", "matplotlib"}.isdisjoint(done.stderr.split())

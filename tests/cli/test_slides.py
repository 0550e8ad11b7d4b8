"""`zoo slides` at the command line."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in JSON")


def test_the_differences_as_a_table(zoo: Callable, golden: Callable) -> None:
    printed = zoo("slides")
    assert (printed.code, printed.err) == (0, "")
    golden("slides.txt", printed.out)


def test_the_differences_in_korean(zoo: Callable, golden: Callable) -> None:
    golden("slides-ko.md", zoo("slides", "--lang", "ko", "--format", "markdown").out)


def test_a_regenerated_table(zoo: Callable, golden: Callable) -> None:
    golden("slides-scores.txt", zoo("slides", "--table", "scores").out)
    golden("slides-by-params-ko.md", zoo("slides", "--table", "by_params", "--lang", "ko", "--format", "markdown").out)


def test_a_wide_terminal_has_the_scoring_slide_side_by_side(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    assert zoo("slides", "--table", "scores").out.count("Model") == 4
    monkeypatch.setenv("COLUMNS", "150")
    printed = zoo("slides", "--table", "scores")
    (heading,) = [line for line in printed.out.splitlines() if "Model" in line]
    assert heading.count("Model") == 4


def test_json_has_the_whole_comparison(zoo: Callable) -> None:
    result = json.loads(zoo("slides", "--json").out, parse_constant=refuse)
    assert set(result) >= {"differences", "order", "counts", "kendall_tau_positions", "kendall_tau_b_scores"}
    assert result["counts"]["different"] == len(result["differences"]) == 22
    assert result["counts"]["displaced"] == len(result["order"]) == 30


def test_json_of_a_regenerated_table(zoo: Callable) -> None:
    result = json.loads(zoo("slides", "--table", "scores", "--json").out, parse_constant=refuse)
    assert result["table"] == "scores"
    assert [len(rows) for rows in result["lists"]] == [28, 28, 28, 14]


def test_csv_has_addresses_and_full_precision(zoo: Callable) -> None:
    rows = list(csv.DictReader(io.StringIO(zoo("slides", "--format", "csv", "--lang", "ko").out)))
    assert len(rows) == 22 + 30
    (cell,) = [row for row in rows if (row["cell"], row["name"]) == ("scores.gpu_normalized", "EfficientNetB2")]
    assert float(cell["computed"]) == pytest.approx(1 - 3.1 / 58.2, abs=1e-15)
    assert (cell["printed"], cell["kind"]) == ("0.94", "rounded down")


@pytest.mark.parametrize("form", ["latex", "html"])
def test_every_form_carries_the_counts_and_the_reason(zoo: Callable, form: str) -> None:
    out = zoo("slides", "--format", form).out
    assert "812 cells compared" in out
    assert "because of one cell" in out


def test_a_catalog_without_printed_tables_is_an_error_of_one_line(zoo: Callable, tmp_path: Path) -> None:
    printed = zoo("slides", "--catalog", str(tmp_path / "none.csv"))
    assert printed.code == 1
    assert printed.err.startswith(f"zoo: {tmp_path / 'none.csv'}")
    assert printed.err.count("\n") == 1


def test_neither_keras_nor_pandas_is_imported() -> None:
    script = (
        "import sys; from modelzoo.slides.report import reproduce; reproduce(); "
        "print({'pandas', 'keras', 'tensorflow', 'matplotlib'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

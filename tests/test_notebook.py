"""The notebook of the documentation, executed: no cell fails, and each shows the stored output.

ZOO_WRITE_GOLDEN=1 writes the outputs into the notebook.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

# One process executes the notebook for all tests.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebook")]

PATH = Path(__file__).parents[1] / "docs" / "notebook.ipynb"
CELLS = [cell for cell in nbformat.read(PATH, as_version=4).cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Execute the notebook in an empty folder, so that only the shipped runs are there."""
    notebook = nbformat.read(PATH, as_version=4)
    root = str(PATH.parents[1])
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ZOO_RUNS", raising=False)
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")])))
        folder = str(tmp_path_factory.mktemp("notebook"))
        client = NotebookClient(notebook, timeout=300, record_timing=False, resources={"metadata": {"path": folder}})
        client.execute()
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"]}
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        nbformat.write(notebook, PATH)
    return notebook


def shown(outputs: Sequence[Any]) -> list[Any]:
    """Return what a reader sees: texts, the tables of results, and that there is a chart; pandas has its own HTML."""
    seen: list[Any] = []
    for output in outputs:
        data = output.get("data", {})
        table = data.get("text/html", "")
        seen.append((output.get("name"), output.get("text"), table if table.startswith("<figure>") else None))
        seen.append("chart" if "image/png" in data else data.get("text/plain"))
    return seen


@pytest.mark.parametrize("index", range(len(CELLS)), ids=lambda index: f"cell-{index + 1}")
def test_a_cell_shows_its_stored_output(executed: Any, index: int) -> None:
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert code[index].outputs
    assert shown(code[index].outputs) == shown(CELLS[index].outputs) or os.environ.get("ZOO_WRITE_GOLDEN")


def test_the_notebook_goes_from_a_ranking_to_a_chart() -> None:
    assert len(CELLS) == 10
    outputs = [output for cell in CELLS for output in cell.outputs]
    results = [output["data"]["text/plain"].partition("(")[0] for output in outputs if "data" in output]
    expected = ["Catalog", "Ranking", "Explanation", "Robustness", "Runs", "Leaderboard"]
    assert [name for name in dict.fromkeys(results) if name in expected] == expected
    assert any("image/png" in output.get("data", {}) for output in outputs)

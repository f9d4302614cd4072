"""The tutorials run from the first cell to the last, on less than they ask for."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

BOOKS = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.ipynb"))
# What each tagged cell says in the test: the same names, the same liquids, shorter runs.
SMALLER = {
    "1-your-own-trajectory": "N, T = 1000, 0.7\nduration, every = 24.0, 0.5",
    "2-mean-field-softness": "N = 1000\ntemperatures = [0.7, 1.0]\nduration, every = 3.0, 1.0\nq_max = 24.5",
    "3-learned-softness": "N, T = 1000, 0.7\nduration, every = 24.0, 0.5\nC = 0.1",
    "4-benchmark-of-indicators": (
        "N, T = 1000, 0.7\nduration, every = 24.0, 0.5\nthreshold, horizons = 0.145, [0.0, 4.0]"
    ),
    "5-isoconfigurational-ensemble": "N, T, n_runs = 1000, 0.7, 4\ntimes = [0.5, 1.0]",
}


def smaller(book: nbformat.NotebookNode, name: str) -> list[nbformat.NotebookNode]:
    """Its code cells, with the parameters of the test."""
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    (tagged,) = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    tagged.source = SMALLER[name]
    return cells


def test_every_tutorial_is_there_and_well_formed() -> None:
    assert [book.stem for book in BOOKS] == sorted(SMALLER)
    for path in BOOKS:
        nbformat.validate(nbformat.read(path, as_version=4))


def test_the_tutorials_run(tmp_path: Path) -> None:
    """One kernel for all, each from a clean namespace: starting one costs more than most cells."""
    merged = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    for path in BOOKS:
        merged.cells += smaller(nbformat.read(path, as_version=4), path.stem)
        merged.cells.append(
            nbformat.v4.new_code_cell("%reset -f\nfrom matplotlib import pyplot\npyplot.close('all')")
        )
    NotebookClient(merged, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [
        output
        for cell in merged.cells
        for output in cell.outputs
        if output.output_type in ("display_data", "execute_result")
    ]
    assert sum("image/png" in output.data for output in shown) >= 8
    assert any("<caption>" in output.data.get("text/html", "") for output in shown)
    warned = [out.text for cell in merged.cells for out in cell.outputs if out.get("name") == "stderr"]
    assert not warned, "".join(warned)
    assert (tmp_path / "coloured.gsd").exists()


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_a_tutorial_keeps_no_outputs(path: Path) -> None:
    """What a cell shows belongs to whoever runs it; stored, it would grow old in every clone."""
    cells = nbformat.read(path, as_version=4).cells
    assert all(
        not cell.outputs and cell.execution_count is None for cell in cells if cell.cell_type == "code"
    )

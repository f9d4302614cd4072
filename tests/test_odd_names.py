"""Folders and species of any name: all works there, and no name steers a terminal or breaks a page."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import supercooled as sc
from supercooled import report, store
from supercooled.errors import MixtureError, TrajectoryError
from supercooled.simulation.plain_paths import plain_folder, plainly, quoted
from supercooled.systems import kob_andersen, read_mixture

ODD = 'müller 日本 it\'s "q" $x %*&#\n\x1b[31m'
ESCAPE = "\x1b[31mred"
TABLE = """name: mono
species: [{name: A, fraction: 1}]
pairs: {A-A: {style: tabulated, file: it's 日本.txt, points: 500}}
"""


@pytest.fixture
def odd(tmp_path, monkeypatch):
    folder = tmp_path / ODD
    folder.mkdir()
    # what is temporary lies there too
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def simulate(liquid, root, **more):
    return sc.simulate(
        liquid, temperature=1.5, n_particles=200, every=0.05, start="lattice", hold=0.05, root=root,
        progress=False, **{"duration": 0.1} | more,
    )  # fmt: skip


def test_simulations_run_go_on_and_are_quenched_in_a_folder_of_any_name(odd):
    liquid = kob_andersen(density=1.2)
    simulate(liquid, odd / "runs")
    run = simulate(liquid, odd / "runs", duration=0.2)
    assert run.n_frames == 5
    still = store.quench_trajectory(
        run[:2], tolerance=1.0, minimiser="lammps-cg", root=odd / "runs", workers=1, progress=False
    )
    assert np.isfinite(still.positions()).all()
    assert sorted(p.name for p in odd.iterdir()) == ["runs"], "something temporary was left"


def test_a_table_in_a_folder_of_any_name_is_simulated(odd):
    r = np.linspace(0.7, 2.5, 200)
    energy = 4 * (r**-12 - r**-6) - 4 * (2.5**-12 - 2.5**-6)
    np.savetxt(odd / "it's 日本.txt", np.column_stack([r, energy - energy[-1]]))
    (odd / "mono.yaml").write_text(TABLE)
    run = simulate(sc.Liquid(read_mixture(odd / "mono.yaml"), 0.8), odd / "runs")
    assert run.n_frames == 3


def test_where_no_link_is_needed_there_is_none(tmp_path):
    with plainly(tmp_path / "checkpoint-0") as path:
        assert path == tmp_path / "checkpoint-0"
    with plainly(tmp_path / ODD) as path, plain_folder() as folder:
        assert quoted(path).isascii()
        assert path.resolve() == tmp_path / ODD
        assert quoted(folder).isascii()
    assert not path.is_symlink()


def test_the_commands_show_no_escapes_but_give_other_programs_the_name_as_it_is(odd):
    still = sc.Trajectory.from_arrays(np.zeros((1, 8, 3)), sc.Box.cube(5.0))
    sc.write_gsd(odd / "a.gsd", still)

    def said(*words):
        command = [sys.executable, "-m", "supercooled", *words]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run(command, capture_output=True, cwd=odd, env=environment, check=False)

    refused = said("dynamics", str(odd / "a.gsd"), "--temperature", "1", "--out", str(odd / "out"))
    assert refused.returncode == 2
    assert b"\x1b" not in refused.stderr
    assert b"Traceback" not in refused.stderr
    refused = said("dynamics", b"caf\xe9.gsd", "--temperature", "1")
    assert refused.returncode == 2
    assert b"is not text in UTF-8" in refused.stderr


@pytest.mark.parametrize("name", [ESCAPE, "A\x00B", "A\nB", "\x9b31m"])
def test_a_species_has_a_name_that_can_be_shown(name):
    with pytest.raises(TrajectoryError, match="cannot be printed"):
        sc.Trajectory.from_arrays(np.zeros((1, 1, 3)), sc.Box.cube(5.0), names=[name])
    with pytest.raises(MixtureError, match="cannot be printed"):
        sc.Mixture("x", (name,), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))


def test_tables_on_a_terminal_and_pages_hold_no_escapes(tmp_path):
    words = dict.fromkeys(("item", "quantity", "state", "unit", "note"), ESCAPE)
    near = report.Tolerance.relative(0.1)
    row = report.Row.judge(**words, published=1.0, measured=None, uncertainty=None, tolerance=near)
    told = io.StringIO()
    report.print_comparison([row], Path(ESCAPE), console=Console(file=told, width=120))
    assert "red" in told.getvalue()
    assert "\x1b" not in told.getvalue()
    provenance = {
        "parameters": {ESCAPE: ESCAPE},
        "runs": [{"file": ESCAPE}],
        "commands": [ESCAPE],
        "other": ESCAPE,
    }
    page = report.write(
        tmp_path / "out", title=ESCAPE, summary=ESCAPE, rows=[row], results={}, provenance=provenance
    )
    assert "\x1b" not in page.read_text()


def test_the_command_line_prints_in_one_way():
    """Whoever prints otherwise would have to look after escapes by himself."""
    for path in (Path(sc.__file__).parent / "cli").glob("*.py"):
        if path.name != "printing.py":
            calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
            told = {ast.unparse(call.func) for call in calls}
            assert not told & {"print", "typer.echo", "sys.stdout.write", "sys.stderr.write"}, path.name

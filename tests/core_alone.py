"""The core alone: `make core` runs this where nothing is installed but what `pip install supercooled` brings.

Kernels are not compiled here, but for one: what is tested is that nothing beyond the core is asked for.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

if __name__ == "__main__":
    os.environ["NUMBA_DISABLE_JIT"] = "1"

import numpy as np
import valid_calls

import supercooled as sc
from supercooled.cli import main
from supercooled.errors import MissingExtraError, SupercooledError
from supercooled.extras import EXTRAS

BEYOND = {module for packages in EXTRAS.values() for module in packages}
# What needs nothing else, by the beginning of its name.
COMPLETE = (
    "Box",
    "Frame",
    "Trajectory",
    "cage.",
    "dynamics.",
    "indicators.",
    "neighbours",
    "relation.",
    "space.",
    "structure.",
    "targets.",
)


def refused(*words: str | Path, at: Path) -> tuple[object, str]:
    """Exit code of a command in this process, and what it says."""
    said = io.StringIO()
    given = patch.object(sys, "argv", ["supercooled", *map(str, words)])
    with contextlib.chdir(at), contextlib.redirect_stderr(said), given:
        try:
            main()
        except SystemExit as end:
            return end.code, said.getvalue()
    return None, said.getvalue()


def commanded(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """What a command prints and says, in a folder of its own."""
    command = [Path(sys.executable).parent / "supercooled", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tempfile.mkdtemp())


class Alone(unittest.TestCase):
    """What the core does by itself."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.dump = self.folder / "gas.dump"
        random = np.random.default_rng(1)
        xyz = random.uniform(0.0, 5.0, (50, 3)) + np.cumsum(random.normal(0.0, 0.05, (12, 50, 3)), axis=0)
        frames = []
        for step, positions in enumerate(xyz):
            rows = "\n".join(
                f"{k + 1} {1 + k % 2} {x:.5f} {y:.5f} {z:.5f}" for k, (x, y, z) in enumerate(positions)
            )
            edges = "0 5\n" * 3
            frames.append(
                f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n50\nITEM: BOX BOUNDS pp pp pp\n{edges}"
                f"ITEM: ATOMS id type xu yu zu\n{rows}\n"
            )
        self.dump.write_text("".join(frames))

    def test_nothing_else_is_here(self) -> None:
        asked = [line for line in requires("supercooled") or () if "extra ==" not in line]
        self.assertLessEqual(len(asked), 8)
        self.assertEqual({module for module in BEYOND if find_spec(module) is not None}, set())

    def test_every_public_call_answers_or_names_its_extra(self) -> None:
        for name, arguments in valid_calls.CALLS.items():
            with self.subTest(name):
                owner, _, method = name.rpartition(".")
                try:
                    given = arguments()
                    target = valid_calls.OBJECTS[owner]() if owner in valid_calls.OBJECTS else sc
                    for part in [method] if owner in valid_calls.OBJECTS else name.split("."):
                        target = getattr(target, part)
                    target(**given)
                except MissingExtraError:
                    self.assertFalse(name.startswith(COMPLETE), name)
                except ModuleNotFoundError as error:
                    # The valid call itself makes something of a package that is not here.
                    ase = dict.fromkeys(("io.from_ase", "interfaces.calculate"), "ase")
                    needed = {"io.from_mdanalysis": "MDAnalysis", **ase}
                    self.assertEqual(error.name, needed.get(name))
                except SupercooledError:
                    # With good arguments a simulation may still say what it lacks; an error of ours it is.
                    pass

    def test_files_are_read(self) -> None:
        run = sc.read(self.dump, timestep=0.1)
        self.assertEqual((run.n_frames, run.n_particles), (12, 50))
        self.assertEqual(sc.read(sc.systems.library()[0].path).n_frames, 1)
        line = 'Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3'
        (self.folder / "one.xyz").write_text(f"1\n{line}\nA 0 0 0\n")
        self.assertEqual(sc.read(self.folder / "one.xyz").n_particles, 1)

    def test_structure_and_motion_of_a_file(self) -> None:
        run = sc.read(self.dump, timestep=0.1)
        g = sc.structure.radial_distribution(run, r_max=2.0, dr=0.1)
        S = sc.structure.structure_factor(run, q_max=6.0, dq=0.2)
        msd = sc.dynamics.displacements(run, lags=[0.1, 0.5], overlap_radius=0.3)
        hops = sc.dynamics.hops(run, window=0.6)
        for found in (g.radial_distribution, S.structure_factor, msd.msd, hops):
            self.assertTrue(np.isfinite(found.values).all())

    def test_the_command_looks_and_explains_itself(self) -> None:
        self.assertIn("analyze", commanded("--help").stdout)
        self.assertIn("50 in 3 dimensions", commanded("look", self.dump, "--timestep", "0.1").stdout)

    def test_commands_say_what_to_install_in_one_line_and_write_nothing(self) -> None:
        own = (self.dump, "-T", "1", "--timestep", "0.1", "--out", "out")
        run = (
            "-T",
            "1",
            "--density",
            "1.2",
            "--duration",
            "1",
            "--every",
            "1",
            "--start",
            "lattice",
            "--hold",
            "1",
        )
        for extra, words in (
            ("report", ("analyze", *own, "--liquid", "ka-lj")),
            ("report", ("dynamics", *own)),
            ("report", ("study", "sharma2022", "--preset", "quick", "--out", "out")),
            ("simulate", ("simulate", "ka-lj", *run, "--workers", "1")),
        ):
            code, said = refused(*words, at=self.folder)
            self.assertEqual(code, 2, said)
            self.assertRegex(said, rf'^supercooled: [^\n]* pip install "supercooled\[{extra}\]"\n$')
            self.assertFalse((self.folder / "out").exists())

    def test_a_kernel_compiles(self) -> None:
        code = "from supercooled.kernels.hops import restart_period as f; print(f(100), len(f.signatures))"
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False,
            env={**os.environ, "NUMBA_DISABLE_JIT": "0"},
        )  # fmt: skip
        self.assertEqual(done.stdout, "202 1\n", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

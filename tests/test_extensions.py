"""An indicator, a target, a quantity, a reader and a potential that an installed package brings."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

import supercooled as sc
from supercooled import extensions
from supercooled.errors import MixtureError, ParameterError, TrajectoryError
from supercooled.fields import Features
from supercooled.io import readers
from supercooled.simulation import lammps_engine, lattice
from supercooled.simulation.pair_styles import pair_commands
from supercooled.targets import Target

PACKAGE = '''
from dataclasses import dataclass

import numpy as np

import supercooled as sc
from supercooled.indicators import parameter
from supercooled.io import reader
from supercooled.quantities import Quantity


@dataclass(frozen=True)
class Crowd(sc.Indicator, unit="1", source="own"):
    """Neighbours within a cutoff."""

    cutoff: float = parameter(1.4, unit="sigma_AA")

    def __call__(self, frame):
        return frame.neighbours(self.cutoff).counts


@dataclass(frozen=True)
class Gauss:
    """A soft core."""

    height: float
    cutoff: float

    def energy(self, r):
        x = np.asarray(r, dtype=float)
        return np.where(x < self.cutoff, self.height * (1 - (x / self.cutoff) ** 2) ** 3, 0.0)

    def force(self, r):
        x = np.asarray(r, dtype=float)
        slope = 6 * self.height * x / self.cutoff**2 * (1 - (x / self.cutoff) ** 2) ** 2
        return np.where(x < self.cutoff, slope, 0.0)

    def curvature(self, r):
        x2 = (np.asarray(r, dtype=float) / self.cutoff) ** 2
        return np.where(x2 < 1, -6 * self.height / self.cutoff**2 * (1 - x2) * (1 - 5 * x2), 0.0)

    def to_dict(self):
        return {"style": "gauss", "height": self.height, "cutoff": self.cutoff}


@reader("corners", suffixes=[".corners"])
def read_corners(path):
    values = np.loadtxt(path)
    return sc.Trajectory.from_arrays([values[1:, :3]], sc.Box.cube(float(values[0, 0])), names=("X",))


@dataclass(frozen=True)
class Way(sc.Target, unit="sigma_AA", source="own"):
    """How far a particle is when the run ends."""

    def values(self, run, rows):
        return np.stack([np.linalg.norm(run.displacement(int(row), len(run) - 1), axis=1) for row in rows])


CROWDING = Quantity("crowding", "$c$", "1", "how crowded it is")
'''


# The averaged bond order, as whoever brings an indicator would write it; docs/howto.rst shows this file.
ORDER = Path(__file__).parents[1] / "docs" / "examples" / "averaged_order.py"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package where pip would have put it."""
    (tmp_path / "crowded.py").write_text(PACKAGE)
    (tmp_path / "averaged_order.py").write_text(ORDER.read_text())
    told = tmp_path / "crowded-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: crowded\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(
        textwrap.dedent("""\
            [supercooled.indicators]
            Crowd = crowded:Crowd
            AveragedOrder = averaged_order:AveragedOrder
            [supercooled.targets]
            Way = crowded:Way
            [supercooled.quantities]
            crowding = crowded:CROWDING
            [supercooled.readers]
            corners = crowded:read_corners
            [supercooled.potentials]
            gauss = crowded:Gauss
        """)
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    extensions.known.cache_clear()
    yield
    sys.modules.pop("crowded", None)
    sys.modules.pop("averaged_order", None)
    Features.known_kinds.pop("Crowd", None)
    Features.known_kinds.pop("AveragedOrder", None)
    Target.known_kinds.pop("Way", None)
    readers._ADDED.pop("corners", None)
    sc.quantities.TABLE.pop("crowding", None)
    monkeypatch.undo()
    importlib.invalidate_caches()
    extensions.known.cache_clear()


@pytest.mark.usefixtures("installed")
def test_an_indicator_and_a_target_are_listed_and_obey_the_laws():
    kind = sc.indicators.known()["Crowd"]
    sc.testing.check_indicator(kind())
    way = sc.targets.known()["Way"]()
    run = sc.Trajectory.from_arrays([[[0.0, 0, 0]], [[0.5, 0, 0]], [[0.5, 1.0, 0]]], sc.Box.cube(6.0))
    np.testing.assert_allclose(way.of(run).values[:, 0], [1.25**0.5, 1.0, 0.0])
    assert sc.quantities.quantity("crowding").long_name == "how crowded it is"


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("degree", [4, 6])
def test_the_averaged_bond_order_from_outside_is_the_packages_own(degree):
    outside = sc.indicators.known()["AveragedOrder"](degree, cutoff=1.5)
    sc.testing.check_indicator(outside)
    frame = sc.testing.liquid_frame(3)
    ours = sc.indicators.BondOrder(degree, cutoff=1.5)
    np.testing.assert_allclose(outside.of(frame), ours.of(frame), rtol=1e-12, atol=1e-12)
    alone = sc.Frame.from_arrays([[0.0, 0, 0], [1.0, 0, 0], [4.0, 4.0, 4.0]], sc.Box.cube(9.0))
    np.testing.assert_allclose(outside(alone), ours(alone), rtol=1e-12, equal_nan=True)


def test_an_indicator_from_outside_is_one_short_file_that_takes_only_what_is_public():
    lines = ORDER.read_text().splitlines()
    assert len(lines) < 60
    public = {f"{package.__name__}.{name}" for package in (sc, sc.indicators) for name in package.__all__}
    tree = ast.parse("\n".join(lines))
    taken = {
        f"{node.module}.{one.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("supercooled")
        for one in node.names
    }
    taken |= {
        f"supercooled.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sc"
    }
    assert (
        taken == {"supercooled.Frame", "supercooled.Indicator", "supercooled.indicators.parameter"} <= public
    )


def test_the_indicator_that_contributing_teaches_obeys_the_laws():
    page = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    (taught,) = re.findall(r"## Add an indicator.*?```python\n(.*?)```", page, re.DOTALL)
    known: dict[str, object] = {"__name__": "__main__"}
    exec(taught, known)  # noqa: S102  it ends with the laws
    frame = sc.Frame.from_arrays([[0.0, 0, 0], [1.0, 0, 0]], sc.Box.cube(6.0))
    assert known["Crowd"]().of(frame).values.tolist() == [1.0, 1.0]  # type: ignore[operator]


@pytest.mark.usefixtures("installed")
def test_a_file_of_its_kind_is_read_as_any_other(tmp_path):
    file = tmp_path / "one.corners"
    file.write_text("6 0 0\n0 0 0\n1 2 2.5\n")
    run = sc.read(file, temperature=0.5, names={"X": "A"})
    assert (run.names, run.temperature, len(run)) == (("A",), 0.5, 1)
    np.testing.assert_allclose(run[0].positions, [[0, 0, 0], [1, 2, 2.5]])
    scaled = sc.read(file, units="sigma=2.0,epsilon=1.0,mass=1.0")
    np.testing.assert_allclose(scaled[0].positions[1], [0.5, 1.0, 1.25])
    assert "corners" in str(sc.look(file))
    with pytest.raises(ParameterError, match="do not take species_column"):
        sc.read(file, species_column="type")
    file.write_text("rubbish\n")
    with pytest.raises(TrajectoryError, match=r"one\.corners: can't be read as corners"):
        sc.read(file)
    with pytest.raises(ParameterError, match=r"none of gsd \(\.gsd\); .*; corners \(\.corners\); name it"):
        sc.read(tmp_path / "one.unknown")


@pytest.mark.usefixtures("installed")
def test_a_potential_is_written_in_yaml_and_simulated(tmp_path):
    file = tmp_path / "gauss.yaml"
    told = "name: soft\nspecies: [{{name: A, fraction: 1}}]\npairs: {{A-A: {{style: gauss, {}}}}}\n"
    file.write_text(told.format("height: 2.0, cutoff: 1.3"))
    mixture = sc.systems.read_mixture(file)
    assert mixture.potential("A", "A").energy(0.0) == 2.0
    commands = pair_commands(mixture, tmp_path)
    assert any("table spline" in one for one in commands)
    start = lattice(sc.Liquid(mixture, density=0.8), 216, seed=1)
    moved = start.positions + np.random.default_rng(1).normal(scale=0.1, size=start.positions.shape)
    frame = sc.Frame.from_arrays(moved, start.box, names=("A",))
    ours = float(sc.indicators.PotentialEnergy(mixture)(frame).sum())
    forces = sc.simulation.PairForces(mixture, start.box, start.species)
    assert forces(np.ascontiguousarray(moved.T), np.empty((3, 216))) == pytest.approx(ours, rel=1e-9)
    wrapped = replace(start, positions=start.box.wrap(moved)[0])
    with lammps_engine.session("test") as lammps:
        lammps_engine.create(lammps, mixture, wrapped)
        for one in commands:
            lammps.command(one)
        lammps.command("run 0 post no")
        theirs = lammps.get_thermo("pe")
    assert 216 * theirs == pytest.approx(ours, rel=1e-9)
    file.write_text(told.format("depth: 2.0"))
    with pytest.raises(MixtureError, match="the style gauss does not take"):
        sc.systems.read_mixture(file)


def test_names_and_suffixes_that_are_taken_are_refused():
    with pytest.raises(ParameterError, match="a reader of gsd already"):
        sc.io.reader("gsd", suffixes=[".other"])(print)
    with pytest.raises(ParameterError, match=r"the suffix \.xyz is that of another reader"):
        sc.io.reader("mine", suffixes=[".xyz"])(print)
    with pytest.raises(ParameterError, match="begin with a dot"):
        sc.io.reader("mine", suffixes=["xyz"])


@pytest.mark.parametrize(
    ("value", "said"),
    [("math:pi", "Wrong of an installed package"), ("math:nothing", "can't be loaded from")],
)
@pytest.mark.parametrize("known", [sc.indicators.known, sc.targets.known, readers.known])
def test_what_is_offered_and_is_none_is_named(known, value, said, monkeypatch):
    monkeypatch.setattr(extensions, "known", lambda group: {"Wrong": EntryPoint("Wrong", value, group)})
    with pytest.raises(ParameterError, match=said):
        known()

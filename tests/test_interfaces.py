"""Inside other programs indicators and models give what they give here, in their own order and units."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import supercooled as sc
from supercooled.errors import BoxError, ParameterError
from supercooled.interfaces.snapshots import Snapshot, feature_set, meaning_of, names_of
from supercooled.testing import liquid_frame

ROOT = Path(__file__).resolve().parents[1]
SOFT = "ka-lj-1.2"
MODEL = "ka-propensity-T0.44"
ORDER = sc.indicators.BondOrder(6)


def shuffled(frame: sc.Frame, seed: int | None = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions with their corner at 0 in another order, labels, and which particle each is."""
    order = np.arange(frame.n_particles)
    if seed is not None:
        np.random.default_rng(seed).shuffle(order)
    corner = frame.box.matrix.sum(axis=1) / 2
    return frame.positions[order] + corner, frame.species[order] + 1, order


def values(frame: sc.Frame) -> np.ndarray:
    return ORDER.of(frame).values


@pytest.mark.parametrize("d", [2, 3])
def test_a_snapshot_has_the_values_of_the_frame(d: int) -> None:
    frame = liquid_frame(d)
    positions, labels, order = shuffled(frame)
    snapshot = Snapshot("here", positions[:, :d], frame.box.matrix, labels.tolist())
    meaning = meaning_of(names={"1": "A", "2": "B"}, units=None)
    (found,) = snapshot.values([ORDER], meaning).values()
    np.testing.assert_allclose(found.values, values(frame)[order], rtol=1e-9, atol=1e-12)


def test_two_of_one_kind_keep_apart_and_units_are_those_that_were_said() -> None:
    frame = liquid_frame()
    positions, labels, _ = shuffled(frame)
    snapshot = Snapshot("here", 2.5 * positions, 2.5 * frame.box.matrix, labels.tolist())
    volume = sc.indicators.VoronoiVolume()
    wanted = [sc.indicators.BondOrder(4), sc.indicators.BondOrder(6), volume]
    found = snapshot.values(wanted, meaning_of(names=None, units="metal,sigma=2.5,epsilon=0.08,mass=58.7"))
    assert list(found) == [str(wanted[0]), str(wanted[1]), volume.name]
    assert found[volume.name].attrs["units"] == "Angstrom^3"
    assert found[volume.name].values.sum() == pytest.approx(2.5**3 * frame.box.volume)


def test_words_find_indicators_and_models() -> None:
    run = Snapshot("here", np.eye(3), 9.0 * np.eye(3), ["1", "1", "2"]).trajectory(
        meaning_of(names=None, units=None)
    )
    assert feature_set("bond_order:degree=4", run) == sc.indicators.BondOrder(4)
    assert feature_set(MODEL, run).digest == sc.predictors.shipped(MODEL).digest
    assert names_of("") is None
    for wrong, says in (
        ("nothing", "no model of this name"),
        ("", "takes indicators"),
        (3, "takes indicators"),
    ):
        with pytest.raises(ParameterError, match=says):
            feature_set(wrong, run)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="names must be like"):
        names_of("1A")


def test_atoms_of_ase_get_arrays_and_stay_as_they_were() -> None:
    ase = pytest.importorskip("ase", reason="needs the extra 'ase'")
    frame = liquid_frame()
    positions, labels, order = shuffled(frame)
    symbols = ["Ni" if label == 1 else "P" for label in labels]
    atoms = ase.Atoms(symbols, positions, cell=frame.box.matrix.T, pbc=True)
    found = sc.interfaces.calculate(atoms, [ORDER, "Coordination"], names={"Ni": "A", "P": "B"})
    np.testing.assert_allclose(found.arrays[ORDER.name], values(frame)[order], rtol=1e-9, atol=1e-12)
    assert set(found.arrays) - set(atoms.arrays) == {ORDER.name, "coordination"}
    both = sc.interfaces.calculate([atoms, atoms[:-1]], "Coordination")
    assert [len(one) for one in both] == [len(atoms), len(atoms) - 1]
    with pytest.raises(BoxError, match="not periodic along z"):
        sc.interfaces.calculate(ase.Atoms("H2", np.eye(3)[:2], cell=np.eye(3), pbc=[1, 1, 0]), ORDER)


def test_an_analysis_of_mdanalysis_has_the_values_of_every_frame() -> None:
    package = pytest.importorskip("MDAnalysis", reason="needs the extra 'mdanalysis'")
    from supercooled.interfaces.mdanalysis import IndicatorAnalysis

    frames = [liquid_frame(seed=k) for k in range(4)]
    corner = frames[0].box.matrix.sum(axis=1) / 2
    n = frames[0].n_particles
    universe = package.Universe.empty(n, trajectory=True)
    universe.add_TopologyAttr("type", [str(k + 1) for k in frames[0].species])
    universe.load_new(
        np.array([one.positions + corner for one in frames], np.float32),
        dimensions=[*frames[0].box.lengths, 90, 90, 90],
    )
    analysis = IndicatorAnalysis(universe.atoms, ORDER).run(step=2)
    expected = np.array([values(frames[k]) for k in (0, 2)])
    # Its positions are in single precision.
    np.testing.assert_allclose(analysis.results[ORDER.name], expected, atol=1e-4)
    assert analysis.frames.tolist() == [0, 2]
    assert analysis.results.units == {ORDER.name: "1"}
    parallel = IndicatorAnalysis(universe.atoms, ORDER).run(backend="multiprocessing", n_workers=2)
    np.testing.assert_array_equal(parallel.results[ORDER.name][::2], analysis.results[ORDER.name])
    assert parallel.results[ORDER.name].shape == (4, n)
    with pytest.raises(ParameterError, match="takes an AtomGroup, not str"):
        IndicatorAnalysis("run.dcd", ORDER)


def test_the_metadata_of_the_mdakit_are_those_of_the_package() -> None:
    yaml = pytest.importorskip("yaml")
    kit = yaml.safe_load((ROOT / "packaging" / "mdakit" / "metadata.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = {"project_name", "authors", "maintainers", "description", "keywords", "license"}
    required |= {"project_home", "documentation_home", "documentation_type"}
    assert required <= {name for name, value in kit.items() if value}
    assert (kit["project_name"], kit["license"]) == (project["name"], project["license"])
    assert kit["python_requires"] == project["requires-python"]
    assert f"MDAnalysis{kit['mdanalysis_requires']}" in project["optional-dependencies"]["mdanalysis"]
    assert kit["project_home"] == project["urls"]["Repository"]
    assert import_module(kit["import_name"]) is sc


class TestOvito:
    """Skipped where OVITO is not installed: it is in no lock, as older systems have no wheel of it."""

    @pytest.fixture(autouse=True)
    def _ovito(self) -> None:
        pytest.importorskip("ovito", reason="needs the extra 'ovito'")

    @staticmethod
    def pipeline(frame: sc.Frame, d: int, seed: int | None = 3):
        from ovito.data import DataCollection
        from ovito.pipeline import Pipeline, StaticSource

        positions, labels, order = shuffled(frame, seed)
        data = DataCollection()
        edges = np.array(frame.box.matrix)
        data.create_cell(np.column_stack([edges, np.zeros(3)]), pbc=(True, True, True))
        data.cell_.is2D = d == 2
        particles = data.create_particles(count=len(positions))
        particles.create_property("Position", data=positions)
        particles.create_property("Particle Type", data=labels.astype(np.int32))
        return Pipeline(source=StaticSource(data=data)), order

    @pytest.mark.parametrize("d", [2, 3])
    def test_its_property_is_the_indicator(self, d: int) -> None:
        from supercooled.interfaces.ovito import SupercooledModifier

        frame = liquid_frame(d)
        pipeline, order = self.pipeline(frame, d)
        pipeline.modifiers.append(SupercooledModifier(custom="BondOrder:degree=6", names="1=A,2=B"))
        found = pipeline.compute()
        expected = values(frame)[order]
        np.testing.assert_allclose(found.particles[ORDER.name][...], expected, rtol=1e-9, atol=1e-12)
        assert found.attributes[f"{ORDER.name}.maximum"] == pytest.approx(expected.max())

    def test_colours_and_legend_cover_those_that_have_a_value(self) -> None:
        from ovito.modifiers import ColorCodingModifier
        from ovito.vis import ColorLegendOverlay

        from supercooled.interfaces.ovito import SupercooledModifier

        run = sc.read(_configuration())
        frame = run[0]
        # In their own order: a quench that ends early ends elsewhere where sums are taken in another one.
        pipeline, _ = self.pipeline(frame, 3, seed=None)
        pipeline.modifiers.append(SupercooledModifier(what=SOFT))
        found = pipeline.compute()
        name = sc.predictors.shipped(SOFT).name
        mine = found.particles[name][...]
        expected = sc.softness(run, model=SOFT)
        there = np.isfinite(mine)
        assert there.sum() == expected.size
        np.testing.assert_allclose(mine[expected.particle], expected.values[0], rtol=1e-9)
        low, high = mine[there].min(), mine[there].max()
        for k in np.flatnonzero(there)[[0, 7, int(np.argmax(mine[there]))]]:
            shown = found.particles.colors[k]
            np.testing.assert_allclose(shown, _viridis((mine[k] - low) / (high - low)), atol=0.02)
        np.testing.assert_allclose(found.particles.colors[...][~there], 0.6)
        assert "Selection" not in found.particles or not found.particles.selection[...].any()
        # With a legend: the modifier of OVITO finds the same range and leaves the others alone.
        pipeline.modifiers[0] = SupercooledModifier(what=SOFT, colour=False)
        coding = ColorCodingModifier(
            property=name, only_selected=True, gradient=ColorCodingModifier.Viridis()
        )
        pipeline.modifiers.append(coding)
        again = pipeline.compute()
        assert ColorLegendOverlay(modifier=coding).modifier is coding
        np.testing.assert_allclose(again.particles.colors[...][there], found.particles.colors[...][there])

    def test_what_is_missing_is_said_in_ovito(self) -> None:
        from ovito.data import DataCollection

        from supercooled.interfaces.ovito import SupercooledModifier

        empty = DataCollection()
        with pytest.raises(ParameterError, match="frame 3 has no particles"):
            SupercooledModifier().modify(empty, frame=3)
        empty.create_particles(count=2).create_property("Position", data=np.eye(3)[:2])
        with pytest.raises(BoxError, match="no simulation cell"):
            SupercooledModifier().modify(empty)


def test_ovito_finds_the_modifier() -> None:
    offered = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][
        "OVITO.Modifier"
    ]
    ((_, where),) = offered.items()
    module, _, name = where.partition(":")
    assert f"class {name}(" in (ROOT / "src" / Path(*module.split("."))).with_suffix(".py").read_text()


def _configuration() -> Path:
    liquid = sc.systems.kob_andersen(density=1.2)
    return sc.systems.equilibrated(liquid, temperature=0.47, n_particles=4000)


def _viridis(x: float) -> np.ndarray:
    from matplotlib import colormaps

    return np.array(colormaps["viridis"](float(x)))[:3]


@pytest.mark.parametrize("name", ["in_ovito", "in_mdanalysis", "in_ase"])
def test_the_examples_of_the_page_run(name: str, tmp_path: Path) -> None:
    pytest.importorskip({"in_ovito": "ovito", "in_mdanalysis": "MDAnalysis", "in_ase": "ase"}[name])
    if name == "in_ovito":
        given = _configuration()
    elif name == "in_ase":
        import ase.io

        frame = liquid_frame()
        symbols = ["P" if kind else "Ni" for kind in frame.species]
        given = tmp_path / "glass.xyz"
        ase.io.write(
            given, ase.Atoms(symbols, 2.2 * frame.positions, cell=2.2 * frame.box.matrix.T, pbc=True)
        )
    else:
        frame, given = liquid_frame(), tmp_path / "run.lammpstrj"
        edge = frame.box.Lx
        rows = "\n".join(
            f"{k} {kind + 1} {x} {y} {z}"
            for k, (kind, (x, y, z)) in enumerate(
                zip(frame.species, frame.positions + edge / 2, strict=True), 1
            )
        )
        head = f"ITEM: TIMESTEP\n{{}}\nITEM: NUMBER OF ATOMS\n{frame.n_particles}\n"
        head += "ITEM: BOX BOUNDS pp pp pp\n" + 3 * f"0 {edge}\n" + "ITEM: ATOMS id type x y z\n"
        given.write_text("".join(head.format(step) + rows + "\n" for step in range(11)))
    script = ROOT / "docs" / "examples" / f"{name}.py"
    done = subprocess.run(
        [sys.executable, script, given],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    said = {
        "in_ovito": "",
        "in_mdanalysis": "(2, 512) sigma_AA^d\n",
        "in_ase": "10.65 cubic Angstrom per particle\n",
    }
    assert done.stdout == said[name]

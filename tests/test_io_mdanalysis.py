"""Universes of MDAnalysis read as the file itself does."""

import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import valid_calls
from test_io_dump import BOXES, Run, put

import supercooled as sc
from supercooled.errors import BoxError, MissingExtraError, ParameterError
from supercooled.io import from_mdanalysis, mdanalysis


def test_without_mdanalysis_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "MDAnalysis", None)
    with pytest.raises(MissingExtraError, match=r"pip install \"supercooled\[mdanalysis\]\""):
        from_mdanalysis(object())


@pytest.mark.parametrize("name", BOXES)
def test_lengths_and_angles_make_the_box(name: str) -> None:
    box = BOXES[name]
    edges = box.matrix.T
    lengths = np.linalg.norm(edges, axis=1)
    unit = edges / lengths[:, None]
    angles = [np.rad2deg(np.arccos(unit[i] @ unit[j])) for i, j in ((1, 2), (0, 2), (0, 1))]
    made = mdanalysis._box(np.array([*lengths, *angles]), box.dimensions, "frame 0")
    np.testing.assert_allclose(made.to_array(), box.to_array(), atol=1e-12)


def test_impossible_boxes_are_named() -> None:
    with pytest.raises(BoxError, match="frame 3 has no box"):
        mdanalysis._box(None, 3, "frame 3")
    with pytest.raises(BoxError, match="enclose no volume"):
        mdanalysis._box(np.array([1, 1, 1, 30, 60, 120.0]), 3, "frame 3")
    with pytest.raises(BoxError, match="frame 3: box lengths must be positive"):
        mdanalysis._box(np.array([0, 1, 1, 90, 90, 90.0]), 3, "frame 3")


@pytest.mark.parametrize("box", ["cuboid", "tilted"])
def test_a_universe_reads_as_the_file(tmp_path: Path, box: str) -> None:
    package = pytest.importorskip("MDAnalysis", reason="needs the extra 'mdanalysis'")
    path = put(tmp_path, Run(box=BOXES[box]).dump(["id", "type", "x", "y", "z"]))
    direct = sc.read(path, timestep=0.005)
    universe = package.Universe(str(path), format="LAMMPSDUMP", convert_units=False)
    trajectory = from_mdanalysis(universe, timestep=0.5)
    np.testing.assert_allclose(trajectory.boxes(), direct.boxes(), rtol=1e-6, atol=1e-6)
    offset = BOXES[box].fractional(trajectory.positions() - direct.positions())
    np.testing.assert_allclose(offset, np.rint(offset), atol=1e-5)
    np.testing.assert_array_equal(trajectory.species, direct.species)
    assert trajectory.names == direct.names
    np.testing.assert_allclose(trajectory.times, [0.0, 0.5, 1.0])
    again = pickle.loads(pickle.dumps(trajectory.source)).read([1])
    np.testing.assert_array_equal(again.positions, trajectory.source.read([1]).positions)
    np.testing.assert_array_equal(from_mdanalysis(universe, times=[0, 1, 5]).times, [0, 1, 5])
    with pytest.raises(ParameterError, match="contains no times"):
        _ = from_mdanalysis(universe).times
    with pytest.raises(ParameterError, match="not both"):
        from_mdanalysis(universe, timestep=0.5, times=[0, 1, 5])
    with pytest.raises(ParameterError, match="selects no atom"):
        from_mdanalysis(universe, timestep=1.0, select="type 7")
    with pytest.raises(ParameterError, match="takes a Universe, not str"):
        from_mdanalysis("run.dcd")


def test_what_its_numbers_are_worth_and_what_tells_the_species_can_be_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "MDAnalysis" not in sys.modules:
        monkeypatch.setitem(sys.modules, "MDAnalysis", valid_calls.stand_in())
    universe = valid_calls.universe()
    plain = from_mdanalysis(universe, timestep=1.0, temperature=300.0)
    worth = sc.Units("lj", sigma=2.0, epsilon=0.5, mass=8.0)
    scaled = from_mdanalysis(universe, timestep=1.0, temperature=300.0, units=worth)
    np.testing.assert_allclose(scaled.boxes()[:, :2], plain.boxes()[:, :2] / 2.0)
    np.testing.assert_allclose(scaled.positions(), plain.positions() / 2.0)
    assert scaled.units == worth
    # tau = sigma (m / epsilon)^(1/2) = 8, and k_B T / epsilon = 300 / 0.5
    assert scaled.temperature == pytest.approx(600.0)
    with pytest.raises(ParameterError, match="its atoms have no colours"):
        from_mdanalysis(universe, species_column="colours")

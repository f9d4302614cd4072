"""Results in the units of a file, and runs whose frames are their clock."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.quantities import TABLE, expressed
from supercooled.testing import scale_of

METAL = "metal,sigma=2.2,epsilon=0.08,mass=58.7"


def walk(n_frames: int = 30, n: int = 60) -> Any:
    """Particles that rattle and wander, (frame, particle, 3), in Angstrom."""
    random = np.random.default_rng(3)
    steps = random.normal(scale=0.05, size=(n_frames, n, 3))
    return random.uniform(-10.0, 10.0, (1, n, 3)) + np.cumsum(steps, axis=0)


def written(path: Path, *, said: str) -> Path:
    lines: list[str] = []
    for k, frame in enumerate(walk()):
        comment = f'Lattice="20 0 0 0 20 0 0 0 20" Origin="-10 -10 -10" Time={0.1 * k:.12g} {said}'
        lines += [f"{len(frame)}", f"{comment} Properties=species:S:1:pos:R:3"]
        lines += [f"A {x:.12f} {y:.12f} {z:.12f}" for x, y, z in frame]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_what_is_computed_in_reduced_units_comes_out_in_those_of_the_file(tmp_path: Path) -> None:
    """The same numbers as where the file's own are taken as they are."""
    metal = sc.read(
        written(tmp_path / "a.xyz", said="units=metal"), units=METAL, unwrapped=True, temperature=900.0
    )
    raw = sc.read(written(tmp_path / "b.xyz", said=""), unwrapped=True)
    units = metal.units
    assert units is not None
    lags = np.array([0.1, 0.5, 1.0])
    found = expressed(
        sc.dynamics.displacements(metal, lags=lags / units.time, overlap_radius=0.3 / units.length), units
    )
    plain = sc.dynamics.displacements(raw, lags=lags, overlap_radius=0.3)
    for name in ("msd", "overlap"):
        np.testing.assert_allclose(found[name], plain[name], rtol=1e-9, err_msg=name)
    np.testing.assert_allclose(found["lag"], lags, rtol=1e-9)
    assert (found["msd"].attrs["units"], found["lag"].attrs["units"]) == ("Angstrom^2", "ps")
    assert found.attrs["in_units"] == METAL
    hops = expressed(sc.dynamics.hops(metal, window=0.6 / units.time), METAL)
    np.testing.assert_allclose(hops, sc.dynamics.hops(raw, window=0.6), rtol=1e-9)
    T = xr.DataArray(metal.temperature, name="temperature", attrs={"units": "epsilon_AA/k_B"})
    assert float(expressed(T, units)) == pytest.approx(900.0)
    assert expressed(T, units).attrs["units"] == "K"


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_quantity_of_the_table_is_worth_what_its_unit_says(name: str) -> None:
    units = sc.Units(sigma=2.0, epsilon=3.0, mass=5.0)
    unit = TABLE[name].unit
    for dimensions in (2, 3):
        factor, word = units.worth(unit, dimensions=dimensions)
        assert factor == pytest.approx(scale_of(unit, 2.0, 3.0, dimensions, units.time))
        assert "_AA" not in word
        assert "d" not in word.replace("sigma", "")
    assert sc.Units("metal", 2.2, 0.08, 58.7).worth("sigma_AA^-d")[1] == "Angstrom^-3"


def test_what_has_no_unit_stays_and_what_has_another_is_refused() -> None:
    plain = xr.DataArray([1.0, 2.0], {"k": [0, 1]}, ("k",), attrs={"units": "1"})
    np.testing.assert_array_equal(expressed(plain, METAL), plain)
    with pytest.raises(ParameterError, match="the unit 'parsec' is not made of"):
        expressed(plain.assign_attrs(units="parsec"), METAL)
    with pytest.raises(ParameterError, match="should give a unit system and the scales"):
        expressed(plain, "furlongs=3")


# Frames for times


def jumps(n_frames: int = 40) -> Any:
    random = np.random.default_rng(1)
    found = random.uniform(-3.0, 3.0, (1, 30, 3)) + 0.01 * random.normal(size=(n_frames, 30, 3))
    found[20:, 4] += (0.0, 0.6, 0.8)
    return found


def quasistatic(**said: Any) -> sc.Trajectory:
    return sc.Trajectory.from_arrays(jumps(), sc.Box.cube(10.0), unwrapped=True, **said)


STRAINS = np.cumsum(np.random.default_rng(2).uniform(0.1, 2.0, 40))


def test_frames_that_are_unevenly_apart_are_a_clock_of_their_own() -> None:
    uneven, even = quasistatic(times=STRAINS), quasistatic()
    with pytest.raises(TrajectoryError, match=r"unevenly spaced.*by_frame\(\) takes frames for times"):
        sc.dynamics.hops(uneven, window=10.0)
    run = uneven.by_frame()
    np.testing.assert_array_equal(sc.dynamics.hops(run, window=10.0), sc.dynamics.hops(even, window=10.0))
    found = sc.dynamics.events(run, window=10.0, threshold=0.05)
    other = sc.dynamics.events(even, window=10.0, threshold=0.05)
    assert found["particle"].values.tolist() == [4]
    for name in ("frame", "first_frame", "last_frame", "time", "duration", "peak"):
        np.testing.assert_array_equal(found[name], other[name], err_msg=name)
    assert (found.attrs["clock"], found.attrs["window"]) == ("frame", 10.0)
    assert {found[name].attrs["units"] for name in ("time", "start", "end", "duration")} == {"frame"}
    assert other["time"].attrs["units"] == "tau"
    assert "clock" not in other.attrs
    # Every second frame: the numbers stay those of the file, and the clock counts on.
    np.testing.assert_array_equal(run[::2].times, np.arange(0.0, 40.0, 2.0))


def test_frames_without_times_teach_by_their_numbers(tmp_path: Path) -> None:
    lines: list[str] = []
    for frame in jumps():
        lines += ["30", 'Lattice="10 0 0 0 10 0 0 0 10" Origin="-5 -5 -5" Properties=species:S:1:pos:R:3']
        lines += [f"A {x:.9f} {y:.9f} {z:.9f}" for x, y, z in frame]
    path = tmp_path / "a.xyz"
    path.write_text("\n".join(lines) + "\n")
    run = sc.read(path, unwrapped=True)
    with pytest.raises(ParameterError, match=r"contains no times.*by_frame\(\)"):
        sc.dynamics.events(run, window=10.0, threshold=0.05)
    events = sc.dynamics.events(run.by_frame(), window=10.0, threshold=0.05)
    table = sc.dynamics.training_by_crossing(
        events, rearrangement=0.2, lead=1.0, quiet=20.0, hard_at="middle"
    )
    assert table["particle"].values[table["soft"].values].tolist() == [4]
    assert int((~table["soft"]).sum()) == 29
    assert table.attrs["clock"] == "frame"
    assert table["time"].attrs["units"] == "frame"


def test_runs_of_two_clocks_are_not_taken_together() -> None:
    one, other = quasistatic(), quasistatic(times=STRAINS).by_frame()
    other = dataclasses.replace(other, source=dataclasses.replace(other.source, name="quasistatic"))
    with pytest.raises(ParameterError, match="count time in"):
        sc.dynamics.displacements([one, other[:-1]], lags=[1.0], overlap_radius=0.3)
    tables = [sc.dynamics.events(run, window=10.0, threshold=0.05) for run in (one, other)]
    with pytest.raises(ParameterError, match=r"events of run 0 count time in tau.*by_frame\(\) of all"):
        sc.dynamics.training_by_crossing(tables, rearrangement=0.2, lead=1.0, quiet=20.0, hard_at="middle")


def test_a_sheared_box_step_by_step_shows_who_did_not_follow() -> None:
    """Affine motion of a box that tilts leaves no D2min; a jump does, at its frame."""
    random = np.random.default_rng(5)
    first = random.uniform(-4.0, 4.0, (300, 3))
    boxes, frames = [], []
    for k in range(12):
        tilt = 0.01 * k
        moved = first.copy()
        moved[:, 0] += tilt * first[:, 1]
        if k >= 6:
            moved[7] += (0.3, 0.0, 0.0)
        boxes.append(sc.Box(8.0, 8.0, 8.0, xy=tilt))
        frames.append(moved)
    run = sc.Trajectory.from_arrays(np.array(frames), boxes, times=STRAINS[:12], unwrapped=True).by_frame()
    found = sc.dynamics.nonaffine_displacement(run, lag=1.0, cutoff=2.0)
    D2 = found["nonaffine"].values
    assert int(found["time"].values[np.argmax(D2[:, 7])]) == 5
    quiet = np.delete(np.arange(D2.shape[0]), 5)
    assert D2[quiet].max() < 1e-15
    assert D2[5, 7] > 0.05
    assert found["time"].attrs["units"] == "frame"

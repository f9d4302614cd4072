"""A file that opens is read as its author meant it, and what can't be known is asked for."""

import bz2
import sys
from dataclasses import replace
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
from scipy import constants
from test_io_dump import BOXES, Run, put, turned

import supercooled as sc
from supercooled import cli
from supercooled.errors import ParameterError, SupercooledError, TrajectoryError
from supercooled.io.text_index import ends_for_certain
from supercooled.io.xyz import pairs_of

RNG = np.random.default_rng(5)
PLACES = RNG.uniform(0, 8, (40, 3)).round(4)
KINDS = np.array(["Ni"] * 32 + ["P"] * 8)


def xyz_text(comment: str, *, frames: int = 1, end: str = "\n") -> str:
    """XYZ as ASE and OVITO write it."""
    rows = "".join(f"{k} {x:.8f} {y:.8f} {z:.8f}\n" for k, (x, y, z) in zip(KINDS, PLACES, strict=True))
    return (f"40\n{comment}\n{rows}" * frames).replace("\n", end)


def apart(positions: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Nearest distance of each pair, over the images of one cell around; edges as rows."""
    shifts = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3), axis=-1).reshape(-1, 3) @ edges
    d = positions[:, None] - positions[None]
    d -= np.rint(d @ np.linalg.inv(edges)) @ edges
    return np.linalg.norm(d[:, :, None] + shifts, axis=-1).min(axis=2)


def dump_text(
    rows: list[list[str]], columns: str, *, step: int = 0, bounds: str = "", units: str = ""
) -> str:
    """A frame of a LAMMPS dump."""
    head = f"ITEM: UNITS\n{units}\n" if units else ""
    box = bounds or "ITEM: BOX BOUNDS pp pp pp\n" + 3 * "0 8\n"
    text = "".join(" ".join(row) + "\n" for row in rows)
    count = f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{len(rows)}\n"
    return f"{head}{count}{box}ITEM: ATOMS {columns}\n{text}"


def rows_of(*columns: object) -> list[list[str]]:
    """Rows of columns; places with four decimals."""
    places = [[f"{x:.4f}" for x in xyz] for xyz in PLACES]
    return [
        [str(k + 1), *(str(column[k]) for column in columns), *place]  # type: ignore[index]
        for k, place in enumerate(places)
    ]


TYPES = np.where(KINDS == "Ni", 1, 2)


# Which column says what a particle is.


def test_types_1_and_2_with_carbon_everywhere_are_not_one_species(tmp_path: Path) -> None:
    path = put(tmp_path, dump_text(rows_of(TYPES, ["C"] * 40), "id type element x y z"))
    with pytest.raises(TrajectoryError, match=r"element C; type 1, 2.*species_column='type'"):
        sc.read(path)
    assert np.bincount(sc.read(path, species_column="type").species).tolist() == [32, 8]
    assert sc.read(path, species_column="element").names == ("C",)
    # What the refusal of names advises works too: the column is the one that the names are of.
    named = sc.read(path, names={"1": "A", "2": "B"})
    assert (named.names, np.bincount(named.species).tolist()) == (("A", "B"), [32, 8])
    with pytest.raises(ParameterError, match="no column 'kind'; it has id, type, element, x, y, z"):
        sc.read(path, species_column="kind")
    with pytest.raises(ParameterError, match="the column x does not give the species"):
        sc.read(path, species_column="x")


def test_columns_that_tell_the_same_particles_apart_need_no_word(tmp_path: Path) -> None:
    text = dump_text(rows_of(TYPES, KINDS), "id type element x y z")
    assert sc.read(put(tmp_path, text)).names == ("Ni", "P")
    assert sc.read(put(tmp_path, text), species_column="type").names == ("A", "B")


def test_any_column_may_tell_the_species(tmp_path: Path) -> None:
    radii = np.where(TYPES == 1, "0.50", "0.44")
    path = put(tmp_path, dump_text(rows_of(TYPES, radii), "id type radius x y z"))
    run = sc.read(path, species_column="radius", names={"0.50": "A", "0.44": "B"})
    assert np.bincount(run.species).tolist() == [32, 8]


def test_extended_xyz_with_species_and_type_that_differ_is_asked_about(tmp_path: Path) -> None:
    rows = "".join(f"C {t} {x} {y} {z}\n" for t, (x, y, z) in zip(TYPES, PLACES, strict=True))
    head = '40\nLattice="8 0 0 0 8 0 0 0 8" Properties=species:S:1:type:I:1:pos:R:3\n'
    path = put(tmp_path, head + rows, "run.xyz")
    with pytest.raises(TrajectoryError, match=r"species C; type 1, 2"):
        sc.read(path)
    assert np.bincount(sc.read(path, species_column="type").species).tolist() == [32, 8]


# Whether positions were folded.


@pytest.mark.parametrize("name", ["run.xyz", "run.dump", "run.gsd"])
def test_positions_that_were_never_folded_can_be_declared(tmp_path: Path, name: str) -> None:
    walk = Run(n_frames=6)
    if name == "run.gsd":
        with gsd.hoomd.open(tmp_path / name, "w") as file:
            for k in range(6):
                frame = gsd.hoomd.Frame()
                frame.configuration.step = k
                frame.configuration.box = walk.box.to_array()
                frame.particles.N = walk.n
                frame.particles.position = walk.centred[k]
                file.append(frame)
    else:
        values = Run(n_frames=6)
        text = walk.xyz() if name == "run.xyz" else values.dump(["id", "xu", "yu", "zu"])
        put(tmp_path, text.replace("xu yu zu", "x y z"), name)
    run = sc.read(tmp_path / name, timestep=1.0, unwrapped=True)
    steps = np.diff(run.unwrapped(), axis=0)
    np.testing.assert_allclose(steps, np.diff(walk.centred, axis=0), atol=1e-5)
    folded = sc.read(tmp_path / name, timestep=1.0)
    assert folded.fingerprint != run.fingerprint
    with pytest.raises(TrajectoryError, match="too far to tell"):
        folded.unwrapped()


def test_the_names_of_columns_can_be_overruled_but_not_image_counts(tmp_path: Path) -> None:
    text = Run().dump(["id", "x", "y", "z", "ix", "iy", "iz"])
    with pytest.raises(ParameterError, match=r"has image flags.*leave unwrapped out"):
        sc.read(put(tmp_path, text), unwrapped=True)
    # An author who calls folded positions xu: they are followed from frame to frame.
    close = Run(box=sc.Box.cube(60.0)).dump(["id", "x", "y", "z"]).replace("x y z", "xu yu zu")
    run = sc.read(put(tmp_path, close, "named.dump"), unwrapped=False)
    assert not run.read().unwrapped


# Frames that are written again.


def joined(tmp_path: Path, kind: str, steps: list[int], places: np.ndarray) -> Path:
    """A file whose frames have these steps and places."""
    if kind == "gsd":
        with gsd.hoomd.open(tmp_path / "joined.gsd", "w") as file:
            for step, place in zip(steps, places, strict=True):
                frame = gsd.hoomd.Frame()
                frame.configuration.step = step
                frame.configuration.box = [8, 8, 8, 0, 0, 0]
                frame.particles.N = len(place)
                frame.particles.position = place
                file.append(frame)
        return tmp_path / "joined.gsd"
    text = ""
    for step, place in zip(steps, places, strict=True):
        rows = "".join(f"{i + 1} {x:.6f} {y:.6f} {z:.6f}\n" for i, (x, y, z) in enumerate(place))
        text += f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n{len(place)}\n"
        text += "ITEM: BOX BOUNDS pp pp pp\n" + 3 * "-4 4\n" + "ITEM: ATOMS id x y z\n" + rows
    return put(tmp_path, text, "joined.dump")


@pytest.mark.parametrize("kind", ["gsd", "dump"])
@pytest.mark.parametrize(
    ("steps", "first", "last"),
    [
        ([0, 100, 100, 200], [0, 1, 3], [0, 2, 3]),  # repeated to within rounding
        ([0, 100, 200, 300, 200, 300, 400], [0, 1, 2, 3, 6], [0, 1, 4, 5, 6]),  # an overlap
        ([0, 0, 100], [0, 2], [1, 2]),
    ],
)
def test_a_restart_that_overlaps_has_a_remedy_in_every_format(
    tmp_path: Path, kind: str, steps: list[int], first: list[int], last: list[int]
) -> None:
    places = RNG.uniform(-3, 3, (len(steps), 5, 3))
    path = joined(tmp_path, kind, steps, places)
    for timestep in (None, 0.005):
        with pytest.raises(TrajectoryError, match=r"is not after the one before.*repeats='last'"):
            sc.read(path, timestep=timestep)
        for repeats, expected in (("first", first), ("last", last)):
            run = sc.read(path, timestep=timestep, repeats=repeats)
            assert run.frames.tolist() == expected
            np.testing.assert_allclose(run.positions(), places[expected], atol=1e-6)
    np.testing.assert_allclose(run.times, 0.005 * np.array(steps)[last])


@pytest.mark.parametrize("kind", ["gsd", "dump"])
def test_a_copy_to_the_last_bit_counts_once_in_every_format(tmp_path: Path, kind: str) -> None:
    places = RNG.uniform(-3, 3, (4, 5, 3)).round(6)
    places[2] = places[1]
    assert sc.read(joined(tmp_path, kind, [0, 100, 100, 200], places)).frames.tolist() == [0, 1, 3]


# Extended XYZ as different programs write it.

EDGES = np.array([[8.0, 0, 0], [0, 8, 0], [0, 0, 8]])
LATTICE = '"8.0 0.0 0.0 0.0 8.0 0.0 0.0 0.0 8.0"'


@pytest.mark.parametrize(
    "comment",
    [
        f'Lattice={LATTICE} Properties=species:S:1:pos:R:3 step=0 pbc="T T T"',  # ASE
        f'Lattice={LATTICE} pbc="T T T" Properties=species:S:1:pos:R:3',  # OVITO
        "Lattice=[[8, 0, 0], [0, 8, 0], [0, 0, 8]] pbc=[T, T, T]",
        "Lattice=[8.0, 0, 0, 0, 8, 0, 0, 0, 8] pbc=[true, true, true]",
        "pbc=[True,True,True] Lattice=[8.0,8.0,8.0] Properties='species:S:1:pos:R:3'",
        f"Lattice={LATTICE} pbc='T T T' note='one = two'",
        f'Lattice = {LATTICE} pbc = {{T T T}} note="a [b" other=[1,2',
        f'note="Time=3 = Lattice" Lattice={LATTICE}',
        "Lattice={8D0 0 0 0 8.0d+0 0 0 0 8}",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_lattice_and_its_boundaries_are_read_however_they_are_written(
    tmp_path: Path, comment: str, end: str
) -> None:
    run = sc.read(put(tmp_path, xyz_text(comment, end=end), "run.xyz"))
    np.testing.assert_allclose(run.boxes()[0], [8, 8, 8, 0, 0, 0])
    assert np.bincount(run.species).tolist() == [32, 8]
    np.testing.assert_allclose(apart(run.positions()[0], EDGES), apart(PLACES, EDGES), atol=1e-9)


@pytest.mark.parametrize("flags", ['"T T X"', "[T, T]", "[1, 1, 2]", '"yes yes yes"'])
def test_boundaries_that_are_no_truth_values_are_named(tmp_path: Path, flags: str) -> None:
    with pytest.raises(TrajectoryError, match="should be three of T and F"):
        sc.read(put(tmp_path, xyz_text(f"Lattice={LATTICE} pbc={flags}"), "run.xyz"))


def test_a_long_line_of_nonsense_takes_no_time() -> None:
    assert pairs_of("[" * 200_000 + "=[" * 1000) is not None
    assert pairs_of('x="' * 100_000) is not None


@pytest.mark.parametrize("name", ["run.xyz", "run.dump", "run.extxyz"])
def test_a_mark_of_byte_order_does_no_harm(tmp_path: Path, name: str) -> None:
    text = (
        dump_text(rows_of(TYPES), "id type x y z") if name == "run.dump" else xyz_text(f"Lattice={LATTICE}")
    )
    assert sc.read(put(tmp_path, "\ufeff" + text, name)).n_particles == 40


# Boxes.


@pytest.mark.parametrize("axes", ["aligned", "turned"])
@pytest.mark.parametrize("edges", [EDGES, [[8.0, 1, 0], [0, 8, 1], [1, 0, 8]]], ids=["cube", "oblique"])
@pytest.mark.parametrize("scaled", [False, True])
def test_ovitos_export_to_lammps_is_read(tmp_path: Path, edges: object, axes: str, scaled: bool) -> None:
    turn = turned((0.4, -0.7, 1.1)) if axes == "turned" else np.eye(3)
    rows = np.asarray(edges) @ turn.T
    corner = np.array([0.5, -2.0, 10.0])
    fractions = PLACES / 8.0
    places = fractions if scaled else fractions @ rows + corner
    bounds = "ITEM: BOX BOUNDS abc origin pp pp pp\n"
    bounds += "".join(
        f"{' '.join(map(repr, e.tolist()))} {c!r}\n" for e, c in zip(rows, corner.tolist(), strict=True)
    )
    text = [
        [str(k + 1), str(t), *map(repr, p)]
        for k, (t, p) in enumerate(zip(TYPES, places.tolist(), strict=True))
    ]
    columns = "id type xs ys zs" if scaled else "id type x y z"
    run = sc.read(put(tmp_path, dump_text(text, columns, bounds=bounds)))
    box = run.fixed_box()
    assert box.volume == pytest.approx(abs(np.linalg.det(rows)))
    found = apart(run.positions()[0], box.matrix.T)
    np.testing.assert_allclose(found, apart(fractions @ rows, rows), atol=1e-9)


def test_plain_xyz_can_be_given_its_box(tmp_path: Path) -> None:
    path = put(tmp_path, xyz_text(""), "plain.xyz")
    with pytest.raises(TrajectoryError, match=r"box=Box.cube\(8.0\), or --box 8"):
        sc.read(path)
    run = sc.read(path, box=sc.Box.cube(8.0))
    np.testing.assert_allclose(apart(run.positions()[0], EDGES), apart(PLACES, EDGES), atol=1e-9)
    with pytest.raises(ParameterError, match="its Lattice gives the box"):
        sc.read(put(tmp_path, xyz_text(f"Lattice={LATTICE}"), "own.xyz"), box=sc.Box.cube(9.0))
    with pytest.raises(ParameterError, match="in 3 dimensions, but the given box has 2"):
        sc.read(path, box=sc.Box(8.0, 8.0, dimensions=2))
    for name, text in (("a.dump", dump_text(rows_of(TYPES), "id type x y z")),):
        with pytest.raises(ParameterError, match="leave box out"):
            sc.read(put(tmp_path, text, name), box=sc.Box.cube(8.0))


def test_steps_of_lammps_plain_xyz_are_read(tmp_path: Path) -> None:
    text = "".join(xyz_text(f"Atoms. Timestep: {step}") for step in (0, 200, 400))
    run = sc.read(put(tmp_path, text, "plain.xyz"), box=sc.Box.cube(8.0), timestep=0.005)
    np.testing.assert_allclose(run.times, [0.0, 1.0, 2.0])


# A last line without an end.


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2"])
def test_a_dump_without_a_last_newline_is_whole_where_its_numbers_say_so(tmp_path: Path, suffix: str) -> None:
    text = "".join(dump_text(rows_of(TYPES), "id type x y z", step=k) for k in range(3))
    whole = sc.read(put(tmp_path, text, "whole.dump"))
    data = text.removesuffix("\n").encode()
    path = put(tmp_path, text.removesuffix("\n"), f"a.dump{suffix.replace('.bz2', '')}")
    if suffix == ".bz2":
        path = tmp_path / "a.dump.bz2"
        path.write_bytes(bz2.compress(data))
    run = sc.read(path)
    np.testing.assert_array_equal(run.positions(), whole.positions())
    # One digit less, and nobody knows.
    cut = put(tmp_path, text[:-2], "cut.dump")
    with pytest.raises(
        TrajectoryError, match=r"may be cut short: frames 0 to 1 are complete.*unfinished='keep'"
    ):
        sc.read(cut)
    assert sc.read(cut, unfinished="drop").n_frames == 2
    kept = sc.read(cut, unfinished="keep").positions()
    np.testing.assert_allclose(kept, whole.positions(), atol=1e-3)
    with pytest.raises(TrajectoryError, match="is cut short"):
        sc.read(put(tmp_path, text[:-9], "short.dump"), unfinished="keep")


def test_extended_xyz_without_a_last_newline_too(tmp_path: Path) -> None:
    text = xyz_text(f"Lattice={LATTICE}", frames=2)
    run = sc.read(put(tmp_path, text.removesuffix("\n"), "a.xyz"))
    np.testing.assert_array_equal(run.positions()[0], run.positions()[1])
    with pytest.raises(TrajectoryError, match="may be cut short"):
        sc.read(put(tmp_path, text[:-2], "b.xyz"))


@pytest.mark.parametrize("form", ["%.4f", "%.10f", "%g", "%.15g", "%r", "%.6e", "%d"])
def test_a_last_number_that_lost_digits_never_passes_for_whole(form: str) -> None:
    values = RNG.uniform(-9, 90, 200)
    words = [repr(v) if form == "%r" else form % v for v in values.tolist()]
    for k in range(60, 200):
        before = "".join(f"1 {w}\n" for w in words[k - 60 : k]).encode()
        for lost in range(1, len(words[k])):
            line = f"1 {words[k][:-lost]}".encode()
            assert not ends_for_certain(line, before), (line, words[k])


def test_numbers_without_zeros_at_their_ends_prove_nothing() -> None:
    # %g of 0.654321 without its last digit looks as long as its neighbours.
    assert not ends_for_certain(b"1 0.65432", b"0\n1 1.23456\n1 2.34567\n")
    assert ends_for_certain(b"1 0.65432", b"0\n1 1.23450\n1 2.34567\n")


# Compression.


def test_bz2_is_read_and_its_damage_named(tmp_path: Path) -> None:
    text = dump_text(rows_of(TYPES), "id type x y z").encode()
    path = tmp_path / "a.dump.bz2"
    path.write_bytes(bz2.compress(text[:300]) + bz2.compress(text[300:]))
    assert np.bincount(sc.read(path).species).tolist() == [32, 8]
    path.write_bytes(bz2.compress(text * 50)[:-60])
    with pytest.raises(TrajectoryError, match="cut short"):
        sc.read(path)
    path.write_bytes(b"BZh9 not packed at all, and long enough to tell" * 9)
    with pytest.raises(TrajectoryError, match="damaged and can't be unpacked"):
        sc.read(path)


# Units.


def test_a_dump_in_other_units_is_never_read_as_reduced(tmp_path: Path) -> None:
    text = "".join(
        dump_text(rows_of(TYPES), "id type x y z", step=k, units="metal" if k == 0 else "") for k in (0, 100)
    )
    path = put(tmp_path, text)
    with pytest.raises(ParameterError, match=r"in units 'metal'.*sigma_AA in Angstrom, epsilon_AA in eV"):
        sc.read(path)
    with pytest.raises(ParameterError, match="units 'metal', not 'real'"):
        sc.read(path, units="real,sigma=2,epsilon=1,mass=50")
    with pytest.raises(ParameterError, match="units 'metal', not 'lj'"):
        sc.read(path, units="lj")
    with pytest.raises(ParameterError, match="need the scales of the liquid"):
        sc.read(path, units="metal")
    scales = sc.Units("metal", sigma=2.0, epsilon=0.08, mass=58.7)
    run = sc.read(path, units=scales, timestep=0.002, temperature=800.0)
    np.testing.assert_allclose(run.boxes()[0], [4, 4, 4, 0, 0, 0])
    np.testing.assert_allclose(apart(run.positions()[0], EDGES / 2), apart(PLACES, EDGES) / 2, atol=1e-12)
    tau = 2e-10 * np.sqrt(58.7e-3 / constants.N_A / (0.08 * constants.e)) / 1e-12
    np.testing.assert_allclose(run.times, np.array([0, 0.2]) / tau, rtol=1e-12)
    assert run.temperature == pytest.approx(constants.k * 800.0 / (0.08 * constants.e))
    assert run.units == scales
    assert run.fingerprint != sc.read(path, units="metal,sigma=2.1,epsilon=0.08,mass=58.7").fingerprint
    assert run[1:].fingerprint == run.fingerprint


def test_units_that_change_within_a_file_are_named(tmp_path: Path) -> None:
    text = "".join(
        dump_text(rows_of(TYPES), "id type x y z", step=k, units=u) for k, u in enumerate(("lj", "si"))
    )
    with pytest.raises(TrajectoryError, match="different units: lj, si"):
        sc.read(put(tmp_path, text))


@pytest.mark.parametrize("system", ["real", "si", "cgs", "electron", "micro", "nano"])
def test_one_liquid_has_the_same_reduced_numbers_in_all_units(system: str) -> None:
    argon = {"sigma": 3.405e-10, "epsilon": 119.8 * constants.k, "mass": 39.948e-3 / constants.N_A}
    length, energy, mass, time = {
        "real": (1e-10, 4184.0 / constants.N_A, 1e-3 / constants.N_A, 1e-15),
        "si": (1.0, 1.0, 1.0, 1.0),
        "cgs": (1e-2, 1e-7, 1e-3, 1.0),
        "electron": (5.29177210903e-11, 4.3597447222071e-18, constants.atomic_mass, 1e-15),
        "micro": (1e-6, 1e-15, 1e-15, 1e-6),
        "nano": (1e-9, 1e-21, 1e-21, 1e-9),
    }[system]
    units = sc.Units(
        system, sigma=argon["sigma"] / length, epsilon=argon["epsilon"] / energy, mass=argon["mass"] / mass
    )
    tau = argon["sigma"] * np.sqrt(argon["mass"] / argon["epsilon"])
    assert units.time * time == pytest.approx(tau, rel=1e-8)
    assert units.temperature * 119.8 == pytest.approx(1.0, rel=1e-8)


def test_scales_by_hand_reduce_by_another_species(tmp_path: Path) -> None:
    path = put(tmp_path, Run().dump(["id", "xu", "yu", "zu"]))
    plain, by_b = sc.read(path, timestep=0.01), sc.read(path, timestep=0.01, units="sigma=0.88,epsilon=0.5")
    np.testing.assert_allclose(by_b.unwrapped(), plain.unwrapped() / 0.88)
    np.testing.assert_allclose(by_b.times, plain.times / 0.88 * np.sqrt(0.5))


@pytest.mark.parametrize(
    "text",
    ["", "metric", "metal,sigma=2", "lj,sigma=-1", "lj,sigma=1,sigma=2", "lj,tau=3", "lj,sigma=x", "lj,"],
)
def test_units_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError, match=r"units|sigma must be positive"):
        sc.read(put(tmp_path, Run().dump(["id", "x", "y", "z"])), units=text)


# What else columns can be.


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["id", "xu", "yu", "z"], "coordinates must be of one kind"),
        (["id", "x", "y", "zs"], "coordinates must be of one kind"),
        (["id", "x", "x", "y", "z"], "x appears twice"),
        (["id", "id", "x", "y", "z"], "id appears twice"),
        (["id", "x", "z"], "no coordinates"),
    ],
)
def test_coordinates_of_two_kinds_or_twice_are_refused(tmp_path: Path, columns: list[str], said: str) -> None:
    with pytest.raises(SupercooledError, match=said):
        sc.read(put(tmp_path, Run().dump(columns)), timestep=1.0)


def test_a_flat_third_coordinate_of_another_kind_is_a_plane(tmp_path: Path) -> None:
    run = Run(box=BOXES["plane"])
    found = sc.read(put(tmp_path, run.dump(["id", "xu", "yu", "z"])), timestep=1.0)
    assert found.dimensions == 2
    np.testing.assert_allclose(found.unwrapped(), run.centred, atol=1e-12)


def test_positions_twice_in_extended_xyz_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"Ni {x} {y} {z} 0 0 0\n" for x, y, z in PLACES)
    head = f"40\nLattice={LATTICE} Properties=species:S:1:pos:R:3:positions:R:3\n"
    with pytest.raises(TrajectoryError, match="x appears twice"):
        sc.read(put(tmp_path, head + rows, "a.xyz"))


def test_some_of_the_frames_keep_their_numbers(tmp_path: Path) -> None:
    run = sc.read(put(tmp_path, Run(n_frames=6).dump(["id", "x", "y", "z"])), frames=slice(1, None, 2))
    assert run.frames.tolist() == [1, 3, 5]
    with pytest.raises(TrajectoryError, match="no frame"):
        sc.read(put(tmp_path, Run().dump(["id", "x", "y", "z"])), frames=slice(9, None))


def test_gsd_without_its_optional_chunks_is_what_its_schema_says(tmp_path: Path) -> None:
    with gsd.hoomd.open(tmp_path / "bare.gsd", "w") as file:
        frame = gsd.hoomd.Frame()
        frame.particles.N = 3
        frame.particles.position = [[0, 0, 0.1], [0.2, 0, 0], [0, 0.3, 0]]
        file.append(frame)
    run = sc.read(tmp_path / "bare.gsd")
    assert (run.names, run.species.tolist()) == (("A",), [0, 0, 0])
    np.testing.assert_array_equal(run.boxes()[0], [1, 1, 1, 0, 0, 0])
    for said in ({"species_column": "element"}, {"box": sc.Box.cube(3.0)}):
        with pytest.raises(ParameterError, match="GSD"):
            sc.read(tmp_path / "bare.gsd", **said)


def test_an_xyz_file_that_says_other_units_is_never_read_as_reduced(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text('1\nLattice="9 0 0 0 9 0 0 0 9" units=metal Properties=species:S:1:pos:R:3\nA 2 3 4\n')
    with pytest.raises(ParameterError, match=r"in units 'metal'.*sigma_AA in Angstrom, epsilon_AA in eV"):
        sc.read(path)
    run = sc.read(path, units="metal,sigma=3.0,epsilon=1.0,mass=1.0")
    assert run.fixed_box().heights[0] == pytest.approx(3.0)


def test_potentials_in_a_direct_call_meet_numbers_in_reduced_units_alone(tmp_path: Path) -> None:
    """A liquid in Angstrom: where every sigma is 2.2 nobody repels anybody by potentials of sigma 1."""
    grid = 2.2 * np.stack(np.meshgrid(*[np.arange(6) * 1.1 - 3.3] * 3), axis=-1).reshape(1, -1, 3)
    angstrom = sc.Trajectory.from_arrays(grid, sc.Box.cube(2.2 * 6.6), names=("A",))
    fluid = sc.Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    depth = sc.indicators.LocalDepth(fluid, {"AA": (0.9, 2.8)}, temperature=0.5)
    energy = sc.indicators.PotentialEnergy(fluid)
    learned = sc.predictors.shipped("ka-propensity-T0.44")
    kinds = sc.Trajectory.from_arrays(grid, sc.Box.cube(2.2 * 6.6), species=np.arange(216) % 5 == 4)
    alone = sc.Frame.from_arrays(1.01 * grid[0], sc.Box.cube(2.2 * 6.7))
    for call in (
        lambda: sc.indicators.Average(energy, 1.0, cutoff=2.5).of(angstrom),
        lambda: learned.of(kinds),
        lambda: depth.of(angstrom),
        lambda: sc.compute(angstrom, [depth]),
        lambda: sc.simulation.configurational(angstrom, fluid),
        lambda: depth.of(angstrom[0]),
        lambda: sc.indicators.Average(energy, 1.0, cutoff=2.5).of(angstrom[0]),
        lambda: sc.compute(alone, [energy]),
        lambda: learned.of(kinds[0]),
        lambda: sc.predict(kinds, model="ka-propensity-T0.44"),
        lambda: sc.predictors.fit_predictor(energy, [angstrom[0], alone], [np.arange(216.0)] * 2, target="x"),
    ):
        with pytest.raises(ParameterError, match="not in the reduced units of this liquid; give its units"):
            call()
    said = replace(angstrom, units=sc.Units())
    assert np.isfinite(depth.of(said)).all()


def test_a_start_file_is_what_is_said_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Types 1 and 2 the other way round, in Angstrom: without words it is refused, with them it starts."""
    liquid = sc.systems.kob_andersen(density=1.2)
    first = sc.simulation.lattice(liquid, 200, seed=1)
    edge = float(first.box.heights[0])
    rows = "".join(
        f"{2 - s} {x:.9g} {y:.9g} {z:.9g}\n"
        for s, (x, y, z) in zip(first.species, 2.2 * first.positions, strict=True)
    )
    file = tmp_path / "start.xyz"
    lattice = " ".join(f"{2.2 * edge if k in (0, 4, 8) else 0:.9g}" for k in range(9))
    file.write_text(f'200\nLattice="{lattice}" Properties=type:I:1:pos:R:3\n{rows}')
    words = f"ka-lj -T 2 --density 1.2 --duration 0.1 --every 0.05 -N 200 --hold 1 --start {file}".split()
    asked = []
    monkeypatch.setattr(sc.store, "simulate_all", lambda requests, **_: asked.extend(requests) or [])

    def command(*more: str) -> int:
        monkeypatch.setattr(sys, "argv", ["supercooled", "simulate", *words, *more])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0)

    assert command() == 2
    assert command("--names", "1=B,2=A", "--units", "sigma=2.2") == 0
    began = asked[0].start()
    np.testing.assert_array_equal(began.species, first.species)
    np.testing.assert_allclose(began.box.heights, edge, rtol=1e-6)
    words[-1] = "lattice"
    assert command("--names", "1=B,2=A") == 2
    assert "--names is for files, but --start is 'lattice'" in capsys.readouterr().err

"""A diameter for each particle: from the file, through slices, units and files that are written."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import supercooled as sc
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.indicators import (
    Diameter,
    LocalDepth,
    PackingOrder,
    PseudoSpeciesDepth,
    SizedEnergy,
    SizedStructureFunctions,
    StructureFunctions,
    VoronoiVolume,
)
from supercooled.structure import Radial
from supercooled.testing import check_indicator, liquid_frame

N = 20
RNG = np.random.default_rng(1)
POSITIONS = RNG.uniform(-5.0, 5.0, (3, N, 3))
SIZES = RNG.uniform(0.73, 1.62, (3, N))


def swapped():
    return sc.Trajectory.from_arrays(POSITIONS, sc.Box.cube(10.0), diameters=SIZES)


def dump(path, column="diameter", sizes=SIZES):
    """A LAMMPS dump whose rows are in the order of falling ids."""
    with path.open("w") as file:
        for k in range(len(sizes)):
            file.write(f"ITEM: TIMESTEP\n{k}\nITEM: NUMBER OF ATOMS\n{N}\nITEM: BOX BOUNDS pp pp pp\n")
            file.write("-5 5\n-5 5\n-5 5\n" + f"ITEM: ATOMS {column} id type x y z ix iy iz\n")
            for i in reversed(range(N)):
                x, y, z = POSITIONS[k, i].tolist()
                file.write(f"{sizes[k, i].item()!r} {i + 1} 1 {x!r} {y!r} {z!r} 0 0 0\n")
    return path


def test_sizes_stay_with_their_particles_and_frames():
    run = swapped()
    assert np.array_equal(run.diameters(), SIZES)
    assert np.array_equal(run[1:].diameters(), SIZES[1:])
    assert np.array_equal(run[2].sizes, SIZES[2])
    assert [frame.sizes[0] for frame in run] == SIZES[:, 0].tolist()


def test_a_dump_gives_diameters_or_radii(tmp_path):
    assert np.array_equal(sc.read(dump(tmp_path / "d.dump")).diameters(), SIZES)
    halves = sc.read(dump(tmp_path / "r.dump", "radius", SIZES / 2.0))
    assert np.array_equal(halves.diameters(), SIZES)
    assert np.array_equal(halves.positions(), swapped().positions())


def test_extended_xyz_gives_diameters(tmp_path):
    rows = "".join(
        f"A {x!r} {y!r} {z!r} {d!r}\n"
        for (x, y, z), d in zip(POSITIONS[0].tolist(), SIZES[0].tolist(), strict=True)
    )
    head = 'Lattice="10 0 0 0 10 0 0 0 10" Origin="-5 -5 -5" Properties=species:S:1:pos:R:3:Radius:R:1'
    (tmp_path / "a.xyz").write_text(f"{N}\n{head}\n{rows}")
    assert np.array_equal(sc.read(tmp_path / "a.xyz")[0].sizes, 2.0 * SIZES[0])


@pytest.mark.parametrize("moved", [True, False], ids=["swaps", "none"])
def test_gsd_keeps_them_for_others_too(tmp_path, moved):
    hoomd = pytest.importorskip("gsd.hoomd")
    run = swapped() if moved else swapped().with_diameters(SIZES[0])
    sc.write_gsd(tmp_path / "a.gsd", run)
    again = sc.read(tmp_path / "a.gsd")
    np.testing.assert_allclose(again.diameters(), run.diameters(), rtol=1e-7)
    with hoomd.open(str(tmp_path / "a.gsd")) as file:
        found = [frame.particles.diameter for frame in file]
    np.testing.assert_allclose(found, run.diameters(), rtol=1e-7)


def test_a_file_is_another_with_other_sizes(tmp_path):
    for k, sizes in enumerate((SIZES, SIZES[::-1])):
        sc.write_gsd(tmp_path / f"{k}.gsd", swapped().with_diameters(sizes))
    runs = [sc.read(tmp_path / f"{k}.gsd") for k in range(2)]
    assert runs[0].fingerprint != runs[1].fingerprint
    assert swapped().fingerprint != swapped().with_diameters(SIZES[::-1]).fingerprint
    assert swapped().with_diameters(None).fingerprint != swapped().fingerprint


def test_sizes_are_in_the_units_of_lengths(tmp_path):
    path = dump(tmp_path / "a.dump")
    reduced = sc.read(path, units=sc.Units("metal", sigma=2.5, epsilon=0.1, mass=40.0))
    np.testing.assert_allclose(reduced.diameters(), SIZES / 2.5, rtol=1e-14)
    np.testing.assert_allclose(reduced.positions(), sc.read(path).positions() / 2.5, atol=1e-12)


def test_a_size_that_is_zero_is_one_sentence(tmp_path):
    wrong = SIZES.copy()
    wrong[1, 4] = 0.0
    run = sc.read(dump(tmp_path / "a.dump", sizes=wrong))
    with pytest.raises(TrajectoryError, match="frame 1, particle 4: its diameter is 0, and sizes must be po"):
        run.positions()
    assert run.with_diameters(None)[1].diameters is None
    assert np.array_equal(run.with_diameters(SIZES).diameters(), SIZES)
    with pytest.raises(ParameterError, match=r"diameters\[4\] must be positive, not 0.0"):
        run.with_diameters(wrong[1])
    with pytest.raises(TrajectoryError, match=r"need \(20,\) or \(3, 20\)"):
        run.with_diameters(SIZES[:2])


def test_sizes_that_are_not_known_are_asked_for():
    with pytest.raises(ParameterError, match="the diameters of its particles are not known"):
        swapped().with_diameters(None).diameters()


def test_given_sizes_follow_the_frames_that_they_were_given_for():
    later = swapped()[1:].with_diameters(SIZES[:2])
    assert np.array_equal(later[1:].diameters(), SIZES[1:2])
    whole = replace(later, frames=np.arange(3), moments=np.arange(3.0))
    with pytest.raises(TrajectoryError, match="frame 0, particle 0: its diameter is nan"):
        whole.diameters()


@pytest.mark.parametrize("equal", ["width", "number"])
def test_classes_of_sizes_rise_and_hold_everybody(equal):
    run = swapped().with_diameters(SIZES[0]).by_size(4, equal=equal)
    ordered = run.species[np.argsort(SIZES[0])]
    assert (np.diff(ordered) >= 0).all()
    assert run.names == ("d1", "d2", "d3", "d4")
    if equal == "number":
        assert np.bincount(run.species).tolist() == [5, 5, 5, 5]
    else:
        part = np.ptp(SIZES[0]) / 4.0
        expected = np.minimum((SIZES[0] - SIZES[0].min()) // part, 3)
        assert np.array_equal(run.species, expected)


def test_two_sizes_are_two_species_and_one_is_one():
    two = np.where(np.arange(N) % 3 == 0, 1.4, 1.0)
    run = swapped().with_diameters(two)
    assert np.array_equal(run.by_size(2, equal="width").species, (two > 1.2).astype(int))
    assert np.array_equal(run.by_size(16, equal="width").species, (two > 1.2).astype(int))
    assert run.by_size(1, equal="number").names == ("d1",)
    assert run.with_diameters(np.ones(N)).by_size(5, equal="number").names == ("d1",)


def test_with_swaps_only_a_frame_has_classes():
    with pytest.raises(ParameterError, match="sizes of frame 1 are not those of frame 0: with swaps"):
        swapped().by_size(3, equal="width")
    assert len(swapped()[1].by_size(3, equal="width").names) == 3


POTENTIAL = sc.potentials.ContinuousSizes(
    sc.potentials.SmoothedInversePower(1.0, 1.0, exponent=12.0, cutoff=1.5), 0.2
)
RADIAL = Radial(0.8, 0.1, 5, 0.1, cutoff=1.6)


@pytest.mark.parametrize(
    "one",
    [
        Diameter(),
        PackingOrder(),
        PackingOrder(neighbours="cutoff", cutoff=1.6),
        VoronoiVolume("sizes"),
        SizedStructureFunctions(RADIAL),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_knows_sizes_obeys_the_laws(one):
    # The lengths of structure functions are in units of the sizes: test_rescaling multiplies the others.
    check_indicator(one)


def test_structure_functions_are_sums_over_reduced_distances():
    frame, eta = liquid_frame(), 0.3
    found = SizedStructureFunctions(RADIAL, eta)
    r = np.linalg.norm(frame.box.minimum_image(frame.positions[:, None] - frame.positions[None]), axis=2)
    a, b = frame.sizes[:, None], frame.sizes[None]
    x = r / (0.5 * (a + b) * (1.0 - eta * abs(a - b)))
    np.fill_diagonal(x, np.inf)
    for k, mean in enumerate(RADIAL.means):
        terms = np.where(x < RADIAL.reach, np.exp(-0.5 * ((x - mean) / RADIAL.width) ** 2), 0.0)
        np.testing.assert_allclose(found.values(frame)[:, k], terms.sum(axis=1), rtol=1e-10)


def test_one_size_for_all_gives_the_monodisperse_answers():
    frame = replace(
        liquid_frame(), diameters=np.ones(512), species=np.zeros(512, np.int32), names=("A",), known={}
    )
    same = StructureFunctions((RADIAL,)).values(frame)
    np.testing.assert_allclose(SizedStructureFunctions(RADIAL).values(frame), same, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(PackingOrder()(frame), PackingOrder((("AA", 1.0),))(frame))
    np.testing.assert_allclose(VoronoiVolume("sizes")(frame), VoronoiVolume()(frame), rtol=1e-12)
    plain = POTENTIAL.between(1.0, 1.0)
    mono = sc.Mixture("mono", ("A",), (1.0,), (1.0,), (plain,))
    depth = LocalDepth(mono, {"AA": (0.8, 1.45)}, "local", "partner", temperature=0.7)(frame)
    for classes in (1, 6):
        found = PseudoSpeciesDepth(POTENTIAL, classes, temperature=0.7)(frame)
        np.testing.assert_allclose(found, depth, rtol=1e-12)


def test_two_sizes_give_the_binary_answers():
    one = liquid_frame()
    sizes = np.where(one.species == 1, 0.9, 1.05)
    frame = replace(one, diameters=sizes, known={})
    pairs = tuple(POTENTIAL.between(a, b) for a, b in ((1.05, 1.05), (1.05, 0.9), (0.9, 0.9)))
    share = float((one.species == 1).mean())
    binary = sc.Mixture("binary", ("A", "B"), (1.0 - share, share), (1.0, 1.0), pairs)
    ends = {
        name: (0.8 * pair.sigma, 1.45 * pair.sigma)
        for name, pair in zip(("AA", "AB", "BB"), pairs, strict=True)
    }
    depth = LocalDepth(binary, ends, "local", "partner", temperature=0.7)(frame)
    found = PseudoSpeciesDepth(POTENTIAL, 2, temperature=0.7)(frame)
    np.testing.assert_allclose(found, depth, rtol=0, atol=1e-12 * np.abs(depth).max())
    mean = 0.5 * (1.05 + 0.9)
    theta = PackingOrder((("AA", 1.05), ("AB", mean), ("BB", 0.9)))(frame)
    np.testing.assert_allclose(PackingOrder()(frame), theta, rtol=1e-12)
    np.testing.assert_allclose(
        VoronoiVolume("sizes")(frame), VoronoiVolume((("A", 0.525), ("B", 0.45)))(frame), rtol=1e-12
    )


@pytest.mark.parametrize("d", [2, 3])
def test_depths_of_classes_move_turn_and_are_relabelled(d):
    for one in (SizedEnergy(POTENTIAL), PseudoSpeciesDepth(POTENTIAL, 3, temperature=0.7)):
        frame = liquid_frame(d)
        given = one(frame)
        turned = replace(frame, positions=frame.positions[:, [1, 0, 2]] * [-1.0, 1.0, 1.0], known={})
        np.testing.assert_allclose(one(turned), given, rtol=1e-9)
        order = np.random.default_rng(3).permutation(frame.n_particles)
        other = replace(
            frame,
            positions=frame.positions[order],
            diameters=frame.sizes[order],
            species=frame.species[order],
            known={},
        )
        np.testing.assert_allclose(one(other), given[order], rtol=1e-9)


def test_correlations_at_fixed_size_lose_what_only_the_size_says():
    """Two fields that share nothing but the size: together they go raw, and not at fixed size."""
    frame = liquid_frame()
    rng = np.random.default_rng(4)
    xyz = np.stack([frame.positions + rng.normal(scale=0.05, size=(512, 3)) for _ in range(8)])
    run = sc.Trajectory.from_arrays(xyz, frame.box, diameters=frame.sizes)
    size = Diameter().of(run)
    noise = rng.normal(size=size.shape)
    seen = (3.0 * size + 0.05 * noise).rename("seen").assign_attrs(size.attrs)
    moved = (2.0 * size + 0.05 * rng.normal(size=size.shape)).rename("moved").assign_attrs(size.attrs)
    table = sc.compare(None, seen, moved, at_fixed=[size], blocks=4).table
    assert table.pearson.item() > 0.9
    assert abs(table.partial_pearson.item()) < 4.5 * 512**-0.5 / 8**0.5


def test_a_polydisperse_swap_liquid_goes_from_file_to_figure_in_ten_lines(tmp_path, monkeypatch):
    script = Path(__file__).parent.parent / "docs" / "examples" / "polydisperse.py"
    assert len(script.read_text().splitlines()) <= 10
    monkeypatch.chdir(tmp_path)
    table = runpy.run_path(str(script))["table"].table
    assert "<svg" in (tmp_path / "sizes.svg").read_text()
    assert table.sizes["indicator"] == 4
    # The depth of one class knows the size; at fixed size it does not hang on how many classes there are.
    assert np.isfinite(table.partial_pearson.values).all()

"""What every indicator obeys, and that the laws catch one that does not."""

from dataclasses import FrozenInstanceError, dataclass

import numpy as np
import pytest

import supercooled as sc
from supercooled import Box, Frame, Indicator, Trajectory
from supercooled.cage import Calibration
from supercooled.cluster import executor
from supercooled.errors import BrokenLawError, ParameterError
from supercooled.fields import Features, parameter
from supercooled.indicators import (
    BondOrder,
    Coordination,
    LearnedSoftness,
    LocalDensity,
    LocalDepth,
    LocalSoftness,
    NonaffineBefore,
    PairEntropy,
    PotentialEnergy,
    StructureFunction,
    StructureFunctions,
)
from supercooled.structure import Angular, Logistic, Radial
from supercooled.testing import check_indicator, liquid_frame


@dataclass(frozen=True)
class Nearest(Indicator, unit="sigma_AA"):
    """Distance to the nearest neighbour."""

    cutoff: float = parameter(1.5, unit="sigma_AA")
    power: float = 1.0

    def __call__(self, frame):
        bonds = frame.neighbours(self.cutoff)
        first = np.where(bonds.counts > 0, bonds.starts[:-1], 0)
        return np.where(bonds.counts > 0, bonds.distances[first], np.nan) ** self.power


@dataclass(frozen=True)
class Counts(Features):
    """Neighbours of each species."""

    cutoff: float = parameter(1.5, unit="sigma_AA")

    def columns(self, frame):
        return tuple(f"{name} within {self.cutoff:g}" for name in frame.names)

    def values(self, frame):
        bonds = frame.neighbours(self.cutoff)
        return np.stack([bonds.sum(frame.species == k) for k in range(len(frame.names))], axis=1)


def trajectory(n_frames=7):
    frames = [liquid_frame(seed=seed) for seed in range(n_frames)]
    return Trajectory.from_arrays(
        np.stack([one.positions for one in frames]), frames[0].box, species=frames[0].species, temperature=0.5
    )


@pytest.mark.parametrize("one", [Nearest(), Counts()], ids=str)
def test_sound_ones_pass(one):
    check_indicator(one)


def test_a_wrong_unit_is_caught():
    with pytest.raises(BrokenLawError, match=r"rescaling of every length \(unit sigma_AA\)"):
        check_indicator(Nearest(power=2.0))


def dipole(frame):
    bonds = frame.neighbours(1.5)
    return (bonds.add_up(bonds.vectors) ** 2)[:, 0]


def handedness(frame):
    bonds = frame.neighbours(1.9)
    return np.linalg.det(bonds.vectors[bonds.starts[:-1, None] + [0, 1, 2]])


@pytest.mark.parametrize(
    ("value", "law"),
    [
        (lambda frame: frame.positions[:, 0], "a translation"),
        (dipole, "a rotation"),
        (handedness, "a reflection"),
        (lambda frame: np.arange(frame.n_particles), "relabelling"),
        (lambda frame: np.full(frame.n_particles, np.nan), "no value is finite"),
        (lambda frame: np.zeros(3), "one number for each"),
        (lambda frame: np.full(frame.n_particles, frame.wanted.sum()), "the choice of species"),
        (lambda frame: np.full(frame.n_particles, frame.box.volume), "rescaling of every length"),
    ],
)
def test_what_is_no_measure_of_structure_is_caught(value, law):
    @dataclass(frozen=True)
    class Wrong(Indicator):
        def __call__(self, frame):
            return value(frame)

    with pytest.raises((BrokenLawError, ParameterError), match=law):
        check_indicator(Wrong(), frame=liquid_frame(3))


def test_what_depends_on_its_chunk_is_caught():
    seen = []

    @dataclass(frozen=True)
    class Wrong(Indicator):
        def __call__(self, frame):
            seen.append(frame)
            return np.full(frame.n_particles, float(frame.run is not None and len(seen) % 2))

    with pytest.raises(BrokenLawError, match="how many frames are computed together"):
        check_indicator(Wrong(), frame=liquid_frame(3))


@pytest.mark.parametrize("kind", sc.indicators.known().values(), ids=list(sc.indicators.known()))
def test_every_known_indicator_says_what_it_is(kind):
    assert kind.source
    assert kind.long_name
    assert kind.__doc__


KA = sc.systems.named("ka-lj", density=1.2).mixture
SPHERES = tuple(sc.potentials.HarmonicRepulsion(1.0, diameter) for diameter in (1.2, 1.1, 1.0))
SHORT = sc.Mixture("soft", ("A", "B"), (0.8, 0.2), (1.0, 1.0), SPHERES)
CUTOFFS = {"AA": (0.7, 1.4), "AB": (0.7, 1.3), "BB": (0.7, 1.2)}
OURS = [
    PotentialEnergy(KA),
    PotentialEnergy(SHORT),
    LocalDensity(1.4, 0.1),
    LocalDensity(1.4, 0.1, "B"),
    Coordination(1.4),
    Coordination({"AA": 1.4, "AB": 1.2, "BB": 1.1}),
    LocalDepth(KA, CUTOFFS, "local", "total", temperature=0.5),
    LocalDepth(SHORT, CUTOFFS, "local", "partner", temperature=0.5),
    PairEntropy("partial", "local", 0.1, tuple(np.arange(0.5, 2.05, 0.1)), 2.0, Logistic(1.5, 0.5)),
    PairEntropy("total", "bulk", 0.1, tuple(np.arange(0.5, 2.05, 0.1)), None, None, 1.3),
    StructureFunction("A", 1.1, 0.1),
    StructureFunction(None, 1.1, 0.1),
]


@pytest.mark.parametrize("one", OURS, ids=lambda one: str(one)[:40])
def test_the_papers_indicators_obey_the_laws(one):
    check_indicator(one)


def test_shells_of_pairs_do_not_hang_on_the_order_of_the_species():
    frame, shells = liquid_frame(3), {"AA": 1.4, "AB": 1.2, "BB": 1.1}
    turned = Frame.from_arrays(frame.positions, frame.box, species=1 - frame.species, names=("B", "A"))
    np.testing.assert_array_equal(Coordination(shells).of(turned), Coordination(shells).of(frame))
    other = Frame.from_arrays(frame.positions, frame.box, species=1 - frame.species)
    assert (Coordination(shells).of(other) != Coordination(shells).of(frame)).any()


def test_structure_functions_obey_the_laws_but_for_units():
    # Their parameters are lengths of many kinds; test_rescaling multiplies them.
    frame = liquid_frame(3)
    functions = StructureFunctions((Radial(0.5, 0.25, 6, 0.25),), Angular(((1.5, 1.0, 2),), cutoff=2.0))
    plain = functions.of(frame)
    assert plain.sizes["feature"] == len(functions.columns(frame)) == 2 * 6 + 3
    shift = Frame.from_arrays(frame.positions + np.array([0.3, 0.2, 0.1]), frame.box, species=frame.species)
    np.testing.assert_allclose(functions.of(shift), plain, rtol=1e-9, atol=1e-12)
    some = functions.of(frame, species="B")
    np.testing.assert_array_equal(some, plain.values[frame.species == 1])


def test_two_made_alike_are_the_same():
    assert BondOrder(4) == BondOrder(degree=4)
    assert hash(BondOrder(4)) == hash(BondOrder(4))
    assert BondOrder(4).digest == BondOrder(4).digest != BondOrder(6).digest
    assert Nearest().digest != Counts().digest
    assert str(BondOrder(4)) == "bond_order(degree=4)"
    with pytest.raises(FrozenInstanceError):
        BondOrder(4).degree = 5


def test_several_in_one_pass_are_each_alone_and_share_one_list_of_neighbours(monkeypatch):
    run = trajectory(3)
    alone = [one.of(run) for one in (Nearest(), Counts(), BondOrder(6))]
    built = []
    made = Frame.cells
    monkeypatch.setattr(Frame, "cells", lambda self, reach: built.append(reach) or made(self, reach))
    together = sc.compute(run, [Nearest(), Counts(), BondOrder(6, cutoff=1.4)])
    assert len(built) <= 2 * 3
    assert built.count(1.5) == 3
    assert together["nearest"].values.tobytes() == alone[0].values.tobytes()
    assert together["counts"].values.tobytes() == alone[1].values.tobytes()
    assert together["bond_order"].values.tobytes() == alone[2].values.tobytes()


def test_labels_units_and_where_it_comes_from():
    run = trajectory(5)[1:4]
    found = Nearest(1.4).of(run, species="B", frames=slice(1, None))
    assert found.dims == ("frame", "particle")
    assert found.frame.values.tolist() == [2, 3]
    assert found.particle.values.tolist() == run.of_species("B").tolist()
    assert found.attrs["units"] == "sigma_AA"
    assert found.attrs["trajectory"] == run.fingerprint
    assert found.attrs["indicator"] == "nearest(cutoff=1.4)"
    one = Nearest(1.4).of(run[1], species="B")
    assert one.dims == ("particle",)
    assert one.values.tobytes() == found.values[0].tobytes()
    assert Counts().of(run[0]).feature.values.tolist() == ["A within 1.5", "B within 1.5"]


def test_workers_and_a_store_never_change_the_answer(tmp_path):
    run = trajectory(6)
    here = BondOrder(6).of(run)
    with executor(2) as pool:
        there = BondOrder(6).of(run, executor=pool, out=tmp_path / "q6.zarr")
        both = sc.compute(run, [BondOrder(6), BondOrder(4)], executor=pool)
    assert there.values.tobytes() == here.values.tobytes()
    assert both["bond_order"].values.tobytes() == here.values.tobytes()
    assert there.attrs["indicator"] == here.attrs["indicator"]
    for how in ({}, {"out": tmp_path / "again.zarr"}):
        done = []
        BondOrder(6).of(run, progress=lambda n, of: done.append((n, of)), **how)  # noqa: B023  called at once
        assert done[-1] == (6, 6)
    done = []
    with executor(2) as pool:
        sc.compute(run, BondOrder(6), executor=pool, progress=lambda n, of: done.append((n, of)))
    assert done[-1] == (6, 6)
    assert len(done) > 1


def test_bad_wishes_get_a_sentence():
    run = trajectory(2)
    with pytest.raises(ParameterError, match="different indicators"):
        sc.compute(run, [BondOrder(6), BondOrder(6)])
    with pytest.raises(ParameterError, match="selects none of the 2 frames"):
        BondOrder(6).of(run, frames=slice(5, None))
    with pytest.raises(ParameterError, match="no species 'C'"):
        BondOrder(6).of(run, species="C")
    with pytest.raises(ParameterError, match="a trajectory or one of its frames"):
        BondOrder(6).of("run.gsd")


def slow_bond_order(frame, degree, cutoff, averaged):
    """Lechner and Dellago's formula, particle by particle."""
    from scipy.special import sph_harm_y

    n = frame.n_particles
    vectors = frame.box.minimum_image(frame.positions[None] - frame.positions[:, None])
    r = np.linalg.norm(vectors, axis=2)
    near = [np.flatnonzero((r[i] < cutoff) & (np.arange(n) != i)) for i in range(n)]
    polar = np.arccos(np.divide(vectors[..., 2], r, where=r > 0, out=np.ones_like(r)))
    azimuth = np.arctan2(vectors[..., 1], vectors[..., 0])
    q = np.array([
        [np.mean([sph_harm_y(degree, m, polar[i, j], azimuth[i, j]) for j in near[i]])
         for m in range(-degree, degree + 1)]
        for i in range(n)
    ])  # fmt: skip
    if averaged:
        q = np.array([(q[i] + q[near[i]].sum(axis=0)) / (len(near[i]) + 1) for i in range(n)])
    return np.sqrt(4 * np.pi / (2 * degree + 1) * (np.abs(q) ** 2).sum(axis=1))


@pytest.mark.parametrize("averaged", [True, False])
@pytest.mark.parametrize("degree", [4, 6])
def test_bond_order_is_that_of_the_obvious_loop(degree, averaged):
    box = Box(4.2, 4.0, 4.4, 0.1, 0.0, -0.1)
    frame = Frame.from_arrays(box.absolute(np.random.default_rng(1).uniform(-0.5, 0.5, (60, 3))), box)
    found = BondOrder(degree, cutoff=1.6, averaged=averaged)(frame)
    np.testing.assert_allclose(found, slow_bond_order(frame, degree, 1.6, averaged), rtol=1e-10)


@pytest.mark.parametrize("averaged", [True, False])
def test_bond_order_is_that_of_freud(averaged):
    freud = pytest.importorskip("freud")
    frame = liquid_frame(3)
    there = freud.order.Steinhardt(6, average=averaged)
    there.compute((freud.Box(*frame.box.lengths), frame.positions), neighbors={"r_max": 1.4})
    # It works in single precision, and near a pole an angle has half of the digits.
    single = np.sqrt(np.finfo(np.float32).eps)
    np.testing.assert_allclose(
        BondOrder(6, averaged=averaged)(frame), there.particle_order, rtol=0, atol=single
    )


def test_bond_order_of_known_lattices():
    cubic = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    fcc = (cubic[:, None] + 0.5 * np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])).reshape(-1, 3)
    frame = Frame.from_arrays(fcc, Box.cube(4.0))
    # Steinhardt, Nelson and Ronchetti, Phys. Rev. B 28, 784 (1983), of fcc
    np.testing.assert_allclose(BondOrder(6, cutoff=0.8)(frame), 0.57452, atol=1e-5)
    np.testing.assert_allclose(BondOrder(4, cutoff=0.8)(frame), 0.19094, atol=1e-5)
    triangles = np.array([[x + 0.5 * (y % 2), y * np.sqrt(0.75), 0.0] for x in range(6) for y in range(6)])
    plane = Frame.from_arrays(triangles, Box(6.0, 6 * np.sqrt(0.75), 1.0, dimensions=2))
    np.testing.assert_allclose(BondOrder(6, cutoff=1.2)(plane), 1.0, atol=1e-12)
    np.testing.assert_allclose(BondOrder(5, cutoff=1.2)(plane), 0.0, atol=1e-12)


def test_a_particle_alone_has_no_bond_order():
    frame = Frame.from_arrays([[0.0, 0, 0], [1.0, 0, 0], [4.0, 4.0, 4.0]], Box.cube(9.0))
    assert np.isnan(BondOrder(6)(frame)).tolist() == [False, False, True]


def taught(run):
    functions = StructureFunctions((Radial(0.9, 0.2, 4, 0.2),), Angular(((1.5, 1.0, 2), (1.0, -1.0, 1)), 1.9))
    features = functions.of(run, species="A")
    names = tuple(features.feature.values.tolist())[::-1]
    rng = np.random.default_rng(3)
    plane = (rng.normal(size=(len(names), 1)), np.array([0.3]))
    model = sc.learning.SoftnessModel(
        names,
        rng.normal(size=len(names)),
        np.ones(len(names)),
        (plane,),
        "distance",
        features.attrs["definition"],
    )
    return model, model.softness(features)


def test_learned_softness_is_that_of_the_model_and_its_features(tmp_path):
    run = trajectory(2)
    model, expected = taught(run)
    found = LearnedSoftness(model).of(run, species="A")
    np.testing.assert_allclose(found.values, expected.values, rtol=1e-12)
    again = LearnedSoftness.of_file(model.save(tmp_path / "model.json"))
    assert again.of(run, species="A").values.tobytes() == found.values.tobytes()
    assert again.digest == LearnedSoftness(model).digest
    assert LearnedSoftness(model).of(run[0]).isnull().values.tolist() == (run.species == 1).tolist()
    with pytest.raises(sc.SupercooledError, match=r"the model was trained with \('A', 'B'\) in 3"):
        LearnedSoftness(model).of(liquid_frame(2))


def test_what_has_deformed_is_the_target_of_the_frame_before():
    rng = np.random.default_rng(5)
    still = liquid_frame(3).positions
    paths = still + np.cumsum(rng.normal(scale=0.05, size=(5, *still.shape)), axis=0)
    run = Trajectory.from_arrays(paths, Box.cube(8.0), unwrapped=True, times=2.0 * np.arange(5))
    before = NonaffineBefore(window=4.0, cutoff=1.9).of(run)
    after = sc.targets.NonaffineMotion(after=4.0, cutoff=1.9).of(run)
    np.testing.assert_allclose(before.values[2:], after.values[:3], rtol=1e-12)
    assert before.isnull().all("particle").values.tolist() == [True, True, False, False, False]
    with pytest.raises(ParameterError, match="not a multiple of the interval"):
        NonaffineBefore(window=3.0, cutoff=1.9).of(run)


def test_softness_of_one_species_is_not_taken_for_that_of_another():
    # Of one frame, asked for twice: what is remembered of it holds for the particles that were asked for.
    line = Calibration(90.0, 2.0, 0.0, 0.0, (0.5, 0.6), "local-mean", 0.0)
    softness = LocalSoftness(LocalDepth(SHORT, CUTOFFS, temperature=0.5), line)
    frame = liquid_frame(3)
    first, second = (softness.of(frame, species=name) for name in "AB")
    every = softness.of(liquid_frame(3))
    for name, some in (("A", first), ("B", second)):
        assert some.notnull().all()
        np.testing.assert_array_equal(some, every.values[frame.species == "AB".index(name)])

"""What neighbours add up to: the double loop, the whole energy, and what must not matter."""

from __future__ import annotations

import math

import numpy as np
import pytest
from asked import surroundings
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import structure as oracle

import supercooled as sc
from supercooled import Box, Trajectory
from supercooled.errors import BoxError, MixtureError, ParameterError

KA = sc.systems.kob_andersen(density=1.2).mixture
SHELLS = {"AA": 1.42, "AB": 1.25}
ASKED = {"mixture": KA, "shells": SHELLS, "radius": 1.42, "width": 0.09}


def scattered(rng, n, box):
    """Particles that are nowhere closer than 0.75: a jittered lattice in a tilted box."""
    side = round(n ** (1 / 3))
    grid = (np.stack(np.meshgrid(*[np.arange(side)] * 3), axis=-1).reshape(-1, 3) + 0.5) / side - 0.5
    return (grid + rng.uniform(-0.03, 0.03, grid.shape) / side) @ box.matrix.T


@given(seed=st.integers(0, 2**31), tilt=st.floats(-0.2, 0.2), centre=st.sampled_from("AB"))
@settings(deadline=None, max_examples=4)
def test_the_sums_are_those_of_the_double_loop(seed, tilt, centre):
    rng = np.random.default_rng(seed)
    box = Box(5.6, 5.8, 6.0, tilt, -tilt, 0.1)
    xyz = scattered(rng, 125, box)
    species = (rng.random(125) < 0.3).astype(np.int32)
    species[:2] = 0, 1
    run = Trajectory.from_arrays(xyz[None], box, species=species, names=("A", "B"))
    shells = {"AA": 1.42, "AB": 1.25, "BB": 1.1}
    found = surroundings(run, **ASKED | {"shells": shells}, species=centre)
    pairs = {v: KA.potential(centre, "AB"[v]) for v in (0, 1)}

    def lennard_jones(v, r):
        epsilon, sigma, cutoff = pairs[v].epsilon, pairs[v].sigma, pairs[v].cutoff
        shift = (sigma / cutoff) ** 12 - (sigma / cutoff) ** 6
        return 4.0 * epsilon * ((sigma / r) ** 12 - (sigma / r) ** 6 - shift) if r < cutoff else 0.0

    rules = (
        lennard_jones,
        lambda r: 0.5 * math.erfc((r - 1.42) / (math.sqrt(2) * 0.09)),
        {v: shells["".join(sorted(centre + "AB"[v]))] for v in (0, 1)},
    )
    energy, smeared, count = oracle.surroundings(xyz, box, species, "AB".index(centre), rules)
    np.testing.assert_allclose(found.potential_energy[0], energy, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found.local_density[0] * 4 / 3 * np.pi * 1.42**3, smeared, atol=1e-5)
    np.testing.assert_array_equal(found.coordination[0], count)


def test_every_pair_is_shared_between_its_two_particles():
    rng = np.random.default_rng(1)
    box = Box.cube(5.6)
    xyz = scattered(rng, 125, box)
    species = (rng.random(125) < 0.2).astype(np.int32)
    run = Trajectory.from_arrays(xyz[None], box, species=species, names=("A", "B"))
    shells = {"AA": 1.4, "AB": 1.2, "BB": 1.0}
    total = sum(
        float(surroundings(run, **ASKED | {"shells": shells}, species=c).potential_energy.sum()) for c in "AB"
    )
    pairs = 0.0
    for i in range(125):
        for j in range(i):
            away = xyz[i] - xyz[j]
            r = np.linalg.norm(away - 5.6 * np.rint(away / 5.6))
            pairs += float(KA.potential("AB"[species[i]], "AB"[species[j]]).energy(r))
    assert total == pytest.approx(pairs, rel=1e-6)


def test_shifts_and_relabelling_do_not_matter_and_frames_keep_their_numbers():
    rng = np.random.default_rng(2)
    box = Box.cube(5.6)
    frames = np.stack([scattered(rng, 125, box) for _ in range(4)])
    species = (np.arange(125) % 5 == 0).astype(np.int32)

    def wrapped(xyz):
        return xyz - 5.6 * np.rint(xyz / 5.6)

    def found(xyz, kinds, **more):
        run = Trajectory.from_arrays(wrapped(xyz), box, species=kinds, names=("A", "B"))
        return surroundings(run, **ASKED, species="A", **more)

    plain = found(frames, species)
    moved = found(frames + np.array([0.7, -1.3, 2.2]), species)
    order = rng.permutation(125)
    mixed = found(frames[:, order], species[order])
    back = np.argsort(order[np.flatnonzero(species[order] == 0)])
    for name in ("potential_energy", "coordination", "local_density"):
        np.testing.assert_allclose(moved[name], plain[name], atol=1e-6)
        np.testing.assert_allclose(mixed[name].values[:, back], plain[name], atol=1e-9)
    some = found(frames, species, frames=slice(1, None, 2))
    assert some.frame.values.tolist() == [1, 3]
    np.testing.assert_array_equal(some.coordination, plain.coordination[[1, 3]])


def test_what_does_not_fit_is_refused():
    run = Trajectory.from_arrays(np.zeros((1, 2, 3)), Box.cube(4.0), species=[0, 1], names=("A", "B"))
    with pytest.raises(BoxError, match="more than half"):
        surroundings(run, **ASKED, species="A")
    wide = Trajectory.from_arrays(np.zeros((1, 2, 3)), Box.cube(9.0), species=[0, 1], names=("A", "B"))
    with pytest.raises(ParameterError, match="no shell for the pair BB"):
        surroundings(wide, **ASKED, species="B")
    with pytest.raises(ParameterError, match="positive"):
        surroundings(run, **ASKED | {"width": 0.0}, species="A")
    other = Trajectory.from_arrays(np.zeros((1, 2, 3)), Box.cube(9.0))
    with pytest.raises(MixtureError, match="species"):
        surroundings(other, **ASKED, species="A")

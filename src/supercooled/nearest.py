"""Smallest distances between particles, and whether a liquid's potentials allow them."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np

from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.digests import digest_of
from supercooled.errors import ParameterError, SupercooledError
from supercooled.mixture import Mixture
from supercooled.potentials import PairPotential
from supercooled.trajectory import Trajectory

# A pair with more energy than this, in epsilon_AA, is not one of a liquid.
_ABSURD = 1e6
_DISTANCES = 2000
# A liquid has so many particles, and the nearest of a lattice at rest are no further apart than this, in
# units of where the repulsion ends.
_MANY, _AT_REST = 100, 4 / 3
# Pairs of more species than this, as of a polydisperse liquid, are not told apart.
MOST_SPECIES = 8


def nearest_distances(run: Trajectory, frame: int) -> dict[tuple[str, str], float]:
    """Smallest distance of each pair of species in a frame, images included, in sigma_AA.

    Pairs without two particles are left out.

    Examples
    --------
    >>> corners = [[[0.0, 0, 0], [1, 0, 0], [4.5, 0, 0]]]
    >>> nearest_distances(Trajectory.from_arrays(corners, Box.cube(5.0), species=["A", "B", "A"]), 0)
    {('A', 'A'): 0.5, ('A', 'B'): 1.0}
    """
    positions = run.positions(slice(frame, frame + 1))[0]
    box = Box.from_array(run.boxes(slice(frame, frame + 1))[0], run.dimensions)
    found: dict[tuple[str, str], float] = {}
    for a, one in enumerate(run.names):
        for b, other in enumerate(run.names[a:], start=a):
            first, second = positions[run.species == a], positions[run.species == b]
            if min(len(first), len(second)) >= 1 + (a == b):
                found[one, other] = _smallest(first, second, box, same=a == b)
    return found


@lru_cache(maxsize=64)
def _seen(of: str, first: int, said: str, mixture: str) -> list[bool]:
    """Whether a trajectory has been looked at; by what it holds, as long as the process lives."""
    return []


def check_units_once(run: Trajectory, mixture: Mixture) -> None:
    """As :func:`check_units` for a direct call, which may be of a few particles or of a lattice at rest.

    Only a hundred particles or more are looked at, once, and only those are refused that are a third further
    apart than any two that repel each other, or overlap.

    Raises
    ------
    ParameterError
        as :func:`check_units`.
    """
    said = f"{run.units} {run.names} {run.state is None}"
    seen = _seen(run.fingerprint, int(run.frames[0]), said, digest_of(mixture))
    if not seen:
        if run.n_particles >= _MANY:
            check_units(run, mixture, slack=_AT_REST)
        seen.append(True)


def check_units(run: Trajectory, mixture: Mixture, *, slack: float = 1.0) -> None:
    """Refuse a trajectory whose numbers can't be in reduced units of a liquid, unless somebody said they are.

    In a liquid some particles repel each other, and it is not so that half of them lie where every potential
    is absurdly high.

    Parameters
    ----------
    slack
        how much further apart than those that repel each other the nearest may be

    Raises
    ------
    ParameterError
        if no two particles of its first frame repel each other, or most overlap beyond reason.
    """
    said = run.units is not None or run.state is not None
    if said or not set(run.names) <= set(mixture.species) or len(run.names) > MOST_SPECIES:
        return
    potentials = dict(zip(mixture.pairs, mixture.potentials, strict=True))
    nearest = nearest_distances(run, 0)
    if not nearest:
        return
    there = {pair: potentials.get(pair) or potentials[pair[1], pair[0]] for pair in nearest}
    repel = any(r < slack * _end_of_repulsion(there[pair]) for pair, r in nearest.items())
    typical = _typical(run, 0)
    overlap = all(_is_absurd(potential, typical) for potential in there.values())
    if repel and not overlap:
        return
    closest = min(nearest, key=lambda pair: nearest[pair])
    found = f"; the nearest are {'-'.join(closest)}, {nearest[closest]:.3g} apart"
    what = (
        "most particles overlap far too much"
        if overlap
        else "no two particles are close enough to repel each other"
    )
    raise ParameterError(
        f"{run.source.name}: by the potentials of {mixture.name} {what} in frame "
        f"{run.frames[0]}{found}: these numbers are not in the reduced units of this liquid; "
        "give its units, for example units='metal,sigma=2.2,epsilon=0.08,mass=58.7', or "
        "--units with the same, or 'lj' if they are reduced"
    )


def _end_of_repulsion(potential: PairPotential) -> float:
    """Distance from which on a potential does not repel."""
    r = np.linspace(1e-3, 1.0, _DISTANCES) * potential.cutoff
    try:
        with np.errstate(all="ignore"):
            force = np.asarray(potential.force(r), dtype=np.float64)
    except SupercooledError:
        # A table that begins later: where it has no entry it repels.
        return potential.cutoff
    repels = np.flatnonzero(force > 0)
    return float(r[repels[-1]]) if len(repels) else 0.0


def _is_absurd(potential: PairPotential, r: float) -> bool:
    try:
        with np.errstate(all="ignore"):
            return not float(potential.energy(max(r, 1e-9))) < _ABSURD
    except SupercooledError:
        # What needs the energy says where the table begins.
        return False


def _typical(run: Trajectory, frame: int) -> float:
    """Median distance to the nearest particle of a frame."""
    positions = run.positions(slice(frame, frame + 1))[0]
    box = Box.from_array(run.boxes(slice(frame, frame + 1))[0], run.dimensions)
    return float(np.median(_to_the_nearest(positions, positions, box, same=True)))


def _smallest(first: Array, second: Array, box: Box, *, same: bool) -> float:
    return float(_to_the_nearest(first, second, box, same=same).min())


def _to_the_nearest(first: Array, second: Array, box: Box, *, same: bool) -> Array:
    """Distance of each particle of one group to the nearest of another, images included.

    Parameters
    ----------
    same
        they are one group, and a particle itself does not count
    """
    # Reading a file needs none.
    from scipy.spatial import KDTree

    d = box.dimensions
    heights = np.asarray(box.heights)[:d]
    margin = 2.0 * (box.volume / len(second)) ** (1.0 / d)
    while True:
        fractions = box.fractional(second)
        images = []
        for shift in product(*[(-1, 0, 1)] * d, *[(0,)] * (3 - d)):
            moved = fractions + np.array(shift)
            images.append(moved[(np.abs(moved[:, :d]) <= 0.5 + margin / heights).all(axis=1)])
        tree = KDTree((np.concatenate(images) @ box.matrix.T)[:, :d])
        distances, _ = tree.query(first[:, :d], k=[2] if same else [1])
        nearest: Array = np.asarray(distances[:, 0], dtype=np.float64)
        # Whatever lies farther away than the images that were laid around is not nearer.
        if nearest.max() <= margin or (margin > heights).all():
            return nearest
        margin *= 2.0

"""Where a run starts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from supercooled.arguments import Random, Temperature, Whole, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import BoxError, MixtureError, SimulationError
from supercooled.mixture import Liquid, Mixture
from supercooled.trajectory import Trajectory

# In equilibrium a pair at this many k_B T has probability exp(-100): it is an overlap, not a fluctuation.
OVERLAP_ENERGY = 100.0
# Files keep box edges as 32-bit floats.
EDGE_TOLERANCE = 1e-5


@validated
@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Positions and species that a run starts from.

    Parameters
    ----------
    name
        what an error and the record call it
    positions
        (particle, 3), inside the box, sigma_AA
    species
        (particle,), index into the mixture's species
    box
        periodic box
    melt
        a lattice, to be melted before it is of use
    """

    name: str
    positions: Array
    species: Integers
    box: Box
    melt: bool = False

    @property
    def sha256(self) -> str:
        """Hash of species, box and positions in 32-bit floats: the same whatever file held them."""
        digest = hashlib.sha256()
        for values, kind in (
            (self.species, "<i4"),
            (self.box.to_array(), "<f4"),
            (self.positions, "<f4"),
        ):
            digest.update(np.ascontiguousarray(values, dtype=kind).tobytes())
        return digest.hexdigest()


@validated
def from_trajectory(trajectory: Trajectory, liquid: Liquid, temperature: Temperature) -> Start:
    """The last frame of a trajectory, checked to be a configuration of the liquid.

    Parameters
    ----------
    trajectory
        trajectory
    liquid
        mixture and density
    temperature
        of the run to come, which says what an overlap is

    Returns
    -------
    Start
        starting configuration

    Raises
    ------
    TrajectoryError
        if a coordinate is not a finite number.
    MixtureError
        if species or composition are not the liquid's.
    BoxError
        if the box is not a cube (square) of the liquid's density.
    SimulationError
        if two particles overlap.
    """
    name = trajectory.source.name
    last = trajectory[-1:]
    positions = last.positions()[0]
    box = Box.from_array(last.boxes()[0], trajectory.dimensions)
    species = species_of(trajectory, liquid.mixture)
    edge = liquid.edge(trajectory.n_particles)
    cube = Box.cube(edge, liquid.mixture.dimensions)
    if box.dimensions != cube.dimensions or not np.allclose(
        box.to_array(), cube.to_array(), rtol=EDGE_TOLERANCE, atol=EDGE_TOLERANCE
    ):
        raise BoxError(
            f"{name}: {trajectory.n_particles} particles at density {liquid.density:g} need a cube of edge "
            f"{edge:.5f}, and the box is {box.to_array()}"
        )
    exact, _ = cube.wrap(cube.absolute(box.fractional(positions)))
    start = Start(name, exact, species, cube)
    if (found := overlaps(start, liquid.mixture, temperature)) is not None:
        i, j, distance = found
        raise SimulationError(
            f"{name}: particles {i} and {j} overlap, {distance:.3f} apart; start from an equilibrated "
            "configuration or from 'lattice'"
        )
    return start


def species_of(trajectory: Trajectory, mixture: Mixture) -> Integers:
    """Species as the mixture counts them, (particle,).

    Raises
    ------
    MixtureError
        if the trajectory has others, or not as many of each as the mixture's composition says.
    """
    name = trajectory.source.name
    unknown = set(trajectory.names) - set(mixture.species)
    if unknown:
        raise MixtureError(
            f"{name}: species {sorted(unknown)} are not those of {mixture.name} {mixture.species}: "
            "name them when reading"
        )
    table = np.array([mixture.species.index(s) for s in trajectory.names], dtype=np.int32)
    species: Integers = table[trajectory.species]
    counted = np.bincount(species, minlength=len(mixture.species))
    wanted = mixture.counts(trajectory.n_particles, nearest=True)
    if tuple(counted) != wanted:
        raise MixtureError(f"{name}: {tuple(map(int, counted))} particles of {mixture.species}, not {wanted}")
    return species


@validated
def overlaps(start: Start, mixture: Mixture, temperature: Temperature) -> tuple[int, int, float] | None:
    """The worst pair of particles with an energy above 100 k_B T, and its distance; None if there is none.

    Parameters
    ----------
    start
        configuration
    mixture
        mixture whose potentials act between the particles
    temperature
        temperature, epsilon_AA/k_B

    Returns
    -------
    tuple[int, int, float] | None
        indices of the two particles and their distance, sigma_AA; or None
    """
    from scipy.spatial import KDTree

    box = start.box
    dimensions = box.dimensions
    edges = box.lengths[:dimensions]
    inside = np.mod(start.positions[:, :dimensions] + edges / 2.0, edges)
    inside[inside >= edges] = 0.0  # np.mod of a tiny negative number rounds up to the edge
    reach = 1.2 * max(_core(mixture, k, temperature) for k in range(len(mixture.pairs)))
    pairs = KDTree(inside, boxsize=edges).query_pairs(reach, output_type="ndarray")
    if not len(pairs):
        return None
    r = np.linalg.norm(box.minimum_image(start.positions[pairs[:, 0]] - start.positions[pairs[:, 1]]), axis=1)
    energies = np.zeros(len(pairs))
    first, second = start.species[pairs[:, 0]], start.species[pairs[:, 1]]
    for a, name_a in enumerate(mixture.species):
        for b, name_b in enumerate(mixture.species):
            chosen = (first == a) & (second == b)
            energies[chosen] = mixture.potential(name_a, name_b).energy(r[chosen])
    worst = int(np.argmax(energies))
    if energies[worst] <= OVERLAP_ENERGY * temperature:
        return None
    i, j = sorted(int(k) for k in pairs[worst])
    return i, j, float(r[worst])


def _core(mixture: Mixture, pair: int, temperature: float) -> float:
    """Largest distance on a fine grid at which a pair has the energy of an overlap."""
    potential = mixture.potentials[pair]
    r = np.linspace(1e-3, 1.0, 1000) * potential.cutoff
    above = potential.energy(r) > OVERLAP_ENERGY * temperature
    return float(r[above].max(initial=0.0)) + 1e-3 * potential.cutoff


@validated
def lattice(
    liquid: Liquid, n_particles: Annotated[int, Whole(at_least=1, at_most=10**7)], seed: Random
) -> Start:
    """Particles on a face-centred cubic lattice (square in the plane), species shuffled.

    Where the lattice has more sites than there are particles, sites chosen at random stay empty.

    Parameters
    ----------
    liquid
        mixture and density
    n_particles
        number of particles
    seed
        seed of the random numbers

    Returns
    -------
    Start
        starting configuration

    Raises
    ------
    MixtureError
        if the composition can't be met by `n_particles`.

    Examples
    --------
    >>> from supercooled.potentials import LennardJones
    >>> mono = Mixture("mono", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),))
    >>> start = lattice(Liquid(mono, 0.8), 108, seed=1)
    >>> start.positions.shape, start.melt
    ((108, 3), True)
    """
    mixture = liquid.mixture
    if mixture.dimensions == 3:
        basis = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    else:
        basis = np.zeros((1, 2))
    cells = 1
    while len(basis) * cells**mixture.dimensions < n_particles:
        cells += 1
    axes = np.meshgrid(*[np.arange(cells)] * mixture.dimensions, indexing="ij")
    corners = np.stack([axis.ravel() for axis in axes], axis=1)
    sites = (corners[:, None, :] + basis[None, :, :]).reshape(-1, mixture.dimensions)
    random = np.random.default_rng(seed)
    chosen = np.sort(random.permutation(len(sites))[:n_particles])
    fractions = np.zeros((n_particles, 3))
    fractions[:, : mixture.dimensions] = (sites[chosen] + 0.25) / cells - 0.5
    box = Box.cube(liquid.edge(n_particles), mixture.dimensions)
    species = random.permutation(mixture.species_of(n_particles))
    return Start("lattice", box.absolute(fractions), species, box, melt=True)


def check_cutoff(liquid: Liquid, n_particles: int) -> None:
    """Refuse a box in which a particle would meet the same neighbour twice.

    Raises
    ------
    BoxError
        if the largest cutoff exceeds half of the box.
    """
    edge = liquid.edge(n_particles)
    if 2.0 * liquid.mixture.cutoff > edge:
        smallest = int(np.ceil(liquid.density * (2.0 * liquid.mixture.cutoff) ** liquid.mixture.dimensions))
        raise BoxError(
            f"{liquid.name}: {n_particles} particles fill a box of edge {edge:.3f}, less than "
            f"twice the cutoff {liquid.mixture.cutoff:g}; use at least {smallest} particles"
        )

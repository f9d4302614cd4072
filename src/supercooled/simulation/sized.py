"""Particles with a diameter each: energies and forces, Monte Carlo with swaps, dynamics and quenches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from supercooled.arguments import (
    Anything,
    Count,
    Number,
    Numbers,
    Positive,
    Random,
    Temperature,
    Whole,
    shown,
    validated,
)
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import ParameterError, SimulationError
from supercooled.frame import Frame
from supercooled.kernels import sized as kernels
from supercooled.kernels.minimise import two_farthest
from supercooled.neighbour_list import check_cutoff, sorted_into_cells
from supercooled.potentials import ContinuousSizes
from supercooled.simulation.lbfgs import descend
from supercooled.trajectory import Trajectory

# Neighbours beyond the cutoff that are listed too, sigma_AA; for Monte Carlo farther, whose every trial asks.
_SKIN, _WIDE_SKIN = 0.3, 0.8
# Where nobody is.
_FAR = 1e9
# Trials whose random numbers are drawn at once.
_TRIALS = 2**17
_MOST = 100_000
# Kinetic and potential energy of one particle beyond any liquid's, epsilon_AA.
_WILD = 1e8
Progress = Annotated[Callable[[int, int], None] | None, Anything()]
Sizes = Annotated[Array, Numbers(rank=1, above=0.0, array=True)]


class SizedForces:
    """Energy and forces of particles with a diameter each; remembers only who is near whom.

    Parameters
    ----------
    potential
        between two of any sizes
    box
        whose smallest height is at least twice the largest cutoff
    diameters
        (particle,), sigma_AA

    Raises
    ------
    BoxError
        if a particle would meet the same neighbour twice.
    MixtureError
        if two sizes are too different for the potential.

    Examples
    --------
    >>> from supercooled.potentials import SmoothedInversePower
    >>> soft = ContinuousSizes(SmoothedInversePower(1.0, 1.0, exponent=12.0, cutoff=1.25), 0.2)
    >>> pair, force = np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]), np.zeros((3, 2))
    >>> forces = SizedForces(soft, Box.cube(8.0), np.array([0.8, 1.2]))
    >>> bool(np.isclose(forces(pair, force), soft.energy(1.0, 0.8, 1.2), rtol=1e-12))
    True
    """

    @validated
    def __init__(self, potential: ContinuousSizes, box: Box, diameters: Sizes) -> None:
        self.potential, self.box = potential, box
        self.diameters = np.array(diameters, dtype=np.float64)
        cutoff = potential.cutoff(self.diameters)
        check_cutoff(box, cutoff, "particles of many sizes")
        self._spare = 0.5 * float(box.heights.min()) - cutoff
        self.skin = min(_SKIN, self._spare)
        self.evaluations = 0
        self._largest = cutoff
        h = box.matrix
        self._edges = (h[0, 0], h[1, 1], h[2, 2], h[0, 1], h[0, 2], h[1, 2])
        self._per_edge = (1.0 / h[0, 0], 1.0 / h[1, 1], 1.0 / h[2, 2])
        self._starts = np.zeros(len(self.diameters) + 1, np.int64)
        self._who = np.zeros(64 * len(self.diameters), np.uint32)
        self._each = np.zeros(len(self.diameters))
        self._built: Array = np.full((3, len(self.diameters)), _FAR)

    def __call__(self, xyz: Array, force: Array) -> float:
        """Energy of all pairs, epsilon_AA; `force` is overwritten, epsilon_AA/sigma_AA.

        Parameters
        ----------
        xyz, force
            (3, particle), C order; positions may lie outside the box

        Returns
        -------
        float
            energy of all pairs

        Raises
        ------
        ParameterError
            if there are more or fewer of them than particles.
        """
        arrays = isinstance(xyz, np.ndarray) and isinstance(force, np.ndarray)
        if not arrays or not xyz.shape == force.shape == (3, len(self.diameters)):
            raise ParameterError(
                f"positions and forces must both be arrays of shape (3, {len(self.diameters)}), not "
                f"{shown(xyz)} and {shown(force)}"
            )
        if not two_farthest(xyz, self._built) < self.skin:
            self._list_neighbours(xyz)
        self.evaluations += 1
        near = (self.diameters, self._starts, self._who, self._edges, self._per_edge, self.potential.law)
        return float(kernels.sized_forces(xyz, *near, force, self._each))

    @validated
    def energies(self, xyz: Array) -> Array:
        """Energy of each particle, half of that of its pairs, (particle,), epsilon_AA.

        Parameters
        ----------
        xyz
            (3, particle)

        Returns
        -------
        Array
            energy of each particle, (particle,), epsilon_AA
        """
        self(np.ascontiguousarray(xyz, dtype=np.float64), np.empty((3, len(self.diameters))))
        return self._each.copy()

    def _list_neighbours(self, xyz: Array, *, whatever_sizes: bool = False) -> None:
        """List who is near whom.

        Parameters
        ----------
        whatever_sizes
            also those who would be if they exchanged their sizes with the largest
        """
        fractions = self.box.fractional(xyz.T)
        edges = np.floor(fractions + 0.5)
        if self.box.dimensions == 2:
            edges[:, 2] = 0.0
        fractions -= edges
        inside = self.box.absolute(fractions)
        reach = self._largest + self.skin
        cells = sorted_into_cells(inside, self.box, reach, fractions)
        same = reach if whatever_sizes else 0.0
        law = self.potential.law
        while kernels.list_sized(cells, self.diameters, law, same, self.skin, self._starts, self._who) < 0:
            self._who = np.zeros(2 * len(self._who), np.uint32)
        self._built = xyz.copy()

    @property
    def energy(self) -> float:
        """Of all pairs where forces were last computed, epsilon_AA."""
        return float(self._each.sum())


class _Moving(SizedForces):
    """Particles that move, and may exchange their sizes."""

    def try_moves(
        self, xyz: Array, draws: Array, limits: tuple[float, float, float], counts: Integers
    ) -> None:
        """Monte Carlo trials, after which positions and diameters are others.

        Parameters
        ----------
        limits
            share of swaps, longest step, temperature
        """
        done, self.skin = 0, min(_WIDE_SKIN, self._spare)
        # A trial looks from as far away as it may have gone, and a step.
        farthest = 0.5 * (self.skin - np.sqrt(3.0) * limits[1])
        while done < len(draws):
            self._list_neighbours(xyz, whatever_sizes=True)
            done = kernels.monte_carlo(
                xyz,
                self.diameters,
                self._built,
                self._starts,
                self._who,
                self._edges,
                self._per_edge,
                self.potential.law,
                draws,
                (*limits, farthest, self.box.dimensions),
                done,
                counts,
            )
        self._built[:] = _FAR
        self.skin = min(_SKIN, self._spare)

    def advance(self, xyz: Array, velocity: Array, force: Array, steps: int, timestep: float) -> None:
        """Steps of velocity Verlet, particles of mass 1."""
        done = 0
        while done < steps:
            self._list_neighbours(xyz)
            done += kernels.advance(
                xyz,
                velocity,
                force,
                self._built,
                self.diameters,
                self._starts,
                self._who,
                self._edges,
                self._per_edge,
                self.potential.law,
                self._each,
                steps - done,
                timestep,
                0.4 * self.skin,
            )


@validated
@dataclass(frozen=True, eq=False)
class SizedRun:
    """A run of particles with a diameter each, and what was noted of it.

    Parameters
    ----------
    trajectory
        its frames, with diameters
    energy
        potential energy a particle of each frame, (frame,), epsilon_AA
    kinetic_energy
        a particle, (frame,); zeros of Monte Carlo
    moved, swapped
        share of the displacements and swaps tried that were accepted; NaN where none was tried
    """

    trajectory: Trajectory
    energy: Annotated[Array, Numbers(rank=1, array=True)]
    kinetic_energy: Annotated[Array, Numbers(rank=1, array=True)]
    moved: Annotated[float, Number(nan=True)] = float("nan")
    swapped: Annotated[float, Number(nan=True)] = float("nan")


@validated
def swap_monte_carlo(
    start: Frame,
    potential: ContinuousSizes,
    *,
    temperature: Temperature,
    sweeps: Count,
    every: Count = 1,
    swaps: Annotated[float, Number(at_least=0.0, at_most=1.0)] = 0.2,
    step: Annotated[float, Number(above=0.0, at_most=0.1)] = 0.08,
    seed: Random,
    progress: Progress = None,
) -> SizedRun:
    r"""Equilibrium by displacements of single particles and exchanges of the diameters of two.

    .. math:: P(\text{accept}) = \min\left(1, e^{-\Delta U / k_B T}\right)

    A sweep tries as many moves as there are particles, each of one chosen at random. Swaps take a liquid of
    many sizes through relaxations that its dynamics would not see; they are not dynamics. Start from
    anything: a lattice melts at once if it is hot enough.

    Parameters
    ----------
    start
        with diameters
    potential
        between two of any sizes
    temperature
        epsilon_AA/k_B
    sweeps
        how many
    every
        a frame is kept after so many sweeps
    swaps
        share of the moves that exchange two diameters
    step
        largest displacement along an axis, sigma_AA
    seed
        of the random numbers
    progress
        called with how many sweeps of how many are done

    Returns
    -------
    SizedRun
        its trajectory has unwrapped positions, the diameters of each frame, and numbers of frames for times:
        Monte Carlo has no tau

    Raises
    ------
    ParameterError
        if the start has no diameters, or no frame would be kept.
    BoxError
        if the box is less than twice the largest cutoff.

    References
    ----------
    Ninarello, Berthier and Coslovich 2017, Sec. III; T. S. Grigera and G. Parisi, Phys. Rev. E 63,
    045102 (2001).

    Examples
    --------
    >>> from supercooled.systems import ninarello2017
    >>> liquid = ninarello2017()
    >>> start = liquid.lattice(100, seed=1)
    >>> done = swap_monte_carlo(start, liquid.potential, temperature=0.2, sweeps=4, seed=1)
    >>> done.trajectory.diameters().shape, bool(0.0 < done.swapped < 1.0)
    ((4, 100), True)
    """
    if every > sweeps:
        raise ParameterError(f"with {sweeps} sweeps and a frame after every {every} there is none")
    forces = _Moving(potential, start.box, start.sizes)
    n, rng = start.n_particles, np.random.default_rng(seed)
    if not forces.skin > 2.0 * step:
        raise ParameterError(
            f"steps of {step:g} are too long for a box of smallest height {start.box.heights.min():.4g}: use "
            "more particles"
        )
    xyz = np.ascontiguousarray(start.positions.T)
    counts = np.zeros(4, np.int64)
    kept: list[tuple[Array, Array, float]] = []
    force = np.empty_like(xyz)
    for sweep in range(every, sweeps + 1, every):
        for first in range(0, every * n, _TRIALS):
            draws = rng.random((min(_TRIALS, every * n - first), 6))
            forces.try_moves(xyz, draws, (swaps, step, temperature), counts)
        kept.append((xyz.T.copy(), forces.diameters.copy(), forces(xyz, force) / n))
        if progress is not None:
            progress(sweep, sweeps)
    moved, swapped = (_share(counts[k], counts[k + 1]) for k in (0, 2))
    run = _trajectory(start, [one[0] for one in kept], np.array([one[1] for one in kept]), temperature, None)
    energy = np.array([one[2] for one in kept])
    return SizedRun(run, energy, np.zeros(len(kept)), moved, swapped)


def _share(tried: int, accepted: int) -> float:
    return float(accepted) / float(tried) if tried else float("nan")


@validated
def sized_dynamics(
    start: Frame,
    potential: ContinuousSizes,
    *,
    temperature: Temperature,
    timestep: Positive,
    every: Count = 1,
    n_frames: Annotated[int, Whole(at_least=1, at_most=10**7)],
    collisions: Positive | None = None,
    seed: Random,
    progress: Progress = None,
) -> SizedRun:
    r"""Newton's dynamics of particles with a diameter each, of mass 1, by velocity Verlet.

    .. math:: \ddot{\mathbf r}_i = -\partial U / \partial \mathbf r_i

    Parameters
    ----------
    start
        an equilibrated frame, with diameters; :func:`swap_monte_carlo` makes it
    potential
        between two of any sizes
    temperature
        of the velocities at the start, epsilon_AA/k_B
    timestep
        tau
    every
        steps between frames; the start is the first
    n_frames
        how many
    collisions
        all velocities are drawn anew each time that so long has passed, tau: the run keeps its
        temperature, and particles no longer move as Newton says for longer than that. None keeps the energy
    seed
        of the velocities
    progress
        called with how many frames of how many are done

    Returns
    -------
    SizedRun
        its trajectory has unwrapped positions

    Raises
    ------
    ParameterError
        if the start has no diameters.
    BoxError
        if the box is less than twice the largest cutoff.
    SimulationError
        if particles overlap at the start by so much that the energy is lost.

    References
    ----------
    H. C. Andersen, J. Chem. Phys. 72, 2384 (1980), for the collisions, here of all particles at once.

    Examples
    --------
    >>> from supercooled.systems import ninarello2017
    >>> liquid = ninarello2017()
    >>> start = liquid.lattice(100, seed=1)
    >>> hot = swap_monte_carlo(start, liquid.potential, temperature=0.3, sweeps=50, seed=1)
    >>> done = sized_dynamics(hot.trajectory[-1], liquid.potential, temperature=0.3, timestep=0.005, every=10,
    ...     n_frames=3, seed=1)
    >>> whole = done.energy + done.kinetic_energy
    >>> done.trajectory.times.tolist(), bool(np.ptp(whole) < 1e-3)
    ([0.0, 0.05, 0.1], True)
    """
    forces = _Moving(potential, start.box, start.sizes)
    n, d, rng = start.n_particles, start.dimensions, np.random.default_rng(seed)
    xyz = np.ascontiguousarray(start.positions.T)
    force = np.empty_like(xyz)
    forces(xyz, force)
    velocity = _velocities(rng, n, d, temperature)
    apart = None if collisions is None else max(1, round(collisions / timestep))
    kept, energies = [xyz.T.copy()], [(forces.energy / n, _kinetic(velocity))]
    done = 0
    for frame in range(1, n_frames):
        while done < frame * every:
            steps = frame * every - done
            if apart is not None:
                steps = min(steps, apart - done % apart)
            forces.advance(xyz, velocity, force, steps, timestep)
            done += steps
            if apart is not None and done % apart == 0:
                velocity = _velocities(rng, n, d, temperature)
        kept.append(xyz.T.copy())
        energies.append((forces.energy / n, _kinetic(velocity)))
        if not sum(energies[-1]) < _WILD:
            raise SimulationError(
                f"{start.place}: the energy is lost by step {done}: begin from an equilibrated frame, such "
                "as swap_monte_carlo makes, or use a smaller timestep"
            )
        if progress is not None:
            progress(frame + 1, n_frames)
    times = np.arange(n_frames, dtype=np.float64) * (timestep * every)
    potential_energy, kinetic = np.array(energies).T
    return SizedRun(
        _trajectory(start, kept, forces.diameters, temperature, times),
        potential_energy.copy(),
        kinetic.copy(),
    )


def _velocities(rng: np.random.Generator, n: int, d: int, temperature: float) -> Array:
    """Of Maxwell, without motion of the whole; (3, particle)."""
    velocity = np.zeros((3, n))
    velocity[:d] = rng.normal(scale=np.sqrt(temperature), size=(d, n))
    return np.asarray(velocity - velocity.mean(axis=1, keepdims=True))


def _kinetic(velocity: Array) -> float:
    return float(0.5 * (velocity**2).sum() / velocity.shape[1])


def _trajectory(
    start: Frame, positions: list[Array], diameters: Array, temperature: float, times: Array | None
) -> Trajectory:
    run = Trajectory.from_arrays(
        np.array(positions),
        start.box,
        species=start.species,
        names=start.names,
        times=times,
        unwrapped=True,
        temperature=temperature,
        diameters=diameters,
    )
    return run.by_frame() if times is None else run


@validated
def quenched_sizes(run: Trajectory | Frame, potential: ContinuousSizes, *, tolerance: Positive) -> Trajectory:
    r"""Inherent structures of particles with a diameter each: every frame at the minimum of energy below it.

    Parameters
    ----------
    run
        with diameters
    potential
        between two of any sizes
    tolerance
        2-norm of all forces together, epsilon_AA/sigma_AA

    Returns
    -------
    Trajectory
        the minima, in the order of the frames

    Raises
    ------
    ParameterError
        if there are no diameters.
    SimulationError
        if the forces do not get below the tolerance.

    References
    ----------
    Stillinger and Weber 1982; the minimiser is Liu and Nocedal 1989.

    Examples
    --------
    >>> from supercooled.systems import ninarello2017
    >>> liquid = ninarello2017()
    >>> start = liquid.lattice(100, seed=1)
    >>> hot = swap_monte_carlo(start, liquid.potential, temperature=0.3, sweeps=20, seed=1)
    >>> still = quenched_sizes(hot.trajectory[-1:], liquid.potential, tolerance=1e-6)
    >>> forces, xyz = SizedForces(liquid.potential, still.box, still[0].sizes), still.positions()[0].T.copy()
    >>> bool(forces(xyz, np.zeros_like(xyz)) < 100 * hot.energy[-1])
    True
    """
    frames = [run] if isinstance(run, Frame) else [run.frame(row) for row in range(run.n_frames)]
    paths = None if isinstance(run, Frame) else run.unwrapped()
    found, sizes = [], []
    for k, frame in enumerate(frames):
        forces = SizedForces(potential, frame.box, frame.sizes)
        there = descend(forces, frame.positions.T, tolerance=tolerance, most=_MOST)
        if not there.force <= tolerance:
            raise SimulationError(
                f"{frame.place}: the forces stay at {there.force:.2g}, above the tolerance {tolerance:g}: "
                "use a larger one"
            )
        start = frame.positions if paths is None else paths[k]
        found.append(start + there.xyz.T - frame.positions)
        sizes.append(frame.sizes)
    times = None if isinstance(run, Frame) else run.moments
    first = frames[0]
    made = _trajectory(first, found, np.array(sizes), 1.0, times)
    clock = "frame" if isinstance(run, Frame) else run.clock
    return replace(made, temperature=first.temperature, clock=clock)

"""A slow obvious twin of the engines: NumPy, every pair, in double precision."""

import numpy as np

from supercooled.box import Box
from supercooled.mixture import Liquid, Mixture
from supercooled.potentials import LennardJones
from supercooled.simulation import Start
from supercooled.simulation.active import Drive
from supercooled.state import Protocol, StatePoint

DT = 0.005


def binary(make, *, dimensions=3, density=1.0):
    """Two species of other masses and sizes."""
    pairs = tuple(make(eps, sig) for eps, sig in ((1.0, 1.0), (1.3, 0.9), (0.7, 0.8)))
    mixture = Mixture("pair", ("A", "B"), (0.5, 0.5), (1.0, 0.4), pairs, dimensions=dimensions)
    return Liquid(mixture, density)


WCA = binary(LennardJones.wca)


def start_of(liquid, n=64, seed=1):
    """A shaken square or cubic lattice: no two particles are nearer than 0.7."""
    random, D = np.random.default_rng(seed), liquid.mixture.dimensions
    box = Box.cube(liquid.edge(n), D)
    across = round(n ** (1 / D))
    sites = np.stack(np.meshgrid(*[np.arange(across)] * D, indexing="ij"), axis=-1).reshape(-1, D)[:n]
    positions = np.zeros((n, 3))
    # Some lie across the edges.
    positions[:, :D] = (sites / across - 0.5) * box.lengths[:D] + random.uniform(-0.08, 0.08, (n, D))
    species = random.permutation(liquid.mixture.species_of(n)).astype(np.int32)
    return Start("shaken", box.wrap(positions)[0], species, box)


def forces_of(liquid, start, positions):
    """Energy, virial and forces of all pairs, one potential at a time in double precision."""
    between = start.box.minimum_image(positions[:, None] - positions[None])
    r = np.linalg.norm(between, axis=2)
    np.fill_diagonal(r, np.inf)
    energy, force = np.zeros_like(r), np.zeros_like(r)
    names = np.array(liquid.mixture.species)[start.species]
    for a in liquid.mixture.species:
        for b in liquid.mixture.species:
            chosen = (names[:, None] == a) & (names[None] == b)
            potential = liquid.mixture.potential(a, b)
            energy[chosen] = potential.energy(r[chosen])
            force[chosen] = potential.force(r[chosen])
    pulls = np.where(np.isfinite(r), force / r, 0.0)
    virial = 0.5 * (force * np.where(np.isfinite(r), r, 0.0)).sum() / liquid.mixture.dimensions
    return 0.5 * energy.sum(), virial, (pulls[:, :, None] * between).sum(axis=1)


def twin(state, start, checkpoint, steps, *, first=2, begin=0):
    """Velocity Verlet between the halves of a chain of Nose-Hoover thermostats, as its papers write it.

    first : halves before the first step, 1 or 2
    begin : step at which the thermostat is taken off, for a run at constant energy
    """
    liquid, protocol = state.liquid, state.protocol
    D, n = liquid.mixture.dimensions, state.n_particles
    masses = np.asarray(liquid.mixture.masses)[start.species][:, None]
    free = start.positions.copy()
    _, _, force = forces_of(liquid, start, free)
    drive = Drive.of(state, start.species)

    def pushed(force, step):
        # Forces at a step are those of the draw before it.
        return force if drive is None else force + drive.forces(max(0, step - 1))

    force = pushed(force, 0)
    v = np.zeros((n, 3))
    # The card holds velocities half a step before.
    v[:, :D] = checkpoint.velocities
    v += 0.5 * DT * force / masses
    T, tau, dof = state.temperature, protocol.damping * protocol.dt, D * (n - 1)
    inertia = np.array([dof * T * tau**2, T * tau**2, T * tau**2])
    zeta = np.zeros(3)

    def force_on(k):
        if k == 0:
            return (masses * v**2).sum() - dof * T
        return inertia[k - 1] * zeta[k - 1] ** 2 - T

    def quarter(k):
        slowing = np.exp(-DT / 8 * zeta[k + 1]) if k < 2 else 1.0
        zeta[k] *= slowing
        zeta[k] += DT / 4 * force_on(k) / inertia[k]
        zeta[k] *= slowing

    for step in range(steps):
        held = protocol.ensemble == "nvt" or step < begin
        for _ in range((2 if step else first) if held else 0):
            for k in (2, 1, 0):
                quarter(k)
            v = v * np.exp(-DT / 2 * zeta[0])
            for k in (0, 1, 2):
                quarter(k)
        v = v + 0.5 * DT * force / masses
        free = free + DT * v
        force = pushed(forces_of(liquid, start, free)[2], step + 1)
        v = v + 0.5 * DT * force / masses
    return free, v


def state_of(liquid, n=64, **protocol):
    return StatePoint(liquid, 1.0, n, Protocol(**{"every": 0.05, "dt": DT, "start": "lattice", **protocol}))


def free_of(shot):
    return shot.box.unwrap(shot.positions, shot.images)

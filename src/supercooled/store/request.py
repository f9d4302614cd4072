"""What is asked of the store, checked before anything is simulated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypedDict, Unpack

import numpy as np

from supercooled.arguments import Count, NotNegative, Positive, Temperature, validated
from supercooled.errors import ParameterError
from supercooled.mixture import Liquid
from supercooled.simulation.active import active_particles
from supercooled.simulation.schedule import Schedule
from supercooled.simulation.start import Start, check_cutoff, from_trajectory, lattice
from supercooled.state import Protocol, StatePoint
from supercooled.trajectory import Trajectory

StartOf = Literal["equilibrated", "lattice"] | str | Path | Trajectory


@validated
@dataclass(frozen=True, slots=True)
class Request:
    """A run that is wanted.

    Parameters
    ----------
    state
        state point
    duration
        from the first frame to the last, tau
    configuration
        where it starts, if that is neither the library nor a lattice
    """

    state: StatePoint
    duration: NotNegative
    configuration: Start | None = None

    @property
    def n_frames(self) -> int:
        """Frames it will have."""
        return Schedule.n_frames(self.state, self.duration)

    def start(self) -> Start:
        """Where it starts, read and checked.

        Returns
        -------
        Start
            starting configuration

        Raises
        ------
        ParameterError
            if the library has no such configuration.
        """
        if self.configuration is not None:
            return self.configuration
        state = self.state
        if state.protocol.start == "lattice":
            return lattice(state.liquid, state.n_particles, state.seed)
        if state.protocol.start != "equilibrated":
            raise ParameterError(
                f"{state.label} starts from {state.protocol.start}, but there is no such configuration"
            )
        from supercooled import systems

        path = systems.equilibrated(state.liquid, state.temperature, state.n_particles)
        return from_trajectory(read_configuration(path), state.liquid, state.temperature)


class Way(TypedDict, total=False):
    """How a run is made, as :func:`supercooled.simulate` explains it; :class:`Protocol` has the defaults."""

    per_decade: int
    dt: Positive
    damping: Positive
    ensemble: Literal["nvt", "nve"]


class HeldWay(Way, total=False):
    """With a time before the first frame."""

    hold: NotNegative


@validated
def request(
    liquid: Liquid,
    *,
    temperature: Temperature,
    n_particles: Count,
    duration: NotNegative,
    every: Positive,
    seed: int = 1,
    start: StartOf = "equilibrated",
    **way: Unpack[HeldWay],
) -> Request:
    """A checked request; the arguments are those of :func:`supercooled.simulate`.

    Parameters
    ----------
    liquid
        mixture and density
    temperature
        temperature, epsilon_AA/k_B
    n_particles
        number of particles
    duration
        length of the run, tau
    every
        time between frames, tau
    seed
        seed of the random numbers
    start
        'equilibrated', 'lattice', a file, or a trajectory
    way
        further arguments of :func:`supercooled.simulate`

    Returns
    -------
    Request
        checked request

    Raises
    ------
    ParameterError
        if a number is out of range, or a lattice is not held.
    MixtureError, BoxError, SimulationError, TrajectoryError
        if the size or the starting configuration does not fit the liquid.
    """
    if n_particles < 1:
        raise ParameterError(f"n_particles must be at least 1, not {n_particles}")
    if not 0 < duration < np.inf:
        raise ParameterError(f"duration must be positive, not {duration}")
    check_cutoff(liquid, n_particles)
    protocol = Protocol(every=every, **way)
    configuration = None
    name = str(start)
    if isinstance(start, Trajectory) or name not in ("equilibrated", "lattice"):
        trajectory = start if isinstance(start, Trajectory) else read_configuration(Path(start))
        configuration = from_trajectory(trajectory, liquid, temperature)
        if len(configuration.species) != n_particles:
            raise ParameterError(
                f"{configuration.name} holds {len(configuration.species)} particles, and n_particles is "
                f"{n_particles}"
            )
        # What names the run is what the file holds, not what it is called.
        name = f"sha256:{configuration.sha256[:16]}"
    elif name == "lattice" and protocol.hold <= 0:
        raise ParameterError(
            "a run from 'lattice' starts with a quench; give the time to hold it at the "
            "temperature first, for example hold=100.0"
        )
    protocol = replace(protocol, start=name)
    asked = Request(StatePoint(liquid, temperature, n_particles, protocol, seed), duration, configuration)
    if liquid.activity is not None:
        if name == "equilibrated" and protocol.hold <= 0 and not _shipped(asked.state):
            raise ParameterError(
                "an active liquid that starts from equilibrium without activity is not in its "
                "steady state; give the time to hold it first, for example hold=100.0"
            )
        kinds = liquid.mixture.species_of(n_particles) if configuration is None else configuration.species
        active_particles(liquid.activity, liquid.mixture, kinds, seed)
    protocol.steps(protocol.hold)
    Schedule.n_frames(asked.state, duration)
    return asked


def _shipped(state: StatePoint) -> bool:
    """Whether the library has the state itself, and not only its liquid without activity."""
    from supercooled import systems

    return any(c.fits(state.liquid, state.temperature, state.n_particles) for c in systems.library())


def read_configuration(path: Path) -> Trajectory:
    """Trajectory of a file of which only a configuration is wanted."""
    from supercooled import io

    try:
        return io.read(path)
    except ParameterError:
        # Its frames have no times, and only the last one is used: any time step will do.
        return io.read(path, timestep=1.0)

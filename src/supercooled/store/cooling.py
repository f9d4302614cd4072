"""Cooling in steps, each checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from supercooled.arguments import Count, Positive, validated
from supercooled.errors import ParameterError, SimulationError
from supercooled.mixture import Liquid
from supercooled.simulation.engine import Engine
from supercooled.simulation.engine_choice import EngineName
from supercooled.simulation.start import from_trajectory
from supercooled.store.ageing import Agreement, compare
from supercooled.store.crystal import Order, order
from supercooled.store.request import StartOf
from supercooled.store.simulating import simulate
from supercooled.trajectory import Trajectory


@validated
@dataclass(frozen=True, slots=True)
class Rung:
    """One temperature of a cooling ladder.

    Parameters
    ----------
    run
        whose last frame is where the next rung starts
    agreements
        of the run's two halves, by name
    order
        how crystalline its last frame is
    """

    run: Trajectory
    agreements: dict[str, Agreement]
    order: Order

    @property
    def equilibrated(self) -> bool:
        """Whether the two halves of the run agree: it does not age any more."""
        return all(a.passed for a in self.agreements.values())


@validated
def cool(
    liquid: Liquid,
    temperatures: Sequence[float],
    *,
    n_particles: Count,
    hold: float | Sequence[float],
    duration: float | Sequence[float],
    every: float | Sequence[float],
    start: StartOf = "lattice",
    seed: int = 1,
    dt: Positive = 0.005,
    damping: Positive = 100.0,
    engine: EngineName | Engine | None = None,
    root: str | Path = "runs",
    progress: bool = True,
) -> list[Rung]:
    """Cool a liquid step by step: each run starts from the last frame of the one before.

    Parameters
    ----------
    liquid
        mixture and density
    temperatures
        falling, epsilon_AA/k_B
    n_particles
        number of particles
    hold, duration, every
        of each run, tau; one number, or one for each temperature, since colder
        liquids need longer
    start
        of the first run
    seed
        seed of the random numbers
    dt
        integration step, tau
    damping
        time constant of the thermostat, tau
    engine
        name of an engine, or an engine; None for the default
    root
        folder of the runs
    progress
        show progress bars

    Returns
    -------
    list[Rung]
        A rung for each temperature; whether it came to equilibrium is measured and reported, not demanded,
        for a ladder may well end in a glass.

    Raises
    ------
    ParameterError
        if the temperatures do not fall, or there are not as many times as temperatures.
    SimulationError
        with the evidence, if a rung crystallised: what is colder would be no liquid either.

    Notes
    -----
    The rest as in :func:`supercooled.simulate`. Killed, the same call goes on.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled import systems
    >>> rungs = cool(
    ...     systems.kob_andersen(density=1.2), [3.0, 1.5], n_particles=200, hold=0.5, duration=2.0,
    ...     every=0.1, root=tempfile.mkdtemp(), progress=False)
    >>> [rung.run.temperature for rung in rungs]
    [3.0, 1.5]
    """
    if len(temperatures) == 0 or any(a <= b for a, b in pairwise(temperatures)):
        raise ParameterError(f"temperatures of a cooling sequence must decrease, not {list(temperatures)}")
    times = [_each(name, t, len(temperatures)) for name, t in _named(hold, duration, every)]
    rungs: list[Rung] = []
    for temperature, held, lasting, between in zip(temperatures, *times, strict=True):
        run = simulate(
            liquid,
            temperature=temperature,
            n_particles=n_particles,
            duration=lasting,
            every=between,
            seed=seed,
            dt=dt,
            damping=damping,
            start=rungs[-1].run if rungs else start,
            hold=held,
            engine=engine,
            root=root,
            progress=progress,
        )
        found = order(from_trajectory(run, liquid, temperature))
        if found.crystalline:
            raise SimulationError(
                f"{liquid.name} crystallised at T={temperature:g}: its largest solid-like "
                f"cluster contains {found.cluster:.1%} of the particles and its strongest Bragg "
                f"peak is {found.bragg:.0f}; cool faster or to a higher temperature"
            )
        rungs.append(Rung(run, compare(run), found))
    return rungs


def _named(
    hold: float | Sequence[float], duration: float | Sequence[float], every: float | Sequence[float]
) -> list[tuple[str, float | Sequence[float]]]:
    return [("hold", hold), ("duration", duration), ("every", every)]


def _each(name: str, value: float | Sequence[float], count: int) -> list[float]:
    values = list(value) if isinstance(value, Sequence) else [value] * count
    if len(values) != count:
        raise ParameterError(f"{name} has {len(values)} times for {count} temperatures")
    return values

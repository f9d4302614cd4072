"""Runs that share their first configuration and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Unpack

from supercooled.arguments import Count, NotNegative, Positive, Temperature, Whole, validated
from supercooled.cluster import Workers
from supercooled.errors import ParameterError
from supercooled.mixture import Liquid
from supercooled.simulation.engine import Engine
from supercooled.simulation.engine_choice import EngineName
from supercooled.store.request import StartOf, Way, request
from supercooled.store.simulating import simulate_all
from supercooled.trajectory import Trajectory


@validated
def isoconfigurational(
    liquid: Liquid,
    n_runs: Annotated[int, Whole(at_least=1, at_most=100_000)],
    *,
    temperature: Temperature,
    n_particles: Count,
    duration: NotNegative,
    every: Positive,
    first_seed: int = 1,
    start: StartOf = "equilibrated",
    engine: EngineName | Engine | None = None,
    root: str | Path = "runs",
    workers: Workers = None,
    progress: bool = True,
    **way: Unpack[Way],
) -> list[Trajectory]:
    r"""An isoconfigurational ensemble: runs from one configuration, each with fresh velocities.

    .. math:: P(\mathbf v_i) \propto \exp(-m_i v_i^2 / 2 k_B T),\qquad \sum_i m_i \mathbf v_i = 0

    What all runs have in common is what the structure at the beginning says about the dynamics.

    Parameters
    ----------
    liquid
        mixture and density
    n_runs
        with the seeds `first_seed`, `first_seed` + 1, ...; more runs asked for later are added
    temperature
        temperature, epsilon_AA/k_B
    n_particles
        number of particles
    duration
        length of the run, tau
    every
        time between frames, tau
    first_seed
        seed of the first run; the following runs take the following seeds
    start
        "equilibrated", a file, or a trajectory, of which the last frame counts: ``run[k : k + 1]``
    engine
        name of an engine, or an engine; None for the default
    root
        folder of the runs
    workers
        processes, by default one for each core; or a Dask cluster
    progress
        show progress bars
    way
        ``per_decade``, ``dt``, ``damping`` and ``ensemble``

    Returns
    -------
    list[Trajectory]
        Trajectories in the order of their seeds; their first frames are identical.

    Raises
    ------
    ParameterError
        if `n_runs` is not positive, or the start is "lattice": each seed would melt another liquid.
    MixtureError, BoxError, TrajectoryError, SimulationError, StoreError
        as :func:`supercooled.simulate`.

    Notes
    -----
    The rest as in :func:`supercooled.simulate`; velocities are of `temperature` in either ensemble.

    References
    ----------
    Widmer-Cooper, Harrowell and Fynewever 2004; graham2023 averages over such runs.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled import simulate, systems
    >>> liquid, root = systems.kob_andersen(density=1.2), tempfile.mkdtemp()
    >>> common = dict(temperature=1.0, n_particles=200, every=0.05, root=root, progress=False)
    >>> melt = simulate(liquid, duration=0.05, start="lattice", hold=0.2, **common)
    >>> runs = isoconfigurational(liquid, n_runs=2, start=melt, duration=0.1, workers=1, **common)
    >>> first, second = (run.positions() for run in runs)
    >>> bool((first[0] == second[0]).all()), bool((first[2] == second[2]).any())
    (True, False)
    """
    if n_runs < 1:
        raise ParameterError(f"an ensemble needs one run or more, not {n_runs}")
    if isinstance(start, str) and start == "lattice":
        raise ParameterError(
            "an isoconfigurational ensemble starts from one configuration: give a file, a trajectory, or "
            "'equilibrated'"
        )
    requests = [
        request(
            liquid,
            temperature=temperature,
            n_particles=n_particles,
            duration=duration,
            every=every,
            seed=seed,
            start=start,
            **way,
        )
        for seed in range(first_seed, first_seed + n_runs)
    ]
    return simulate_all(requests, engine=engine, root=root, workers=workers, progress=progress)

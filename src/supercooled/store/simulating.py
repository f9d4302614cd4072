"""Runs on demand: what is there already is read, what is missing is made."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import as_completed
from dataclasses import replace
from pathlib import Path
from typing import Literal

from supercooled import cluster
from supercooled.arguments import Count, NotNegative, Positive, Temperature, validated
from supercooled.errors import ParameterError, StoreError
from supercooled.mixture import Liquid
from supercooled.outputs import see_runs_folder
from supercooled.simulation.engine import Engine
from supercooled.simulation.engine_choice import EngineName, chosen_engine
from supercooled.store.folder import RunFolder
from supercooled.store.progress_bars import watched
from supercooled.store.reading import first_frames
from supercooled.store.request import Request, StartOf, request
from supercooled.store.running import make, tail_is_whole
from supercooled.trajectory import Trajectory


@validated
def simulate(
    liquid: Liquid,
    *,
    temperature: Temperature,
    n_particles: Count,
    duration: NotNegative,
    every: Positive,
    per_decade: int = 0,
    seed: int = 1,
    dt: Positive = 0.005,
    damping: Positive = 100.0,
    ensemble: Literal["nvt", "nve"] = "nvt",
    start: StartOf = "equilibrated",
    hold: NotNegative = 0.0,
    engine: EngineName | Engine | None = None,
    root: str | Path = "runs",
    progress: bool = True,
) -> Trajectory:
    r"""Molecular dynamics of a liquid, or the run that is there already.

    Nose-Hoover ("nvt") or constant energy ("nve", after a hold at constant temperature). The first
    frame, at time 0, follows the hold; the last is at `duration`. A run is named by everything here
    but `duration`, `root` and `progress`, by the version of the engine, and by the code that simulates:
    asked for again it is read, asked for longer it goes on, and killed at any instant it resumes from its
    last checkpoint to the same bits. What another engine or other code made stays beside it, and a warning
    names it.

    Parameters
    ----------
    liquid
        mixture and density
    temperature
        epsilon_AA/k_B
    n_particles
        number of particles
    duration, every, hold, dt
        tau
    per_decade
        frames a decade of time, from one step on, within each interval `every`: with
        ``every=100.0, per_decade=8`` short and long times are seen from many beginnings
    seed
        of the velocities (and of a lattice); replicas differ in it
    damping
        time constant of the thermostat in steps
    ensemble
        "nvt" at constant temperature, "nve" at constant energy
    start
        "equilibrated", the package's configuration of this state; "lattice", melted and quenched,
        which needs a hold; a file; or a trajectory, of which the last frame counts
    engine
        "lammps", on one core; "gamdpy", on a graphics card, in single precision; or one of your
        own. Unless said, what ``SUPERCOOLED_ENGINE`` names, else LAMMPS.
    root
        folder of the runs
    progress
        show progress bars

    Returns
    -------
    Trajectory
        Trajectory with `state` and `temperature`; its GSD file logs ``potential_energy`` and
        ``kinetic_temperature`` a particle, ``pressure``, and now and then ``configurational_temperature``.

    Raises
    ------
    ParameterError, MixtureError, BoxError, TrajectoryError, SimulationError
        before anything is simulated, if a number is out of range, there is no configuration to start
        from, particles overlap in it, or the box is too small for the cutoff.
    StoreError
        if `root` is a folder of something else, or the disk is full; make room and ask again.
    MissingExtraError
        if the engine is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from supercooled import systems
    >>> run = simulate(
    ...     systems.kob_andersen(density=1.2), temperature=2.0, n_particles=200, duration=0.1, every=0.05,
    ...     start="lattice", hold=0.1, root=tempfile.mkdtemp(), progress=False)
    >>> run.times
    array([0.  , 0.05, 0.1 ])
    """
    wanted = request(
        liquid,
        temperature=temperature,
        n_particles=n_particles,
        duration=duration,
        every=every,
        per_decade=per_decade,
        seed=seed,
        dt=dt,
        damping=damping,
        ensemble=ensemble,
        start=start,
        hold=hold,
    )
    return simulate_all([wanted], engine=engine, root=root, workers=1, progress=progress)[0]


@validated
def simulate_all(
    requests: Sequence[Request],
    *,
    root: str | Path = "runs",
    workers: cluster.Workers = None,
    progress: bool = True,
    engine: EngineName | Engine | None = None,
) -> list[Trajectory]:
    """Several runs side by side, one core each.

    Parameters
    ----------
    requests
        from :func:`supercooled.store.request`
    root
        folder of the runs
    workers
        processes, by default one for each core (one for a graphics card) and never more than there
        are runs to make; or a Dask cluster, whose workers share the folder `root` with this process
    progress
        show progress bars
    engine
        as :func:`simulate`

    Returns
    -------
    list[Trajectory]
        one trajectory per request, in their order

    Raises
    ------
    SimulationError, StoreError, ClusterError
        of the first run that fails; the others stop too, and all can be resumed. StoreError too, if a
        run began from an equilibrated configuration that is no longer the package's.
    """
    see_runs_folder(root)
    new = [asked for asked in requests if not RunFolder.is_there(asked.state, root, engine=engine)]
    if new:
        # What can't start is refused before there is a folder for it.
        engine = chosen_engine(engine)
    for asked in new:
        asked.start()
    for known in RunFolder.made_otherwise([asked.state for asked in new], root, engine=engine):
        warnings.warn(f"{known}; it is kept as it is, and a new run is made beside it", stacklevel=2)
    folders = [RunFolder.of(asked.state, root, engine=engine) for asked in requests]
    for folder, asked in zip(folders, requests, strict=True):
        _check_beginning(folder, asked)
    missing: dict[Path, tuple[RunFolder, Request]] = {}
    for folder, asked in zip(folders, requests, strict=True):
        other = missing.get(folder.path)
        short = folder.frames_done() < asked.n_frames
        if not short and not folder.is_held():
            short = not tail_is_whole(folder, asked)
        if short and (other is None or other[1].duration < asked.duration):
            missing[folder.path] = (folder, asked)
    runs = list(missing.values())
    for folder, asked in runs:
        if folder.checkpoint() is None:
            asked.start()
    if runs:
        mover = chosen_engine(engine)
        most = 1 if getattr(mover, "alone", False) and workers is None else workers
        _make_all(runs, cluster.at_most(most, len(runs)), mover, show=progress)
    return [_trajectory(folder, asked) for folder, asked in zip(folders, requests, strict=True)]


def _check_beginning(folder: RunFolder, asked: Request) -> None:
    """Refuse a run that began from a shipped configuration that another has replaced since."""
    began = folder.record().get("start", {}).get("sha256")
    if asked.state.protocol.start != "equilibrated" or began is None:
        return
    try:
        now = asked.start().sha256
    except ParameterError:
        # The package has none any more: nothing to compare with, and no reason to lose the run.
        return
    if began != now:
        raise StoreError(
            f"{folder.path} started from another equilibrated configuration than the one that "
            f"the package now has for  {asked.state.label}; delete it, or choose another folder "
            "of runs"
        )


def _make_all(
    runs: Sequence[tuple[RunFolder, Request]], workers: cluster.Workers, engine: Engine, *, show: bool
) -> None:
    with watched(runs, show=show), cluster.executor(workers) as executor:
        futures = [executor.submit(make, folder, asked, engine) for folder, asked in runs]
        for future in as_completed(futures):
            future.result()


def _trajectory(folder: RunFolder, asked: Request) -> Trajectory:
    made = first_frames(folder, asked.n_frames, asked.state.temperature)
    return replace(made, state=asked.state)

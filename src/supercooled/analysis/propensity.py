"""How well structure ranks the propensity of particles: runs that share one configuration, and only that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from supercooled import dynamics, relation, store
from supercooled.analysis.choices import Choices, temperature_of
from supercooled.analysis.heterogeneity import FIELDS, surroundings
from supercooled.analysis.stages import Results, stage
from supercooled.cage import Calibration
from supercooled.cluster import Workers
from supercooled.errors import ParameterError
from supercooled.mixture import Liquid
from supercooled.simulation.engine_choice import chosen_engine
from supercooled.trajectory import Trajectory

__all__ = ["Ensembles", "Plan", "ranked_propensities"]


@dataclass(frozen=True, slots=True)
class Ensembles:
    """Isoconfigurational ensembles along the runs of a study.

    Parameters
    ----------
    durations
        of each run, by temperature, tau
    times
        at which the propensity is taken, tau; those beyond a duration are left out
    places
        of the configurations in each run, as shares of its length
    n_runs
        from each configuration
    """

    durations: Mapping[float, float]
    times: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 24.0)
    places: tuple[float, ...] = (0.125, 0.375, 0.625)
    n_runs: int = 8

    def frames(self, run: Trajectory) -> list[int]:
        """Of a run, those that are begun from."""
        return [int(place * run.n_frames) for place in self.places]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated, as the study's own runs are, and how it is measured.

    Parameters
    ----------
    root
        folder of the runs
    """

    ensembles: Ensembles
    choices: Choices
    liquid: Liquid
    dt: float
    root: Path
    workers: Workers


def ranked_propensities(
    runs: Sequence[Trajectory],
    depths: Sequence[xr.DataArray],
    radial: Sequence[xr.Dataset],
    plan: Plan,
    *,
    calibration: Calibration,
    folder: Path,
) -> xr.Dataset:
    """Rank correlation of each field with the propensity of one species.

    Parameters
    ----------
    runs, depths, radial
        of each temperature; depths (frame, particle) of the frames begun from at least

    Returns
    -------
    xr.Dataset
        ``rank_correlation`` and its error (temperature, time, field), and ``reliability``
        (temperature, time): the share of the variance of the propensity, averaged over so many runs, that
        is no chance of their velocities. A field that knew everything would come to its root.
    """
    parts, temperatures = [], []
    ensembles = plan.ensembles
    for run, depth, around in zip(runs, depths, radial, strict=True):
        T = temperature_of(run)
        if T not in ensembles.durations:
            continue
        found = ranked_propensity.kept(
            folder,
            f"T{T:g}-propensity",
            run,
            calibration.softness(depth),
            around,
            ensembles=ensembles,
            choices=plan.choices,
            liquid=plan.liquid,
            dt=plan.dt,
            engine=chosen_engine().version(),
            root=plan.root,
            workers=plan.workers,
        )
        parts.append(found["propensity"])
        temperatures.append(T)
    if not parts:
        raise ParameterError("no run has a temperature of the ensembles")
    along = xr.Variable("temperature", temperatures)
    return xr.concat(parts, dim=along, join="outer", combine_attrs="override")


@stage(free=["root", "workers"])
def ranked_propensity(
    run: Trajectory,
    softness: xr.DataArray,
    radial: xr.Dataset,
    *,
    ensembles: Ensembles,
    choices: Choices,
    liquid: Liquid,
    dt: float,
    engine: str,
    root: Path,
    workers: Workers,
) -> Results:
    """Of one temperature, as :func:`ranked_propensities`.

    Parameters
    ----------
    engine
        what makes the runs, for the key
    """
    T = temperature_of(run)
    duration = ensembles.durations[T]
    times = [t for t in ensembles.times if t <= duration * (1 + 1e-9)]
    centres = run.of_species(choices.species)
    fields: dict[str, list[xr.DataArray]] = {name: [] for name in FIELDS}
    motion, reliability = [], []
    for number in ensembles.frames(run):
        replicas = store.isoconfigurational(
            liquid,
            n_runs=ensembles.n_runs,
            temperature=T,
            n_particles=run.n_particles,
            duration=duration,
            every=times[0],
            dt=dt,
            start=run[number : number + 1],
            root=root,
            workers=workers,
        )
        found = dynamics.propensity(replicas, times=times).isel(particle=centres)
        here = int(run.frames[number])
        # Of the configuration that they began from, as the fields are.
        began = found["propensity"].assign_coords(frame=here).assign_attrs(trajectory=run.fingerprint)
        motion.append(began)
        noise = (found["propensity_error"] ** 2).mean("particle")
        reliability.append(1.0 - noise / found["propensity"].var("particle", ddof=1))
        beside = surroundings(run, liquid.mixture, choices, radial=radial, frames=slice(number, number + 1))
        for name, each in fields.items():
            each.append((softness if name == "softness" else beside[name]).sel(frame=here))
    rows = [
        relation.rank_correlation([FIELDS[name] * one for one in each], motion)
        for name, each in fields.items()
    ]
    table = xr.concat(rows, dim=xr.Variable("field", list(fields)), combine_attrs="override")
    table["reliability"] = xr.concat(reliability, dim="configuration").mean("configuration")
    return {"propensity": table.transpose("time", "field").assign_attrs(runs=ensembles.n_runs)}

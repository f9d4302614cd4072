"""Local softness and dynamic heterogeneity of the Kob-Andersen liquid (sharma2022).

Kob-Andersen Lennard-Jones at density 1.2, 4000 particles. Sections follow the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xarray as xr

from supercooled import store, systems
from supercooled.analysis.choices import Choices, temperature_of
from supercooled.analysis.heterogeneity import STAYS_WITHIN
from supercooled.analysis.measurement import measure
from supercooled.analysis.motion import Motion, motion_curves, motion_rows, motion_table
from supercooled.analysis.propensity import Ensembles, Plan, ranked_propensities
from supercooled.analysis.results import (
    below_onset,
    cages,
    crossing,
    moves,
    relations,
    together,
)
from supercooled.analysis.scenes import scene_of
from supercooled.cluster import Workers
from supercooled.mixture import Liquid
from supercooled.papers import Findings, Paper, Work
from supercooled.papers.sharma2022 import page
from supercooled.papers.sharma2022.averages import average_lines
from supercooled.papers.sharma2022.chosen import CHOICES, HIGHEST, P_C, P_C_SHORT, PRINTED, softness_line
from supercooled.papers.sharma2022.claims import claim_rows, facilitated, shapes
from supercooled.papers.sharma2022.definitions import definition_rows
from supercooled.papers.sharma2022.extended import Job, by_depth, extended
from supercooled.papers.sharma2022.figures import FIGURES
from supercooled.papers.sharma2022.rows import (
    further_rows,
    propensity_rows,
    rows,
    slowest_row,
    with_printed_time,
    with_readings,
)
from supercooled.report import Tolerance
from supercooled.trajectory import Trajectory

DENSITY = 1.2
N_PARTICLES = 4000


@dataclass(frozen=True, slots=True)
class Preset:
    """State points, run lengths and steps.

    Parameters
    ----------
    durations
        of the run at each temperature, tau
    dt
        the paper integrates with 0.0025, nandi2021 the same liquid with 0.005
    whole
        the appendices, every reading and the ranking too
    beyond
        runs that the table of motion alone has, by temperature
    ensembles
        of runs that share one configuration, for the propensity
    p_c_within
        tolerance of p_c, which short runs know less well
    """

    durations: Mapping[float, float]
    every: float
    dt: float
    seed: int = 1
    whole: bool = True
    p_c_within: Tolerance = P_C
    beyond: Mapping[float, float] = field(default_factory=dict)
    ensembles: Ensembles | None = None


_FEW = {0.47: 190.0, 0.53: 250.0, 0.58: 220.0, 0.70: 120.0}
_SOME = {0.47: 1000.0, 0.53: 700.0, 0.58: 400.0, 0.70: 200.0, 0.80: 100.0}
_MANY = {0.47: 3700.0, 0.53: 4700.0, 0.58: 1500.0, 0.70: 500.0, 0.80: 1000.0}
_HOT = {1.0: 240.0}
_ENSEMBLES = Ensembles({0.47: 24.0, 0.58: 24.0, 0.70: 8.0})
PRESETS = {
    "quick": Preset(_FEW, every=0.5, dt=0.005, whole=False, p_c_within=P_C_SHORT),
    "medium": Preset(_SOME, every=0.5, dt=0.005, p_c_within=P_C_SHORT),
    "long": Preset(_MANY, every=0.5, dt=0.005, beyond=_HOT, ensembles=_ENSEMBLES),
    "paper": Preset(_MANY, every=0.5, dt=0.0025, beyond=_HOT, ensembles=_ENSEMBLES),
}


def study(chosen: Preset, where: Work) -> Findings:
    """Simulate, measure, compare."""
    choices, work, workers = CHOICES, where.kept, where.workers
    liquid = systems.kob_andersen(density=DENSITY)
    temperatures = list(chosen.durations)
    simulated = _simulated(liquid, chosen, runs=where.root, workers=workers)
    trajectories, hot = simulated[: len(temperatures)], simulated[len(temperatures) :]
    measured = measure([[t] for t in trajectories], liquid.mixture, choices, folder=work, workers=workers)
    found = cages(measured, temperatures, liquid.mixture, choices)
    calibration = found.calibration(choices.calibrated_by)
    moved = moves(measured, choices)
    thresholds = [float(PRINTED["p_c"][f"{T:.2f}"]) for T in temperatures]
    depths, hops = [m.depths for m in measured], [m.hops for m in measured]
    related = relations(depths, hops, thresholds, calibration, choices)
    fits = crossing(below_onset(related.probabilities, temperatures, HIGHEST), choices)
    results = together(
        measured,
        temperatures,
        found,
        moved,
        calibration=calibration,
        relations=related,
        thresholds=thresholds,
        choices=choices,
    )
    results["cage"]["published_softness"] = (
        "temperature",
        [softness_line(T) for T in temperatures],
        {"source": PRINTED["softness_line"]["where"]},
    )
    results["arrhenius"] = fits
    results |= scene_of(trajectories[0], measured[0], calibration, choices)
    compared = rows(
        temperatures,
        curves=results["dynamics"],
        found=found,
        moved=moved,
        related=related,
        fits=fits,
        p_c_within=chosen.p_c_within,
        choices=choices,
    )
    if chosen.whole:
        results["motion"] = _motion([*trajectories, *hot], choices, work)
        compared += with_printed_time(
            motion_rows(results["motion"], ("tau_alpha", "diffusivity", "alpha2_max"), item="Sec. III")
        )
        if chosen.ensembles is not None:
            plan = Plan(chosen.ensembles, choices, liquid, chosen.dt, where.root, workers)
            results["propensity"] = ranked_propensities(
                trajectories,
                [depth for (depth,) in depths],
                [m.radial for m in measured],
                plan,
                calibration=calibration,
                folder=work,
            )
            compared += propensity_rows(results["propensity"])
        shaped = shapes(depths, calibration, blocks=choices.blocks)
        results |= facilitated.kept(
            work,
            f"T{temperatures[0]:g}-facilitation",
            trajectories[0],
            calibration.softness(depths[0][0]),
            hops[0][0],
            choices,
            threshold=thresholds[0],
        )
        del measured, depths, hops  # every run's fields lie in `work`, and fill the memory for nothing
        job = Job(liquid.mixture, choices, calibration, work, HIGHEST)
        results |= extended(trajectories, thresholds, job, found=found, workers=workers)
        results |= by_depth(related, temperatures, choices, highest=HIGHEST)
        results["lines"] = average_lines(found, choices.calibrated_by)
        compared = with_readings(compared, results["readings"]) + further_rows(results, temperatures)
        compared += claim_rows(results, temperatures, related=related, shaped=shaped)
    else:
        compared += slowest_row(temperatures, moved)
    compared += definition_rows(
        choices, n_particles=N_PARTICLES, density=DENSITY, dt=chosen.dt, stays_within=STAYS_WITHIN
    )
    return Findings(
        summary=page.summary(temperatures, related, fits.attrs["onset"], fits.attrs["onset_error"]),
        rows=compared,
        results=results,
        trajectories=simulated,
        parameters=page.parameters(
            choices=choices, calibration=calibration, dt=chosen.dt, ensembles=chosen.ensembles
        ),
        sections=page.sections(results),
    )


def _simulated(liquid: Liquid, chosen: Preset, *, runs: Path, workers: Workers) -> list[Trajectory]:
    wanted = {**chosen.durations, **chosen.beyond}
    requests = [
        store.request(
            liquid,
            temperature=T,
            n_particles=N_PARTICLES,
            duration=duration,
            every=chosen.every,
            dt=chosen.dt,
            seed=chosen.seed,
        )
        for T, duration in wanted.items()
    ]
    return store.simulate_all(requests, root=runs, workers=workers)


def _motion(runs: Sequence[Trajectory], choices: Choices, work: Path) -> xr.Dataset:
    how = Motion(
        species=choices.species,
        overlap_radius=choices.overlap_radius,
        peak_width=choices.peak_width,
        lags_per_decade=choices.lags_per_decade,
        blocks=choices.blocks,
    )
    curves = [motion_curves([run], how, folder=work) for run in runs]
    return motion_table(curves, [temperature_of(run) for run in runs], how)


PAPER = Paper(
    name="sharma2022",
    title="Local softness and rearrangements in a supercooled liquid",
    source="sharma2022: Phys. Rev. E 105, 044604 (2022), doi:10.1103/PhysRevE.105.044604",
    presets=PRESETS,
    study=study,
    figures=FIGURES,
)

"""Local softness and dynamic heterogeneity of the Kob-Andersen liquid (sharma2022).

Kob-Andersen Lennard-Jones at density 1.2, 4000 particles. Sections follow the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from supercooled import relation, report, store, systems
from supercooled.cluster import Workers
from supercooled.errors import ParameterError
from supercooled.report import Tolerance
from supercooled.studies.averages import average_lines
from supercooled.studies.line import Choices, measure
from supercooled.studies.published import printed, softness_line
from supercooled.studies.results import (
    Relations,
    barriers,
    below_onset,
    cages,
    moves,
    onset_error,
    relations,
    together,
)
from supercooled.studies.sharma2022 import words
from supercooled.studies.sharma2022.chosen import CHOICES, HIGHEST, P_C, P_C_SHORT
from supercooled.studies.sharma2022.extended import Job, by_depth, extended
from supercooled.studies.sharma2022.rows import further_rows, rows

DENSITY = 1.2
N_PARTICLES = 4000


@dataclass(frozen=True, slots=True)
class Preset:
    """State points, run lengths and steps.

    durations : of the run at each temperature, tau
    dt : the paper integrates with 0.0025, nandi2021 the same liquid with 0.005
    whole : the appendices, every reading and the ranking too
    p_c_within : tolerance of p_c, which short runs know less well
    """

    durations: Mapping[float, float]
    every: float
    dt: float
    seed: int = 1
    whole: bool = True
    p_c_within: Tolerance = P_C


_FEW = {0.47: 190.0, 0.53: 250.0, 0.58: 220.0, 0.70: 120.0}
_SOME = {0.47: 1000.0, 0.53: 700.0, 0.58: 400.0, 0.70: 200.0, 0.80: 100.0}
_MANY = {0.47: 3500.0, 0.53: 3500.0, 0.58: 1500.0, 0.70: 500.0, 0.80: 250.0}
PRESETS = {
    "quick": Preset(_FEW, every=0.5, dt=0.005, whole=False, p_c_within=P_C_SHORT),
    "medium": Preset(_SOME, every=0.5, dt=0.005, p_c_within=P_C_SHORT),
    "long": Preset(_MANY, every=0.5, dt=0.005),
    "paper": Preset(_MANY, every=0.5, dt=0.0025),
}


def run(preset: str, out: Path, *, runs: Path, workers: Workers) -> Path:
    """The whole study; it reuses what is in `out` and `runs`.

    Raises
    ------
    ParameterError
        listing the presets, if this is none of them.
    """
    if preset not in PRESETS:
        raise ParameterError(f"no preset {preset!r} of sharma2022; known are {', '.join(PRESETS)}")
    chosen, choices, work = PRESETS[preset], CHOICES, out / "work"
    liquid = systems.kob_andersen(density=DENSITY)
    trajectories = store.simulate_all(
        [
            store.request(
                liquid,
                temperature=T,
                n_particles=N_PARTICLES,
                duration=duration,
                every=chosen.every,
                dt=chosen.dt,
                seed=chosen.seed,
            )
            for T, duration in chosen.durations.items()
        ],
        root=runs,
        workers=workers,
    )
    temperatures = list(chosen.durations)
    measured = measure(trajectories, liquid.mixture, choices, work=work, workers=workers)
    found = cages(measured, temperatures, liquid.mixture, choices)
    calibration = found.calibration(choices.calibrated_by)
    moved = moves(measured, choices)
    thresholds = [float(printed("sharma2022")["p_c"][f"{T:.2f}"]) for T in temperatures]
    related = relations(measured, thresholds, calibration, choices)
    fits, onset, onset_uncertainty = _barriers(related, temperatures, choices)
    results = together(
        measured,
        temperatures,
        cages=found,
        calibration=calibration,
        moves=moved,
        relations=related,
        thresholds=thresholds,
        choices=choices,
    )
    results["cage"]["published_softness"] = (
        "temperature",
        [softness_line("ka-lj 1.2", T) for T in temperatures],
    )
    results["arrhenius"] = fits
    compared = rows(
        temperatures,
        found=found,
        moved=moved,
        related=related,
        fits=fits,
        p_c_within=chosen.p_c_within,
        choices=choices,
    )
    if chosen.whole:
        del measured  # every run's fields lie in `work`, and fill the memory for nothing
        job = Job(liquid.mixture, choices, calibration, work, HIGHEST)
        results |= extended(trajectories, thresholds, job, found=found, workers=workers)
        results |= by_depth(related, temperatures, choices, highest=HIGHEST)
        results["lines"] = average_lines(found, choices.calibrated_by)
        compared += further_rows(results, temperatures)
    report.write(
        out,
        title="Local softness and rearrangements in a supercooled liquid",
        summary=words.summary(temperatures, related, onset, onset_uncertainty),
        rows=compared,
        results=results,
        provenance=words.provenance(
            trajectories,
            choices=choices,
            calibration=calibration,
            dt=chosen.dt,
            command=f"supercooled study sharma2022 --preset {preset} --out {out} --runs {runs}",
        ),
        sections=words.sections(results),
    )
    return out


def _barriers(
    related: Relations, temperatures: Sequence[float], choices: Choices
) -> tuple[xr.Dataset, float, float]:
    probabilities = below_onset(related.probabilities, temperatures, HIGHEST)
    fits = barriers(probabilities, choices)
    onset, error = relation.onset(fits).temperature, onset_error(probabilities, choices)
    return fits.assign_attrs(onset=onset, onset_error=error), onset, error

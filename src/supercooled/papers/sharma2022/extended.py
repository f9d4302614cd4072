"""The parts of the paper, and beyond it, that a demonstration has no time for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled.analysis.choices import Choices, temperature_of
from supercooled.analysis.heterogeneity import ranked, remembered, surroundings, windows
from supercooled.analysis.measurement import measure
from supercooled.analysis.results import Cages, Relations, below_onset, crossing
from supercooled.analysis.stages import Results, stage
from supercooled.cage import Calibration
from supercooled.cluster import Workers, executor
from supercooled.errors import ParameterError
from supercooled.mixture import Mixture
from supercooled.papers.sharma2022.chosen import ENDS, ONSET, PRINTED, SHARE
from supercooled.papers.sharma2022.neighbourhoods import closures, neighbourhoods
from supercooled.papers.sharma2022.readings import Printed, readings, variants
from supercooled.papers.sharma2022.variants import Variant, depths, spread
from supercooled.papers.sharma2022.widths import widths
from supercooled.trajectory import Trajectory

# Fig. 13: the widths with a printed share. Sec. III: windows of p_hop between 15 and 75.
WIDTHS = (0.02, 0.04, 0.09, 0.12)
WINDOWS = (15.0, 30.0, 45.0, 60.0, 75.0)


@dataclass(frozen=True, slots=True)
class Thinned:
    """How many frames of a run, evenly spread, each part looks at.

    A frame costs 12 ms for each width and reading of the local depth, and neighbouring frames say
    almost the same: hops last some ten frames. The shares of all frames stand beside them.
    """

    depths: int = 300
    neighbourhoods: int = 60


@dataclass(frozen=True, slots=True)
class Job:
    """What the runs are asked for.

    Parameters
    ----------
    work
        folder of what is made
    highest
        temperature up to which barriers are fitted
    """

    mixture: Mixture
    choices: Choices
    calibration: Calibration
    work: Path
    highest: float
    thinned: Thinned = Thinned()


def extended(
    runs: Sequence[Trajectory],
    thresholds: Sequence[float],
    job: Job,
    *,
    found: Cages,
    workers: Workers,
) -> Results:
    """Groups of results beyond `results.together`, from runs that are measured, coldest first."""
    with executor(workers) as pool:
        parts = list(pool.map(partial(_of_one_run, job=job), runs, thresholds))
    temperatures = [temperature_of(run) for run in runs]
    along = xr.Variable("temperature", temperatures)
    out: Results = {
        name: xr.concat([part[name] for part in parts], dim=along, join="outer", combine_attrs="drop")
        for name in ("memory", "propagation", "ranking", "windows", "closures")
    }
    out["propagation"] = out["propagation"].drop_vars("propagator")
    # Bins of softness differ between temperatures; the paper shows the coldest.
    out["propagator"] = parts[0]["propagation"][["propagator"]].assign_attrs(temperature=temperatures[0])
    out["neighbourhood"] = parts[0]["neighbourhood"]
    hops = [part["p_hop"]["p_hop"] for part in parts]
    paper, taken = PRINTED, [part["variants"] for part in parts]
    shares = paper["fraction_rearranging_softer_than_peak"]
    out["readings"] = readings(
        taken,
        hops,
        thresholds,
        found,
        job.choices,
        highest=job.highest,
        printed=Printed(
            shares={float(T): float(share) for T, share in shares.items()},
            shallower=float(paper["fraction_rearranging_shallower_than_peak_T0.47"]),
            onset=float(paper["onset_temperature_from_softness"]),
            share_within=SHARE.upper,
            onset_within=ONSET.upper,
            softness=(float(paper["softness_range"][0]), float(paper["softness_range"][1])),
            softness_within=ENDS.upper,
        ),
    )
    out["widths"] = widths(taken, hops, thresholds, job.calibration, values=WIDTHS, choices=job.choices)
    return out


def by_depth(
    related: Relations, temperatures: Sequence[float], choices: Choices, *, highest: float
) -> Results:
    """The depth as order parameter: P_R(depth), its barriers and its onset; what can't be had is left out."""
    along = xr.Variable("temperature", np.asarray(temperatures, dtype=np.float64))
    names = [f"rearrangement_probability{end}" for end in ("", "_error", "_spread")]
    every = related.depth_probabilities
    out: Results = {
        "depth_rearrangement": xr.concat(
            [p[names] for p in every], dim=along, combine_attrs="drop_conflicts"
        ).assign_coords(temperature=along)
    }
    try:
        return {**out, "depth_arrhenius": crossing(below_onset(every, temperatures, highest), choices)}
    except ParameterError:
        return out


def _of_one_run(run: Trajectory, threshold: float, *, job: Job) -> Results:
    mixture, choices, work = job.mixture, job.choices, job.work
    # Everything is there already, made by the same choices: this reads it.
    measured = measure([[run]], mixture, choices, folder=work, workers=1)[0]
    (hops,), radial = measured.hops, measured.radial
    name, frames = f"T{run.temperature:g}", spread(run, hops, job.thinned.depths)
    softness = job.calibration.softness(measured.depths[0])
    thin = softness.isel(frame=frames)
    some = spread(run, hops, job.thinned.neighbourhoods)
    return {
        "p_hop": hops.to_dataset(),
        "closures": closures(
            mixture, radial, measured.factor, temperature=temperature_of(run), choices=choices
        ),
        **other_depths.kept(work, f"{name}-variants", run, mixture, choices, radial, frames),
        **memory.kept(work, f"{name}-memory", run, softness, choices),
        **ranking.kept(
            work,
            f"{name}-ranking",
            run,
            thin,
            hops,
            choices,
            threshold=threshold,
            mixture=mixture,
            radial=radial,
            frames=frames,
        ),
        **other_windows.kept(work, f"{name}-windows", run, thin, choices, threshold=threshold),
        **around.kept(work, f"{name}-neighbourhood", run, hops, choices, threshold=threshold, frames=some),
    }


@stage()
def other_depths(
    run: Trajectory, mixture: Mixture, choices: Choices, radial: xr.Dataset, frames: slice
) -> Results:
    """Depths by every reading of the cage."""
    asked = _variants(choices)
    return {"variants": depths(run, mixture, choices, radial=radial, variants=asked, frames=frames)}


@stage()
def memory(run: Trajectory, softness: xr.DataArray, choices: Choices) -> Results:
    """How long softness lasts, and what becomes of the soft and the hard."""
    return remembered(run, softness, choices)


@stage()
def ranking(
    run: Trajectory,
    softness: xr.DataArray,
    hops: xr.DataArray,
    choices: Choices,
    *,
    threshold: float,
    mixture: Mixture,
    radial: xr.Dataset,
    frames: slice,
) -> Results:
    """How well each field ranks who will rearrange; softness of the same frames."""
    others = surroundings(run, mixture, choices, radial=radial, frames=frames)
    fields = {"softness": softness, **{str(k): v for k, v in others.data_vars.items()}}
    return {"ranking": ranked(fields, hops, threshold=threshold, choices=choices)}


@stage()
def other_windows(run: Trajectory, softness: xr.DataArray, choices: Choices, *, threshold: float) -> Results:
    """Shares of the rearranging by the window of p_hop."""
    return {"windows": windows(run, softness, threshold=threshold, lengths=WINDOWS, choices=choices)}


@stage()
def around(
    run: Trajectory, hops: xr.DataArray, choices: Choices, *, threshold: float, frames: slice
) -> Results:
    """g(r) about the rearranging."""
    found = neighbourhoods(run, hops, choices, threshold=threshold, widths=WIDTHS, frames=frames)
    return {"neighbourhood": found}


def _variants(choices: Choices) -> list[Variant]:
    own = variants(choices.width)
    more = [
        Variant(choices.direct_correlation, choices.normalisation, w) for w in WIDTHS if w != choices.width
    ]
    return [*own, *more]

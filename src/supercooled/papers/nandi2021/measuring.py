"""One state point: its structure, its cage and its relaxation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled import cage, dynamics, store, structure
from supercooled.analysis.stages import Results, stage
from supercooled.cluster import Workers, executor
from supercooled.papers.nandi2021.chosen import FIT_ENDS, Choices
from supercooled.papers.nandi2021.liquids import Studied
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

# Fine enough for a cubic spline through it, and far enough for what is left of the cage.
DISPLACEMENTS = np.linspace(0.0, 4.0, 801)


@dataclass(frozen=True, slots=True)
class Point:
    """Replicas of one liquid at one temperature, and what was measured on them."""

    studied: Studied
    temperature: float
    runs: tuple[Trajectory, ...]
    measured: xr.Dataset

    def number(self, name: str) -> float:
        """A measured number."""
        return float(self.measured[name])


def simulated(
    liquids: Sequence[Studied],
    scan: Sequence[Studied],
    *,
    seeds: Sequence[int],
    root: Path,
    workers: Workers,
) -> list[list[tuple[Trajectory, ...]]]:
    """Replicas of every liquid at every temperature, (liquid)(temperature)(seed); all made side by side.

    What is scanned comes last, one run each.
    """
    wanted = [*(one.requests(seeds) for one in liquids), *(one.requests(seeds[:1]) for one in scan)]
    made = iter(store.simulate_all([*chain(*chain(*wanted))], root=root, workers=workers))
    return [[tuple(next(made) for _ in requests) for requests in one] for one in wanted]


def measure(
    liquids: Sequence[Studied],
    trajectories: Sequence[Sequence[tuple[Trajectory, ...]]],
    choices: Choices,
    *,
    folder: Path,
    workers: Workers,
) -> list[list[Point]]:
    """Structure, cage and relaxation of every state point, (liquid)(temperature); read back if there."""
    names = [(one, at.temperature) for one in liquids for at in one.states]
    runs = [*chain(*trajectories)]
    with executor(workers) as pool:
        found = pool.map(partial(_measure_one, choices=choices, work=folder), [n for n, _ in names], runs)
        points = [
            Point(one, T, replicas, data) for (one, T), replicas, data in zip(names, runs, found, strict=True)
        ]
    each = iter(points)
    return [[next(each) for _ in one.states] for one in liquids]


def far(points: Sequence[Point], choices: Choices, *, work: Path, workers: Workers) -> xr.Dataset:
    """Softness of some state points against q_max, up to beyond the study's, and against the fit range.

    Returns ``softness`` (point, q_max) and ``softness_fit`` (point, fit_end), with their errors.
    """
    with executor(workers) as pool:
        found = list(pool.map(partial(_far_one, choices=choices, work=work), points))
    labels = [point.studied.label for point in points]
    return xr.concat(found, dim="point").assign_coords(
        liquid=("point", labels), temperature=("point", [point.temperature for point in points])
    )


def _measure_one(
    studied: Studied, runs: tuple[Trajectory, ...], *, choices: Choices, work: Path
) -> xr.Dataset:
    name = f"{studied.liquid.name}-T{runs[0].temperature:g}"
    chosen = choices.only("structure_frames", "blocks", "q_max", "dq", "fit_range", "share")
    caged = cages.kept(work, f"{name}-cage", runs, **chosen)["cage"]
    chosen = choices.only("overlap_radius", "lags_per_decade", "blocks")
    moved = motion.kept(work, f"{name}-motion", runs, **chosen)["motion"]
    relaxed = dynamics.relaxation_time(moved)
    caged["tau_alpha"] = labelled("relaxation_time", relaxed.value, ())
    caged["tau_alpha_error"] = labelled("relaxation_time", relaxed.error, ())
    return caged.assign_attrs(reason=relaxed.missing)


def _some(runs: Sequence[Trajectory], frames: int) -> list[Trajectory]:
    return [run[:: max(1, run.n_frames // frames)] for run in runs]


@stage()
def cages(
    runs: Sequence[Trajectory],
    *,
    structure_frames: int,
    blocks: int,
    q_max: float,
    dq: float,
    fit_range: tuple[float, float],
    share: float,
) -> Results:
    """Softness, range and times of the cage."""
    sq = structure.structure_factor(_some(runs, structure_frames), q_max=q_max, dq=dq, blocks=blocks)
    found = cage.softness(sq, q_max=q_max)
    fitted = cage.softness(sq, q_max=q_max, fit_range=fit_range)
    potential = cage.potential(sq, q_max=q_max, displacement=DISPLACEMENTS)
    end = cage.cage_range(potential, share=share)
    found["softness_fit"], found["softness_fit_error"] = fitted["softness"], fitted["softness_error"]
    found["cage_range"] = end
    found["log_first_passage_time"] = cage.first_passage_time(potential, r_max=float(end))
    found["log_kramers_time"] = cage.kramers_time(potential, r_max=float(end), top="integral")
    found["caging_potential"] = potential.isel(displacement=slice(0, 401))
    return {"cage": found}


@stage()
def motion(
    runs: Sequence[Trajectory], *, overlap_radius: float, lags_per_decade: int, blocks: int
) -> Results:
    """Displacements."""
    lags = dynamics.logarithmic_lags(
        runs[0], per_decade=lags_per_decade, longest=0.9 * float(runs[0].times[-1] - runs[0].times[0])
    )
    moved = dynamics.displacements(list(runs), lags=lags, overlap_radius=overlap_radius, blocks=blocks)
    return {"motion": moved}


def _far_one(point: Point, *, choices: Choices, work: Path) -> xr.Dataset:
    name = f"{point.studied.liquid.name}-T{point.temperature:g}-far"
    chosen = choices.only("far", "far_frames", "blocks", "dq", "q_max")
    return reach.kept(work, name, point.runs, **chosen)["far"]


@stage()
def reach(
    runs: Sequence[Trajectory],
    *,
    far: Sequence[float],
    far_frames: int,
    blocks: int,
    dq: float,
    q_max: float,
) -> Results:
    """Softness against q_max, up to beyond the study's, and against the fit range."""
    sq = structure.structure_factor(_some(runs, far_frames), q_max=max(far), dq=dq, blocks=blocks)
    by_reach = [cage.softness(sq, q_max=reached) for reached in far]
    by_fit = [cage.softness(sq, q_max=q_max, fit_range=(0.0, end)) for end in FIT_ENDS]

    def table(parts: Sequence[xr.Dataset], name: str, along: str, at: Sequence[float]) -> xr.DataArray:
        return labelled("softness", [float(p[name]) for p in parts], (along,), {along: list(at)})

    found = xr.Dataset(
        {
            "softness": table(by_reach, "softness", "q_max", far),
            "softness_error": table(by_reach, "softness_error", "q_max", far),
            "softness_fit": table(by_fit, "softness", "fit_end", FIT_ENDS),
            "softness_fit_error": table(by_fit, "softness_error", "fit_end", FIT_ENDS),
        },
        attrs={"q_max": q_max},
    )
    return {"far": found}

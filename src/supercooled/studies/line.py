"""The straight line: trajectory, structure, softness, rearrangements.

What a study and `supercooled analyze` share. Every choice that changes a number stands in `Choices`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr

from supercooled import cage, dynamics, structure
from supercooled.cluster import Workers, cores_of, executor
from supercooled.errors import ParameterError
from supercooled.mixture import Mixture
from supercooled.studies.stages import Results, field_stage, stage
from supercooled.trajectory import Trajectory

# Distance up to which g(r) is counted in large boxes, sigma_AA: the pairs to half of the box grow as N^2.
FARTHEST = 10.0
# Megabytes of positions in a block of a field, which the largest memory follows.
BLOCK = 16.0

Reading = Literal["ensemble-cut", "ensemble-full", "local-mean"]


@dataclass(frozen=True, slots=True)
class Choices:
    """Every choice that changes a number.

    window : Delta t of p_hop, tau (sharma2022, Sec. III: 15)
    q_max : upper wave number of the caging potential; 24.5 reproduces nandi2021's Table III
    width : delta of the local g(r), sigma_AA (sharma2022, Sec. IV: 0.09)
    correlation : C(r) in the local depth, the particle's own ("local") or the liquid's ("ensemble")
    normalisation : local g(r) by the "total" density (sharma2022, Eq. 8) or the "partner"'s
    calibrated_by : the depth that fixes c0 and c1: the local sum, over the same pairs and between the
        same cutoffs, of the liquid's own g(r) ("ensemble-cut"); Eq. 5 as printed, over all pairs and
        distances ("ensemble-full"); or the mean of the local depths ("local-mean")
    lead : time from the structure to the hop that it is held against, tau
    centre : species whose softness and hops are measured (sharma2022: A)
    remove_drift : subtract the mean position of all particles in each frame, of hops and displacements
    overlap_radius : a of the overlap function, sigma_AA
    lags_per_decade : of the displacements
    structure_frames : frames, evenly spread over the run, that give g(r) and S(q)
    blocks : stretches that each run is divided into for errors
    bins : of the distributions, over the range that all temperatures share
    vanishing : g(r) that counts as none, for the lower cutoff of the local sum (App. B)
    weighting, largest_error : of the probabilities in a barrier (`relation.arrhenius`)
    minimum_count : particles at times that a bin needs for a probability
    peak_width : decades of time about the maximum of alpha_2 that its parabola is fitted to
    """

    window: float = 15.0
    q_max: float = 24.5
    width: float = 0.09
    correlation: Literal["local", "ensemble"] = "local"
    normalisation: Literal["total", "partner"] = "total"
    calibrated_by: Reading = "ensemble-cut"
    lead: float = 0.0
    centre: str = "A"
    remove_drift: bool = False
    overlap_radius: float = 0.3
    lags_per_decade: int = 12
    structure_frames: int = 40
    blocks: int = 5
    dq: float = 0.1
    dr: float = 0.01
    depth_dr: float = 0.01
    vanishing: float = 0.001
    weighting: Literal["equal", "errors"] = "equal"
    largest_error: float = 0.5
    bins: int = 60
    minimum_count: int = 200
    peak_width: float = 0.4

    def __post_init__(self) -> None:
        known = ("ensemble-cut", "ensemble-full", "local-mean")
        if self.calibrated_by not in known:
            raise ParameterError(
                f"calibrated_by must be one of {', '.join(known)}, not {self.calibrated_by!r}"
            )
        for name, example in (("window", 15.0), ("q_max", 24.5), ("width", 0.09)):
            value = getattr(self, name)
            if not 0 < value < np.inf:
                raise ParameterError(f"{name} must be positive, not {value:g}; for example {example:g}")

    def only(self, *names: str) -> dict[str, Any]:
        """Some of the choices as plain data: those that a stage depends on."""
        every = asdict(self)
        return {name: every[name] for name in names}


def identity(run: Trajectory) -> dict[str, Any]:
    """Plain data that changes when the frames of a run do."""
    path = Path(run.source.name)
    written = [path.stat().st_size, path.stat().st_mtime_ns] if run.state is None and path.exists() else None
    return {
        "run": path.name if run.state is None else run.state.key,
        "frames": run.n_frames,
        "from": float(run.times[0]),
        "to": float(run.times[-1]),
        "written": written,
    }


def measure(
    runs: Sequence[Trajectory], mixture: Mixture, choices: Choices, *, work: Path, workers: Workers
) -> list[Results]:
    """Structure, motion and fields of each run, side by side on the cores; what is there is read back.

    With fewer runs than cores the frames of each run are shared out, with more each run goes to one.

    Returns for each run ``radial`` (pair, r), ``factor`` (pair, q), ``motion`` (lag), and ``depth`` and
    ``p_hop`` (frame, particle), which are read from `work` when asked for.
    """
    with executor(workers) as pool:
        if len(runs) < cores_of(pool):
            return [_measure_one(run, mixture, choices, work, pool) for run in runs]
        alone = partial(_measure_one, mixture=mixture, choices=choices, work=work, pool=None)
        return list(pool.map(alone, runs))


def _measure_one(
    run: Trajectory, mixture: Mixture, choices: Choices, work: Path, pool: Executor | None
) -> Results:
    name = f"T{run.temperature:g}"
    who = identity(run)
    chosen = choices.only("structure_frames", "blocks", "q_max", "dq", "dr")
    ensemble = stage(work, f"{name}-structure", {**who, **chosen}, lambda: _ensemble(run, choices, pool))
    chosen = choices.only("centre", "overlap_radius", "lags_per_decade", "blocks", "remove_drift")
    motion = stage(work, f"{name}-motion", {**who, **chosen}, lambda: _motion(run, choices, pool))
    radial = ensemble["radial"]
    chosen = choices.only(
        "structure_frames", "dr", "depth_dr", "vanishing", "width", "correlation", "normalisation", "centre"
    )
    depth = field_stage(
        work,
        f"{name}-depth",
        {**who, **chosen, "mixture": mixture.to_dict()},
        lambda path: _depth(run, mixture, choices, radial, pool=pool, out=path),
    )
    p_hop = field_stage(
        work,
        f"{name}-p_hop",
        {**who, **choices.only("window", "centre", "remove_drift")},
        lambda path: dynamics.hops(
            run,
            window=choices.window,
            species=choices.centre,
            remove_drift=choices.remove_drift,
            executor=pool,
            out=path,
            megabytes=BLOCK,
        ),
    )
    # Two datasets: near the ends of a run there is a depth and no p_hop.
    return {**ensemble, **motion, "depth": depth.to_dataset(), "p_hop": p_hop.to_dataset()}


def _ensemble(run: Trajectory, choices: Choices, pool: Executor | None) -> Results:
    some = run[:: max(1, run.n_frames // choices.structure_frames)]
    r_max = min(FARTHEST, 0.5 * float(run.fixed_box().heights.min()))
    return {
        "radial": structure.radial_distribution(some, r_max=r_max, dr=choices.dr, executor=pool),
        "factor": structure.structure_factor(
            some, q_max=choices.q_max, dq=choices.dq, blocks=choices.blocks, executor=pool
        ),
    }


def _motion(run: Trajectory, choices: Choices, pool: Executor | None) -> Results:
    lags = dynamics.logarithmic_lags(
        run, per_decade=choices.lags_per_decade, longest=0.9 * (run.times[-1] - run.times[0])
    )
    return {
        "motion": dynamics.displacements(
            run,
            lags=lags,
            overlap_radius=choices.overlap_radius,
            species=choices.centre,
            stretches=choices.blocks,
            remove_drift=choices.remove_drift,
            executor=pool,
        )
    }


def _depth(
    run: Trajectory,
    mixture: Mixture,
    choices: Choices,
    radial: xr.Dataset,
    *,
    pool: Executor | None,
    out: Path,
) -> xr.DataArray:
    return cage.local_depth(
        run,
        mixture=mixture,
        temperature=temperature_of(run),
        width=choices.width,
        cutoffs=cage.cutoffs(radial, vanishing=choices.vanishing, species=choices.centre),
        correlation=choices.correlation,
        normalisation=choices.normalisation,
        centre=choices.centre,
        dr=choices.depth_dr,
        rdf=radial if choices.correlation == "ensemble" else None,
        executor=pool,
        out=out,
    )


def temperature_of(run: Trajectory) -> float:
    """Temperature of a run."""
    if run.temperature is None or not np.isfinite(run.temperature):
        raise ParameterError(f"{run.source.name}: give its temperature, for example --temperature 0.47")
    if not run.temperature > 0:
        raise ParameterError(f"{run.source.name}: temperature must be positive, not {run.temperature:g}")
    return run.temperature

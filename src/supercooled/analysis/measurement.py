"""The straight line: trajectory, structure, softness, rearrangements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import xarray as xr

from supercooled import cage, dynamics, structure
from supercooled.analysis.choices import Choices, temperature_of
from supercooled.analysis.stages import Results, field_stage, stage
from supercooled.chunks import cores_of
from supercooled.cluster import Workers, executor
from supercooled.indicators import LocalDepth
from supercooled.mixture import Mixture
from supercooled.trajectory import Trajectory

__all__ = ["Measured", "measure"]

# Distance up to which g(r) is counted in large boxes, sigma_AA: the pairs to half of the box grow as N^2.
FARTHEST = 10.0
# Megabytes of positions in a chunk of a field, which the largest memory follows.
CHUNK = 16.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One state point: what its runs say together, and the fields of each run.

    Parameters
    ----------
    radial, factor, motion
        (pair, r), (pair, q) and (lag)
    depths, hops
        (frame, particle) of each run, read when asked for; near the ends of a run there is a
        depth and no p_hop. Without a mixture there are no depths
    """

    radial: xr.Dataset
    factor: xr.Dataset
    motion: xr.Dataset
    depths: tuple[xr.DataArray, ...]
    hops: tuple[xr.DataArray, ...]


def measure(
    states: Sequence[Sequence[Trajectory]],
    mixture: Mixture | None,
    choices: Choices,
    *,
    folder: Path,
    workers: Workers,
) -> list[Measured]:
    """Structure, motion and fields of each state, side by side on the cores; what is there is read back.

    Parameters
    ----------
    states
        the replicas of each temperature

    Notes
    -----
    With fewer states than cores the frames of each run are shared out, with more each state goes to one.
    """
    with executor(workers) as pool:
        if len(states) < cores_of(pool):
            return [_measure_one(runs, mixture, choices, folder, pool) for runs in states]
        alone = partial(_measure_one, mixture=mixture, choices=choices, work=folder, pool=None)
        return list(pool.map(alone, states))


def _measure_one(
    runs: Sequence[Trajectory], mixture: Mixture | None, choices: Choices, work: Path, pool: Executor | None
) -> Measured:
    name = f"T{temperature_of(runs[0]):g}"
    chosen = choices.only("structure_frames", "blocks", "q_max", "dq", "dr")
    ensemble = averages.kept(work, f"{name}-structure", runs, **chosen, pool=pool)
    chosen = choices.only("species", "overlap_radius", "lags_per_decade", "blocks", "remove_drift")
    moved = motion.kept(work, f"{name}-motion", runs, **chosen, pool=pool)
    radial = ensemble["radial"]
    depths: tuple[xr.DataArray, ...] = ()
    if mixture is not None:
        near = cage.cutoffs(radial, vanishing=choices.vanishing, species=choices.species)
        chosen = choices.only("width", "direct_correlation", "normalisation", "species", "depth_dr")
        rdf = radial if choices.direct_correlation == "ensemble" else None
        asked: dict[str, Any] = {"mixture": mixture, "cutoffs": near, "rdf": rdf, **chosen, "pool": pool}
        depths = tuple(local_depth.kept(work, f"{name}-depth", run, **asked) for run in runs)
    chosen = choices.only("window", "species", "remove_drift")
    hops = tuple(p_hop.kept(work, f"{name}-p_hop", run, **chosen, pool=pool) for run in runs)
    return Measured(**ensemble, **moved, depths=depths, hops=hops)


@stage(free=["pool"])
def averages(
    runs: Sequence[Trajectory],
    *,
    structure_frames: int,
    blocks: int,
    q_max: float,
    dq: float,
    dr: float,
    pool: Executor | None = None,
) -> Results:
    """g(r) and S(q) of replicas together."""
    some = [_spread(run, -(-structure_frames // len(runs))) for run in runs]
    r_max = min(FARTHEST, *(0.5 * float(run.fixed_box().heights.min()) for run in runs))
    return {
        "radial": structure.radial_distribution(some, r_max=r_max, dr=dr, executor=pool),
        "factor": structure.structure_factor(some, q_max=q_max, dq=dq, blocks=blocks, executor=pool),
    }


def _spread(run: Trajectory, wanted: int) -> Trajectory:
    """About so many frames, each from the middle of an equal part: replicas may share their first frame."""
    step = max(1, run.n_frames // wanted)
    return run[step // 2 :: step]


@stage(free=["pool"])
def motion(
    runs: Sequence[Trajectory],
    *,
    species: str,
    overlap_radius: float,
    lags_per_decade: int,
    blocks: int,
    remove_drift: bool,
    pool: Executor | None = None,
) -> Results:
    """Displacements of replicas together."""
    longest = max(runs, key=lambda run: float(run.times[-1] - run.times[0]))
    lags = dynamics.logarithmic_lags(
        longest, per_decade=lags_per_decade, longest=0.9 * float(longest.times[-1] - longest.times[0])
    )
    return {
        "motion": dynamics.displacements(
            runs,
            lags=lags,
            overlap_radius=overlap_radius,
            species=species,
            blocks=blocks,
            remove_drift=remove_drift,
            executor=pool,
        )
    }


@field_stage(free=["pool"])
def local_depth(
    out: Path,
    run: Trajectory,
    *,
    mixture: Mixture,
    cutoffs: Mapping[str, tuple[float, float]],
    rdf: xr.Dataset | None,
    width: float,
    direct_correlation: Literal["local", "ensemble"],
    normalisation: Literal["total", "partner"],
    species: str,
    depth_dr: float,
    pool: Executor | None = None,
) -> xr.DataArray:
    """Local depth of every frame.

    Parameters
    ----------
    cutoffs, rdf
        of the g(r) of all replicas
    """
    depth = LocalDepth(
        mixture,
        cutoffs,
        direct_correlation,
        normalisation,
        width=width,
        dr=depth_dr,
        temperature=temperature_of(run),
        rdf=rdf,
    )
    return depth.of(run, species=species, executor=pool, out=out)


@field_stage(free=["pool"])
def p_hop(
    out: Path,
    run: Trajectory,
    *,
    window: float,
    species: str,
    remove_drift: bool,
    pool: Executor | None = None,
) -> xr.DataArray:
    """p_hop of every frame that has one."""
    return dynamics.hops(
        run,
        window=window,
        species=species,
        remove_drift=remove_drift,
        executor=pool,
        out=out,
        megabytes=CHUNK,
    )

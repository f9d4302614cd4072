"""The straight line: trajectory, structure, softness, rearrangements."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import xarray as xr

from supercooled import cage, dynamics, structure
from supercooled.blocks import cores_of
from supercooled.cluster import Workers, executor
from supercooled.mixture import Mixture
from supercooled.studies.line import Choices, identity, temperature_of
from supercooled.studies.stages import field_stage, stage
from supercooled.trajectory import Trajectory

# Distance up to which g(r) is counted in large boxes, sigma_AA: the pairs to half of the box grow as N^2.
FARTHEST = 10.0
# Megabytes of positions in a block of a field, which the largest memory follows.
BLOCK = 16.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One state point: what its runs say together, and the fields of each run.

    radial, factor, motion : (pair, r), (pair, q) and (lag)
    depths, hops : (frame, particle) of each run, read when asked for; near the ends of a run there is a
        depth and no p_hop
    """

    radial: xr.Dataset
    factor: xr.Dataset
    motion: xr.Dataset
    depths: tuple[xr.DataArray, ...]
    hops: tuple[xr.DataArray, ...]


def measure(
    states: Sequence[Sequence[Trajectory]],
    mixture: Mixture,
    choices: Choices,
    *,
    work: Path,
    workers: Workers,
) -> list[Measured]:
    """Structure, motion and fields of each state, side by side on the cores; what is there is read back.

    states : the replicas of each temperature

    With fewer states than cores the frames of each run are shared out, with more each state goes to one.
    """
    with executor(workers) as pool:
        if len(states) < cores_of(pool):
            return [_measure_one(runs, mixture, choices, work, pool) for runs in states]
        alone = partial(_measure_one, mixture=mixture, choices=choices, work=work, pool=None)
        return list(pool.map(alone, states))


def _measure_one(
    runs: Sequence[Trajectory], mixture: Mixture, choices: Choices, work: Path, pool: Executor | None
) -> Measured:
    name = f"T{temperature_of(runs[0]):g}"
    who = {"runs": [identity(run) for run in runs]}
    chosen = choices.only("structure_frames", "blocks", "q_max", "dq", "dr")
    ensemble = stage(work, f"{name}-structure", {**who, **chosen}, lambda: _ensemble(runs, choices, pool))
    chosen = choices.only("centre", "overlap_radius", "lags_per_decade", "blocks", "remove_drift")
    motion = stage(work, f"{name}-motion", {**who, **chosen}, lambda: _motion(runs, choices, pool))
    return Measured(
        **ensemble,
        **motion,
        depths=_depths(runs, mixture, choices, ensemble["radial"], work=work, pool=pool),
        hops=tuple(_hops(run, choices, work, pool) for run in runs),
    )


def _ensemble(runs: Sequence[Trajectory], choices: Choices, pool: Executor | None) -> dict[str, xr.Dataset]:
    some = [_spread(run, -(-choices.structure_frames // len(runs))) for run in runs]
    r_max = min(FARTHEST, *(0.5 * float(run.fixed_box().heights.min()) for run in runs))
    return {
        "radial": structure.radial_distribution(some, r_max=r_max, dr=choices.dr, executor=pool),
        "factor": structure.structure_factor(
            some, q_max=choices.q_max, dq=choices.dq, blocks=choices.blocks, executor=pool
        ),
    }


def _spread(run: Trajectory, wanted: int) -> Trajectory:
    """About so many frames, each from the middle of an equal part: replicas may share their first frame."""
    step = max(1, run.n_frames // wanted)
    return run[step // 2 :: step]


def _motion(runs: Sequence[Trajectory], choices: Choices, pool: Executor | None) -> dict[str, xr.Dataset]:
    longest = max(runs, key=lambda run: float(run.times[-1] - run.times[0]))
    lags = dynamics.logarithmic_lags(
        longest,
        per_decade=choices.lags_per_decade,
        longest=0.9 * float(longest.times[-1] - longest.times[0]),
    )
    return {
        "motion": dynamics.displacements(
            runs,
            lags=lags,
            overlap_radius=choices.overlap_radius,
            species=choices.centre,
            stretches=choices.blocks,
            remove_drift=choices.remove_drift,
            executor=pool,
        )
    }


def _depths(
    runs: Sequence[Trajectory],
    mixture: Mixture,
    choices: Choices,
    radial: xr.Dataset,
    *,
    work: Path,
    pool: Executor | None,
) -> tuple[xr.DataArray, ...]:
    chosen = choices.only(
        "structure_frames", "dr", "depth_dr", "vanishing", "width", "correlation", "normalisation", "centre"
    )
    # The cutoffs are those of the g(r) of all runs.
    beside = {"beside": [identity(one) for one in runs], "mixture": mixture.to_dict()}
    near = cage.cutoffs(radial, vanishing=choices.vanishing, species=choices.centre)

    def depth(run: Trajectory, path: Path) -> xr.DataArray:
        return cage.local_depth(
            run,
            mixture=mixture,
            temperature=temperature_of(run),
            width=choices.width,
            cutoffs=near,
            correlation=choices.correlation,
            normalisation=choices.normalisation,
            centre=choices.centre,
            dr=choices.depth_dr,
            rdf=radial if choices.correlation == "ensemble" else None,
            executor=pool,
            out=path,
        )

    name = f"T{temperature_of(runs[0]):g}-depth"
    return tuple(
        field_stage(work, name, {**identity(run), **beside, **chosen}, partial(depth, run)) for run in runs
    )


def _hops(run: Trajectory, choices: Choices, work: Path, pool: Executor | None) -> xr.DataArray:
    return field_stage(
        work,
        f"T{temperature_of(run):g}-p_hop",
        {**identity(run), **choices.only("window", "centre", "remove_drift")},
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

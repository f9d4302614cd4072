"""MSD, alpha2, overlap, chi4 and F_s together: one pass beside PyMatterSim, atooms, Ripple and the memory.

python -m benchmarks.correlators
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from benchmarks import Row
from benchmarks.memory import bandwidth as of_memory
from supercooled import Box, Trajectory
from supercooled.dynamics import correlators

Floats = NDArray[np.float64]
Pairs = dict[int, list[int]]

N_FRAMES, N_PARTICLES, N_LAGS, EVERY = 1000, 4000, 60, 10
EDGE, RADIUS, Q = 14.94, 0.3, 7.25


def seconds(function: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Least processor time of a few, and the last answer: a busy machine spoils only the clock."""
    best, answer = np.inf, None
    for _ in range(repeats):
        began = time.process_time()
        answer = function()
        best = min(best, time.process_time() - began)
    return best, answer


def logarithmic(n_frames: int, wanted: int) -> NDArray[np.int64]:
    """As many different whole lags, evenly spread over the decades as far as whole numbers allow."""
    count = wanted
    while len(lags := np.unique(np.rint(np.geomspace(1, 0.9 * n_frames, count)).astype(int))) < wanted:
        count += 1
    return lags


@contextlib.contextmanager
def scratch() -> Iterator[None]:
    """A folder for what the peers compile, with this environment's build tools in reach."""
    here, path = Path.cwd(), os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{path}"
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)
            os.environ["PATH"] = path
            logging.disable(logging.NOTSET)


def pymattersim(positions: Floats, pairs: Pairs) -> Callable[[], dict[str, Floats]]:
    """Its class for one origin, once for each: the other looks at every lag, 80 times as many pairs."""
    from PyMatterSim.dynamic.dynamics import LogDynamics
    from PyMatterSim.reader.reader_utils import SingleSnapshot, Snapshots

    kinds = np.ones(N_PARTICLES, int)
    edges, bounds = np.full(3, EDGE), np.tile([0.0, EDGE], (3, 1))
    frames = [
        SingleSnapshot(t, N_PARTICLES, kinds, xyz, edges, bounds, bounds, np.diag(edges))
        for t, xyz in enumerate(positions)
    ]

    def compute() -> dict[str, Floats]:
        found: dict[str, dict[int, list[float]]] = {"msd": {}, "Qt": {}}
        for origin, lags in pairs.items():
            chosen = [frames[origin], *[frames[origin + lag] for lag in lags]]
            table = LogDynamics(Snapshots(len(chosen), chosen), dt=1.0, a=RADIUS).relaxation(qconst=Q)
            for name, by_lag in found.items():
                for lag, value in zip(lags, table[name], strict=True):
                    by_lag.setdefault(lag, []).append(value)
        chi4 = [N_PARTICLES * np.var(q) for _, q in sorted(found["Qt"].items())]
        msd, overlap = ([np.mean(v) for _, v in sorted(found[name].items())] for name in ("msd", "Qt"))
        return {"msd": np.array(msd), "overlap": np.array(overlap), "chi4_overlap": np.array(chi4)}

    return compute


def atooms(positions: Floats, pairs: Pairs, lags: NDArray[np.int64]) -> tuple[str, dict[str, Any]]:
    """Its classes one by one, given the arrays: how it unfolds and unpacks particles is not counted."""
    import atooms.postprocessing as pp
    from atooms.postprocessing import core
    from atooms.postprocessing.chi4t import Chi4SelfOverlapOptimized
    from atooms.system import Cell, Particle, System
    from atooms.trajectory.ram import TrajectoryRam

    trajectory = TrajectoryRam()
    system = System(particle=[Particle(position=x) for x in positions[0]], cell=Cell(side=np.full(3, EDGE)))
    for step in range(N_FRAMES):
        trajectory.write(system, step)
    compiled = core.f90 is not None
    chi4 = Chi4SelfOverlapOptimized if compiled else pp.Chi4SelfOverlap
    grid = [float(lag) for lag in lags]
    asked = {
        "msd": pp.MeanSquareDisplacement(trajectory, tgrid=grid, tpairs=pairs, norigins=-1),
        "alpha2": pp.NonGaussianParameter(trajectory, tgrid=grid, tpairs=pairs, norigins=-1),
        "overlap": pp.SelfOverlap(trajectory, tgrid=grid, a=RADIUS, tpairs=pairs, norigins=-1),
        "chi4_overlap": chi4(trajectory, tgrid=grid, a=RADIUS, norigins=N_FRAMES // EVERY),
        "scattering": pp.SelfIntermediateScattering(
            trajectory, kgrid=[Q], tgrid=grid, nk=3, tpairs=pairs, norigins=-1, normalize=False
        ),
    }
    for correlation in asked.values():
        correlation._pos = correlation._pos_unf = list(positions)
    asked["scattering"]._kgrid.setup(np.full(3, EDGE))
    return ("Fortran" if compiled else "no Fortran compiler here"), asked


def ripple(positions: Floats, folder: str) -> Callable[[], dict[str, Floats]]:
    """Its three functions, given its own copy of the frames; it has no F_s averaged over all directions."""
    import ripple
    from ase import Atoms

    def frames() -> Iterator[Any]:
        for xyz in positions:
            yield Atoms(f"Ar{N_PARTICLES}", positions=xyz, cell=[EDGE] * 3, pbc=True)

    kept = ripple.memmap_create(frames, folder, "run", n_frames=N_FRAMES, pos_dtype="float64")
    asked: dict[str, Any] = {"target_atoms": "Ar", "timestep_ps": 1.0, "lag_max": N_FRAMES - 1}

    def compute() -> dict[str, Floats]:
        msd = ripple.msd_cal(kept, drift_correction="off", **asked).msd_tensor
        alpha2 = ripple.alpha2_cal(kept, drift_correction="off", **asked).alpha2
        chi4 = ripple.chi4_cal(kept, a=RADIUS, **asked)
        found = {
            "msd": np.trace(msd, axis1=1, axis2=2),
            "alpha2": alpha2,
            "overlap": 1.0 - chi4.mobile_fraction,
            "chi4_overlap": chi4.chi4,
        }
        # No displacement at lag 0, and no variance of one pair of frames at the longest.
        return {name: values[1:-1] for name, values in found.items()}

    return compute


def all_lags(run: Trajectory, positions: Floats) -> list[Row]:
    """Every origin and every lag that has more than one, in turn with Ripple; processor seconds."""

    def compute(waves: list[float]) -> xr.Dataset:
        lags = np.arange(1.0, N_FRAMES - 1)
        return correlators(run, lags=lags, overlap_radius=RADIUS, wave_numbers=waves)

    compute([Q])
    times: dict[str, list[float]] = {"ours": [], "with F_s": [], "Ripple": []}
    with scratch():
        theirs = ripple(positions, "cache")
        for _ in range(3):
            taken, ours = seconds(lambda: compute([]), 1)
            times["ours"].append(taken)
            times["with F_s"].append(seconds(lambda: compute([Q]), 1)[0])
            taken, found = seconds(theirs, 1)
            times["Ripple"].append(taken)
    plain, waves, slow = (min(taken) for taken in times.values())
    worst = max(farthest(values, ours[name]) for name, values in found.items())
    n_pairs = (N_FRAMES - 1) * N_FRAMES // 2 - 1
    each = 1e9 / n_pairs / N_PARTICLES
    print(f"every lag and origin: {n_pairs} pairs of frames")
    print(f"  supercooled  {plain:7.3f}   {plain * each:.2f} ns a particle and pair")
    print(f"    with F_s   {waves:7.3f}   {waves * each:.2f} ns")
    print(
        f"  Ripple       {slow:7.3f}   ratio {slow / plain:.1f}, largest difference {worst:.0e}, no such F_s"
    )
    what = f"MSD, alpha2, overlap and chi4, N = {N_PARTICLES}, {N_FRAMES} frames, every lag and origin"
    return [
        Row(
            what, f"{plain:.2f} s", f"Ripple-hpc {version('Ripple-hpc')} {slow:.1f} s", f"{slow / plain:.1f}"
        ),
        Row(
            f"{what}, F_s beside them",
            f"{waves:.2f} s",
            f"Ripple-hpc, which has no F_s of all directions, {slow:.1f} s",
            f"{slow / waves:.1f}",
        ),
    ]


def farthest(found: Floats, ours: xr.DataArray) -> float:
    """Largest difference from ours, relative to our largest value."""
    return float(np.abs(found - ours.values).max() / np.abs(ours.values).max())


def main() -> list[Row]:
    rng = np.random.default_rng(0)
    positions = np.cumsum(rng.normal(scale=0.02, size=(N_FRAMES, N_PARTICLES, 3)), axis=0)
    positions += rng.uniform(-EDGE / 2, EDGE / 2, size=(1, N_PARTICLES, 3))
    run = Trajectory.from_arrays(positions, Box.cube(EDGE), unwrapped=True)
    lags = logarithmic(N_FRAMES, N_LAGS)
    pairs = {o: [int(k) for k in lags if o + k < N_FRAMES] for o in range(0, N_FRAMES, EVERY)}
    pairs = {origin: found for origin, found in pairs.items() if found}
    n_pairs = sum(map(len, pairs.values()))

    def compute() -> xr.Dataset:
        return correlators(
            run, lags=lags, overlap_radius=RADIUS, wave_numbers=[Q], origin_spacing=float(EVERY)
        )

    compute()
    ours, found = seconds(compute, 5)
    bandwidth = of_memory()
    streaming = n_pairs * 2 * positions[0].nbytes / bandwidth
    print(f"{N_PARTICLES} particles, {N_FRAMES} frames, {len(lags)} lags, {n_pairs} pairs, processor seconds")
    each = 1e9 * ours / n_pairs / N_PARTICLES
    print(f"  supercooled  {ours:7.3f}   {each:.1f} ns a particle and pair")
    print(f"  memory       {streaming:7.3f}   both frames of every pair read at {bandwidth / 1e9:.1f} GB/s")
    what = f"MSD, alpha2, overlap, chi4 and F_s, N = {N_PARTICLES}, {N_FRAMES} frames, {len(lags)} lags"
    rows = [
        Row(
            f"{what}, beside memory",
            f"{ours:.2f} s",
            f"both frames of every pair read once at {bandwidth / 1e9:.0f} GB/s, {streaming:.2f} s",
            f"{streaming / ours:.1f}",
            seconds=ours,
            traffic=float(positions.nbytes),
        )
    ]
    with scratch():
        slow, theirs = seconds(pymattersim(positions, pairs), 2)
        worst = max(farthest(values, found[name]) for name, values in theirs.items())
        print(f"  PyMatterSim  {slow:7.3f}   ratio {slow / ours:.0f}, largest difference {worst:.0e}")
        rows.append(Row(what, f"{ours:.2f} s", f"PyMatterSim {slow:.1f} s", f"{slow / ours:.0f}"))
        backend, asked = atooms(positions, pairs, lags)
        slow = 0.0
        for name, correlation in asked.items():
            taken, _ = seconds(correlation._compute, 1)
            slow += taken
            values = np.ravel(correlation.value)
            difference = farthest(values, found[name]) if len(values) == len(lags) else np.nan
            print(f"    atooms {name:12s} {taken:7.3f}   largest difference {difference:.0e}")
        print(f"  atooms-pp    {slow:7.3f}   ratio {slow / ours:.0f}, {backend}")
        rows.append(Row(what, f"{ours:.2f} s", f"atooms-pp ({backend}) {slow:.1f} s", f"{slow / ours:.0f}"))
    return [*rows, *all_lags(run, positions)]


if __name__ == "__main__":
    main()

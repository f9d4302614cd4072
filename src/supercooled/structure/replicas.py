"""Trajectories of one state point, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from supercooled.arrays import Integers
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.trajectory import Trajectory


def replicas(trajectories: Trajectory | Sequence[Trajectory]) -> tuple[Trajectory, ...]:
    """One trajectory or several, as a tuple.

    Raises
    ------
    ParameterError
        if there is none, or they hold different numbers of particles of each species.
    TrajectoryError
        if a species has no particle.
    """
    runs = (trajectories,) if isinstance(trajectories, Trajectory) else tuple(trajectories)
    if not runs:
        raise ParameterError("no trajectory to average over; pass one, or a sequence of replicas")
    expected = (runs[0].names, tuple(species_counts(runs[0])), runs[0].dimensions)
    for run in runs:
        counts = species_counts(run)
        if counts.min() == 0:
            missing = run.names[int(np.argmin(counts))]
            raise TrajectoryError(f"{run.source.name}: species {missing} has no particle; leave its name out")
        if (run.names, tuple(counts), run.dimensions) != expected:
            raise ParameterError(
                f"{run.source.name} has {dict(zip(run.names, counts.tolist(), strict=True))} particles, "
                f"{runs[0].source.name} has {dict(zip(expected[0], map(int, expected[1]), strict=True))}; "
                "average over replicas of one state point only"
            )
    return runs


def species_counts(trajectory: Trajectory) -> Integers:
    """Particles of each species, (species,)."""
    return np.bincount(trajectory.species, minlength=len(trajectory.names))


def described(runs: Sequence[Trajectory]) -> dict[str, Any]:
    """What the replicas have in common, for the attributes of a result."""
    volumes = np.concatenate([_volumes(run) for run in runs])
    return {
        "species": list(runs[0].names),
        "composition": [float(x) for x in runs[0].composition()],
        "density": float(runs[0].n_particles / volumes.mean()),
        "dimensions": runs[0].dimensions,
        "n_particles": runs[0].n_particles,
        "n_frames": sum(run.n_frames for run in runs),
    }


def _volumes(run: Trajectory) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    volumes: np.ndarray[tuple[int], np.dtype[np.float64]] = run.boxes()[:, : run.dimensions].prod(axis=1)
    return volumes

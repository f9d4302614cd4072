"""What trajectories of one state point have in common, for averages over pairs of species."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError, TrajectoryError
from supercooled.replicas import replicas, species_counts
from supercooled.trajectory import Trajectory


def in_one_order(trajectories: Trajectory | Sequence[Trajectory]) -> tuple[Trajectory, ...]:
    """Replicas that number their species alike, each of which has a particle.

    Raises
    ------
    ParameterError, TrajectoryError
        as :func:`supercooled.replicas.replicas`, or if a species has no particle or another number.
    """
    runs = replicas(trajectories)
    for run in runs:
        counts = species_counts(run)
        if counts.min() == 0:
            missing = run.names[int(np.argmin(counts))]
            raise TrajectoryError(f"{run.source.name}: species {missing} has no particle; remove its name")
        if run.names != runs[0].names:
            raise ParameterError(
                f"{run.source.name} has species {run.names} and {runs[0].source.name} "
                f"{runs[0].names}: read both with the names in the same order"
            )
    return runs


def described(runs: Sequence[Trajectory]) -> dict[str, Any]:
    """What the replicas have in common, for the attributes of a result."""
    volumes = np.concatenate([_volumes(run) for run in runs])
    counts = np.mean([mean_counts(run) for run in runs], axis=0)
    known = {
        "species": list(runs[0].names),
        "composition": [float(x) for x in counts / counts.sum()],
        "density": float(counts.sum() / volumes.mean()),
        "dimensions": runs[0].dimensions,
        "n_particles": runs[0].n_particles,
        "n_frames": sum(run.n_frames for run in runs),
    }
    return known if runs[0].field_of_view is None else {**known, "borders": "open"}


def mean_counts(run: Trajectory) -> Array:
    """Particles of each species in a frame, on average, (species,)."""
    n = len(run.names)
    if run.field_of_view is None:
        return np.bincount(run.species, minlength=n).astype(np.float64)
    seen = sum(run.present(chunk).sum(axis=0) for chunk in run.chunks())
    return np.asarray(np.bincount(run.species, weights=seen, minlength=n) / run.n_frames)


def one_box(runs: Sequence[Trajectory]) -> Box:
    """The box of all of some replicas, which wave vectors need.

    Raises
    ------
    BoxError
        if it changes, or two have others.
    """
    box = runs[0].fixed_box()
    for run in runs[1:]:
        other = run.fixed_box()
        if not np.allclose(other.to_array(), box.to_array(), rtol=1e-6, atol=1e-9):
            raise BoxError(
                f"{run.source.name}: its box differs from that of {runs[0].source.name}; only "
                "replicas with the same box can be averaged over wave vectors"
            )
    return box


def _volumes(run: Trajectory) -> Array:
    if run.field_of_view is not None:
        return np.full(run.n_frames, run.field_of_view.volume)
    return np.asarray(run.boxes()[:, : run.dimensions].prod(axis=1), dtype=np.float64)

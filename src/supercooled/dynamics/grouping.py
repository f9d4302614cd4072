"""Which particles are averaged together, as of the time origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from supercooled.arguments import AnyNumbers
from supercooled.arrays import AnyArray, Array
from supercooled.dynamics.lags import Pairing
from supercooled.errors import ParameterError
from supercooled.matching import Labels, matched
from supercooled.trajectory import Trajectory

# (particle,), or (frame, particle) as of each origin
MOST_GROUPS = 10_000
Field: TypeAlias = AnyNumbers | xr.DataArray


@dataclass(frozen=True, slots=True)
class ParticleField:
    """A value of every particle, the same at all times or known at some frames.

    Parameters
    ----------
    values
        (frame, particle); one row if it doesn't change
    frames
        (frame,), rising, which of the run's frames the rows are; None if it doesn't change
    columns
        (particle,), which column each of the trajectory's particles has, -1 for none
    missing
        value of particles that have none
    """

    values: AnyArray
    frames: NDArray[np.int64] | None
    columns: NDArray[np.int64]
    missing: float

    @classmethod
    def of(cls, run: Trajectory, field: Field, what: str, missing: float) -> ParticleField:
        """Field of a run; a DataArray may know only some of its frames and particles by its coordinates.

        Raises
        ------
        ParameterError
            if it doesn't fit the run.
        """
        name, n = run.source.name, run.n_particles
        if not isinstance(field, xr.DataArray):
            values = np.asanyarray(field)
            wanted = (n,) if values.ndim != 2 else (run.n_frames, n)
            if values.shape != wanted:
                raise ParameterError(
                    f"{name}: {what} must be (particle,) or (frame, particle), here {wanted}, "
                    f"not {values.shape}; a DataArray may hold some of them if its coordinates "
                    "number them"
                )
            frames = np.arange(run.n_frames) if values.ndim == 2 else None
            return cls(np.atleast_2d(values), frames, np.arange(n), missing)
        if set(field.dims) not in ({"particle"}, {"frame", "particle"}):
            raise ParameterError(
                f"{name}: {what} must have dimensions particle, or frame and particle, not {field.dims}"
            )
        columns = np.full(n, -1)
        if "frame" not in field.dims:
            everywhere = field.drop_vars(["frame", "time"], errors="ignore").expand_dims(frame=run.n_frames)
            found = matched(Labels.of(everywhere, what), run)
            columns[found.other_columns] = found.columns
            return cls(np.asarray(field.values)[None], None, columns, missing)
        found = matched(Labels.of(field, what), run)
        columns[found.other_columns] = found.columns
        rows = field.transpose("frame", "particle").values[found.rows]
        return cls(rows, found.other_rows.astype(np.int64), columns, missing)

    def at(self, frame: int) -> AnyArray:
        """Value of every particle at a frame, (particle,)."""
        row = 0 if self.frames is None else int(np.searchsorted(self.frames, frame))
        if self.frames is not None and (row == len(self.frames) or self.frames[row] != frame):
            return np.full(len(self.columns), self.missing)
        return np.where(self.columns >= 0, self.values[row][self.columns], self.missing)


@dataclass(frozen=True, slots=True)
class Groups:
    """How the particles of one run are sorted at each origin.

    Parameters
    ----------
    particles
        those that are looked at, in order of their group where it doesn't change
    starts
        (group + 1,), where each group starts among them, if it doesn't change
    labels
        group of each particle at an origin, -1 for none, if it changes
    weights
        of each particle at an origin, if not all 1
    n_groups
        how many
    """

    particles: NDArray[np.int64]
    starts: NDArray[np.int64]
    labels: ParticleField | None
    weights: ParticleField | None
    n_groups: int

    def known(self, pairing: Pairing) -> Pairing:
        """With only those origins at which labels and weights are known."""
        for field in (self.labels, self.weights):
            if field is not None and field.frames is not None:
                pairing = pairing.within(np.isin(pairing.origins, field.frames))
        return pairing

    def order(self, frame: int, name: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Places of `particles` sorted by group at an origin, and where each group starts."""
        assert self.labels is not None  # noqa: S101
        labels = self.labels.at(frame)[self.particles]
        if labels.min() < -1 or labels.max() >= self.n_groups or (labels != np.rint(labels)).any():
            raise ParameterError(
                f"{name}: frame {frame}: particle_groups must be whole numbers from -1 (none) to "
                f"{self.n_groups - 1}"
            )
        order = np.argsort(labels, kind="stable").astype(np.uint32)
        return order, np.searchsorted(labels[order], np.arange(self.n_groups + 1))

    def weight(self, frame: int, name: str) -> Array:
        """Weights of `particles` at an origin."""
        assert self.weights is not None  # noqa: S101
        weights = np.asarray(self.weights.at(frame)[self.particles], np.float64)
        if not (np.isfinite(weights) & (weights >= 0)).all():
            wrong = self.particles[int(np.argmin(np.isfinite(weights) & (weights >= 0)))]
            raise ParameterError(
                f"{name}: frame {frame}, particle {wrong}: a weight must be a number, 0 or more"
            )
        return weights


def group_names(
    runs: Sequence[Trajectory],
    groups: Sequence[Literal["species"] | Field | None],
    names: Sequence[str] | None,
) -> tuple[str | int, ...]:
    """What the groups are called: the names given, else numbers up to the largest label."""
    if groups[0] is None:
        return ("all",)
    if isinstance(groups[0], str):
        if groups[0] != "species":
            raise ParameterError(f"particle_groups={groups[0]!r}: the only grouping with a name is 'species'")
        return runs[0].names
    if names is not None:
        return tuple(names)
    largest = max(float(np.max(np.asarray(field), initial=-1)) for field in groups)
    if not 0 <= largest < MOST_GROUPS:
        raise ParameterError(
            f"no particle belongs to a group, or a label is not a whole number from 0 to {MOST_GROUPS}"
        )
    return tuple(range(int(largest) + 1))


def grouping(
    run: Trajectory,
    species: str | int | None,
    groups: Literal["species"] | Field | None,
    weights: Literal["species"] | Field | None,
    n_groups: int,
) -> Groups:
    """Particles of a run sorted into groups once and for all, or as of each origin."""
    everybody = np.arange(run.n_particles)
    particles = everybody if species is None else np.asarray(run.of_species(species), np.int64)
    if isinstance(weights, str):
        raise ParameterError(f"weights={weights!r}: give a number for each particle")
    field = None if weights is None else ParticleField.of(run, weights, "weights", 0.0)
    if groups is None:
        starts = np.array([0, len(particles)])
        return Groups(particles, starts, None, field, n_groups)
    chosen = run.species if isinstance(groups, str) else groups
    labels = ParticleField.of(run, chosen, "particle_groups", -1)
    if labels.frames is not None:
        return Groups(particles, np.zeros(n_groups + 1, np.int64), labels, field, n_groups)
    fixed = Groups(particles, np.zeros(0, np.int64), labels, field, n_groups)
    order, starts = fixed.order(0, run.source.name)
    return Groups(particles[order[starts[0] :]], starts - starts[0], None, field, n_groups)

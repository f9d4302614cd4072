"""Fields laid over the frames and particles of a trajectory."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError
from supercooled.trajectory import Trajectory


def aligned(name: str, field: xr.DataArray | ArrayLike, trajectory: Trajectory) -> Array:
    """Values of a field at every frame and particle, (frame, particle); NaN where it has none.

    Raises
    ------
    ParameterError
        if the field does not fit the trajectory.

    >>> from supercooled import Box
    >>> still = Trajectory.from_arrays(np.zeros((2, 3, 3)), Box.cube(4.0))
    >>> where = {"frame": [1], "particle": [0, 2]}
    >>> late = xr.DataArray([[1.0, 2.0]], dims=("frame", "particle"), coords=where)
    >>> aligned("softness", late, still)
    array([[nan, nan, nan],
           [ 1., nan,  2.]])
    """
    expected = (trajectory.n_frames, trajectory.n_particles)
    if not isinstance(field, xr.DataArray):
        values = np.asarray(field, dtype=np.float64)
        if values.shape != expected:
            raise ParameterError(f"field {name!r} has shape {values.shape}, the trajectory {expected}")
        return values
    if set(field.dims) != {"frame", "particle"}:
        raise ParameterError(f"field {name!r} must have dimensions (frame, particle), not {field.dims}")
    at_frame = _frames_of(name, field, trajectory)
    at_particle = _index_of(name, field, "particle", trajectory.n_particles)
    full = np.full(expected, np.nan)
    full[np.ix_(at_frame, at_particle)] = field.transpose("frame", "particle").to_numpy()
    return full


def _frames_of(name: str, field: xr.DataArray, trajectory: Trajectory) -> Integers:
    if "time" not in field.coords or field.coords["time"].dims != ("frame",):
        return _index_of(name, field, "frame", trajectory.n_frames)
    times = field.coords["time"].to_numpy()
    after = np.searchsorted(trajectory.times, times).clip(1, max(trajectory.n_frames - 1, 1))
    near = np.stack([after - 1, np.minimum(after, trajectory.n_frames - 1)])
    away = np.abs(trajectory.times[near] - times)
    index: Integers = np.take_along_axis(near, away.argmin(axis=0)[None], axis=0)[0]
    wrong = away.min(axis=0) > 1e-6 * np.maximum(np.abs(times), 1.0)
    if wrong.any():
        raise ParameterError(
            f"field {name!r} has a value at time {times[wrong][0]:g}, where {trajectory.source.name} "
            "has no frame"
        )
    return index


def _index_of(name: str, field: xr.DataArray, dim: str, size: int) -> Integers:
    if dim not in field.coords:
        if field.sizes[dim] != size:
            raise ParameterError(
                f"field {name!r} has {field.sizes[dim]} of {size} along {dim!r} and no coordinate "
                "that says which"
            )
        return np.arange(size)
    index: Integers = field.coords[dim].to_numpy().astype(np.int64)
    if len(index) and (index.min() < 0 or index.max() >= size):
        raise ParameterError(f"field {name!r}: coordinate {dim!r} goes to {index.max()}, beyond {size - 1}")
    return index

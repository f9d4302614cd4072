"""Times and names of species, never guessed, and the errors that all formats share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from supercooled.arrays import Array
from supercooled.errors import ParameterError, TrajectoryError


def times_of(
    path: str | Path,
    n_frames: int,
    *,
    recorded: Array | None,
    steps: Array | None,
    timestep: float | None,
) -> Array:
    """Times of the frames: steps times `timestep` where that is given, else those in the file.

    Where the file does not count steps, frames are counted. A single frame without a time is at 0:
    nothing depends on it.

    Raises
    ------
    ParameterError
        if neither is known, or `timestep` is not positive.
    """
    if timestep is not None:
        if not (np.isfinite(timestep) and timestep > 0):
            raise ParameterError(f"timestep must be positive, not {timestep}")
        counts = np.arange(n_frames) if steps is None else steps
        return np.asarray(counts, dtype=np.float64) * timestep
    if recorded is not None:
        return recorded
    if n_frames == 1:
        return np.zeros(1)
    what = "the time between two frames" if steps is None else "the time of one integration step"
    raise ParameterError(
        f'{path} holds no times: give {what}, for example read("{Path(path).name}", timestep=0.005)'
    )


def chosen_names(path: str | Path, stored: Sequence[str], names: Sequence[str] | None) -> tuple[str, ...]:
    """Names of the species: the caller's, or those in the file.

    Raises
    ------
    ParameterError
        if there are too few, or two are the same.
    """
    if names is None:
        return tuple(stored)
    if len(names) != len(stored) or len(set(names)) != len(names):
        raise ParameterError(
            f"{path}: has {len(stored)} species ({', '.join(stored)}), names gives {tuple(names)}"
        )
    return tuple(names)


def cut_short(path: str | Path, whole: int, remedy: str = "") -> TrajectoryError:
    """The error for a file that ends in the middle of frame `whole`."""
    if whole == 0:
        return TrajectoryError(f"{path} is cut short: not even frame 0 is whole")
    before = f"frames 0 to {whole - 1} are whole" if whole > 1 else "frame 0 is whole"
    return TrajectoryError(f"{path} is cut short: {before}, frame {whole} is not{remedy}")

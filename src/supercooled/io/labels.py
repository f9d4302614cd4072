"""Times and names of species, never guessed, and the errors that all formats share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from supercooled.arrays import Array, Integers
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
        f'{path} holds no times: give {what}, for example read("{Path(path).name}", timestep=0.005), '
        "or --timestep 0.005"
    )


def species_of_labels(
    labels: Sequence[str], kinds: Integers, wanted: Sequence[str] | None
) -> tuple[Integers, tuple[str, ...]]:
    """Species of each particle, and their names, from what a file calls them.

    labels : each once
    kinds : (particle,), index into `labels`
    wanted : names by the caller; the same names in another order set the order

    Types 1, 2, ... become A, B, ...; other labels are sorted.

    >>> species_of_labels(["1", "3"], np.array([0, 1, 0]), None)
    (array([0, 2, 0], dtype=int32), ('A', 'B', 'C'))
    """
    if all(label.isdigit() and label != "0" for label in labels):
        numbers = np.array([int(label) for label in labels])
        count = int(numbers.max())
        names = tuple(chr(ord("A") + k) if count <= 26 else str(k + 1) for k in range(count))
        return (numbers[kinds] - 1).astype(np.int32), names
    order = list(wanted) if wanted is not None and set(wanted) == set(labels) else sorted(labels)
    rank = np.array([order.index(label) for label in labels])
    return rank[kinds].astype(np.int32), tuple(order)


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

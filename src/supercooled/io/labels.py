"""Times and names of species, never guessed, and the errors that all formats share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError, TrajectoryError

# What the species shall be called: names in order, or a name for each label of the file.
Names: TypeAlias = Sequence[str] | Mapping[str, str]


def times_of(
    path: str | Path,
    n_frames: int,
    *,
    recorded: Array | None,
    steps: Array | None,
    timestep: float | None,
) -> Array | None:
    """Times of the frames: those in the file, and where it has none its steps times `timestep`.

    Where the file does not count steps either, frames are counted. A single frame without a time is at 0:
    nothing depends on it. None if neither is known: what needs times asks for them.

    Raises
    ------
    ParameterError
        if `timestep` is not positive.
    """
    if timestep is not None and not (np.isfinite(timestep) and timestep > 0):
        raise ParameterError(f"timestep must be positive, not {timestep}")
    if recorded is not None:
        return recorded
    if timestep is not None:
        counts = np.arange(n_frames) if steps is None else steps
        return np.asarray(counts, dtype=np.float64) * timestep
    return np.zeros(1) if n_frames == 1 else None


def species_of_labels(
    path: str | Path, labels: Sequence[str], kinds: Integers, names: Names | None
) -> tuple[Integers, tuple[str, ...]]:
    """Species of each particle, and their names, from what a text file calls them.

    Parameters
    ----------
    labels
        each once
    kinds
        (particle,), index into `labels`
    names
        by the caller, as in :func:`named_species`; the same names in another order set the order

    Notes
    -----
    Types 1, 2, ... become A, B, ..., whether a particle has them or not, unless as many names are given as
    there are types with particles; so do types 0, 1, ..., where one is 0. Other labels are sorted.

    Examples
    --------
    >>> species_of_labels("x", ["1", "3"], np.array([0, 1, 0]), None)
    (array([0, 2, 0], dtype=int32), ('A', 'B', 'C'))
    >>> species_of_labels("x", ["0", "1"], np.array([0, 1, 0]), None)
    (array([0, 1, 0], dtype=int32), ('A', 'B'))
    >>> species_of_labels("x", ["1", "3"], np.array([0, 1, 0]), ["small", "big"])
    (array([0, 1, 0], dtype=int32), ('small', 'big'))
    """
    if isinstance(names, Mapping):
        return named_species(path, kinds, labels, names)
    if all(label.isdigit() for label in labels):
        numbers = np.array([int(label) for label in labels])
        # RUMD and other programs count types from 0.
        numbers += int(numbers.min()) == 0
        count = int(numbers.max())
        if names is not None and len(names) == len(labels) < count:
            return named_species(path, np.argsort(np.argsort(numbers))[kinds], labels, names)
        letters = tuple(chr(ord("A") + k) if count <= 26 else str(k + 1) for k in range(count))
        return named_species(path, numbers[kinds] - 1, letters, names)
    order = list(names) if names is not None and set(names) == set(labels) else sorted(labels)
    rank = np.array([order.index(label) for label in labels])
    return named_species(path, rank[kinds], order, names)


def named_species(
    path: str | Path, kinds: Integers, labels: Sequence[str], names: Names | None
) -> tuple[Integers, tuple[str, ...]]:
    """Species and their names: those in the file, or the caller's.

    Parameters
    ----------
    names
        one for each label in their order, or a mapping from labels; several may get the same name, and
        the species are then in alphabetical order

    Raises
    ------
    ParameterError
        if there are too few, two are the same, or a label has none.

    Examples
    --------
    >>> named_species("x", np.array([0, 1, 0]), ["3", "7"], {"7": "A", "3": "B"})
    (array([1, 0, 1], dtype=int32), ('A', 'B'))
    """
    if names is None:
        return kinds.astype(np.int32), tuple(labels)
    if isinstance(names, Mapping):
        if not set(names) & set(labels):
            # a file that has the names already, read beside others
            names = {name: name for name in names.values()}
        without = [label for k, label in enumerate(labels) if label not in names and (kinds == k).any()]
        if without:
            raise ParameterError(
                f"{path}: names has no entry for {', '.join(without)}; the file has {', '.join(labels)}"
            )
        order = sorted({names[label] for label in labels if label in names})
        rank = np.array([order.index(names[label]) if label in names else 0 for label in labels])
        return rank[kinds].astype(np.int32), tuple(order)
    if len(names) != len(labels) or len(set(names)) != len(names):
        raise ParameterError(
            f"{path}: has {len(labels)} species ({', '.join(labels)}), names gives "
            f"{tuple(names)}; a mapping also works, for example names={{'1': 'A', '2': 'B'}}"
        )
    return kinds.astype(np.int32), tuple(names)


def cut_short(path: str | Path, whole: int, remedy: str = "", last: str | None = None) -> TrajectoryError:
    """The error for a file that ends in the middle of frame `whole`.

    Parameters
    ----------
    last
        its last line, where that may be all of it but for the line's end
    """
    name = f"{path} {'is' if last is None else 'may be'} cut short"
    drop = "; unfinished='drop', or --unfinished drop, leaves it out" if remedy and whole else ""
    keep = ""
    if last is not None:
        drop = drop and ", 'drop' leaves the frame out"
        keep = (
            f": its last line {last[-40:]!r} has no newline; unfinished='keep', or --unfinished "
            "keep, takes it as it is"
        )
    if whole == 0:
        return TrajectoryError(f"{name}: even frame 0 is incomplete{keep}")
    before = f"frames 0 to {whole - 1} are complete" if whole > 1 else "frame 0 is complete"
    return TrajectoryError(f"{name}: {before}, frame {whole} is not{keep}{drop}{remedy}")

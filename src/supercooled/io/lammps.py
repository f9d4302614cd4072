"""LAMMPS text dumps.

The format: https://docs.lammps.org/dump.html; triclinic boxes: https://docs.lammps.org/Howto_triclinic.html.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from supercooled.arrays import Array
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Opened
from supercooled.io.text_index import Header, LineReader, check_columns, index_text, numbers, whole_number
from supercooled.io.text_trajectory import text_trajectory

# The first of these that a file has says the species.
_SPECIES = ("element", "typelabel", "type")


def read_dump(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a LAMMPS text dump. See :func:`supercooled.io.read`."""
    if meaning.box is not None:
        raise ParameterError(f"{path}: a LAMMPS dump contains its box: leave box out")
    index = index_text(path, _header, meaning)
    if "id" not in index.columns and len(index.starts) > 1:
        raise TrajectoryError(
            f"{path}: there is no id column, so particles can't be followed from frame to "
            "frame; dump it with the column id"
        )
    return text_trajectory(path, index, meaning, kind="LAMMPS dump")


def _header(lines: LineReader, where: str) -> Header:
    step: int | None = None
    time: float | None = None
    count: int | None = None
    units: str | None = None
    box: tuple[Array, Array, tuple[bool, ...]] | None = None
    while True:
        line = lines.next()
        if line == "ITEM: TIMESTEP":
            step = whole_number(lines.next(), f"{where}: timestep")
        elif line == "ITEM: TIME":
            (time,) = numbers(lines.next(), 1, f"{where}: time")
        elif line == "ITEM: UNITS":
            units = lines.next()
        elif line == "ITEM: NUMBER OF ATOMS":
            count = whole_number(lines.next(), f"{where}: number of atoms")
        elif line.startswith("ITEM: BOX BOUNDS"):
            box = _box(line.split()[3:], [lines.next() for _ in range(3)], where)
        elif line.startswith("ITEM: ATOMS"):
            break
        else:
            raise TrajectoryError(
                f"{where}: {line[:60]!r} is in the place of a line 'ITEM: ...'; the frame "
                "before has more rows than particles, or this is not a LAMMPS dump"
            )
    if count is None or box is None:
        missing = "ITEM: NUMBER OF ATOMS" if count is None else "ITEM: BOX BOUNDS"
        raise TrajectoryError(f"{where}: there is no {missing!r} before its particles")
    edges, corner, periodic = box
    called = tuple(line.split()[2:])
    check_columns(len(called), where)
    labels = tuple(name for name in _SPECIES if name in called)
    columns = tuple("species" if name in labels[:1] else name for name in called)
    return Header(
        count, columns, edges, corner, periodic, step, time, called=called, labels=labels, units=units
    )


def _box(words: list[str], lines: list[str], where: str) -> tuple[Array, Array, tuple[bool, ...]]:
    """Edges as columns, corner, and which boundaries are periodic."""
    if words[:2] == ["abc", "origin"]:
        return _general_box(words[2:], lines, where)
    tilted = words[:3] == ["xy", "xz", "yz"]
    flags = words[3:] if tilted else words
    bounds = np.array([numbers(line, 3 if tilted else 2, f"{where}: box bounds") for line in lines])
    xy, xz, yz = bounds[:, 2] if tilted else (0.0, 0.0, 0.0)
    low, high = bounds[:, 0].copy(), bounds[:, 1].copy()
    # The bounds of a tilted box are those of the upright box around it.
    low[0] -= min(0.0, xy, xz, xy + xz)
    high[0] -= max(0.0, xy, xz, xy + xz)
    low[1] -= min(0.0, yz)
    high[1] -= max(0.0, yz)
    edges = np.diag(high - low)
    edges[0, 1], edges[0, 2], edges[1, 2] = xy, xz, yz
    return edges, low, _periodic(flags)


def _general_box(flags: list[str], lines: list[str], where: str) -> tuple[Array, Array, tuple[bool, ...]]:
    """A box of any orientation: in each line an edge, and a coordinate of the corner where they meet."""
    rows = np.array([numbers(line, 4, f"{where}: edge of a general triclinic box") for line in lines])
    return rows[:, :3].T, rows[:, 3].copy(), _periodic(flags)


def _periodic(flags: list[str]) -> tuple[bool, ...]:
    # Dumps of before 2010 do not say what their boundaries are.
    return tuple(flag == "pp" for flag in flags) if len(flags) == 3 else (True,) * 3

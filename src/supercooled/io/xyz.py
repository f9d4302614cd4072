"""Extended XYZ: rows below a line of ``key=value``, with ``Lattice`` and ``Properties``.

The format: https://github.com/libAtoms/extxyz#extended-xyz-specification-and-parsing-tools.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from supercooled.errors import TrajectoryError
from supercooled.io.labels import Names
from supercooled.io.text_index import Header, LineReader, index_text, numbers, whole_number
from supercooled.io.text_trajectory import text_trajectory
from supercooled.trajectory import Trajectory

_PAIR = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|\{[^}]*\}|\[[^\]]*\]|\S+)""")
_DEFAULT_PROPERTIES = "species:S:1:pos:R:3"
_POSITION = {"pos", "position", "positions"}
_SPECIES = {"species", "element", "type", "types"}
_STEP = ("timestep", "step")


def read_xyz(
    path: str | Path,
    *,
    timestep: float | None = None,
    temperature: float | None = None,
    names: Names | None = None,
) -> Trajectory:
    """Trajectory of an extended XYZ file. See :func:`supercooled.io.read`."""
    index = index_text(path, _header)
    return text_trajectory(path, index, timestep=timestep, temperature=temperature, names=names)


def _header(lines: LineReader, where: str) -> Header:
    count = whole_number(lines.next(), f"{where}: number of particles")
    pairs = {key.lower(): value.strip("\"'{}[]") for key, value in _PAIR.findall(lines.next())}
    if "lattice" not in pairs:
        raise TrajectoryError(
            f'{where}: no Lattice="..." in its second line: the edges of the periodic box must be known'
        )
    edges = np.array(numbers(pairs["lattice"], 9, f"{where}: Lattice")).reshape(3, 3).T
    corner = numbers(pairs.get("origin", "0 0 0"), 3, f"{where}: Origin")
    periodic = tuple(word.upper() in {"T", "TRUE", "1"} for word in pairs.get("pbc", "T T T").split())
    if len(periodic) != 3:
        raise TrajectoryError(f"{where}: pbc={pairs['pbc']!r} should be three of T and F")
    step = next((whole_number(pairs[key], f"{where}: {key}") for key in _STEP if key in pairs), None)
    time = numbers(pairs["time"], 1, f"{where}: Time")[0] if "time" in pairs else None
    columns = _columns(pairs.get("properties", _DEFAULT_PROPERTIES), where)
    return Header(count, columns, edges, np.array(corner), periodic, step, time)


def _columns(properties: str, where: str) -> tuple[str, ...]:
    words = properties.split(":")
    if len(words) % 3 or not all(width.isdigit() for width in words[2::3]):
        raise TrajectoryError(f"{where}: Properties={properties!r} should be name:type:columns, repeated")
    names: list[str] = []
    for name, width in zip(words[0::3], map(int, words[2::3]), strict=True):
        if name.lower() in _POSITION and width in (2, 3):
            names += ["x", "y", "z"][:width]
        elif name.lower() in _SPECIES and width == 1 and "species" not in names:
            names.append("species")
        elif name.lower() == "id" and width == 1:
            names.append("id")
        else:
            names += [f"{name}[{k}]" for k in range(width)]
    return tuple(names)

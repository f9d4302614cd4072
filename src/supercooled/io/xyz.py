"""XYZ: rows below a line of comment, or, extended, of ``key=value`` with ``Lattice`` and ``Properties``.

The format: https://github.com/libAtoms/extxyz#extended-xyz-specification. RUMD and gamdpy, and atooms, say
``columns`` and the edges of a box about the origin: https://rumd.org, https://framagit.org/atooms/atooms.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np

from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Opened
from supercooled.io.text_index import Header, LineReader, check_columns, index_text, numbers, whole_number
from supercooled.io.text_source import SIZES
from supercooled.io.text_trajectory import text_trajectory

_CLOSING = {'"': '"', "'": "'", "{": "}"}
_DEFAULT_PROPERTIES = "species:S:1:pos:R:3"
_POSITION = {"pos", "position", "positions"}
_SPECIES = {"species", "element", "type", "types"}
_STEP = ("timestep", "step", "timestepindex")
_WIDTH = re.compile(r"[0-9]{1,15}")
_TRUE, _FALSE = {"T", "TRUE", "1"}, {"F", "FALSE", "0"}
# What atooms writes, ``step:0 columns:id,pos cell:8.0,8.0,8.0``, with colons; older ones with ``=``.
_COLONS = re.compile(r"\b(?:columns|cell|side):")
_KEY = re.compile(r"(\w+)\s*:\s*(\S+)")
# Edges of a box about the origin, and what columns are called beside them.
_EDGES = ("cell", "side", "sim_box", "boxlengths")
_NAMED = {"id": "species", "name": "species", "imx": "ix", "imy": "iy", "imz": "iz"}
# The comment of LAMMPS' own plain XYZ.
_LAMMPS_STEP = re.compile(r"Atoms\. Timestep: ([0-9]{1,40})")


def read_xyz(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of an XYZ file. See :func:`supercooled.io.read`."""
    index = index_text(path, partial(_header, given=meaning.box), meaning)
    opened = text_trajectory(path, index, meaning, kind="extended XYZ" if meaning.box is None else "XYZ")
    if meaning.box is not None and meaning.box.dimensions != opened.trajectory.dimensions:
        raise ParameterError(
            f"{path} has particles in {opened.trajectory.dimensions} dimensions, but the given "
            f"box has {meaning.box.dimensions}"
        )
    return opened


def pairs_of(line: str) -> dict[str, str]:
    """What a line of ``key=value`` says, by key in small letters; values without quotes and brackets.

    Values may be bare, in quotes of either kind, in braces, or lists in square brackets, nested too.

    Examples
    --------
    >>> pairs_of('Lattice=[[8, 0, 0], [0, 8, 0], [0, 0, 8]] pbc=[T, T, F] note="a = b"')
    {'lattice': '8  0  0   0  8  0   0  0  8', 'pbc': 'T  T  F', 'note': 'a = b'}
    """
    found: dict[str, str] = {}
    at, size = 0, len(line)
    while (equals := line.find("=", at)) >= 0:
        words = line[at:equals].split()
        start = equals + 1
        while start < size and line[start].isspace():
            start += 1
        first = line[start : start + 1]
        if first == "[":
            end = _closing_bracket(line, start)
            value = re.sub(r"[\[\],\"']", " ", line[start:end]).strip()
        elif first in _CLOSING:
            end = line.find(_CLOSING[first], start + 1)
            end = size if end < 0 else end + 1
            value = line[start + 1 : end - 1]
        else:
            end = start
            while end < size and not line[end].isspace():
                end += 1
            value = line[start:end]
        if words:
            found.setdefault(words[-1].strip("\"'").lower(), value)
        at = max(end, equals + 1)
    return found


def _closing_bracket(line: str, start: int) -> int:
    """Where a list ends."""
    depth = 0
    for at in range(start, len(line)):
        depth += (line[at] == "[") - (line[at] == "]")
        if depth == 0:
            return at + 1
    return len(line)


def _header(lines: LineReader, where: str, given: Box | None) -> Header:
    count = whole_number(lines.next(), f"{where}: number of particles")
    line = lines.next()
    pairs = pairs_of(line)
    if "lattice" not in pairs and "properties" not in pairs and _COLONS.search(line):
        pairs = pairs_of(_KEY.sub(r"\1=\2", line))
    edges, corner, periodic = _box(pairs, where, given)
    step = next((whole_number(pairs[key], f"{where}: {key}") for key in _STEP if key in pairs), None)
    if step is None and (said := _LAMMPS_STEP.match(line)):
        step = int(said[1])
    time = numbers(pairs["time"], 1, f"{where}: Time")[0] if "time" in pairs else None
    if "columns" in pairs and "properties" not in pairs:
        columns, called = _listed(pairs["columns"], pairs, where)
        labels = tuple(n for n, c in zip(called, columns, strict=True) if c == "species")
    else:
        columns, called = _columns(pairs.get("properties", _DEFAULT_PROPERTIES), where)
        labels = tuple(name for name in called if name.lower() in _SPECIES)
    units = pairs["units"].strip().lower() if "units" in pairs else None
    return Header(
        count, columns, edges, corner, periodic, step, time, called=called, labels=labels, units=units
    )


def _box(pairs: dict[str, str], where: str, given: Box | None) -> tuple[Array, Array, tuple[bool, ...]]:
    about = next((key for key in _EDGES if key in pairs), None)
    if about is not None and not {"lattice", "properties"} & set(pairs):
        if given is not None:
            raise ParameterError(f"{where}: its {about} says what its box is: leave box out")
        edges = np.diag(_edges(pairs[about], f"{where}: {about}"))
        return edges, -edges.sum(axis=1) / 2, (True, True, True)
    if "lattice" not in pairs:
        if given is None:
            raise TrajectoryError(
                f'{where}: no Lattice="..." in its second line: the edges of the periodic box '
                "are needed; give them, for example box=Box.cube(8.0), or --box 8"
            )
        return given.matrix, np.zeros(3), (True, True, True)
    if given is not None:
        raise ParameterError(f"{where}: its Lattice gives the box: leave box out")
    words = pairs["lattice"].split()
    edges = (
        np.diag(numbers(pairs["lattice"], 3, f"{where}: Lattice"))
        if len(words) == 3
        else np.array(numbers(pairs["lattice"], 9, f"{where}: Lattice")).reshape(3, 3).T
    )
    corner = np.array(numbers(pairs.get("origin", "0 0 0"), 3, f"{where}: Origin"))
    said = pairs.get("pbc", "T T T")
    flags = [word.upper() for word in said.split()]
    if len(flags) != 3 or not set(flags) <= _TRUE | _FALSE:
        raise TrajectoryError(f"{where}: pbc={said!r} should be three of T and F")
    return edges, corner, tuple(flag in _TRUE for flag in flags)


def _edges(said: str, what: str) -> list[float]:
    """Edges of an upright box, two of a planar one; RUMD says its kind before them."""
    words = [word for word in said.replace(",", " ").split() if word != "RectangularSimulationBox"]
    if len(words) not in (2, 3):
        raise TrajectoryError(f"{what}={said[:100]!r} should be the two or three edges of an upright box")
    edges = numbers(" ".join(words), len(words), what)
    return [*edges, 1.0][:3]


def _listed(columns: str, pairs: dict[str, str], where: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same of a list of names, where ``pos`` stands for as many columns as there are dimensions."""
    given = columns.replace(",", " ").split()
    edges = next((pairs[key] for key in _EDGES if key in pairs), "")
    planar = len(edges.replace(",", " ").split()) == 2
    names: list[str] = []
    called: list[str] = []
    check_columns(3 * len(given), where)
    for name in given:
        small = name.lower()
        axes = ["x", "y", "z"][: 2 if planar else 3]
        if small in _POSITION:
            names += axes
            called += [f"{name}[{k}]" for k in range(len(axes))]
        elif small in ("vel", "velocity"):
            own = [f"{name}[{k}]" for k in range(len(axes))]
            names, called = [*names, *own], [*called, *own]
        else:
            word = "species" if small in _SPECIES else _NAMED.get(small, small if small in SIZES else name)
            names.append(f"{name}[0]" if word in names else word)
            called.append(name)
    return tuple(names), tuple(called)


def _columns(properties: str, where: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns as the package calls them, and as the file does."""
    words = properties.split(":")
    if len(words) % 3 or not all(_WIDTH.fullmatch(width) for width in words[2::3]):
        raise TrajectoryError(
            f"{where}: Properties={properties[:200]!r} should be name:type:columns, repeated"
        )
    check_columns(sum(map(int, words[2::3])), where)
    names: list[str] = []
    called: list[str] = []
    for name, width in zip(words[0::3], map(int, words[2::3]), strict=True):
        own = [name] if width == 1 else [f"{name}[{k}]" for k in range(width)]
        called += own
        if name.lower() in _POSITION and width in (2, 3):
            names += ["x", "y", "z"][:width]
        elif name.lower() in _SPECIES and width == 1 and "species" not in names:
            names.append("species")
        elif name.lower() == "id" and width == 1:
            names.append("id")
        elif name.lower() in SIZES and width == 1:
            names.append(name.lower())
        else:
            names += [f"{name}[{k}]" for k in range(width)]
    return tuple(names), tuple(called)

"""LAMMPS data files: one configuration, as ``write_data``, ASE and OVITO write it.

The format: https://docs.lammps.org/read_data.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import numpy as np

from supercooled.arrays import Array
from supercooled.errors import TrajectoryError
from supercooled.io.cells import Held, takes_no
from supercooled.io.decompression import plain_text
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Opened
from supercooled.plain_data import read_text

KIND = "lammps-data"
# Columns of each style before the image counts: https://docs.lammps.org/read_data.html
_STYLES: Mapping[str, tuple[str, ...]] = {
    "atomic": ("id", "type", "x", "y", "z"),
    "charge": ("id", "type", "q", "x", "y", "z"),
    "bond": ("id", "molecule", "type", "x", "y", "z"),
    "angle": ("id", "molecule", "type", "x", "y", "z"),
    "molecular": ("id", "molecule", "type", "x", "y", "z"),
    "full": ("id", "molecule", "type", "q", "x", "y", "z"),
    "sphere": ("id", "type", "diameter", "density", "x", "y", "z"),
}
_IMAGES = ("ix", "iy", "iz")
_LARGEST = 2**31
_MOST_LABELS = 1000
_SAID = re.compile(r"timestep = (\d{1,18})|units = (\w{1,20})")
_COUNT = re.compile(r"(\d{1,12})\s+atoms\s*$")


def read_data(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of one frame of a LAMMPS data file. See :func:`supercooled.io.read`."""
    takes_no(path, KIND, meaning, "species_column", "box", "topology")
    text = read_text(plain_text(path), most=_LARGEST, error=TrajectoryError)
    lines = text.splitlines()
    if len(lines) < 2:
        raise TrajectoryError(f"{path}: no LAMMPS data file: it has {len(lines)} lines")
    told = dict.fromkeys(("step", "units"))
    for match in _SAID.finditer(lines[0]):
        told["step" if match[1] else "units"] = match[1] or match[2]
    number, edges, corner = _header(path, lines)
    at, style = _section(path, lines)
    table = _table(path, lines[at : at + number], number)
    columns = _columns(path, style, table.shape[1])
    place = {name: k for k, name in enumerate(columns)}
    order = np.argsort(table[:, 0], kind="stable")
    table = table[order]
    if (np.diff(table[:, 0]) == 0).any():
        again = table[int(np.argmax(np.diff(table[:, 0]) == 0)), 0]
        raise TrajectoryError(f"{path}: particle id {again:.0f} occurs more than once")
    xyz = table[:, [place["x"], place["y"], place["z"]]]
    images = table[:, -3:][None] if columns[-3:] == _IMAGES else None
    if images is not None and not (images == np.round(images)).all():
        raise TrajectoryError(f"{path}: image counts are no whole numbers")
    kinds = table[:, place["type"]]
    if not ((kinds == np.round(kinds)) & (kinds > 0) & (kinds <= _MOST_LABELS)).all():
        raise TrajectoryError(f"{path}: types must be whole numbers from 1 to {_MOST_LABELS}")
    labels = _labels(lines)
    held = Held(
        kind="LAMMPS data",
        positions=xyz[None],
        edges=edges[None],
        labels=[labels.get(f"{kind:.0f}", f"{kind:.0f}") for kind in kinds],
        corner=corner,
        images=images,
        steps=None if told["step"] is None else np.array([float(told["step"])]),
        units=told["units"],
        species_column="type",
        diameters=table[None, :, place["diameter"]] if "diameter" in place else None,
        not_read=tuple(n for n in columns if n in ("q", "molecule", "density")),
    )
    return held.opened(path, meaning)


def _header(path: str | Path, lines: list[str]) -> tuple[int, Array, Array]:
    """Number of particles, edges as columns, and the corner where they meet."""
    number: int | None = None
    low, high, tilts = np.zeros(3), np.full(3, np.nan), np.zeros(3)
    general: dict[str, list[float]] = {}
    for line in lines[1:]:
        words = line.split("#")[0].split()
        if words and words[0] in ("Atoms", "Masses"):
            break
        if match := _COUNT.match(line.split("#")[0].strip()):
            number = int(match[1])
        for axis, name in enumerate("xyz"):
            if words[2:] == [f"{name}lo", f"{name}hi"]:
                low[axis], high[axis] = _floats(path, words[:2])
        if words[3:] == ["xy", "xz", "yz"]:
            tilts[:] = _floats(path, words[:3])
        if len(words) == 4 and words[3] in ("avec", "bvec", "cvec", "origin"):
            general[words[3]] = _floats(path, words[:3])
    if number is None or number == 0:
        raise TrajectoryError(f"{path}: no line 'N atoms' before its particles: no LAMMPS data file")
    if {"avec", "bvec", "cvec"} <= set(general):
        edges = np.array([general["avec"], general["bvec"], general["cvec"]]).T
        return number, edges, np.array(general.get("origin", [0.0, 0.0, 0.0]))
    if not np.isfinite(high).all():
        raise TrajectoryError(f"{path}: no line '... {'xyz'[int(np.argmax(~np.isfinite(high)))]}lo ...hi'")
    edges = np.diag(high - low)
    edges[0, 1], edges[0, 2], edges[1, 2] = tilts
    return number, edges, low


def _floats(path: str | Path, words: list[str]) -> list[float]:
    try:
        return [float(word) for word in words]
    except ValueError as error:
        raise TrajectoryError(f"{path}: {' '.join(words)[:100]!r} are no numbers") from error


def _section(path: str | Path, lines: list[str]) -> tuple[int, str | None]:
    """First line of the particles, and the style that stands beside their heading."""
    for k, line in enumerate(lines):
        words = line.split()
        if words[:1] == ["Atoms"]:
            style = words[2] if words[1:2] == ["#"] and len(words) > 2 else None
            begin = k + 1
            while begin < len(lines) and not lines[begin].strip():
                begin += 1
            return begin, style
    raise TrajectoryError(f"{path}: no section 'Atoms'")


def _table(path: str | Path, rows: list[str], number: int) -> Array:
    """Numbers of the particles, (particle, column)."""
    try:
        table = np.loadtxt(StringIO("\n".join(rows)), dtype=np.float64, ndmin=2)
    except ValueError as error:
        raise TrajectoryError(f"{path}: its section 'Atoms': {error}") from error
    if len(table) != number:
        raise TrajectoryError(f"{path}: {len(table)} particles in its section 'Atoms', and it says {number}")
    return table


def _columns(path: str | Path, style: str | None, number: int) -> tuple[str, ...]:
    """What the columns are, by the style, or by their number where only one style has so many."""
    if style is not None and style not in _STYLES:
        raise TrajectoryError(
            f"{path}: its atom style is {style!r}, and those that are read are {', '.join(_STYLES)}"
        )
    names = [style] if style is not None else list(_STYLES)
    found = dict.fromkeys(
        whole
        for name in names
        for whole in (_STYLES[name], (*_STYLES[name], *_IMAGES))
        if len(whole) == number
    )
    if len(found) == 1:
        return next(iter(found))
    if not found:
        raise TrajectoryError(f"{path}: {number} columns are not those of {style or 'any atom style'}")
    raise TrajectoryError(
        f"{path}: {number} columns, and several atom styles have so many: name yours beside the heading, for "
        "example 'Atoms # charge'"
    )


def _labels(lines: list[str]) -> dict[str, str]:
    """Names of types, where the file has a section of them."""
    for k, line in enumerate(lines):
        if line.split("#")[0].split() == ["Atom", "Type", "Labels"]:
            found = {}
            for row in lines[k + 2 : k + 2 + _MOST_LABELS]:
                words = row.split()
                if len(words) < 2 or not words[0].isdigit():
                    break
                found[words[0]] = words[1]
            return found
        if line.split()[:1] == ["Atoms"]:
            break
    return {}

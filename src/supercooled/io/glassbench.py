"""Configurations of GlassBench and BOTAN as trajectories of one frame.

:func:`supercooled.datasets.read_configurations` reads the propensity that followed, too.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from supercooled.errors import TrajectoryError
from supercooled.io.cells import Held, takes_no
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Opened
from supercooled.plain_data import read_some_arrays

KIND = "glassbench"
_ARRAYS = ("types", "box", "temperature", "initial_positions", "positions")


def read_npz(path: str | Path, meaning: Meaning) -> Opened:
    """The configuration that a ``.npz`` file begins with. See :func:`supercooled.io.read`."""
    takes_no(path, KIND, meaning, "species_column", "topology")
    held = read_some_arrays(path, _ARRAYS, error=TrajectoryError)
    start = "initial_positions" if "initial_positions" in held else "positions"
    if lacking := [name for name in ("types", start) if name not in held]:
        raise TrajectoryError(f"{path}: no array {lacking[0]!r}, which a configuration of GlassBench has")
    numbers = {name: value for name, value in held.items() if value.dtype.kind in "biuf"}
    if strange := [name for name in ("types", start, "box") if name in held and name not in numbers]:
        raise TrajectoryError(f"{path}: {strange[0]} holds no numbers")
    positions, types = numbers[start], numbers["types"].ravel()
    if positions.ndim != 2 or positions.shape[1] not in (2, 3) or len(types) != len(positions):
        raise TrajectoryError(
            f"{path}: {start} must be coordinates (particle, 2 or 3) of {len(types)} particles, not "
            f"{positions.shape}"
        )
    if not (np.isfinite(types).all() and (types == np.round(types)).all()):
        raise TrajectoryError(f"{path}: types must be whole numbers")
    d = positions.shape[1]
    if "box" in numbers:
        takes_no(path, KIND, meaning, "box")
        size = numbers["box"].ravel()
        if size.size not in (1, d):
            raise TrajectoryError(f"{path}: box must be one edge, or {d}, not {size.size} numbers")
        edges = np.eye(3)
        edges[range(d), range(d)] = size
    elif meaning.box is not None:
        edges = meaning.box.matrix
    else:
        raise TrajectoryError(
            f"{path}: no array 'box': give its edges, for example box=Box.cube(15.0566), or --box 15.0566"
        )
    T = numbers.get("temperature")
    if meaning.temperature is None and T is not None and T.size == 1:
        meaning = replace(meaning, temperature=float(T.ravel()[0]))
    # Types begin with 0 there, and with 1 in other files.
    labels = [
        f"{kind - min(types.min(), 1) + 1:.0f}" if types.min() == 0 else f"{kind:.0f}" for kind in types
    ]
    return Held(
        kind="GlassBench",
        positions=positions[None],
        edges=np.asarray(edges, dtype=np.float64)[None],
        labels=labels,
        species_column="types",
    ).opened(path, meaning)

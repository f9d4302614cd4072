"""Configurations of ASE, and its trajectory files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Anything, Positive, Temperature, validated
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.extras import require
from supercooled.io.cells import Held, takes_no
from supercooled.io.labels import Names
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Opened
from supercooled.trajectory import Trajectory
from supercooled.units import Units

KIND = "ase"


@validated
def from_ase(
    atoms: Annotated[Any, Anything()],
    *,
    timestep: Positive | None = None,
    times: ArrayLike | None = None,
    temperature: Temperature | None = None,
    names: Names | None = None,
    unwrapped: bool = False,
    units: Units | str | None = None,
) -> Trajectory:
    """Trajectory of ``ase.Atoms``, one or several.

    Lengths are taken as they are: say what they are worth where they are in Angstrom. What is said here is
    said in the same units.

    Parameters
    ----------
    atoms
        an ``ase.Atoms``, or several of the same particles, a frame each
    timestep
        time between two frames
    times
        (frame,), in place of `timestep`; with neither the trajectory has no times
    temperature
        of the run
    names
        of the species; the chemical symbols otherwise
    unwrapped
        whether the positions are unwrapped, not folded into the box
    units
        what the numbers are worth, as of :func:`supercooled.read`

    Returns
    -------
    Trajectory
        trajectory of the frames

    Raises
    ------
    MissingExtraError
        if ASE is not installed.
    ParameterError
        if it is something else, or both `timestep` and `times` are given.
    TrajectoryError
        if the frames hold other particles.
    BoxError
        if a cell has no volume, or is not periodic.
    """
    require("ase", doing="from_ase")
    from ase import Atoms

    frames = [atoms] if isinstance(atoms, Atoms) else atoms
    if not isinstance(frames, list | tuple) or not frames or not all(isinstance(x, Atoms) for x in frames):
        raise ParameterError(
            f"from_ase takes an ase.Atoms or several, not {type(atoms).__name__}; for example "
            "from_ase(ase.io.read('run.traj', index=':'))"
        )
    if timestep is not None and times is not None:
        raise ParameterError("give timestep or times, not both")
    meaning = Meaning(
        timestep=timestep, temperature=temperature, names=names, unwrapped=unwrapped, units=units
    )
    return _opened("atoms of ASE", frames, meaning, times).trajectory


def read_traj(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a ``.traj`` file of ASE. See :func:`supercooled.io.read`."""
    takes_no(path, KIND, meaning, "species_column", "box", "topology")
    require("ase", doing=f"reading {path}")
    from ase.io.trajectory import Trajectory as Reader

    try:
        with Reader(str(path)) as file:
            frames = list(file)
        for one in frames:
            # By numbers that may be of no element.
            one.get_chemical_symbols()
    except Exception as error:
        # What it raises on damage is of many kinds.
        raise TrajectoryError(f"{path}: ASE can't read it: {type(error).__name__}: {error}") from error
    if not frames:
        raise TrajectoryError(f"{path}: no frame in it")
    return _opened(path, frames, meaning, None)


def _opened(path: str | Path, frames: Sequence[Any], meaning: Meaning, times: ArrayLike | None) -> Opened:
    symbols = frames[0].get_chemical_symbols()
    for k, one in enumerate(frames):
        if one.get_chemical_symbols() != symbols:
            raise TrajectoryError(f"{path}: frame {k} has other particles than the first one")
    held = Held(
        kind="ASE",
        positions=np.array([one.get_positions() for one in frames]),
        edges=np.array([np.asarray(one.cell).T for one in frames], dtype=np.float64),
        labels=symbols,
        periodic=tuple(bool(np.all([one.pbc[axis] for one in frames])) for axis in range(3)),
        times=None if times is None else np.asarray(times, dtype=np.float64),
        species_column="symbols",
    )
    return held.opened(path, meaning)

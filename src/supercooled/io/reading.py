"""One way in for every kind of trajectory file."""

from __future__ import annotations

import os
from pathlib import Path

from supercooled.arguments import Positive, Temperature, validated
from supercooled.box import Box
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.io.labels import Names
from supercooled.io.meaning import Meaning, Repeats, Unfinished
from supercooled.io.opened import Opened
from supercooled.io.readers import kind_by_content, kind_of, known, open_as
from supercooled.plain_data import size_of
from supercooled.trajectory import Trajectory
from supercooled.units import Units


@validated
def read(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002  the field's word
    timestep: Positive | None = None,
    temperature: Temperature | None = None,
    names: Names | None = None,
    species_column: str | None = None,
    unwrapped: bool | None = None,
    units: Units | str | None = None,
    box: Box | None = None,
    repeats: Repeats = "refuse",
    unfinished: Unfinished = "refuse",
    frames: slice = slice(None),
    topology: str | Path | None = None,
) -> Trajectory:
    """Trajectory of a file, whose frames are read when they are asked for.

    GSD; LAMMPS text dumps (``.dump .lammpstrj .lammpsdump``) and data files (``.data .lmp .lammpsdata``);
    XYZ, extended, plain, of atooms, RUMD and gamdpy (``.xyz .extxyz``), as they are or compressed
    (``.gz .bz2 .zst``); ``.traj`` of ASE; ``.h5`` of gamdpy; ``.npz`` of GlassBench, its configuration; and
    through MDAnalysis ``.dcd .xtc .trr`` with a topology. Where the suffix says nothing the file's beginning
    does. :func:`supercooled.look` says what is understood; :func:`supercooled.io.reader` adds a kind of file;
    :func:`supercooled.io.from_ase` and :func:`supercooled.io.from_mdanalysis` take what is in memory. What is
    said about a file is said in its own units.

    Parameters
    ----------
    path
        file of the trajectory
    format
        "gsd", "lammps", "xyz", "lammps-data", "ase", "gamdpy", "glassbench", "mdanalysis" or the name of
        another reader, if neither suffix nor beginning say so
    timestep
        time of one integration step, where the file has no times, which go before it; where it
        does not count steps either, the time between two frames. Without one such a file opens by
        frame number: structure needs no times, and what needs them asks for them
    temperature
        of the run
    names
        of the species, where the file has none or others: for types 1, 2, ... in that order, or
        a mapping from what the file calls them, such as {"3": "A", "7": "B"}
    species_column
        which column of a text file tells the species, such as "type" or "element"; needed
        where several tell them apart differently
    unwrapped
        whether the positions are unwrapped; None takes what the names of the columns say, and
        `x y z` and XYZ for folded
    units
        what the file's numbers are worth, as :class:`supercooled.Units` or its text, for example
        "metal,sigma=2.2,epsilon=0.08,mass=58.7"; "lj" for reduced ones. Needed where the file says that it
        has others
    box
        of a plain XYZ file or an npz, which has none
    repeats
        of frames of one time, as a restarted run writes them: "refuse", or take what was written
        "first" or "last"; copies to the last bit are left out always
    unfinished
        a last frame that is cut short, or whose last line has no end: "refuse", "drop" it, or
        "keep" a last line that may be cut in its last number
    frames
        which of the frames
    topology
        file that says what the particles of a ``.dcd``, ``.xtc`` or ``.trr`` are, of any kind that
        this package or MDAnalysis reads

    Returns
    -------
    Trajectory
        lazily read frames, lengths in sigma_AA and times in tau

    Raises
    ------
    TrajectoryError
        naming file, frame and particle: the file is missing, damaged, cut short (the last whole
        frame is named), or its frames do not hold the same particles.
    BoxError
        if a box has no volume or a boundary is not periodic.
    ParameterError
        if the kind of the file is unknown, or what is said does not fit it.

    Examples
    --------
    >>> import tempfile
    >>> import supercooled as sc
    >>> file = Path(tempfile.mkdtemp()) / "still.gsd"
    >>> sc.write_gsd(file, sc.Trajectory.from_arrays([[[1.0, 2, 3]]], sc.Box.cube(10.0)))
    >>> read(file).positions()
    array([[[1., 2., 3.]]])
    """
    meaning = Meaning(
        timestep=timestep,
        temperature=temperature,
        names=names,
        species_column=species_column,
        unwrapped=unwrapped,
        units=units,
        box=box,
        repeats=repeats,
        unfinished=unfinished,
        frames=frames,
        format=format,
        topology=topology,
    )
    return open_file(path, meaning).trajectory


@validated
def open_file(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a file, and what was found in it. See :func:`read`.

    Parameters
    ----------
    path
        file to read
    meaning
        what the caller says about the file

    Returns
    -------
    Opened
        the trajectory and the doubts about the file

    Raises
    ------
    ParameterError, TrajectoryError
        as :func:`read` raises them.
    """
    if Path(path).is_dir():
        raise TrajectoryError(f"{path} is a folder, not a trajectory")
    kind = kind_of(Path(path)) if meaning.format is None else meaning.format
    kind = kind_by_content(Path(path)) if kind is None else kind
    if kind is None:
        kinds = "; ".join(f"{name} ({' '.join(suffixes)})" for name, suffixes in known().items())
        raise ParameterError(
            f"{path}: unknown kind of file, none of {kinds}; name it, for example "
            f"read({Path(path).name!r}, format='lammps'), or --format lammps, or open it with MDAnalysis and "
            "pass the universe to supercooled.io.from_mdanalysis"
        )
    size_of(path, error=TrajectoryError, what="trajectory")
    if not os.access(path, os.R_OK):
        raise TrajectoryError(f"{path}: there is no permission to read it")
    if meaning.topology is not None and kind != "mdanalysis":
        raise ParameterError(f"{path}: files of the kind {kind} do not take a topology")
    return open_as(kind, path, meaning)

"""Which kinds of files can be read: the package's own readers, and those of installed packages."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from supercooled import extensions
from supercooled.arguments import AtLeast, Name, validated
from supercooled.errors import ParameterError, SupercooledError, TrajectoryError
from supercooled.io.decompression import plain_text
from supercooled.io.labels import named_species
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Found, Opened, opened
from supercooled.plain_data import open_regular
from supercooled.trajectory import Trajectory

GROUP = "supercooled.readers"
PACKED = (".gz", ".bz2", ".zst")


@validated
@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read.

    Parameters
    ----------
    name
        what ``format=`` and ``--format`` call it
    suffixes
        of the files, such as (".xyz",)
    open
        gives the trajectory of a file

    Notes
    -----
    Made by :func:`reader`.
    """

    name: Name
    suffixes: tuple[str, ...]
    open: Callable[[Path], Trajectory]

    @validated
    def __call__(self, path: str | Path, meaning: Meaning) -> Opened:
        """Trajectory of a file as its caller means it, and what was found in it.

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
        TrajectoryError
            naming the file, if the reader fails.
        ParameterError
            if something is said about the file that such a reader can't take.
        """
        said = {
            "species_column": meaning.species_column,
            "unwrapped": meaning.unwrapped,
            "box": meaning.box,
            "topology": meaning.topology,
        }
        if strange := [name for name, value in said.items() if value is not None]:
            raise ParameterError(f"{path}: files of the kind {self.name} do not take {', '.join(strange)}")
        try:
            run = self.open(Path(path))
        except SupercooledError:
            raise
        except Exception as error:
            raise TrajectoryError(
                f"{path}: can't be read as {self.name}: {type(error).__name__}: {error}"
            ) from error
        if not isinstance(run, Trajectory):
            raise TrajectoryError(
                f"{path}: the reader of {self.name} returned a {type(run)} instead of a trajectory"
            )
        species, names = named_species(path, run.species, run.names, meaning.names)
        found = Found(
            kind=self.name,
            source=run.source,
            species=species,
            names=names,
            dimensions=run.dimensions,
            steps=None,
            times=run.moments,
            units=None,
            species_column=None,
            coordinates="as its reader returns them",
            counts_images=False,
        )
        return opened(path, found, meaning)


@validated
def reader(
    name: Name, *, suffixes: Annotated[Sequence[str], AtLeast(1)]
) -> Callable[[Callable[[Path], Trajectory]], Reader]:
    """Make a function from a path to a trajectory the reader of a kind of files.

    Parameters
    ----------
    name
        what ``format=`` and ``--format`` call it
    suffixes
        of the files, such as [".xyz"]

    Returns
    -------
    Callable[[Callable[[Path], Trajectory]], Reader]
        decorator that registers the function

    Raises
    ------
    ParameterError
        if the name or a suffix is taken.

    Notes
    -----
    ``sc.read`` finds it once it is made, or through the entry point ``supercooled.readers`` of an installed
    package. Compressed files it unpacks itself.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box
    >>> @reader("numbers", suffixes=[".numbers"])
    ... def read_numbers(path):
    ...     return Trajectory.from_arrays([np.loadtxt(path)], Box.cube(9.0))
    >>> read_numbers.name in known()
    True
    """
    endings = tuple(suffixes)
    if any(not one.startswith(".") or len(one) < 2 or one in PACKED for one in endings):
        raise ParameterError(
            f"suffixes must begin with a dot and must not be {', '.join(PACKED)}, as in {endings}"
        )

    def register(function: Callable[[Path], Trajectory]) -> Reader:
        made = Reader(name, endings, function)
        taken = {one for endings in known_without_packages().values() for one in endings}
        if taken & set(endings):
            raise ParameterError(f"the suffix {min(taken & set(endings))} is that of another reader")
        if name in _OWN or name in _ADDED:
            raise ParameterError(f"there is a reader of {name} already")
        _ADDED[name] = made
        return made

    return register


@dataclass(frozen=True, slots=True)
class _Own:
    """A kind of file that a module of this package reads, which is imported when such a file is opened.

    Parameters
    ----------
    suffixes
        of the files
    place
        module and function, which takes a path and what is meant
    begins
        how such a file begins, where that tells
    """

    suffixes: tuple[str, ...]
    place: str
    begins: tuple[bytes, ...] = ()

    def __call__(self, path: str | Path, meaning: Meaning) -> Opened:
        module, function = self.place.split(":")
        found: Opened = getattr(importlib.import_module(f"supercooled.io.{module}"), function)(path, meaning)
        return found


_OWN: Mapping[str, _Own] = {
    "gsd": _Own((".gsd",), "gsd_reading:read_gsd", (b"\xdf\x65\xdf\x65\xdf\x65\xdf\x65",)),
    "lammps": _Own((".dump", ".lammpstrj", ".lammpsdump"), "lammps:read_dump", (b"ITEM: ",)),
    "xyz": _Own((".xyz", ".extxyz"), "xyz:read_xyz"),
    "lammps-data": _Own((".data", ".lmp", ".lammpsdata"), "lammps_data:read_data"),
    "ase": _Own((".traj",), "ase:read_traj", (b"- of UlmASE-Trajectory",)),
    "gamdpy": _Own((".h5", ".hdf5"), "gamdpy_files:read_h5", (b"\x89HDF\r\n\x1a\n",)),
    "glassbench": _Own((".npz",), "glassbench:read_npz", (b"PK\x03\x04",)),
    "mdanalysis": _Own((".dcd", ".xtc", ".trr"), "mdanalysis:read_with_topology"),
}
# Suffixes that other programs use for something else, too.
_SHARED = (".data", ".traj", ".lmp")
# Of a file's beginning that tells its kind.
_BEGINNING = 2**12
_ADDED: dict[str, Reader] = {}


def known_without_packages() -> dict[str, tuple[str, ...]]:
    """Suffixes of this package's own kinds, and of those made so far."""
    own = {name: one.suffixes for name, one in _OWN.items()}
    return own | {name: one.suffixes for name, one in _ADDED.items()}


@validated
def known() -> Mapping[str, tuple[str, ...]]:
    """Every kind of file that can be read, with its suffixes.

    Raises
    ------
    ParameterError
        naming the package, if what it offers as a reader can't be imported or is none.

    Examples
    --------
    >>> known()["gsd"]
    ('.gsd',)
    """
    for name in extensions.known(GROUP):
        found = extensions.loaded(GROUP, name, kind="reader")
        if not isinstance(found, Reader):
            raise ParameterError(f"{name} of an installed package is registered as a reader, but is not one")
        _ADDED.setdefault(found.name, found)
    return known_without_packages()


def kind_of(path: Path) -> str | None:
    """Kind of a file by its suffix; None if it has none that is known."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    if not suffixes:
        return None
    own = next((name for name, one in _OWN.items() if suffixes[-1] in one.suffixes), None)
    if own is not None:
        return (kind_by_content(path) or own) if suffixes[-1] in _SHARED else own
    return next((name for name, endings in known().items() if suffixes[-1] in endings), None)


def kind_by_content(path: Path) -> str | None:
    """Kind of a file by how it begins, packed or not; None if that does not tell it, or it can't be read."""
    try:
        with open_regular(plain_text(path), error=TrajectoryError) as file:
            begin = file.read(_BEGINNING)
    except SupercooledError:
        return None
    for name, one in _OWN.items():
        if begin.startswith(one.begins):
            return name
    lines = begin.split(b"\n")
    if len(lines) > 2 and lines[0].strip().isdigit():
        return "xyz"
    if any(line.split(b"#")[0].split()[1:] == [b"atoms"] for line in lines[1:]):
        return "lammps-data"
    return None


def open_as(kind: str, path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a file of a kind, and what was found in it.

    Raises
    ------
    ParameterError
        if there is no such kind, listing those that there are.
    """
    if kind in _OWN:
        return _OWN[kind](path, meaning)
    kinds = known()
    if kind not in kinds:
        raise ParameterError(f"{path}: format must be one of {', '.join(map(repr, kinds))}, not {kind!r}")
    return _ADDED[kind](path, meaning)

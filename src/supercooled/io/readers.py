"""Which kinds of files can be read: the package's own readers, and those of installed packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from supercooled import extensions
from supercooled.arguments import AtLeast, Name, validated
from supercooled.errors import ParameterError, SupercooledError, TrajectoryError
from supercooled.io.labels import named_species
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Found, Opened, opened
from supercooled.trajectory import Trajectory

GROUP = "supercooled.readers"
PACKED = (".gz", ".bz2", ".zst")


@validated
@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read.

    name : what ``format=`` and ``--format`` call it
    suffixes : of the files, such as (".xyz",)
    open : gives the trajectory of a file

    Made by :func:`reader`.
    """

    name: Name
    suffixes: tuple[str, ...]
    open: Callable[[Path], Trajectory]

    @validated
    def __call__(self, path: str | Path, meaning: Meaning) -> Opened:
        """Trajectory of a file as its caller means it, and what was found in it.

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
        }
        if strange := [name for name, value in said.items() if value is not None]:
            raise ParameterError(f"{path}: files of the kind {self.name} take no {', '.join(strange)}")
        try:
            run = self.open(Path(path))
        except SupercooledError:
            raise
        except Exception as error:
            raise TrajectoryError(
                f"{path}: can't be read as {self.name}: {type(error).__name__}: {error}"
            ) from error
        if not isinstance(run, Trajectory):
            raise TrajectoryError(f"{path}: the reader of {self.name} gives no trajectory, but a {type(run)}")
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
            coordinates="as its reader gives them",
            counts_images=False,
        )
        return opened(path, found, meaning)


@validated
def reader(
    name: Name, *, suffixes: Annotated[Sequence[str], AtLeast(1)]
) -> Callable[[Callable[[Path], Trajectory]], Reader]:
    """Make a function from a path to a trajectory the reader of a kind of files.

    name : what ``format=`` and ``--format`` call it
    suffixes : of the files, such as [".xyz"]

    ``sc.read`` finds it once it is made, or through the entry point ``supercooled.readers`` of an installed
    package. Compressed files it unpacks itself.

    Raises
    ------
    ParameterError
        if the name or a suffix is taken.

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
        raise ParameterError(f"suffixes begin with a dot and are none of {', '.join(PACKED)}, not {endings}")

    def register(function: Callable[[Path], Trajectory]) -> Reader:
        made = Reader(name, endings, function)
        taken = {one for others in (*_OWN.values(), *(r.suffixes for r in _ADDED.values())) for one in others}
        if taken & set(endings):
            raise ParameterError(f"the suffix {min(taken & set(endings))} is that of another reader")
        if name in _OWN or name in _ADDED:
            raise ParameterError(f"there is a reader of {name} already")
        _ADDED[name] = made
        return made

    return register


# Read by modules of this package, which are imported when such a file is opened.
_OWN: Mapping[str, tuple[str, ...]] = {
    "gsd": (".gsd",),
    "lammps": (".dump", ".lammpstrj", ".lammpsdump"),
    "xyz": (".xyz", ".extxyz"),
}
_ADDED: dict[str, Reader] = {}


@validated
def known() -> Mapping[str, tuple[str, ...]]:
    """Every kind of file that can be read, with its suffixes.

    Raises
    ------
    ParameterError
        naming the package, if what it offers as a reader can't be imported or is none.

    >>> known()["gsd"]
    ('.gsd',)
    """
    for name in extensions.known(GROUP):
        found = extensions.loaded(GROUP, name, kind="reader")
        if not isinstance(found, Reader):
            raise ParameterError(f"{name} of an installed package is offered as a reader, and is none")
        _ADDED.setdefault(found.name, found)
    return {**_OWN, **{name: one.suffixes for name, one in _ADDED.items()}}


def kind_of(path: Path) -> str | None:
    """Kind of a file by its suffix; None if it has none that is known."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    if not suffixes:
        return None
    own = next((name for name, endings in _OWN.items() if suffixes[-1] in endings), None)
    if own is not None:
        return own
    return next((name for name, endings in known().items() if suffixes[-1] in endings), None)


def open_as(kind: str, path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a file of a kind, and what was found in it.

    Raises
    ------
    ParameterError
        if there is no such kind, listing those that there are.
    """
    if kind == "gsd":
        from supercooled.io.gsd_reading import read_gsd

        return read_gsd(path, meaning)
    if kind == "lammps":
        from supercooled.io.lammps import read_dump

        return read_dump(path, meaning)
    if kind == "xyz":
        from supercooled.io.xyz import read_xyz

        return read_xyz(path, meaning)
    kinds = known()
    if kind not in kinds:
        raise ParameterError(f"{path}: format must be one of {', '.join(map(repr, kinds))}, not {kind!r}")
    return _ADDED[kind](path, meaning)

"""Trajectories of MDAnalysis universes, for every format that we do not read ourselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Name, Positive, Temperature, shown, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.digests import digest_of
from supercooled.errors import BoxError, ParameterError, SupercooledError, TrajectoryError
from supercooled.extras import require
from supercooled.frame_source import Frames, digest_by_reading, digest_of_fields, kept
from supercooled.io.cells import takes_no
from supercooled.io.labels import Names, species_of_labels
from supercooled.io.meaning import Meaning
from supercooled.io.opened import Found, Opened, opened
from supercooled.plain_data import size_of
from supercooled.trajectory import Trajectory
from supercooled.units import Units


@dataclass(frozen=True, slots=True, eq=False)
class UniverseSource:
    """Frames of a universe, which opens its own files.

    Parameters
    ----------
    atoms
        which of its particles
    box_values
        (frame, 6)
    """

    name: str
    universe: Any
    atoms: Integers
    box_values: Array
    dimensions: int
    unwrapped: bool
    known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def digest(self) -> str:
        """Digest of all frames, read when it is first asked for: a universe may hold more than its files."""
        without = ("name", "universe", "known")
        return kept(
            self.known, lambda: digest_of(digest_by_reading(self), digest_of_fields(self, without=without))
        )

    @property
    def n_frames(self) -> int:
        """How many frames there are."""
        return len(self.box_values)

    def boxes(self, frames: Sequence[int]) -> Array:
        """Boxes of the given frames, (frame, 6)."""
        return self.box_values[np.asarray(frames, dtype=np.int64)]

    def read(self, frames: Sequence[int]) -> Frames:
        """The given frames, about the centre of the first box: that of each moves where its corner stays."""
        middle = Box.from_array(self.box_values[0], self.dimensions).matrix.sum(axis=1) / 2
        positions = np.zeros((len(frames), len(self.atoms), 3))
        for k, f in enumerate(frames):
            with _damage_named(f"{self.name}: frame {f}"):
                there = self.universe.trajectory[f].positions[self.atoms, : self.dimensions]
            positions[k, :, : self.dimensions] = there - middle[: self.dimensions]
        return Frames(positions, self.boxes(frames), unwrapped=self.unwrapped)


@validated
def from_mdanalysis(
    universe: Any,
    *,
    timestep: Positive | None = None,
    times: ArrayLike | None = None,
    temperature: Temperature | None = None,
    names: Names | None = None,
    select: str = "all",
    unwrapped: bool = False,
    units: Units | str | None = None,
    species_column: Name = "types",
) -> Trajectory:
    """Trajectory of an ``MDAnalysis.Universe``.

    Lengths and times are taken as the universe gives them: open files in reduced units with
    ``convert_units=False``, or say what its numbers are worth. Positions are in single precision, as
    MDAnalysis keeps them. What is said here is said in the universe's own units.

    Parameters
    ----------
    universe
        universe of MDAnalysis
    timestep
        time between two frames
    times
        (frame,), in place of `timestep`. MDAnalysis makes times up where a file has none, so
        its own must be asked for: ``times=[ts.time for ts in universe.trajectory]``. With neither the
        trajectory has no times, and what needs them asks for them.
    temperature
        of the run
    names
        of the species; MDAnalysis' types are taken otherwise
    select
        which atoms, in MDAnalysis' words
    unwrapped
        whether its positions are unwrapped, not folded into the box
    units
        what the universe's numbers are worth, as :class:`supercooled.Units` or its text, for example
        "sigma=2.2,epsilon=0.08,mass=58.7"; None takes them for reduced ones
    species_column
        attribute of its atoms that tells the species, such as "types", "names" or "elements"

    Returns
    -------
    Trajectory
        trajectory whose frames the universe reads

    Raises
    ------
    MissingExtraError
        if MDAnalysis is not installed.
    ParameterError
        if `universe` is none, selects nothing, lacks the attribute, or both `timestep` and `times` are given.
    BoxError
        if a frame has no box.
    """
    analysis = _mdanalysis()
    if not isinstance(universe, analysis.Universe):
        raise ParameterError(
            f"from_mdanalysis takes a Universe, not {type(universe).__name__}; "
            "for example from_mdanalysis(MDAnalysis.Universe('run.data', 'run.dcd'))"
        )
    name = str(universe.trajectory.filename or "universe in memory")
    if timestep is not None and times is not None:
        raise ParameterError(f"{name}: give timestep or times, not both")
    meaning = Meaning(
        timestep=timestep,
        temperature=temperature,
        names=names,
        species_column=species_column,
        unwrapped=unwrapped,
        units=units,
    )
    return _opened(universe, name, meaning, select, times).trajectory


def read_with_topology(path: str | Path, meaning: Meaning) -> Opened:
    """Trajectory of a file that MDAnalysis reads, with its topology. See :func:`supercooled.io.read`."""
    takes_no(path, "mdanalysis", meaning, "box")
    if meaning.topology is None:
        raise ParameterError(
            f"{path}: it does not say what its particles are: give topology='run.data', or --topology "
            "run.data, which this package or MDAnalysis reads"
        )
    size_of(meaning.topology, error=TrajectoryError, what="topology")
    require("MDAnalysis", doing=f"reading {path}")
    analysis = _mdanalysis()
    known = _particles(meaning)
    try:
        # Numbers as they stand in the files: their units are for the caller to give.
        if known is None:
            universe = analysis.Universe(str(meaning.topology), str(path), convert_units=False)
        else:
            universe = analysis.Universe.empty(known.n_particles, trajectory=True)
            universe.add_TopologyAttr("types", [known.names[kind] for kind in known.species])
            universe.load_new(str(path), convert_units=False)
            meaning = replace(meaning, names=known.names, species_column=None)
    except Exception as error:
        # Of whatever kind the readers of its many formats raise.
        raise TrajectoryError(
            f"{path}: MDAnalysis can't read it with {meaning.topology}: {type(error).__name__}: "
            f"{shown(' '.join(str(error).split()))}"
        ) from error
    return _opened(universe, str(path), meaning, "all", None)


def _particles(meaning: Meaning) -> Trajectory | None:
    """What the particles are, of a topology that this package reads itself; None of one for MDAnalysis."""
    from supercooled.io.readers import kind_of, open_as

    topology = Path(str(meaning.topology))
    kind = kind_of(topology)
    if kind in (None, "mdanalysis"):
        return None
    # Only who is who matters here, and not what its numbers are worth.
    said = Meaning(names=meaning.names, species_column=meaning.species_column, doubts=[], frames=slice(0, 1))
    return open_as(str(kind), topology, said).trajectory


def _opened(universe: Any, name: str, meaning: Meaning, select: str, times: ArrayLike | None) -> Opened:
    """What is found in a universe."""
    species_column = meaning.species_column or "types"
    unwrapped = bool(meaning.unwrapped)
    try:
        atoms = universe.select_atoms(select)
    except Exception as error:
        # It has an error of its own for what it can't parse, and others for what a universe lacks.
        raise ParameterError(f"{name}: MDAnalysis can't select {select!r}: {shown(str(error))}") from error
    if len(atoms) == 0:
        raise ParameterError(f"{name}: select={select!r} selects no atom")
    with _damage_named(name):
        first = universe.trajectory[0].positions[atoms.ix]
        dimensions = 2 if len(first) > 2 and np.ptp(first[:, 2]) == 0 else 3
        boxes = np.array(
            [
                _box(ts.dimensions, dimensions, f"{name}: frame {f}").to_array()
                for f, ts in enumerate(universe.trajectory)
            ]
        )
    labels, kinds = np.unique(np.asarray(_types(atoms, species_column, name), dtype=str), return_inverse=True)
    species, called = species_of_labels(name, [str(label) for label in labels], kinds, meaning.names)
    found = Found(
        kind="MDAnalysis",
        source=UniverseSource(name, universe, atoms.ix, boxes, dimensions, unwrapped),
        species=species,
        names=called,
        dimensions=dimensions,
        steps=None,
        times=None if times is None else np.asarray(times, dtype=np.float64),
        units=None,
        species_column=species_column,
        coordinates="unwrapped" if unwrapped else "folded",
        counts_images=False,
    )
    return opened(name, found, meaning)


@contextmanager
def _damage_named(where: str) -> Iterator[None]:
    """What its readers raise on damage, of many kinds, as one sentence."""
    try:
        yield
    except SupercooledError:
        raise
    except Exception as error:
        raise TrajectoryError(
            f"{where}: MDAnalysis can't read it: {type(error).__name__}: "
            f"{shown(' '.join(str(error).split()))}"
        ) from error


def _mdanalysis() -> Any:
    require("MDAnalysis", doing="from_mdanalysis")
    import MDAnalysis

    return MDAnalysis


def _types(atoms: Any, attribute: str, name: str) -> Any:
    if hasattr(atoms, attribute):
        return getattr(atoms, attribute)
    if attribute == "types":
        return np.full(len(atoms), "1")
    raise ParameterError(f"{name}: its atoms have no {attribute}: take another species_column, such as types")


def _box(dimensions: Array | None, planar: int, where: str) -> Box:
    """Box of lengths and angles, the first edge along x and the second in the plane of x and y."""
    if dimensions is None:
        raise BoxError(f"{where} has no box, but positions are taken as periodic")
    a, b, c = (float(length) for length in dimensions[:3])
    cos_a, cos_b, cos_g = (_cosine(float(angle)) for angle in dimensions[3:])
    # Angles of a damaged file may be anything; what is not a number is not positive either.
    with np.errstate(all="ignore"):
        sin_g = np.sqrt(1.0 - cos_g**2)
        y = (cos_a - cos_b * cos_g) / sin_g
        z2 = 1.0 - cos_b**2 - y**2
    if not z2 > 0:
        raise BoxError(f"{where}: angles {dimensions[3:]} enclose no volume")
    Ly, Lz = b * sin_g, c * np.sqrt(z2)
    flat = planar == 2
    tilts = (cos_g / sin_g, 0.0 if flat else c * cos_b / Lz, 0.0 if flat else c * y / Lz)
    try:
        return Box.from_array((a, Ly, 1.0 if flat else Lz, *tilts), planar)
    except BoxError as error:
        raise BoxError(f"{where}: {error}") from None


def _cosine(degrees: float) -> float:
    # cos(90 degrees) in floating point is not 0, and would tilt every upright box.
    return 0.0 if degrees == 90.0 else float(np.cos(np.deg2rad(degrees)))

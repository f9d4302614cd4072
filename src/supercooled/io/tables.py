"""Tracks of particles under a microscope: a row for each particle and frame in which it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np

from supercooled.arguments import Anything, Name, NotNegative, Positive, Temperature, shown, validated
from supercooled.array_input import kinds_of, numbered
from supercooled.arrays import AnyArray, Array, Integers
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.field_of_view import FieldOfView
from supercooled.tracks import MemoryTracks
from supercooled.trajectory import Trajectory

NAME = "table of tracks"


@validated
def from_dataframe(
    tracks: Annotated[Any, Anything()],
    *,
    x: Name = "x",
    y: Name = "y",
    z: Name | None = None,
    t: Name = "frame",
    particle: Name = "particle",
    size: Name | None = None,
    species: Name | None = None,
    pixel: Positive | tuple[Positive, ...] | None = None,
    timestep: Positive | None = None,
    field_of_view: FieldOfView | None = None,
    localisation_error: NotNegative | None = None,
    temperature: Temperature | None = None,
) -> Trajectory:
    """Trajectory of a table with a row for each particle and frame in which it is seen, as of trackpy.

    Particles come and go: what needs every particle of a periodic box refuses the trajectory, and everything
    else takes account of who is seen (:meth:`supercooled.Trajectory.present`). Rows may be in any order.

    Parameters
    ----------
    tracks
        a pandas DataFrame, or a mapping of columns to numbers
    x, y, z
        columns of the positions; without `z` the sample is planar
    t
        column of the frame's number, or of its time
    particle
        column of the particle's number; they are numbered again from 0, in their order
    size
        column of the diameter, in the unit of the positions
    species
        column of the species, whole numbers or names, the same in all rows of a particle
    pixel
        what the numbers of positions are worth in sigma_AA, the length of the analysis, such as the
        diameter of the particles: the size of a pixel or, of a table in micrometres, of a micrometre;
        several, one for each coordinate
    timestep
        time of one unit of `t`, tau; without it the trajectory has no times, only frames
    field_of_view
        what the microscope sees, in the numbers of the table; None takes the smallest rectangle that holds
        every position
    localisation_error
        standard deviation of each coordinate from the true one, in the numbers of the table
    temperature
        of the sample

    Returns
    -------
    Trajectory
        with its field of view; :meth:`supercooled.Trajectory.tracks` has NaN where a particle is not seen.

    Raises
    ------
    ParameterError
        if `pixel` is absent, a column is missing, or one of `pixel` and the field of view has other
        dimensions than the table.
    TrajectoryError
        naming the row, if a number is not finite, a particle stands twice in a frame, its species changes,
        or a position lies outside of the field of view.

    Examples
    --------
    >>> table = {"x": [0.0, 5.0, 0.2], "y": [0.0, 4.0, 0.1], "frame": [0, 0, 1], "particle": [7, 9, 7]}
    >>> run = from_dataframe(table, pixel=0.1, timestep=0.5)
    >>> run.n_particles, run.present().tolist(), run.times.tolist()
    (2, [[True, True], [True, False]], [0.0, 0.5])
    """
    axes = [x, y] if z is None else [x, y, z]
    scale = pixels(pixel, len(axes))
    columns = _columns(tracks, [*axes, t, particle, *([] if size is None else [size])])
    xyz = np.stack([columns[name] for name in axes], axis=1)
    if len(xyz) == 0:
        raise TrajectoryError(f"{NAME}: no row")
    numbers = _numbers(columns[particle], particle)
    times, frame_of = np.unique(columns[t], return_inverse=True)
    particles, who = np.unique(numbers, return_inverse=True)
    sizes = None if size is None else sizes_in_sigma(columns[size], size, scale, NAME)
    order: Integers = np.lexsort((who, frame_of)).astype(np.int64)
    frame_of, who, xyz = frame_of[order], who[order], xyz[order]
    again = (np.diff(frame_of) == 0) & (np.diff(who) == 0)
    if again.any():
        k = int(np.argmax(again))
        raise TrajectoryError(
            f"{NAME}: rows {order[k]} and {order[k + 1]} are both of particle {particles[who[k]]} and {t} "
            f"{times[frame_of[k]]:g}: a particle has one position in a frame"
        )
    seen = seen_in_sigma(field_of_view, xyz.min(axis=0), xyz.max(axis=0), scale, localisation_error)
    positions = np.zeros((len(xyz), 3))
    positions[:, : len(axes)] = xyz * scale
    if (outside := seen.depths(positions) < 0).any():
        k = int(np.argmax(outside))
        raise TrajectoryError(
            f"{NAME}: row {order[k]}: position {tuple(xyz[k].tolist())} lies outside of the field of view"
        )
    kinds: Integers = np.zeros(len(particles), np.int32)
    names: tuple[str, ...] = ("A",)
    if species is not None:
        kinds, names = _species(tracks, species, who[np.argsort(order)], particles)
    source = MemoryTracks(
        starts=np.searchsorted(frame_of, np.arange(len(times) + 1)),
        particles=who,
        positions=positions,
        n_particles=len(particles),
        edges=seen.box().to_array(),
        sizes=None if sizes is None else sizes[order],
        name=NAME,
    )
    return Trajectory(
        source=source,
        species=kinds,
        names=names,
        moments=None if timestep is None else times * timestep,
        frames=np.arange(len(times)),
        dimensions=len(axes),
        temperature=temperature,
        field_of_view=seen,
    )


def pixels(pixel: float | tuple[float, ...] | None, dimensions: int) -> Array:
    """What each coordinate is worth in sigma_AA, (dimensions,)."""
    if pixel is None:
        raise ParameterError(
            "pixel is needed: what the numbers of the positions are worth in sigma_AA, such as the size of a "
            "pixel over the diameter of a particle, for example pixel=0.08; pixel=1.0 where they are in "
            "sigma_AA already"
        )
    scale = np.atleast_1d(np.asarray(pixel, dtype=np.float64))
    if len(scale) not in (1, dimensions):
        raise ParameterError(f"pixel must be one size, or {dimensions}, not {len(scale)}")
    return np.asarray(np.broadcast_to(scale, dimensions))


def _columns(tracks: Any, wanted: Sequence[str]) -> dict[str, Array]:
    """Columns of a table as finite numbers."""
    found = {}
    for name in wanted:
        values = _column(tracks, name)
        if values.dtype.kind not in "iuf":
            raise TrajectoryError(
                f"{NAME}: column {name!r} holds no numbers, but {shown(values[:1].tolist())}"
            )
        numbers = values.astype(np.float64)
        if not (finite := np.isfinite(numbers)).all():
            k = int(np.argmin(finite))
            raise TrajectoryError(
                f"{NAME}: row {k}: {name} is {numbers[k]}: leave out the rows of particles that are not seen"
            )
        found[name] = numbers
    if len({len(values) for values in found.values()}) > 1:
        lengths = ", ".join(f"{name} {len(values)}" for name, values in found.items())
        raise TrajectoryError(f"{NAME}: its columns differ in length: {lengths}")
    return found


def _column(tracks: Any, name: str) -> AnyArray:
    if isinstance(tracks, type) or not (isinstance(tracks, Mapping) or hasattr(tracks, "keys")):
        raise ParameterError(
            f"tracks must be a pandas DataFrame or a mapping of columns, not {type(tracks).__name__}"
        )
    names = list(map(str, tracks.keys()))
    if name not in names:
        raise ParameterError(f"{NAME}: no column {name!r} among {', '.join(names) or 'none'}")
    values = np.asarray(tracks[name])
    if values.ndim != 1:
        raise ParameterError(f"{NAME}: column {name!r} has shape {values.shape}, not one number for each row")
    return values


def _numbers(values: Array, name: str) -> Integers:
    if (wrong := (values != np.rint(values)) | (np.abs(values) > 2.0**53)).any():
        k = int(np.argmax(wrong))
        raise TrajectoryError(f"{NAME}: row {k}: {name} is {values[k]:g}, not a whole number")
    return values.astype(np.int64)


def sizes_in_sigma(values: Array, name: str, scale: Array, where: str, first_row: int = 0) -> Array:
    """Diameters of a column, checked."""
    if np.ptp(scale) > 0:
        raise ParameterError("size needs one pixel for all coordinates: a diameter has no direction")
    if not (values > 0).all():
        k = int(np.argmin(values > 0))
        raise TrajectoryError(
            f"{where}: row {first_row + k}: {name} is {values[k]:g}, and a diameter must be positive"
        )
    return np.asarray(values * scale[0])


def seen_in_sigma(
    seen: FieldOfView | None, low: Array, high: Array, scale: Array, error: float | None
) -> FieldOfView:
    """The field of view in sigma_AA; that from the lowest to the highest coordinates if none is given."""
    known = None if seen is None else seen.localisation_error
    if error is not None and known is not None:
        raise ParameterError("give localisation_error or that of the field of view, not both")
    off = error if known is None else known
    if off is not None and np.ptp(scale) > 0:
        raise ParameterError(
            "localisation_error needs one pixel for all coordinates: their own are not told apart"
        )
    if seen is not None and seen.dimensions != len(scale):
        raise ParameterError(f"field_of_view has {seen.dimensions} dimensions, the table {len(scale)}")
    corners = (low, high) if seen is None else (np.asarray(seen.low), np.asarray(seen.high))
    return FieldOfView(
        tuple((corners[0] * scale).tolist()),
        tuple((corners[1] * scale).tolist()),
        None if off is None else float(off * scale[0]),
    )


def _species(
    tracks: Any, column: str, who: Integers, particles: AnyArray
) -> tuple[Integers, tuple[str, ...]]:
    """Species of each particle, and what they are called; `who` is the particle of each row."""
    given = _column(tracks, column)
    if len(given) != len(who):
        raise TrajectoryError(f"{NAME}: column {column!r} has {len(given)} rows, the others {len(who)}")
    if given.dtype.kind in "UO":
        names = tuple(sorted({str(name) for name in given.tolist()}))
        kinds = kinds_of(numbered(given.astype(str), names))
    else:
        kinds = kinds_of(given)
        names = tuple(chr(ord("A") + k) for k in range(int(kinds.max(initial=0)) + 1))
    own = np.zeros(len(particles), np.int32)
    own[who] = kinds
    if (other := own[who] != kinds).any():
        k = int(np.argmax(other))
        raise TrajectoryError(f"{NAME}: particle {particles[who[k]]:g} has two species in column {column!r}")
    return own, names

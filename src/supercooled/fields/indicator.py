"""What a structural indicator is: one number a particle, written for one frame."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, shown, validated
from supercooled.arrays import Array, Integers
from supercooled.chunks import as_slice, frames_within, shared_out
from supercooled.digests import digest_of
from supercooled.errors import ParameterError
from supercooled.fields.blockwise import field
from supercooled.fields.described import Described, enter, plain_parameters
from supercooled.fields.stored_chunks import LEAST, read_when_asked, stored_chunks
from supercooled.frame import Frame, View
from supercooled.matching import coordinates, origin
from supercooled.mixture import Mixture
from supercooled.nearest import check_units_once
from supercooled.parcels import parcels
from supercooled.quantities import labelled
from supercooled.source_code import source_digest
from supercooled.trajectory import Trajectory

Progress = Callable[[int, int], None]
# A chunk of frames is what a worker does at once.
CHUNK = 16.0


class Features(Described):
    """Several numbers per particle, found together in one frame; a frozen dataclass whose fields say which.

    Write :meth:`values` and :meth:`columns`; frames, chunks, workers, species and labels come from here.
    """

    known_kinds: ClassVar[dict[str, type[Any]]] = {}

    @abstractmethod
    def values(self, frame: Frame) -> Array:
        """Values of every particle of a frame, (particle, column); NaN where there is none."""

    @abstractmethod
    def columns(self, frame: Frame) -> tuple[str, ...]:
        """Name of each column, for the species and dimensions of a frame."""

    def definition(self, names: tuple[str, ...], dimensions: int, species: str) -> str:
        """All that decides the values of the particles of a species, as JSON.

        A model that has learned from them keeps it, and is then applied to no others.

        Parameters
        ----------
        names, dimensions
            species and dimensions of the frames
        """
        said = {"centre": species, "species": list(names), "dimensions": dimensions}
        return json.dumps({**said, "features": str(self), "digest": self.digest}, sort_keys=True)

    @property
    def reach(self) -> float:
        """Cutoff of the list of neighbours that it asks for, sigma_AA; 0 if of none.

        The largest of all that are computed together is made first, and the others are taken from it.
        """
        return 0.0

    def extent(self, frame: Frame) -> float | None:
        """How far away something may be and still decide a particle's value, sigma_AA; None if not said.

        Where the borders of a frame are open, only particles that are surrounded so far have a value.
        """
        return None

    def of(
        self,
        run: Trajectory | Frame,
        *,
        species: str | None = None,
        frames: slice = slice(None),
        executor: Executor | None = None,
        progress: Progress | None = None,
        out: str | Path | None = None,
        megabytes: Positive = CHUNK,
    ) -> xr.DataArray:
        """Values of a trajectory's frames or of one frame.

        Parameters
        ----------
        species
            of the particles; None takes all
        frames
            which frames of the trajectory; their numbers in it stay
        executor
            maps chunks of frames; None does them here
        progress
            called after each chunk with how many frames are done, and of how many
        out
            folder to store the values in, as :func:`compute` does
        megabytes
            of positions in a chunk; it never changes the answer

        Returns
        -------
        xr.DataArray
            DataArray (frame, particle, feature); of one frame (particle, feature). Of one species the
            attribute ``definition`` says how they are made, for :class:`supercooled.learning.SoftnessModel`.

        Raises
        ------
        ParameterError
            if no frame is chosen, or there is no such species.
        BoxError
            if the box is too small for the reach.
        StoreError
            if `out` holds something else, or can't be written.
        """
        found = compute(
            run,
            [self],
            species=species,
            frames=frames,
            executor=executor,
            progress=progress,
            out=out,
            megabytes=megabytes,
        )
        return found[str(self)]


class Indicator(Features):
    """One number a particle, found in one frame; a frozen dataclass whose fields are all its parameters.

    Examples
    --------
    >>> from supercooled.fields import parameter
    >>> @dataclass(frozen=True)
    ... class Contacts(Indicator, long_name="neighbours within the cutoff"):
    ...     cutoff: float = parameter(1.5, unit="sigma_AA")
    ...     def __call__(self, frame):
    ...         return frame.neighbours(self.cutoff).counts
    >>> from supercooled import Box
    >>> pair = Frame.from_arrays([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], Box.cube(8.0))
    >>> Contacts().of(pair).values, str(Contacts(1.2))
    (array([1., 1.]), 'contacts(cutoff=1.2)')
    """

    @abstractmethod
    def __call__(self, frame: Frame) -> Array:
        """Value of every particle of a frame, (particle,); NaN where there is none."""

    def values(self, frame: Frame) -> Array:
        """Values of every particle of a frame, (particle, 1)."""
        return np.asarray(self(frame), dtype=np.float64)[:, None]

    def columns(self, frame: Frame) -> tuple[str, ...]:
        """Its own name."""
        return (str(self),)

    def of(
        self,
        run: Trajectory | Frame,
        *,
        species: str | None = None,
        frames: slice = slice(None),
        executor: Executor | None = None,
        progress: Progress | None = None,
        out: str | Path | None = None,
        megabytes: Positive = CHUNK,
    ) -> xr.DataArray:
        """Values of a trajectory's frames or of one frame.

        Parameters
        ----------
        species
            of the particles; None takes all
        frames
            which frames of the trajectory; their numbers in it stay
        executor
            maps chunks of frames; None does them here
        progress
            called after each chunk with how many frames are done, and of how many
        out
            folder to store the field in, for more than fits into memory; what is returned then reads it
            when asked. What is there already is replaced only if the same indicator stored it
        megabytes
            of positions in a chunk; it never changes the answer

        Returns
        -------
        xr.DataArray
            DataArray (frame, particle), of one frame (particle,), with unit and long name.

        Raises
        ------
        ParameterError
            if no frame is chosen, or there is no such species.
        BoxError
            if the box is too small for the reach.
        StoreError
            if `out` holds something else, or can't be written.
        """
        if not isinstance(run, Trajectory):
            return _of_frame(run, [self], species)[str(self)]
        plan = _Plan.of(run, [self], species, frames)
        enter(self)
        chunks = plan.chunks(megabytes, executor)
        found = field(
            self.name,
            plan.one,
            chunks,
            list(map(len, chunks)),
            coords=coordinates(run, plan.rows, plan.particles),
            executor=_watched(plan.parcels(executor), progress, len(plan.rows)),
            out=out,
            by=f"{type(self).__name__}.of",
            inputs=[run.source.name],
            **origin(run),
            **described(self),
        )
        return found if out is not None else plan.with_share(found)


@validated
def compute(
    run: Trajectory | Frame,
    indicators: Features | Sequence[Features],
    *,
    species: str | None = None,
    frames: slice = slice(None),
    executor: Executor | None = None,
    progress: Progress | None = None,
    out: str | Path | None = None,
    megabytes: Positive = CHUNK,
) -> xr.Dataset:
    """Several indicators and feature sets in one pass over a trajectory.

    What they share of a frame, such as its list of neighbours, is made once.

    Parameters
    ----------
    run
        trajectory
    indicators
        indicators and feature sets
    species
        of the particles; None takes all
    frames
        which frames of the trajectory; their numbers in it stay
    executor
        maps chunks of frames; None does them here
    progress
        called after each chunk with how many frames are done, and of how many
    out
        folder to store the values in, for more than fits into memory; what is returned then reads them when
        asked. Chunks that are whole there already, of the same frames, indicators and source, are not made
        again: what was stopped goes on. It must be empty, or hold only results of this package
    megabytes
        of positions in a chunk; it never changes the answer

    Returns
    -------
    xr.Dataset
        Dataset of a variable for each indicator, (frame, particle), and for each set of features, (frame,
        particle, ...), named by ``str`` of it.

    Raises
    ------
    ParameterError
        if no frame is chosen, none or two of the same are asked for, or there is no such species.
    BoxError
        if the box is too small for a reach.
    StoreError
        if `out` holds something else, or can't be written.

    Examples
    --------
    >>> import tempfile
    >>> import supercooled as sc
    >>> still = sc.Trajectory.from_arrays([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]] * 3, sc.Box.cube(10.0))
    >>> near = sc.indicators.LocalDensity(1.5)
    >>> stored = compute(still, [near, sc.indicators.BondOrder(4)], out=tempfile.mkdtemp())
    >>> stored[str(near)].shape
    (3, 2)
    """
    wanted = [indicators] if isinstance(indicators, Features) else list(indicators)
    names = [str(one) for one in wanted]
    if not wanted or len(set(names)) < len(names):
        raise ParameterError(f"one or more different indicators are needed, not {', '.join(names) or 'none'}")
    if not isinstance(run, Trajectory):
        if out is not None:
            raise ParameterError(
                "values of a single frame are not stored: do not pass out, or pass a trajectory"
            )
        return _of_frame(run, wanted, species)
    plan = _Plan.of(run, wanted, species, frames)
    pool = _watched(plan.parcels(executor), progress, len(plan.rows))
    coords, made = coordinates(run, plan.rows, plan.particles), origin(run)
    labels = _Labels(wanted, run[int(plan.rows[0])], coords, made, species)
    if out is None:
        chunks = plan.chunks(megabytes, executor)
        values = labels.of(np.concatenate(list((map if pool is None else pool.map)(plan.many, chunks))))
        return values.map(plan.with_share, keep_attrs=True)
    chunks = plan.chunks_of_any(megabytes)
    paths = stored_chunks(plan.many, chunks, key=plan.key, out=out, executor=pool, inputs=[run.source.name])
    found = labels.of(np.broadcast_to(0.0, (len(plan.rows), len(plan.particles), labels.n_columns)))
    for name, first in labels.places.items():
        found[name] = read_when_asked(found[name], paths, chunks, first)
    return found


def described(one: Features) -> dict[str, Any]:
    """Attributes that say what made a field."""
    return {
        "indicator": str(one),
        "source": one.source,
        "digest": one.digest,
        **plain_parameters(one.parameters()),
    }


class _Told:
    """An executor, or none, whose results are counted as they come in."""

    def __init__(self, executor: Executor | None, progress: Progress, total: int) -> None:
        self._map = map if executor is None else executor.map
        self._progress, self._total = progress, total

    def map(self, function: Callable[[Any], Any], chunks: Sequence[Any]) -> Iterator[Any]:
        """As an executor's, in order."""
        done = 0
        for chunk, made in zip(chunks, self._map(function, chunks), strict=True):
            # What is stored comes with where it goes.
            done += len(chunk if isinstance(chunk, np.ndarray) else chunk.item)
            yield made
            self._progress(done, self._total)


def _watched(executor: Executor | None, progress: Progress | None, total: int) -> Any:
    return executor if progress is None else _Told(executor, progress, total)


def _mixtures(thing: Any) -> Iterator[Mixture]:
    """Mixtures in features, and in the features that they are made of."""
    if isinstance(thing, Mixture):
        yield thing
    elif isinstance(thing, Features) and is_dataclass(thing):
        for one in fields(thing):
            yield from _mixtures(getattr(thing, one.name))
    elif isinstance(thing, tuple | list):
        for each in thing:
            yield from _mixtures(each)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked of a trajectory.

    Parameters
    ----------
    rows
        places of the frames in it
    particles
        whose values are wanted
    """

    run: Trajectory
    wanted: tuple[Features, ...]
    rows: Integers
    particles: Integers

    @classmethod
    def of(cls, run: Trajectory, wanted: Iterable[Features], species: str | None, frames: slice) -> _Plan:
        rows = np.arange(run.n_frames)[frames]
        if len(rows) == 0:
            raise ParameterError(f"{run.source.name}: {frames} selects none of the {run.n_frames} frames")
        particles = np.arange(run.n_particles) if species is None else run.of_species(species)
        wanted = tuple(wanted)
        _check_units(run, wanted)
        return cls(run, tuple(wanted), rows, particles)

    def parcels(self, executor: Executor | None) -> Any:
        """The executor, whose tasks take with them the frames of their chunk."""

        def read(chunk: Any) -> Any:
            # What is stored comes with where it goes.
            return [(self.run, chunk if isinstance(chunk, np.ndarray) else chunk.item)]

        return parcels(executor, read, self.run)

    def chunks(self, megabytes: float, executor: Executor | None) -> list[Integers]:
        size = shared_out(
            len(self.rows), most=frames_within(megabytes, self.run.n_particles), executor=executor
        )
        return [self.rows[start : start + size] for start in range(0, len(self.rows), size)]

    def chunks_of_any(self, megabytes: float) -> list[Integers]:
        """As :meth:`chunks`, the same for any number of workers, so that stored ones are found again."""
        size = min(frames_within(megabytes, self.run.n_particles), -(-len(self.rows) // LEAST))
        return [self.rows[start : start + size] for start in range(0, len(self.rows), size)]

    @property
    def key(self) -> str:
        """Of all that decides the values: frames, particles, indicators and the source that makes them."""
        sources = sources_of(self.wanted)
        asked = (self.run, self.rows, self.particles, [one.digest for one in self.wanted])
        return digest_of("compute", source_digest(), sources, *asked)[:16]

    def many(self, chunk: Integers) -> Array:
        """Values of some frames, (frame, particle, column)."""
        return np.stack([self._values(frame) for frame in self.run.seen(as_slice(chunk))])

    def with_share(self, found: xr.DataArray) -> xr.DataArray:
        """Where borders are open, with the share of those seen that have a value, `share_with_value`."""
        if self.run.field_of_view is None:
            return found
        seen = int(self.run.present(as_slice(self.rows))[:, self.particles].sum())
        there = np.isfinite(found.values).reshape(len(self.rows), len(self.particles), -1)
        valued = int(there.all(axis=2).sum())
        return found.assign_attrs(share_with_value=valued / seen if seen else 0.0)

    def one(self, chunk: Integers) -> Array:
        """Values of one indicator, (frame, particle)."""
        return self.many(chunk)[..., 0]

    def _values(self, frame: Frame) -> Array:
        if frame.view is not None:
            return self._seen(frame, frame.view)
        if len(self.particles) < frame.n_particles:
            chosen = np.zeros(frame.n_particles, bool)
            chosen[self.particles] = True
            frame = replace(frame, chosen=chosen)
        return values_of(frame, self.wanted)[self.particles]

    def _seen(self, frame: Frame, view: View) -> Array:
        """Of a frame in which some are seen, NaN for the others."""
        chosen = np.isin(view.particles, self.particles)
        found = values_of(frame if chosen.all() else replace(frame, chosen=chosen), self.wanted)
        every = np.full((view.n_particles, found.shape[1]), np.nan)
        every[view.particles] = found
        return every[self.particles]


def values_of(frame: Frame, wanted: Sequence[Features]) -> Array:
    """Values of a frame by several indicators and feature sets, side by side, (particle, column).

    Raises
    ------
    ParameterError
        if one returns something else than a number for each particle.
    """
    if frame.view is not None and (vague := [one for one in wanted if one.extent(frame) is None]):
        raise ParameterError(
            f"{frame.place}: {vague[0]} does not say how far away something may be and still decide its "
            "value, which it must where the borders are open"
        )
    if frame.n_particles == 0:
        return np.zeros((0, sum(len(one.columns(frame)) for one in wanted)))
    reach = max((one.reach for one in wanted), default=0.0)
    if reach > 0:
        frame.neighbours(reach)
    parts = []
    for one in wanted:
        part = np.asarray(one.values(frame), dtype=np.float64)
        if part.ndim != 2 or len(part) != frame.n_particles:
            raise ParameterError(
                f"{one} must return one number for each of {frame.n_particles} particles, not {shown(part)}"
            )
        if frame.view is not None:
            far = one.extent(frame)
            assert far is not None  # noqa: S101
            part = np.where(frame.surrounded(far)[:, None], part, np.nan)
        parts.append(part)
    return np.concatenate(parts, axis=1)


def _check_units(run: Trajectory, wanted: Sequence[Features]) -> None:
    """Potentials mean nothing where lengths are in Angstrom."""
    if run.field_of_view is not None:
        # What is nearest is not known of particles that are not seen.
        return
    for mixture in _mixtures(wanted):
        check_units_once(run, mixture)


def check_units_in(frame: Frame, wanted: Sequence[Features]) -> None:
    """Refuse a frame whose numbers can't be in reduced units of the potentials that features ask.

    Raises
    ------
    ParameterError
        if no two of its particles repel each other by them, or most overlap beyond reason.
    """
    run = frame.run
    if frame.view is not None:
        return
    if next(_mixtures(tuple(wanted)), None) is None:
        return
    if not isinstance(run, Trajectory):
        run = replace(
            Trajectory.from_arrays(
                frame.positions[None], frame.box, species=frame.species, names=frame.names
            ),
            frames=np.array([frame.number]),
        )
    _check_units(run, wanted)


def _of_frame(frame: Frame, wanted: Sequence[Features], species: str | None) -> xr.Dataset:
    """Values of one frame, (particle,) each."""
    if not isinstance(frame, Frame):
        raise ParameterError(f"this takes a trajectory or one of its frames, not {shown(frame)}")
    check_units_in(frame, wanted)
    particles = np.arange(frame.n_particles)
    numbers = particles if frame.view is None else frame.view.particles
    if species is not None:
        chosen = frame.species == frame.species_index(species)
        frame, particles = replace(frame, chosen=chosen), np.flatnonzero(chosen)
    values = values_of(frame, wanted)[particles]
    coords: dict[str, Any] = {"frame": frame.number, "particle": numbers[particles]}
    coords |= {} if frame.time is None else {"time": frame.time}
    coords |= {} if frame.temperature is None else {"temperature": frame.temperature}
    return _Labels(wanted, frame, coords, {}, species).of(values)


@dataclass(frozen=True, slots=True)
class _Labels:
    """What values of several indicators and feature sets, side by side, are called.

    Parameters
    ----------
    frame
        with the species and dimensions of all
    made
        of which trajectory, as attributes
    species
        of the particles; None of all
    """

    wanted: Sequence[Features]
    frame: Frame
    coords: Mapping[str, Any]
    made: Mapping[str, Any]
    species: str | None

    @property
    def places(self) -> dict[str, int]:
        """First column of each."""
        counts = [len(one.columns(self.frame)) for one in self.wanted]
        firsts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return {str(one): int(first) for one, first in zip(self.wanted, firsts, strict=True)}

    @property
    def n_columns(self) -> int:
        """Columns of all."""
        return sum(len(one.columns(self.frame)) for one in self.wanted)

    def of(self, values: Array) -> xr.Dataset:
        """A variable for each indicator and feature set, of values ((frame,) particle, column)."""
        dims = ("frame", "particle")[3 - values.ndim :]
        found: dict[str, xr.DataArray] = {}
        for one, (name, at) in zip(self.wanted, self.places.items(), strict=True):
            columns = one.columns(self.frame)
            own = values[..., at : at + len(columns)]
            about = {**self.made, **described(one)}
            if isinstance(one, Indicator):
                enter(one)
                found[name] = labelled(one.name, own[..., 0], dims, self.coords, **about)
                continue
            along = "feature" if len(self.wanted) == 1 else f"feature of {name}"
            if self.species is not None:
                about["definition"] = one.definition(self.frame.names, self.frame.dimensions, self.species)
            array = xr.DataArray(own, {**self.coords, along: list(columns)}, (*dims, along))
            found[name] = array.assign_attrs(units=one.unit, long_name=one.long_name, **about)
        return xr.Dataset(found).assign_attrs(self.made)


def sources_of(wanted: Iterable[Features]) -> dict[str, str]:
    """Digests of the modules that bring indicators, by name: what is kept of them depends on these too."""
    return {name: source_digest(name) for name in sorted(_modules_of(wanted))}


def _modules_of(wanted: Iterable[Any]) -> set[str]:
    """Modules of indicators and of those that they hold."""
    found = set()
    for one in wanted:
        if isinstance(one, Features):
            found |= {type(one).__module__} | _modules_of(one.parameters().values())
        elif isinstance(one, tuple | list):
            found |= _modules_of(one)
    return found

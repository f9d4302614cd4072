"""Laws that every indicator and every target obeys, for the tests of a new one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Dimensions, Positive, Random, Whole, validated
from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.errors import BrokenLawError, SupercooledError
from supercooled.fields import Described, Features, compute, values_of
from supercooled.frame import Frame
from supercooled.mixture import Mixture
from supercooled.potentials import PairPotential
from supercooled.targets import Target
from supercooled.trajectory import Trajectory
from supercooled.units import factor_of

__all__ = ["check_indicator", "check_target", "liquid_frame", "liquid_runs", "rescaled", "scale_of"]

_Few = Annotated[int, Whole(at_least=1, at_most=1000)]

# No power of one is a power of another.
LENGTH, ENERGY, TIME = float(np.sqrt(2.0)), float(np.pi / 2), float(np.exp(1.0) / 2)


@validated
def liquid_frame(dimensions: Dimensions = 3, *, seed: Random = 1) -> Frame:
    """A frame that looks like a dense mixture: a distorted lattice of 80 % A and 20 % B, of many sizes.

    Parameters
    ----------
    dimensions
        2 or 3
    seed
        seed of the random numbers

    Returns
    -------
    Frame
        frame

    Examples
    --------
    >>> liquid_frame(2).n_particles
    400
    """
    rng = np.random.default_rng(seed)
    edge, step = (8, 1.0) if dimensions == 3 else (20, 1.0)
    sites = np.stack(np.meshgrid(*[np.arange(edge)] * dimensions, indexing="ij"), -1).reshape(-1, dimensions)
    xyz = np.zeros((len(sites), 3))
    xyz[:, :dimensions] = step * sites + rng.normal(scale=0.12, size=sites.shape)
    species = (rng.random(len(xyz)) < 0.2).astype(np.int64)
    sizes = np.where(species == 1, 0.88, 1.0) * rng.uniform(0.9, 1.1, len(xyz))
    return Frame.from_arrays(xyz, Box.cube(edge * step, dimensions), species=species, diameters=sizes)


@validated
def check_indicator(
    indicator: Features,
    *,
    dimensions: tuple[int, ...] = (2, 3),
    frame: Frame | None = None,
    rtol: Positive = 1e-9,
) -> None:
    """Prove by law that an indicator measures structure, and that its unit is true.

    Translation, rotation by a quarter turn, reflection, another description of the same periodic box,
    relabelling of the particles, a choice of species, chunks of frames, and a rescaling of lengths and
    energies by the unit of each parameter (:func:`supercooled.indicators.parameter`) and of the result.

    Parameters
    ----------
    indicator
        an indicator or a set of features
    dimensions
        in which it is defined; in the others it must be refused in one sentence
    frame
        to try it on; None makes a distorted lattice of two species in each number of dimensions
    rtol
        of the largest value

    Raises
    ------
    BrokenLawError
        saying which law is broken, for which particle.

    Examples
    --------
    >>> from supercooled.indicators import BondOrder
    >>> check_indicator(BondOrder(6))
    """
    frames = [frame] if frame is not None else [liquid_frame(d) for d in (2, 3)]
    for one in frames:
        if one.dimensions in dimensions:
            _check(indicator, one, rtol)
        else:
            _check_refused(indicator, one)
    again = dataclasses.replace(indicator) if dataclasses.is_dataclass(indicator) else indicator
    if again.digest != indicator.digest:
        raise BrokenLawError(f"{indicator}: two instances with the same parameters have different digests")


def _check_refused(indicator: Features, frame: Frame) -> None:
    try:
        indicator.values(frame)
    except SupercooledError:
        return
    raise BrokenLawError(
        f"{indicator} gives values in {frame.dimensions} dimensions, but should raise an error"
    )


def _check(indicator: Features, frame: Frame, rtol: float) -> None:
    given = _values(indicator, frame)
    if given.shape != (frame.n_particles, len(indicator.columns(frame))):
        raise BrokenLawError(f"{indicator}: {given.shape} values of {frame.n_particles} particles")
    if not np.isfinite(given).any():
        raise BrokenLawError(f"{indicator}: no value is finite in {frame.place}")
    compared = _Compared(indicator, given, rtol)
    d = frame.dimensions
    shift = np.array([0.37, 0.21, 0.59]) * np.array([1.0, 1.0, d == 3])
    compared("a translation", _values(indicator, _moved(frame, lambda x: x + shift)))
    Lx, Ly, Lz, *tilts = map(float, frame.box.to_array())
    if not (frame.box.xy or frame.box.xz or frame.box.yz):
        box = Box(Ly, Lx, Lz, dimensions=d)
        compared(
            "a rotation", _values(indicator, _moved(frame, lambda x: x[:, [1, 0, 2]] * [-1.0, 1.0, 1.0], box))
        )
        compared("a reflection", _values(indicator, _moved(frame, lambda x: x * [-1.0, 1.0, 1.0])))
        if np.isclose(*frame.box.lengths[:2]):
            tilted = Box(Lx, Ly, Lz, 1.0, dimensions=d)
            compared(
                "another description of the box",
                _values_if_it_fits(indicator, _moved(frame, lambda x: x, tilted), given),
            )
    order = np.random.default_rng(5).permutation(frame.n_particles)
    shuffled = _moved(frame, lambda x: x[order], species=frame.species[order])
    if frame.diameters is not None:
        shuffled = _sized(shuffled, frame.diameters[order])
    compared("relabelling", _values(indicator, shuffled), order)
    _check_choices(indicator, frame, compared)
    for what, L, E in (("length", LENGTH, 1.0), ("energy", 1.0, ENERGY)):
        scaled = rescaled(indicator, L, E)
        larger = Box.from_array([Lx * L, Ly * L, Lz * L, *tilts], d)
        T = frame.temperature
        there = replace(
            _moved(frame, partial(np.multiply, L), larger), temperature=None if T is None else T * E
        )
        if frame.diameters is not None:
            there = _sized(there, frame.diameters * L)
        factor = scale_of(indicator.unit, L, E, d)
        compared(f"a rescaling of every {what} (unit {indicator.unit})", _values(scaled, there) / factor)


def _check_choices(indicator: Features, frame: Frame, compared: _Compared) -> None:
    """Species and chunks of frames."""
    if frame.inherent is not None:
        # Frames of a trajectory do not know theirs.
        for species in frame.names:
            chosen = frame.species == frame.species_index(species)
            some = values_of(replace(frame, chosen=chosen), [indicator])[chosen]
            compared(f"the choice of species {species}", some, np.flatnonzero(chosen))
        return
    run = Trajectory.from_arrays(
        np.stack([frame.positions, frame.positions[::-1], frame.positions]),
        frame.box,
        species=frame.species,
        names=frame.names,
        temperature=frame.temperature,
        diameters=frame.diameters,
    )
    name = str(indicator)
    whole = compute(run, indicator)[name].values
    pieces = compute(run, indicator, megabytes=1e-6)[name].values
    if whole.tobytes() != pieces.tobytes():
        raise BrokenLawError(f"{indicator} depends on how many frames are computed together")
    compared("a frame of a trajectory", whole[2].reshape(compared.given.shape))
    # One frame remembers what was found out about it, whichever particles were asked for.
    asked = _moved(frame, lambda positions: positions)
    for species in frame.names:
        chosen = frame.species == frame.names.index(species)
        again = compute(asked, indicator, species=species)[name].values
        compared(
            f"the choice of species {species} of one frame",
            again.reshape(-1, compared.given.shape[1]),
            np.flatnonzero(chosen),
        )
        some = compute(run, indicator, species=species)[name]
        compared(
            f"the choice of species {species}",
            some.values[0].reshape(-1, compared.given.shape[1]),
            np.flatnonzero(chosen),
        )


@dataclass(frozen=True)
class _Compared:
    indicator: Features
    given: Array
    rtol: float

    def __call__(self, law: str, values: Array, order: Any = slice(None)) -> None:
        expected = self.given[order]
        largest = np.nanmax(np.abs(self.given), axis=0)
        wrong = ~np.isclose(values, expected, rtol=0.0, atol=self.rtol * largest, equal_nan=True)
        if wrong.any():
            i, k = np.argwhere(wrong)[0]
            raise BrokenLawError(
                f"{self.indicator}: {law} changes {wrong.any(axis=1).sum()} of {len(wrong)} particles, for "
                f"example {i}, column {k}, from {expected[i, k]:.12g} to {values[i, k]:.12g}"
            )


def _values(indicator: Features, frame: Frame) -> Array:
    return values_of(frame, [indicator])


def _values_if_it_fits(indicator: Features, frame: Frame, otherwise: Array) -> Array:
    """A box with sharp corners is lower, and the reach may not fit into it."""
    try:
        return _values(indicator, frame)
    except SupercooledError:
        return otherwise


def _moved(
    frame: Frame, change: Callable[[Array], Array], box: Box | None = None, species: Any = None
) -> Frame:
    """A frame elsewhere, of which nothing is known yet but its inherent structure."""
    edges = frame.box if box is None else box
    kinds = frame.species if species is None else species

    def there(one: Frame) -> Frame:
        folded = edges.wrap(change(one.positions))[0]
        return replace(one, positions=folded, box=edges, species=kinds, known={}, run=None, inherent=None)

    return replace(there(frame), inherent=None if frame.inherent is None else there(frame.inherent))


def _sized(frame: Frame, diameters: Array) -> Frame:
    """A frame with other diameters, and its inherent structure with the same."""
    below = frame.inherent
    return replace(
        frame, diameters=diameters, inherent=None if below is None else replace(below, diameters=diameters)
    )


@validated
def liquid_runs(
    dimensions: Dimensions = 3, *, number: _Few = 3, n_frames: _Few = 24, seed: Random = 1
) -> tuple[Trajectory, ...]:
    """Runs from one configuration, in which particles rattle and now and then jump.

    Parameters
    ----------
    dimensions
        2 or 3
    number
        of runs
    n_frames
        of each, 1 tau apart
    seed
        seed of the random numbers

    Returns
    -------
    tuple[Trajectory, ...]
        trajectories

    Examples
    --------
    >>> [run.n_frames for run in liquid_runs(2, n_frames=5)]
    [5, 5, 5]
    """
    start = liquid_frame(dimensions, seed=seed)
    rng = np.random.default_rng(seed)
    runs = []
    for _ in range(number):
        ways = np.zeros((n_frames, start.n_particles, 3))
        jumps = (rng.random((n_frames - 1, start.n_particles, 1)) < 0.02) * rng.normal(
            scale=0.5, size=(n_frames - 1, start.n_particles, dimensions)
        )
        rattle = rng.normal(scale=0.05, size=(n_frames - 1, start.n_particles, dimensions))
        ways[1:, :, :dimensions] = np.cumsum(jumps, axis=0) + rattle
        runs.append(
            Trajectory.from_arrays(
                start.positions + ways, start.box, species=start.species, names=start.names, unwrapped=True
            )
        )
    return tuple(runs)


@validated
def check_target(target: Target, *, dimensions: tuple[int, ...] = (2, 3), rtol: Positive = 1e-9) -> None:
    """Prove by law that a target measures motion, from each frame on alone, and that its unit is true.

    Translation, rotation by a quarter turn, reflection, relabelling of the particles, a choice of species and
    of frames, a run that begins later or ends earlier, and a rescaling of lengths and times by the unit of
    each parameter and of the result. The particles of :func:`liquid_runs` move in 24 frames 1 tau apart.

    Parameters
    ----------
    target
        target to check
    dimensions
        in which it is defined
    rtol
        of the largest value

    Raises
    ------
    BrokenLawError
        saying which law is broken, for which frame and particle.

    Examples
    --------
    >>> from supercooled.targets import Displacement
    >>> check_target(Displacement(after=5.0))
    """
    for d in dimensions:
        _Moving(target, liquid_runs(d), rtol).check()


@dataclass(frozen=True)
class _Moving:
    target: Target
    runs: tuple[Trajectory, ...]
    rtol: float

    def check(self) -> None:
        target, first = self.target, self.runs[0]
        given = self.of(self.runs)
        edge, d = float(first.box.lengths[0]), first.dimensions
        shift = np.array([0.37 * edge, 5.21, 0.59 * (d == 3)])
        self.same("a translation", given, self.of(self.moved(lambda xyz: xyz + shift)))
        turned = self.of(self.moved(lambda xyz: xyz[..., [1, 0, 2]] * [-1.0, 1.0, 1.0]))
        self.same("a rotation", given, turned)
        self.same("a reflection", given, self.of(self.moved(lambda xyz: xyz * [-1.0, 1.0, 1.0])))
        order = np.random.default_rng(5).permutation(first.n_particles)
        shuffled = self.of(self.moved(lambda xyz: xyz[:, order], species=first.species[order]))
        self.same("relabelling", given.isel(particle=order), shuffled)
        for name in first.names:
            some = self.of(self.runs, species=name)
            self.same(f"the choice of species {name}", given.isel(particle=first.of_species(name)), some)
        if not target.of_several:
            self.parts(given)
        for what, L, t in (("length", LENGTH, 1.0), ("time", 1.0, TIME)):
            there = self.moved(partial(np.multiply, L), length=L, time=t)
            scaled = _Moving(rescaled(target, L, 1.0, t), there, self.rtol).of(there)
            factor = scale_of(target.unit, L, 1.0, d, t)
            self.same(f"a rescaling of every {what} (unit {target.unit})", given, scaled / factor)

    def parts(self, given: xr.DataArray) -> None:
        """Other frames, and a run that begins later or ends earlier: what is known is the same."""
        some = self.of(self.runs, frames=slice(1, None, 3))
        self.same("the choice of frames", given.isel(frame=slice(1, None, 3)), some)
        for law, part in (("the past", slice(7, None)), ("the frames long after", slice(0, -7))):
            cut = self.of(tuple(run[part] for run in self.runs))
            before = given.sel(frame=cut.frame)
            both = np.isfinite(cut.values) & np.isfinite(before.values)
            if not both.any():
                raise BrokenLawError(
                    f"{self.target}: in {cut.sizes['frame']} of 40 frames no value is finite"
                )
            self.same(law, before.where(both), cut.where(both))

    def of(self, runs: tuple[Trajectory, ...], **chosen: Any) -> xr.DataArray:
        return self.target.of(runs if self.target.of_several else runs[0], **chosen)

    def moved(
        self, move: Callable[[Array], Array], *, species: Any = None, length: float = 1.0, time: float = 1.0
    ) -> tuple[Trajectory, ...]:
        first = self.runs[0]
        box = Box.cube(float(first.box.lengths[0]) * length, first.dimensions)
        kinds = first.species if species is None else species
        return tuple(
            Trajectory.from_arrays(
                move(run.unwrapped()),
                box,
                species=kinds,
                names=first.names,
                times=run.times * time,
                unwrapped=True,
            )
            for run in self.runs
        )

    def same(self, law: str, expected: xr.DataArray, found: xr.DataArray) -> None:
        largest = float(np.nanmax(np.abs(expected.values)))
        wrong = ~np.isclose(found.values, expected.values, rtol=0.0, atol=self.rtol * largest, equal_nan=True)
        if wrong.any():
            f, i = np.argwhere(wrong)[0]
            raise BrokenLawError(
                f"{self.target}: {law} changes {wrong.sum()} of {wrong.size} values, for example of frame "
                f"{int(expected.frame[f])}, particle {i}, from {expected.values[f, i]:.12g} to "
                f"{found.values[f, i]:.12g}"
            )


@validated
def rescaled(indicator: Described, length: Positive, energy: Positive, time: Positive = 1.0) -> Any:
    """The same indicator or target where every length, energy and time is multiplied, by its units.

    Parameters
    ----------
    indicator
        indicator or target
    length
        factor of every length
    energy
        factor of every energy
    time
        factor of every time

    Returns
    -------
    Any
        indicator or target with its parameters multiplied

    Examples
    --------
    >>> from supercooled.indicators import BondOrder
    >>> rescaled(BondOrder(6, cutoff=1.5), 2.0, 1.0).cutoff
    3.0
    """
    if not dataclasses.is_dataclass(indicator):
        return indicator
    changed: dict[str, Any] = {}
    for one in dataclasses.fields(indicator):
        value = getattr(indicator, one.name)
        unit = one.metadata.get("unit", "1")
        if isinstance(value, Described):
            changed[one.name] = rescaled(value, length, energy, time)
        elif isinstance(value, tuple) and value and all(isinstance(part, Described) for part in value):
            changed[one.name] = tuple(rescaled(part, length, energy, time) for part in value)
        elif isinstance(value, Mixture):
            there = tuple(_Rescaled(p, length, energy) for p in value.potentials)
            changed[one.name] = replace(value, potentials=there)
        elif one.name == "provenance" and isinstance(value, Mapping) and "density" in value:
            # Of the frames that a predictor learned from.
            away = length ** -int(value.get("dimensions", 3))
            changed[one.name] = {**value, "density": _times(value["density"], away)}
        elif unit != "1" and value is not None:
            changed[one.name] = _times(value, scale_of(unit, length, energy, 3, time))
    return dataclasses.replace(indicator, **changed)


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, str):
        # the name of a species beside a number
        return value
    if isinstance(value, Mapping):
        return {key: _times(one, factor) for key, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        # Such as a window: all of it is of one unit.
        return dataclasses.replace(
            value, **{f.name: _times(getattr(value, f.name), factor) for f in dataclasses.fields(value)}
        )
    if isinstance(value, tuple | list):
        return type(value)(_times(one, factor) for one in value)
    return value * factor


@validated
def scale_of(
    unit: str, length: Positive, energy: Positive, dimensions: Dimensions, time: Positive = 1.0
) -> float:
    """Factor on a quantity of a unit when lengths, energies and times are multiplied.

    Parameters
    ----------
    unit
        unit, for example "epsilon_AA/sigma_AA"
    length
        factor of every length
    energy
        factor of every energy
    dimensions
        2 or 3
    time
        factor of every time

    Returns
    -------
    float
        factor

    Examples
    --------
    >>> scale_of("epsilon_AA/sigma_AA^2", 2.0, 3.0, 3)
    0.75
    """
    return factor_of(unit, length=length, energy=energy, time=time, dimensions=dimensions)


@dataclass(frozen=True)
class _Rescaled:
    """A pair potential whose lengths and energies are multiplied."""

    inner: PairPotential
    length: float
    scale: float

    @property
    def cutoff(self) -> float:
        return self.inner.cutoff * self.length

    def energy(self, r: ArrayLike) -> Array:
        return self.scale * self.inner.energy(np.asarray(r) / self.length)

    def force(self, r: ArrayLike) -> Array:
        return self.scale / self.length * self.inner.force(np.asarray(r) / self.length)

    def curvature(self, r: ArrayLike) -> Array:
        return self.scale / self.length**2 * self.inner.curvature(np.asarray(r) / self.length)

    def to_dict(self) -> dict[str, Any]:
        return {"style": "rescaled", "length": self.length, "energy": self.scale, **self.inner.to_dict()}

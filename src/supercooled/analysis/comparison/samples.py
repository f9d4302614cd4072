"""Indicators, targets and given fields of each run, side by side at the same frames and particles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
import xarray as xr

from supercooled.arguments import shown
from supercooled.arrays import Array, Integers
from supercooled.errors import ParameterError
from supercooled.fields import Features, compute
from supercooled.fields.indicator import Progress
from supercooled.matching import Labels, matched
from supercooled.replicas import alike, begin_alike, each_once, replicas, see_one_interval
from supercooled.targets import Target
from supercooled.trajectory import Trajectory

# One trajectory, several that are independent, or, for a propensity, one list for each configuration.
Runs: TypeAlias = Trajectory | Sequence[Trajectory | Sequence[Trajectory]]
Fields: TypeAlias = xr.DataArray | Sequence[xr.DataArray]
_HALVES = ("half", "other_half")


@dataclass(frozen=True)
class Thing:
    """An indicator, a target or a field, and what it is called.

    Parameters
    ----------
    one
        what makes it, None where it is given
    fields
        of each run, where it is given
    """

    name: str
    one: Any
    fields: tuple[xr.DataArray, ...] = ()


@dataclass(frozen=True)
class Side:
    """What one run gives, in memory.

    Parameters
    ----------
    x, y, z
        of each indicator, target and fixed field by name, (row, particle)
    halves
        of each target whose noise is known
    about
        of each target, attributes
    species
        (particle,)
    times
        (row,), tau; None where unknown
    """

    x: Mapping[str, Array]
    y: Mapping[str, Array]
    z: Mapping[str, Array]
    halves: Mapping[str, tuple[Array, Array]]
    about: Mapping[str, Mapping[str, Any]]
    species: Integers
    times: Array | None


@dataclass(frozen=True)
class Asked:
    """What is held against what, of which particles, at which frames."""

    indicators: tuple[Thing, ...]
    targets: tuple[Thing, ...]
    fixed: tuple[Thing, ...]
    species: str | None
    frames: slice

    def check_fields(self) -> None:
        """Fields that are given are of one state, each of a run of its own."""
        for thing in (*self.indicators, *self.targets, *self.fixed):
            alike(thing.fields)
            each_once(thing.fields)

    def side(
        self,
        group: Sequence[Trajectory] | None,
        k: int,
        executor: Executor | None,
        progress: Progress | None,
    ) -> Side:
        """What run `k` gives."""
        run = None if group is None else group[0]
        found = {t.name: self._target(t, group, k, executor) for t in self.targets}
        first = next(iter(found.values()))
        reference: Trajectory | xr.DataArray = first
        columns: Integers | slice = slice(None)
        kinds: Integers = np.zeros(first.sizes["particle"], np.int64)
        if run is not None:
            reference, kinds = run[self.frames], run.species
            if self.species is not None:
                columns = run.of_species(self.species)
        y = {name: _laid_over(reference, field)[:, columns] for name, field in found.items()}
        halves = {
            name: (
                _laid_over(reference, field[_HALVES[0]])[:, columns],
                _laid_over(reference, field[_HALVES[1]])[:, columns],
            )
            for name, field in found.items()
            if all(half in field.coords for half in _HALVES)
        }
        known = np.flatnonzero(np.any([np.isfinite(part).any(axis=1) for part in y.values()], axis=0))
        if len(known) == 0:
            raise ParameterError(f"no target has a value in {Labels.of(reference).name}")
        # What is an indicator and held fixed too is made once.
        every = {t.name: t.one for t in (*self.indicators, *self.fixed) if t.one is not None}
        makers = list(every.values())
        made: dict[str, xr.DataArray] = {}
        if makers and run is not None:
            rows = np.arange(run.n_frames)[self.frames][known]
            step = (self.frames.step or 1) * int(np.gcd.reduce(np.diff(known))) if len(known) > 1 else 1
            some = slice(int(rows[0]), int(rows[-1]) + 1, step)
            made = _columns(
                compute(run, makers, species=self.species, frames=some, executor=executor, progress=progress),
                makers,
            )
        return Side(
            _each(reference, self.indicators, made, k, columns),
            y,
            _each(reference, self.fixed, made, k, columns),
            halves,
            {name: field.attrs for name, field in found.items()},
            kinds[columns],
            Labels.of(reference).times,
        )

    def _target(
        self, thing: Thing, group: Sequence[Trajectory] | None, k: int, executor: Executor | None
    ) -> xr.DataArray:
        if thing.one is None:
            return thing.fields[k]
        target: Target = thing.one
        if group is None:
            raise ParameterError(f"{target} is made from trajectories: give the runs too")
        if target.of_several and len(group) < 2:
            raise ParameterError(
                f"{target} is made from several runs that start from one configuration: give them as a list "
                "within the list of runs, as compare([[run, run, run]], ...)"
            )
        frames = slice(0, 1) if target.of_several else self.frames
        return target.of(
            list(group) if target.of_several else group[0],
            species=self.species,
            frames=frames,
            executor=executor,
        )


def configurations(runs: Runs | None) -> list[list[Trajectory]] | None:
    """The runs of each configuration; most have one."""
    if runs is None:
        return None
    if isinstance(runs, Trajectory):
        return [[runs]]
    sequence = isinstance(runs, list | tuple)
    groups = [[one] if isinstance(one, Trajectory) else one for one in runs] if sequence else []
    sound = all(
        isinstance(group, list | tuple) and group and all(isinstance(run, Trajectory) for run in group)
        for group in groups
    )
    if not groups or not sound:
        raise ParameterError(
            "runs must be a trajectory, several, or a list of the runs of each configuration, not "
            f"{shown(runs)}"
        )
    heads = replicas([group[0] for group in groups])
    see_one_interval(heads)
    ensembles = [group[0] for group in groups if len(group) > 1]
    for one, other in combinations(ensembles, 2):
        if begin_alike(one, other):
            raise ParameterError(
                f"{one.source.name} and {other.source.name} start from the same configuration: "
                "give all of its runs in one list; configurations must be independent, so give "
                "each once"
            )
    return [list(group) for group in groups]


def listed(given: Any) -> list[Any]:
    """One thing or several, as a list."""
    return list(given) if isinstance(given, list | tuple) else [given]


def number_of_runs(groups: list[list[Trajectory]] | None, given: Sequence[Any]) -> int:
    """How many independent runs there are: as many as there are groups of runs or lists of fields."""
    if groups is not None:
        return len(groups)
    several = [len(one) for one in given if isinstance(one, list | tuple)]
    return several[0] if several else 1


def things_of(given: Any, kind: type[Any], number: int, word: str) -> tuple[Thing, ...]:
    """What was given, each with its name; of several runs a field is a list with one for each."""
    things = []
    for one in listed(given):
        if isinstance(one, kind):
            things.append(Thing(str(one), one))
            continue
        fields = tuple(one) if isinstance(one, list | tuple) else (one,)
        if not fields or not all(isinstance(field, xr.DataArray) for field in fields):
            raise ParameterError(
                f"each {word} must be an object of its kind or a field (frame, particle), not {shown(one)}"
            )
        if len(fields) != number:
            raise ParameterError(
                f"{len(fields)} fields {fields[0].name} for {number} runs: give a list with one for each"
            )
        for field in fields:
            if set(field.dims) != {"frame", "particle"}:
                raise ParameterError(
                    f"the {word} {field.name} must have the dimensions frame and particle, not {field.dims}"
                )
        first = fields[0]
        name = first.attrs.get("indicator") or first.attrs.get("target") or first.name or word
        things.append(Thing(str(name), None, fields))
    names = [thing.name for thing in things]
    if not names or len(set(names)) < len(names):
        raise ParameterError(
            f"one or more different {word}s with different names are needed, not {', '.join(names) or 'none'}"
        )
    return tuple(things)


def _columns(made: xr.Dataset, makers: Sequence[Features]) -> dict[str, xr.DataArray]:
    """Each indicator and each column of a set of features as a field."""
    found = {}
    for one in makers:
        name, field = str(one), made[str(one)]
        more = [dim for dim in field.dims if dim not in ("frame", "particle")]
        if not more:
            found[name] = field
        for value in field[more[0]].values if more else ():
            found[f"{name}: {value}"] = field.sel({more[0]: value}, drop=True)
    return found


def _each(
    reference: Trajectory | xr.DataArray,
    things: Sequence[Thing],
    made: Mapping[str, xr.DataArray],
    k: int,
    columns: Integers | slice,
) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for thing in things:
        if thing.one is None:
            found[thing.name] = _laid_over(reference, thing.fields[k])[:, columns]
            continue
        own = {n: f for n, f in made.items() if n == thing.name or n.startswith(f"{thing.name}: ")}
        if not own:
            raise ParameterError(f"{thing.name} is made from trajectories: give the runs too")
        found |= {name: _laid_over(reference, field)[:, columns] for name, field in own.items()}
    return found


def _laid_over(reference: Trajectory | xr.DataArray, field: xr.DataArray) -> Array:
    """Values of a field at the frames and particles of a run or another field, NaN where it has none."""
    if (endless := int(np.isinf(field.values).sum())) > 0:
        raise ParameterError(
            f"{field.name} is infinite for {endless} particles at times: make it NaN where it is not known"
        )
    if isinstance(reference, Trajectory):
        shape = (reference.n_frames, reference.n_particles)
    else:
        shape = (reference.sizes["frame"], reference.sizes["particle"])
    if field is reference:
        return np.asarray(field.transpose("frame", "particle").values, dtype=np.float64)
    found = matched(field, reference)
    values = field.transpose("frame", "particle").isel(frame=found.rows, particle=found.columns).values
    full = np.full(shape, np.nan)
    full[np.ix_(found.other_rows, found.other_columns)] = values
    return full

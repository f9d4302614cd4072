"""Features of chosen particles at chosen times, to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import xarray as xr

from supercooled.arguments import validated
from supercooled.arguments.datasets import Examples
from supercooled.arrays import AnyArray, Array, Integers
from supercooled.errors import ParameterError
from supercooled.fields import Features, values_of
from supercooled.fields.indicator import check_units_in
from supercooled.matching import Labels, matched
from supercooled.parcels import parcels
from supercooled.replicas import each_once
from supercooled.trajectory import Trajectory

# Frames that one task reads.
_FRAMES = 50


@validated
def features_of_examples(
    trajectories: Trajectory | Sequence[Trajectory],
    examples: Examples,
    features: Features,
    *,
    species: str,
    executor: Executor | None = None,
) -> xr.DataArray:
    """Features of the particles and frames of a table of examples, and of no others.

    Parameters
    ----------
    trajectories
        the runs that the table's ``run`` counts, whole or the parts that hold the examples
    examples
        ``run``, ``frame`` and ``particle`` along ``example``, as
        :func:`supercooled.dynamics.training_by_crossing` returns them; with ``time`` or the attribute
        ``trajectory`` they are held against those of the run
    features
        which, for example ``sc.indicators.StructureFunctions.of_paper("graham2023")``
    species
        of the examples' particles
    executor
        maps chunks of frames; None does them here

    Returns
    -------
    xr.DataArray
        the features (example, feature), with the columns of the table as coordinates and its
        attributes, to be learned from; ``definition`` says how they are made.

    Raises
    ------
    ParameterError
        if there is no example, one is of another species or trajectory, or its frame or run does not exist.
    BoxError
        if the box is too small for the features.

    References
    ----------
    schoenholz2016, Sec. I.C.

    Examples
    --------
    >>> import supercooled as sc
    >>> pair = sc.Trajectory.from_arrays([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]] * 3, sc.Box.cube(10.0))
    >>> table = xr.Dataset({"run": ("example", [0]), "frame": ("example", [2]), "particle": ("example", [1])})
    >>> near = sc.indicators.StructureFunctions((sc.structure.Radial(1.0, 0.1, number=1, width=0.1),))
    >>> features_of_examples(pair, table, near, species="A").values.round(3)
    array([[1.]])
    """
    runs = [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)
    each_once(runs)
    wanted = [_Wanted.of(run, features, species) for run in runs]
    run, particle = (np.asarray(examples[n].values, dtype=np.int64) for n in ("run", "particle"))
    frame = _check(wanted, examples, run, particle)
    order = np.lexsort((particle, frame, run))
    pieces = [piece for k in range(len(runs)) for piece in _pieces(order[run[order] == k], frame, k)]
    fill = partial(_filled, wanted, frame, particle)
    values = np.empty((len(run), len(wanted[0].columns)))
    pool = parcels(executor, lambda piece: [(runs[piece[0]], np.unique(frame[piece[1]]))], *runs)
    done = map(fill, pieces) if pool is None else pool.map(fill, pieces)
    for (_, rows), part in zip(pieces, done, strict=True):
        values[rows] = part
    coords = {str(n): ("example", examples[n].values) for n in examples if examples[n].dims == ("example",)}
    found = xr.DataArray(values, {**coords, "feature": list(wanted[0].columns)}, ("example", "feature"))
    about = {**{str(k): v for k, v in examples.attrs.items()}, "definition": wanted[0].definition}
    return found.rename(features.name).assign_attrs(
        units=features.unit, long_name=features.long_name, **about
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Features of the particles of one species of a run.

    Parameters
    ----------
    particles
        of that species
    columns, definition
        names of the features, and how they are made
    """

    trajectory: Trajectory
    features: Features
    species: str
    particles: AnyArray
    columns: tuple[str, ...]
    definition: str

    @classmethod
    def of(cls, trajectory: Trajectory, features: Features, species: str) -> _Wanted:
        particles, first = trajectory.of_species(species), trajectory.frame(0)
        check_units_in(first, [features])
        said = features.definition(first.names, first.dimensions, species)
        return cls(trajectory, features, species, particles, features.columns(first), said)

    def values(self, row: int, particles: AnyArray) -> Array:
        """Of some particles of a frame, (particle, feature)."""
        frame = self.trajectory.frame(row)
        chosen = np.zeros(frame.n_particles, bool)
        chosen[particles] = True
        return values_of(replace(frame, chosen=chosen), [self.features])[particles]


def _pieces(rows: Integers, frame: Integers, run: int) -> list[tuple[int, Integers]]:
    """Rows of a run, in order of time, a number of frames at once."""
    if len(rows) == 0:
        return []
    _, number = np.unique(frame[rows], return_inverse=True)
    return [(run, rows[number // _FRAMES == k]) for k in range(int(number[-1]) // _FRAMES + 1)]


def _filled(wanted: list[_Wanted], frame: Integers, particle: Integers, piece: tuple[int, Integers]) -> Array:
    run, rows = piece
    one = wanted[run]
    values = np.empty((len(rows), len(one.columns)))
    for number in np.unique(frame[rows]):
        here = np.flatnonzero(frame[rows] == number)
        values[here] = one.values(int(number), particle[rows[here]])
    return values


def _check(wanted: list[_Wanted], examples: xr.Dataset, run: Integers, particle: Integers) -> Integers:
    """Place of each example's frame in its run."""
    frame = np.full(len(run), -1, np.int64)
    if len(run) == 0:
        raise ParameterError("the table contains no example: check the thresholds that select them")
    if run.min() < 0 or run.max() >= len(wanted):
        raise ParameterError(f"an example belongs to run {int(run.max())}, but {len(wanted)} runs were given")
    first = wanted[0].definition
    for k, one in enumerate(wanted):
        if one.definition != first:
            raise ParameterError(
                f"{one.trajectory.source.name} has other species or dimensions than the first run"
            )
        here = run == k
        if not here.any():
            continue
        found = matched(_labels(examples, here, k), one.trajectory)
        frame[np.flatnonzero(here)[found.rows]] = found.other_rows
        late = here & (frame < 0)
        if late.any():
            e = int(np.argmax(late))
            first, last = one.trajectory.frames[[0, -1]]
            raise ParameterError(
                f"example {e}: {one.trajectory.source.name} has {one.trajectory.n_frames} frames, {first} to "
                f"{last}, and no frame {int(examples['frame'].values[e])}"
            )
        strange = here & ~np.isin(particle, one.particles)
        if strange.any():
            e = int(np.argmax(strange))
            raise ParameterError(f"example {e}: particle {int(particle[e])} is not of species {one.species}")
    return frame


def _labels(examples: xr.Dataset, here: AnyArray, run: int) -> Labels:
    """Of the examples of one run."""
    some = examples.isel(example=np.flatnonzero(here))
    made = examples.attrs.get("trajectory")
    of = made[run] if isinstance(made, list | tuple) and run < len(made) else None
    return replace(Labels.of(some, f"the table of examples of run {run}"), made_from=of)

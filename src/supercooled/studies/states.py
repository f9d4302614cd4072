"""Trajectories of your own put together: species in the liquid's order, replicas of one temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np

from supercooled import systems
from supercooled.errors import MixtureError, ParameterError, TrajectoryError
from supercooled.mixture import Mixture
from supercooled.nearest import check_units
from supercooled.store.reading import check_made_with
from supercooled.studies.line import Choices, temperature_of
from supercooled.trajectory import Trajectory

# How far mean volumes of one state may differ where boxes breathe.
_BREATH = 0.05
# Distance that single precision leaves between one configuration written twice, sigma_AA.
_ALIKE = 1e-5


def in_its_order(
    liquid: str, trajectories: Sequence[Trajectory], choices: Choices
) -> tuple[Mixture, list[Trajectory]]:
    """The mixture, and the trajectories with their species in its order."""
    first = trajectories[0]
    mixture = systems.named(liquid, density=first.n_particles / first.fixed_box().volume).mixture
    for trajectory in trajectories:
        check_made_with(trajectory.source.name, mixture)
    ordered = [_in_order(trajectory, mixture, liquid) for trajectory in trajectories]
    for trajectory in ordered:
        check_units(trajectory, mixture)
        if not np.allclose(trajectory.composition(), mixture.composition, atol=0.02):
            raise MixtureError(
                f"{trajectory.source.name}: composition {trajectory.composition().round(3)} is not that of "
                f"{liquid}, {mixture.composition}"
            )
        if choices.centre not in trajectory.names:
            raise ParameterError(
                f"{trajectory.source.name}: no species {choices.centre!r} among {trajectory.names}: say "
                f"whose cages are wanted, for example --centre {trajectory.names[0]}"
            )
    return mixture, ordered


def _in_order(trajectory: Trajectory, mixture: Mixture, liquid: str) -> Trajectory:
    names = trajectory.names
    if set(names) != set(mixture.species):
        example = ",".join(f"{a}={b}" for a, b in zip(_labels(trajectory), mixture.species, strict=False))
        raise MixtureError(
            f"{trajectory.source.name} has species {names}, {liquid} has {mixture.species}: say which is "
            f"which, for example --names {example}"
        )
    rank = np.array([mixture.species.index(name) for name in names])
    return replace(
        trajectory, species=rank[trajectory.species].astype(np.int32), names=tuple(mixture.species)
    )


def _labels(trajectory: Trajectory) -> list[str]:
    """What the file calls its particles: types 1, 2, ... have become A, B, ..."""
    present = np.unique(trajectory.species)
    letters = [chr(ord("A") + k) for k in range(len(trajectory.names))]
    numbered = list(trajectory.names) == letters
    return [str(k + 1) if numbered else trajectory.names[k] for k in present]


def by_temperature(
    trajectories: Sequence[Trajectory], *, one_interval: bool = True
) -> dict[float, tuple[Trajectory, ...]]:
    """The replicas of each temperature, coldest first, by their names: one result for any order of files.

    one_interval : is it the same between the frames of all replicas?

    Raises
    ------
    ParameterError
        if a run is given twice, or temperatures are too near to each other to be told apart.
    ParameterError, TrajectoryError
        if runs of one temperature are not of one liquid, box and interval between frames.
    """
    _check_once(trajectories)
    states: dict[float, tuple[Trajectory, ...]] = {}
    for run in sorted(trajectories, key=lambda run: (temperature_of(run), run.source.name)):
        states[temperature_of(run)] = (*states.get(temperature_of(run), ()), run)
    for below, above in pairwise(states):
        if f"{below:g}" == f"{above:g}":
            raise ParameterError(
                f"temperatures {below!r} and {above!r} can't be told apart: give replicas the same one"
            )
    for T, runs in states.items():
        _check_replicas(T, runs, one_interval=one_interval)
    return states


def begin_alike(runs: Sequence[Trajectory]) -> bool:
    """Do two of the runs begin in the same configuration, but for rounding?"""
    first = [run.positions(slice(0, 1)) for run in runs]
    # the median, since rounding may fold a particle to the other side of the box
    return any(np.median(np.abs(a - b)) < _ALIKE for a, b in combinations(first, 2))


def _check_once(runs: Sequence[Trajectory]) -> None:
    seen: dict[str, str] = {}
    for run in runs:
        held = run.fingerprint
        if held in seen:
            first = "is given twice" if seen[held] == run.source.name else f"holds what {seen[held]} does"
            raise ParameterError(f"{run.source.name} {first}: replicas are runs of their own")
        seen[held] = run.source.name


def _check_replicas(T: float, runs: Sequence[Trajectory], *, one_interval: bool) -> None:
    first = runs[0]
    for run in runs[1:]:
        both = f"{run.source.name} and {first.source.name} are both of T = {T:g}, and"
        if _counts(run) != _counts(first):
            raise ParameterError(
                f"{both} hold {_counts(run)} and {_counts(first)}: replicas are of one state point only"
            )
        if not _one_box(run, first):
            raise TrajectoryError(f"{both} their boxes differ: replicas are taken together, and have one box")
        if one_interval and not np.isclose(run.interval, first.interval, rtol=1e-6):
            raise TrajectoryError(
                f"{both} their frames are {run.interval:g} and {first.interval:g} apart: replicas are taken "
                "together, and have one interval; write the finer one again with fewer frames"
            )


def _counts(run: Trajectory) -> dict[str, int]:
    """Particles of each species that has any."""
    every = np.bincount(run.species, minlength=len(run.names))
    return {
        name: int(every[k]) for name, k in sorted((name, k) for k, name in enumerate(run.names)) if every[k]
    }


def _one_box(a: Trajectory, b: Trajectory) -> bool:
    """Is it the same box? Of boxes that breathe the volume need only be about the same."""
    ends = [
        (run.boxes(slice(0, 1))[0], run.boxes(slice(run.n_frames - 1, run.n_frames))[0]) for run in (a, b)
    ]
    if all(np.array_equal(begin, end) for begin, end in ends):
        return bool(np.allclose(ends[0][0], ends[1][0], rtol=1e-6))
    first, second = (float(np.mean([box[: a.dimensions].prod() for box in pair])) for pair in ends)
    return abs(first - second) <= _BREATH * first


def one_threshold_each(
    states: Mapping[float, Sequence[Trajectory]], runs: Sequence[Trajectory], chosen: Sequence[float]
) -> list[float]:
    """Of each state, from those of the files."""
    found = {T: {p for run, p in zip(runs, chosen, strict=True) if temperature_of(run) == T} for T in states}
    for T, values in found.items():
        if len(values) > 1:
            raise ParameterError(
                f"replicas at T = {T:g} are taken together, and have one threshold, not {sorted(values)}"
            )
    return [values.pop() for values in found.values()]

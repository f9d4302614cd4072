"""Trajectories of your own put together: species in the liquid's order, replicas of one temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations
from pathlib import Path

import numpy as np

from supercooled import systems
from supercooled.analysis.choices import Choices, temperature_of
from supercooled.analysis.inputs import RUN_FILE
from supercooled.errors import MixtureError, ParameterError
from supercooled.mixture import Mixture
from supercooled.nearest import MOST_SPECIES, check_units
from supercooled.replicas import each_once, replicas
from supercooled.trajectory import Trajectory

# Distance that single precision leaves between one configuration written twice, sigma_AA.
_ALIKE = 1e-5


def in_its_order(
    liquid: str, trajectories: Sequence[Trajectory], choices: Choices
) -> tuple[Mixture, list[Trajectory]]:
    """The mixture, and the trajectories with their species in its order."""
    first = trajectories[0]
    mixture = systems.named(liquid, density=first.n_particles / first.fixed_box().volume).mixture
    for trajectory in trajectories:
        if Path(trajectory.source.name).name == RUN_FILE:
            from supercooled.store.reading import check_made_with

            check_made_with(trajectory.source.name, mixture)
    ordered = [_in_order(trajectory, mixture, liquid) for trajectory in trajectories]
    for given, trajectory in zip(trajectories, ordered, strict=True):
        check_units(trajectory, mixture)
        if not np.allclose(trajectory.composition(), mixture.composition, atol=0.02):
            raise MixtureError(
                f"{trajectory.source.name}: composition {trajectory.composition().round(3)} is not that of "
                f"{liquid}, {mixture.composition}{_other_names(given, mixture)}"
            )
        if choices.species not in trajectory.names:
            raise ParameterError(
                f"{trajectory.source.name}: no species {choices.species!r} among "
                f"{trajectory.names}: choose one, for example --species {trajectory.names[0]}"
            )
    return mixture, ordered


def _in_order(trajectory: Trajectory, mixture: Mixture, liquid: str) -> Trajectory:
    names = trajectory.names
    if set(names) != set(mixture.species):
        example = ",".join(f"{a}={b}" for a, b in zip(_labels(trajectory), mixture.species, strict=False))
        raise MixtureError(
            f"{trajectory.source.name} has species {names}, {liquid} has {mixture.species}: "
            f"match them, for example with --names {example}"
        )
    rank = np.array([mixture.species.index(name) for name in names])
    return replace(
        trajectory, species=rank[trajectory.species].astype(np.int32), names=tuple(mixture.species)
    )


def _other_names(trajectory: Trajectory, mixture: Mixture) -> str:
    """How the species would have to be called for the composition to be that of the liquid, if they can."""
    labels, names = _labels(trajectory), list(trajectory.names)
    if len(names) > MOST_SPECIES or len(labels) != len(names):
        return ""
    there = trajectory.composition()
    for order in permutations(mixture.species):
        wanted = [mixture.composition[mixture.species.index(name)] for name in order]
        if np.allclose(there, wanted, atol=0.02):
            said = ",".join(f"{a}={b}" for a, b in zip(labels, order, strict=True))
            return f"; with --names {said} it would be, if that is the right match"
    return ""


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

    Parameters
    ----------
    one_interval
        is it the same between the frames of all replicas?

    Raises
    ------
    ParameterError
        if a run is given twice, or temperatures are too near to each other to be told apart.
    ParameterError, TrajectoryError
        if runs of one temperature are not of one liquid, box and interval between frames.
    """
    each_once(trajectories)
    states: dict[float, tuple[Trajectory, ...]] = {}
    for run in sorted(trajectories, key=lambda run: (temperature_of(run), run.source.name)):
        states[temperature_of(run)] = (*states.get(temperature_of(run), ()), run)
    for below, above in pairwise(states):
        if f"{below:g}" == f"{above:g}":
            raise ParameterError(
                f"temperatures {below!r} and {above!r} are too close to be distinguished: give "
                "replicas the same one"
            )
    for runs in states.values():
        replicas(runs, one_interval=one_interval)
    return states


def begin_alike(runs: Sequence[Trajectory]) -> bool:
    """Do two of the runs begin in the same configuration, but for rounding?"""
    first = [run.positions(slice(0, 1)) for run in runs]
    # the median, since rounding may fold a particle to the other side of the box
    return any(np.median(np.abs(a - b)) < _ALIKE for a, b in combinations(first, 2))


def that_begin_alike(runs: Sequence[Trajectory]) -> list[list[Trajectory]]:
    """The runs of each configuration, for what is measured of several that start from it."""
    groups: list[list[Trajectory]] = []
    for run in runs:
        for group in groups:
            if run.n_particles == group[0].n_particles and begin_alike([group[0], run]):
                group.append(run)
                break
        else:
            groups.append([run])
    return groups


def one_threshold_each(
    states: Mapping[float, Sequence[Trajectory]], runs: Sequence[Trajectory], chosen: Sequence[float]
) -> list[float]:
    """Of each state, from those of the files."""
    found = {T: {p for run, p in zip(runs, chosen, strict=True) if temperature_of(run) == T} for T in states}
    for T, values in found.items():
        if len(values) > 1:
            raise ParameterError(
                f"replicas at T = {T:g} are averaged and must have one threshold, not {sorted(values)}"
            )
    return [values.pop() for values in found.values()]

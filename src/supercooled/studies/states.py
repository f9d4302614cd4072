"""Trajectories of your own put together: species in the liquid's order, replicas of one temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from supercooled import systems
from supercooled.errors import MixtureError, ParameterError, TrajectoryError
from supercooled.mixture import Mixture
from supercooled.structure.replicas import replicas
from supercooled.studies.line import Choices, temperature_of
from supercooled.trajectory import Trajectory


def in_its_order(
    liquid: str, trajectories: Sequence[Trajectory], choices: Choices
) -> tuple[Mixture, list[Trajectory]]:
    """The mixture, and the trajectories with their species in its order."""
    first = trajectories[0]
    mixture = systems.named(liquid, density=first.n_particles / first.fixed_box().volume).mixture
    ordered = [_in_order(trajectory, mixture, liquid) for trajectory in trajectories]
    for trajectory in ordered:
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
        raise MixtureError(
            f"{trajectory.source.name} has species {names}, {liquid} has {mixture.species}: say which is "
            f"which, for example --names {names[0]}={mixture.species[0]}"
        )
    rank = np.array([mixture.species.index(name) for name in names])
    return replace(
        trajectory, species=rank[trajectory.species].astype(np.int32), names=tuple(mixture.species)
    )


def by_temperature(trajectories: Sequence[Trajectory]) -> dict[float, tuple[Trajectory, ...]]:
    """The replicas of each temperature, coldest first, by their names: one result for any order of files."""
    states: dict[float, tuple[Trajectory, ...]] = {}
    for run in sorted(trajectories, key=lambda run: (temperature_of(run), run.source.name)):
        states[temperature_of(run)] = (*states.get(temperature_of(run), ()), run)
    for T, runs in states.items():
        _check_replicas(T, replicas(runs))
    return states


def _check_replicas(T: float, runs: Sequence[Trajectory]) -> None:
    first = runs[0]
    for k, run in enumerate(runs[1:], start=1):
        if not np.allclose(run.fixed_box().matrix, first.fixed_box().matrix, rtol=1e-6):
            raise TrajectoryError(
                f"{run.source.name} and {first.source.name} are both of T = {T:g}, and their boxes differ: "
                "replicas are taken together, and have one box"
            )
        if any(_same(run, other) for other in runs[:k]):
            raise ParameterError(
                f"{run.source.name} is given twice at T = {T:g}; replicas are runs of their own"
            )


def _same(a: Trajectory, b: Trajectory) -> bool:
    return Path(a.source.name).resolve() == Path(b.source.name).resolve()


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

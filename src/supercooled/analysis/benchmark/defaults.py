"""Which indicators and sets of features a benchmark compares, unless it is given them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from supercooled.datasets import Configuration
from supercooled.errors import SupercooledError
from supercooled.fields import Features
from supercooled.indicators import (
    Average,
    Averages,
    BondOrder,
    CageDistance,
    CageFluctuation,
    DebyeWaller,
    DistanceToInherent,
    LocalDepth,
    PackingOrder,
    PairEntropy,
    PotentialEnergy,
    Variance,
    Vibrality,
    VoronoiVolume,
    inherent,
)
from supercooled.indicators.averaging import CUTOFF
from supercooled.mixture import Mixture
from supercooled.trajectory import Trajectory

# At which one average of the energy knows most of the propensity of the Kob-Andersen liquid.
LENGTH = 1.5
LENGTHS = (0.0, 1.0, 2.0, 3.0, 4.5)
ENERGY, EVERY = "averaged inherent energy", "all indicators averaged"
Sets = Mapping[str, Features | Sequence[Features]]


def default_indicators(
    mixture: Mixture | None, given: Sequence[Configuration], *, slow: bool = False
) -> list[Features]:
    """Those that can be measured of all configurations."""
    still = mixture is not None or all(one.frame.inherent is not None for one in given)
    both: list[Features] = [VoronoiVolume.glassbench(), BondOrder(6), PairEntropy.graham2023()]
    if mixture is not None:
        energy = PotentialEnergy(mixture)
        averaged = Average(energy, LENGTH, cutoff=_cutoff(given))
        both += [PackingOrder.of_mixture(mixture), *_depths(mixture, given), energy, averaged]
    found = list(both)
    if still:
        found += [inherent(one, mixture) for one in both]
        found.append(DistanceToInherent(mixture))
    if mixture is not None and slow:
        found += [CageDistance(mixture), CageFluctuation(mixture), DebyeWaller(mixture), Vibrality(mixture)]
    return found


def _depths(mixture: Mixture, given: Sequence[Configuration]) -> list[Features]:
    """Depth of the cage, with the shells of the g(r) of all configurations at the coldest temperature."""
    coldest = min(one.temperature for one in given)
    frames = {one.name: one.frame for one in given if one.temperature == coldest}
    first = next(iter(frames.values()))
    alike = [one for one in frames.values() if np.array_equal(one.species, first.species)]
    run = Trajectory.from_arrays(
        np.stack([one.positions[:, : one.dimensions] for one in alike]),
        first.box,
        species=first.species,
        names=first.names,
        temperature=coldest,
    )
    try:
        return [replace(LocalDepth.sharma2022(run, mixture), temperature=None)]
    except SupercooledError:
        # A pair that never comes near has no shell.
        return []


def _cutoff(given: Sequence[Configuration]) -> float:
    """Of averages: as far as the smallest box allows, and no farther than 7 sigma_AA."""
    return min(CUTOFF, 0.49 * min(float(one.frame.box.heights.min()) for one in given))


def default_predictors(
    singles: Sequence[Features], mixture: Mixture | None, given: Sequence[Configuration]
) -> Sets:
    """Averaged inherent energy, and every indicator averaged, over each species and all."""
    over = (*given[0].frame.names, "all")
    cutoff = _cutoff(given)

    def averaged(one: Features) -> Features:
        return Averages(one, LENGTHS, over, cutoff)

    found: dict[str, Features | Sequence[Features]] = {}
    if mixture is not None:
        energy = PotentialEnergy(mixture)
        found[ENERGY] = inherent(averaged(energy), mixture)
        for depth in singles:
            if isinstance(depth, LocalDepth):
                found["averaged inherent energy and depth of the cage"] = [
                    inherent(averaged(energy), mixture),
                    averaged(depth),
                    inherent(averaged(depth), mixture),
                ]
        found["averaged inherent energy, its variance"] = [
            inherent(averaged(energy), mixture),
            inherent(averaged(Variance(energy, 1.0, cutoff=cutoff)), mixture),
        ]
        found["averaged inherent energy and volume, distance to the inherent structure"] = [
            inherent(averaged(energy), mixture),
            inherent(averaged(VoronoiVolume()), mixture),
            averaged(DistanceToInherent(mixture)),
        ]
    found[EVERY] = [averaged(one) for one in singles if "averaged" not in one.name]
    return found

"""How long softness lasts, what becomes of it, and how well it ranks who will rearrange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from supercooled import cage, dynamics, relation
from supercooled.analysis.choices import Choices
from supercooled.analysis.results import TAIL
from supercooled.analysis.stages import Results
from supercooled.errors import ParameterError
from supercooled.fields import chunks_of, compute, mapped
from supercooled.indicators import Coordination, LocalDensity, PotentialEnergy
from supercooled.mixture import Mixture
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

__all__ = [
    "FIELDS",
    "GROUPS",
    "HORIZONS",
    "LONGEST",
    "ORIGINS",
    "QUANTILES",
    "STAYS_WITHIN",
    "ranked",
    "remembered",
    "surroundings",
    "windows",
]

# Groups of the softness at the origin, as shares of all particles from the hardest on.
GROUPS = ((0.0, 0.02), (0.23, 0.27), (0.48, 0.52), (0.73, 0.77), (0.98, 1.0))
# Distance that a particle must not leave to have stayed (sharma2022, Sec. IV B).
STAYS_WITHIN = 0.5
ORIGINS = 40
# Share of the run that the longest lag takes: beyond it too few origins are independent.
LONGEST = 0.5
# How far ahead rearrangements are predicted, tau; those that a run is too short for are left out.
HORIZONS = (0.0, 5.0, 15.0, 50.0, 150.0)
QUANTILES = 20
# What ranks, and whether more (1) or less (-1) of it is held to make rearranging likelier. The depth
# ranks as softness does, which falls with it.
FIELDS: Mapping[str, int] = {
    "softness": 1,
    "potential_energy": 1,
    "local_density": -1,
    "coordination": -1,
}


def remembered(run: Trajectory, softness: xr.DataArray, choices: Choices) -> Results:
    """C_S(t), and what becomes of hard and soft particles, of one run.

    Parameters
    ----------
    softness
        (frame, particle), in every frame
    """
    times = softness["time"].values
    lags = dynamics.logarithmic_lags(run, per_decade=8, longest=LONGEST * float(times[-1] - times[0]))
    thinned = softness.isel(frame=slice(None, None, max(1, softness.sizes["frame"] // 200)))
    values = thinned.values[~np.isnan(thinned.values)]
    changes = relation.propagation(
        softness,
        run,
        ranges=[(float(np.quantile(values, low)), float(np.quantile(values, high))) for low, high in GROUPS],
        lags=lags,
        bins=np.linspace(
            float(np.quantile(values, TAIL)), float(np.quantile(values, 1.0 - TAIL)), choices.bins // 2 + 1
        ),
        blocks=choices.blocks,
        stay=relation.StayRule(within=STAYS_WITHIN, overlap_radius=choices.overlap_radius, origins=ORIGINS),
    )
    middle = [0.5 * (low + high) for low, high in GROUPS]
    return {
        "memory": relation.memory(softness, lags=lags, blocks=choices.blocks),
        "propagation": changes.assign_coords(group=middle),
    }


def surroundings(
    run: Trajectory, mixture: Mixture, choices: Choices, *, radial: xr.Dataset, frames: slice
) -> xr.Dataset:
    """Energy, density and coordination of one species, in the first shell of the liquid's g(r)."""
    shells = {
        pair: upper
        for pair, (_, upper) in cage.cutoffs(
            radial, vanishing=choices.vanishing, species=choices.species
        ).items()
    }
    asked = (
        PotentialEnergy(mixture),
        LocalDensity(max(shells.values()), choices.width),
        Coordination(shells),
    )
    found = compute(run, asked, species=choices.species, frames=frames)
    return xr.Dataset({one.name: found[str(one)] for one in asked}, attrs=found.attrs)


def ranked(
    fields: Mapping[str, xr.DataArray], p_hop: xr.DataArray, *, threshold: float, choices: Choices
) -> xr.Dataset:
    """Area under the ROC curve and information of each field at each horizon, (horizon, field).

    Parameters
    ----------
    fields
        by their names in `FIELDS`

    Notes
    -----
    A horizon so far that every particle rearranges within it tells nothing apart, and is left out.
    """
    times = p_hop["time"].values
    # Half of the run must be left to look ahead from.
    horizons = [h for h in HORIZONS if h <= 0.5 * float(times[-1] - times[0])]
    rows, told = [], []
    for horizon in horizons:
        ahead = relation.within_horizon(p_hop, threshold=threshold, horizon=horizon)
        if not any((part <= threshold).any() for _, part in chunks_of(ahead)):
            continue
        told.append(horizon)
        row = [
            relation.ranking(
                mapped(field, partial(np.multiply, FIELDS[name])).rename(name),
                ahead,
                threshold=threshold,
                lead=0.0,
                bins=QUANTILES,
                blocks=choices.blocks,
            )
            for name, field in fields.items()
        ]
        rows.append(xr.concat(row, dim=xr.Variable("field", list(fields)), combine_attrs="drop"))
    if not rows:
        raise ParameterError(
            f"every particle has p_hop above {threshold:g} at all times: raise the threshold"
        )
    return xr.concat(rows, dim=xr.Variable("horizon", told), combine_attrs="drop")


def windows(
    run: Trajectory,
    softness: xr.DataArray,
    *,
    threshold: float,
    lengths: Sequence[float],
    choices: Choices,
) -> xr.Dataset:
    """Share of the rearranging that are softer than the peak, by the window of p_hop, (window)."""
    centres = run.of_species(choices.species)
    shares, used = [], []
    for length in lengths:
        if length > 0.5 * float(run.times[-1] - run.times[0]):
            continue
        hops = dynamics.hops(run, window=length).isel(particle=centres)
        shares.append(
            relation.softer_share(
                softness, hops, threshold=threshold, lead=choices.lead, blocks=choices.blocks
            )
        )
        used.append(length)
    coords: dict[str, Any] = {"window": used}
    return xr.Dataset(
        {
            "share": labelled("probability", [s.value for s in shares], ("window",), coords),
            "share_error": labelled("probability", [s.error for s in shares], ("window",)),
            "chance": labelled("probability", [s.of_all for s in shares], ("window",)),
        }
    )

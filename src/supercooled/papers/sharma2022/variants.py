"""The same cages taken in other ways, on frames evenly spread over the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import xarray as xr

from supercooled import cage
from supercooled.analysis.choices import Choices, temperature_of
from supercooled.cage import Calibration
from supercooled.indicators import LocalDepth
from supercooled.matching import matched
from supercooled.mixture import Mixture
from supercooled.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to take the depth of a particle's cage.

    Parameters
    ----------
    correlation
        C(r) of the particle's own g(r) ("local") or of the liquid's ("ensemble")
    normalisation
        local g(r) by the "total" density or the "partner"'s
    width
        delta of the local g(r), sigma_AA
    """

    correlation: Literal["local", "ensemble"]
    normalisation: Literal["total", "partner"]
    width: float

    @property
    def name(self) -> str:
        """In words that name it in files."""
        return f"{self.correlation}, {self.normalisation}, {self.width:g}"


def spread(run: Trajectory, p_hop: xr.DataArray, wanted: int) -> slice:
    """At most `wanted` frames of a run, counted in it from 0, evenly spread over those with a p_hop.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box
    >>> run = Trajectory.from_arrays(np.zeros((20, 1, 3)), Box.cube(9.0))
    >>> p_hop = xr.DataArray(np.zeros((10, 1)), {"frame": np.arange(7, 17)}, ("frame", "particle"))
    >>> spread(run, p_hop, 5), spread(run[7:], p_hop, 5)
    (slice(7, 17, 2), slice(0, 10, 2))
    """
    rows = matched(p_hop, run).other_rows
    return slice(int(rows[0]), int(rows[-1]) + 1, -(-len(rows) // wanted))


def depths(
    run: Trajectory,
    mixture: Mixture,
    choices: Choices,
    *,
    radial: xr.Dataset,
    variants: Sequence[Variant],
    frames: slice,
) -> xr.Dataset:
    """Depth by each of the variants: ``depth`` (variant, frame, particle)."""
    cutoffs = cage.cutoffs(radial, vanishing=choices.vanishing, species=choices.species)
    found = [
        LocalDepth(
            mixture,
            cutoffs,
            variant.correlation,
            variant.normalisation,
            width=variant.width,
            # a narrow Gaussian needs a fine sum
            dr=min(choices.depth_dr, variant.width / 4.0),
            temperature=temperature_of(run),
            rdf=radial if variant.correlation == "ensemble" else None,
        ).of(run, species=choices.species, frames=frames)
        for variant in variants
    ]
    names = xr.Variable("variant", [variant.name for variant in variants])
    return xr.concat(found, dim=names, combine_attrs="drop_conflicts").to_dataset()


def softness_of(depth: xr.DataArray, calibration: Calibration) -> xr.DataArray:
    """Softness of the depths of one variant, whose leftover coordinate would only be in the way."""
    return calibration.softness(depth.drop_vars("variant", errors="ignore"))

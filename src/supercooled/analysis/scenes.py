"""The run that the page turns in the hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from supercooled import cage, dynamics, report
from supercooled.analysis.choices import Choices
from supercooled.analysis.measurement import Measured
from supercooled.cage import Calibration
from supercooled.report.scene import MOST
from supercooled.trajectory import Trajectory

__all__ = ["scene_of", "scene_of_softness"]

FRAMES = 12


def scene_of(
    run: Trajectory,
    measured: Measured,
    calibration: Calibration | None,
    choices: Choices,
    *,
    frames: int = FRAMES,
) -> Mapping[str, xr.Dataset]:
    """The group "scene" of a state's first run, coloured by softness, depth and p_hop.

    Empty where a page can't hold that many particles.
    """
    if run.n_particles > MOST or not measured.depths:
        return {}
    depth, p_hop = measured.depths[0], measured.hops[0]
    both = np.intersect1d(depth["frame"].values, p_hop["frame"].values)
    if len(both) == 0:
        return {}
    shown = both[np.linspace(0, len(both) - 1, min(frames, len(both))).round().astype(int)]
    depth, p_hop = depth.sel(frame=shown), p_hop.sel(frame=shown)
    soft = {} if calibration is None else {"softness": calibration.softness(depth)}
    return {
        "scene": report.scene(
            run,
            fields={**soft, "depth": depth, "p_hop": p_hop},
            frames=frames,
            width=choices.width,
            cutoffs=cage.cutoffs(measured.radial, vanishing=choices.vanishing, species=choices.species),
            normalisation=choices.normalisation,
        )
    }


def scene_of_softness(
    run: Trajectory, softness: xr.DataArray, *, window: float, width: float, frames: int = FRAMES
) -> Mapping[str, xr.Dataset]:
    """The group "scene" of a run coloured by a learned softness and by p_hop.

    Parameters
    ----------
    window
        of p_hop, tau
    width
        of the Gaussians of a particle's own g(r), sigma_AA
    """
    if run.n_particles > MOST:
        return {}
    p_hop = dynamics.hops(run, window=window)
    fields = {"learned_softness": softness, "p_hop": p_hop}
    if len(np.intersect1d(softness["frame"].values, p_hop["frame"].values)) == 0:
        return {}
    return {
        "scene": report.scene(
            run, fields=fields, frames=frames, width=width, cutoffs={}, normalisation="total"
        )
    }

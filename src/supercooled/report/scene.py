"""Some frames of a liquid with the fields of its particles: what the page turns in the hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from typing import Literal

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, validated
from supercooled.arrays import Integers
from supercooled.errors import ParameterError
from supercooled.matching import Labels, field_values, matched
from supercooled.quantities import quantity
from supercooled.trajectory import Trajectory

# A frame of 10 000 particles is a fifth of a megabyte of page; at most 20 of them.
MOST = 200_000


@validated
def scene(
    run: Trajectory,
    *,
    fields: Mapping[str, xr.DataArray],
    frames: int = 12,
    width: Positive,
    cutoffs: Mapping[str, tuple[float, float]],
    normalisation: Literal["total", "partner"],
) -> xr.Dataset:
    """Frames of `run`, evenly spread, with those particle fields that the page's 3-D view colours by.

    Parameters
    ----------
    run
        trajectory
    fields
        by names in the table of quantities, (frame, particle), of `run`; what a field lacks is NaN
    frames
        how many at most; fewer where the particles are so many that the page would swell
    width
        of the Gaussians of a particle's own g(r), sigma_AA
    cutoffs
        (lower, upper) of the first shell of each pair, sigma_AA, as from
        :func:`supercooled.cage.cutoffs`
    normalisation
        of a particle's own g(r), by the "total" density or the "partner"'s

    Returns
    -------
    xr.Dataset
        ``positions`` (frame, particle, axis) in units of the box's edges, -1/2 to 1/2, and the
        fields (frame, particle).

    Raises
    ------
    ParameterError
        if there are no fields, or no frame in which all of them stand, or more particles than a page holds.
    BoxError
        if the box changes.

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.quantities import labelled
    >>> run = Trajectory.from_arrays(np.zeros((4, 2, 3)), Box.cube(5.0))
    >>> depth = labelled("depth", np.ones((2, 1)), ("frame", "particle"), {"frame": [1, 3], "particle": [1]})
    >>> made = scene(run, fields={"depth": depth}, frames=9, width=0.1, cutoffs={}, normalisation="total")
    >>> made.frame.values.tolist(), made.depth.values.tolist()
    ([1, 3], [[nan, 1.0], [nan, 1.0]])
    """
    if not fields:
        raise ParameterError(
            "a scene needs a field for the colours, for example fields={'softness': softness}"
        )
    if run.n_particles > MOST:
        raise ParameterError(f"{run.n_particles} particles are more than a page can show, {MOST}")
    if normalisation not in ("total", "partner"):
        raise ParameterError(f"normalisation must be 'total' or 'partner', not {normalisation!r}")
    box = run.fixed_box()
    rows = _shown(run, fields, frames)
    shown = replace(run, frames=run.frames[rows], moments=None if run.moments is None else run.moments[rows])
    positions = shown.positions()
    coords = {"frame": shown.frames, "particle": np.arange(run.n_particles)}
    data = {
        "positions": (("frame", "particle", "axis"), box.fractional(positions).astype(np.float32)),
        "species": ("particle", run.species.astype(np.int32)),
        "time": ("frame", shown.times),
        "box": ("edge", box.to_array()),
    }
    made = xr.Dataset(data, coords=coords)
    for name, field in fields.items():
        entry = quantity(name)
        made[name] = (("frame", "particle"), field_values(name, field, shown).astype(np.float32))
        made[name].attrs = {"units": entry.unit, "long_name": entry.long_name}
    return made.assign_attrs(
        fields=list(fields),
        names=list(run.names),
        dimensions=run.dimensions,
        temperature=float("nan") if run.temperature is None else float(run.temperature),
        width=float(width),
        normalisation=normalisation,
        cutoffs=json.dumps({pair: [float(low), float(high)] for pair, (low, high) in cutoffs.items()}),
    )


def _shown(run: Trajectory, fields: Mapping[str, xr.DataArray], frames: int) -> Integers:
    """Which of the run's frames every field has, thinned."""
    places = [matched(Labels.of(field, name), run).other_rows for name, field in fields.items()]
    both = reduce(np.intersect1d, places)
    if len(both) == 0:
        raise ParameterError(f"{run.source.name}: no frame has all of {', '.join(fields)}")
    most = min(max(1, frames), max(1, MOST // run.n_particles), len(both))
    return np.asarray(both[np.linspace(0, len(both) - 1, most).round().astype(int)], dtype=np.int64)

"""Whether a field and a p_hop belong together: temperatures, times, frames and particles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from supercooled.arrays import Integers
from supercooled.errors import ParameterError


def check_temperatures(given: Sequence[xr.DataArray]) -> None:
    """Replicas are of one temperature; what does not say its own is taken as it is."""
    known = [
        one
        for one in given
        if "temperature" in one.coords
        and one["temperature"].ndim == 0
        and np.isfinite(float(one["temperature"]))
    ]
    for one in known[1:]:
        ours, theirs = (float(each["temperature"]) for each in (known[0], one))
        if not np.isclose(ours, theirs):
            raise ParameterError(
                f"{known[0].name} is of T = {ours:g}, and a {one.name} given with it of T = {theirs:g}: give "
                "the runs of one temperature, in the same order"
            )


def check_times(
    field: xr.DataArray, p_hop: xr.DataArray, rows: Integers, hop_rows: Integers, lead: float
) -> None:
    """Frames are numbers; of two files they may be of other times."""
    if not all("time" in one.coords and one["time"].dims == ("frame",) for one in (field, p_hop)):
        return
    times = p_hop["time"].values
    apart = times[hop_rows] - field["time"].values[rows]
    # Written times are rounded; what matters is a good part of an interval.
    between = float(np.nanmin(np.abs(np.diff(times)), initial=np.inf))
    within = (
        1e-2 * between if np.isfinite(between) and between > 0 else 1e-6 * float(np.nanmax(np.abs(times)))
    )
    wrong = np.isfinite(apart) & (np.abs(apart - lead) > within)
    if wrong.any():
        k = int(np.argmax(wrong))
        at, later = (one["time"].values[r[k]] for one, r in ((field, rows), (p_hop, hop_rows)))
        raise ParameterError(
            f"frame {field['frame'].values[rows[k]]} of {field.name} is at {at:g}, and what is {lead:g} "
            f"later in p_hop at {later:g}: their frames are numbered in different files; give both the same "
            "numbers with assign_coords(frame=...), or, if only time counts from elsewhere, drop_vars('time')"
        )


def lead_in_frames(p_hop: xr.DataArray, lead: float) -> int:
    """How many frames a time is; refused where it is no whole number of them."""
    if not np.isfinite(lead):
        raise ParameterError(f"lead must be a time, not {lead}, for example lead=0.0")
    if lead == 0:
        return 0
    if p_hop.sizes["frame"] < 2 or "time" not in p_hop.coords:
        raise ParameterError("a lead needs p_hop in at least two frames, with their `time` coordinate")
    times, frames = p_hop["time"].values, p_hop["frame"].values
    frames_per_time = (frames[-1] - frames[0]) / (times[-1] - times[0])
    exact = float(lead * frames_per_time)
    if abs(exact - round(exact)) > 1e-6 * max(1.0, abs(exact)):
        raise ParameterError(
            f"a lead of {lead:g} is not a multiple of the interval between frames, {1 / frames_per_time:g}"
        )
    return round(exact)


def same_particles(field: xr.DataArray, p_hop: xr.DataArray) -> tuple[Integers, Integers]:
    """Places in both of the particles that are in both."""
    if "particle" in field.coords and "particle" in p_hop.coords:
        _, columns, hop_columns = np.intersect1d(
            field["particle"].values, p_hop["particle"].values, return_indices=True
        )
        if len(columns) == 0:
            raise ParameterError(f"{field.name} and p_hop have no particle in common")
        return columns, hop_columns
    n, m = field.sizes["particle"], p_hop.sizes["particle"]
    if n != m:
        raise ParameterError(
            f"{field.name} has {n} particles, p_hop {m}, and no `particle` coordinate says which are which"
        )
    return np.arange(n), np.arange(m)

"""From one result or several to the report's drawings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.errors import ParameterError
from supercooled.report.style import made_by

Data = TypeVar("Data", xr.Dataset, xr.DataArray)
Curves: TypeAlias = xr.Dataset | Sequence[xr.Dataset]


def axes_of(draw: Callable[..., Figure], *arguments: Any) -> tuple[Axes, ...]:
    """Axes of a report's figure, which a notebook shows."""
    from matplotlib import pyplot

    # what a notebook sets when it first loads its backend must not be undone with our style
    pyplot.draw_if_interactive()  # type: ignore[no-untyped-call]
    with made_by(pyplot.figure):
        return tuple(draw(*arguments).axes)


def by_temperature(
    results: Data | Sequence[Data], temperatures: Sequence[float] | None, *needed: str
) -> Data:
    """Results side by side along ``temperature``, cold to hot.

    Raises
    ------
    ParameterError
        if something that is drawn is lacking, or there are several and nothing says their temperatures, or
        as many are not given.
    """
    parts = [results] if isinstance(results, (xr.Dataset, xr.DataArray)) else list(results)
    if not parts:
        raise ParameterError("there is no result to plot")
    for part in parts:
        if lacking := [name for name in needed if name not in part and name not in part.dims]:
            raise ParameterError(f"a result to plot lacks {', '.join(lacking)}: it contains {_held(part)}")
    if len(parts) == 1 and "temperature" in parts[0].dims:
        return parts[0]
    at = [_temperature(part) for part in parts] if temperatures is None else list(temperatures)
    if len(at) != len(parts):
        raise ParameterError(f"{len(parts)} results need the same number of temperatures, not {len(at)}")
    if len(parts) > 1 and not np.isfinite(at).all():
        raise ParameterError(
            "give the temperatures of several results, for example temperatures=[0.47, 0.58]"
        )
    bare = [part.drop_vars("temperature", errors="ignore") for part in parts]
    along = xr.Variable("temperature", np.asarray(at, dtype=np.float64))
    joined: Data = xr.concat(bare, dim=along, join="outer", combine_attrs="override")
    return joined.assign_coords(temperature=along).sortby("temperature")


def _held(part: xr.Dataset | xr.DataArray) -> str:
    names = part.data_vars if isinstance(part, xr.Dataset) else part.dims
    return ", ".join(str(name) for name in names) or "nothing"


def _temperature(part: xr.Dataset | xr.DataArray) -> float:
    known = part.coords.get("temperature", part.attrs.get("temperature"))
    return float("nan") if known is None else float(known)


def without_key(axes: tuple[Axes, ...], data: xr.Dataset | xr.DataArray) -> tuple[Axes, ...]:
    """No key where the only temperature is not known."""
    if not np.isfinite(data["temperature"].values).all():
        for each in axes:
            if (key := each.get_legend()) is not None:
                key.remove()
    return axes

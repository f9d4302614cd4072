"""What a figure says in words, and how its numbers are spelled out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from markupsafe import Markup

from supercooled.arrays import Array
from supercooled.report.numbers import shown, temperature_text
from supercooled.report.style import floats

Results = Mapping[str, xr.Dataset]


@dataclass(frozen=True, slots=True)
class Words:
    """A caption and a description of what the figure shows."""

    caption: Markup
    description: str


def values(data: xr.Dataset | xr.DataArray) -> list[float]:
    """Temperatures, cold to hot."""
    return [float(value) for value in data["temperature"].values]


def each(data: xr.DataArray) -> list[tuple[float, Array]]:
    """(temperature, curve) without the places where there is none."""
    return [(t, floats(data.sel(temperature=t).dropna(data.dims[-1]))) for t in values(data)]


def at(temperature: float) -> str:
    """The temperature in words."""
    return f"at T = {temperature_text(temperature)}"


def temperatures(data: xr.Dataset | xr.DataArray) -> str:
    """All of them in words."""
    return "T = " + ", ".join(temperature_text(value) for value in values(data))


def pairs(data: xr.DataArray) -> str:
    """Pairs of species in words."""
    return ", ".join(str(pair) for pair in data["pair"].values)


def or_not(data: xr.DataArray, temperature: float) -> str:
    """The value, or that the run did not reach it."""
    value = float(data.sel(temperature=temperature))
    return shown(value, digits=3) if np.isfinite(value) else "not reached"


def with_error(data: xr.Dataset, name: str, temperature: float) -> str:
    """Value with its error at a temperature."""
    error = float(data[f"{name}_error"].sel(temperature=temperature)) if f"{name}_error" in data else None
    return f"{shown(float(data[name].sel(temperature=temperature)), error)} {at(temperature)}"


def listed(data: xr.Dataset, name: str) -> str:
    """The same at every temperature."""
    return ", ".join(with_error(data, name, t) for t in values(data))

"""Rows of what was tried: other wave numbers, and other rules of activity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from supercooled.papers.nandi2021.chosen import SOFTNESS, softness_line
from supercooled.papers.nandi2021.liquids import PASSIVE, Studied
from supercooled.papers.nandi2021.measuring import Point
from supercooled.report import Row

STRONG = "ka-wca 1.05"


def far_row(far: xr.Dataset) -> list[Row]:
    """How near one q_max of its own could bring the strong liquid's coldest and hottest states."""
    label = {one.name: one.label for one in PASSIVE}[STRONG]
    here = far.isel(point=np.flatnonzero(far["liquid"].values == label))
    if not here.sizes["point"]:
        return []
    ends = here.isel(
        point=[int(np.argmin(here["temperature"].values)), int(np.argmax(here["temperature"].values))]
    )
    line = np.array([softness_line(STRONG, float(T)) for T in ends["temperature"].values])
    off = ends["softness"].values / line[:, None] - 1
    worst = np.abs(off).max(axis=0)
    k = int(np.argmin(worst))
    cold, hot = (100 * float(value) for value in off[:, k])
    return [
        Row.judge(
            item="Table III, q_max tried",
            quantity="largest deviation of S at the best q_max",
            state=f"{label}, T = {', '.join(f'{T:g}' for T in ends['temperature'].values)}",
            published=None,
            measured=float(worst[k]),
            uncertainty=None,
            unit="1",
            tolerance=None,
            note=f"At q_max = {float(far['q_max'][k]):g}, the best tried, the colder is {cold:+.0f} %, "
            f"the hotter {hot:+.0f} % off: the printed line is steeper than any q_max makes ours.",
        )
    ]


def scan_rows(scanned: Sequence[tuple[Studied, Point]]) -> list[Row]:
    """Who may be active and for how long: softness beside the printed line, assumption by assumption."""
    nearest: dict[str, tuple[float, str]] = {}
    made = []
    for studied, point in scanned:
        value, line = point.number("softness"), softness_line(studied.name, point.temperature)
        off = abs(value / line - 1)
        if off < nearest.get(studied.name, (np.inf, ""))[0]:
            nearest[studied.name] = (off, studied.label)
        made.append((studied, point, value, line))
    return [
        Row.judge(
            item="Table III, activity scanned",
            quantity="softness",
            state=f"{studied.label}, T = {point.temperature:g}",
            published=line,
            measured=value,
            uncertainty=finite(point.number("softness_error")),
            unit="sigma_AA^5",
            tolerance=SOFTNESS,
            kind="scan",
            note=("Nearest at this f0. " if nearest[studied.name][1] == studied.label else "")
            + f"{relaxed(point.number('tau_alpha'))}; the paper does not say who is active.",
        )
        for studied, point, value, line in made
    ]


def relaxed(time: float) -> str:
    """The relaxation time in words.

    Examples
    --------
    >>> relaxed(14.63), relaxed(float("nan"))
    ('τ_α = 14.6', 'τ_α is longer than the run')
    """
    return f"τ_α = {time:.3g}" if np.isfinite(time) else "τ_α is longer than the run"


def finite(value: float) -> float | None:
    """The value, None where it is not finite."""
    return value if np.isfinite(value) else None

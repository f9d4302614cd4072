"""The datasets that the figures and tables of the page are made from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from supercooled.papers.nandi2021.chosen import PRINTED, Choices
from supercooled.papers.nandi2021.measuring import Point
from supercooled.papers.nandi2021.relating import Related, collapses, readings
from supercooled.quantities import labelled


def tables(
    found: Sequence[Related], points: Sequence[Sequence[Point]], choices: Choices
) -> dict[str, xr.Dataset]:
    """The datasets that the figures and tables of the page are made from."""
    results = {"master": _points(found, points), "master_lines": _lines(found)}
    every = [reading for one in found if not one.studied.active for reading in readings(one, choices)]
    if every:
        results["slopes"] = xr.Dataset(
            {
                "liquid": ("reading", [r.liquid for r in every]),
                "zero": ("reading", [r.zero for r in every]),
                "window": ("reading", [r.window for r in every]),
                "slope": ("reading", [r.slope for r in every]),
                "slope_error": ("reading", [r.error for r in every]),
            }
        )
    lawful = [one for one in found if one.laws is not None]
    if lawful:
        results["laws"] = xr.concat(
            [one.laws for one in lawful if one.laws is not None], "liquid"
        ).assign_coords(liquid=[one.studied.label for one in lawful])
    for name, collapse in collapses(found).items():
        results["master"].attrs[f"{name}_before"] = collapse.before
        results["master"].attrs[f"{name}_after"] = collapse.after
    return results


def _points(found: Sequence[Related], points: Sequence[Sequence[Point]]) -> xr.Dataset:
    """Every state point of every liquid, one behind the other."""
    flat = [(one, k, point) for one, each in zip(found, points, strict=True) for k, point in enumerate(each)]

    def column(quantity: str, name: str) -> xr.DataArray:
        return labelled(quantity, [point.number(name) for _, _, point in flat], ("point",))

    data = {
        name: column(quantity, name)
        for name, quantity in (
            ("softness", "softness"), ("softness_error", "softness"), ("softness_fit", "softness"),
            ("depth", "depth_q"), ("depth_error", "depth_q"), ("cage_range", "cage_range"),
            ("log_first_passage_time", "log_first_passage_time"), ("log_kramers_time", "log_kramers_time"),
            ("tau_alpha", "relaxation_time"), ("tau_alpha_error", "relaxation_time"),
        )
    }  # fmt: skip
    data["barrier"] = labelled("barrier", [one.barrier[k] for one, k, _ in flat], ("point",))
    table = PRINTED["systems"]
    lines = [(table[one.studied.name], point.temperature) for one, _, point in flat]
    data["published_softness"] = labelled("softness", [r["a0"] + r["a1"] * T for r, T in lines], ("point",))
    return xr.Dataset(
        data,
        {
            "liquid": ("point", [one.studied.label for one, _, _ in flat]),
            "at": ("point", [point.temperature for _, _, point in flat]),
            "cold": ("point", np.array([one.cold[k] for one, k, _ in flat])),
            "active": ("point", np.array([one.studied.active for one, _, _ in flat])),
        },
    )


def _lines(found: Sequence[Related]) -> xr.Dataset:
    """Intercept and slope of the four lines of each liquid, its onset and tau_0."""
    data: dict[str, tuple[str, list[float]]] = {}
    for name in ("line", "cage", "time", "dynamics"):
        for part in ("intercept", "slope", "correlation"):
            data[f"{name}_{part}"] = (
                "liquid",
                [np.nan if (line := getattr(one, name)) is None else getattr(line, part) for one in found],
            )
    data["onset"] = ("liquid", [one.onset for one in found])
    data["onset_error"] = ("liquid", [one.onset_error for one in found])
    data["tau_0"] = ("liquid", [one.tau_0 for one in found])
    return xr.Dataset(data, {"liquid": [one.studied.label for one in found]})

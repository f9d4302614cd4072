"""The words of the dynamics figures."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup

from supercooled.report.captions.common import Results, Words, at, each, or_not, temperatures, values
from supercooled.report.numbers import shown, temperature_text


def msd(results: Results) -> Words:
    """Mean squared displacement."""
    data = results["dynamics"]
    caption = Markup("Mean squared displacement")
    if "p_c" in data:
        caption += Markup("; a mark is <i>p<sub>c</sub></i>, its value where <i>α</i><sub>2</sub> is largest")
    return Words(
        caption + Markup("."), f"Mean squared displacement at {temperatures(data)}. {_thresholds(data)}"
    )


def alpha2(results: Results) -> Words:
    """Non-Gaussian parameter."""
    data = results["dynamics"]
    tops = [f"{shown(float(curve.max()), digits=3)} {at(t)}" for t, curve in each(data["alpha2"])]
    caption = Markup("Non-Gaussian parameter <i>α</i><sub>2</sub>")
    missing = [
        temperature_text(t)
        for t in values(data)
        if "p_c" in data and not np.isfinite(data["p_c"].sel(temperature=t))
    ]
    if missing:
        caption += Markup(
            "; the run at <i>T</i> = {} is too short for its maximum, so no <i>p<sub>c</sub></i> is given"
        ).format(", ".join(missing))
    return Words(
        caption + Markup("."), f"Largest non-Gaussian parameter: {', '.join(tops)}. {_thresholds(data)}"
    )


def overlap(results: Results) -> Words:
    """Overlap and relaxation time."""
    data = results["dynamics"]
    text = f"Self overlap function at {temperatures(data)}."
    caption = Markup("Self overlap <i>q</i>(<i>t</i>)")
    if "tau_alpha" in data:
        times = [f"{or_not(data['tau_alpha'], t)} {at(t)}" for t in values(data)]
        caption += Markup("; a mark is <i>τ<sub>α</sub></i>, where it has fallen to 1/e")
        text += f" Relaxation times: {', '.join(times)}."
    return Words(caption + Markup("."), text)


def p_hop(results: Results) -> Words:
    """Traces of p_hop."""
    data = results["hops"]
    threshold, temperature = data.attrs.get("p_c"), data.attrs.get("temperature")
    where = (
        Markup(" at <i>T</i> = {}").format(temperature_text(temperature)) if temperature is not None else ""
    )
    line = (
        Markup("; dashed, the threshold <i>p<sub>c</sub></i> = {}").format(shown(threshold))
        if threshold
        else ""
    )
    return Words(
        Markup("<i>p</i><sub>hop</sub> of single particles{}{}.").format(where, line),
        f"p_hop of {data.sizes['particle_shown']} particles in time, "
        f"at most {shown(float(data['p_hop'].max()), digits=3)}.",
    )


def _thresholds(data: xr.Dataset) -> str:
    if "p_c" not in data:
        return ""
    return "p_c: " + ", ".join(f"{or_not(data['p_c'], t)} {at(t)}" for t in values(data)) + "."

"""The words of each figure: a caption for the page and a text for those who can't see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from markupsafe import Markup

from supercooled.report.numbers import shown

Results = Mapping[str, xr.Dataset]


@dataclass(frozen=True, slots=True)
class Words:
    """A caption and a description of what the figure shows."""

    caption: Markup
    description: str


def radial_distribution(results: Results) -> Words:
    """g(r)."""
    data = results["structure"]["radial_distribution"]
    first = data.isel(pair=0)
    peaks = [f"{shown(float(curve.max()), digits=3)} at T = {t:g}" for t, curve in _each(first)]
    return Words(
        Markup("Partial radial distribution functions <i>g</i>(<i>r</i>)."),
        f"Radial distribution functions of {_pairs(data)} at {_temperatures(data)}; "
        f"the first peak of {first['pair'].item()} is {', '.join(peaks)}.",
    )


def structure_factor(results: Results) -> Words:
    """S(q)."""
    data = results["structure"]["structure_factor"]
    return Words(
        Markup("Partial structure factors <i>S</i>(<i>q</i>) over every wave vector of the periodic box."),
        f"Structure factors of {_pairs(data)} at {_temperatures(data)}, "
        f"for q up to {float(data['q'].max()):.4g}.",
    )


def caging_potential(results: Results) -> Words:
    """The caging potential."""
    data = results["cage"]
    floors = [
        f"{shown(float(curve[0]), digits=3)} at T = {t:g}" for t, curve in _each(data["caging_potential"])
    ]
    q_max = data.attrs.get("q_max")
    reach = Markup(", from wave numbers up to {}").format(f"{q_max:g}") if q_max is not None else ""
    return Words(
        Markup(
            "Caging potential <i>β</i>Φ<sub>q</sub>(Δ<i>r</i>){} (sharma2022, Eq. 3); dashed, the parabola "
            "1/(2<i>S</i>) Δ<i>r</i><sup>2</sup> above its minimum."
        ).format(reach),
        f"Caging potential against displacement at {_temperatures(data)}; its floor is {', '.join(floors)}.",
    )


def softness(results: Results) -> Words:
    """Softness against temperature."""
    data = results["cage"]
    values = [_with_error(data, "softness", t) for t in _values(data)]
    caption = Markup("Softness <i>S</i> of the mean-field cage against temperature.")
    text = f"Softness {', '.join(values)}."
    if "published_softness" in data:
        off = 100 * (data["softness"] / data["published_softness"] - 1)
        caption += Markup(
            " Dashed, the published line of nandi2021 (Table III); below, the deviation from it, "
            "with a band of ±5 %."
        )
        text += (
            f" It deviates from the published line by {float(off.min()):+.1f} to {float(off.max()):+.1f} %."
        )
    return Words(caption, text)


def depth_q(results: Results) -> Words:
    """Depth from S(q) against inverse softness."""
    data = results["cage"]
    caption = Markup(
        "Depth <i>β</i>Φ<sub>q</sub> of the cage from the structure factor against the inverse softness"
    )
    caption += (
        Markup("; inset, against the depth <i>β</i>Φ<sub>r</sub>.") if "depth_r" in data else Markup(".")
    )
    return Words(caption, f"Depth of the cage from the structure factor: {_listed(data, 'depth_q')}.")


def depth_r(results: Results) -> Words:
    """Depth from g(r) against inverse softness."""
    data = results["cage"]
    caption = Markup(
        "Depth <i>β</i>Φ<sub>r</sub> from the radial distribution function, "
        "which calibrates the local softness"
    )
    c0, c1 = data.attrs.get("c0"), data.attrs.get("c1")
    if c0 is not None and c1 is not None:
        caption += Markup(
            ": 1/<i>S</i> = <i>c</i><sub>0</sub> + <i>c</i><sub>1</sub> <i>β</i>Φ<sub>r</sub>, "
            "<i>c</i><sub>0</sub> = {}, <i>c</i><sub>1</sub> = {}"
        ).format(shown(float(c0)), shown(float(c1)))
    if data.attrs.get("reading"):
        caption += Markup(" (reading: {})").format(data.attrs["reading"])
    return Words(caption + Markup("."), f"Depth of the cage from g(r): {_listed(data, 'depth_r')}.")


def msd(results: Results) -> Words:
    """Mean squared displacement."""
    data = results["dynamics"]
    caption = Markup("Mean squared displacement")
    if "p_c" in data:
        caption += Markup("; a mark is <i>p<sub>c</sub></i>, its value where <i>α</i><sub>2</sub> is largest")
    return Words(
        caption + Markup("."), f"Mean squared displacement at {_temperatures(data)}. {_thresholds(data)}"
    )


def alpha2(results: Results) -> Words:
    """Non-Gaussian parameter."""
    data = results["dynamics"]
    tops = [f"{shown(float(curve.max()), digits=3)} at T = {t:g}" for t, curve in _each(data["alpha2"])]
    caption = Markup("Non-Gaussian parameter <i>α</i><sub>2</sub>")
    missing = [
        f"{t:g}" for t in _values(data) if "p_c" in data and not np.isfinite(data["p_c"].sel(temperature=t))
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
    text = f"Self overlap function at {_temperatures(data)}."
    caption = Markup("Self overlap <i>q</i>(<i>t</i>)")
    if "tau_alpha" in data:
        times = [f"{_or_not(data['tau_alpha'], t)} at T = {t:g}" for t in _values(data)]
        caption += Markup("; a mark is <i>τ<sub>α</sub></i>, where it has fallen to 1/e")
        text += f" Relaxation times: {', '.join(times)}."
    return Words(caption + Markup("."), text)


def p_hop(results: Results) -> Words:
    """Traces of p_hop."""
    data = results["hops"]
    threshold, temperature = data.attrs.get("p_c"), data.attrs.get("temperature")
    where = Markup(" at <i>T</i> = {}").format(f"{temperature:g}") if temperature is not None else ""
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


def depth_distribution(results: Results) -> Words:
    """P(depth)."""
    return Words(
        Markup("Distribution of the local depth <i>β</i>Φ<sub>r</sub>."),
        f"Distribution of the local depth; its highest point is at {_modes(results, 'P_depth', 'depth')}.",
    )


def softness_distribution(results: Results) -> Words:
    """P(S)."""
    return Words(
        Markup("Distribution of the local softness <i>S</i>."),
        f"Distribution of the local softness; its highest point is at {_modes(results, 'P_S', 'softness')}.",
    )


def rearranging_softness(results: Results) -> Words:
    """P(S) and P(S|R)."""
    data = results["distributions"]
    caption = Markup(
        "Softness of all particles, <i>P</i>(<i>S</i>) (grey), and of those about to rearrange, "
        "<i>P</i>(<i>S</i>|<i>R</i>) (coloured)"
    )
    text = "Distributions of the softness of all particles and of those about to rearrange."
    if "share" in data:
        caption += Markup(
            "; dashed, the peak of <i>P</i>(<i>S</i>), and the share of the rearranging that is softer"
        )
        text += f" Share softer than the peak: {_listed(data, 'share')}."
    return Words(caption + Markup("."), text)


def rearranging_depth(results: Results) -> Words:
    """P(depth) and P(depth|R)."""
    return Words(
        Markup("The same for the depth <i>β</i>Φ<sub>r</sub> of the cage."),
        "Distributions of the depth of all particles and of those about to rearrange, "
        f"at {_temperatures(results['distributions'])}.",
    )


def rearrangement_probability(results: Results) -> Words:
    """P_R(S)."""
    data = results["rearrangement"]["rearrangement_probability"]
    seen = [(t, curve[np.isfinite(curve) & (curve > 0)]) for t, curve in _each(data)]
    rises = [f"from {curve[0]:.2g} to {curve[-1]:.2g} at T = {t:g}" for t, curve in seen if len(curve)]
    return Words(
        Markup("Share <i>P<sub>R</sub></i>(<i>S</i>) of the particles of a softness that rearrange."),
        f"Probability of rearranging against softness, {'; '.join(rises)}.",
    )


def arrhenius(results: Results) -> Words:
    """The Arrhenius lines."""
    attributes = results["arrhenius"].attrs
    caption = Markup(
        "log<sub>10</sub> <i>P<sub>R</sub></i> against 1/<i>T</i> at fixed softness, with the fitted lines"
    )
    text = "Logarithm of the probability of rearranging against inverse temperature at fixed softness"
    if attributes.get("onset") is not None and np.isfinite(attributes["onset"]):
        onset = shown(attributes["onset"], attributes.get("onset_error"))
        caption += Markup("; they cross at <i>T</i><sub>0</sub> = {}").format(onset)
        text += f"; the lines cross at T_0 = {onset}"
    return Words(caption + Markup("."), text + ".")


def barrier(results: Results) -> Words:
    """Barrier against softness."""
    values = results["arrhenius"]["barrier"].dropna("softness")
    return Words(
        Markup(
            "Barrier Δ<i>E</i>(<i>S</i>), in natural units (left) and as the slope of "
            "log<sub>10</sub> <i>P<sub>R</sub></i> that sharma2022 prints (right)."
        ),
        f"Energy barrier against softness, from {float(values[0]):.3g} "
        f"at S = {shown(float(values.softness[0]))} to {float(values[-1]):.3g} "
        f"at S = {shown(float(values.softness[-1]))}.",
    )


def _values(data: xr.Dataset | xr.DataArray) -> list[float]:
    return [float(value) for value in data["temperature"].values]


def _each(data: xr.DataArray) -> list[tuple[float, np.ndarray]]:
    return [
        (t, np.asarray(data.sel(temperature=t).dropna(data.dims[-1]), dtype=float)) for t in _values(data)
    ]


def _temperatures(data: xr.Dataset | xr.DataArray) -> str:
    return "T = " + ", ".join(f"{value:g}" for value in _values(data))


def _pairs(data: xr.DataArray) -> str:
    return ", ".join(str(pair) for pair in data["pair"].values)


def _or_not(data: xr.DataArray, temperature: float) -> str:
    value = float(data.sel(temperature=temperature))
    return shown(value, digits=3) if np.isfinite(value) else "not reached"


def _with_error(data: xr.Dataset, name: str, temperature: float) -> str:
    error = float(data[f"{name}_error"].sel(temperature=temperature)) if f"{name}_error" in data else None
    return f"{shown(float(data[name].sel(temperature=temperature)), error)} at T = {temperature:g}"


def _listed(data: xr.Dataset, name: str) -> str:
    return ", ".join(_with_error(data, name, t) for t in _values(data))


def _thresholds(data: xr.Dataset) -> str:
    if "p_c" not in data:
        return ""
    return "p_c: " + ", ".join(f"{_or_not(data['p_c'], t)} at T = {t:g}" for t in _values(data)) + "."


def _modes(results: Results, name: str, along: str) -> str:
    data = results["distributions"][name]
    peaks = data.fillna(-1.0).idxmax(along)
    return ", ".join(
        f"{shown(float(peaks.sel(temperature=t)), digits=3)} at T = {t:g}" for t in _values(data)
    )

"""The words of the local softness figures."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from supercooled.report.captions.common import Results, Words, at, each, listed, temperatures, values
from supercooled.report.numbers import shown
from supercooled.report.style import finite


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
        "Softness of all particles, <i>P</i>(<i>S</i>) (grey), and of those that rearrange, "
        "<i>P</i>(<i>S</i>|<i>R</i>) (coloured)"
    )
    text = "Distributions of the softness of all particles and of those that rearrange."
    if "share" in data:
        caption += Markup(
            "; dashed, the peak of <i>P</i>(<i>S</i>), and the share of the rearranging that is softer"
        )
        text += f" Share softer than the peak: {listed(data, 'share')}."
    return Words(caption + Markup("."), text)


def rearranging_depth(results: Results) -> Words:
    """P(depth) and P(depth|R)."""
    data = results["distributions"]
    if "P_S_R" in data:
        caption = Markup("The same for the depth <i>β</i>Φ<sub>r</sub> of the cage.")
    else:
        caption = Markup(
            "Depth of the cage of all particles, <i>P</i>(<i>β</i>Φ<sub>r</sub>) (grey), "
            "and of those that rearrange, <i>P</i>(<i>β</i>Φ<sub>r</sub>|<i>R</i>) (coloured)."
        )
    return Words(
        caption,
        f"Distributions of the depth of all particles and of those that rearrange, at {temperatures(data)}.",
    )


def rearrangement_probability(results: Results) -> Words:
    """P_R(S)."""
    data = results["rearrangement"]["rearrangement_probability"]
    seen = [(t, curve[np.isfinite(curve) & (curve > 0)]) for t, curve in each(data)]
    rises = [f"from {curve[0]:.2g} to {curve[-1]:.2g} {at(t)}" for t, curve in seen if len(curve)]
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
    if finite(attributes.get("onset")) is not None:
        onset = shown(attributes["onset"], attributes.get("onset_error"))
        caption += Markup("; they cross at <i>T</i><sub>0</sub> = {}").format(onset)
        text += f"; the lines cross at T_0 = {onset}"
    return Words(caption + Markup("."), text + ".")


def barrier(results: Results) -> Words:
    """Barrier against softness."""
    fitted = results["arrhenius"]["barrier"].dropna("softness")
    return Words(
        Markup(
            "Barrier Δ<i>E</i>(<i>S</i>), in natural units (left) and as the slope of "
            "log<sub>10</sub> <i>P<sub>R</sub></i> that sharma2022 prints (right)."
        ),
        f"Energy barrier against softness, from {float(fitted[0]):.3g} "
        f"at S = {shown(float(fitted.softness[0]))} to {float(fitted[-1]):.3g} "
        f"at S = {shown(float(fitted.softness[-1]))}.",
    )


def barrier_entropy(results: Results) -> Words:
    """Barrier against entropy."""
    data = results["arrhenius"]
    caption = Markup("The barrier against Σ(<i>S</i>)")
    text = "Energy barrier against the logarithm of the attempt probability"
    if finite(data.attrs.get("onset")) is not None:
        onset = shown(data.attrs["onset"], data.attrs.get("onset_error"))
        caption += Markup("; the slope is the onset temperature <i>T</i><sub>0</sub> = {}").format(onset)
        text += f"; the slope is the onset temperature {onset}"
    return Words(caption + Markup("."), text + ".")


def _modes(results: Results, name: str, along: str) -> str:
    data = results["distributions"][name]
    peaks = data.fillna(-1.0).idxmax(along)
    return ", ".join(f"{shown(float(peaks.sel(temperature=t)), digits=3)} {at(t)}" for t in values(data))

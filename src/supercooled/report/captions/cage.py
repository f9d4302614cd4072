"""The words of the cage figures."""

from __future__ import annotations

from markupsafe import Markup

from supercooled.report.captions.common import Results, Words, at, each, listed, temperatures
from supercooled.report.numbers import shown


def caging_potential(results: Results) -> Words:
    """The caging potential."""
    data = results["cage"]
    floors = [f"{shown(float(curve[0]), digits=3)} {at(t)}" for t, curve in each(data["caging_potential"])]
    q_max = data.attrs.get("q_max")
    reach = Markup(", from wave numbers up to {}").format(f"{q_max:g}") if q_max is not None else ""
    return Words(
        Markup(
            "Caging potential <i>β</i>Φ<sub>q</sub>(Δ<i>r</i>){} (sharma2022, Eq. 3); dashed, the parabola "
            "1/(2<i>S</i>) Δ<i>r</i><sup>2</sup> above its minimum."
        ).format(reach),
        f"Caging potential against displacement at {temperatures(data)}; its floor is {', '.join(floors)}.",
    )


def softness(results: Results) -> Words:
    """Softness against temperature."""
    data = results["cage"]
    measured = listed(data, "softness")
    caption = Markup("Softness <i>S</i> of the mean-field cage against temperature.")
    text = f"Softness {measured}."
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
    return Words(caption, f"Depth of the cage from the structure factor: {listed(data, 'depth_q')}.")


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
    return Words(caption + Markup("."), f"Depth of the cage from g(r): {listed(data, 'depth_r')}.")

"""The words of the figures of memory, ranking, neighbourhoods, widths and windows."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from supercooled.report.captions.common import Results, Words, at, temperatures, values, with_error
from supercooled.report.numbers import shown
from supercooled.report.style import finite, floats


def memory(results: Results) -> Words:
    """C_S(t) and q(t)."""
    data = results["memory"]["memory"]
    first = [f"{float(data.sel(temperature=t).dropna('lag')[0]):.2f} {at(t)}" for t in values(data)]
    return Words(
        Markup(
            "Correlation <i>C<sub>S</sub></i>(<i>t</i>) of softness with itself (lines) and the overlap "
            "<i>q</i>(<i>t</i>) (dotted)."
        ),
        "Correlation of softness with itself at a later time beside the overlap; at the first lag it is "
        f"{', '.join(first)}.",
    )


def propagator(results: Results) -> Words:
    """G(S, S0, t)."""
    where = results["propagator"].attrs.get("temperature")
    place = f" at T = {where:g}" if where is not None else ""
    return Words(
        Markup(
            "Distribution of the softness of particles that began among the hardest and never left a "
            "distance of 0.5, after the times <i>t</i>{}."
        ).format(place),
        f"Softness of particles that began hard and stayed, at several later times{place}: it widens and "
        "moves to the average.",
    )


def propagated_mean(results: Results) -> Words:
    """Mean softness by the first softness."""
    data = results["propagation"].isel(temperature=0)
    starts = ", ".join(f"{1e3 * float(s):.2f}" for s in floats(data["initial"]))
    return Words(
        Markup("Mean softness of particles that stayed, by the softness they began with."),
        f"Mean softness of particles that stayed; they began with {starts} times 0.001 and come together.",
    )


def overlap_by_softness(results: Results) -> Words:
    """q(S, t)."""
    data = results["propagation"]
    ts = values(data)
    two = [ts[0], *ts[2:3]]
    shown_at = Markup(" and <i>T</i> = ").join(f"{t:g}" for t in two)
    return Words(
        Markup(
            "Overlap of the hardest, the middle and the softest particles at <i>T</i> = {} (the first "
            "full, the second dashed)."
        ).format(shown_at),
        f"Overlap of hard and soft particles at T = {' and '.join(f'{t:g}' for t in two)}: soft ones first.",
    )


def area_by_horizon(results: Results) -> Words:
    """Area under the ROC curve at the coldest temperature."""
    data = results["ranking"].isel(temperature=0)
    first = data.isel(horizon=0)
    said = [
        f"{shown(float(first['auc'].sel(field=f)), digits=3)} by {f}" for f in map(str, data.field.values)
    ]
    where = at(float(data["temperature"])) if "temperature" in data.coords else ""
    return Words(
        Markup(
            "Area under the ROC curve for rearranging within a horizon, at the coldest temperature; "
            "0.5 is a guess."
        ),
        f"Area under the ROC curve {where}, in the same frame: {', '.join(said).replace('_', ' ')}.",
    )


def area_by_temperature(results: Results) -> Words:
    """The same by temperature."""
    data = results["ranking"].isel(horizon=0).sel(field="softness")
    said = ", ".join(with_error(data, "auc", t) for t in values(data))
    return Words(
        Markup("The same in the frame of the structure, against the temperature."),
        f"Area under the ROC curve of softness: {said}.",
    )


def collapse(results: Results) -> Words:
    """All softnesses on one line."""
    data = results["arrhenius"]["barrier"].dropna("softness")
    return Words(
        Markup(
            "<i>P<sub>R</sub></i>/<i>P</i><sub>0</sub> against Δ<i>E</i>/<i>T</i> of every softness; the "
            "line is exp(−Δ<i>E</i>/<i>T</i>)."
        ),
        f"Probability of rearranging over its prefactor against barrier over temperature, for {data.size} "
        "softnesses, beside an exponential.",
    )


def representative(results: Results) -> Words:
    """g(r) of single particles."""
    pairs = ", ".join(map(str, results["neighbourhood"]["pair"].values))
    return Words(
        Markup("The same of one particle that rearranges and of one that does not."),
        f"Local radial distributions {pairs} of one rearranging and one resting particle in one frame.",
    )


def smeared(results: Results) -> Words:
    """Averaged local g(r) by width."""
    return Words(
        Markup("Average of the local <i>g</i>(<i>r</i>) for several widths δ."),
        f"Averaged local radial distribution for widths {_widths(results)}: wider ones lower the first peak.",
    )


def one_particle(results: Results) -> Words:
    """One particle's g(r) by width."""
    return Words(
        Markup("Local <i>g</i>(<i>r</i>) of one particle in one frame for several widths δ."),
        f"Local radial distribution of one particle for widths {_widths(results)}.",
    )


def softness_by_width(results: Results) -> Words:
    """P(S) and P(S|R) by width."""
    widths = ", ".join(f"{float(w):g}" for w in results["widths"]["width"].values)
    return Words(
        Markup(
            "Softness of all particles and of those that rearrange for several widths δ, coldest temperature."
        ),
        f"Distributions of softness of all and of rearranging particles for widths {widths}.",
    )


def _widths(results: Results) -> str:
    return ", ".join(f"{float(w):g}" for w in results["neighbourhood"]["width"].values)


def around(results: Results) -> Words:
    """g(r) about the rearranging."""
    g = results["neighbourhood"]["around"]
    first = str(g["pair"].values[0])
    tops = [float(g.sel(who=who, pair=first).max()) for who in ("rearranging", "all")]
    return Words(
        Markup("Radial distribution about particles that rearrange and about all, coldest temperature."),
        f"Radial distribution about rearranging particles and about all: the first peak of {first} is "
        f"{tops[0]:.2f} high about the rearranging, {tops[1]:.2f} about all.",
    )


def closures(results: Results) -> Words:
    """C(r) by closure and from S(q)."""
    data = results["closures"]["direct_correlation"].isel(temperature=0)
    chain, exact = (data.isel(closure=k, pair=0) for k in (0, 1))
    tops = [float(np.nanmax(floats(c.sel(r=slice(0.9, 1.4))))) for c in (chain, exact)]
    return Words(
        Markup(
            "Direct correlation functions in the hypernetted-chain approximation and from "
            "<i>S</i>(<i>q</i>) up to <i>q</i><sub>max</sub>, coldest temperature."
        ),
        f"Direct correlation functions of distance; the first maximum is {tops[0]:.2f} in the closure and "
        f"{tops[1]:.2f} from S(q).",
    )


def share_by_width(results: Results) -> Words:
    """Shares by delta."""
    data = results["widths"]
    cold = data["share"].isel(temperature=0)
    said = ", ".join(f"{float(cold.sel(width=w)):.3f} for {float(w):g}" for w in data["width"].values)
    return Words(
        Markup(
            "Share of the rearranging that is softer than the peak against δ; bars are printed, for the "
            "coldest."
        ),
        f"Share softer than the peak by the width of the local g(r), coldest temperature: {said}.",
    )


def share_by_window(results: Results) -> Words:
    """Shares by the window of p_hop."""
    data = results["windows"]
    cold = data["share"].isel(temperature=0).dropna("window")
    said = ", ".join(f"{float(v):.3f} for {float(w):g}" for v, w in zip(cold, cold["window"], strict=True))
    return Words(
        Markup("The same against the window Δ<i>t</i> of <i>p</i><sub>hop</sub>."),
        f"Share softer than the peak by the window of p_hop, coldest temperature: {said}.",
    )


def probability_by_depth(results: Results) -> Words:
    """P_R(depth)."""
    data = results["depth_rearrangement"]
    return Words(
        Markup("Share of the particles of a depth that rearrange."),
        f"Probability of rearranging against the depth of the cage at {temperatures(data)}: deeper, rarer.",
    )


def barrier_by_depth(results: Results) -> Words:
    """Barrier against depth."""
    data = results["depth_arrhenius"]
    seen = data["barrier"].dropna("depth")
    onset = finite(data.attrs.get("onset"))
    said = (
        "" if onset is None else f"; the lines cross at T_0 = {shown(onset, data.attrs.get('onset_error'))}"
    )
    return Words(
        Markup("Barrier against the depth of the cage."),
        f"Energy barrier from {float(seen[0]):.3g} to {float(seen[-1]):.3g} with growing depth{said}.",
    )

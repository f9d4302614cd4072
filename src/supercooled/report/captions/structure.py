"""The words of the structure figures."""

from __future__ import annotations

from markupsafe import Markup

from supercooled.report.captions.common import Results, Words, at, each, pairs, temperatures
from supercooled.report.numbers import shown


def radial_distribution(results: Results) -> Words:
    """g(r)."""
    data = results["structure"]["radial_distribution"]
    first = data.isel(pair=0)
    peaks = [f"{shown(float(curve.max()), digits=3)} {at(t)}" for t, curve in each(first)]
    return Words(
        Markup("Partial radial distribution functions <i>g</i>(<i>r</i>)."),
        f"Radial distribution functions of {pairs(data)} at {temperatures(data)}; "
        f"the first peak of {first['pair'].item()} is {', '.join(peaks)}.",
    )


def structure_factor(results: Results) -> Words:
    """S(q)."""
    data = results["structure"]["structure_factor"]
    return Words(
        Markup("Partial structure factors <i>S</i>(<i>q</i>) over every wave vector of the periodic box."),
        f"Structure factors of {pairs(data)} at {temperatures(data)}, "
        f"for q up to {float(data['q'].max()):.4g}.",
    )

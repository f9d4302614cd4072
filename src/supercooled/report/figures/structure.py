"""The liquid's structure: radial distribution and structure factor."""

from __future__ import annotations

import re

import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.report.numbers import at_temperature, curves, pairs_text, shown, temperatures_text
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import QUIET, axis, by_temperature, figure, key_above, panel


@figure
def radial_distribution(structure: xr.Dataset) -> Figure:
    """g(r) of each pair, one strip a pair."""
    return _strips(structure["radial_distribution"], "r", start=0.6, symbol="g")


def radial_distribution_caption(results: Results) -> Caption:
    """g(r)."""
    data = results["structure"]["radial_distribution"]
    first = data.isel(pair=0)
    peaks = [f"{shown(float(curve.max()), digits=3)} {at_temperature(t)}" for t, curve in curves(first)]
    return Caption(
        Markup("Partial radial distribution functions <i>g</i>(<i>r</i>)."),
        f"Radial distribution functions of {pairs_text(data)} at {temperatures_text(data)}; "
        f"the first peak of {first['pair'].item()} is {', '.join(peaks)}.",
    )


@figure
def structure_factor(structure: xr.Dataset) -> Figure:
    """S(q) of each pair, one strip a pair."""
    return _strips(structure["structure_factor"], "q", start=0.0, symbol="S")


def structure_factor_caption(results: Results) -> Caption:
    """S(q)."""
    data = results["structure"]["structure_factor"]
    return Caption(
        Markup("Partial structure factors <i>S</i>(<i>q</i>) over every wave vector of the periodic box."),
        f"Structure factors of {pairs_text(data)} at {temperatures_text(data)}, "
        f"for q up to {float(data['q'].max()):.4g}.",
    )


def _strips(data: xr.DataArray, along: str, *, start: float, symbol: str) -> Figure:
    pairs = [str(pair) for pair in data["pair"].values]
    fig, strips = panel(rows=len(pairs), height=0.95 + 1.05 * len(pairs))
    for axes, pair in zip(strips, pairs, strict=True):
        asymptote = float(_same(pair)) if symbol == "S" else 1.0
        axes.axhline(asymptote, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
        for temperature, label, colour, _ in by_temperature(data):
            # runs with boxes of their own have shells of their own
            curve = data.sel(pair=pair, temperature=temperature).dropna(along)
            axes.plot(curve[along], curve, color=colour, linewidth=1.0, label=label)
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, 0.0) if symbol == "S" else 0.0, high + 0.06 * (high - low))
        name = re.sub(r"[^A-Za-z0-9]", "", pair)
        axes.set_ylabel(rf"${symbol}_{{{name}}}({along})$")
    key_above(strips[0], "$T$")
    strips[-1].set_xlim(start, float(data[along].max()))
    strips[-1].set_xlabel(axis(along))
    fig.align_ylabels(strips)
    return fig


def _same(pair: str) -> bool:
    # "AA" or "Si-Si"
    one, dash, other = pair.partition("-")
    return one == other if dash else len(set(pair)) == 1


PLATES: tuple[Plate, ...] = (
    Plate(
        "structure",
        "Structure of the liquid",
        (
            drawn_by(
                radial_distribution,
                radial_distribution_caption,
                "structure/radial_distribution",
            ),
            drawn_by(structure_factor, structure_factor_caption, "structure/structure_factor"),
        ),
    ),
)

"""The liquid's structure: radial distribution and structure factor."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from supercooled.report.style import INK, QUIET, axis, by_temperature, figure, panel


@figure
def radial_distribution(structure: xr.Dataset) -> Figure:
    """g(r) of each pair, one strip a pair."""
    return _strips(structure["radial_distribution"], "r", start=0.6, symbol="g")


@figure
def structure_factor(structure: xr.Dataset) -> Figure:
    """S(q) of each pair, one strip a pair."""
    return _strips(structure["structure_factor"], "q", start=0.0, symbol="S")


def _strips(data: xr.DataArray, along: str, *, start: float, symbol: str) -> Figure:
    pairs = [str(pair) for pair in data["pair"].values]
    fig, strips = panel(rows=len(pairs), height=0.75 + 1.05 * len(pairs))
    for axes, pair in zip(strips, pairs, strict=True):
        asymptote = float(len(set(pair)) == 1) if symbol == "S" else 1.0
        axes.axhline(asymptote, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
        for temperature, label, colour, _ in by_temperature(data):
            curve = data.sel(pair=pair, temperature=temperature)
            axes.plot(data[along], curve, color=colour, linewidth=1.0, label=label)
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, 0.0) if symbol == "S" else 0.0, high + 0.06 * (high - low))
        axes.set_ylabel(rf"${symbol}_{{{pair}}}({along})$")
    strips[0].legend(title="$T$", loc="upper right", ncols=2 if data.sizes["temperature"] > 4 else 1)
    strips[-1].set_xlim(start, float(data[along].max()))
    strips[-1].set_xlabel(axis(along))
    strips[-1].xaxis.label.set_color(INK)
    fig.align_ylabels(strips)
    return fig

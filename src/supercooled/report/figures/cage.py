"""The mean-field cage: its potential, its softness and what ties the two together."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.style import (
    CALM,
    FAINT,
    INK,
    PAPER,
    TALL,
    axis,
    by_temperature,
    errors_of,
    figure,
    floats,
    key_above,
    panel,
)


@figure
def potential(cage: xr.Dataset) -> Figure:
    r"""Caging potential against the displacement, and the parabola that its softness stands for."""
    fig, (axes,) = panel(height=TALL)
    x = floats(cage["displacement"])
    for temperature, label, colour, _ in by_temperature(cage):
        here = cage.sel(temperature=temperature)
        axes.plot(x, here["caging_potential"], color=colour, label=label)
        if "softness" in cage:
            floor, curvature = float(here["caging_potential"][0]), 1.0 / float(here["softness"])
            axes.plot(x, floor + curvature * x**2 / 2, color=colour, linewidth=0.7, linestyle=(0, (4, 2)))
    low, high = float(cage["caging_potential"].min()), float(cage["caging_potential"].max())
    axes.set_ylim(low - 0.04 * (high - low), max(high, 0.0) + 0.08 * (high - low))
    axes.set_xlim(0, float(x.max()))
    axes.set(xlabel=r"$\Delta r$ ($\sigma_{AA}$)", ylabel=r"$\beta\Phi_q(\Delta r)$")
    # Lines fill the panel from corner to corner: the key stands above it.
    key_above(axes, "$T$")
    return fig


@figure
def softness(cage: xr.Dataset) -> Figure:
    """Softness against temperature, with the published line, and how far it lies from it."""
    published = cage.get("published_softness")
    if published is None:
        fig, (axes,) = panel()
    else:
        fig, (axes, strip) = panel(rows=2, height=TALL, ratios=(3, 1))
    x, y = floats(cage["temperature"]), 1e3 * floats(cage["softness"])
    error = errors_of(cage, "softness")
    if published is not None:
        # nandi2021 prints a straight line, so its values at our temperatures draw it
        line = np.polynomial.Polynomial.fit(x, 1e3 * floats(published), 1 if len(x) > 1 else 0)
        wide = np.array([x.min(), x.max()]) + np.array([-0.06, 0.06]) * max(float(np.ptp(x)), 0.1)
        axes.plot(wide, line(wide), color=INK, linewidth=0.9, linestyle=(0, (5, 2)), label="published line")
        off = 100 * (y / (1e3 * floats(published)) - 1)
        spread = None if error is None else 1e5 * error / (1e3 * floats(published))
        strip.axhspan(-5, 5, color=FAINT, linewidth=0, alpha=0.6)
        strip.axhline(0, color=INK, linewidth=0.9, linestyle=(0, (5, 2)))
        _points(strip, cage, x, off, spread)
        reach = max(8.0, 1.25 * float(np.nanmax(np.abs(off))))
        strip.set(ylim=(-reach, reach), ylabel="dev. (%)", xlim=(wide[0], wide[1]))
    _points(axes, cage, x, y, None if error is None else 1e3 * error)
    axes.set_ylabel(axis("softness", power=-3))
    fig.axes[-1].set_xlabel(axis("temperature"))
    if published is not None:
        axes.legend(loc="upper left")
        fig.align_ylabels(fig.axes)
    return fig


@figure
def depth_q(cage: xr.Dataset) -> Figure:
    r"""Depth from the structure factor against the inverse softness; inset, one depth against the other."""
    fig, (axes,) = panel()
    x, y = 1e-3 / floats(cage["softness"]), floats(cage["depth_q"])
    _points(axes, cage, x, y, errors_of(cage, "depth_q"), named=True)
    axes.set(xlabel=r"$1/S$ ($10^{3}\,\sigma_{AA}^{-2}$)", ylabel=axis("depth_q"))
    axes.margins(0.12)
    axes.legend(loc="upper left")
    if "depth_r" in cage and cage.sizes["temperature"] > 1:
        inset = axes.inset_axes((0.655, 0.175, 0.325, 0.33))
        inset.tick_params(labelsize=7.5, pad=2)
        _points(inset, cage, floats(cage["depth_r"]), y, None, size=3.0)
        inset.margins(0.18)
        inset.set_xlabel(axis("depth_r"), fontsize=8, labelpad=1)
        inset.set_ylabel(axis("depth_q"), fontsize=8, labelpad=1)
    return fig


@figure
def depth_r(cage: xr.Dataset) -> Figure:
    r"""Inverse softness and the depth from g(r), with the line 1/S = c0 + c1 depth that calibrates."""
    fig, (axes,) = panel()
    x, y = 1e-3 / floats(cage["softness"]), floats(cage["depth_r"])
    c0, c1 = cage.attrs.get("c0"), cage.attrs.get("c1")
    if c0 is not None and c1:
        reach = np.array([y.min(), y.max()]) + np.array([-0.08, 0.08]) * float(np.ptp(y) or 1.0)
        axes.plot(
            1e-3 * (c0 + c1 * reach), reach, color=CALM, linewidth=0.9, label=r"$1/S = c_0 + c_1\beta\Phi_r$"
        )
    _points(axes, cage, x, y, None, named=True)
    axes.set(xlabel=r"$1/S$ ($10^{3}\,\sigma_{AA}^{-2}$)", ylabel=axis("depth_r"))
    axes.margins(0.08)
    axes.legend(loc="upper left")
    return fig


def _points(
    axes: Axes,
    data: xr.Dataset,
    x: Array,
    y: Array,
    error: Array | None,
    *,
    named: bool = False,
    size: float | None = None,
) -> None:
    for i, (_, name, colour, marker) in enumerate(by_temperature(data)):
        axes.errorbar(
            x[i],
            y[i],
            yerr=None if error is None else error[i],
            color=colour,
            marker=marker,
            markersize=size,
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            linestyle="none",
            elinewidth=1.0,
            label=f"$T = {name}$" if named else None,
            zorder=3,
        )

"""Many liquids at once: softness, barriers and times on master curves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.style import (
    FAINT,
    INK,
    MARKERS,
    PAPER,
    QUIET,
    TALL,
    WIDTH,
    axis,
    figure,
    floats,
    panel,
    steps,
)

# Inset of temperatures up to here; density 1.6 lies beyond.
COLD = 1.3
SOFT = r"$1/S$ ($10^{3}\,\sigma_{AA}^{-2}$)"


class Shade(NamedTuple):
    """How a liquid is drawn, in every figure alike."""

    name: str
    colour: str
    marker: str
    hollow: bool


def shades(data: xr.Dataset) -> list[Shade]:
    """A shade for each liquid, in their order; those that push themselves are hollow."""
    names = list(dict.fromkeys(str(name) for name in data["liquid"].values))
    active = [bool(data["active"].values[data["liquid"].values == name].any()) for name in names]
    colours = steps(len(names))
    return [
        Shade(name, colour, MARKERS[k % len(MARKERS)], hollow)
        for k, (name, colour, hollow) in enumerate(zip(names, colours, active, strict=True))
    ]


@figure
def softness(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Softness against temperature with the printed lines; inset, the denser liquids too."""
    fig, (axes,) = panel(height=TALL + 0.45)
    # Cold and soft is where no liquid is.
    inset = axes.inset_axes((0.09, 0.66, 0.30, 0.29))
    inset.tick_params(labelsize=7.5, pad=2)
    for shade, here in _liquids(master):
        T, S = floats(here["at"]), 1e3 * floats(here["softness"])
        error, printed = 1e3 * floats(here["softness_error"]), 1e3 * floats(here["published_softness"])
        cold = here["cold"].values.astype(bool)
        for where, most in ((axes, COLD), (inset, 4.5)):
            near = most >= T
            _points(where, shade, T[near], S[near], error[near], size=None if where is axes else 2.6)
            drawn = cold & near
            if drawn.sum() > 1:
                where.plot(T[drawn], printed[drawn], color=shade.colour, linewidth=0.9, zorder=2)
    axes.set(xlabel=axis("temperature"), ylabel=axis("softness", power=-3), xlim=(0, COLD), ylim=(0, None))
    inset.set(xlim=(0, 4.5), ylim=(0, None))
    inset.set_title("all densities", fontsize=8, color=QUIET, pad=2, loc="right")
    _key(fig, axes)
    return fig


@figure
def depth(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Depth of the cage against inverse softness; inset, the escape times on the master curve."""
    fig, (axes,) = panel(height=TALL + 0.45)
    inset = axes.inset_axes((0.60, 0.11, 0.38, 0.36))
    inset.tick_params(labelsize=7.5, pad=2)
    for shade, here in _liquids(master):
        S = floats(here["softness"])
        _points(axes, shade, 1e-3 / S, floats(here["depth"]), floats(here["depth_error"]))
        scaled = _scaled(here, lines, shade.name, "time", floats(here["log_first_passage_time"]))
        cold = here["cold"].values.astype(bool)
        if scaled is not None:
            _points(inset, shade, 1e3 * S[cold], 1e-3 * scaled[cold], None, size=2.6)
    _master(inset)
    inset.set_xlabel(r"$10^3 S$", fontsize=8, labelpad=1)
    inset.set_ylabel(r"$10^{-3}(\ln\tau_\mathrm{mfpt} - C)/B$", fontsize=8, labelpad=1)
    axes.set(xlabel=SOFT, ylabel=r"$\beta\Delta\Phi$")
    axes.margins(0.1)
    _key(fig, axes)
    return fig


@figure
def times(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Relaxation time against inverse temperature, onsets marked."""
    fig, (axes,) = panel(height=TALL + 0.45)
    for shade, here in _liquids(master):
        tau, error = floats(here["tau_alpha"]), floats(here["tau_alpha_error"])
        _points(axes, shade, 1.0 / floats(here["at"]), tau, error, line=True)
        row = lines.sel(liquid=shade.name)
        if np.isfinite(float(row["onset"])):
            axes.plot(1.0 / float(row["onset"]), float(row["tau_0"]), "|", color=INK, markersize=9, zorder=5)
    axes.set(yscale="log", xlabel=r"$1/T$ ($k_B/\epsilon_{AA}$)", ylabel=axis("relaxation_time"))
    _key(fig, axes)
    return fig


@figure
def barriers(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Barrier of the relaxation against inverse softness, with each liquid's line; inset, near the origin."""
    fig, (axes,) = panel(height=TALL + 0.45)
    inset = axes.inset_axes((0.07, 0.60, 0.38, 0.36))
    inset.tick_params(labelsize=7.5, pad=2)
    inset.yaxis.tick_right()
    for shade, here in _liquids(master):
        cold = here["cold"].values.astype(bool)
        x, y = 1e-3 / floats(here["softness"])[cold], floats(here["barrier"])[cold]
        row = lines.sel(liquid=shade.name)
        for where in (axes, inset):
            _points(where, shade, x, y, None, size=None if where is axes else 2.6)
            if len(x) and np.isfinite(float(row["dynamics_slope"])):
                reach = np.array([x.min(), x.max()])
                line = float(row["dynamics_intercept"]) + float(row["dynamics_slope"]) * 1e3 * reach
                where.plot(reach, line, color=shade.colour, linewidth=0.8, zorder=2)
    inset.set(xlim=(0.4, 1.5), ylim=(-0.1, 1.6))
    axes.set(xlabel=SOFT, ylabel=r"$\Delta E = T\ln(\tau_\alpha/\tau_0)$ ($\epsilon_{AA}$)")
    axes.margins(0.1)
    _key(fig, axes)
    return fig


@figure
def collapse(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Scaled barriers against softness: the master curve of all liquids."""
    fig, (axes,) = panel(height=TALL + 0.45)
    for shade, here in _liquids(master):
        scaled = _scaled(here, lines, shade.name, "dynamics", floats(here["barrier"]))
        cold = here["cold"].values.astype(bool)
        if scaled is not None:
            _points(axes, shade, 1e3 * floats(here["softness"])[cold], 1e-3 * scaled[cold], None)
    _master(axes)
    axes.set(
        xlabel=axis("softness", power=-3),
        ylabel=r"$[T\ln(\tau_\alpha/\tau_0) - C']/B'$ ($10^{3}\,\sigma_{AA}^{-2}$)",
    )
    _key(fig, axes)
    return fig


@figure
def escape(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Escape time from the cage against softness, nothing scaled."""
    return _against_softness(
        master, lambda here: floats(here["log_first_passage_time"]), axis("log_first_passage_time")
    )


@figure
def relaxation(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Relaxation time against softness, nothing scaled."""
    return _against_softness(
        master, lambda here: np.log10(floats(here["tau_alpha"])), r"$\log_{10}\tau_\alpha$ ($\tau$)"
    )


@figure
def inverse_temperature(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Softness against inverse temperature with and without attraction, at one density."""
    fig, (axes,) = panel()
    for shade, here in _liquids(master):
        if shade.name in ("LJ 1.2", "WCA 1.2"):
            S, error = 1e3 * floats(here["softness"]), 1e3 * floats(here["softness_error"])
            _points(axes, shade, 1.0 / floats(here["at"]), S, error, line=True)
    axes.set(xlabel=r"$1/T$ ($k_B/\epsilon_{AA}$)", ylabel=axis("softness", power=-3))
    axes.legend(loc="upper right")
    return fig


@figure
def reach(far: xr.Dataset) -> Figure:
    """Softness against the upper wave number, each liquid in units of the study's own."""
    return _convention(far, "softness", "q_max", r"$q_\mathrm{max}$ ($\sigma_{AA}^{-1}$)")


@figure
def fit_range(far: xr.Dataset) -> Figure:
    """Softness of a parabola fitted to a finite range, in units of the curvature at 0."""
    return _convention(far, "softness_fit", "fit_end", r"end of the fit ($\sigma_{AA}$)")


@figure
def learned(data: xr.Dataset) -> Figure:
    """Mean learned softness against the softness of the mean-field cage, and a line through each liquid."""
    fig, (axes,) = panel(height=TALL)
    names = list(dict.fromkeys(str(name) for name in data["liquid"].values))
    for k, (name, colour) in enumerate(zip(names, steps(len(names) + 1), strict=False)):
        here = data.isel(point=np.flatnonzero(data["liquid"].values == name))
        x, y = 1e3 * floats(here["softness"]), floats(here["learned_softness"])
        shade = Shade(name, colour, MARKERS[k], hollow=False)
        _points(axes, shade, x, y, floats(here["learned_softness_error"]))
        if len(x) > 1:
            slope, intercept = np.polyfit(x, y, 1)
            reach = np.array([x.min(), x.max()])
            axes.plot(reach, intercept + slope * reach, color=colour, linewidth=0.8, zorder=2)
    axes.set(xlabel=axis("softness", power=-3), ylabel=r"$\langle S_\mathrm{ML}\rangle$")
    axes.legend(loc="upper left")
    return fig


@figure
def learned_barriers(data: xr.Dataset) -> Figure:
    """Barrier of rearrangement against the inverse of the shifted learned softness."""
    fig, (axes,) = panel(height=TALL)
    S, E = floats(data["learned_softness"]), floats(data["barrier"])
    shift = float(data["shift_printed"])
    x = 1.0 / (S + shift)
    slope, intercept = np.polyfit(x, E, 1, w=1.0 / floats(data["barrier_error"]))
    axes.plot(x, intercept + slope * x, color=FAINT, linewidth=0.9, zorder=1)
    shade = Shade("LJ 1.2", steps(2)[0], MARKERS[0], hollow=False)
    _points(axes, shade, x, E, floats(data["barrier_error"]))
    axes.set(xlabel=r"$1/(S_\mathrm{ML} + S_0)$", ylabel=r"$\Delta E_\mathrm{ML}$ ($\epsilon_{AA}$)")
    return fig


def _convention(far: xr.Dataset, name: str, along: str, label: str) -> Figure:
    fig, (axes,) = panel(height=TALL)
    own = floats(far["softness"].sel(q_max=float(far.attrs["q_max"])))
    colours = steps(far.sizes["point"])
    axes.axhline(1.0, color=FAINT, linewidth=0.9)
    if along == "q_max":
        axes.axvline(float(far.attrs["q_max"]), color=FAINT, linewidth=0.9)
    for k, colour in enumerate(colours):
        here = far.isel(point=k)
        axes.plot(
            floats(far[along]),
            floats(here[name]) / own[k],
            color=colour,
            marker=MARKERS[k % len(MARKERS)],
            markeredgecolor=PAPER,
            markeredgewidth=0.4,
            linewidth=0.9,
            label=f"{here['liquid'].item()}, $T={float(here['temperature']):g}$",
        )
    axes.set(xlabel=label, ylabel=r"$S/S(q_\mathrm{max}=" + f"{far.attrs['q_max']:g}" + ")$")
    axes.legend(loc="best", fontsize=7.5)
    return fig


def _against_softness(master: xr.Dataset, values: Callable[[xr.Dataset], Array], label: str) -> Figure:
    fig, (axes,) = panel(height=TALL + 0.45)
    for shade, here in _liquids(master):
        _points(axes, shade, 1e3 * floats(here["softness"]), values(here), None, line=True)
    axes.set(xlabel=axis("softness", power=-3), ylabel=label)
    _key(fig, axes)
    return fig


def _liquids(master: xr.Dataset) -> Iterator[tuple[Shade, xr.Dataset]]:
    for shade in shades(master):
        yield shade, master.isel(point=np.flatnonzero(master["liquid"].values == shade.name))


def _scaled(here: xr.Dataset, lines: xr.Dataset, name: str, line: str, values: Array) -> Array | None:
    """(y - C)/B of a liquid's points, None where it has no line or a level one."""
    row = lines.sel(liquid=name)
    intercept, slope = float(row[f"{line}_intercept"]), float(row[f"{line}_slope"])
    if not np.isfinite([intercept, slope]).all() or slope == 0:
        return None
    return np.asarray((values - intercept) / slope, dtype=np.float64)


def _master(axes: Axes) -> None:
    """The master curve 1/S over what is shown."""
    low, high = axes.get_xlim()
    curve = np.linspace(max(low, 0.05 * high), high, 200)
    bottom, top = axes.get_ylim()
    axes.plot(curve, 1.0 / curve, color=INK, linewidth=0.9, linestyle=(0, (5, 2)), zorder=1)
    axes.set(xlim=(low, high), ylim=(bottom, top))


def _points(
    axes: Axes,
    shade: Shade,
    x: Array,
    y: Array,
    error: Array | None,
    *,
    line: bool = False,
    size: float | None = None,
) -> None:
    axes.errorbar(
        x,
        y,
        yerr=None if error is None else np.nan_to_num(error),
        color=shade.colour,
        marker=shade.marker,
        markersize=size,
        markerfacecolor=PAPER if shade.hollow else shade.colour,
        markeredgecolor=shade.colour if shade.hollow else PAPER,
        markeredgewidth=0.8 if shade.hollow else 0.4,
        linestyle="-" if line else "none",
        linewidth=0.7,
        elinewidth=0.8,
        label=shade.name,
        zorder=3,
    )


def _key(fig: Figure, axes: Axes) -> None:
    """One legend above, in three columns: many liquids leave no room inside."""
    handles, labels = axes.get_legend_handles_labels()
    fig.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=3 if fig.get_figwidth() <= WIDTH else 5,
        fontsize=8,
        handlelength=1.0,
        handletextpad=0.35,
        columnspacing=0.9,
    )

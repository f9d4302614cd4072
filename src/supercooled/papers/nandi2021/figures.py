"""Figures of many liquids at once: softness, escape and dynamics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.numbers import shown
from supercooled.report.plates import Caption, Panel, Plate, Results, drawn_by
from supercooled.report.style import (
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


HOLLOW = Markup(" Hollow, liquids whose particles push themselves.")


@figure
def softness(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Softness against temperature with the printed lines; inset, the denser liquids too."""
    fig, (axes,) = panel(height=TALL + 0.45)
    # Cold and soft is where no liquid is.
    inset = axes.inset_axes((0.09, 0.66, 0.30, 0.29))
    inset.tick_params(labelsize=7.5, pad=2)
    for shade, here in liquids(master):
        T, S = floats(here["at"]), 1e3 * floats(here["softness"])
        error, printed = 1e3 * floats(here["softness_error"]), 1e3 * floats(here["published_softness"])
        cold = here["cold"].values.astype(bool)
        for where, most in ((axes, COLD), (inset, 4.5)):
            near = most >= T
            points(where, shade, T[near], S[near], error[near], size=None if where is axes else 2.6)
            drawn = cold & near
            if drawn.sum() > 1:
                where.plot(T[drawn], printed[drawn], color=shade.colour, linewidth=0.9, zorder=2)
    axes.set(xlabel=axis("temperature"), ylabel=axis("softness", power=-3), xlim=(0, COLD), ylim=(0, None))
    inset.set(xlim=(0, 4.5), ylim=(0, None))
    inset.set_title("all densities", fontsize=8, color=QUIET, pad=2, loc="right")
    key(fig, axes)
    return fig


def softness_caption(results: Results) -> Caption:
    """Softness against temperature."""
    data = results["master"]
    cold = data["cold"].values.astype(bool)
    off = 100 * (data["softness"].values / data["published_softness"].values - 1)[cold]
    caption = Markup(
        "Softness <i>S</i> against temperature (nandi2021, Fig. 1); lines, the paper's Table III over the "
        "supercooled states; inset, the denser liquids too."
    )
    spread = f"{off.min():+.1f} to {off.max():+.1f} %, median {np.median(np.abs(off)):.1f} %"
    return Caption(caption + HOLLOW, f"{ranges(data, 'softness')} From the printed lines: {spread}.")


@figure
def depth(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Depth of the cage against inverse softness; inset, the escape times on the master curve."""
    fig, (axes,) = panel(height=TALL + 0.45)
    inset = axes.inset_axes((0.60, 0.11, 0.38, 0.36))
    inset.tick_params(labelsize=7.5, pad=2)
    for shade, here in liquids(master):
        S = floats(here["softness"])
        points(axes, shade, 1e-3 / S, floats(here["depth"]), floats(here["depth_error"]))
        scaled = _scaled(here, lines, shade.name, "time", floats(here["log_first_passage_time"]))
        cold = here["cold"].values.astype(bool)
        if scaled is not None:
            points(inset, shade, 1e3 * S[cold], 1e-3 * scaled[cold], None, size=2.6)
    _straight(inset)
    inset.set_xlabel(r"$10^3 S$", fontsize=8, labelpad=1)
    inset.set_ylabel(r"$10^{-3}(\ln\tau_\mathrm{mfpt} - C)/B$", fontsize=8, labelpad=1)
    axes.set(xlabel=SOFT, ylabel=r"$\beta\Delta\Phi$")
    axes.margins(0.1)
    key(fig, axes)
    return fig


def depth_caption(results: Results) -> Caption:
    """Depth against inverse softness."""
    data = results["master"]
    caption = Markup(
        "Depth of the cage against the inverse softness (nandi2021, Fig. 2a); inset, the logarithm of the"
        " mean first-passage time scaled by each liquid's own line ln <i>τ</i> = <i>C</i> + "
        "<i>B</i>/<i>S</i>; dashed, the master curve 1/<i>S</i>."
    )
    return Caption(caption + _left(data, "mfpt"), f"{ranges(data, 'depth')}")


@figure
def times(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Relaxation time against inverse temperature, onsets marked."""
    fig, (axes,) = panel(height=TALL + 0.45)
    for shade, here in liquids(master):
        tau, error = floats(here["tau_alpha"]), floats(here["tau_alpha_error"])
        points(axes, shade, 1.0 / floats(here["at"]), tau, error, line=True)
        row = lines.sel(liquid=shade.name)
        if np.isfinite(float(row["onset"])):
            axes.plot(1.0 / float(row["onset"]), float(row["tau_0"]), "|", color=INK, markersize=9, zorder=5)
    axes.set(yscale="log", xlabel=r"$1/T$ ($k_B/\epsilon_{AA}$)", ylabel=axis("relaxation_time"))
    key(fig, axes)
    return fig


def times_caption(results: Results) -> Caption:
    """Relaxation times."""
    lines = results["master_lines"]
    onsets = ", ".join(
        f"{name} {shown(float(value), float(error))}"
        for name, value, error in zip(
            lines["liquid"].values, lines["onset"].values, lines["onset_error"].values, strict=True
        )
        if np.isfinite(value)
    )
    return Caption(
        Markup(
            "Relaxation time of the overlap of all particles against inverse temperature (nandi2021, Fig."
            " 2b); upright strokes, the onset."
        )
        + HOLLOW,
        f"Onset temperatures: {onsets or 'none found'}.",
    )


@figure
def barriers(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Barrier of the relaxation against inverse softness, with each liquid's line; inset, near the origin."""
    fig, (axes,) = panel(height=TALL + 0.45)
    inset = axes.inset_axes((0.07, 0.60, 0.38, 0.36))
    inset.tick_params(labelsize=7.5, pad=2)
    inset.yaxis.tick_right()
    for shade, here in liquids(master):
        cold = here["cold"].values.astype(bool)
        x, y = 1e-3 / floats(here["softness"])[cold], floats(here["barrier"])[cold]
        row = lines.sel(liquid=shade.name)
        for where in (axes, inset):
            points(where, shade, x, y, None, size=None if where is axes else 2.6)
            if len(x) and np.isfinite(float(row["dynamics_slope"])):
                reach = np.array([x.min(), x.max()])
                line = float(row["dynamics_intercept"]) + float(row["dynamics_slope"]) * 1e3 * reach
                where.plot(reach, line, color=shade.colour, linewidth=0.8, zorder=2)
    inset.set(xlim=(0.4, 1.5), ylim=(-0.1, 1.6))
    axes.set(xlabel=SOFT, ylabel=r"$\Delta E = T\ln(\tau_\alpha/\tau_0)$ ($\epsilon_{AA}$)")
    axes.margins(0.1)
    key(fig, axes)
    return fig


def barriers_caption(results: Results) -> Caption:
    """Barriers against inverse softness."""
    return Caption(
        Markup(
            "Barrier <i>T</i> ln(<i>τ</i><sub>α</sub>/<i>τ</i><sub>0</sub>) against the inverse softness "
            "below onset, with each liquid's line <i>C′</i> + <i>B′</i>/<i>S</i> (nandi2021, Fig. 2c); "
            "inset, the same near the origin."
        )
        + HOLLOW,
        f"Slopes B': {_slopes(results['master_lines'])}.",
    )


@figure
def collapse(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Scaled barriers against softness: the master curve of all liquids."""
    fig, (axes,) = panel(height=TALL + 0.45)
    for shade, here in liquids(master):
        scaled = _scaled(here, lines, shade.name, "dynamics", floats(here["barrier"]))
        cold = here["cold"].values.astype(bool)
        if scaled is not None:
            points(axes, shade, 1e3 * floats(here["softness"])[cold], 1e-3 * scaled[cold], None)
    _straight(axes)
    axes.set(
        xlabel=axis("softness", power=-3),
        ylabel=r"$[T\ln(\tau_\alpha/\tau_0) - C']/B'$ ($10^{3}\,\sigma_{AA}^{-2}$)",
    )
    key(fig, axes)
    return fig


def collapse_caption(results: Results) -> Caption:
    """The collapse of the barriers."""
    return Caption(
        Markup(
            "The barriers scaled by each liquid's own line against softness (nandi2021, Fig. 2d); dashed,"
            " the master curve 1/<i>S</i>."
        )
        + _left(results["master"], "dynamics"),
        f"Scaled by C' and B'; slopes B': {_slopes(results['master_lines'])}.",
    )


def shades(data: xr.Dataset) -> list[Shade]:
    """A shade for each liquid, in their order; those that push themselves are hollow."""
    names = list(dict.fromkeys(str(name) for name in data["liquid"].values))
    active = [bool(data["active"].values[data["liquid"].values == name].any()) for name in names]
    colours = steps(len(names))
    return [
        Shade(name, colour, MARKERS[k % len(MARKERS)], hollow)
        for k, (name, colour, hollow) in enumerate(zip(names, colours, active, strict=True))
    ]


def liquids(master: xr.Dataset) -> Iterator[tuple[Shade, xr.Dataset]]:
    """The points of each liquid, and how it is drawn."""
    for shade in shades(master):
        yield shade, master.isel(point=np.flatnonzero(master["liquid"].values == shade.name))


def _scaled(here: xr.Dataset, lines: xr.Dataset, name: str, line: str, values: Array) -> Array | None:
    """(y - C)/B of a liquid's points, None where it has no line or a level one."""
    row = lines.sel(liquid=name)
    intercept, slope = float(row[f"{line}_intercept"]), float(row[f"{line}_slope"])
    if not np.isfinite([intercept, slope]).all() or slope == 0:
        return None
    return np.asarray((values - intercept) / slope, dtype=np.float64)


def _straight(axes: Axes) -> None:
    """The master curve 1/S over what is shown."""
    low, high = axes.get_xlim()
    curve = np.linspace(max(low, 0.05 * high), high, 200)
    bottom, top = axes.get_ylim()
    axes.plot(curve, 1.0 / curve, color=INK, linewidth=0.9, linestyle=(0, (5, 2)), zorder=1)
    axes.set(xlim=(low, high), ylim=(bottom, top))


def points(
    axes: Axes,
    shade: Shade,
    x: Array,
    y: Array,
    error: Array | None,
    *,
    line: bool = False,
    size: float | None = None,
) -> None:
    """Points of a liquid with their errors; hollow where it is driven."""
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


def key(fig: Figure, axes: Axes) -> None:
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


def _left(data: xr.Dataset, name: str) -> Markup:
    before, after = data.attrs.get(f"{name}_before"), data.attrs.get(f"{name}_after")
    if before is None or after is None:
        return Markup("")
    return Markup(" Variance left by one common line {}, by the master curve after scaling {}.").format(
        shown(float(before), digits=2), shown(float(after), digits=2)
    )


def _slopes(lines: xr.Dataset) -> str:
    return ", ".join(
        f"{name} {1e3 * float(value):.3g}e-3"
        for name, value in zip(lines["liquid"].values, lines["dynamics_slope"].values, strict=True)
        if np.isfinite(value)
    )


def ranges(data: xr.Dataset, name: str) -> str:
    """From where to where a number goes, liquid by liquid, in words."""
    liquids = dict.fromkeys(str(liquid) for liquid in data["liquid"].values)
    parts = []
    for liquid in liquids:
        values = data[name].values[data["liquid"].values == liquid]
        values = values[np.isfinite(values)]
        if len(values):
            parts.append(f"{liquid} {shown(values.min(), digits=3)} to {shown(values.max(), digits=3)}")
    return f"{data[name].attrs.get('long_name', name).capitalize()}: {'; '.join(parts)}."


def of_liquids(
    name: str,
    draw: Callable[[xr.Dataset, xr.Dataset], Figure],
    caption: Callable[[Results], Caption],
    column: str,
) -> Panel:
    """Panel of a drawing that takes the points and the lines of all liquids."""
    return drawn_by(draw, caption, f"master/{column}", "master_lines/tau_0", name=name)


PLATES: tuple[Plate, ...] = (
    Plate(
        "master_softness",
        "Softness of the liquids",
        (of_liquids("master_softness", softness, softness_caption, "softness"),),
    ),
    Plate(
        "master_escape",
        "Escape from the mean-field cage",
        (of_liquids("master_depth", depth, depth_caption, "depth"),),
    ),
    Plate(
        "master_dynamics",
        "Softness and the simulated dynamics",
        (
            of_liquids("master_times", times, times_caption, "tau_alpha"),
            of_liquids("master_barriers", barriers, barriers_caption, "barrier"),
            of_liquids("master_collapse", collapse, collapse_caption, "barrier"),
        ),
    ),
)

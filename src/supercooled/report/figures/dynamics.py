"""How the particles move: displacements, overlap and hops."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.numbers import (
    at_temperature,
    curves,
    shown,
    temperature_text,
    temperatures_in,
    temperatures_text,
    value_or_not,
)
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import (
    ACCENT,
    CALM,
    HEIGHT,
    INK,
    PAPER,
    QUIET,
    axis,
    band,
    by_temperature,
    errors_of,
    figure,
    floats,
    panel,
)


@figure
def displacements(dynamics: xr.Dataset) -> Figure:
    """Mean squared displacement, p_c marked where the non-Gaussian parameter peaks."""
    fig, (axes,) = panel()
    for temperature, label, colour, marker in by_temperature(dynamics):
        lag, value, error = _curve(dynamics, "msd", temperature)
        band(axes, lag, value, error, colour)
        axes.plot(lag, value, color=colour, label=label)
        here = dynamics.sel(temperature=temperature)
        if "p_c" in dynamics and np.isfinite(here["p_c"]):
            axes.plot(
                here["p_c_time"],
                here["p_c"],
                marker,
                color=colour,
                markersize=6,
                markeredgecolor=PAPER,
                zorder=4,
            )
    axes.set(xscale="log", yscale="log", xlabel=axis("lag"), ylabel=axis("msd"))
    axes.legend(title="$T$", loc="upper left")
    return fig


def displacements_caption(results: Results) -> Caption:
    """Mean squared displacement."""
    data = results["dynamics"]
    caption = Markup("Mean squared displacement")
    if "p_c" in data:
        caption += Markup("; a mark is <i>p<sub>c</sub></i>, its value where <i>α</i><sub>2</sub> is largest")
    return Caption(
        caption + Markup("."), f"Mean squared displacement at {temperatures_text(data)}. {_thresholds(data)}"
    )


@figure
def non_gaussian(dynamics: xr.Dataset) -> Figure:
    """Non-Gaussian parameter; a line and a mark at its maximum, where the run reaches it."""
    fig, (axes,) = panel()
    for temperature, label, colour, marker in by_temperature(dynamics):
        lag, value, error = _curve(dynamics, "alpha2", temperature)
        band(axes, lag, value, error, colour)
        here = dynamics.sel(temperature=temperature)
        reached = "p_c" in dynamics and bool(np.isfinite(here["p_c"]))
        axes.plot(
            lag,
            value,
            color=colour,
            label=label if reached or "p_c" not in dynamics else f"{label} (not reached)",
        )
        if reached:
            when = float(here["p_c_time"])
            top = float(np.interp(np.log(when), np.log(lag), value))
            axes.plot([when, when], [0, top], color=colour, linewidth=0.8, linestyle=(0, (2, 2)))
            axes.plot(when, top, marker, color=colour, markersize=6, markeredgecolor=PAPER, zorder=4)
    axes.axhline(0, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.set(xscale="log", xlabel=axis("lag"), ylabel=axis("alpha2"))
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, -0.02), high + 0.1 * (high - low))
    axes.legend(title="$T$", loc="upper left")
    return fig


def non_gaussian_caption(results: Results) -> Caption:
    """Non-Gaussian parameter."""
    data = results["dynamics"]
    tops = [
        f"{shown(float(curve.max()), digits=3)} {at_temperature(t)}" for t, curve in curves(data["alpha2"])
    ]
    caption = Markup("Non-Gaussian parameter <i>α</i><sub>2</sub>")
    missing = [
        temperature_text(t)
        for t in temperatures_in(data)
        if "p_c" in data and not np.isfinite(data["p_c"].sel(temperature=t))
    ]
    if missing:
        caption += Markup(
            "; the run at <i>T</i> = {} is too short for its maximum, so no <i>p<sub>c</sub></i> is given"
        ).format(", ".join(missing))
    return Caption(
        caption + Markup("."), f"Largest non-Gaussian parameter: {', '.join(tops)}. {_thresholds(data)}"
    )


@figure
def overlap(dynamics: xr.Dataset) -> Figure:
    """Self overlap and the relaxation times where it has fallen to 1/e."""
    fig, (axes,) = panel()
    axes.axhline(1 / math.e, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
    axes.annotate(
        "$1/e$",
        (1.0, 1 / math.e),
        (-4, 2),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        color=QUIET,
        fontsize=9,
    )
    for temperature, label, colour, marker in by_temperature(dynamics):
        lag, value, error = _curve(dynamics, "overlap", temperature)
        band(axes, lag, value, error, colour)
        axes.plot(lag, value, color=colour, label=label)
        if "tau_alpha" in dynamics:
            tau = float(dynamics["tau_alpha"].sel(temperature=temperature))
            if np.isfinite(tau):
                axes.plot(
                    tau, 1 / math.e, marker, color=colour, markersize=6, markeredgecolor=PAPER, zorder=4
                )
    axes.set(xscale="log", ylim=(0, 1.04), xlabel=axis("lag"), ylabel=axis("overlap"))
    axes.legend(title="$T$", loc="lower left")
    return fig


def overlap_caption(results: Results) -> Caption:
    """Overlap and relaxation time."""
    data = results["dynamics"]
    text = f"Self overlap function at {temperatures_text(data)}."
    caption = Markup("Self overlap <i>q</i>(<i>t</i>)")
    if "tau_alpha" in data:
        times = [f"{value_or_not(data['tau_alpha'], t)} {at_temperature(t)}" for t in temperatures_in(data)]
        caption += Markup("; a mark is <i>τ<sub>α</sub></i>, where it has fallen to 1/e")
        text += f" Relaxation times: {', '.join(times)}."
    return Caption(caption + Markup("."), text)


@figure
def hop_trace(hops: xr.Dataset) -> Figure:
    """p_hop of a few particles in time, with the threshold p_c."""
    traces = hops["p_hop"].transpose("particle_shown", "time")
    shown = traces.sizes["particle_shown"]
    fig, strips = panel(rows=shown, height=max(HEIGHT, 0.75 + 0.6 * shown))
    threshold = hops.attrs.get("p_c")
    top = 1.12 * max(float(traces.max()), threshold or 0.0)
    for axes, trace in zip(strips, traces, strict=True):
        axes.plot(hops["time"], trace, color=CALM, linewidth=0.9)
        if threshold:
            axes.axhline(threshold, color=ACCENT, linewidth=0.9, linestyle=(0, (5, 2)))
            above = np.asarray(trace) > threshold
            axes.fill_between(
                hops["time"], threshold, trace, where=above.tolist(), color=ACCENT, alpha=0.25, linewidth=0
            )
        axes.set_ylim(0, top)
        axes.text(
            0.985,
            0.9,
            f"particle {trace['particle_shown'].item()}",
            transform=axes.transAxes,
            ha="right",
            va="top",
            color=INK,
            fontsize=8.5,
        )
    if threshold:
        strips[0].annotate(
            "$p_c$",
            (1.0, threshold),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            color=ACCENT,
            fontsize=9,
        )
    strips[-1].set_xlim(float(hops["time"].min()), float(hops["time"].max()))
    strips[-1].set_xlabel(axis("time"))
    strips[shown // 2].set_ylabel(axis("p_hop"))
    return fig


def hop_trace_caption(results: Results) -> Caption:
    """Traces of p_hop."""
    data = results["hops"]
    threshold, temperature = data.attrs.get("p_c"), data.attrs.get("temperature")
    where = (
        Markup(" at <i>T</i> = {}").format(temperature_text(temperature)) if temperature is not None else ""
    )
    line = (
        Markup("; dashed, the threshold <i>p<sub>c</sub></i> = {}").format(shown(threshold))
        if threshold
        else ""
    )
    return Caption(
        Markup("<i>p</i><sub>hop</sub> of single particles{}{}.").format(where, line),
        f"p_hop of {data.sizes['particle_shown']} particles in time, "
        f"at most {shown(float(data['p_hop'].max()), digits=3)}.",
    )


def _curve(data: xr.Dataset, name: str, temperature: float) -> tuple[Array, Array, Array | None]:
    # a run has only some of the lags that the table holds
    value = floats(data[name].sel(temperature=temperature))
    lag = floats(data["lag"])
    error = errors_of(data, name, temperature=temperature)
    there = np.isfinite(value) & (lag > 0)
    return lag[there], value[there], None if error is None else error[there]


def _thresholds(data: xr.Dataset) -> str:
    if "p_c" not in data:
        return ""
    return (
        "p_c: "
        + ", ".join(f"{value_or_not(data['p_c'], t)} {at_temperature(t)}" for t in temperatures_in(data))
        + "."
    )


PLATES: tuple[Plate, ...] = (
    Plate(
        "dynamics",
        "Displacements and the threshold of a rearrangement",
        (
            drawn_by(displacements, displacements_caption, "dynamics/msd", name="msd"),
            drawn_by(non_gaussian, non_gaussian_caption, "dynamics/alpha2", name="alpha2"),
        ),
    ),
    Plate(
        "hops",
        "Relaxation and hops",
        (
            drawn_by(overlap, overlap_caption, "dynamics/overlap"),
            drawn_by(hop_trace, hop_trace_caption, "hops/p_hop", name="p_hop"),
        ),
    ),
)

"""Learned softness: how well it is learned, and what rearranges and relaxes by it."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from supercooled.report.style import (
    ACCENT,
    INK,
    QUIET,
    TALL,
    axis,
    by_temperature,
    errors_of,
    figure,
    finite,
    floats,
    key_above,
    panel,
    steps,
)

NAME = "learned_softness"
P_R = "rearrangement_probability"


# Along what an accuracy is compared, in words, and whether evenly or by factors.
_ALONG = {
    "lead": (r"structure before the peak of $p_\mathrm{hop}$ ($\tau$)", "linear"),
    "quiet": (r"the hard are still for ($\tau$)", "linear"),
    "size": ("examples of each kind", "log"),
    "number": ("features kept", "log"),
}


@figure
def accuracy(data: xr.Dataset) -> Figure:
    """Cross-validated accuracy against whatever the data lie along."""
    fig, (axes,) = panel()
    (along,) = map(str, data["accuracy"].dims)
    label, scale = _ALONG[along]
    axes.errorbar(
        floats(data[along]),
        floats(data["accuracy"]),
        floats(data["accuracy_error"]),
        color=ACCENT,
        marker="o",
    )
    axes.set(xscale=scale, xlabel=label, ylabel="accuracy")
    if scale == "log":
        # Less than two decades: powers of ten alone would name few of the points.
        axes.set_xticks(floats(data[along]), [f"{x:g}" for x in floats(data[along])])
        axes.set_xticks([], minor=True)
    return fig


@figure
def distribution(data: xr.Dataset) -> Figure:
    """P(S) and P(S|R) at the coldest temperature."""
    fig, (axes,) = panel()
    here = data.isel(temperature=int(np.argmin(floats(data["temperature"]))))
    S = floats(here[NAME])
    moving = floats(here["probability_density_rearranging"])
    axes.plot(S, floats(here["probability_density"]), color=INK, label="all")
    axes.plot(S, moving, color=ACCENT, label="rearranging")
    axes.fill_between(S, 0.0, moving, where=(S >= 0).tolist(), color=ACCENT, alpha=0.16, linewidth=0)
    axes.set(xlabel="$S$", ylabel="$P(S)$, $P(S|R)$", ylim=(0, None))
    axes.legend(loc="upper right")
    return fig


@figure
def probability(data: xr.Dataset) -> Figure:
    """P_R(S) at each temperature."""
    fig, (axes,) = panel(height=TALL)
    for temperature, label, colour, marker in by_temperature(data):
        y = floats(data[P_R].sel(temperature=temperature))
        error = errors_of(data, P_R, temperature=temperature)
        there = y > 0
        bars = None if error is None else np.minimum(error, 0.9 * y)[there]
        axes.errorbar(
            floats(data[NAME])[there], y[there], bars, color=colour, marker=marker, linewidth=0.8, label=label
        )
    axes.set(yscale="log", xlabel="$S$", ylabel="$P_R(S)$")
    key_above(axes, "$T$")
    return fig


@figure
def arrhenius(data: xr.Dataset, fits: xr.Dataset) -> Figure:
    """Ln P_R against 1/T at each softness, with its line."""
    fig, (axes,) = panel(height=TALL)
    data = data.sel(temperature=fits.attrs["temperatures"])
    there = np.isfinite(floats(fits["barrier"]))
    inverse = 1.0 / floats(data["temperature"])
    onset = finite(fits.attrs.get("onset"))
    ends = [inverse.min(), inverse.max()]
    if onset is not None and onset > 0 and 1.0 / onset > ends[0] - (ends[1] - ends[0]):
        ends[0] = min(ends[0], 1.0 / onset)
        axes.axvline(1.0 / onset, color=QUIET, linewidth=0.9, linestyle=(0, (5, 2)))
    reach = np.array(ends)
    chosen = np.flatnonzero(there)
    for k, colour in zip(chosen, steps(len(chosen), "softness"), strict=True):
        line = floats(fits["entropy"])[k] - floats(fits["barrier"])[k] * reach
        axes.plot(reach, line, color=colour, linewidth=0.9)
        p = floats(data[P_R].isel({NAME: k}))
        seen = p > 0
        axes.plot(
            inverse[seen],
            np.log(p[seen]),
            "o",
            color=colour,
            label=f"${floats(fits[NAME])[k]:.1f}$",
        )
    axes.set(xlabel=r"$1/T$ ($k_{B}/\epsilon_{AA}$)", ylabel=r"$\ln P_R(S)$")
    key_above(axes, "$S$")
    return fig


@figure
def barrier(fits: xr.Dataset) -> Figure:
    """Barrier and entropy against softness."""
    fig, (axes,) = panel()
    S = floats(fits[NAME])
    for name, colour, label in (("barrier", INK, r"$\Delta E$"), ("entropy", ACCENT, r"$\Sigma$")):
        axes.errorbar(S, floats(fits[name]), errors_of(fits, name), color=colour, marker="o", label=label)
    axes.set(xlabel="$S$", ylabel=rf"{axis('barrier')}, $\Sigma$")
    axes.legend(loc="best")
    return fig


@figure
def onset_by_density(data: xr.Dataset) -> Figure:
    """Where the Arrhenius lines meet, against the density."""
    fig, (axes,) = panel()
    axes.errorbar(
        floats(data["density"]), floats(data["onset"]), errors_of(data, "onset"), fmt="o", color=ACCENT
    )
    axes.margins(0.15)
    axes.set(xlabel=axis("density"), ylabel=r"$T_0$ ($\epsilon_{AA}/k_{B}$)")
    return fig


@figure
def relaxation(data: xr.Dataset) -> Figure:
    """Overlap measured (points), naive (dotted) and with the propagator (line)."""
    fig, (axes,) = panel(height=TALL)
    for temperature, label, colour, marker in by_temperature(data):
        here = data.sel(temperature=temperature)
        lag = floats(data["lag"])
        for name, style in (("overlap", "none"), ("overlap_naive", ":"), ("overlap_propagated", "-")):
            y = floats(here[name])
            seen = np.isfinite(y)
            point = name == "overlap"
            axes.plot(
                lag[seen],
                y[seen],
                linestyle=style,
                marker=marker if point else "",
                markersize=3,
                color=colour,
                label=label if point else None,
            )
    axes.set(xscale="log", xlabel=axis("lag"), ylabel="$q(t)$", ylim=(0, 1.02))
    key_above(axes, "$T$")
    return fig


@figure
def drift(data: xr.Dataset) -> Figure:
    """Mean softness of particles that have not moved, by where it began."""
    fig, (axes,) = panel(height=TALL)
    lag = np.concatenate([[0.0], floats(data["lag"])])
    groups = data.sizes["group"]
    for k, colour in enumerate(steps(groups, "softness")):
        mean = np.concatenate([[float(data["initial"][k])], floats(data["propagated_mean"].isel(group=k))])
        axes.plot(lag, mean, marker="o", markersize=3, color=colour)
    axes.set(xlabel=axis("lag"), ylabel=r"$\langle S(t)\rangle_{S_0}$")
    return fig

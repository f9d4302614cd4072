"""Figures of the supplement: learned softness, conventions, and times before anything is scaled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.papers.nandi2021.figures import (
    HOLLOW,
    Shade,
    key,
    liquids,
    of_liquids,
    points,
    ranges,
)
from supercooled.report.numbers import shown
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import (
    FAINT,
    MARKERS,
    PAPER,
    TALL,
    axis,
    figure,
    floats,
    panel,
    steps,
)


@figure
def learned(data: xr.Dataset) -> Figure:
    """Mean learned softness against the softness of the mean-field cage, and a line through each liquid."""
    fig, (axes,) = panel(height=TALL)
    names = list(dict.fromkeys(str(name) for name in data["liquid"].values))
    for k, (name, colour) in enumerate(zip(names, steps(len(names) + 1), strict=False)):
        here = data.isel(point=np.flatnonzero(data["liquid"].values == name))
        x, y = 1e3 * floats(here["softness"]), floats(here["learned_softness"])
        shade = Shade(name, colour, MARKERS[k], hollow=False)
        points(axes, shade, x, y, floats(here["learned_softness_error"]))
        if len(x) > 1:
            slope, intercept = np.polyfit(x, y, 1)
            reach = np.array([x.min(), x.max()])
            axes.plot(reach, intercept + slope * reach, color=colour, linewidth=0.8, zorder=2)
    axes.set(xlabel=axis("softness", power=-3), ylabel=r"$\langle S_\mathrm{ML}\rangle$")
    axes.legend(loc="upper left")
    return fig


def learned_caption(results: Results) -> Caption:
    """Learned softness against the mean-field one."""
    data = results["learned"]
    parts = []
    for liquid in dict.fromkeys(str(name) for name in data["liquid"].values):
        here = data["learned_softness"].values[data["liquid"].values == liquid]
        parts.append(f"{liquid} {shown(here.min(), digits=3)} to {shown(here.max(), digits=3)}")
    return Caption(
        Markup(
            "Mean learned softness against the softness of the mean-field cage at each temperature "
            "(nandi2021, Fig. 3), with a line through each liquid."
        ),
        f"Learned softness: {'; '.join(parts)}; plane trained on {data.attrs.get('trained', 'one state')}.",
    )


@figure
def learned_barriers(data: xr.Dataset) -> Figure:
    """Barrier of rearrangement against the inverse of the shifted learned softness."""
    fig, (axes,) = panel(height=TALL)
    S, E = floats(data["learned_softness"]), floats(data["barrier"])
    shift = float(data["shift_printed"])
    x = 1.0 / (S + shift)
    # What others have written may have errors alone.
    weighing = "barrier_spread" if "barrier_spread" in data else "barrier_error"
    slope, intercept = np.polyfit(x, E, 1, w=1.0 / floats(data[weighing]))
    axes.plot(x, intercept + slope * x, color=FAINT, linewidth=0.9, zorder=1)
    shade = Shade("LJ 1.2", steps(2)[0], MARKERS[0], hollow=False)
    points(axes, shade, x, E, floats(data["barrier_error"]))
    axes.set(xlabel=r"$1/(S_\mathrm{ML} + S_0)$", ylabel=r"$\Delta E_\mathrm{ML}$ ($\epsilon_{AA}$)")
    return fig


def learned_barriers_caption(results: Results) -> Caption:
    """Barriers against learned softness."""
    data = results["learned_barriers"]
    E = data["barrier"].values
    return Caption(
        Markup(
            "Barrier of rearrangement at each learned softness against 1/(<i>S</i><sub>ML</sub> + "
            "<i>S</i><sub>0</sub>), with the printed <i>S</i><sub>0</sub> = {} (nandi2021, SI Fig. 3)."
        ).format(shown(float(data["shift_printed"]), digits=3)),
        f"Barriers from {shown(E.min(), digits=3)} to {shown(E.max(), digits=3)}.",
    )


@figure
def reach(far: xr.Dataset) -> Figure:
    """Softness against the upper wave number, each liquid in units of the study's own."""
    return _convention(far, "softness", "q_max", r"$q_\mathrm{max}$ ($\sigma_{AA}^{-1}$)")


def reach_caption(results: Results) -> Caption:
    """Softness against q_max."""
    far = results["far"]
    own = far["softness"].sel(q_max=float(far.attrs["q_max"]))
    last = (far["softness"].isel(q_max=-1) / own).values
    return Caption(
        Markup(
            "Softness of a supercooled state of each liquid against the upper wave number of its "
            "integral, in units of the study's own."
        ),
        f"At q_max = {float(far['q_max'][-1]):g} it is {last.min():.2f} to {last.max():.2f} of that at "
        f"{far.attrs['q_max']:g}.",
    )


@figure
def fit_range(far: xr.Dataset) -> Figure:
    """Softness of a parabola fitted to a finite range, in units of the curvature at 0."""
    return _convention(far, "softness_fit", "fit_end", r"end of the fit ($\sigma_{AA}$)")


def fit_range_caption(results: Results) -> Caption:
    """Softness against the fit range."""
    far = results["far"]
    own = far["softness"].sel(q_max=float(far.attrs["q_max"]))
    last = (far["softness_fit"].isel(fit_end=-1) / own).values
    return Caption(
        Markup(
            "Softness of a parabola fitted from 0 to a finite displacement, in units of the curvature at 0."
        ),
        f"A fit up to {float(far['fit_end'][-1]):g} gives {last.min():.2f} to {last.max():.2f} times the "
        "softness.",
    )


@figure
def inverse_temperature(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Softness against inverse temperature with and without attraction, at one density."""
    fig, (axes,) = panel()
    for shade, here in liquids(master):
        if shade.name in ("LJ 1.2", "WCA 1.2"):
            S, error = 1e3 * floats(here["softness"]), 1e3 * floats(here["softness_error"])
            points(axes, shade, 1.0 / floats(here["at"]), S, error, line=True)
    axes.set(xlabel=r"$1/T$ ($k_B/\epsilon_{AA}$)", ylabel=axis("softness", power=-3))
    axes.legend(loc="upper right")
    return fig


def inverse_temperature_caption(results: Results) -> Caption:
    """Softness with and without attraction."""
    data = results["master"]
    pair = data.isel(point=np.flatnonzero(np.isin(data["liquid"].values, ("LJ 1.2", "WCA 1.2"))))
    return Caption(
        Markup(
            "Softness against inverse temperature with attraction (LJ) and without (WCA) at density 1.2 "
            "(nandi2021, SI Fig. 2a)."
        ),
        ranges(pair, "softness"),
    )


@figure
def escape(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Escape time from the cage against softness, nothing scaled."""
    return _against_softness(
        master, lambda here: floats(here["log_first_passage_time"]), axis("log_first_passage_time")
    )


def escape_caption(results: Results) -> Caption:
    """Escape times, unscaled."""
    data = results["master"]
    off = np.exp(data["log_kramers_time"].values - data["log_first_passage_time"].values)
    return Caption(
        Markup(
            "Mean first-passage time out of the cage against softness, before anything is scaled "
            "(nandi2021, SI Fig. 2c)."
        )
        + HOLLOW,
        f"{ranges(data, 'log_first_passage_time')} Kramers' form, with the parabola of the bottom alone, is "
        f"{off.min():.3f} to {off.max():.3f} of it.",
    )


@figure
def relaxation(master: xr.Dataset, lines: xr.Dataset) -> Figure:
    """Relaxation time against softness, nothing scaled."""
    return _against_softness(
        master, lambda here: np.log10(floats(here["tau_alpha"])), r"$\log_{10}\tau_\alpha$ ($\tau$)"
    )


def relaxation_caption(results: Results) -> Caption:
    """Relaxation times, unscaled."""
    return Caption(
        Markup("Relaxation time against softness, before anything is scaled (nandi2021, SI Fig. 2b, inset).")
        + HOLLOW,
        ranges(results["master"], "tau_alpha"),
    )


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
    for shade, here in liquids(master):
        points(axes, shade, 1e3 * floats(here["softness"]), values(here), None, line=True)
    axes.set(xlabel=axis("softness", power=-3), ylabel=label)
    key(fig, axes)
    return fig


PLATES: tuple[Plate, ...] = (
    Plate(
        "master_learned",
        "Learned softness beside the mean-field one",
        (
            drawn_by(learned, learned_caption, "learned/learned_softness", name="master_learned"),
            drawn_by(
                learned_barriers,
                learned_barriers_caption,
                "learned_barriers/barrier",
                name="master_learned_barriers",
            ),
        ),
    ),
    Plate(
        "master_convention",
        "What the convention does",
        (
            drawn_by(reach, reach_caption, "far/softness", name="master_reach"),
            drawn_by(fit_range, fit_range_caption, "far/softness_fit", name="master_fit_range"),
        ),
    ),
    Plate(
        "master_supplement",
        "Times against softness",
        (
            of_liquids(
                "master_inverse_temperature",
                inverse_temperature,
                inverse_temperature_caption,
                "softness",
            ),
            of_liquids("master_times_of_escape", escape, escape_caption, "log_first_passage_time"),
            of_liquids("master_relaxation", relaxation, relaxation_caption, "tau_alpha"),
        ),
    ),
)

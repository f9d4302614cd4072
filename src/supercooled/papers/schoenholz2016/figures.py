"""Learned softness: how well it is learned, and what rearranges and relaxes by it."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.report.numbers import shown, temperatures_text
from supercooled.report.plates import Caption, Figures, Plate, Results, drawn_by
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


def accuracy_by_lead_caption(results: Results) -> Caption:
    """Accuracy against lead."""
    return _accuracy(results, "by_lead", "lead", Markup("the time from structure to hop"), " τ")


def accuracy_by_quiet_caption(results: Results) -> Caption:
    """Accuracy against quiet."""
    return _accuracy(results, "by_quiet", "quiet", Markup("how long the hard examples are still"), " τ")


def accuracy_by_number_caption(results: Results) -> Caption:
    """Accuracy against examples."""
    return _accuracy(results, "by_number", "size", Markup("the number of examples of each kind"), "")


def accuracy_by_features_caption(results: Results) -> Caption:
    """Accuracy against features."""
    return _accuracy(
        results,
        "by_elimination",
        "number",
        Markup("the number of features, those of the smallest weights taken away first"),
        "",
    )


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


def distribution_caption(results: Results) -> Caption:
    """P(S) and P(S|R)."""
    data = results["learned_probability"]
    here = data.isel(temperature=int(floats(data["temperature"]).argmin()))
    counts, above = floats(here["count_rearranging"]), floats(here["lower"]) >= 0
    share = counts[above].sum() / counts.sum()
    return Caption(
        Markup(
            "Softness of all particles, <i>P</i>(<i>S</i>), and of those that rearrange in the next frame, "
            "<i>P</i>(<i>S</i>|<i>R</i>), at the lowest temperature; shaded, those with <i>S</i> &gt; 0."
        ),
        f"Distributions of softness; {100 * share:.0f} % of the rearranging have S > 0.",
    )


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


def probability_caption(results: Results) -> Caption:
    """P_R(S)."""
    data = results["learned_probability"]
    return Caption(
        Markup("Probability to rearrange in the next frame, <i>P<sub>R</sub></i>(<i>S</i>)."),
        f"Rearrangement probability against softness at {temperatures_text(data)}.",
    )


@figure
def lines_and_points(data: xr.Dataset, fits: xr.Dataset, decay: xr.Dataset) -> Figure:
    """P_R(S) measured, by the Arrhenius lines (dashed), and by the decay of the overlap (points)."""
    fig, (axes,) = panel(height=TALL)
    constant = float(decay.attrs["share_beyond"])
    for temperature, label, colour, marker in by_temperature(data):
        y = floats(data[P_R].sel(temperature=temperature))
        there = y > 0
        axes.plot(floats(data[NAME])[there], y[there], color=colour, linewidth=0.9, label=label)
        law = np.exp(floats(fits["entropy"]) - floats(fits["barrier"]) / float(temperature))
        known = np.isfinite(law)
        axes.plot(floats(fits[NAME])[known], law[known], color=colour, linewidth=0.9, linestyle=(0, (4, 2)))
        here = decay.sel(temperature=temperature)
        slope = floats(here["slope"]) / constant
        seen = slope > 0
        axes.plot(
            floats(here["initial"])[seen],
            slope[seen],
            linestyle="none",
            marker=marker,
            markersize=3.5,
            color=colour,
        )
    axes.set(yscale="log", xlabel="$S$", ylabel="$P_R(S)$")
    key_above(axes, "$T$")
    return fig


def lines_and_points_caption(results: Results) -> Caption:
    """P_R(S) three ways."""
    data, decay = results["learned_probability"], results["learned_decay"]
    return Caption(
        Markup(
            "<i>P<sub>R</sub></i>(<i>S</i>) measured (lines), by the Arrhenius lines (dashed) and from the "
            "decay "
            "of the overlap, −ln <i>q</i>(<i>S</i>, <i>t</i>)/(<i>c<sub>a</sub>t</i>) (points; "
            "schoenholz2016, "
            "Fig. 2a)."
        ),
        f"At {temperatures_text(data)}; c_a = {shown(float(decay.attrs['share_beyond']), digits=2)}.",
    )


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


def arrhenius_caption(results: Results) -> Caption:
    """Ln P_R against 1/T."""
    fits = results["learned_arrhenius"]
    onset = shown(float(fits.attrs["onset"]), digits=3)
    return Caption(
        Markup("Arrhenius lines of each softness; dashed, where they meet."),
        f"Logarithm of the rearrangement probability against 1/T; the lines meet at T = {onset}.",
    )


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


def barrier_caption(results: Results) -> Caption:
    """Barrier and entropy."""
    E = floats(results["learned_arrhenius"]["barrier"].dropna("learned_softness"))
    return Caption(
        Markup("Barrier Δ<i>E</i> and entropy Σ against softness."),
        f"Barriers from {shown(E.min(), digits=3)} to {shown(E.max(), digits=3)}.",
    )


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


def onset_by_density_caption(results: Results) -> Caption:
    """T_0 of each density."""
    data = results["learned_onsets"]
    told = ", ".join(
        f"{shown(float(T), digits=3)} at {density:g}"
        for T, density in zip(floats(data["onset"]), floats(data["density"]), strict=True)
    )
    return Caption(
        Markup("Where the lines meet, <i>T</i><sub>0</sub>, against the density."),
        f"Onset temperature: {told}.",
    )


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


def relaxation_caption(results: Results) -> Caption:
    """q(t)."""
    data = results["learned_relaxation"]
    return Caption(
        Markup(
            "Overlap: measured (points), predicted for each particle by itself (dotted) and with a softness "
            "that changes as measured (lines)."
        ),
        f"Overlap against time at {temperatures_text(data)}, and two predictions of it.",
    )


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


def drift_caption(results: Results) -> Caption:
    """Mean softness of the unmoved."""
    data = results["learned_changes"]
    first, last = floats(data["initial"]), floats(data["propagated_mean"].isel(lag=-1))
    return Caption(
        Markup("Mean softness of particles that have not moved, by the softness they began with."),
        f"From {shown(first[0], digits=2)} and {shown(first[-1], digits=2)} "
        f"to {shown(last[0], digits=2)} and {shown(last[-1], digits=2)}.",
    )


@figure
def propagator(data: xr.Dataset) -> Figure:
    """Density of the softness of the hardest that have not moved, against time, with mean and width."""
    fig, (axes,) = panel(height=TALL)
    hardest = _hardest(data)
    lag, S = floats(data["lag"]), floats(data[NAME])
    axes.pcolormesh(lag, S, floats(hardest["propagator"]).T, shading="nearest", cmap="Greys")
    mean, width = floats(hardest["propagated_mean"]), floats(hardest["propagated_width"])
    axes.plot(lag, mean, color=ACCENT, linewidth=1.2)
    for end in (mean - width, mean + width):
        axes.plot(lag, end, color=ACCENT, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set(xscale="log", xlabel=axis("lag"), ylabel="$S$")
    return fig


def propagator_caption(results: Results) -> Caption:
    """The propagator of the hardest."""
    data = results["learned_changes"]
    begin = shown(float(_hardest(data)["initial"]), digits=2)
    return Caption(
        Markup(
            "Softness of the hardest particles that have not moved, against time: density (grey), mean and "
            "width of its Gaussian (schoenholz2016, Fig. 4a)."
        ),
        f"They begin with S = {begin}.",
    )


@figure
def gaussians(data: xr.Dataset) -> Figure:
    """Softness of the hardest that have not moved, at some times, with Gaussians."""
    fig, (axes,) = panel(height=TALL)
    hardest = _hardest(data)
    S = floats(data[NAME])
    chosen = np.unique(np.linspace(0, data.sizes["lag"] - 1, 4).round().astype(int))
    for k, colour in zip(chosen, steps(len(chosen)), strict=True):
        here = hardest.isel(lag=int(k))
        mean, width = float(here["propagated_mean"]), float(here["propagated_width"])
        label = f"${float(data['lag'][k]):g}$"
        axes.plot(
            S,
            floats(here["propagator"]),
            linestyle="none",
            marker="o",
            markersize=2.5,
            color=colour,
            label=label,
        )
        if np.isfinite(mean) and width > 0:
            bell = np.exp(-0.5 * ((S - mean) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
            axes.plot(S, bell, color=colour, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set(xlabel="$S$", ylabel="$G(S, S_0, t)$")
    key_above(axes, r"$t/\tau$")
    return fig


def gaussians_caption(results: Results) -> Caption:
    """The propagator at some times."""
    data = results["learned_changes"]
    return Caption(
        Markup(
            "The same at some times (points) with Gaussians of their mean and width (dashed; schoenholz2016, "
            "Fig. 4b)."
        ),
        f"Up to {shown(float(data['lag'][-1]), digits=3)} τ.",
    )


def _hardest(data: xr.Dataset) -> xr.Dataset:
    return data.isel(group=int(np.argmin(floats(data["initial"]))))


def _accuracy(results: Results, name: str, along: str, what: Markup, unit: str) -> Caption:
    data = results[name]
    told = ", ".join(
        f"{shown(float(a), digits=3)} at {x:g}{unit}"
        for a, x in zip(floats(data["accuracy"]), floats(data[along]), strict=True)
    )
    return Caption(Markup("Accuracy on blocks left out against {}.").format(what), f"Accuracy: {told}.")


PLATES: tuple[Plate, ...] = (
    Plate(
        "learned_accuracy",
        "How well rearrangements are predicted",
        (
            drawn_by(accuracy, accuracy_by_lead_caption, "by_lead/accuracy", name="accuracy_by_lead"),
            drawn_by(accuracy, accuracy_by_quiet_caption, "by_quiet/accuracy", name="accuracy_by_quiet"),
            drawn_by(accuracy, accuracy_by_number_caption, "by_number/accuracy", name="accuracy_by_number"),
            drawn_by(
                accuracy,
                accuracy_by_features_caption,
                "by_elimination/accuracy",
                name="accuracy_by_features",
            ),
        ),
    ),
    Plate(
        "learned_probability",
        "Learned softness and rearrangement",
        (
            drawn_by(
                distribution,
                distribution_caption,
                "learned_probability/probability_density_rearranging",
                name="learned_distribution",
            ),
            drawn_by(
                probability,
                probability_caption,
                "learned_probability/rearrangement_probability",
                name="learned_probability",
            ),
            drawn_by(
                lines_and_points,
                lines_and_points_caption,
                "learned_probability/rearrangement_probability",
                "learned_arrhenius/barrier",
                "learned_decay/slope",
                name="learned_lines_and_points",
            ),
            drawn_by(
                arrhenius,
                arrhenius_caption,
                "learned_probability/rearrangement_probability",
                "learned_arrhenius/barrier",
                name="learned_arrhenius",
            ),
            drawn_by(barrier, barrier_caption, "learned_arrhenius/barrier", name="learned_barrier"),
            drawn_by(onset_by_density, onset_by_density_caption, "learned_onsets/onset"),
        ),
    ),
    Plate(
        "learned_relaxation",
        "Relaxation predicted from softness",
        (
            drawn_by(
                relaxation,
                relaxation_caption,
                "learned_relaxation/overlap",
                "learned_relaxation/overlap_propagated",
                name="learned_relaxation",
            ),
            drawn_by(drift, drift_caption, "learned_changes/propagated_mean", name="learned_drift"),
            drawn_by(propagator, propagator_caption, "learned_changes/propagator", name="learned_propagator"),
            drawn_by(gaussians, gaussians_caption, "learned_changes/propagator", name="learned_gaussians"),
        ),
    ),
)


_BARRIERS = ("onset temperature", "lowest barrier", "highest barrier", "e0", "e1", "Σ0", "Σ1")
FIGURES = Figures(
    PLATES,
    shown_in={
        **dict.fromkeys(("accuracy", "cross-validated accuracy"), ("learned_accuracy",)),
        **dict.fromkeys((*_BARRIERS, "share of the rearranging with S > 0"), ("learned_probability",)),
        **dict.fromkeys(("largest deviation of q(t)", "-dq(S,t)/dt"), ("learned_relaxation",)),
    },
)

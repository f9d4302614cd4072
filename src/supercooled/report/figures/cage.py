"""The mean-field cage: its potential, its softness and what ties the two together."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.numbers import at_temperature, curves, shown, temperatures_text, values_text
from supercooled.report.plates import Caption, Plate, Results, drawn_by
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


def potential_caption(results: Results) -> Caption:
    """The caging potential."""
    data = results["cage"]
    floors = [
        f"{shown(float(curve[0]), digits=3)} {at_temperature(t)}"
        for t, curve in curves(data["caging_potential"])
    ]
    q_max = data.attrs.get("q_max")
    reach = Markup(", from wave numbers up to {}").format(f"{q_max:g}") if q_max is not None else ""
    return Caption(
        Markup(
            "Caging potential <i>β</i>Φ<sub>q</sub>(Δ<i>r</i>){}; dashed, the parabola "
            "1/(2<i>S</i>) Δ<i>r</i><sup>2</sup> above its minimum."
        ).format(reach),
        f"Caging potential against displacement at {temperatures_text(data)}; "
        f"its floor is {', '.join(floors)}.",
    )


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
        # a straight line is printed, so its values at our temperatures draw it
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


def softness_caption(results: Results) -> Caption:
    """Softness against temperature."""
    data = results["cage"]
    measured = values_text(data, "softness")
    caption = Markup("Softness <i>S</i> of the mean-field cage against temperature.")
    text = f"Softness {measured}."
    if "published_softness" in data:
        off = 100 * (data["softness"] / data["published_softness"] - 1)
        source = data["published_softness"].attrs.get("source")
        caption += Markup(
            " Dashed, the published line{}; below, the deviation from it, with a band of ±5 %."
        ).format(f" ({source})" if source else "")
        text += (
            f" It deviates from the published line by {float(off.min()):+.1f} to {float(off.max()):+.1f} %."
        )
    return Caption(caption, text)


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


def depth_q_caption(results: Results) -> Caption:
    """Depth from S(q) against inverse softness."""
    data = results["cage"]
    caption = Markup(
        "Depth <i>β</i>Φ<sub>q</sub> of the cage from the structure factor against the inverse softness"
    )
    caption += (
        Markup("; inset, against the depth <i>β</i>Φ<sub>r</sub>.") if "depth_r" in data else Markup(".")
    )
    return Caption(caption, f"Depth of the cage from the structure factor: {values_text(data, 'depth_q')}.")


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


def depth_r_caption(results: Results) -> Caption:
    """Depth from g(r) against inverse softness."""
    data = results["cage"]
    caption = Markup(
        "Depth <i>β</i>Φ<sub>r</sub> from the radial distribution function, "
        "which calibrates the local softness"
    )
    c0, c1 = data.attrs.get("c0"), data.attrs.get("c1")
    if c0 is not None and c1 is not None:
        caption += Markup(
            ": 1/<i>S</i> = <i>c</i><sub>0</sub> + <i>c</i><sub>1</sub> <i>β</i>Φ<sub>r</sub>, "
            "<i>c</i><sub>0</sub> = {}, <i>c</i><sub>1</sub> = {}"
        ).format(shown(float(c0)), shown(float(c1)))
    if data.attrs.get("reading"):
        caption += Markup(" (reading: {})").format(data.attrs["reading"])
    return Caption(caption + Markup("."), f"Depth of the cage from g(r): {values_text(data, 'depth_r')}.")


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


PLATES: tuple[Plate, ...] = (
    Plate(
        "cage",
        "The cage and its softness",
        (
            drawn_by(potential, potential_caption, "cage/caging_potential", name="caging_potential"),
            drawn_by(softness, softness_caption, "cage/softness", temperatures=2),
        ),
    ),
    Plate(
        "depth",
        "Depth of the cage and softness",
        (
            drawn_by(depth_q, depth_q_caption, "cage/depth_q", "cage/softness", temperatures=2),
            drawn_by(depth_r, depth_r_caption, "cage/depth_r", "cage/softness", temperatures=2),
        ),
    ),
)

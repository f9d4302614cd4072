"""Indicators and predictors against propensity, beside published curves."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.arrays import Array
from supercooled.report.numbers import shown, temperature_text
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import (
    ACCENT,
    CALM,
    FAINT,
    HEIGHT,
    INK,
    MARKERS,
    QUIET,
    axis,
    figure,
    floats,
    panel,
)
from supercooled.report.tables import Table

_COLOURS = (ACCENT, CALM, INK, QUIET)


@figure
def leaderboard(data: xr.Dataset) -> Figure:
    """Pearson correlation of each method at the coldest temperature, against time or side by side."""
    cold = data.isel(temperature=0)
    times = floats(cold["time"])
    names = [str(name) for name in cold["contender"].values]
    if len(times) > 1:
        fig, (axes,) = panel(height=HEIGHT + 0.9)
        for row in floats(cold["published_pearson"]):
            axes.plot(times, np.abs(row), color=FAINT, linewidth=1.2, zorder=0)
        named = _strongest(cold)
        for k, name in enumerate(names):
            value, error = (floats(cold[n])[k] for n in ("pearson", "pearson_error"))
            there = np.isfinite(value)
            if k not in named:
                axes.plot(times[there], np.abs(value[there]), color=FAINT, linewidth=0.6, zorder=0)
                continue
            place = named.index(k)
            axes.errorbar(
                times[there],
                np.abs(value[there]),
                yerr=np.nan_to_num(error[there]),
                color=_COLOURS[place % 4],
                marker=MARKERS[place % len(MARKERS)],
                linestyle="-" if str(cold["kind"].values[k]) == "predictor" else ":",
                label=name[:60],
            )
        axes.plot(times, floats(cold["ceiling"]), color=INK, linewidth=0.7, linestyle="--")
        axes.set(xscale="log", ylim=(0.0, 1.0), xlabel=axis("time"), ylabel="|Pearson correlation|")
        axes.set_xticks(times, [f"{t:g}" for t in times], fontsize=6)
        axes.set_xticks([], minor=True)
        fig.legend(loc="outside lower left", fontsize=5, frameon=False)
        return fig
    lines = [(name, value) for name, value in zip(names, floats(cold["pearson"])[:, 0], strict=True)]
    theirs = zip(map(str, cold["published"].values), floats(cold["published_pearson"])[:, 0], strict=True)
    lines += [(f"{name} (published)", value) for name, value in theirs]
    lines = sorted((line for line in lines if np.isfinite(line[1])), key=lambda line: abs(line[1]))
    fig, (axes,) = panel(height=0.6 + 0.17 * len(lines))
    colours = [FAINT if name.endswith("(published)") else ACCENT for name, _ in lines]
    axes.barh(range(len(lines)), [abs(value) for _, value in lines], color=colours, alpha=0.45, height=0.8)
    # Names stand on the bars: beside them they would take half of the width.
    for k, (name, value) in enumerate(lines):
        axes.text(0.01, k, f"{abs(value):.3f}  {name[:70]}", fontsize=5, va="center", color=INK)
    axes.set_yticks([])
    axes.set(xlim=(0.0, 1.0), ylim=(-0.6, len(lines) - 0.4), xlabel="|Pearson correlation|")
    ceiling = float(floats(cold["ceiling"])[0])
    if np.isfinite(ceiling):
        axes.axvline(ceiling, color=INK, linewidth=0.7, linestyle="--")
    return fig


def _strongest(cold: xr.Dataset) -> list[int]:
    """Contenders whose curves can be distinguished: the best predictors, then the best single numbers."""
    found: list[int] = []
    best = np.nan_to_num(np.abs(cold["pearson"].values), nan=0.0).max(axis=1)
    for kind, number in (("predictor", 3), ("indicator", 4)):
        own = np.flatnonzero(cold["kind"].values == kind)
        found += sorted(own.tolist(), key=lambda k: -best[k])[:number]
    return found


def leaderboard_caption(results: Results) -> Caption:
    """Each method at the coldest temperature."""
    data = results["benchmark"].isel(temperature=0)
    best = data["pearson"].max("time")
    said = ", ".join(
        f"{shown(float(value), digits=3)} by {name}"
        for name, value in zip(data["contender"].values, best.values, strict=True)
        if np.isfinite(value)
    )
    return Caption(
        Markup(
            "Pearson correlation with the propensity over the particles of configurations that "
            "took no part in the training, at the coldest temperature. Of several times: the "
            "three best predictors (lines) and the four best single numbers (dotted), all "
            "others pale; grey, published values; dashed, the ceiling set by the number of "
            "runs."
        ),
        f"Pearson correlation at the coldest temperature, at most {said}.",
    )


def table_of_benchmark(data: xr.Dataset) -> Table:
    """A line for each method and temperature, ours and published, a column for each time."""
    lines: list[tuple[str, ...]] = []
    theirs = list(map(str, data["published"].values))
    for i, T in enumerate(map(float, floats(data["temperature"]))):
        own: list[tuple[float, tuple[str, ...]]] = []
        for m, name in enumerate(map(str, data["contender"].values)):
            values, errors = (floats(data[n])[m, i] for n in ("pearson", "pearson_error"))
            if np.isfinite(values).any():
                seconds, columns = (float(data[n].values[m]) for n in ("seconds", "columns"))
                cost = (f"{columns:.0f}", f"{seconds:.2f}")
                line = (name, temperature_text(T), *_cells(values, errors), *cost)
                own.append((-float(np.nanmax(np.abs(values))), line))
        for p, name in enumerate(theirs):
            values = floats(data["published_pearson"])[p, i]
            if np.isfinite(values).any():
                line = (f"{name}, published", temperature_text(T), *_cells(values, None), "", "")
                own.append((-float(np.nanmax(np.abs(values))), line))
        lines += [line for _, line in sorted(own, key=lambda one: one[0])]
        ceiling = floats(data["ceiling"])[i]
        if own and np.isfinite(ceiling).any():
            lines.append(
                ("ceiling of the number of runs", temperature_text(T), *_cells(ceiling, None), "", "")
            )
    columns_of = (
        "contender",
        "T",
        *(f"t = {float(t):g}" for t in floats(data["time"])),
        "numbers per particle",
        "s per configuration",
    )
    caption = (
        "Pearson correlation with the propensity; of predictors, in configurations left out of the training. "
        "In brackets the standard error in units of the last digit; rank correlations are in the results. "
        "Published: "
        f"{data.attrs.get('published_source', '')}, {data.attrs.get('published_license', '')}."
    )
    return Table(caption, columns_of, tuple(lines))


def _cells(values: Array, errors: Array | None, sign: str = "") -> list[str]:
    """A number for each time, three decimals, its error in units of the last; nothing where there is none."""
    bars = np.full(len(values), np.nan) if errors is None else errors
    found = []
    for value, error in zip(values.tolist(), bars.tolist(), strict=True):
        text = f"{value:{sign}.3f}" if np.isfinite(value) else ""
        text += f"({1e3 * error:.0f})" if text and np.isfinite(error) else ""
        found.append(text.replace("-", "−"))
    return found


def table_of_additions(data: xr.Dataset) -> Table:
    """What each feature adds to averaged energy, and to all others; a column for each time."""
    ways = (("beyond_energy", "averaged energy"), ("added", "all others"))
    lines = []
    for i, T in enumerate(map(float, floats(data["temperature"]))):
        for way, to in ways:
            if way not in data:
                continue
            gains, errors = floats(data[way])[:, i], floats(data[f"{way}_error"])[:, i]
            best = np.nan_to_num(gains, nan=-np.inf).max(axis=1)
            lines += [
                (str(name), temperature_text(T), to, *_cells(gains[f], errors[f], "+"))
                for f, name in sorted(enumerate(data["feature"].values), key=lambda one: -best[one[0]])
                if np.isfinite(gains[f]).any()
            ]
    whole = data.attrs.get("predictor", "")
    caption = (
        "What each feature adds to the Pearson correlation of averaged inherent energy alone, and of all "
        f"others: “{whole}” without it."
    )
    times = (f"t = {float(t):g}" for t in floats(data["time"]))
    return Table(caption, ("feature", "T", "added to", *times), tuple(lines))


def table_of_transfer(data: xr.Dataset) -> Table:
    """Trained at one temperature, judged at another."""
    lines = [
        (
            str(name),
            temperature_text(float(trained)),
            temperature_text(float(judged)),
            shown(float(data["transfer"].values[m, i, j]), digits=3),
        )
        for m, name in enumerate(data["contender"].values)
        for i, trained in enumerate(floats(data["trained"]))
        for j, judged in enumerate(floats(data["judged"]))
        if np.isfinite(data["transfer"].values[m, i, j])
    ]
    caption = (
        "Pearson correlation at another temperature than that of training, at times of equal propensity."
    )
    return Table(caption, ("contender", "trained at", "judged at", "Pearson"), tuple(lines))


PLATES = (
    Plate(
        "leaderboard",
        "How well each indicator predicts the motion",
        (drawn_by(leaderboard, leaderboard_caption, "benchmark/pearson"),),
    ),
)
TABLES = {"benchmark": table_of_benchmark, "added": table_of_additions, "transfer": table_of_transfer}

"""Indicators and predictors against propensity, beside published curves."""

from __future__ import annotations

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from supercooled.report.numbers import shown, temperature_text
from supercooled.report.plates import Caption, Plate, Results, drawn_by
from supercooled.report.style import ACCENT, CALM, FAINT, INK, MARKERS, QUIET, axis, figure, floats, panel
from supercooled.report.tables import Table

_COLOURS = (ACCENT, CALM, INK, QUIET)


@figure
def leaderboard(data: xr.Dataset) -> Figure:
    """Pearson correlation of each method at the coldest temperature, against time or side by side."""
    fig, (axes,) = panel()
    cold = data.isel(temperature=0)
    times = floats(cold["time"])
    names = [str(name) for name in cold["contender"].values]
    if len(times) > 1:
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
        axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.2), fontsize=5, frameon=False)
        return fig
    lines = [(name, value) for name, value in zip(names, floats(cold["pearson"])[:, 0], strict=True)]
    theirs = zip(map(str, cold["published"].values), floats(cold["published_pearson"])[:, 0], strict=True)
    lines += [(f"{name} (published)", value) for name, value in theirs]
    lines = sorted((line for line in lines if np.isfinite(line[1])), key=lambda line: abs(line[1]))
    colours = [QUIET if name.endswith("(published)") else ACCENT for name, _ in lines]
    axes.barh(range(len(lines)), [abs(value) for _, value in lines], color=colours, height=0.7)
    axes.set_yticks(range(len(lines)), [name[:60] for name, _ in lines], fontsize=5)
    axes.set(xlabel="|Pearson correlation|")
    ceiling = float(floats(cold["ceiling"])[0])
    if np.isfinite(ceiling):
        axes.axvline(ceiling, color=INK, linewidth=0.7, linestyle="--")
    return fig


def _strongest(cold: xr.Dataset) -> list[int]:
    """Contenders that a curve can be told apart of: the best predictors, then the best single numbers."""
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
            "Pearson correlation with the propensity over the particles of configurations that took no part "
            "in the training, at the coldest temperature. Of several times: the three best predictors "
            "(lines) and the four best single numbers (dotted), all others pale; grey what is published, "
            "dashed the ceiling that the number of runs sets."
        ),
        f"Pearson correlation at the coldest temperature, at most {said}.",
    )


def table_of_benchmark(data: xr.Dataset) -> Table:
    """A line for each method, temperature and time, ours and published."""
    lines = []
    for i, T in enumerate(floats(data["temperature"])):
        for k, t in enumerate(floats(data["time"])):
            state = f"{temperature_text(float(T))}, {t:g}"
            ceiling = float(data["ceiling"].values[i, k])
            for m, name in enumerate(map(str, data["contender"].values)):
                value, error = (float(data[n].values[m, i, k]) for n in ("pearson", "pearson_error"))
                if not np.isfinite(value):
                    continue
                seconds, columns = (float(data[n].values[m]) for n in ("seconds", "columns"))
                rank = float(data["spearman"].values[m, i, k])
                lines.append(
                    (
                        name,
                        state,
                        shown(value, error, digits=3),
                        shown(rank, digits=3),
                        f"{columns:.0f}",
                        f"{seconds:.2f}",
                        shown(ceiling, digits=3),
                    )
                )
            for p, name in enumerate(map(str, data["published"].values)):
                value = float(data["published_pearson"].values[p, i, k])
                if np.isfinite(value):
                    lines.append((f"{name}, published", state, shown(value, digits=3), "", "", "", ""))
    columns_of = (
        "contender",
        "T, time",
        "Pearson",
        "Spearman",
        "numbers a particle",
        "s a configuration",
        "ceiling",
    )
    caption = (
        "Correlation with the propensity; of predictors, in configurations left out of the training. "
        "Published: "
        f"{data.attrs.get('published_source', '')}, {data.attrs.get('published_license', '')}."
    )
    return Table(caption, columns_of, tuple(lines))


def table_of_additions(data: xr.Dataset) -> Table:
    """What the largest predictor loses without one of its features."""
    lines = [
        (
            str(name),
            f"{temperature_text(float(T))}, {t:g}",
            shown(float(data["added"].values[f, i, k]), float(data["added_error"].values[f, i, k]), digits=3),
            _gain(data, f, i, k),
        )
        for f, name in enumerate(data["feature"].values)
        for i, T in enumerate(floats(data["temperature"]))
        for k, t in enumerate(floats(data["time"]))
        if np.isfinite(data["added"].values[f, i, k])
    ]
    whole = data.attrs.get("predictor", "")
    caption = (
        f"What each feature adds to the Pearson correlation: to “{whole}” without it, and to averaged "
        "inherent energy alone."
    )
    return Table(caption, ("feature", "T, time", "to all others", "to averaged energy"), tuple(lines))


def _gain(data: xr.Dataset, f: int, i: int, k: int) -> str:
    if "beyond_energy" not in data or not np.isfinite(data["beyond_energy"].values[f, i, k]):
        return ""
    value, error = (float(data[n].values[f, i, k]) for n in ("beyond_energy", "beyond_energy_error"))
    return shown(value, error, digits=3)


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
        "Who knows how much of the motion",
        (drawn_by(leaderboard, leaderboard_caption, "benchmark/pearson"),),
    ),
)
TABLES = {"benchmark": table_of_benchmark, "added": table_of_additions, "transfer": table_of_transfer}

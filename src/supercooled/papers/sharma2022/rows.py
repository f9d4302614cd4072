"""Measured beside printed, row by row, in the paper's order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import xarray as xr

from supercooled import relation
from supercooled.analysis.choices import Choices
from supercooled.analysis.results import Cages, Moves, Relations
from supercooled.papers import explained
from supercooled.papers.sharma2022.chosen import (
    BARRIER,
    ONSET,
    PRINTED,
    SHARE,
    SHARE_BY_WIDTH,
    SOFTNESS,
    softness_line,
)
from supercooled.papers.sharma2022.readings import in_words, nearest
from supercooled.report import Row, Tolerance

WORDS = {
    "softness": "softness",
    "potential_energy": "potential energy",
    "local_density": "low density",
    "coordination": "few neighbours",
}
# Local C(r), total density, and the scale that makes the mean softness the liquid's.
RECOMMENDED = ("local", "total", "local-mean")


def rows(
    temperatures: Sequence[float],
    *,
    curves: xr.Dataset,
    found: Cages,
    moved: Moves,
    related: Relations,
    fits: xr.Dataset,
    p_c_within: Tolerance,
    choices: Choices,
) -> list[Row]:
    """The rows that every preset has.

    curves : ``msd`` and ``alpha2`` (temperature, lag)
    """
    paper = PRINTED
    found_rows = [
        Row.judge(
            item="nandi2021, Table III",
            quantity="softness",
            state=f"T = {T:.2f}",
            published=softness_line(T),
            measured=float(found.softness.softness[i]),
            uncertainty=float(found.softness.softness_error[i]),
            unit="sigma_AA^2",
            tolerance=SOFTNESS,
            note=f"Average softness, curvature at 0, q_max = {choices.q_max:g}.",
        )
        for i, T in enumerate(temperatures)
    ]
    for T, threshold in zip(temperatures, moved.thresholds, strict=True):
        value = float(paper["p_c"][f"{T:.2f}"])
        found_rows.append(
            Row.judge(
                item="Sec. III",
                quantity="p_c",
                state=f"T = {T:.2f}",
                published=value,
                measured=threshold.value,
                uncertainty=threshold.error,
                unit="sigma_AA^2",
                tolerance=p_c_within,
                note=f"MSD of {choices.centre} particles at the maximum of alpha_2, which is flat: with the "
                f"printed MSD, alpha_2 is {_height(curves.sel(temperature=T), value):.1%} of its largest."
                if threshold.reached
                else f"The run is too short: {threshold.reason}.",
            )
        )
    shares = paper["fraction_rearranging_softer_than_peak"]
    for T, share in zip(temperatures, related.shares, strict=True):
        printed_share = shares.get(f"{T:.2f}")
        found_rows.append(
            Row.judge(
                item="Sec. V, Fig. 4",
                quantity="share softer than the peak",
                state=f"T = {T:.2f}",
                published=printed_share,
                measured=share.value,
                uncertainty=share.error,
                unit="1",
                tolerance=None if printed_share is None else SHARE,
                note=f"Of {share.n_rearranging} particles at times; chance gives {share.of_all:.2f}.",
            )
        )
    coldest = related.depth_shares[0]
    found_rows.append(
        Row.judge(
            item="App. B, Fig. 15(a)",
            quantity="share shallower than the peak",
            state=f"T = {temperatures[0]:.2f}",
            published=float(paper["fraction_rearranging_shallower_than_peak_T0.47"]),
            measured=coldest.value,
            uncertainty=coldest.error,
            unit="1",
            tolerance=SHARE,
            note="The same share by the depth of the cage itself.",
        )
    )
    return [*found_rows, *_slope_rows(related, temperatures), *_barrier_rows(fits)]


def _height(curves: xr.Dataset, msd: float) -> float:
    """alpha_2 where the mean squared displacement is `msd`, over its maximum."""
    seen = curves.dropna("lag", subset=["msd", "alpha2"])
    alpha2 = seen["alpha2"].values
    return float(np.interp(np.log(msd), np.log(seen["msd"].values), alpha2) / alpha2.max())


def _slope_rows(related: Relations, temperatures: Sequence[float]) -> list[Row]:
    slopes = relation.steepness(related.probabilities)
    return [
        Row.judge(
            item="Sec. V, Fig. 5(a)",
            quantity="d ln P_R / d ln S",
            state=f"T = {T:.2f}",
            published=None,
            measured=float(slopes.steepness[i]),
            uncertainty=float(slopes.steepness_error[i]),
            unit="1",
            tolerance=None,
            note="The paper shows it and prints no number: steeper when colder.",
        )
        for i, T in enumerate(temperatures)
    ]


def _barrier_rows(fits: xr.Dataset) -> list[Row]:
    paper = PRINTED
    seen = fits.dropna("softness", subset=["barrier"])
    # The barrier falls with softness: the paper's lowest belongs to its softest particles.
    ends = [int(np.argmin(seen.barrier.values)), int(np.argmax(seen.barrier.values))]
    found_rows = [
        Row.judge(
            item="Sec. V, Fig. 5(b)",
            quantity="onset temperature",
            state="T up to 0.70",
            published=float(paper["onset_temperature_from_softness"]),
            measured=fits.attrs["onset"],
            uncertainty=fits.attrs["onset_error"],
            unit="epsilon_AA/k_B",
            tolerance=ONSET,
            note=f"Where the Arrhenius lines of the softnesses that {fits.attrs['least']} temperatures "
            "know cross; error by jackknife over the runs.",
        )
    ]
    for which, end, value in zip(("lowest", "highest"), ends, paper["barrier_range"], strict=True):
        here = seen.isel(softness=end)
        found_rows.append(
            Row.judge(
                item="Sec. V, Fig. 5(c)",
                quantity=f"{which} barrier, base 10",
                state=f"S = {1e3 * float(here.softness):.2f}e-3",
                published=float(value),
                measured=float(here.barrier_base10),
                uncertainty=float(here.barrier_base10_error),
                unit="epsilon_AA",
                tolerance=BARRIER,
                note=f"{float(here.barrier):.2f} in natural units; the paper's logarithm is base 10.",
            )
        )
    return found_rows


def further_rows(results: dict[str, xr.Dataset], temperatures: Sequence[float]) -> list[Row]:
    """The rows of the extended parts."""
    return [
        *_reading_rows(results["readings"]),
        *_nearest_rows(results["readings"]),
        *_width_rows(results["widths"]),
        *_depth_rows(results),
        *_line_rows(results["lines"]),
        *_ranking_rows(results["ranking"], temperatures),
    ]


def _reading_rows(table: xr.Dataset) -> list[Row]:
    """The reading recommended for new work, beside the range of all; what is printed judges the study's."""
    words = ("correlation", "normalisation", "calibrated_by")
    chosen = [all(table[n].values[k] == w for n, w in zip(words, RECOMMENDED, strict=True))
              for k in range(table.sizes["reading"])]  # fmt: skip
    one = table.isel(reading=chosen.index(True))
    found = []
    for T in table["temperature"].values:
        every = table["share"].sel(temperature=T).values
        found.append(
            Row.judge(
                item="Sec. V, Fig. 4, read otherwise",
                quantity="share softer than the peak",
                state=f"T = {T:.2f}, calibrated by the local mean",
                published=None,
                measured=float(one["share"].sel(temperature=T)),
                uncertainty=_finite(float(one["share_error"].sel(temperature=T))),
                unit="1",
                tolerance=None,
                note=f"The reading recommended for new work; all {table.sizes['reading']} readings give "
                f"{every.min():.2f} to {every.max():.2f}.",
            )
        )
    return found


def _nearest_rows(table: xr.Dataset) -> list[Row]:
    """What is printed beside the reading that comes nearest to it, which is chosen by that."""
    paper, one = PRINTED, nearest(table)
    shares = paper["fraction_rearranging_softer_than_peak"]
    lowest, highest = map(float, paper["barrier_range"])
    shown = [
        ("Fig. 4", "share softer than the peak", f"T = {T:.2f}", shares[f"{T:.2f}"], "share", "1")
        for T in table["temperature"].values
        if f"{T:.2f}" in shares
    ]
    onset, energy = float(paper["onset_temperature_from_softness"]), "epsilon_AA"
    shown += [
        ("Fig. 5(b)", "onset temperature", "T up to 0.70", onset, "onset", "epsilon_AA/k_B"),
        ("Fig. 5(c)", "lowest barrier, base 10", "softest", lowest, "barrier_lowest", energy),
        ("Fig. 5(c)", "highest barrier, base 10", "hardest", highest, "barrier_highest", energy),
    ]
    found = []
    for figure, quantity, state, value, name, unit in shown:
        here = one.sel(temperature=float(state[4:])) if name == "share" else one
        measured = _finite(float(here[name]))
        error = float(here[f"{name}_error"]) if f"{name}_error" in here else np.nan
        found.append(
            Row.judge(
                item=f"Sec. V, {figure}, the nearest reading",
                quantity=quantity,
                state=f"{state}, {in_words(one)}",
                published=None,
                measured=measured,
                uncertainty=None if measured is None else _finite(error),
                unit=unit,
                tolerance=None,
                note=f"Printed: {value:g}. Of {table.sizes['reading']} readings the one nearest to the "
                "printed shares and onset, and chosen by them: no verdict; the study keeps to the text.",
            )
        )
    return found


def with_readings(rows: Sequence[Row], table: xr.Dataset) -> list[Row]:
    """The rows, those that miss with what the readings of the paper make of them."""
    names = {
        "share softer than the peak": "share",
        "lowest barrier, base 10": "barrier_lowest",
        "highest barrier, base 10": "barrier_highest",
    }
    near = nearest(table)

    def others(row: Row) -> str:
        name = names[row.quantity]
        one, every = near[name], table[name]
        if name == "share":
            one, every = (part.sel(temperature=float(row.state[4:])) for part in (one, every))
        known = every.values[np.isfinite(every.values)]
        if len(known) == 0:
            return ""
        words = (
            f"On frames spread over the run {len(known)} readings give {known.min():.2f} to {known.max():.2f}"
        )
        if not (np.isfinite(near["distance"]) and np.isfinite(one)):
            return f"{words}."
        return (
            f"{words}; the one nearest to the printed shares and onset ({in_words(near)}) {float(one):.2f}."
        )

    asked = {"Sec. V, Fig. 4", "Sec. V, Fig. 5(c)"}
    return [
        explained(row, partial(others, row)) if row.item in asked and row.quantity in names else row
        for row in rows
    ]


def _width_rows(widths: xr.Dataset) -> list[Row]:
    cold = widths.isel(temperature=0)
    shares = PRINTED["fraction_rearranging_softer_than_peak_by_delta_T0.47"]
    return [
        Row.judge(
            item="App. B, Fig. 13",
            quantity="share softer than the peak",
            state=f"T = 0.47, δ = {width}",
            published=float(share),
            measured=float(cold["share"].sel(width=float(width))),
            uncertainty=float(cold["share_error"].sel(width=float(width))),
            unit="1",
            tolerance=SHARE_BY_WIDTH,
            note="Frames evenly spread over the run. The softness goes with that of δ = 0.09 with a rank "
            f"correlation of {float(cold['rank_correlation'].sel(width=float(width))):.2f}.",
        )
        for width, share in shares.items()
    ]


def _depth_rows(results: dict[str, xr.Dataset]) -> list[Row]:
    if "depth_arrhenius" not in results:
        return []
    fits = results["depth_arrhenius"]
    return [
        Row.judge(
            item="App. B, Fig. 15(c)",
            quantity="onset temperature by depth",
            state="T up to 0.70",
            published=float(PRINTED["onset_temperature_from_depth"]),
            measured=fits.attrs["onset"],
            uncertainty=fits.attrs["onset_error"],
            unit="epsilon_AA/k_B",
            tolerance=ONSET,
            note="The same by the depth of the cage, without a calibration.",
        )
    ]


def _line_rows(lines: xr.Dataset) -> list[Row]:
    of = {"a": "1/S = a0 + a1 Φ_q", "b": "Φ_q = b0 + b1 Φ_r", "c": "1/S = c0 + c1 Φ_r"}
    units = {"a": "sigma_AA^-2", "b": "1", "c": "sigma_AA^-2"}
    return [
        Row.judge(
            item="Eqs. 4, 7, Fig. 1",
            quantity=name,
            state="all T",
            published=None,
            measured=float(lines["value"].sel(coefficient=name)),
            uncertainty=_finite(float(lines["error"].sel(coefficient=name))),
            unit=units[name[0]],
            tolerance=None,
            note=f"{of[name[0]]}; the paper shows the line and prints no number.",
        )
        for name in map(str, lines["coefficient"].values)
    ]


def _ranking_rows(ranking: xr.Dataset, temperatures: Sequence[float]) -> list[Row]:
    found = []
    for which, T in ((0, temperatures[0]), (-1, temperatures[-1])):
        for name, word in WORDS.items():
            here = ranking.isel(temperature=which, horizon=0).sel(field=name)
            information, entropy = float(here["mutual_information"]), float(here["entropy"])
            found.append(
                Row.judge(
                    item="beyond the paper",
                    quantity=f"area under the ROC curve, {word}",
                    state=f"T = {T:.2f}",
                    published=None,
                    measured=float(here["auc"]),
                    uncertainty=_finite(float(here["auc_error"])),
                    unit="1",
                    tolerance=None,
                    note=f"In the same frame; {1e3 * information:.1f}e-3 bit of {entropy:.2f}.",
                )
            )
    return found


def propensity_rows(table: xr.Dataset) -> list[Row]:
    """Rank correlation of each field with the propensity, at the last time of each temperature."""
    found = []
    for T in table["temperature"].values:
        here = table.sel(temperature=T).dropna("time", subset=["reliability"]).isel(time=-1)
        for name in map(str, table["field"].values):
            one = here.sel(field=name)
            found.append(
                Row.judge(
                    item="beyond the paper",
                    quantity=f"rank correlation with propensity, {WORDS[name]}",
                    state=f"T = {T:.2f}, {float(here['time']):g} tau",
                    published=None,
                    measured=float(one["rank_correlation"]),
                    uncertainty=_finite(float(one["rank_correlation_error"])),
                    unit="1",
                    tolerance=None,
                    note=f"{table.attrs['configurations']} configurations, {table.attrs['runs']} runs "
                    f"of each; {float(here['reliability']):.0%} of the propensity's variance is no chance of "
                    "so few runs.",
                )
            )
    return found


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None

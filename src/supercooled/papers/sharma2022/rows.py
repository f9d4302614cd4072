"""Measured beside printed, row by row, in the paper's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import xarray as xr

from supercooled import relation
from supercooled.analysis.choices import Choices
from supercooled.analysis.results import Cages, Moves, Relations
from supercooled.papers import Printed, explained
from supercooled.papers.sharma2022.chosen import (
    BARRIER,
    ENDS,
    ONSET,
    P_C,
    PRINTED,
    SHARE,
    SHARE_BY_WIDTH,
    SOFTNESS,
    TAU,
    softness_line,
)
from supercooled.papers.sharma2022.claims import LINES as CLAIMS
from supercooled.papers.sharma2022.definitions import LINES
from supercooled.papers.sharma2022.readings import in_words, nearest
from supercooled.report import Row, Tolerance

WORDS = {
    "softness": "softness",
    "potential_energy": "potential energy",
    "local_density": "low density",
    "coordination": "few neighbours",
}
AREA, PROPENSITY = "area under the ROC curve", "rank correlation with propensity"
# Local C(r), total density, and the scale that makes the mean softness the liquid's.
RECOMMENDED = ("local", "total", "local-mean")

WHERE_ALL_HAVE_IT = (
    "Barriers are taken where all temperatures have the softness: decided after the long runs, whose onset "
    "was 0.92(4) with softnesses that any three temperatures have."
)
SET_LATER = "The tolerance was set when results of an earlier version were known."
# Every line of the comparison: where the paper has it, what it is, its unit, and how far off it may be.
SLOWEST = "T = 0.47, A particles"
SOFT, DECAY = "share softer than the peak", "d ln P_R / d ln S"
TABLE = {
    **LINES,
    **CLAIMS,
    # q_max was set by these.
    "softness": Printed(
        "nandi2021, Table III",
        "softness",
        "sigma_AA^5",
        SOFTNESS,
        kind="calibrated",
        numbers=("softness_line/*",),
    ),
    "p_c": Printed("Sec. III", "p_c", "sigma_AA^2", P_C, numbers=("p_c/*",)),
    "softer": Printed(
        "Sec. V, Fig. 4", SOFT, "1", SHARE, numbers=("fraction_rearranging_softer_than_peak/*",)
    ),
    "shallower": Printed(
        "App. B, Fig. 15(a)",
        "share shallower than the peak",
        "1",
        SHARE,
        "The same share by the depth of the cage itself.",
        numbers=("fraction_rearranging_shallower_than_peak_T0.47",),
    ),
    "steepness": Printed(
        "Sec. V, Fig. 5(a)", DECAY, note="The paper shows it and prints no number: steeper when colder."
    ),
    "onset": Printed(
        "Sec. V, Fig. 5(b)",
        "onset temperature",
        "epsilon_AA/k_B",
        ONSET,
        reading=WHERE_ALL_HAVE_IT,
        numbers=("onset_temperature_from_softness",),
    ),
    **{
        key: Printed(
            "Sec. V, Fig. 5(c)",
            f"{key} barrier, base 10",
            "epsilon_AA",
            BARRIER,
            reading=f"{WHERE_ALL_HAVE_IT} {SET_LATER}",
            numbers=(f"barrier_range/{place}",),
        )
        for place, key in enumerate(("lowest", "highest"))
    },
    **{
        key: Printed(
            "Sec. V, Fig. 5(b)",
            f"{key} softness with a barrier",
            "sigma_AA^5",
            ENDS,
            "The printed lines end where all P(S) overlap; the width of a bin is the error.",
            reading="The tolerance was set when 1.84e-3 and 2.59e-3 were known.",
            numbers=(f"softness_range/{place}",),
        )
        for place, key in enumerate(("least", "largest"))
    },
    "relaxation time": Printed(
        "Sec. III",
        "relaxation time",
        "tau",
        TAU,
        "Half of the last printed digit.",
        reading="The tolerance was set when 715(92) was known.",
        numbers=("tau_alpha_T0.47",),
    ),
    "softer, recommended": Printed("Sec. V, Fig. 4, read otherwise", SOFT),
    "softer by width": Printed(
        "App. B, Fig. 13",
        SOFT,
        "1",
        SHARE_BY_WIDTH,
        numbers=("fraction_rearranging_softer_than_peak_by_delta_T0.47/*",),
    ),
    "onset by depth": Printed(
        "App. B, Fig. 15(c)",
        "onset temperature by depth",
        "epsilon_AA/k_B",
        ONSET,
        "The same by the depth of the cage, without a calibration.",
        numbers=("onset_temperature_from_depth",),
    ),
    **{name: Printed("Eqs. 4, 7, Fig. 1", name, "sigma_AA^-5") for name in ("a0", "c0", "c1")},
    "a1": Printed("Eqs. 4, 7, Fig. 1", "a1", "sigma_AA^-2"),
    **{name: Printed("Eqs. 4, 7, Fig. 1", name, "sigma_AA^-3") for name in ("b0", "b1")},
    **{
        f"{quantity}, {name}": Printed("beyond the paper", f"{quantity}, {word}")
        for quantity in (AREA, PROPENSITY)
        for name, word in WORDS.items()
    },
}


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

    Parameters
    ----------
    curves
        ``msd`` and ``alpha2`` (temperature, lag)
    """
    shares = PRINTED["fraction_rearranging_softer_than_peak"]
    found_rows = [
        TABLE["softness"].row(
            f"T = {T:.2f}",
            float(found.softness.softness[i]),
            error=float(found.softness.softness_error[i]),
            published=softness_line(T),
            note=f"Average softness, curvature at 0, q_max = {choices.q_max:g}.",
        )
        for i, T in enumerate(temperatures)
    ]
    for T, threshold in zip(temperatures, moved.thresholds, strict=True):
        value = float(PRINTED["p_c"][f"{T:.2f}"])
        note = f"The run is too short: {threshold.missing}."
        if threshold.known:
            height = _height(curves.sel(temperature=T), value)
            note = (
                f"MSD of {choices.species} particles at the maximum of alpha_2, which is flat: with the "
                f"printed MSD, alpha_2 is {height:.1%} of its largest."
            )
        line = replace(TABLE["p_c"], tolerance=p_c_within)
        found_rows.append(
            line.row(f"T = {T:.2f}", threshold.value, error=threshold.error, published=value, note=note)
        )
    found_rows += [
        TABLE["softer"].row(
            f"T = {T:.2f}",
            share.value,
            error=share.error,
            published=shares.get(f"{T:.2f}"),
            note=f"Of {share.n_rearranging} samples (particle and frame); chance gives {share.of_all:.2f}.",
        )
        for T, share in zip(temperatures, related.shares, strict=True)
    ]
    coldest = related.depth_shares[0]
    found_rows.append(
        TABLE["shallower"].row(
            f"T = {temperatures[0]:.2f}",
            coldest.value,
            error=coldest.error,
            published=float(PRINTED["fraction_rearranging_shallower_than_peak_T0.47"]),
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
        TABLE["steepness"].row(
            f"T = {T:.2f}", float(slopes.steepness[i]), error=float(slopes.steepness_error[i])
        )
        for i, T in enumerate(temperatures)
    ]


def _barrier_rows(fits: xr.Dataset) -> list[Row]:
    seen = fits.dropna("softness", subset=["barrier"])
    # The barrier falls with softness: the paper's lowest belongs to its softest particles.
    ends = [int(np.argmin(seen.barrier.values)), int(np.argmax(seen.barrier.values))]
    found_rows = [
        TABLE["onset"].row(
            "T up to 0.70",
            fits.attrs["onset"],
            error=fits.attrs["onset_error"],
            published=float(PRINTED["onset_temperature_from_softness"]),
            note=f"Where the Arrhenius lines of the softnesses that {fits.attrs['least']} temperatures "
            "know cross; error by jackknife over the runs.",
        )
    ]
    for which, end, value in zip(("lowest", "highest"), ends, PRINTED["barrier_range"], strict=True):
        here = seen.isel(softness=end)
        found_rows.append(
            TABLE[which].row(
                f"S = {1e3 * float(here.softness):.2f}e-3",
                float(here.barrier_base10),
                error=float(here.barrier_base10_error),
                published=float(value),
                note=f"{float(here.barrier):.2f} in natural units; the paper's logarithm is base 10.",
            )
        )
    S, bins = seen["softness"].values, np.diff(fits["softness"].values)
    return [
        *found_rows,
        *(
            TABLE[key].row(
                "T up to 0.70", float(end), error=float(bins.mean() / np.sqrt(12)), published=value
            )
            for key, end, value in zip(
                ("least", "largest"), (S.min(), S.max()), PRINTED["softness_range"], strict=True
            )
        ),
    ]


def with_printed_time(rows: Sequence[Row]) -> list[Row]:
    """The rows of the motion, of which the slowest relaxation time is printed."""
    line = TABLE["relaxation time"]
    printed = float(PRINTED["tau_alpha_T0.47"])
    return [
        line.row(
            row.state,
            row.measured,
            error=row.uncertainty,
            published=printed,
            note=f"{line.note} {row.note}".strip(),
        )
        if (row.quantity, row.state) == (line.quantity, SLOWEST)
        else row
        for row in rows
    ]


def slowest_row(temperatures: Sequence[float], moved: Moves) -> list[Row]:
    """The printed relaxation time where there is no table of the motion."""
    line = TABLE["relaxation time"]
    return [
        line.row(
            SLOWEST,
            time.value,
            error=time.error,
            published=float(PRINTED["tau_alpha_T0.47"]),
            note=f"Not reached: {time.missing}." if time.missing else line.note,
        )
        for T, time in zip(temperatures, moved.relaxation, strict=True)
        if np.isclose(T, 0.47)
    ]


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
            TABLE["softer, recommended"].row(
                f"T = {T:.2f}, calibrated by the local mean",
                float(one["share"].sel(temperature=T)),
                error=float(one["share_error"].sel(temperature=T)),
                note=f"The reading recommended for new work; all {table.sizes['reading']} readings give "
                f"{every.min():.2f} to {every.max():.2f}.",
            )
        )
    return found


def _nearest_rows(table: xr.Dataset) -> list[Row]:
    """What is printed beside the reading that comes nearest to it, which is chosen by that."""
    one = nearest(table)
    shares = PRINTED["fraction_rearranging_softer_than_peak"]
    lowest, highest = map(float, PRINTED["barrier_range"])
    shown = [
        ("softer", f"T = {T:.2f}", shares[f"{T:.2f}"], one.sel(temperature=T), "share")
        for T in table["temperature"].values
        if f"{T:.2f}" in shares
    ]
    shown += [
        ("onset", "T up to 0.70", float(PRINTED["onset_temperature_from_softness"]), one, "onset"),
        ("lowest", "softest", lowest, one, "barrier_lowest"),
        ("highest", "hardest", highest, one, "barrier_highest"),
    ]
    return [
        replace(TABLE[line], item=f"{TABLE[line].item}, the nearest reading").row(
            f"{state}, {in_words(one)}",
            float(here[name]),
            error=float(here[f"{name}_error"]) if f"{name}_error" in here else None,
            note=f"Printed: {value:g}. Of {table.sizes['reading']} readings the one nearest to the "
            "printed shares and onset, and chosen by them: no verdict; the study keeps to the text.",
        )
        for line, state, value, here, name in shown
    ]


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

    asked = {TABLE["softer"].item, TABLE["lowest"].item}
    return [
        explained(row, partial(others, row)) if row.item in asked and row.quantity in names else row
        for row in rows
    ]


def _width_rows(widths: xr.Dataset) -> list[Row]:
    cold = widths.isel(temperature=0)
    shares = PRINTED["fraction_rearranging_softer_than_peak_by_delta_T0.47"]
    return [
        TABLE["softer by width"].row(
            f"T = 0.47, δ = {width}",
            float(cold["share"].sel(width=float(width))),
            error=float(cold["share_error"].sel(width=float(width))),
            published=float(share),
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
        TABLE["onset by depth"].row(
            "T up to 0.70",
            fits.attrs["onset"],
            error=fits.attrs["onset_error"],
            published=float(PRINTED["onset_temperature_from_depth"]),
        )
    ]


def _line_rows(lines: xr.Dataset) -> list[Row]:
    of = {"a": "1/S = a0 + a1 Φ_q", "b": "Φ_q = b0 + b1 Φ_r", "c": "1/S = c0 + c1 Φ_r"}
    return [
        TABLE[name].row(
            "all T",
            float(lines["value"].sel(coefficient=name)),
            error=float(lines["error"].sel(coefficient=name)),
            note=f"{of[name[0]]}; the paper shows the line and prints no number.",
        )
        for name in map(str, lines["coefficient"].values)
    ]


def _ranking_rows(ranking: xr.Dataset, temperatures: Sequence[float]) -> list[Row]:
    found = []
    for which, T in ((0, temperatures[0]), (-1, temperatures[-1])):
        for name in WORDS:
            here = ranking.isel(temperature=which, horizon=0).sel(field=name)
            information, entropy = float(here["mutual_information"]), float(here["entropy"])
            found.append(
                TABLE[f"{AREA}, {name}"].row(
                    f"T = {T:.2f}",
                    float(here["auc"]),
                    error=float(here["auc_error"]),
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
                TABLE[f"{PROPENSITY}, {name}"].row(
                    f"T = {T:.2f}, {float(here['time']):g} tau",
                    float(one["rank_correlation"]),
                    error=float(one["rank_correlation_error"]),
                    note=f"{table.attrs['configurations']} configurations, {table.attrs['runs']} runs "
                    f"of each; {float(here['reliability']):.0%} of the propensity's variance is no chance of "
                    "so few runs.",
                )
            )
    return found

"""Measured beside printed, row by row, in the paper's order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import xarray as xr

from supercooled.analysis.stages import Results
from supercooled.papers import Printed
from supercooled.papers.graham2023.chosen import (
    ACCURACY_COLD,
    ACCURACY_HOT,
    COLLAPSE,
    ENTROPY_SPREAD,
    PLATEAU,
    PRINTED,
    SOFTNESS_SPREAD,
    STRAIGHT,
)
from supercooled.papers.graham2023.claims import LINES as CLAIMS
from supercooled.papers.graham2023.definitions import LINES
from supercooled.papers.graham2023.reasons import Kind, accuracy, collapse, spread
from supercooled.papers.graham2023.strata import FIELDS
from supercooled.relation import CommonLine, common_line
from supercooled.report import Row, Tolerance

# A crossover known worse than this part of itself says nothing.
_ROUGH = 0.5
_NO_LINES = "Fewer than two strata have a probability at three temperatures: no lines to cross."


# What is printed as P(R|S > 0) falls below the half of a guess, which no share of balanced examples does: it
# can only be the share of the rearranging that have S > 0. The words as they stand have no verdict.
READINGS = (
    ("recall", "P(S > 0|R)", True, "Of the rearranging, the share with S > 0."),
    ("accuracy", "P(R|S > 0)", False, "As the words stand: of equally many a guess is right in half."),
)
READ_AS = (
    "Printed as P(R|S > 0), which on equally many examples can't fall below the half of a guess, as the "
    "print does: read as P(S > 0|R) when both were known."
)
_RISES = Tolerance.between(0.0, np.inf)
# Every line of the comparison: where the paper has it, what it is, its unit, and how far off it may be.
TABLE = {
    **LINES,
    **CLAIMS,
    **{
        f"{name}, {when}": Printed(
            "Sec. II.B",
            f"{quantity}, {when}",
            "1",
            within if judged else None,
            reading=READ_AS if judged else "",
            numbers=(f"accuracy_{when}/*",) if judged else (),
        )
        for name, quantity, judged, _ in READINGS
        for when, within in (("coldest", ACCURACY_COLD), ("hottest", ACCURACY_HOT))
    },
    "spread": Printed(
        "Fig. 3",
        "spread of P_R across strata of s2",
        "decades",
        ENTROPY_SPREAD,
        "At the coldest temperature, between the first and the last stratum that rearrange.",
        numbers=("entropy_spread_decades_at_most",),
    ),
    "further spread": Printed(
        "Fig. 3",
        "further spread across strata of S",
        "decades",
        SOFTNESS_SPREAD,
        numbers=("softness_spread_extra_decades_at_least",),
    ),
    "pearson": Printed(
        "Fig. 4(a), inset",
        "Pearson correlation of S and s2",
        "1",
        PLATEAU,
        "The paper prints the plateau only, about 0.5, reached at the largest Δ.",
        numbers=("pearson_softness_entropy_plateau",),
    ),
    "rise": Printed(
        "Fig. 4(a), inset",
        "rise of that correlation with Δ",
        "1",
        _RISES,
        "Printed: it rises. 0 is the bound. A plane learned from few examples is rough, which lowers the "
        "correlation.",
    ),
    "crossover, softness": Printed("Fig. 4(b)", "crossover temperature from S", "epsilon_AA/k_B"),
    "crossover, entropy": Printed("Fig. 4(b)", "crossover temperature from s2", "epsilon_AA/k_B"),
    "difference": Printed("Fig. 4(b)", "difference of the two crossover temperatures", "epsilon_AA/k_B"),
    "step": Printed(
        "Fig. 5(b)",
        "smallest step of s2 from one softness group to the next",
        "k_B",
        _RISES,
        "Printed: s2 rises monotonically with S. 0 is the bound.",
    ),
    **{
        f"{word}, ratio": Printed(
            item,
            f"spread of the {word} barriers after scaling, over that before",
            "1",
            COLLAPSE,
            "About one straight line against s2, in standard deviations of all barriers.",
        )
        for item, word in (("Fig. 6(a)", "entropic"), ("Fig. 6(b)", "energetic"))
    },
    **{
        f"{word}, straight": Printed(
            item, f"R^2 of the scaled {word} barriers against s2", "1", STRAIGHT, "Printed: linear."
        )
        for item, word in (("Fig. 6(a)", "entropic"), ("Fig. 6(b)", "energetic"))
    },
    "identity": Printed(
        "Eqs. 7, 8",
        "largest deviation from the identity of both barriers",
        note="0 where all strata cross at T_A; the paper's strata do so approximately.",
    ),
}


def rows(results: Results) -> list[Row]:
    """Every row of the comparison."""
    return [
        *_accuracy_rows(results["states"]),
        *_spread_rows(results["strata"]),
        *_pearson_rows(results["joint"]),
        *_crossover_rows(results["strata"]),
        *_group_rows(results["groups"]),
        *_collapse_rows(results),
    ]


def _names(data: xr.Dataset) -> list[str]:
    return [f"Δ = {float(width):g}" for width in data["width"].values]


def _accuracy_rows(states: xr.Dataset) -> list[Row]:
    found = []
    for q, name in enumerate(_names(states)):
        one = states.isel(liquid=q)
        known = np.flatnonzero(np.isfinite(one["accuracy"].values))
        for which, key in ((0, "coldest"), (-1, "hottest")):
            low, high = (float(v) for v in PRINTED[f"accuracy_{key}"])
            there = len(known) > abs(which) and (which == 0 or known[-1] != known[0])
            k = int(known[which]) if there else 0
            n = int(one["examples"][k]) if there else 0
            as_printed = f"Printed: {100 * low:.0f} to {100 * high:.0f} %."
            missing = f"No temperature gave both kinds of examples for the {key}."
            for share, _, judged, words in READINGS:
                P = float(one[share][k]) if there else np.nan
                row = TABLE[f"{share}, {key}"].row(
                    f"{name}, T = {float(one['temperature'][k]):g}" if there else name,
                    P,
                    error=np.sqrt(P * (1.0 - P) / max(n, 1)) if there else None,
                    published=0.5 * (low + high) if judged else None,
                    note=f"{as_printed} {n} examples of each kind. {words}" if there else missing,
                    tried=partial(accuracy, one.isel(state=k)),
                )
                found.append(row)
    return found


def _spread_rows(strata: xr.Dataset) -> list[Row]:
    found = []
    for q, name in enumerate(_names(strata)):
        decades, errors = zip(*(_decades(strata.isel(liquid=q).sel(field=f)) for f in FIELDS), strict=True)
        state = f"{name}, T = {float(strata['temperature'][q, 0]):g}"
        further, error = decades[0] - decades[1], float(np.hypot(*errors))
        bound = float(PRINTED["softness_spread_extra_decades_at_least"])
        found += [
            TABLE["spread"].row(
                state,
                decades[1],
                error=errors[1],
                published=float(PRINTED["entropy_spread_decades_at_most"]),
            ),
            TABLE["further spread"].row(
                state,
                further,
                error=error,
                published=bound,
                note=f"Strata of S alone: {decades[0]:.2f} decades.",
                tried=partial(spread, strata.isel(liquid=q), bound - further, error),
            ),
        ]
    return found


def _decades(one: xr.Dataset) -> tuple[float, float]:
    """Decades between the least and the most that strata of the coldest state rearrange, with an error."""
    P, error = (
        one[name].isel(state=0).values
        for name in ("rearrangement_probability", "rearrangement_probability_error")
    )
    known = np.flatnonzero(P > 0)
    if len(known) < 2:
        return np.nan, np.nan
    ends = known[[int(np.argmin(P[known])), int(np.argmax(P[known]))]]
    relative = error[ends] / P[ends]
    return float(np.log10(P[ends[1]] / P[ends[0]])), float(np.hypot(*relative) / np.log(10.0))


def _pearson_rows(joint: xr.Dataset) -> list[Row]:
    plateau = float(PRINTED["pearson_softness_entropy_plateau"])
    found = [
        TABLE["pearson"].row(
            f"{name}, T = {float(joint['temperature'][q]):g}",
            float(joint["pearson"][q]),
            error=float(joint["pearson_error"][q]),
            published=plateau if q == joint.sizes["liquid"] - 1 else None,
        )
        for q, name in enumerate(_names(joint))
    ]
    if joint.sizes["liquid"] > 1:
        widths, values = joint["width"].values, joint["pearson"].values
        found.append(
            TABLE["rise"].row(
                f"Δ = {widths[0]:g} to {widths[-1]:g}",
                float(values[-1] - values[0]),
                error=float(np.hypot(*joint["pearson_error"].values[[0, -1]])),
                published=0.0,
            )
        )
    return found


def _crossover_rows(strata: xr.Dataset) -> list[Row]:
    found = []
    for q, name in enumerate(_names(strata)):
        one = strata.isel(liquid=q)
        T = [float(one["crossover"].sel(field=f)) for f in FIELDS]
        error = [float(one["crossover_error"].sel(field=f)) for f in FIELDS]
        found += [
            TABLE[f"crossover, {field}"].row(
                name,
                T[f],
                error=error[f],
                note="Where pairs of Arrhenius lines cross, without outliers; the figure has no number."
                if np.isfinite(T[f])
                else _NO_LINES,
            )
            for f, field in enumerate(FIELDS)
        ]
        both = float(np.hypot(error[0], error[1]))
        # Errors as large as the temperatures would make anything agree.
        known = all(np.isfinite(e) and e < _ROUGH * t for t, e in zip(T, error, strict=True))
        judged = known and both > 0
        line = replace(TABLE["difference"], tolerance=Tolerance.absolute(both) if judged else None)
        found.append(
            line.row(
                name,
                T[1] - T[0],
                error=both,
                published=0.0 if judged else None,
                note="Printed: they agree relatively well; asked for: within the errors of both."
                if judged
                else _NO_LINES
                if not np.isfinite(T).all()
                else "Not judged: these runs don't tell the errors of both temperatures; prolong the runs."
                if not np.isfinite(both)
                else "Not judged: an error exceeds half of its temperature; prolong the runs.",
            )
        )
    return found


def _group_rows(groups: xr.Dataset) -> list[Row]:
    found = []
    for q, name in enumerate(_names(groups)):
        s2 = groups["pair_entropy"].isel(liquid=q).values
        steps = np.diff(s2[np.isfinite(s2)])
        found.append(TABLE["step"].row(name, float(steps.min()) if len(steps) else None, published=0.0))
    return found


def lines(results: Results) -> dict[str, tuple[CommonLine, CommonLine]] | None:
    """Of the entropic and the energetic barriers: the common line before and after the scaling."""
    groups, strata = results["groups"], results["strata"].sel(field="softness")
    known = np.isfinite(groups["scaled_entropy"].values)
    if known.any(axis=1).sum() < 2:
        return None
    x = [np.where(k, s, np.nan) for k, s in zip(known, groups["pair_entropy"].values, strict=True)]

    def both(raw: str, scaled: str) -> tuple[CommonLine, CommonLine]:
        return common_line(x, list(strata[raw].values)), common_line(x, list(groups[scaled].values))

    return {
        "entropic": both("entropy", "scaled_entropy"),
        "energetic": both("barrier", "scaled_barrier"),
    }


def _collapse_rows(results: Results) -> list[Row]:
    groups = results["groups"]
    found = lines(results)
    n = int(np.isfinite(groups["scaled_entropy"].values).any(axis=1).sum())
    out = []
    for word, raw, scaled in (
        ("entropic", "entropy", "scaled_entropy"),
        ("energetic", "barrier", "scaled_barrier"),
    ):
        before, after = found[word] if found is not None else (None, None)
        kinds: tuple[tuple[Kind, float | None, float], ...] = (
            ("ratio", None if before is None or after is None else after.spread / before.spread, 1.0 / 3.0),
            ("straight", None if after is None else after.r_squared, 0.95),
        )
        out += [
            TABLE[f"{word}, {kind}"].row(
                f"{n} liquids",
                value,
                published=printed,
                tried=partial(collapse, results, raw, scaled, kind),
            )
            for kind, value, printed in kinds
        ]
    for q, name in enumerate(_names(groups)):
        identity = groups["identity"].isel(liquid=q).values
        known = np.isfinite(identity).any()
        out.append(TABLE["identity"].row(name, float(np.nanmax(np.abs(identity))) if known else None))
    return out

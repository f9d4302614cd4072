"""Measured beside printed, row by row, table by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from scipy.special import ndtri

from supercooled.dynamics import LawFit
from supercooled.papers import Printed
from supercooled.papers.nandi2021.chosen import (
    CALIBRATED,
    DECADES,
    FRAGILITY,
    LINEAR,
    MEDIAN,
    NEAR_ZERO,
    NO_FRAGILITY,
    ORDER,
    PRINTED,
    SLOPE,
    SLOWER,
    SOFTNESS,
    softness_line,
)
from supercooled.papers.nandi2021.claims import KNOWN
from supercooled.papers.nandi2021.claims import LINES as CLAIMS
from supercooled.papers.nandi2021.definitions import LINES
from supercooled.papers.nandi2021.learned_barriers import SHIFT
from supercooled.papers.nandi2021.liquids import N_PARTICLES
from supercooled.papers.nandi2021.measuring import Point
from supercooled.papers.nandi2021.reasons import NONE_PRINTED, Part, Tried
from supercooled.papers.nandi2021.relating import Related, collapses, readings, time_at, vanishing
from supercooled.papers.nandi2021.tried import STRONG, finite
from supercooled.report import Row, Tolerance

NO_TIMES = "Fewer than four temperatures below onset have a relaxation time."
TOO_FEW = "Fewer than three temperatures below onset."
# A master plot leaves no more than a twentieth of the variance: a correlation of 0.975.
MASTER = Tolerance.between(-np.inf, 0.05)
ONSET = "The onset, and τ0 with it, is that of equal reduced slowness: decided after a pilot run."

# Every line of the comparison: where the paper has it, what it is, its unit, and how far off it may be.
TABLE = {
    **LINES,
    **CLAIMS,
    "softness": Printed("Table III", "softness", "sigma_AA^5", SOFTNESS),
    "median": Printed("Table III", "median deviation of S", "1", MEDIAN),
    "a0": Printed("Table III", "a0", "sigma_AA^5", SLOPE, numbers=("systems/*/a0",)),
    "a1": Printed("Table III", "a1", "sigma_AA^5 k_B/epsilon_AA", SLOPE, numbers=("systems/*/a1",)),
    "line": Printed("Fig. 1", "correlation of S with T", "1", LINEAR),
    "cage": Printed("Fig. 2(a)", "correlation of βΔΦ with 1/S", "1", LINEAR, reading=KNOWN),
    "dynamics": Printed("Fig. 2(c)", "correlation of ΔE with 1/S", "1", LINEAR, reading=KNOWN),
    "K_VFT": Printed("Table I", "K_VFT", "1", FRAGILITY, numbers=("systems/*/K_VFT",)),
    "T_VFT": Printed("Table I", "T_VFT", "epsilon_AA/k_B", FRAGILITY, numbers=("systems/*/T_VFT",)),
    "B_prime": Printed(
        "Table II", "B'", "epsilon_AA sigma_AA^5", SLOPE, reading=ONSET, numbers=("systems/*/B_prime",)
    ),
    "C_prime": Printed("Table II", "C'", "epsilon_AA", SLOPE, reading=ONSET, numbers=("systems/*/C_prime",)),
    "B_prime of the caption": Printed(
        "Table II, as its caption",
        "B'",
        "epsilon_AA sigma_AA^5",
        SLOPE,
        reading="Set beside the text's reading after a pilot.",
    ),
    "order": Printed("Table II", "pairs of liquids in the order of B'", "1", ORDER),
    "mfpt collapse": Printed("Fig. 2(a), inset", "variance left after collapse", "1", MASTER, reading=KNOWN),
    "dynamics collapse": Printed("Fig. 2(d)", "variance left after collapse", "1", MASTER, reading=KNOWN),
    "shift": Printed("SI Fig. 3", "S_0", "1", SHIFT, numbers=("ml_barrier_shift_S0/*",)),
    "escape": Printed("Eq. 2, Fig. 2(a)", "B", "sigma_AA^5"),
}


def every_row(found: Sequence[Related], points: Sequence[Sequence[Point]], tried: Tried) -> list[Row]:
    """Every row but those of the scan; one that misses says what was tried."""
    passive = [one for one in found if not one.studied.active]
    return [
        *_softness_rows(found, points, tried),
        *_median_row(passive),
        *_line_rows(found, tried),
        *_correlation_rows(passive),
        *_fragility_rows(found, tried),
        *_slope_rows(found, tried),
        *_order_row(passive),
        *_caption_rows(found, tried),
        *_collapse_rows(found),
        *_escape_rows(found),
    ]


def _table(one: Related) -> dict[str, Any]:
    found: dict[str, Any] = PRINTED["systems"][one.studied.name]
    return found


def off_the_line(found: Sequence[Related], points: Sequence[Sequence[Point]]) -> list[Point]:
    """Supercooled states whose softness misses the printed line."""
    return [
        point
        for one, each in zip(found, points, strict=True)
        for k, point in enumerate(each)
        if one.cold[k]
        and not SOFTNESS.holds(float(one.S[k]), softness_line(one.studied.name, point.temperature))
    ]


def _softness_rows(found: Sequence[Related], points: Sequence[Sequence[Point]], tried: Tried) -> list[Row]:
    choices, made = tried.choices, []
    for one, each in zip(found, points, strict=True):
        for k, point in enumerate(each):
            if not one.cold[k]:
                continue
            fitted = point.number("softness_fit")
            row = _of_kind(TABLE["softness"], one, calibrated=True).row(
                f"{one.studied.label}, T = {point.temperature:g}",
                float(one.S[k]),
                error=point.number("softness_error"),
                published=softness_line(one.studied.name, point.temperature),
                note=f"q_max = {choices.q_max:g}; a parabola up to {choices.fit_range[1]:g} gives "
                f"{1e3 * fitted:.4g}e-3.",
                tried=partial(tried.softness, one, k),
            )
            made.append(row)
    return made


def _median_row(passive: Sequence[Related]) -> list[Row]:
    off = np.concatenate(
        [
            np.abs(one.S[one.cold] / [softness_line(one.studied.name, T) for T in one.T[one.cold]] - 1)
            for one in passive
        ]
    )
    if not len(off):
        return []
    return [
        TABLE["median"].row(
            f"{len(off)} supercooled states of {len(passive)} passive liquids",
            float(np.median(off)),
            # of the median of as many independent Gaussian numbers
            error=float(np.sqrt(np.pi / 2) * off.std() / np.sqrt(len(off))),
            published=0.0,
            note=f"Of |S/(a0 + a1 T) - 1|; the largest is {off.max():.3f}. One q_max for all.",
        )
    ]


def _line_rows(found: Sequence[Related], tried: Tried) -> list[Row]:
    made = []
    parts: tuple[tuple[str, Part], ...] = (("a0", "intercept"), ("a1", "slope"))
    for one in found:
        for key, part in parts:
            line, value = one.line, float(_table(one)[key])
            row = _of_kind(TABLE[key], one, calibrated=True).row(
                one.studied.label,
                None if line is None else getattr(line, part),
                error=None if line is None else getattr(line, f"{part}_error"),
                published=value,
                note=TOO_FEW if line is None
                else f"{_interval(getattr(line, f'{part}_ends'), line.confidence)}; {one.window}.",
                tried=partial(tried.line, one, part, value),
            )  # fmt: skip
            made.append(row)
    return made


def _correlation_rows(passive: Sequence[Related]) -> list[Row]:
    made = []
    for name in ("line", "cage", "dynamics"):
        for one in passive:
            line = getattr(one, name)
            row = TABLE[name].row(
                one.studied.label,
                None if line is None else line.correlation,
                error=None if line is None else (1 - line.correlation**2) / np.sqrt(line.n - 1),
                published=1.0,
                note=TOO_FEW if line is None else f"{one.window}.",
            )
            made.append(row)
    return made


def _fragility_rows(found: Sequence[Related], tried: Tried) -> list[Row]:
    made = []
    for one in found:
        for key, parameter in (("K_VFT", "K"), ("T_VFT", "T_VFT")):
            value = float(_table(one)[key])
            absent = value < NONE_PRINTED
            fit = one.vft
            line = _of_kind(TABLE[key], one)
            if absent:
                line = replace(line, tolerance=NO_FRAGILITY if parameter == "K" else _cold_share(one))
            row = line.row(
                one.studied.label,
                None if fit is None else fit[parameter],
                error=None if fit is None else _half_width(fit, parameter),
                published=0.0 if absent else value,
                note=("Printed as 1e-19. " if absent else "")
                + (NO_TIMES if fit is None else _vft_note(one, parameter)),
                too_short=_too_few_decades(one),
                tried=partial(tried.law, one, parameter, value),
            )
            made.append(row)
    return made


def _half_width(fit: LawFit, parameter: str) -> float | None:
    """A standard error, as half of an interval of 0.95 would have it if it were even."""
    k = fit.parameters.index(parameter)
    return finite((fit.high[k] - fit.low[k]) / (2 * ndtri(0.5 * (1 + fit.confidence))))


def _cold_share(one: Related) -> Tolerance:
    return Tolerance.between(0.0, 0.2 * float(one.T.min()))


def _vft_note(one: Related, parameter: str) -> str:
    fit = one.vft
    assert fit is not None  # noqa: S101
    k = fit.parameters.index(parameter)
    bound = " The fit pushes T_VFT to its edge: no VFT temperature." if fit.at_bound else ""
    return f"{_interval((fit.low[k], fit.high[k]), fit.confidence)}; {one.window}.{bound}"


def _slope_rows(found: Sequence[Related], tried: Tried) -> list[Row]:
    made = []
    for one in found:
        line = one.dynamics
        where = f"T = {one.onset:.3g}" if np.isfinite(one.onset) else "none"
        parts: tuple[tuple[str, Part], ...] = (("B_prime", "slope"), ("C_prime", "intercept"))
        for key, part in parts:
            value = float(_table(one)[key])
            row = (_slope_of(one, TABLE[key]) if part == "slope" else _of_kind(TABLE[key], one)).row(
                one.studied.label,
                None if line is None else getattr(line, part),
                error=None if line is None else getattr(line, f"{part}_error"),
                published=value,
                note=NO_TIMES if line is None
                else f"{_interval(getattr(line, f'{part}_ends'), line.confidence)}; {one.window}; "
                f"onset: {where}, τ0 = {one.tau_0:.3g}."
                + (f" {_sentence(one.why)}" if one.why else "")
                + _vanishes(one),
                contradiction=contradiction(one),
                tried=partial(tried.slope, one, part, value),
            )  # fmt: skip
            made.append(row)
    return made


def _slope_of(one: Related, line: Printed) -> Printed:
    """The line of a slope, as near to 0 as the strong liquid's has to be."""
    line = _of_kind(line, one)
    return replace(line, tolerance=NEAR_ZERO) if one.studied.name == STRONG else line


def _of_kind(line: Printed, one: Related, *, calibrated: bool = False) -> Printed:
    """The line as it is judged for a liquid.

    The paper does not say which particles are active, so every rule is one of a scan; and q_max was set by
    the softness of one liquid.
    """
    if one.studied.active:
        return replace(line, kind="scan")
    return replace(line, kind="calibrated") if calibrated and one.studied.name == CALIBRATED else line


def _too_few_decades(one: Related) -> str:
    """Why the parameters of the law can't be told yet; empty where they can."""
    tau = one.tau[one.cold & np.isfinite(one.tau)]
    decades = float(np.log10(tau.max() / tau.min())) if len(tau) else 0.0
    if decades >= DECADES:
        return ""
    words = f"τ_α spans {decades:.1f} decades, and K and T_VFT need {DECADES:g}."
    if not len(tau):
        return words
    # Ten relaxation times give one to a tenth.
    cost = N_PARTICLES * 10.0 * float(tau.min()) * 10.0**DECADES / one.studied.dt
    return f"{words} A state that is so much slower, ten τ_α long, costs {cost:.0e} atom-steps a replica."


def contradiction(one: Related) -> str:
    """Where Tables II and III put the onset, if the liquid is far too slow there; empty where it is not."""
    at = vanishing(one.studied.name)
    if np.isnan(at):
        return ""
    tau = time_at(at, one.T, one.tau)
    if not tau > SLOWER * one.tau_0:
        return ""
    return (
        f"The paper contradicts itself: with Table III its barrier, C' + B'/S, is 0 at T = {at:.3g} "
        f"(-B'/C' = S), where τ_α is {tau:.3g}; at an onset it is {one.tau_0:.2g}."
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _vanishes(one: Related) -> str:
    """Where the paper's own line says that the barrier begins, and so how cold its liquid was."""
    at = vanishing(one.studied.name)
    return "" if np.isnan(at) else f" The printed line is 0 at T = {at:.3g}."


def _caption_rows(found: Sequence[Related], tried: Tried) -> list[Row]:
    """B' as the caption of Table II says it: T ln tau_alpha, without tau_0."""
    made = []
    for one in found:
        every, value = readings(one, tried.choices), float(_table(one)["B_prime"])
        read = next((r for r in every if (r.zero, r.window) == ("1", "below onset")), None)
        row = _slope_of(one, TABLE["B_prime of the caption"]).row(
            one.studied.label,
            None if read is None else read.slope,
            error=None if read is None else read.error,
            published=value,
            note=NO_TIMES if read is None else f"T ln τ_α against 1/S, τ0 = 1; {one.window}.",
            contradiction=contradiction(one),
            tried=partial(tried.slope, one, "slope", value),
        )
        made.append(row)
    return made


def _order_row(passive: Sequence[Related]) -> list[Row]:
    known = [
        (float(_table(one)["B_prime"]), one.dynamics.slope) for one in passive if one.dynamics is not None
    ]
    if len(known) < 2:
        return []
    published, measured = np.array(known).T
    first, second = np.triu_indices(len(known), 1)
    agree = np.sign(published[first] - published[second]) == np.sign(measured[first] - measured[second])
    return [
        TABLE["order"].row(
            f"{len(known)} passive liquids",
            float(agree.mean()),
            published=1.0,
            note=f"{int(agree.sum())} of {len(agree)} pairs are ordered as printed.",
        )
    ]


def _collapse_rows(found: Sequence[Related]) -> list[Row]:
    words = {"mfpt": "ln τ_mfpt against 1/S", "dynamics": "T ln(τ_α/τ0) against 1/S"}
    return [
        TABLE[f"{name} collapse"].row(
            words[name],
            collapse.after,
            published=0.0,
            note=f"Of the scaled points about the master curve; one line common to all liquids leaves "
            f"{collapse.before:.3g} before scaling.",
        )
        for name, collapse in collapses(found).items()
    ]


def _escape_rows(found: Sequence[Related]) -> list[Row]:
    return [
        TABLE["escape"].row(
            one.studied.label,
            one.time.slope,
            error=one.time.slope_error,
            note=f"ln τ_mfpt = C + B/S, C = {one.time.intercept:.3g}, r = {one.time.correlation:.4f}; of the "
            f"depth itself B = {one.cage.slope:.4g}. The paper prints neither.",
        )
        for one in found
        if one.time is not None and one.cage is not None
    ]


def _interval(ends: tuple[float, float], confidence: float) -> str:
    return f"{100 * confidence:g} % interval {ends[0]:.4g} to {ends[1]:.4g}"

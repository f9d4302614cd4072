"""Measured beside printed, row by row, table by table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from scipy.special import ndtri

from supercooled.dynamics import LawFit
from supercooled.papers import explained
from supercooled.papers.nandi2021.chosen import (
    FRAGILITY,
    LINEAR,
    MEDIAN,
    NEAR_ZERO,
    NO_FRAGILITY,
    ORDER,
    PRINTED,
    SLOPE,
    SOFTNESS,
    softness_line,
)
from supercooled.papers.nandi2021.measuring import Point
from supercooled.papers.nandi2021.reasons import NONE_PRINTED, Part, Tried
from supercooled.papers.nandi2021.relating import Related, collapses, readings, vanishing
from supercooled.papers.nandi2021.tried import STRONG, finite
from supercooled.report import Row, Tolerance

NO_TIMES = "Fewer than four temperatures below onset have a relaxation time."


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
            row = Row.judge(
                item="Table III",
                quantity="softness",
                state=f"{one.studied.label}, T = {point.temperature:g}",
                published=softness_line(one.studied.name, point.temperature),
                measured=float(one.S[k]),
                uncertainty=finite(point.number("softness_error")),
                unit="sigma_AA^2",
                tolerance=SOFTNESS,
                note=f"q_max = {choices.q_max:g}; a parabola up to {choices.fit_range[1]:g} gives "
                f"{1e3 * fitted:.4g}e-3.",
            )
            made.append(explained(row, partial(tried.softness, one, k)))
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
        Row.judge(
            item="Table III",
            quantity="median deviation of S",
            state=f"{len(off)} supercooled states of {len(passive)} passive liquids",
            published=0.0,
            measured=float(np.median(off)),
            # of the median of as many independent Gaussian numbers
            uncertainty=float(np.sqrt(np.pi / 2) * off.std() / np.sqrt(len(off))),
            unit="1",
            tolerance=MEDIAN,
            note=f"Of |S/(a0 + a1 T) - 1|; the largest is {off.max():.3f}. One q_max for all.",
        )
    ]


def _line_rows(found: Sequence[Related], tried: Tried) -> list[Row]:
    made = []
    for one in found:
        parts: tuple[tuple[str, Part, str], ...] = (
            ("a0", "intercept", "sigma_AA^2"),
            ("a1", "slope", "sigma_AA^2 k_B/epsilon_AA"),
        )
        for key, part, unit in parts:
            line, value = one.line, float(_table(one)[key])
            row = Row.judge(
                item="Table III",
                quantity=key,
                state=one.studied.label,
                published=value,
                measured=None if line is None else getattr(line, part),
                uncertainty=None if line is None else getattr(line, f"{part}_error"),
                unit=unit,
                tolerance=SLOPE,
                note="Fewer than three temperatures below onset." if line is None
                else f"{_interval(getattr(line, f'{part}_ends'), line.confidence)}; {one.window}.",
            )  # fmt: skip
            made.append(explained(row, partial(tried.line, one, part, value)))
    return made


def _correlation_rows(passive: Sequence[Related]) -> list[Row]:
    made = []
    for item, name, words in (
        ("Fig. 1", "line", "S with T"),
        ("Fig. 2(a)", "cage", "βΔΦ with 1/S"),
        ("Fig. 2(c)", "dynamics", "ΔE with 1/S"),
    ):
        for one in passive:
            line = getattr(one, name)
            made.append(
                Row.judge(
                    item=item,
                    quantity=f"correlation of {words}",
                    state=one.studied.label,
                    published=1.0 if name == "line" else None,
                    measured=None if line is None else line.correlation,
                    uncertainty=None if line is None else (1 - line.correlation**2) / np.sqrt(line.n - 1),
                    unit="1",
                    tolerance=LINEAR if name == "line" else None,
                    note="Fewer than three temperatures below onset." if line is None else f"{one.window}.",
                )
            )
    return made


def _fragility_rows(found: Sequence[Related], tried: Tried) -> list[Row]:
    made = []
    for one in found:
        for key, parameter, unit in (("K_VFT", "K", "1"), ("T_VFT", "T_VFT", "epsilon_AA/k_B")):
            value = float(_table(one)[key])
            absent = value < NONE_PRINTED
            fit = one.vft
            row = Row.judge(
                item="Table I",
                quantity=key,
                state=one.studied.label,
                published=0.0 if absent else value,
                measured=None if fit is None else fit[parameter],
                uncertainty=None if fit is None else _half_width(fit, parameter),
                unit=unit,
                tolerance=FRAGILITY if not absent
                else NO_FRAGILITY if parameter == "K" else _cold_share(one),
                note=("Printed as 1e-19. " if absent else "")
                + (NO_TIMES if fit is None else _vft_note(one, parameter)),
            )  # fmt: skip
            made.append(explained(row, partial(tried.law, one, parameter, value)))
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
        parts: tuple[tuple[str, Part, str], ...] = (
            ("B_prime", "slope", "epsilon_AA sigma_AA^2"),
            ("C_prime", "intercept", "epsilon_AA"),
        )
        for key, part, unit in parts:
            strong = one.studied.name == STRONG
            tolerance = NEAR_ZERO if strong and part == "slope" else SLOPE
            value = float(_table(one)[key])
            row = Row.judge(
                item="Table II",
                quantity={"B_prime": "B'", "C_prime": "C'"}[key],
                state=one.studied.label,
                published=value,
                measured=None if line is None else getattr(line, part),
                uncertainty=None if line is None else getattr(line, f"{part}_error"),
                unit=unit,
                tolerance=tolerance,
                note=NO_TIMES if line is None
                else f"{_interval(getattr(line, f'{part}_ends'), line.confidence)}; {one.window}; "
                f"onset: {where}, τ0 = {one.tau_0:.3g}."
                + (f" {_sentence(one.why)}" if one.why else "")
                + _vanishes(one),
            )  # fmt: skip
            made.append(explained(row, partial(tried.slope, one, part, value)))
    return made


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
        row = Row.judge(
            item="Table II, as its caption",
            quantity="B'",
            state=one.studied.label,
            published=value,
            measured=None if read is None else read.slope,
            uncertainty=None if read is None else read.error,
            unit="epsilon_AA sigma_AA^2",
            tolerance=NEAR_ZERO if one.studied.name == STRONG else SLOPE,
            note=NO_TIMES if read is None else f"T ln τ_α against 1/S, τ0 = 1; {one.window}.",
        )
        made.append(explained(row, partial(tried.slope, one, "slope", value)))
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
        Row.judge(
            item="Table II",
            quantity="pairs of liquids in the order of B'",
            state=f"{len(known)} passive liquids",
            published=1.0,
            measured=float(agree.mean()),
            uncertainty=None,
            unit="1",
            tolerance=ORDER,
            note=f"{int(agree.sum())} of {len(agree)} pairs are ordered as printed.",
        )
    ]


def _collapse_rows(found: Sequence[Related]) -> list[Row]:
    words = {
        "mfpt": ("Fig. 2(a), inset", "ln τ_mfpt against 1/S"),
        "dynamics": ("Fig. 2(d)", "T ln(τ_α/τ0) against 1/S"),
    }
    return [
        Row.judge(
            item=words[name][0],
            quantity="variance left after collapse",
            state=words[name][1],
            published=None,
            measured=collapse.after,
            uncertainty=None,
            unit="1",
            tolerance=None,
            note=f"Of the scaled points about the master curve; one line common to all liquids leaves "
            f"{collapse.before:.3g} before scaling.",
        )
        for name, collapse in collapses(found).items()
    ]


def _escape_rows(found: Sequence[Related]) -> list[Row]:
    return [
        Row.judge(
            item="Eq. 2, Fig. 2(a)",
            quantity="B",
            state=one.studied.label,
            published=None,
            measured=one.time.slope,
            uncertainty=one.time.slope_error,
            unit="sigma_AA^2",
            tolerance=None,
            note=f"ln τ_mfpt = C + B/S, C = {one.time.intercept:.3g}, r = {one.time.correlation:.4f}; of the "
            f"depth itself B = {one.cage.slope:.4g}. The paper prints neither.",
        )
        for one in found
        if one.time is not None and one.cage is not None
    ]


def _interval(ends: tuple[float, float], confidence: float) -> str:
    return f"{100 * confidence:g} % interval {ends[0]:.4g} to {ends[1]:.4g}"

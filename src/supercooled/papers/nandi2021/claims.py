"""What the paper says in words and draws without a number, as rows that can miss.

Bounds are reasoned in the notes. Those that were chosen when results of the kept run were known say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from supercooled.arrays import Array
from supercooled.papers import Printed
from supercooled.papers.nandi2021.chosen import PRINTED
from supercooled.papers.nandi2021.measuring import Point
from supercooled.papers.nandi2021.relating import Related
from supercooled.report import Row, Tolerance

RISES, FALLS = Tolerance.between(0.0, np.inf), Tolerance.between(-np.inf, 0.0)
KNOWN = "The bound was chosen when the kept run's result was known."
ONE_CURVE = Tolerance.between(2 / 3, 1.5)
# Liquids of one potential, thinner first.
SERIES = (("ka-lj 1.2", "ka-lj 1.6"), ("ka-wca 1.05", "ka-wca 1.2", "ka-wca 1.6"))
WITH_AND_WITHOUT = (("ka-lj 1.2", "ka-wca 1.2"), ("ka-lj 1.6", "ka-wca 1.6"))

LINES: Mapping[str, Printed] = {
    "denser": Printed(
        "Fig. 1",
        "change of softness from one density to the next",
        "sigma_AA^5",
        FALLS,
        "Printed: with an increase in density the softness decreases. 0 is the bound.",
    ),
    "flatter": Printed(
        "Fig. 1",
        "change of dS/dT from one density to the next",
        "sigma_AA^5 k_B/epsilon_AA",
        FALLS,
        "Printed: the rate is lower at higher densities. 0 is the bound.",
    ),
    "more active": Printed(
        "Fig. 1",
        "change of softness from one activity to the next",
        "sigma_AA^5",
        RISES,
        "Printed: it increases with the activity. 0 is the bound; who is active is not printed.",
        kind="scan",
    ),
    "left at zero": Printed(
        "Fig. 1",
        "softness of the line at T = 0",
        "sigma_AA^5",
        RISES,
        "Printed: it does not appear to vanish, but for the Wahnström liquid within its error. 0 is the "
        "bound.",
    ),
    "range": Printed(
        "Fig. 2(a), SI",
        "change of the range of the cage over the cold temperatures",
        "1",
        Tolerance.between(-np.inf, 0.1),
        "Largest over smallest, less 1. Printed: r_max does not vary much; a tenth moves r_max^2, which 1/S "
        "hangs on, by a fifth.",
    ),
    "stronger with attraction": Printed(
        "Fig. 2(c)",
        "B' with attraction less that without",
        "epsilon_AA sigma_AA^5",
        RISES,
        "Printed: the barrier depends more strongly on softness in the LJ system. 0 is the bound.",
    ),
    "steeper": Printed(
        "main text",
        "dS/dT of the Wahnström liquid less that at density 1.6",
        "sigma_AA^5 k_B/epsilon_AA",
        RISES,
        "Printed: stronger for the more fragile WAHN model. 0 is the bound.",
    ),
    "softer without": Printed(
        "SI Fig. 2(a)",
        "softness without attraction less that with, at the coldest common temperature",
        "sigma_AA^5",
        RISES,
        "Printed: at the same temperature the WCA system is softer. 0 is the bound.",
    ),
    "apart on cooling": Printed(
        "SI Fig. 2(a)",
        "growth of that difference on cooling",
        "sigma_AA^5",
        RISES,
        "Printed: with a decrease in temperature it increases. 0 is the bound.",
    ),
    "one curve": Printed(
        "SI Fig. 2(b), inset",
        "τ_α without attraction over that with, at equal softness",
        "1",
        ONE_CURVE,
        "Geometric mean over the softnesses that both have. Printed: a master plot; a factor of 1.5 is "
        "what a "
        "plot over three decades hides.",
        reading="The bound was chosen when a factor of 2 to 3 was known.",
    ),
    "one escape": Printed(
        "SI Fig. 2(b)",
        "τ_mfpt without attraction over that with, at equal softness",
        "1",
        ONE_CURVE,
        "Geometric mean over the softnesses that both have. Printed: the two almost overlap; within a "
        "factor of 1.5.",
    ),
    "isomorph": Printed(
        "main text",
        "reduced softness at ρ = 1.6 over that at 1.2, at equal reduced relaxation time",
        note="S ρ^(5/3) where τ_α ρ^(1/3) T^(1/2) is the same. The paper expects 1 and leaves it to future "
        "studies.",
    ),
}


def claim_rows(found: Sequence[Related], points: Sequence[Sequence[Point]]) -> list[Row]:
    """Every sentence of the paper that the liquids together can measure."""
    by_name = {one.studied.name: one for one in found}
    rows = []
    for series in SERIES:
        there = [by_name[name] for name in series if name in by_name]
        for thin, dense in pairwise(there):
            rows += _density_rows(thin, dense)
    rows += _zero_rows(found)
    rows += _range_rows(found, points)
    for names in WITH_AND_WITHOUT:
        if all(name in by_name for name in names):
            rows += _attraction_rows(*(by_name[name] for name in names))
    rows += _steeper_rows(by_name)
    if all(name in by_name for name in WITH_AND_WITHOUT[0]):
        rows += _curve_rows(*(by_name[name] for name in WITH_AND_WITHOUT[0]))
    if all(name in by_name for name in SERIES[0]):
        rows += _isomorph_rows(*(by_name[name] for name in SERIES[0]))
    active = [one for one in found if one.studied.active]
    for less, more in pairwise(active):
        rows += _active_rows(less, more)
    return rows


def _at(one: Related, T: float) -> tuple[float, float]:
    """Softness between two temperatures, and its error."""
    return float(np.interp(T, one.T, one.S)), float(np.interp(T, one.T, one.S_error))


def _common(one: Related, other: Related) -> tuple[float, float] | None:
    """Lowest and highest temperature that both have; None where their ranges are apart."""
    low, high = max(one.T.min(), other.T.min()), min(one.T.max(), other.T.max())
    return (float(low), float(high)) if high > low else None


def _difference(
    line: Printed,
    state: str,
    second: tuple[float, float],
    first: tuple[float, float],
    note: str = "",
    *,
    contradiction: str = "",
) -> Row:
    return line.row(
        state,
        second[0] - first[0],
        error=float(np.hypot(second[1], first[1])),
        published=0.0,
        note=f"{line.note} {note}".strip(),
        contradiction=contradiction,
    )


def _density_rows(thin: Related, dense: Related) -> list[Row]:
    both = _common(thin, dense)
    labels = f"{thin.studied.label} to {dense.studied.label}"
    if both is None:
        # S rises with T: the dense one hotter is the harder case.
        T = float(thin.T.max()), float(dense.T.min())
        note = f"At T = {T[0]:g} and {T[1]:g}, the nearest that they have."
    else:
        T = (0.5 * sum(both),) * 2
        note = f"At T = {T[0]:.3g}."
    rows = [_difference(LINES["denser"], labels, _at(dense, T[1]), _at(thin, T[0]), note)]
    if thin.line is not None and dense.line is not None:
        rows.append(
            _difference(
                LINES["flatter"],
                labels,
                (dense.line.slope, dense.line.slope_error),
                (thin.line.slope, thin.line.slope_error),
            )
        )
    return rows


def _zero_rows(found: Sequence[Related]) -> list[Row]:
    return [
        LINES["left at zero"].row(
            one.studied.label, one.line.intercept, error=one.line.intercept_error, published=0.0
        )
        for one in found
        if one.line is not None and not one.studied.active
    ]


def _range_rows(found: Sequence[Related], points: Sequence[Sequence[Point]]) -> list[Row]:
    rows = []
    for one, each in zip(found, points, strict=True):
        r = np.array([point.number("cage_range") for point in each])[one.cold]
        r = r[np.isfinite(r)]
        if one.studied.active or len(r) < 2:
            continue
        rows.append(
            LINES["range"].row(
                one.studied.label,
                float(r.max() / r.min() - 1.0),
                published=0.0,
                note=f"{LINES['range'].note} {r.min():.3f} to {r.max():.3f}; {one.window}.",
            )
        )
    return rows


def _attraction_rows(attracting: Related, repelling: Related) -> list[Row]:
    if attracting.dynamics is None or repelling.dynamics is None:
        return []
    return [
        _difference(
            LINES["stronger with attraction"],
            f"{attracting.studied.label}, {repelling.studied.label}",
            (attracting.dynamics.slope, attracting.dynamics.slope_error),
            (repelling.dynamics.slope, repelling.dynamics.slope_error),
        )
    ]


def _steeper_rows(by_name: Mapping[str, Related]) -> list[Row]:
    fragile = by_name.get("wahnstrom 1.2959")
    rows = []
    for name in ("ka-lj 1.6", "ka-wca 1.6"):
        other = by_name.get(name)
        if fragile is None or other is None or fragile.line is None or other.line is None:
            continue
        rows.append(
            _difference(
                LINES["steeper"],
                f"{fragile.studied.label}, {other.studied.label}",
                (fragile.line.slope, fragile.line.slope_error),
                (other.line.slope, other.line.slope_error),
            )
        )
    return rows


def _curve_rows(attracting: Related, repelling: Related) -> list[Row]:
    both, state = _common(attracting, repelling), f"{repelling.studied.label}, {attracting.studied.label}"
    rows = []
    if both is not None:
        ends = [(_at(repelling, T), _at(attracting, T)) for T in both]
        rows.append(_difference(LINES["softer without"], state, *ends[0], f"At T = {both[0]:g}."))
        (cold_far, cold_near), (hot_far, hot_near) = ends
        errors = (np.hypot(cold_far[1], cold_near[1]), np.hypot(hot_far[1], hot_near[1]))
        rows.append(
            _difference(
                LINES["apart on cooling"],
                state,
                (cold_far[0] - cold_near[0], float(errors[0])),
                (hot_far[0] - hot_near[0], float(errors[1])),
                f"From T = {both[1]:g} to {both[0]:g}.",
                contradiction=_shrinking(attracting, repelling),
            )
        )
    for key, values in (
        ("one curve", [np.log(one.tau) for one in (attracting, repelling)]),
        ("one escape", [one.log_time for one in (attracting, repelling)]),
    ):
        row = _ratio(key, state, (attracting, repelling), values)
        if row is not None:
            rows.append(row)
    return rows


def _shrinking(attracting: Related, repelling: Related) -> str:
    """Where Table III has the difference shrink on cooling; empty where it grows."""
    near, far = (PRINTED["systems"][one.studied.name]["a1"] for one in (attracting, repelling))
    if far <= near:
        return ""
    return (
        f"The paper contradicts itself: by Table III the softness without attraction falls faster on cooling "
        f"(a1 = {far:.4g} and {near:.4g}), so that the difference shrinks."
    )


def _ratio(key: str, state: str, liquids: tuple[Related, Related], logs: Sequence[Array]) -> Row | None:
    """Geometric mean of the second over the first at the softnesses of the second that the first spans."""
    known = [one.cold & np.isfinite(value) for one, value in zip(liquids, logs, strict=True)]
    S = [one.S[k] for one, k in zip(liquids, known, strict=True)]
    if min(len(s) for s in S) < 2:
        return None
    inside = (S[1] >= S[0].min()) & (S[1] <= S[0].max())
    if not inside.any():
        return None
    off = logs[1][known[1]][inside] - np.interp(S[1][inside], S[0], logs[0][known[0]])
    mean = float(off.mean())
    error = float(off.std(ddof=1) / np.sqrt(len(off))) if len(off) > 1 else np.nan
    return LINES[key].row(
        state,
        float(np.exp(mean)),
        error=float(np.exp(mean)) * error,
        published=1.0,
        note=f"{LINES[key].note} {len(off)} softnesses, {np.exp(off.min()):.2f} to {np.exp(off.max()):.2f}.",
    )


def _isomorph_rows(thin: Related, dense: Related) -> list[Row]:
    """Softness at the dense liquid's times, in reduced units."""
    reduced = [
        np.log(one.tau * float(one.studied.liquid.density) ** (1 / 3) * np.sqrt(one.T))
        for one in (thin, dense)
    ]
    rows = []
    for k, T in enumerate(dense.T):
        good = np.isfinite(reduced[0])
        s = float(reduced[1][k])
        if not (np.isfinite(s) and reduced[0][good].min() <= s <= reduced[0][good].max()):
            continue
        # times fall as the temperature rises
        at = float(1.0 / np.interp(-s, -reduced[0][good], 1.0 / thin.T[good]))
        S = [value * float(one.studied.liquid.density) ** (5 / 3) for one, value in
             ((thin, _at(thin, at)[0]), (dense, float(dense.S[k])))]  # fmt: skip
        relative = np.hypot(_at(thin, at)[1] / _at(thin, at)[0], dense.S_error[k] / dense.S[k])
        rows.append(
            LINES["isomorph"].row(f"T = {T:g} and {at:.3g}", S[1] / S[0], error=float(S[1] / S[0] * relative))
        )
    return rows


def _active_rows(less: Related, more: Related) -> list[Row]:
    both = _common(less, more)
    if both is None:
        return []
    T = both[0]
    labels = f"{less.studied.label} to {more.studied.label}"
    return [_difference(LINES["more active"], labels, _at(more, T), _at(less, T), f"At T = {T:g}.")]

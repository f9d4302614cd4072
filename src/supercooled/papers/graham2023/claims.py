"""What the paper says in words and draws without a number, as rows that can miss.

Bounds are reasoned in the notes. Those that were chosen when results of the kept run were known say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled import dynamics, learning, relation, structure
from supercooled.analysis.motion import Motion, motion_curves
from supercooled.analysis.stages import Results, stage
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.matching import laid_on
from supercooled.papers import Printed
from supercooled.papers.graham2023.chosen import Choices
from supercooled.papers.graham2023.liquid import LiquidRuns, Measured, Run, examples_of, learn
from supercooled.papers.graham2023.strata import FIELDS, Strata
from supercooled.relation import CommonLine
from supercooled.report import Row, Tolerance

RISES, FALLS = Tolerance.between(0.0, np.inf), Tolerance.between(-np.inf, 0.0)
# |Q| of F_s, 1/sigma_AA (Sec. II.A).
WAVE_NUMBER = 7.14
# A tenth of a decade, the size of a symbol, in natural logarithms.
SYMBOL = 0.23
# A temperature that every liquid is run at, epsilon_AA/k_B.
COMMON = 1.0

LINES: Mapping[str, Printed] = {
    "tau": Printed(
        "Sec. II.A",
        f"relaxation time of F_s at {WAVE_NUMBER:g}",
        "tau",
        note="At the coldest temperature; 1/e.",
    ),
    "length": Printed(
        "Sec. II.A",
        "length of the run over its relaxation time",
        "1",
        Tolerance.between(8.0, np.inf),
        "At the coldest temperature. Printed: 8 τ_α are waited there before the next one.",
    ),
    "slower": Printed(
        "Fig. 1(d)",
        "ratio of D from one Δ to the next",
        "1",
        Tolerance.between(-np.inf, 1.0),
        f"At T = {COMMON:g}. Printed: it decreases as Δ is increased at one temperature. 1 is the bound.",
    ),
    **{
        f"monotonic, {field}": Printed(
            "Fig. 2",
            f"pairs of states whose D* is not in the order of {symbol}",
            "1",
            Tolerance.absolute(0.5),
            "Printed: monotonic.",
        )
        for field, symbol in (("softness", "S"), ("entropy", "s2"))
    },
    "alike": Printed(
        "Sec. II.B",
        "correlation of the softness that two halves of the examples teach",
        "1",
        Tolerance.between(0.95, np.inf),
        "On all examples. Printed: the planes are insensitive to the subset of data; 0.95 is a tenth of the "
        "variance.",
    ),
    "thermal": Printed(
        "Sec. II.A",
        "P(S > 0|R) by thermal frames less that by inherent structures",
        "1",
        Tolerance.absolute(0.05),
        "At the coldest temperature. Printed: minimization is not strictly necessary; 0.05 is what separates "
        "the liquids.",
    ),
    **{
        f"straight, {field}": Printed(
            "Fig. 3",
            f"root mean square deviation of ln P_R from its lines, strata of {symbol}",
            "1",
            Tolerance.between(-np.inf, SYMBOL),
            f"Printed: {words}. {SYMBOL:g} is a tenth of a decade, the size of a symbol.",
        )
        for field, symbol, words in (
            ("softness", "S", "Arrhenius within each stratum"),
            ("entropy", "s2", "fairly good Arrhenius fits"),
        )
    },
    "insensitive": Printed(
        "Fig. 5(a)",
        "change of s2 of the softness groups with temperature, over its range",
        "1",
        Tolerance.between(-np.inf, 0.1),
        "Largest of the groups, between the coldest and the hottest temperature of the lines. Printed: "
        "insensitive; a tenth of the range is allowed.",
    ),
    "bend": Printed(
        "Sec. III.B",
        "bend of the barrier against S less that against s2",
        "1",
        RISES,
        "Second-order term at the ends of the range as a share of the first. Printed: slightly quadratic "
        "against S and linear against s2. 0 is the bound.",
    ),
    **{
        f"{word}, unscaled": Printed(
            item,
            f"R^2 of the unscaled {word} barriers against s2",
            "1",
            note="What the liquids have in common before anything is scaled.",
        )
        for item, word in (("Fig. 6(a)", "entropic"), ("Fig. 6(b)", "energetic"))
    },
    **{
        f"ln P_R, {count}": Printed("Fig. 6", f"ln P_R(T_A), rearrangements counted by {count}")
        for count in ("frame", "event")
    },
    **{
        f"{word}, events": Printed(
            item, f"spread of the {word} barriers after scaling over that before, by event"
        )
        for item, word in (("Fig. 6(a)", "entropic"), ("Fig. 6(b)", "energetic"))
    },
    "liquid": Printed("Fig. 2(b)", "spread of ln D* among the liquids at equal s2 above the crossover"),
    "flat": Printed("Fig. 2(a)", "change of the mean softness above the crossover"),
}
NOT_RUN = {
    "liquid": "Not measured. Four temperatures more above the crossover of each liquid, 100 τ each, cost "
    "1.6e9 "
    "atom-steps.",
    "flat": "Not measured. The same runs above the crossover, 1.6e9 atom-steps, would tell.",
}


@stage()
def read_otherwise(liquid: LiquidRuns, choices: Choices) -> Results:
    """What halves of the examples teach, and the share of the rearranging by thermal frames."""
    thermal = replace(liquid, runs=tuple(Run(run.thermal, run.thermal, 1) for run in liquid.runs))
    data = {"alike": np.nan, "thermal": np.nan, "thermal_examples": 0.0}
    try:
        _, _, accuracy = learn(thermal, choices)
        data["thermal"] = accuracy[liquid.temperatures[0]].recall
        data["thermal_examples"] = float(accuracy[liquid.temperatures[0]].examples)
    except ParameterError:
        # Too few rearrange by thermal frames: the row says so.
        pass
    found = [
        part for T in liquid.temperatures if (part := examples_of(liquid, liquid.at(T), choices)) is not None
    ]
    if found:
        examples = xr.concat(found[: choices.learned_at], dim="example", combine_attrs="override")
        data["alike"] = _alike(examples, choices)
    return {"otherwise": xr.Dataset(data)}


def _alike(examples: xr.DataArray, choices: Choices) -> float:
    order = np.random.default_rng(1).permutation(examples.sizes["example"])
    values = []
    for half in np.array_split(order, 2):
        one = examples.isel(example=np.sort(half))
        model = learning.SoftnessClassifier(method="linear-svm", C=choices.penalty, constant="ignore").fit(
            one, one["soft"].values
        )
        values.append(np.asarray(model.model_.softness(examples).values))
    return float(np.corrcoef(values[0], values[1])[0, 1])


def by_event(liquid: LiquidRuns, measured: Measured, choices: Choices) -> Measured | None:
    """The same with p_hop in which each rearrangement counts once, in its first frame above p_S.

    None where not every frame has an inherent structure, so that frames do not follow each other.
    """
    if any(run.every != 1 for run in liquid.runs):
        return None
    per_run = []
    for one in measured.per_run:
        p_hop = one["p_hop"]["p_hop"]
        once = relation.counted(p_hop, threshold=choices.threshold, count="event")
        per_run.append({**one, "p_hop": once.to_dataset()})
    return replace(measured, per_run=per_run)


def claim_rows(
    liquids: Sequence[LiquidRuns],
    found: Sequence[Measured],
    strata: Sequence[dict[str, Strata]],
    results: Mapping[str, xr.Dataset],
    choices: Choices,
    *,
    folder: Path,
) -> list[Row]:
    """Every sentence of the paper that the liquids can measure, but for those of the collapse."""
    rows = []
    for q, liquid in enumerate(liquids):
        name = f"Δ = {liquid.width:g}"
        rows += _time_rows(name, liquid, folder)
        rows += _order_rows(name, results["states"].isel(liquid=q))
        rows += _otherwise_rows(name, liquid, found[q], choices, folder)
        rows += _straight_rows(name, strata[q])
        rows += _group_rows(name, liquid, found[q], strata[q]["softness"], choices)
        rows += _bend_rows(name, strata[q]["softness"], results["groups"].isel(liquid=q))
    rows += _slower_rows(results["states"])
    return [*rows, *(LINES[key].row("all liquids", None, note=why) for key, why in NOT_RUN.items())]


def _time_rows(name: str, liquid: LiquidRuns, folder: Path) -> list[Row]:
    T = liquid.temperatures[0]
    runs = [liquid.runs[k].thermal for k in liquid.at(T)]
    curves = motion_curves(
        runs,
        Motion(liquid.mixture.species[0], wave_number=WAVE_NUMBER),
        folder=folder / f"{liquid.name}-scattering",
    )
    time = dynamics.relaxation_time(curves, of="scattering")
    length = float(runs[0].times[-1] - runs[0].times[0])
    state = f"{name}, T = {T:g}"
    return [
        LINES["tau"].row(
            state,
            time.value,
            error=time.error,
            note=f"Not reached: {time.missing}." if time.missing else LINES["tau"].note,
        ),
        LINES["length"].row(
            state,
            length / time.value,
            error=length / time.value * time.error / time.value,
            published=8.0,
            note=f"The run of {length:g} τ is shorter than twice its relaxation time."
            if time.missing
            else f"{LINES['length'].note} The run is {length:g} τ.",
        ),
    ]


def _order_rows(name: str, states: xr.Dataset) -> list[Row]:
    D = states["reduced_diffusivity"].values
    rows = []
    for field, values in (
        ("softness", states["softness"].values),
        ("entropy", states["pair_entropy"].values),
    ):
        good = np.isfinite(D) & np.isfinite(values)
        line = LINES[f"monotonic, {field}"]
        if good.sum() < 2:
            note = "Fewer than two runs are long enough for a diffusion coefficient."
            rows.append(line.row(name, None, published=0.0, note=note))
            continue
        first, second = np.triu_indices(int(good.sum()), 1)
        d, v = D[good], values[good]
        wrong = int(np.sum(np.sign(d[second] - d[first]) != np.sign(v[second] - v[first])))
        rows.append(
            line.row(
                name,
                float(wrong),
                published=0.0,
                note=f"{line.note} Of {len(first)} pairs, {int(good.sum())} states.",
            )
        )
    return rows


def _otherwise_rows(
    name: str, liquid: LiquidRuns, measured: Measured, choices: Choices, folder: Path
) -> list[Row]:
    read = read_otherwise.kept(folder, f"{liquid.name}-otherwise", liquid, choices)["otherwise"]
    T = liquid.temperatures[0]
    own, n = measured.accuracy[T], float(read["thermal_examples"])
    other = float(read["thermal"])
    errors = [np.sqrt(p * (1.0 - p) / max(m, 1.0)) for p, m in ((other, n), (own.recall, own.examples))]
    known = bool(np.isfinite(other) and np.isfinite(own.recall))
    return [
        LINES["alike"].row(
            name,
            float(read["alike"]),
            published=1.0,
            note=LINES["alike"].note if np.isfinite(read["alike"]) else "Too few examples to halve.",
        ),
        LINES["thermal"].row(
            f"{name}, T = {T:g}",
            other - own.recall if known else None,
            error=float(np.hypot(errors[0], errors[1])) if known else None,
            published=0.0,
            note=f"{LINES['thermal'].note} {n:.0f} and {own.examples} examples of each kind."
            if known
            else "Too few examples of one of the two.",
        ),
    ]


def _straight_rows(name: str, strata: Mapping[str, Strata]) -> list[Row]:
    rows = []
    for field in FIELDS:
        one = strata[field]
        if one.fits is None:
            continue
        E, entropy = one.fits["barrier"].values, one.fits["entropy"].values
        off = []
        for part in one.probabilities:
            P = part["rearrangement_probability"].values
            ln_P = np.log(np.where(P > 0, P, np.nan))
            off.append(ln_P - entropy + E / float(part["temperature"]))
        left = np.array(off)
        seen = np.isfinite(left)
        free = int(seen.sum()) - 2 * int(np.isfinite(E).sum())
        if free < 1:
            continue
        rms = float(np.sqrt(np.sum(left[seen] ** 2) / free))
        line = LINES[f"straight, {field}"]
        rows.append(
            line.row(
                name,
                rms,
                error=rms / np.sqrt(2.0 * free),
                published=0.0,
                note=f"{line.note} {free} degrees of freedom are left by the lines.",
            )
        )
    return rows


def _group_rows(
    name: str, liquid: LiquidRuns, measured: Measured, one: Strata, choices: Choices
) -> list[Row]:
    each = []
    ends = (liquid.fitted[0], liquid.fitted[-1])
    for T in ends:
        which = liquid.at(T)
        inherent = [liquid.runs[k].inherent for k in which]
        fields = [laid_on(measured.softness[k], liquid.runs[k].inherent) for k in which]
        r_max = min(choices.r_max, 0.5 * float(inherent[0].fixed_box().heights.min()))
        grouped = structure.grouped_radial_distribution(
            inherent, fields, edges=one.edges, r_max=r_max, dr=choices.dr
        )
        entropy = structure.grouped_pair_entropy(grouped, r_max=float(grouped["r"][-1]), switching=None)
        each.append(np.asarray(entropy.values, dtype=np.float64))
    known = np.isfinite(each[0]) & np.isfinite(each[1])
    if known.sum() < 2:
        return []
    change = float(np.abs(each[1] - each[0])[known].max())
    return [
        LINES["insensitive"].row(
            f"{name}, T = {ends[0]:g} and {ends[1]:g}",
            change / float(np.ptp(each[0][known])),
            published=0.0,
            note=f"{LINES['insensitive'].note} {change:.2f} of {np.ptp(each[0][known]):.2f}.",
        )
    ]


def bend(x: Array, y: Array) -> float:
    """Second-order term of a parabola at the ends of the range as a share of the first, without its sign.

    Examples
    --------
    >>> x = np.linspace(1.0, 3.0, 5)
    >>> round(bend(x, 2.0 * (x - 2.0) + 0.5 * (x - 2.0) ** 2), 6)
    0.25
    """
    middle, half = 0.5 * (x.min() + x.max()), 0.5 * float(np.ptp(x))
    second, first, _ = np.polyfit((x - middle) / half, y, 2)
    return abs(float(second / first))


def _bend_rows(name: str, one: Strata, groups: xr.Dataset) -> list[Row]:
    if one.fits is None:
        return []
    E, s2 = one.fits["barrier"].values, groups["pair_entropy"].values
    S = 0.5 * (one.edges[1:] + one.edges[:-1])
    known = np.isfinite(E) & np.isfinite(s2)
    if known.sum() < 4:
        return [LINES["bend"].row(name, None, published=0.0, note="Fewer than four strata have a barrier.")]
    by_softness, by_entropy = bend(S[known], E[known]), bend(s2[known], E[known])
    return [
        LINES["bend"].row(
            name,
            by_softness - by_entropy,
            published=0.0,
            note=f"{LINES['bend'].note} {by_softness:.2f} and {by_entropy:.2f}.",
        )
    ]


def _slower_rows(states: xr.Dataset) -> list[Row]:
    rows, known = [], []
    for q in range(states.sizes["liquid"]):
        one = states.isel(liquid=q)
        at = np.flatnonzero(np.isclose(one["temperature"].values, COMMON))
        if len(at) and np.isfinite(float(one["diffusivity"][at[0]])):
            error = float(one["diffusivity_error"][at[0]]) if "diffusivity_error" in one else np.nan
            known.append((float(one["width"]), float(one["diffusivity"][at[0]]), error))
    for (first, D, error), (second, smaller, other) in pairwise(known):
        ratio = smaller / D
        rows.append(
            LINES["slower"].row(
                f"Δ = {first:g} to {second:g}",
                ratio,
                error=ratio * float(np.hypot(error / D, other / smaller)),
                published=1.0,
            )
        )
    return rows


def collapse_rows(
    results: Mapping[str, xr.Dataset],
    lines: Mapping[str, tuple[CommonLine, CommonLine]] | None,
    events: Mapping[str, xr.Dataset] | None,
    event_lines: Mapping[str, tuple[CommonLine, CommonLine]] | None,
) -> list[Row]:
    """What the liquids have in common before the scaling, and what counting each rearrangement once does.

    Parameters
    ----------
    results, lines
        of the study, and the common lines before and after the scaling
    events, event_lines
        the same with rearrangements counted once, None where frames do not follow each other
    """
    groups = results["groups"]
    n = int(np.isfinite(groups["scaled_entropy"].values).any(axis=1).sum())
    rows = []
    for word in ("entropic", "energetic"):
        if lines is not None:
            rows.append(LINES[f"{word}, unscaled"].row(f"{n} liquids", lines[word][0].r_squared))
        if event_lines is not None:
            before, after = event_lines[word]
            rows.append(LINES[f"{word}, events"].row(f"{n} liquids", after.spread / before.spread))
    for count, data in (("frame", groups), ("event", None if events is None else events["groups"])):
        if data is None:
            continue
        for q in range(data.sizes["liquid"]):
            value = float(data["log_probability"][q])
            rows.append(
                LINES[f"ln P_R, {count}"].row(
                    f"Δ = {float(data['width'][q]):g}",
                    value,
                    note="" if np.isfinite(value) else "No crossover at which P_R is below 1.",
                )
            )
    return rows

"""Softness learned from examples beside the softness of the mean-field cage (Fig. 3)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled import dynamics, learning, structure
from supercooled.analysis.stages import Results, stage
from supercooled.arrays import Array
from supercooled.dynamics import HopThreshold
from supercooled.indicators import LearnedSoftness, StructureFunctions
from supercooled.learning import SoftnessModel, Validation
from supercooled.papers.nandi2021.chosen import Choices
from supercooled.papers.nandi2021.learned_barriers import PRINTED_SHIFT, SHIFT, barriers, with_others
from supercooled.papers.nandi2021.measuring import Point
from supercooled.papers.nandi2021.relating import PRINTED_ONSET
from supercooled.relation import Line, line
from supercooled.report import Row, Tolerance
from supercooled.trajectory import Trajectory

PAIR = ("ka-lj 1.2", "ka-wca 1.2")
CENTRE = "A"
# The paper takes its numbers from F. P. Landes et al. and tells no parameters: those of graham2023, whose
# functions end at 3 sigma_AA and so fit into a box of 1000 particles.
FEATURES = StructureFunctions.of_paper("graham2023")
WINDOW, LEAD, STILL = 10.0, 5.0, 0.05
QUIET = 20.0
PENALTY, FOLDS, BLOCKS, MOST = 0.1, 5, 5, 2000
# Tried where the shift of the barriers misses: the margin, in which softness is counted, goes with them.
OTHER_PENALTIES = (0.01, 1.0)
PEAK_WIDTH = 0.4
FRAMES = 20
# Frames of the training run closer than this resolve a window.
LONGEST_INTERVAL = 1.0
SAME_SLOPE = Tolerance.relative(0.2)


def beside_learned(points: Sequence[Sequence[Point]], choices: Choices, *, work: Path) -> Results:
    """Mean learned softness of both liquids at every temperature, by one plane.

    The plane is trained on the liquid with attraction at the coldest temperature whose frames resolve the
    window and whose runs see the maximum of alpha_2, and applied to both. Empty where the liquids are
    missing or no particle rearranges.

    Returns "learned", with ``learned_softness``, its error and the mean-field ``softness`` (point), and
    "learned_barriers", barriers against learned softness, where the runs know them.
    """
    both = [next((each for each in points if each[0].studied.name == name), None) for name in PAIR]
    if both[0] is None or both[1] is None:
        return {}
    able = [point for point in both[0] if point.runs[0].interval <= LONGEST_INTERVAL]
    if not able:
        return {}
    flat = [point for each in both if each for point in each if not _hot(point)]
    found = learned.kept(work, "learned", flat, able, choices)
    return {} if np.isnan(found["learned"]["learned_softness"].values).all() else found


@stage()
def learned(flat: Sequence[Point], able: Sequence[Point], choices: Choices) -> Results:
    """The plane of the coldest of `able` whose threshold is reached, and the softness of all by it."""
    thresholds = [_threshold(point, choices) for point in able]
    values = np.full((2, len(flat)), np.nan)
    reached = [k for k, threshold in enumerate(thresholds) if threshold.known]
    if not reached:
        return {"learned": _table(flat, values, {"why": thresholds[0].missing})}
    trained, threshold = able[reached[0]], thresholds[reached[0]]
    runs = list(trained.runs)
    told: dict[str, object] = {"trained": f"{trained.studied.label}, T = {trained.temperature:g}"}
    examples = dynamics.training_by_extrema(
        runs,
        dynamics.ExtremaRule(
            window=WINDOW,
            soft_above=threshold.value,
            hard_below=STILL,
            soft_separation=WINDOW,
            hard_separation=QUIET,
            lead=LEAD,
        ),
        species=CENTRE,
    )
    soft = int(examples["soft"].sum())
    each = min(soft, examples.sizes["example"] - soft, MOST)
    if each < BLOCKS * FOLDS:
        return {"learned": _table(flat, values, {**told, "why": f"only {each} examples of a kind"})}

    def taught(size: int, penalty: float) -> tuple[SoftnessModel, Validation]:
        chosen = dynamics.balanced(examples, size=size, seed=1)
        features = structure.features_of_examples(runs, chosen, FEATURES, species=CENTRE)
        return learning.fit_softness(
            features,
            groups=learning.groups_of(features, blocks=BLOCKS),
            training=learning.Training("svm", penalty, FOLDS, constant="ignore"),
        )

    model, found = taught(each, PENALTY)
    for k, point in enumerate(flat):
        values[:, k] = _mean(model, point.runs)
    told |= {
        "threshold": threshold.value,
        "accuracy": found.accuracy,
        "accuracy_error": found.error,
        "examples": 2 * each,
    }
    results = {"learned": _table(flat, values, told)}
    cold = [p for p in flat if p.studied.name == PAIR[0] and p.temperature <= PRINTED_ONSET]
    climb = partial(
        barriers,
        cold,
        species=CENTRE,
        window=WINDOW,
        threshold=threshold.value,
        longest_interval=LONGEST_INTERVAL,
        blocks=BLOCKS,
    )
    climbed = climb(model)
    if climbed is not None:
        known = np.isfinite(float(climbed["shift_high"]))
        if known and not SHIFT.holds(float(climbed["shift"]), PRINTED_SHIFT):
            others = {f"a penalty of {C:g}": (each, C) for C in OTHER_PENALTIES}
            others[f"{each // 2} examples of each kind"] = (each // 2, PENALTY)
            climbed = with_others(climbed, {how: climb(taught(*asked)[0]) for how, asked in others.items()})
        results["learned_barriers"] = climbed
    return results


def _hot(point: Point) -> bool:
    return any(at.hot for at in point.studied.states if at.temperature == point.temperature)


def _threshold(point: Point, choices: Choices) -> HopThreshold:
    """Mean squared displacement at the maximum of alpha_2."""
    runs = list(point.runs)
    longest = 0.9 * float(runs[0].times[-1] - runs[0].times[0])
    moved = dynamics.displacements(
        runs,
        lags=dynamics.logarithmic_lags(runs[0], per_decade=choices.lags_per_decade, longest=longest),
        overlap_radius=choices.overlap_radius,
        species=CENTRE,
    )
    return dynamics.hop_threshold(moved, decades=PEAK_WIDTH)


def _mean(model: learning.SoftnessModel, runs: Sequence[Trajectory]) -> tuple[float, float]:
    """Mean over particles and frames, and its error from the spread of the frames."""
    each = np.concatenate(
        [
            LearnedSoftness(model)
            .of(run, species=CENTRE, frames=slice(None, None, max(1, run.n_frames // FRAMES)))
            .mean("particle")
            .values
            for run in runs
        ]
    )
    return float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))


def _table(flat: Sequence[Point], values: Array, attrs: dict[str, object]) -> xr.Dataset:
    return xr.Dataset(
        {
            "learned_softness": ("point", values[0]),
            "learned_softness_error": ("point", values[1]),
            "softness": ("point", [point.number("softness") for point in flat]),
            "softness_error": ("point", [point.number("softness_error") for point in flat]),
        },
        {
            "liquid": ("point", [point.studied.label for point in flat]),
            "at": ("point", [point.temperature for point in flat]),
        },
        attrs=attrs,
    )


def learned_rows(data: xr.Dataset, *, confidence: float) -> list[Row]:
    """Whether both softnesses go along, and with one slope."""
    lines: list[Line] = []
    made = []
    how = (
        f"Plane trained on {data.attrs['trained']}, {data.attrs.get('examples', 0)} examples, accuracy "
        f"{data.attrs.get('accuracy', float('nan')):.3f}."
    )
    for liquid in dict.fromkeys(data["liquid"].values.tolist()):
        here = data.isel(point=np.flatnonzero(data["liquid"].values == liquid))
        through = line(here["softness"].values, here["learned_softness"].values, confidence=confidence)
        lines.append(through)
        made.append(
            Row.judge(
                item="Fig. 3",
                quantity="correlation of S_ML with S",
                state=f"{liquid}, {through.n} temperatures",
                published=None,
                measured=through.correlation,
                uncertainty=None,
                unit="1",
                tolerance=None,
                note=f"{how} Slope {through.slope:.4g}. The paper says linear and prints no number.",
            )
        )
    ratio = lines[1].slope / lines[0].slope
    error = abs(ratio) * float(
        np.hypot(lines[0].slope_error / lines[0].slope, lines[1].slope_error / lines[1].slope)
    )
    return [
        *made,
        Row.judge(
            item="Fig. 3",
            quantity="slope of S_ML without attraction over that with",
            state="WCA 1.2, LJ 1.2",
            published=1.0,
            measured=ratio,
            uncertainty=error,
            unit="1",
            tolerance=SAME_SLOPE,
            note='"A linear correlation with system independent slope".',
        ),
    ]

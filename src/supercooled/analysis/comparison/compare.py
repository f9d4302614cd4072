"""Every indicator held against every target: how well each predicts the motion to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import Annotated, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from supercooled.analysis.comparison.samples import (
    Asked,
    Fields,
    Runs,
    Side,
    configurations,
    listed,
    number_of_runs,
    things_of,
)
from supercooled.analysis.comparison.table import AREA, Comparison, described
from supercooled.arguments import Anything, Blocks, Fraction, Whole, shown, validated
from supercooled.arrays import Array, Integers
from supercooled.blocks import (
    FEWEST_PARTS,
    PART,
    block_of,
    forgotten,
    jackknife_error,
    memory_of,
)
from supercooled.errors import ParameterError
from supercooled.fields import Features
from supercooled.fields.indicator import Progress
from supercooled.relation.association import Association, correlation, spearman_brown
from supercooled.targets import Target

# Parts of each run where there are too few runs.
BLOCKS = 5
NO_CEILING = "the noise can't be estimated from one run per configuration; use a propensity"
MADE: Mapping[str, Callable[[Association], tuple[float, float]]] = {
    "pearson": Association.pearson,
    "spearman": Association.spearman,
    AREA: Association.area,
    "mutual_information": Association.information,
    "partial_pearson": Association.partial_pearson,
    "partial_spearman": Association.partial_spearman,
}


@validated
def compare(
    runs: Annotated[Runs | None, Anything()],
    indicators: Annotated[Features | xr.DataArray | Sequence[Features | Fields], Anything()],
    targets: Annotated[Target | xr.DataArray | Sequence[Target | Fields], Anything()],
    *,
    species: str | None = None,
    at_fixed: Annotated[str | Features | xr.DataArray | Sequence[str | Features | Fields], Anything()] = (),
    frames: slice = slice(None),
    blocks: Blocks | None = None,
    top: Fraction = 0.1,
    bins: Annotated[int, Whole(at_least=2, at_most=1000)] = 20,
    executor: Executor | None = None,
    progress: Annotated[Progress | None, Anything()] = None,
) -> Comparison:
    r"""How well each indicator predicts each target: correlations, area, information, errors and ceilings.

    .. math:: r = \frac{\langle \delta x\, \delta y \rangle}{\sigma_x \sigma_y}, \qquad
              A = P(x_1 > x_0) + \tfrac12 P(x_1 = x_0), \qquad
              I = \sum_{b, c} p(b, c) \log_2 \frac{p(b, c)}{p(b)\, p(c)}

    of all particles at all frames that have both, of all runs together. ``pearson`` is r of the values,
    ``spearman`` that of the ranks. A is the area under the ROC curve: of those where the target is 1 against
    those where it is 0, or of the `top` share where it has many values. I is counted in quantiles of x (and
    of y), and less its bias.

    Parameters
    ----------
    runs
        a trajectory, or several independent ones of one state; for a propensity a list of the runs that
        start alike for each configuration, [[run, run, ...], ...]. None where all fields are given
    indicators
        indicators, sets of features, and fields (frame, particle) made before: of several runs a
        list with one for each
    targets
        targets, and fields (frame, particle)
    species
        of the particles; None takes all
    at_fixed
        "species", indicators or fields that partial correlations hold fixed
    frames
        from which structure is taken; all of the run is what targets look at
    blocks
        parts of each run that are left out in turn for errors; 1 leaves out whole runs. None does so
        where there are four runs or more, and takes five parts of each of fewer
    top
        share of the particles, those with the largest value, that the area is of where a target has many
    bins
        quantiles that information is counted in
    executor
        maps frames; None does them here
    progress
        called with how many frames of how many of a run are done

    Returns
    -------
    Comparison
        Comparison, whose ``table`` (indicator, target) has ``pearson``, ``spearman``, ``auc``,
        ``mutual_information`` (bit), where `at_fixed` is given ``partial_pearson`` and ``partial_spearman``,
        each with its standard ``_error``; ``samples``; along targets ``ceiling`` and ``ceiling_spearman``,
        the largest correlation that the target's own noise leaves, known for a propensity; ``reason``, why a
        number is NaN. Errors are the jackknife's over four independent parts or more: blocks that last five
        times as long as a target looks ahead, and ten correlation times of what frames say.

    Raises
    ------
    ParameterError
        if runs are not of one state or given twice, a field is of another run, two things have one name, or a
        target has no value in them.

    References
    ----------
    as of :func:`supercooled.relation.ranking`; C. Spearman, Am. J. Psychol. 15, 72 (1904), and Br. J.
    Psychol. 3, 271 (1910), of the ceiling.

    Examples
    --------
    >>> from supercooled import Box, Trajectory
    >>> from supercooled.targets import Displacement
    >>> rng = np.random.default_rng(1)
    >>> walk = np.cumsum(rng.normal(size=(40, 30, 3)) * np.linspace(0.1, 1.0, 30)[:, None], axis=0)
    >>> run = Trajectory.from_arrays(walk, Box.cube(9.0), unwrapped=True)
    >>> speed = xr.DataArray(np.tile(np.linspace(0.1, 1.0, 30), (40, 1)), {"frame": run.frames},
    ...     ("frame", "particle"), name="speed")
    >>> found = compare(run, speed, Displacement(after=1.0))
    >>> bool(0.5 < found.table.pearson.item() < 1), str(found.table.target.item())
    (True, 'displacement(after=1)')
    """
    if frames.step is not None and frames.step < 1:
        raise ParameterError(f"frames must increase, not {frames}")
    given = configurations(runs)
    kept = listed(at_fixed)
    words = [one for one in kept if isinstance(one, str)]
    if wrong := [one for one in words if one != "species"]:
        raise ParameterError(f'at_fixed takes "species", indicators and fields, not {shown(wrong[0])}')
    within, fixed = bool(words), [one for one in kept if not isinstance(one, str)]
    number = number_of_runs(given, [*listed(indicators), *listed(targets), *fixed])
    asked = Asked(
        things_of(indicators, Features, number, "indicator"),
        things_of(targets, Target, number, "target"),
        things_of(fixed, Features, number, "fixed field") if fixed else (),
        species,
        frames,
    )
    asked.check_fields()
    if given is None and (within or species is not None):
        raise ParameterError("species are known for trajectories only: give the runs too")
    parts = blocks or (1 if number >= FEWEST_PARTS else BLOCKS)
    sides = [asked.side(None if given is None else given[k], k, executor, progress) for k in range(number)]
    return _compared(
        sides, asked, parts=parts, top=top, bins=bins, within=within, controlled=bool(fixed) or within
    )


def _compared(
    sides: Sequence[Side],
    asked: Asked,
    *,
    parts: int,
    top: float,
    bins: int,
    within: bool,
    controlled: bool,
) -> Comparison:
    names = list(sides[0].x), list(sides[0].y)
    statistics = [name for name in MADE if controlled or not name.startswith("partial")]
    shape = tuple(map(len, names))
    filled = {name: np.full(shape, np.nan) for one in statistics for name in (one, f"{one}_error")}
    samples, reasons = np.zeros(shape, np.int64), np.full(shape, "", object)
    for j, target in enumerate(names[1]):
        for i, indicator in enumerate(names[0]):
            pair, why = _pair(sides, indicator, target, parts, within=within)
            about = sides[0].about[target]
            binary = bool(about.get("binary", False)) or bool(np.isin(pair.y, (0.0, 1.0)).all())
            pair = replace(pair, binary=binary, top=top, bins=bins)
            samples[i, j] = len(pair.x)
            if pair.why_not:
                reasons[i, j] = pair.why_not
                continue
            for name in statistics:
                value, error = getattr(
                    pair, {AREA: "area", "mutual_information": "information"}.get(name, name)
                )()
                filled[name][i, j] = value
                filled[f"{name}_error"][i, j] = np.nan if why else error
            reasons[i, j] = why
    dims = ("indicator", "target")
    table = xr.Dataset(
        {name: (dims, values) for name, values in filled.items()}
        | {"samples": (dims, samples), "reason": (dims, reasons.astype(str))}
        | _ceilings(sides, names[1], parts),
        {
            "indicator": names[0],
            "target": names[1],
            "time_ahead": ("target", [float(sides[0].about[t].get("after", np.nan)) for t in names[1]]),
        },
        {
            "runs": len(sides),
            "blocks": parts,
            "species": asked.species or "all",
            "top": top,
            "bins": bins,
            "at_fixed": ", ".join([*(["species"] if within else []), *(t.name for t in asked.fixed)]),
        },
    )
    table["time_ahead"].attrs.update(units="tau", long_name="time of the target")
    return Comparison(described(table))


def _pair(
    sides: Sequence[Side], indicator: str, target: str, parts: int, *, within: bool
) -> tuple[Association, str]:
    """The samples that have both, and why their errors are not known, if so."""
    x: list[Array] = []
    y: list[Array] = []
    part: list[NDArray[np.int64]] = []
    group: list[NDArray[np.int64]] = []
    fixed: list[Array] = []
    series: list[Array] = []
    first, whys = 0, []
    for side in sides:
        both = np.isfinite(side.x[indicator]) & np.isfinite(side.y[target])
        for z in side.z.values():
            both &= np.isfinite(z)
        rows = np.flatnonzero(both.any(axis=1))
        own = np.zeros(len(both), np.int64)
        own[rows] = block_of(len(rows), parts)
        where = np.nonzero(both)
        x.append(side.x[indicator][where])
        y.append(side.y[target][where])
        part.append(first + own[where[0]])
        group.append(side.species[where[1]].astype(np.int64) if within else np.zeros(len(where[0]), np.int64))
        fixed.append(
            np.stack([z[where] for z in side.z.values()], 1) if side.z else np.zeros((len(x[-1]), 0))
        )
        first += int(own.max(initial=0)) + 1 if len(rows) else 0
        if parts > 1:
            series.append(_series(side.x[indicator][rows], side.y[target][rows], both[rows]))
            whys.append(_too_short(side, rows, parts, float(side.about[target].get("after", np.nan))))
    why = next((one for one in whys if one), "")
    if first < FEWEST_PARTS:
        why = (
            f"{first} parts are too few for an estimate of their scatter: give {FEWEST_PARTS} runs "
            "or more, or more frames"
        )
    elif not why and parts > 1:
        memory = memory_of([[one[:, k] for one in series] for k in range(5)] if series else [])
        length = min((len(one) for one in series), default=0) / parts
        if not forgotten(memory, length):
            why = (
                f"blocks of {length:.3g} frames are not independent: the correlation time is "
                f"{memory:.2g} frames; give several runs, or a longer one"
            )
    pair = Association(
        x=np.concatenate(x),
        y=np.concatenate(y),
        part=np.concatenate(part),
        n_parts=first,
        group=np.concatenate(group),
        fixed=np.concatenate(fixed),
        binary=False,
        top=0.1,
        bins=2,
    )
    return pair, why


def _series(x: Array, y: Array, both: Any) -> Array:
    """Of each frame the mean and spread of both, and their covariance, (frame, 5)."""
    found = np.zeros((len(x), 5))
    for k, (a, b, known) in enumerate(zip(x, y, both, strict=True)):
        p, q = a[known], b[known]
        found[k] = p.mean(), q.mean(), p.std(), q.std(), ((p - p.mean()) * (q - q.mean())).mean()
    return found


def _too_short(side: Side, rows: Integers, parts: int, after: float) -> str:
    """Why blocks of a run share what targets look at, if they do."""
    if side.times is None or len(rows) < 2 or not np.isfinite(after):
        return ""
    length = float(side.times[rows[-1]] - side.times[rows[0]]) / parts
    if length >= PART * after * (1 - 1e-9):
        return ""
    return (
        f"blocks of {length:.3g} tau are shorter than {PART:g} times the {after:g} tau of the "
        "target, so that they share its motion: give several runs, or a longer one"
    )


def _ceilings(sides: Sequence[Side], targets: Sequence[str], parts: int) -> dict[str, Any]:
    """Largest correlation with a target that its own noise leaves, with errors over the runs."""
    found: dict[str, list[float]] = {
        name: [] for name in ("ceiling", "ceiling_error", "ceiling_spearman", "ceiling_spearman_error")
    }
    reasons = []
    for target in targets:
        for name, (value, error) in _ceiling(sides, target).items():
            found[name].append(value)
            found[f"{name}_error"].append(error)
        known = target in sides[0].halves
        reasons.append(
            "" if known else "the noise can't be estimated from one run per configuration; use Propensity"
        )
    return {name: ("target", values) for name, values in found.items()} | {"no_ceiling": ("target", reasons)}


def _ceiling(sides: Sequence[Side], target: str) -> dict[str, tuple[float, float]]:
    from scipy.stats import rankdata

    nothing = {"ceiling": (np.nan, np.nan), "ceiling_spearman": (np.nan, np.nan)}
    if any(target not in side.halves for side in sides):
        return nothing
    each = []
    for side in sides:
        a, b = side.halves[target]
        known = np.isfinite(a) & np.isfinite(b)
        each.append((a[known], b[known]))

    def both(chosen: Sequence[tuple[Array, Array]]) -> Iterator[float]:
        a, b = (np.concatenate(half) for half in zip(*chosen, strict=True))
        yield spearman_brown(correlation(a, b))
        yield spearman_brown(correlation(rankdata(a), rankdata(b)))

    values = list(both(each))
    errors = [np.nan, np.nan]
    if len(each) >= FEWEST_PARTS:
        without = np.array([list(both(each[:k] + each[k + 1 :])) for k in range(len(each))])
        errors = [float(error) for error in jackknife_error(without)]
    return dict(zip(nothing, zip(values, errors, strict=True), strict=True))

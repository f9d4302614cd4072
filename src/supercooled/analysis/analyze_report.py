"""The straight line on trajectories of your own: measured values, nothing to compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import xarray as xr

from supercooled import io, relation, report
from supercooled.analysis.choices import Choices
from supercooled.analysis.inputs import Given
from supercooled.analysis.measurement import Measured
from supercooled.analysis.provenance import describe
from supercooled.analysis.results import (
    Cages,
    Moves,
    Relations,
    barriers,
    onset_error,
    together,
)
from supercooled.analysis.scenes import scene_of
from supercooled.analysis.stages import Results
from supercooled.analysis.states import begin_alike
from supercooled.cage import Calibration
from supercooled.errors import ParameterError
from supercooled.extras import require
from supercooled.matching import matched
from supercooled.outputs import remove_owned
from supercooled.quantities import quantity
from supercooled.report import Row
from supercooled.report.comparison import without_error
from supercooled.trajectory import Trajectory

# Frames that `fields.gsd` shows, spread over the run.
SHOWN = 50
FIELDS = "fields_T*.gsd"


class Analysed(Protocol):
    """What is written of an analysis: see :class:`supercooled.analysis.analyze.Analysis`."""

    @property
    def liquid(self) -> str | None:
        """Whose pair potentials were used."""
        ...

    @property
    def states(self) -> Mapping[float, Sequence[Trajectory]]:
        """Runs of each temperature."""
        ...

    @property
    def choices(self) -> Choices:
        """Every choice that changes a number."""
        ...

    @property
    def measured(self) -> Sequence[Measured]:
        """Structure, motion and fields of each state."""
        ...

    @property
    def calibration(self) -> Calibration | None:
        """The line from depth to softness."""
        ...

    @property
    def calibration_note(self) -> str:
        """What has to be said of it."""
        ...

    @property
    def relations(self) -> Relations | None:
        """How structure and hops go together."""
        ...

    @property
    def results(self) -> Mapping[str, xr.Dataset]:
        """Datasets behind the figures."""
        ...

    @property
    def rows(self) -> Sequence[Row]:
        """Of the table."""
        ...

    @property
    def given_thresholds(self) -> Sequence[float] | None:
        """Thresholds that were given."""
        ...


def results_of(
    states: Mapping[float, Sequence[Trajectory]],
    measured: Sequence[Measured],
    *,
    found: Cages,
    calibration: Calibration | None,
    moved: Moves,
    related: Relations | None,
    used: Sequence[float],
    given_thresholds: Sequence[float] | None,
    choices: Choices,
) -> tuple[Results, list[Row]]:
    """Datasets behind the figures, and the table."""
    at = list(states)
    results = together(
        measured,
        at,
        found,
        moved,
        calibration=calibration,
        relations=related,
        thresholds=used,
        choices=choices,
    )
    results |= scene_of(states[at[0]][0], measured[0], calibration, choices)
    rows = _rows(at, found, moved, related, given_thresholds, dimensions=states[at[0]][0].dimensions)
    if related is not None and len(related.probabilities) >= 3:
        results, rows = _with_barriers(results, rows, related, choices)
    return results, rows


def write_analysis(
    found: Analysed, out: Path, *, given: Given | None = None, command: str | None = None
) -> Path:
    """Write an analysis into a folder that is held: fields, results, table, figures, page."""
    states, measured, choices = found.states, found.measured, found.choices
    written = {
        path
        for runs, one in zip(states.values(), measured, strict=True)
        for path in _write_fields(out, runs, one, found.calibration)
    }
    for stale in set(out.glob(FIELDS)) - written:
        remove_owned(stale)
    at, hops = list(states), [m.hops for m in measured]
    liquid = found.liquid
    title = "Structure and motion" if liquid is None else f"Cages, softness and rearrangements: {liquid}"
    return report.write(
        out,
        title=title,
        summary=_summary(states, found.calibration_note, found.relations, counted=liquid is not None),
        rows=found.rows,
        results=found.results,
        sections=_sections(found.results),
        provenance=describe(
            [run for runs in states.values() for run in runs],
            parameters={
                **_parameters(choices, dict(zip(at, hops, strict=True))),
                **(given or Given()).said(),
                "threshold": _threshold(at, found.given_thresholds),
            },
            commands=[command] if command else [],
            source="Methods of sharma2022 (doi:10.1103/PhysRevE.105.044604) and nandi2021.",
        ),
    )


def _sections(results: Mapping[str, xr.Dataset]) -> list[report.Section]:
    """With a comparison, a part of the page for it behind the others."""
    if "comparison" not in results:
        return []
    require("matplotlib", "jinja2", doing="a report with its figures")
    from supercooled.report.figures import GENERAL

    every = tuple(plate.name for plate in GENERAL.plates if plate.name != "comparison")
    data = results["comparison"]
    top = 100 * float(data.attrs["top"])
    text = (
        "Each indicator is one number per particle, computed from a single frame; each target "
        "is the particle's motion afterwards. All particles of the species "
        f"{data.attrs['species']} are taken together, in {_nth(int(data.attrs['every']))}.\n\nA "
        "correlation of ranks is 0, and the area under the ROC curve 0.5, where an indicator "
        f"predicts nothing. The area is for the {top:.3g} % of the particles with the largest "
        "target, or for those where a yes-or-no target is true; bits are the mutual "
        "information. The ceiling is the largest correlation of ranks that the noise of a "
        "target leaves."
    )
    if not np.isfinite(data["ceiling_spearman"].values).any():
        text += (
            " It is not known here: it needs a propensity, from several runs that start from one "
            "configuration."
        )
    why = list(dict.fromkeys(str(one) for one in data["reason"].values.ravel() if str(one)))
    if why:
        others = f" ({len(why) - 1} more reasons are in results.zarr)" if len(why) > 1 else ""
        text += f"\n\nErrors are left out where they can't be estimated: {why[0]}{others}."
    return [
        report.Section("Figures", "", every),
        report.Section("Indicators against targets", text, ("comparison",), ("comparison",)),
    ]


def _nth(number: int) -> str:
    return "every frame" if number == 1 else f"one of {number} frames"


def _rows(
    at: Sequence[float],
    found: Cages,
    moved: Moves,
    related: Relations | None,
    given_thresholds: Sequence[float] | None,
    *,
    dimensions: int,
) -> list[Row]:
    rows = []
    for i, T in enumerate(at):
        threshold, relaxation = moved.thresholds[i], moved.relaxation[i]
        softness, softness_error = (float(found.softness[name][i]) for name in ("softness", "softness_error"))
        area = "sigma_AA^2"
        rows += [
            _row(
                "average softness",
                T,
                softness,
                unit=quantity("softness").unit_in(dimensions),
                error=softness_error,
            ),
            _row(
                "relaxation time",
                T,
                relaxation.value,
                unit="tau",
                error=relaxation.error,
                reason=relaxation.missing,
            ),
            _row(
                "p_c",
                T,
                threshold.value,
                unit=area,
                error=threshold.error,
                reason=threshold.missing
                and threshold.missing + ("" if given_thresholds else "; --threshold gives one"),
                note=f"Rearrangements are counted with the threshold that was given, {given_thresholds[i]:g}."
                if given_thresholds
                else "",
            ),
        ]
        if related is None:
            continue
        rows.append(_share_row("share shallower than the peak", T, related.depth_shares[i]))
        if related.shares:
            rows.append(_share_row("share softer than the peak", T, related.shares[i]))
    return rows


def _share_row(quantity: str, T: float, share: relation.Share) -> Row:
    return _row(
        quantity,
        T,
        share.value,
        unit="1",
        error=share.error,
        note=f"Of {share.n_rearranging} rearranging samples (particle and frame); of all particles "
        f"{share.of_all:.3f}.",
    )


def _row(
    quantity: str, T: float, value: float, *, unit: str, error: float, reason: str = "", note: str = ""
) -> Row:
    return Row.judge(
        item="measured",
        quantity=quantity,
        state=f"T = {T:g}",
        published=None,
        measured=value,
        uncertainty=error,
        unit=unit,
        tolerance=None,
        note=" ".join(
            filter(None, [f"Not reached: {reason}." if reason else "", note, without_error(value, error)])
        ),
    )


def _with_barriers(
    results: Results, rows: list[Row], related: Relations, choices: Choices
) -> tuple[Results, list[Row]]:
    onset, error, why = np.nan, np.nan, ""
    try:
        fits = barriers(related.probabilities, choices)
        onset, error = relation.onset(fits).temperature.value, onset_error(related.probabilities, choices)
        results = {**results, "arrhenius": fits.assign_attrs(onset=onset, onset_error=error)}
    except ParameterError as reason:
        why = f" None here: {reason}."
    row = Row.judge(
        item="measured",
        quantity="onset temperature",
        state="all T",
        published=None,
        measured=onset,
        uncertainty=error,
        unit="epsilon_AA/k_B",
        tolerance=None,
        note=f"Where the Arrhenius lines of all softnesses cross.{why}",
    )
    return results, [*rows, row]


def _write_fields(
    out: Path, runs: Sequence[Trajectory], measured: Measured, calibration: Calibration | None
) -> list[Path]:
    """Some frames of each run coloured by the fields, for OVITO."""
    written = []
    depths = measured.depths or (None,) * len(runs)
    for k, (run, depth, p_hop) in enumerate(zip(runs, depths, measured.hops, strict=True), start=1):
        name = f"fields_T{run.temperature:g}" + (f"_run{k}" if len(runs) > 1 else "")
        written.append(out / f"{name}.gsd")
        _write_coloured(written[-1], run, depth, p_hop, calibration)
    return written


def _write_coloured(
    path: Path,
    run: Trajectory,
    depth: xr.DataArray | None,
    p_hop: xr.DataArray,
    calibration: Calibration | None,
) -> None:
    inside = matched(p_hop, run).other_rows
    few = run[int(inside[0]) : int(inside[-1]) + 1 : max(1, len(inside) // SHOWN)]
    every = {} if depth is None else {"depth": depth.sel(frame=few.frames)}
    every["p_hop"] = p_hop.sel(frame=few.frames)
    if calibration is not None:
        every["softness"] = calibration.softness(every["depth"])
    io.write_gsd(path, few, fields=every)


def _threshold(at: Sequence[float], given_thresholds: Sequence[float] | None) -> Any:
    """Thresholds of p_hop as the page lists them."""
    if given_thresholds is None:
        return {"value": "measured", "why": "p_c of each temperature, in the table"}
    if len(set(given_thresholds)) == 1:
        return {"value": given_thresholds[0], "why": "given"}
    return {
        "value": ", ".join(f"{p!r} (T = {T:g})" for T, p in zip(at, given_thresholds, strict=True)),
        "why": "given",
    }


def _parameters(choices: Choices, hops: Mapping[float, Sequence[xr.DataArray]]) -> dict[str, Any]:
    """The choices, and what was made of them: half of the window is cut to whole intervals."""
    taken = {T: float(each[0].attrs["window"]) for T, each in hops.items()}
    if np.allclose(list(taken.values()), choices.window):
        return asdict(choices)
    value: float | str = next(iter(taken.values()))
    if len(set(taken.values())) > 1:
        value = ", ".join(f"{window:g} (T = {T:g})" for T, window in taken.items())
    why = f"{choices.window:g} was requested; half of it is rounded down to whole intervals between frames"
    return {**asdict(choices), "window": {"value": value, "why": why}}


def _summary(
    states: Mapping[float, Sequence[Trajectory]],
    calibration: str,
    related: Relations | None,
    *,
    counted: bool,
) -> str:
    """What was analysed, and what is missing; calibration : what has to be said of it."""
    runs = [run for several in states.values() for run in several]
    words = [f"{len(runs)} trajectories of {runs[0].n_particles} particles."]
    if len(runs) > len(states):
        words.append(f"Runs at the same temperature are averaged; temperatures: {len(states)}.")
    if any(begin_alike(several) for several in states.values()):
        words.append(
            "Some runs of one temperature begin in the same configuration and are correlated "
            "until they have relaxed, which the errors do not include: --begin leaves the "
            "start out."
        )
    words += [calibration] if calibration else []
    if related is None and counted:
        words.append(
            "There is not a threshold of p_hop for every run, so rearrangements are not counted: "
            "see the table."
        )
    return " ".join(words)

"""The whole analysis of a liquid's trajectories, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import xarray as xr

from supercooled import report, structure
from supercooled.analysis.analyze_report import FIELDS, results_of, write_analysis
from supercooled.analysis.choices import Choices, temperature_of
from supercooled.analysis.comparison.states import Compared, check_compared, compared_at, comparisons_of
from supercooled.analysis.comparison.table import Comparison
from supercooled.analysis.inputs import Given
from supercooled.analysis.measurement import Measured, measure
from supercooled.analysis.reach import reach_at
from supercooled.analysis.results import Cages, Moves, Relations, cages, calibrated, moves, relations
from supercooled.analysis.states import by_temperature, in_its_order, one_threshold_each
from supercooled.arguments import Anything, shown, validated
from supercooled.blocks import forgotten, jackknife_error, memory_of
from supercooled.cage import Calibration
from supercooled.cluster import Workers
from supercooled.display import html_table
from supercooled.dynamics.hops import frames_on_each_side
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.indicators import BondOrder
from supercooled.mixture import Mixture
from supercooled.outputs import scratch_folder
from supercooled.report import Row
from supercooled.report.comparison import without_error
from supercooled.trajectory import Trajectory

# Frames that a mean over particles is taken from.
SOME_FRAMES = 20
NO_LIQUID = "No liquid is given, so there are no cage depths: give --liquid for the pair potentials."


@dataclass(frozen=True, eq=False)
class Analysis:
    """What :func:`supercooled.analyze` has found, the coldest state first.

    Parameters
    ----------
    liquid
        whose pair potentials were used; None where none were
    states
        the runs of each temperature
    choices
        every choice that changes a number
    measured
        structure, motion and fields of each state
    cages
        of the mean field, softness from S(q) among them
    calibration
        1/S = c0 + c1 Phi, None where depths give no softness
    calibration_note
        what has to be said of it
    moves
        threshold of hops and relaxation time of each state
    used
        threshold of hops that rearrangements are counted with, of each state, sigma_AA^2
    given_thresholds
        thresholds that were given, None where they were measured
    relations
        how structure and hops go together; None without thresholds or depths
    results
        datasets behind the figures, by group
    rows
        of the table
    """

    liquid: str | None
    states: Mapping[float, tuple[Trajectory, ...]]
    choices: Choices
    measured: tuple[Measured, ...]
    cages: Cages
    calibration: Calibration | None
    calibration_note: str
    moves: Moves
    used: tuple[float, ...]
    given_thresholds: tuple[float, ...] | None
    relations: Relations | None
    results: Mapping[str, xr.Dataset]
    rows: tuple[Row, ...]

    @property
    def temperatures(self) -> list[float]:
        """Of the states, epsilon_AA/k_B."""
        return list(self.states)

    @property
    def depth(self) -> dict[float, tuple[xr.DataArray, ...]]:
        """Depth of each particle's cage (frame, particle), by temperature, of each run; needs a liquid."""
        return {T: one.depths for T, one in zip(self.states, self.measured, strict=True) if one.depths}

    @property
    def softness(self) -> dict[float, tuple[xr.DataArray, ...]]:
        """Softness of each particle (frame, particle), by temperature, of each run; needs a calibration."""
        line = self.calibration
        if line is None:
            return {}
        return {T: tuple(line.softness(depth) for depth in depths) for T, depths in self.depth.items()}

    @property
    def hops(self) -> dict[float, tuple[xr.DataArray, ...]]:
        """p_hop (frame, particle), sigma_AA^2, by temperature, of each run."""
        return {T: one.hops for T, one in zip(self.states, self.measured, strict=True)}

    @property
    def radial(self) -> dict[float, xr.Dataset]:
        """g(r) by temperature."""
        return {T: one.radial for T, one in zip(self.states, self.measured, strict=True)}

    @property
    def factor(self) -> dict[float, xr.Dataset]:
        """S(q) by temperature."""
        return {T: one.factor for T, one in zip(self.states, self.measured, strict=True)}

    @property
    def motion(self) -> dict[float, xr.Dataset]:
        """Displacements, overlap and their fluctuation by temperature."""
        return {T: one.motion for T, one in zip(self.states, self.measured, strict=True)}

    @property
    def comparison(self) -> dict[float, Comparison]:
        """How well each indicator predicts each target, by temperature; empty where none were asked for."""
        return comparisons_of(self.results)

    @property
    def onset(self) -> float:
        """Onset temperature, epsilon_AA/k_B; NaN where three states don't give one. The table says why."""
        fits = self.results.get("arrhenius")
        return np.nan if fits is None else float(fits.attrs["onset"])

    @property
    def table(self) -> xr.Dataset:
        """Every number of the analysis with its uncertainty, along ``row``."""
        columns: dict[str, tuple[str, Any]] = {
            "quantity": ("row", [row.quantity for row in self.rows]),
            "state": ("row", [row.state for row in self.rows]),
            "measured": ("row", [_number(row.measured) for row in self.rows]),
            "uncertainty": ("row", [_number(row.uncertainty) for row in self.rows]),
            "unit": ("row", [row.unit for row in self.rows]),
            "note": ("row", [row.note for row in self.rows]),
        }
        return xr.Dataset(columns)

    @validated
    def report(self, out: str | Path) -> Path:
        """Write report, figures and results into a folder, as the command does; the page's path.

        Parameters
        ----------
        out
            folder of the report

        Returns
        -------
        Path
            the page, ``index.html``

        Raises
        ------
        ParameterError, StoreError
            if `out` can't be the name of a folder, or holds something else than a report.
        """
        names = [run.source.name for runs in self.states.values() for run in runs]
        inputs = [name for name in names if Path(name).exists()]
        with report.own_folder(out, by="supercooled analyze", inputs=inputs, names=(FIELDS,)):
            return write_analysis(self, Path(out))

    def _repr_html_(self) -> str:
        lines = [
            (row.quantity, row.state, _in_words(row), "" if row.unit == "1" else row.unit)
            for row in self.rows
        ]
        return html_table("Analysis", lines, heading=("quantity", "state", "value", "unit"))

    def __repr__(self) -> str:
        """A line for each number."""
        return "\n".join(f"{row.quantity}, {row.state}: {_in_words(row)} {row.unit}" for row in self.rows)


@validated
def analyze(
    runs: Annotated[str | Path | Trajectory | Sequence[str | Path | Trajectory], Anything()],
    *,
    liquid: str | None = None,
    given: Given | None = None,
    thresholds: Sequence[float] | None = None,
    choices: Choices | None = None,
    compare: Annotated[Compared, Anything()] = (),
    space: bool = False,
    workers: Workers = 1,
) -> Analysis:
    """Structure, cages, motion and hops of one liquid's trajectories, and what they say together.

    Parameters
    ----------
    runs
        trajectories or files, one or several for each temperature, in any order; those of one temperature
        are replicas
    liquid
        name in the catalogue or YAML file of its pair potentials. None leaves out what needs them,
        depths and their relation to hops, and gives pair entropy and bond order instead
    given
        what is said about files; trajectories say it themselves
    thresholds
        of p_hop for each run, sigma_AA^2; None measures them
    choices
        every choice that changes a number; None takes those of sharma2022
    compare
        indicators and targets, each of the ones held against each of the others at every temperature,
        as :func:`supercooled.compare` does, of the species of `choices` in some hundred frames of each run
    space
        how far softness (or depth) and mobility reach: correlations in space and the four-point structure
        factor at the relaxation time, with their lengths, in some hundred frames of each run
    workers
        processes, or a scheduler; None takes every core

    Returns
    -------
    Analysis
        softness, depth, hops, onset and the table of all numbers; it writes the report

    Raises
    ------
    ParameterError, TrajectoryError, MixtureError
        where runs, temperatures and liquid don't fit together, or a run is too short.

    References
    ----------
    sharma2022, nandi2021.
    """
    check_compared(compare)
    opened = _opened(runs, given or Given())
    chosen = choices or Choices()
    check_runs(opened, chosen)
    # Fields may be larger than memory; they are kept while Python runs.
    work = scratch_folder()
    return analysed(
        opened,
        liquid=liquid,
        thresholds=thresholds,
        choices=chosen,
        compared=compare,
        space=space,
        work=work,
        workers=workers,
    )


def _opened(runs: Any, given: Given) -> list[Trajectory]:
    listed = list(runs) if isinstance(runs, list | tuple) else [runs]
    if not listed:
        raise ParameterError("there is no run to analyse: give a trajectory or a file")
    if all(isinstance(one, Trajectory) for one in listed):
        return listed
    if all(isinstance(one, str | Path) and str(one) for one in listed):
        return given.opened([Path(one) for one in listed])
    raise ParameterError(f"runs must be trajectories, or files, not {shown(runs)}")


def analysed(
    opened: Sequence[Trajectory],
    *,
    liquid: str | None,
    thresholds: Sequence[float] | None,
    choices: Choices,
    compared: Compared,
    space: bool = False,
    work: Path,
    workers: Workers,
) -> Analysis:
    """The same, of trajectories that have been checked."""
    check_compared(compared)
    chosen = None if thresholds is None else _one_each(thresholds, opened, "threshold")
    for threshold in chosen or ():
        if not 0 < threshold < np.inf:
            raise ParameterError(f"the threshold must be positive, not {threshold:g}; for example 0.115")
    mixture: Mixture | None = None
    trajectories = list(opened)
    if liquid is None:
        for run in opened:
            _check_species(run, choices.species)
    else:
        mixture, trajectories = in_its_order(liquid, opened, choices)
    states = by_temperature(trajectories)
    at = list(states)
    given_thresholds = None if chosen is None else one_threshold_each(states, trajectories, chosen)
    measured = measure(list(states.values()), mixture, choices, folder=work, workers=workers)
    found = cages(measured, at, mixture, choices)
    if mixture is None:
        calibration, said = None, NO_LIQUID
    else:
        calibration, said = calibrated(found, measured, choices)
    moved = moves(measured, choices)
    used = (
        [threshold.value for threshold in moved.thresholds] if given_thresholds is None else given_thresholds
    )
    depths, hops = [m.depths for m in measured], [m.hops for m in measured]
    # Hops are only counted where there is a threshold for every state; the table says why not.
    related = None
    if mixture is not None and np.isfinite(used).all():
        related = relations(depths, hops, used, calibration, choices)
    results, rows = results_of(
        states,
        measured,
        found=found,
        calibration=calibration,
        moved=moved,
        related=related,
        used=used,
        given_thresholds=given_thresholds,
        choices=choices,
    )
    if compared:
        results = dict(results)
        results["comparison"] = compared_at(
            states, compared, species=choices.species, label="comparison", folder=work, workers=workers
        )
    if space:
        reach, more = reach_at(
            states, measured, moved.relaxation, calibration, choices, folder=work, workers=workers
        )
        results, rows = {**results, "space": reach}, [*rows, *more]
    if mixture is None:
        rows = [*rows, *_without_potential(states, measured, choices)]
    return Analysis(
        liquid, states, choices, tuple(measured), found, calibration, said, moved, tuple(used),
        None if given_thresholds is None else tuple(given_thresholds), related, results, tuple(rows),
    )  # fmt: skip


def check_runs(opened: Sequence[Trajectory], choices: Choices) -> None:
    """Refuse what can't be analysed while nothing is written yet."""
    for trajectory in opened:
        temperature_of(trajectory)
        frames_on_each_side(trajectory, choices.window)
        if trajectory.n_frames < choices.blocks:
            raise TrajectoryError(
                f"{trajectory.source.name}: {trajectory.n_frames} frames can't be divided into the "
                f"{choices.blocks} blocks that errors need: write frames more often or prolong the run"
            )
        trajectory.fixed_box()


def _check_species(run: Trajectory, species: str) -> None:
    if species not in run.names:
        raise ParameterError(
            f"{run.source.name}: no species {species!r} among {run.names}: choose one, for "
            f"example --species {run.names[0]}"
        )


def _one_each(values: Sequence[float], runs: Sequence[Trajectory], name: str) -> list[float]:
    if len(values) != len(runs):
        raise ParameterError(f"{len(runs)} files need {len(runs)} times --{name}, not {len(values)}")
    return list(values)


def _without_potential(
    states: Mapping[float, Sequence[Trajectory]], measured: Sequence[Measured], choices: Choices
) -> list[Row]:
    """What says of a structure how ordered it is, without its potential: pair entropy and bond order."""
    rows = []
    for (T, runs), one in zip(states.items(), measured, strict=True):
        entropy = float(
            structure.pair_entropy(one.radial, r_max=float(one.radial.attrs["r_max"]), switching=None).total
        )
        rows.append(_row("pair entropy", T, entropy, "k_B", error=np.nan, note="From g(r), up to its range."))
        value, error = _bond_order(runs, choices)
        note = without_error(value, error)
        rows.append(
            _row(
                "bond order q6",
                T,
                value,
                "1",
                error=error,
                note=f"Averaged over neighbours; mean over all particles. {note}",
            )
        )
    return rows


def _bond_order(runs: Sequence[Trajectory], choices: Choices) -> tuple[float, float]:
    """Mean bond order of some frames, and its error over blocks; NaN where they aren't independent."""
    series = []
    for run in runs:
        some = slice(None, None, max(1, run.n_frames // SOME_FRAMES))
        field = BondOrder(6).of(run, species=choices.species, frames=some)
        series.append(np.asarray(field.mean("particle").values, dtype=np.float64))
    parts = [part for one in series for part in np.array_split(one, min(choices.blocks, len(one)))]
    sums, counts = np.array([part.sum() for part in parts]), np.array([float(len(part)) for part in parts])
    without = (sums.sum() - sums) / np.maximum(counts.sum() - counts, 1.0)
    length = min(map(len, series)) / choices.blocks
    known = forgotten(memory_of([series]), length)
    error = float(jackknife_error(without, counts)) if known else np.nan
    return float(sums.sum() / counts.sum()), error


def _row(quantity: str, T: float, value: float, unit: str, *, error: float, note: str) -> Row:
    return Row.judge(
        item="measured",
        quantity=quantity,
        state=f"T = {T:g}",
        published=None,
        measured=value,
        uncertainty=error,
        unit=unit,
        tolerance=None,
        note=note,
    )


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _in_words(row: Row) -> str:
    value, error = _number(row.measured), _number(row.uncertainty)
    if not np.isfinite(value):
        return row.note or "not known"
    return f"{value:.4g} ± {error:.2g}" if np.isfinite(error) else f"{value:.4g}"

"""How particles move in trajectories of your own: one line of numbers a temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import xarray as xr

from supercooled import report
from supercooled.errors import ParameterError
from supercooled.report import Section
from supercooled.studies.motion import Motion, motion_curves, motion_rows, motion_table
from supercooled.studies.opening import Given
from supercooled.studies.provenance import describe
from supercooled.studies.states import by_temperature
from supercooled.trajectory import Trajectory

SHOWN = ("msd", "alpha2", "overlap")
SECTIONS = (
    Section("Relaxation and diffusion", "Lags go to half of the run.", ("dynamics", "hops"), ("motion",)),
)


def run(
    files: Sequence[Path],
    *,
    out: Path,
    given: Given,
    how: Motion,
    command: str | None = None,
) -> xr.Dataset:
    """Measure, write the report to `out`, and return the table, along ``temperature``.

    files : those of one temperature are replicas, and are averaged
    given : what is said about the files
    command : that repeats it, where it was given on the command line

    Raises
    ------
    ParameterError, TrajectoryError
        if temperatures are missing, runs of one temperature are no replicas, or one is too short for a lag;
        or a file lies in `out`.
    StoreError
        if `out` holds something else than such a report, or a file of it has been changed.
    """
    with report.own_folder(out, inputs=files):
        return _moving(given.opened(files), out, given=given, how=how, command=command)


def _moving(
    opened: Sequence[Trajectory], out: Path, *, given: Given, how: Motion, command: str | None
) -> xr.Dataset:
    """The same, of trajectories that have been opened."""
    for run in opened:
        if how.species is not None and how.species not in _present(run):
            raise ParameterError(
                f"{run.source.name}: no particle of species {how.species}; it has "
                f"{', '.join(_present(run))}: take one of these with --species, or all"
            )
    states = by_temperature(opened, one_interval=False)
    at = list(states)
    curves = [motion_curves(runs, how, work=out / "work") for runs in states.values()]
    table = motion_table(curves, at, how)
    along = xr.Variable("temperature", at)
    shown = xr.concat(
        [one[[n for name in SHOWN for n in (name, f"{name}_error")]] for one in curves],
        dim=along,
        join="outer",
        combine_attrs="drop",
    )
    report.write(
        out,
        title="How particles move",
        summary=_summary(opened, table),
        rows=motion_rows(table, [name for name, *_ in how.columns], item="measured"),
        results={"dynamics": shown, "motion": table},
        provenance=describe(
            opened,
            parameters={**asdict(how), **given.said()},
            commands=[command] if command else [],
            source="Definitions of sharma2022 (doi:10.1103/PhysRevE.105.044604), Secs. III and IV B.",
        ),
        sections=SECTIONS,
    )
    return table


def _summary(opened: Sequence[object], table: xr.Dataset) -> str:
    number = f"{len(opened)} trajectories" if len(opened) > 1 else "One trajectory"
    return (
        f"{number}; {table.attrs['species']} particles. The relaxation time is where the overlap is 1/e, p_c "
        "the mean squared displacement where alpha_2 is largest. Lags go to half of the run: what needs "
        "longer ones is not reached, and the row says so."
    )


def _present(run: Trajectory) -> list[str]:
    """Species that a particle has."""
    return [name for k, name in enumerate(run.names) if (run.species == k).any()]

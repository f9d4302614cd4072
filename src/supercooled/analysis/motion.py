"""How particles move: relaxation time, p_c, diffusion and the shape of the decay at each temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled import dynamics, report
from supercooled.analysis.choices import temperature_of
from supercooled.analysis.inputs import Given
from supercooled.analysis.provenance import describe
from supercooled.analysis.stages import Results, stage
from supercooled.analysis.states import by_temperature
from supercooled.dynamics import StretchedExponential
from supercooled.dynamics.lags import evenly_spaced
from supercooled.errors import ParameterError
from supercooled.quantities import labelled
from supercooled.report import Row, Section
from supercooled.report.comparison import without_error
from supercooled.trajectory import Trajectory

__all__ = ["Motion", "motion_curves", "motion_rows", "motion_table", "run"]

# Share of the run that the longest lag takes: beyond it no two origins are independent.
LONGEST = 0.5
# The final decay, in relaxation times: after the plateau, before only noise is left.
FINAL_DECAY = (0.2, 4.0)
# Written times are rounded: a pair of frames is exactly a lag apart to this fraction.
EXACTLY = 1e-5
# What stands in the table, with a standard error each: in the data, in the table of quantities, in words.
COLUMNS = (
    ("tau_alpha", "relaxation_time", "relaxation time", "tau"),
    ("p_c", "p_hop", "p_c", "sigma_AA^2"),
    ("diffusivity", "diffusivity", "diffusion coefficient", "sigma_AA^2/tau"),
    ("alpha2_max", "alpha2", "largest alpha_2", "1"),
    ("stretched_time", "relaxation_time", "stretched exponential, time", "tau"),
    ("stretched_exponent", "stretched_exponent", "stretched exponential, exponent", "1"),
)
# The same where a wave number is given.
SCATTERED = ("tau_scattering", "relaxation_time", "relaxation time of F_s", "tau")

# What the figures show, and where they stand.
SHOWN = ("msd", "alpha2", "overlap")
SECTIONS = (
    Section("Relaxation and diffusion", "Lags go up to half of the run.", ("dynamics", "hops"), ("motion",)),
)


@dataclass(frozen=True, slots=True)
class Motion:
    """How motion is measured.

    Parameters
    ----------
    species
        whose; None takes all particles
    overlap_radius
        a of the overlap, sigma_AA
    peak_width
        decades about the maximum of alpha_2 that its parabola is fitted to
    slope_within, slope_over
        how near to 1 the slope of ln MSD must be for diffusion, and over how many
        decades on either side it is taken
    lags_per_decade, blocks
        of the curves, and parts of each run left out in turn for errors
    tolerance
        of a lag, as a fraction, where frames are unevenly spaced; without it only pairs of frames
        that are exactly a lag apart count
    remove_drift
        subtract the mean position of all particles in each frame
    wave_number
        of F_s, whose relaxation time then stands in the table too, 1/sigma_AA
    """

    species: str | None
    overlap_radius: float = 0.3
    peak_width: float = 0.4
    slope_within: float = 0.05
    slope_over: float = 0.3
    lags_per_decade: int = 12
    blocks: int = 5
    tolerance: float | None = None
    remove_drift: bool = False
    wave_number: float | None = None

    @property
    def columns(self) -> tuple[tuple[str, str, str, str], ...]:
        """Of the table, as in `COLUMNS`."""
        return COLUMNS if self.wave_number is None else (*COLUMNS, SCATTERED)


def run(
    files: Sequence[Path],
    *,
    out: Path,
    given: Given,
    how: Motion,
    command: str | None = None,
) -> xr.Dataset:
    """Measure, write the report to `out`, and return the table, along ``temperature``.

    Parameters
    ----------
    files
        those of one temperature are replicas, and are averaged
    given
        what is said about the files
    command
        that repeats it, where it was given on the command line

    Raises
    ------
    ParameterError, TrajectoryError
        if temperatures are missing, runs of one temperature are no replicas, or one is too short for a lag;
        or a file lies in `out`.
    StoreError
        if `out` holds something else than such a report, or a file of it has been changed.
    """
    with report.own_folder(out, by="supercooled dynamics", inputs=files):
        return _moving(given.opened(files), out, given=given, how=how, command=command)


def _moving(
    opened: Sequence[Trajectory], out: Path, *, given: Given, how: Motion, command: str | None
) -> xr.Dataset:
    """The same, of trajectories that have been opened."""
    for run in opened:
        if how.species is not None and how.species not in _present(run):
            raise ParameterError(
                f"{run.source.name}: no particle of species {how.species}; it has "
                f"{', '.join(_present(run))}: use --species with one of these, or all"
            )
    states = by_temperature(opened, one_interval=False)
    at = list(states)
    curves = [motion_curves(runs, how, folder=out / "work") for runs in states.values()]
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
        f"{number}; {table.attrs['species']} particles. The relaxation time is where the "
        "overlap is 1/e, p_c the mean squared displacement where alpha_2 is largest. Lags go "
        "up to half of the run: quantities that need longer ones are not reached, as their "
        "rows say."
    )


def _present(run: Trajectory) -> list[str]:
    """Species that a particle has."""
    return [name for k, name in enumerate(run.names) if (run.species == k).any()]


def motion_curves(replicas: Sequence[Trajectory], how: Motion, *, folder: Path) -> xr.Dataset:
    """Displacements and overlap of runs at one temperature; what is in `folder` is read back.

    Lags go to half of the longest run.
    """
    return curves_of.kept(folder, f"T{temperature_of(replicas[0]):g}-curves", replicas, how)["curves"]


@stage()
def curves_of(replicas: Sequence[Trajectory], how: Motion) -> Results:
    """Displacements and overlap of runs at one temperature."""
    run = max(replicas, key=lambda r: float(r.times[-1] - r.times[0]))
    lags = dynamics.logarithmic_lags(
        run, per_decade=how.lags_per_decade, longest=LONGEST * float(run.times[-1] - run.times[0])
    )
    return {
        "curves": dynamics.correlators(
            replicas,
            lags=lags,
            overlap_radius=how.overlap_radius,
            species=how.species,
            tolerance=how.tolerance if how.tolerance is not None or _even(replicas) else EXACTLY,
            remove_drift=how.remove_drift,
            wave_numbers=[] if how.wave_number is None else [how.wave_number],
            blocks=how.blocks,
        )
    }


def _even(replicas: Sequence[Trajectory]) -> bool:
    return all(evenly_spaced(run.times) for run in replicas)


def motion_table(curves: Sequence[xr.Dataset], temperatures: Sequence[float], how: Motion) -> xr.Dataset:
    """Each of the columns with ``_error`` (temperature), the time ``p_c_time``, and why there is none.

    Parameters
    ----------
    curves
        of :func:`motion_curves`, in the order of the temperatures
    """
    found = [_of_one(one, how) for one in curves]
    along = {"temperature": np.asarray(temperatures, dtype=np.float64)}
    data = {}
    for name, known, _, _ in (*how.columns, ("p_c_time", "lag", "", "")):
        values = np.array([row[name][0] for row in found])
        data[name] = labelled(known, values, ("temperature",), along)
        data[f"{name}_error"] = labelled(
            known, np.array([row[name][1] for row in found]), ("temperature",), along
        )
        reasons = [row[name][2] for row in found]
        data[name].attrs["reasons"] = dict(zip((f"{T:g}" for T in temperatures), reasons, strict=True))
    told = {} if how.wave_number is None else {"wave_number": float(how.wave_number)}
    return xr.Dataset(data).assign_attrs(species=how.species or "all", **told)


def motion_rows(table: xr.Dataset, names: Sequence[str], *, item: str) -> list[Row]:
    """A row for each temperature and quantity, beside nothing printed."""
    whose = "all particles" if table.attrs["species"] == "all" else f"{table.attrs['species']} particles"
    rows = []
    for T in table["temperature"].values:
        for name, _, words, unit in (*COLUMNS, SCATTERED):
            if name not in names:
                continue
            here = table.sel(temperature=T)
            reason = table[name].attrs["reasons"][f"{T:g}"]
            rows.append(
                Row.judge(
                    item=item,
                    quantity=words,
                    state=f"T = {T:.2f}, {whose}" if round(T, 2) == T else f"T = {T:g}, {whose}",
                    published=None,
                    measured=float(here[name]),
                    uncertainty=float(here[f"{name}_error"]),
                    unit=unit,
                    tolerance=None,
                    note=f"Not reached: {reason}."
                    if reason
                    else without_error(float(here[name]), float(here[f"{name}_error"])),
                )
            )
    return rows


def _of_one(curves: xr.Dataset, how: Motion) -> dict[str, tuple[float, float, str]]:
    """Value, error, and why there is none."""
    relaxation = dynamics.relaxation_time(curves)
    threshold = dynamics.hop_threshold(curves, decades=how.peak_width)
    diffusion = dynamics.diffusion(curves, tolerance=how.slope_within, decades=how.slope_over)
    largest = int(np.nanargmax(curves["alpha2"].values)) if threshold.known else 0
    # The top of alpha_2 counts only where p_c does: otherwise it may lie beyond the lags.
    top = [float(curves[name][largest]) if threshold.known else np.nan for name in ("alpha2", "alpha2_error")]
    shape, reason = _shape(curves, relaxation.value, relaxation.missing)
    scattered = dynamics.relaxation_time(curves, of="scattering") if how.wave_number is not None else None
    more = {} if scattered is None else {SCATTERED[0]: (scattered.value, scattered.error, scattered.missing)}
    return {
        **more,
        "tau_alpha": (relaxation.value, relaxation.error, relaxation.missing),
        "p_c": (threshold.value, threshold.error, threshold.missing),
        "p_c_time": (threshold.time, np.nan, threshold.missing),
        "diffusivity": (diffusion.value, diffusion.error, diffusion.missing),
        "alpha2_max": (top[0], top[1], threshold.missing),
        "stretched_time": (np.nan, np.nan, reason)
        if shape is None
        else (shape.time.value, shape.time.error, ""),
        "stretched_exponent": (np.nan, np.nan, reason)
        if shape is None
        else (shape.exponent.value, shape.exponent.error, ""),
    }


def _shape(curves: xr.Dataset, time: float, reason: str) -> tuple[StretchedExponential | None, str]:
    if not np.isfinite(time):
        return None, reason
    shortest, longest = (factor * time for factor in FINAL_DECAY)
    try:
        return dynamics.stretched_exponential(curves, shortest=shortest, longest=longest), ""
    except ParameterError as error:
        return None, str(error)

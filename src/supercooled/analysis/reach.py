"""How far softness and mobility reach in each state: correlations in space and four-point functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from supercooled import space
from supercooled.analysis.choices import Choices
from supercooled.analysis.measurement import Measured
from supercooled.analysis.stages import Results, stage
from supercooled.cage import Calibration
from supercooled.cluster import Workers, executor
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.quantities import labelled
from supercooled.report import Row
from supercooled.report.comparison import without_error
from supercooled.trajectory import Trajectory

__all__ = ["FIT", "FRAMES", "Q_MAX", "reach_at"]

# Origins and frames of a run that are looked at, about.
FRAMES = 100
# Wave numbers that are shown, and those that the length is fitted to, 1/sigma_AA; shells at least.
Q_MAX, FIT, SHELLS = 5.0, 1.5, 3
# Of a run, the share that the lag may take.
LONGEST = 0.2
# Bins of distance and the range that the length is fitted to, sigma_AA.
BIN, FIRST, LAST = 0.2, 1.0, 5.0


def reach_at(
    states: Mapping[float, Sequence[Trajectory]],
    measured: Sequence[Measured],
    relaxation: Sequence[Estimate],
    calibration: Calibration | None,
    choices: Choices,
    *,
    folder: Path,
    workers: Workers,
) -> tuple[xr.Dataset, list[Row]]:
    """Curves (temperature, ...) of all states, and the table's rows; kept in a folder."""
    tables, rows = [], []
    with executor(workers) as pool:
        for (T, runs), one, tau in zip(states.items(), measured, relaxation, strict=True):
            fields = one.depths if calibration is None else [calibration.softness(d) for d in one.depths]
            lag = _lag(runs, tau)
            kept = reach_of.kept(folder, f"space_T{T:g}", list(runs), list(fields), lag, choices, pool=pool)
            found = kept["space"].assign_coords(temperature=T)
            tables.append(found)
            rows += _rows(T, found, tau, lag)
    along = xr.concat(tables, dim="temperature", join="outer", combine_attrs="drop_conflicts")
    along["temperature"].attrs.update(units="epsilon_AA/k_B", long_name="temperature")
    return along, rows


@stage(free=["pool"])
def reach_of(
    runs: Sequence[Trajectory],
    fields: Sequence[xr.DataArray],
    lag: float,
    choices: Choices,
    *,
    pool: Any = None,
) -> Results:
    """S4 at a lag and its fit, and the correlation of a field of each run; without fields S4 alone."""
    smallest = 2 * np.pi / float(runs[0].fixed_box().lengths[: runs[0].dimensions].max())
    spacing = max(1, round((runs[0].n_frames - lag / runs[0].interval) / FRAMES)) * runs[0].interval
    s4 = space.four_point_structure_factor(
        list(runs), lags=[lag], overlap_radius=choices.overlap_radius, q_max=max(Q_MAX, 4 * smallest),
        dq=smallest, species=choices.species, origin_spacing=spacing, blocks=choices.blocks,
        remove_drift=choices.remove_drift, executor=pool,
    )  # fmt: skip
    data = {
        name: s4[name].isel(lag=0, drop=True)
        for name in ("four_point", "four_point_error", "chi4", "chi4_error")
    }
    attributes: dict[str, Any] = {"lag": lag, "no_error": s4.attrs["no_error"], "fit": "", "field": ""}
    names = ("correlation_length", "chi4_limit")
    try:
        fit = space.ornstein_zernike(s4, q_max=FIT)
    except ParameterError:
        attributes["fit"] = (
            f"the box has fewer than {SHELLS} lengths of wave vectors up to {FIT:g}, so the length is not "
            "known: use more particles"
        )
        for name in names:
            data[name] = data[f"{name}_error"] = labelled("correlation_length", np.nan, ())
    else:
        data |= {k: fit[k].isel(lag=0, drop=True) for name in names for k in (name, f"{name}_error")}
        if bool(fit.beyond_box.item()):
            attributes["fit"] = "the length is beyond what the box can tell: use more particles"
    if fields:
        r_max = min(0.5 * float(run.fixed_box().heights.min()) for run in runs)
        every = max(1, min(field.sizes["frame"] for field in fields) // FRAMES)
        curve = space.spatial_correlation(
            list(runs), [field.isel(frame=slice(None, None, every)) for field in fields],
            r_max=BIN * int(r_max / BIN * (1 + 1e-9)), dr=BIN, blocks=choices.blocks, executor=pool,
        )  # fmt: skip
        pair = str(curve["pair"].values[0])
        attributes |= {"field": str(fields[0].name), "no_error_field": curve.attrs["no_error"]}
        length = _length(curve, pair)
        data["spatial_correlation"] = curve["spatial_correlation"].sel(pair=pair, drop=True)
        data["spatial_correlation_error"] = curve["spatial_correlation_error"].sel(pair=pair, drop=True)
        data["field_length"] = labelled("correlation_length", length.value, ())
        data["field_length_error"] = labelled("correlation_length", length.error, ())
        attributes["field_reason"] = length.reason
    # Every state says for itself why something is missing.
    for name, text in attributes.items():
        data[f"of_{name}"] = xr.DataArray(text)
    return {"space": xr.Dataset(data)}


def _length(curve: xr.Dataset, pair: str) -> Estimate:
    try:
        return space.correlation_length(curve, pair=pair, shortest=FIRST, longest=LAST)
    except ParameterError as reason:
        return Estimate(np.nan, np.nan, "sigma_AA", str(reason))


def _lag(runs: Sequence[Trajectory], tau: Estimate) -> float:
    """The relaxation time in whole intervals, or what the runs are long enough for."""
    interval = runs[0].interval
    most = max(1, int(LONGEST * min(run.n_frames - 1 for run in runs)))
    steps = most if not np.isfinite(tau.value) else min(most, max(1, round(tau.value / interval)))
    return float(steps * interval)


def _rows(T: float, found: xr.Dataset, tau: Estimate, lag: float) -> list[Row]:
    known = np.isfinite(tau.value) and abs(lag - tau.value) <= 0.5 * tau.value
    when = f"At t = {lag:g}" + (
        "" if known else ", not the relaxation time, which the runs are too short for"
    )
    said = str(found["of_fit"].item())
    fitted = f"{when}. {_sentence(said)}"
    limit = (
        f"{when}; S4 at q = 0, with fluctuations that a fixed number of particles lacks. {_sentence(said)}"
    )
    plain = f"{when}; the fluctuation of the overlap."
    rows = [
        _row("four-point length", T, found, "correlation_length", unit="sigma_AA", note=fitted),
        _row("chi4 at fixed N", T, found, "chi4", unit="1", note=plain),
        _row("chi4 from S4", T, found, "chi4_limit", unit="1", note=limit),
    ]
    if "field_length" in found:
        name = str(found["of_field"].item())
        note = _sentence(str(found["of_field_reason"].item()))
        rows.append(_row(f"length of {name}", T, found, "field_length", unit="sigma_AA", note=note))
    return rows


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _row(quantity: str, T: float, found: xr.Dataset, name: str, *, unit: str, note: str) -> Row:
    value, error = (float(found[one].item()) for one in (name, f"{name}_error"))
    return Row.judge(
        item="measured",
        quantity=quantity,
        state=f"T = {T:g}",
        published=None,
        measured=value,
        uncertainty=error,
        unit=unit,
        tolerance=None,
        note=" ".join(filter(None, [note.strip(), without_error(value, error)])),
    )

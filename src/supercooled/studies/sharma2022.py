"""Local softness and dynamic heterogeneity of the Kob-Andersen liquid (sharma2022).

Kob-Andersen Lennard-Jones at density 1.2, 4000 particles. Sections follow the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from supercooled import relation, report, store, systems
from supercooled.cage import Calibration
from supercooled.errors import ParameterError
from supercooled.report import Row, Section, Tolerance
from supercooled.studies.line import Choices, measure
from supercooled.studies.provenance import describe
from supercooled.studies.published import printed, softness_line
from supercooled.studies.results import (
    Cages,
    Moves,
    Relations,
    barriers,
    below_onset,
    cages,
    moves,
    onset_error,
    relations,
    together,
)
from supercooled.trajectory import Trajectory

DENSITY = 1.2
N_PARTICLES = 4000

# Sec. III: p_c at each temperature; App. B: delta = 0.09. What the paper leaves open, and the
# reading of it that this study takes, is said in `_reading`.
CHOICES = Choices()

# Chosen before any run: see `_rows` for where each applies.
P_C = Tolerance.relative(0.10)
SOFTNESS = Tolerance.relative(0.05)
SHARE = Tolerance.absolute(0.05)
ONSET = Tolerance.absolute(0.06)
BARRIER = Tolerance.relative(0.25)


@dataclass(frozen=True, slots=True)
class Preset:
    """State points, run lengths and steps.

    durations : of the run at each temperature, tau
    dt : the paper integrates with 0.0025, nandi2021 the same liquid with 0.005
    """

    durations: Mapping[float, float]
    every: float
    dt: float
    seed: int = 1


PRESETS = {
    "quick": Preset({0.47: 190.0, 0.53: 250.0, 0.58: 220.0, 0.70: 120.0}, every=0.5, dt=0.005),
    "medium": Preset({0.47: 1000.0, 0.53: 700.0, 0.58: 400.0, 0.70: 200.0, 0.80: 100.0}, every=0.5, dt=0.005),
    "long": Preset({0.47: 3500.0, 0.53: 3500.0, 0.58: 1500.0, 0.70: 500.0, 0.80: 250.0}, every=0.5, dt=0.005),
    "paper": Preset(
        {0.47: 3500.0, 0.53: 3500.0, 0.58: 1500.0, 0.70: 500.0, 0.80: 250.0}, every=0.5, dt=0.0025
    ),
}


def run(preset: str, out: Path, *, runs: Path, workers: int | None) -> Path:
    """The whole study; it reuses what is in `out` and `runs`.

    Raises
    ------
    ParameterError
        listing the presets, if this is none of them.
    """
    if preset not in PRESETS:
        raise ParameterError(f"no preset {preset!r} of sharma2022; known are {', '.join(PRESETS)}")
    chosen = PRESETS[preset]
    liquid = systems.kob_andersen(density=DENSITY)
    trajectories = store.simulate_all(
        [
            store.request(
                liquid,
                temperature=T,
                n_particles=N_PARTICLES,
                duration=duration,
                every=chosen.every,
                dt=chosen.dt,
                seed=chosen.seed,
            )
            for T, duration in chosen.durations.items()
        ],
        root=runs,
        workers=workers,
    )
    temperatures = list(chosen.durations)
    measured = measure(trajectories, liquid.mixture, CHOICES, work=out / "work", workers=workers)
    found = cages(measured, temperatures, liquid.mixture, CHOICES)
    calibration = found.calibration(CHOICES.calibrated_by)
    moved = moves(measured, CHOICES)
    thresholds = [float(printed("sharma2022")["p_c"][f"{T:.2f}"]) for T in temperatures]
    related = relations(measured, thresholds, calibration, CHOICES)
    fits, onset, onset_uncertainty = _barriers(related, temperatures)
    results = together(
        measured,
        temperatures,
        cages=found,
        calibration=calibration,
        moves=moved,
        relations=related,
        thresholds=thresholds,
        choices=CHOICES,
    )
    results["cage"]["published_softness"] = (
        "temperature",
        [softness_line("ka-lj 1.2", T) for T in temperatures],
    )
    results["arrhenius"] = fits
    rows = _rows(temperatures, found=found, moved=moved, related=related, fits=fits)
    report.write(
        out,
        title="Local softness and rearrangements in a supercooled liquid",
        summary=_summary(temperatures, related, onset, onset_uncertainty),
        rows=rows,
        results=results,
        provenance=_provenance(
            trajectories,
            chosen,
            calibration,
            f"supercooled study sharma2022 --preset {preset} --out {out} --runs {runs}",
        ),
        sections=SECTIONS,
    )
    return out


def _barriers(related: Relations, temperatures: Sequence[float]) -> tuple[xr.Dataset, float, float]:
    # Below the onset that nandi2021 and sharma2022 name, about 0.8: 0.70 is the last such temperature.
    probabilities = below_onset(related.probabilities, temperatures, 0.70)
    fits = barriers(probabilities, CHOICES)
    onset, error = relation.onset(fits).temperature, onset_error(probabilities, CHOICES)
    return fits.assign_attrs(onset=onset, onset_error=error), onset, error


def _rows(
    temperatures: Sequence[float],
    *,
    found: Cages,
    moved: Moves,
    related: Relations,
    fits: xr.Dataset,
) -> list[Row]:
    paper = printed("sharma2022")
    rows = [
        Row.judge(
            item="nandi2021, Table III",
            quantity="softness",
            state=f"T = {T:.2f}",
            published=softness_line("ka-lj 1.2", T),
            measured=float(found.softness.softness[i]),
            uncertainty=float(found.softness.softness_error[i]),
            unit="sigma_AA^2",
            tolerance=SOFTNESS,
            note=f"Average softness, curvature at 0, q_max = {CHOICES.q_max:g}.",
        )
        for i, T in enumerate(temperatures)
    ]
    for T, threshold in zip(temperatures, moved.thresholds, strict=True):
        rows.append(
            Row.judge(
                item="Sec. III",
                quantity="p_c",
                state=f"T = {T:.2f}",
                published=float(paper["p_c"][f"{T:.2f}"]),
                measured=threshold.value,
                uncertainty=threshold.error,
                unit="sigma_AA^2",
                tolerance=P_C,
                note="MSD of A particles at the maximum of alpha_2."
                if threshold.reached
                else f"The run is too short: {threshold.reason}.",
            )
        )
    shares = paper["fraction_rearranging_softer_than_peak"]
    for T, share in zip(temperatures, related.shares, strict=True):
        printed_share = shares.get(f"{T:.2f}")
        rows.append(
            Row.judge(
                item="Sec. V, Fig. 4",
                quantity="share softer than the peak",
                state=f"T = {T:.2f}",
                published=printed_share,
                measured=share.value,
                uncertainty=share.error,
                unit="1",
                tolerance=None if printed_share is None else SHARE,
                note=f"Of {share.n_rearranging} particles at times; chance gives {share.of_all:.2f}.",
            )
        )
    coldest = related.depth_shares[0]
    rows.append(
        Row.judge(
            item="App. B, Fig. 15(a)",
            quantity="share shallower than the peak",
            state=f"T = {temperatures[0]:.2f}",
            published=float(paper["fraction_rearranging_shallower_than_peak_T0.47"]),
            measured=coldest.value,
            uncertainty=coldest.error,
            unit="1",
            tolerance=SHARE,
            note="The same share by the depth of the cage itself.",
        )
    )
    return [*rows, *_slope_rows(related, temperatures), *_barrier_rows(fits)]


def _slope_rows(related: Relations, temperatures: Sequence[float]) -> list[Row]:
    slopes = relation.steepness(related.probabilities)
    return [
        Row.judge(
            item="Sec. V, Fig. 5(a)",
            quantity="d ln P_R / d ln S",
            state=f"T = {T:.2f}",
            published=None,
            measured=float(slopes.steepness[i]),
            uncertainty=float(slopes.steepness_error[i]),
            unit="1",
            tolerance=None,
            note="The paper shows it and prints no number: steeper when colder.",
        )
        for i, T in enumerate(temperatures)
    ]


def _barrier_rows(fits: xr.Dataset) -> list[Row]:
    paper = printed("sharma2022")
    seen = fits.dropna("softness", subset=["barrier"])
    # The barrier falls with softness: the paper's lowest belongs to its softest particles.
    ends = [int(np.argmin(seen.barrier.values)), int(np.argmax(seen.barrier.values))]
    rows = [
        Row.judge(
            item="Sec. V, Fig. 5(b)",
            quantity="onset temperature",
            state="T up to 0.70",
            published=float(paper["onset_temperature_from_softness"]),
            measured=fits.attrs["onset"],
            uncertainty=fits.attrs["onset_error"],
            unit="epsilon_AA/k_B",
            tolerance=ONSET,
            note="Where the Arrhenius lines of all softnesses cross; error by jackknife over the runs.",
        )
    ]
    for which, end, value in zip(("lowest", "highest"), ends, paper["barrier_range"], strict=True):
        here = seen.isel(softness=end)
        rows.append(
            Row.judge(
                item="Sec. V, Fig. 5(c)",
                quantity=f"{which} barrier, base 10",
                state=f"S = {1e3 * float(here.softness):.2f}e-3",
                published=float(value),
                measured=float(here.barrier_base10),
                uncertainty=float(here.barrier_base10_error),
                unit="epsilon_AA",
                tolerance=BARRIER,
                note=f"{float(here.barrier):.2f} in natural units; the paper's logarithm is base 10.",
            )
        )
    return rows


def _summary(temperatures: Sequence[float], related: Relations, onset: float, error: float) -> str:
    cold, hot = related.shares[0], related.shares[-1]

    def percent(share: float) -> str:
        return f"{100 * share:.0f} %"

    return (
        "A particle sits in the cage that its neighbours make. Its softness is read off a single snapshot: "
        "soft cages are shallow and wide. Rearrangements are found independently, from the motion.\n\n"
        f"At T = {temperatures[0]:g}, {percent(cold.value)} of the particles that rearrange are softer than "
        f"the most frequent softness (chance: {percent(cold.of_all)}); at T = {temperatures[-1]:g} it is "
        f"{percent(hot.value)} (chance: {percent(hot.of_all)}). The probability to rearrange rises with "
        "softness, more steeply the colder the liquid, and the Arrhenius lines of all softnesses meet at "
        f"T = {onset:.2f} ± {error:.2f}."
    )


def _reading() -> dict[str, dict[str, object]]:
    why = {
        "window": "Delta t of p_hop in tau; the paper's (Sec. III)",
        "width": "delta of the local g(r); the paper's (Sec. IV)",
        "q_max": "the paper prints none; with this one nandi2021's Table III is reproduced",
        "correlation": "C(r) of the local depth from the particle's own g(r), as the text says (Sec. IV)",
        "normalisation": "local g(r) divided by the total density, as Eq. 8 prints it",
        "calibrated_by": "c0 and c1 from the local sum with the liquid's own g(r) in it",
        "lead": "structure and hop are compared in the same frame",
        "centre": "the paper shows A particles only",
        "weighting": "barriers from a line through ln P_R in which each temperature counts the same",
        "largest_error": "relative error of a P_R above which it has no place in a barrier",
        "overlap_radius": "a of the overlap; the paper's (Sec. IV B)",
    }
    values = asdict(CHOICES)
    return {name: {"value": value, "why": why.get(name, "")} for name, value in values.items()}


def _provenance(
    trajectories: Sequence[Trajectory], preset: Preset, calibration: Calibration, command: str
) -> dict[str, object]:
    return describe(
        trajectories,
        parameters={
            **_reading(),
            "p_c": {
                "value": ", ".join(f"{v:g} (T={T})" for T, v in printed("sharma2022")["p_c"].items()),
                "why": "hops are counted with the printed thresholds; the measured ones are compared above",
            },
            "c0, c1": {"value": f"{calibration.c0:.4g}, {calibration.c1:.4g}", "why": "1/S = c0 + c1 Phi_r"},
            "dt": {
                "value": preset.dt,
                "why": "the paper's is 0.0025; nandi2021 integrates the same liquid with 0.005",
            },
        },
        commands=[command],
        source="sharma2022: Phys. Rev. E 105, 044604 (2022), doi:10.1103/PhysRevE.105.044604",
    )


SECTIONS = (
    Section(
        "The liquid and its mean-field cage",
        "The partial structure factors over every wave vector of the box give the caging potential; its "
        "curvature at the bottom is the inverse of the average softness.",
        ("structure", "cage", "depth"),
    ),
    Section(
        "Motion and hops",
        "A hop is a change of a particle's mean position within the window; the threshold is the mean "
        "squared displacement at the maximum of the non-Gaussian parameter.",
        ("dynamics", "hops"),
    ),
    Section(
        "Softness of single particles and what it predicts",
        "The local radial distribution function gives each particle's depth, and the "
        "calibration its softness.",
        ("distributions", "rearranging", "arrhenius"),
    ),
)

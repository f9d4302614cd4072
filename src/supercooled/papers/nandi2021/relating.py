"""What the state points of each liquid say together: lines, onsets, laws, collapses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled import dynamics, relation
from supercooled.arrays import Array, Booleans
from supercooled.dynamics import LawFit
from supercooled.papers.nandi2021.chosen import PRINTED, Choices
from supercooled.papers.nandi2021.liquids import Studied
from supercooled.papers.nandi2021.measuring import Point
from supercooled.relation import Collapse, Line, SoftnessLaw

# Of Kob-Andersen at density 1.2, as sharma2022, by the same group, prints it.
PRINTED_ONSET = float(PRINTED["onset_temperature"]["value"])
LAWS = ("arrhenius", "vft", "parabolic")


@dataclass(frozen=True, slots=True)
class Related:
    """One liquid: its points, coldest first, and the lines through them.

    Parameters
    ----------
    onset
        temperature, epsilon_AA/k_B, NaN where there is none; with its error and why there is none
    tau_0
        relaxation time there, tau
    cold
        which points count as supercooled, (temperature,)
    barrier
        T ln(tau_alpha / tau_0), (temperature,), epsilon_AA
    line
        S against T; `cage`: depth against 1/S; `time`: ln tau_mfpt against 1/S; `dynamics`: barrier
        against 1/S; all through the cold points, None where those are fewer than three
    """

    studied: Studied
    T: Array
    S: Array
    S_error: Array
    tau: Array
    tau_error: Array
    depth: Array
    log_time: Array
    onset: float
    onset_error: float
    why: str
    tau_0: float
    cold: Booleans
    barrier: Array
    line: Line | None
    cage: Line | None
    time: Line | None
    dynamics: Line | None
    vft: LawFit | None
    laws: xr.Dataset | None

    @property
    def window(self) -> str:
        """The cold temperatures in words."""
        if not self.cold.any():
            return "no temperature below onset"
        return (
            f"T = {self.T[self.cold].min():g} to {self.T[self.cold].max():g}, {int(self.cold.sum())} of them"
        )


def related(points: Sequence[Point], choices: Choices, *, slow: float) -> Related:
    """Everything that the paper reads off one liquid.

    Parameters
    ----------
    slow
        reduced relaxation time at an onset (:func:`slowness`)
    """
    studied = points[0].studied
    T = np.array([point.temperature for point in points])
    S, S_error, tau, error, depth, log_time = (
        np.array([point.number(name) for point in points])
        for name in (
            "softness",
            "softness_error",
            "tau_alpha",
            "tau_alpha_error",
            "depth",
            "log_first_passage_time",
        )
    )
    onset, onset_error, why = _onset(studied, T, tau, error, slow)
    shipped = np.array([not at.hot for at in studied.states])
    cold = np.zeros(len(T), bool) if np.isnan(onset) else onset * (1 + 1e-9) >= T
    if cold.sum() < 3 and shipped.sum() >= 3:
        # A strong liquid is hardly slow when it is cold already: then every state but the hot ones counts.
        why = why or f"only {int(cold.sum())} of its temperatures are below the onset, T = {onset:.3g}"
        cold, onset, onset_error = shipped, np.nan, np.nan
    at = float(T[cold].max()) if np.isnan(onset) and cold.any() else onset
    tau_0 = time_at(at, T, tau)
    barrier = T * np.log(tau / tau_0)
    relaxed = cold & np.isfinite(barrier)

    def through(x: Array, y: Array, which: Booleans) -> Line | None:
        if which.sum() < 3:
            return None
        return relation.line(x[which], y[which], confidence=choices.confidence)

    return Related(
        studied, T, S, S_error, tau, error, depth, log_time, onset, onset_error, why, tau_0, cold, barrier,
        line=through(T, S, cold),
        cage=through(1.0 / S, depth, cold),
        time=through(1.0 / S, log_time, cold),
        dynamics=through(1.0 / S, barrier, relaxed),
        vft=_vft(T[relaxed], tau[relaxed], error[relaxed], choices),
        laws=_laws(T[relaxed], S[relaxed], tau[relaxed], error[relaxed], choices),
    )  # fmt: skip


def slowness(points: Sequence[Point]) -> float:
    r"""Reduced relaxation time of the liquid whose onset is printed, there.

    .. math:: \tilde\tau = \tau_\alpha\, \rho^{1/3} (T/m)^{1/2}

    Two states of one isomorph, or two liquids equally slow, have the same.
    """
    T = np.array([point.temperature for point in points])
    tau = np.array([point.number("tau_alpha") for point in points])
    return time_at(PRINTED_ONSET, T, tau) * _reducing(points[0].studied, PRINTED_ONSET)


def _reducing(studied: Studied, T: float) -> float:
    return float(studied.liquid.density ** (1 / 3) * np.sqrt(T))


def _onset(studied: Studied, T: Array, tau: Array, error: Array, slow: float) -> tuple[float, float, str]:
    """Where the liquid is as slow as the one whose onset is printed, by interpolation in 1/T."""

    def crossing(times: Array) -> float:
        good = np.isfinite(times)
        reduced = np.log(times[good] * [_reducing(studied, t) for t in T[good]])
        if good.sum() < 2 or not reduced.min() < np.log(slow) < reduced.max():
            return float("nan")
        # times fall as the temperature rises
        return float(1.0 / np.interp(-np.log(slow), -reduced, 1.0 / T[good]))

    if not np.isfinite(slow):
        return np.nan, np.nan, "the liquid whose onset is printed was not followed to it"
    found = crossing(tau)
    if np.isnan(found):
        return np.nan, np.nan, "no run is as slow as the liquid whose onset is printed at its onset"
    longer = crossing(tau + np.nan_to_num(error))
    return found, abs(longer - found) if np.isfinite(longer) else np.nan, ""


def time_at(temperature: float, T: Array, tau: Array) -> float:
    """Relaxation time between two temperatures, ln tau linear in 1/T."""
    good = np.isfinite(tau)
    if np.isnan(temperature) or good.sum() < 2:
        return float("nan")
    return float(np.exp(np.interp(-1.0 / temperature, -1.0 / T[good], np.log(tau[good]))))


def _vft(T: Array, tau: Array, error: Array, choices: Choices) -> LawFit | None:
    if len(T) < 4:
        return None
    return dynamics.fit_law(T, tau, law="vft", errors=_known(tau, error), confidence=choices.confidence)


def _known(tau: Array, error: Array) -> Array | None:
    return error if bool(np.all(np.isfinite(error) & (error > 0))) else None


def _laws(T: Array, S: Array, tau: Array, error: Array, choices: Choices) -> xr.Dataset | None:
    """Arrhenius, VFT, parabola and softness through the same times."""
    if len(T) < 5:
        return None
    known = _known(tau, error)
    found = dynamics.compare_laws(T, tau, errors=known, confidence=choices.confidence, laws=LAWS)
    soft: SoftnessLaw = relation.softness_law(T, S, tau, errors=known, confidence=choices.confidence)
    aic = np.append(found["aic"].values, soft.aic)
    weight = np.exp(-0.5 * (aic - aic.min()))
    chi_square = np.append(found["chi_square"].values, soft.chi_square)
    freedom = np.array([len(T) - 2, len(T) - 3, len(T) - 3, len(T) - 3])
    coords = {"law": [*LAWS, "softness"]}
    return xr.Dataset(
        {
            "aic": ("law", aic),
            "weight": ("law", weight / weight.sum()),
            "chi_square": ("law", chi_square / freedom),
        },
        coords,
    )


def collapses(found: Sequence[Related]) -> dict[str, Collapse]:
    """How well the liquids fall onto one curve: escape from the cage, and the simulated times."""
    out: dict[str, Collapse] = {}
    columns: dict[str, tuple[Callable[[Related], Array], Callable[[Related], Line | None]]] = {
        "mfpt": (lambda one: one.log_time, lambda one: one.time),
        "dynamics": (lambda one: one.barrier, lambda one: one.dynamics),
    }
    for name, (values, line) in columns.items():
        kept = [(one, through) for one in found if (through := line(one)) is not None and through.slope != 0]
        if not kept:
            continue
        good = [one.cold & np.isfinite(values(one)) for one, _ in kept]
        out[name] = relation.collapse(
            [1.0 / one.S[g] for (one, _), g in zip(kept, good, strict=True)],
            [values(one)[g] for (one, _), g in zip(kept, good, strict=True)],
            [through for _, through in kept],
        )
    return out


@dataclass(frozen=True, slots=True)
class Reading:
    """B' of a liquid, read another way."""

    liquid: str
    zero: str
    window: str
    slope: float
    error: float
    intercept: float


def vanishing(name: str) -> float:
    """Temperature at which C' + B'/S of Table II is 0, with S of Table III; NaN if it is nowhere."""
    row = PRINTED["systems"][name]
    if row["C_prime"] >= 0:
        return float("nan")
    return float((-row["B_prime"] / row["C_prime"] - row["a0"]) / row["a1"])


def windows(one: Related) -> dict[str, Booleans]:
    """Temperatures that a line may go through; the paper prints no range."""
    good = np.isfinite(one.tau)
    equilibrium = np.array([not at.hot for at in one.studied.states])
    return {
        "below onset": one.cold & good,
        "all but the hottest": equilibrium & good,
        "the coldest four": good & (np.cumsum(good) <= 4),
    }


def readings(one: Related, choices: Choices) -> list[Reading]:
    """B' with tau_0 taken elsewhere and from other temperatures: what the paper's words leave open.

    "where the printed line vanishes": :func:`vanishing`
    """
    good = np.isfinite(one.tau)
    hot = float(one.T[good].max())
    zeros = {
        "τ_α at onset": one.tau_0,
        "τ_α where the printed line vanishes": time_at(vanishing(one.studied.name), one.T, one.tau),
        "τ_α at the hottest": time_at(hot, one.T, one.tau),
        "1": 1.0,
    }
    found = []
    for zero, tau_0 in zeros.items():
        for window, which in windows(one).items():
            if which.sum() < 3 or not np.isfinite(tau_0):
                continue
            through = relation.line(
                1.0 / one.S[which], (one.T * np.log(one.tau / tau_0))[which], confidence=choices.confidence
            )
            found.append(
                Reading(
                    one.studied.label, zero, window, through.slope, through.slope_error, through.intercept
                )
            )
    return found

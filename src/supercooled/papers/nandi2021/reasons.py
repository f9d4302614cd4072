"""Why a row misses: what else was tried, and what it gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, overload

import numpy as np
import xarray as xr

from supercooled import dynamics, relation
from supercooled.arrays import Array, Booleans
from supercooled.papers.nandi2021.chosen import PRINTED, SOFTNESS, Choices, softness_line
from supercooled.papers.nandi2021.measuring import Point
from supercooled.papers.nandi2021.relating import Related, readings, windows

Part: TypeAlias = Literal["intercept", "slope"]
# A printed K or T_VFT of 1e-19: the paper's fit found no such temperature.
NONE_PRINTED = 1e-6
FEWEST = {"line": 3, "law": 4}


@dataclass(frozen=True, slots=True)
class Tried:
    """What the reasons are drawn from.

    Parameters
    ----------
    choices
        of the study
    far
        softness of the states that miss, against q_max (point, q_max)
    scan
        points of the scan of the active assumptions, one each
    """

    choices: Choices
    far: xr.Dataset | None = None
    scan: Sequence[Point] = ()

    def softness(self, one: Related, k: int) -> str:
        """Of a state's S: other upper wave numbers, and whether a longer run could help."""
        T, ours, line = float(one.T[k]), float(one.S[k]), softness_line(one.studied.name, float(one.T[k]))
        off = abs(ours / line - 1)
        noise = float(one.S_error[k]) / ours
        beyond = off - SOFTNESS.upper > 2.0 * noise
        words = (
            f"{100 * off:.1f} % off, with an error of {100 * noise:.1f} %: a longer run "
            f"{'would not' if beyond else 'may'} meet it."
        )
        if self.far is None:
            return words
        here = (self.far["liquid"].values == one.studied.label) & np.isclose(
            self.far["temperature"].values, T
        )
        if not here.any():
            return words
        at = self.far.isel(point=int(np.flatnonzero(here)[0]))
        values, reach = at["softness"].values / line - 1, at["q_max"].values
        best = int(np.argmin(np.abs(values)))
        return (
            f"{words} Tried: q_max from {reach.min():g} to {reach.max():g}; of these {reach[best]:g} comes "
            f"nearest ({100 * values[best]:+.0f} %), one for all liquids is asked."
        )

    def line(self, one: Related, part: Part, published: float) -> str:
        """Of a0 and a1: other windows, and how near the two lines are where there are states."""
        found = []
        for name, which in self._others(one, FEWEST["line"]):
            value = getattr(
                relation.line(one.T[which], one.S[which], confidence=self.choices.confidence), part
            )
            found.append(f"{name} {value:.4g} ({_off(value, published)})")
        table = PRINTED["systems"][one.studied.name]
        T = one.T[one.cold]
        assert one.line is not None  # noqa: S101
        apart = (one.line.intercept + one.line.slope * T) / (table["a0"] + table["a1"] * T) - 1
        beyond = "; a0 is read beyond them, at T = 0" if part == "intercept" else ""
        return (
            f"{_listed(found)}Both lines agree within {100 * np.abs(apart).max():.1f} % at these "
            f"temperatures{beyond}."
        )

    def law(self, one: Related, parameter: str, published: float) -> str:
        """Of K and T_VFT: other windows, and whether these times can tell our pair from the printed one."""
        found = []
        for name, which in self._others(one, FEWEST["law"]):
            other = dynamics.fit_law(
                one.T[which], one.tau[which], law="vft", errors=_known(one, which),
                confidence=self.choices.confidence,
            )  # fmt: skip
            found.append(f"{name} {other[parameter]:.3g} ({_off(other[parameter], published)})")
        table, fit = PRINTED["systems"][one.studied.name], one.vft
        assert fit is not None  # noqa: S101
        theirs = _left(one, float(table["K_VFT"]), float(table["T_VFT"]))
        return (
            f"{_listed(found)}From these times the law with both printed numbers is {theirs:.1f} of their "
            f"errors away (r.m.s.), with ours {_left(one, fit['K'], fit['T_VFT']):.1f}.{self._rules(one)}"
        )

    def slope(self, one: Related, part: Part, published: float) -> str:
        """Of B' and C': the nearest of all readings of tau_0 and the window."""
        every = readings(one, self.choices)
        best = min(every, key=lambda r: abs(getattr(r, part) - published))
        value = getattr(best, part)
        return (
            f"Tried: {len(every)} readings; nearest is τ0 = {best.zero}, {best.window}: {value:.4g} "
            f"({_off(value, published)}).{_by_the_other_tables(one, part)}{self._rules(one)}"
        )

    def _others(self, one: Related, fewest: int) -> list[tuple[str, Booleans]]:
        """Windows that are not the row's own."""
        good = one.cold & np.isfinite(one.tau)
        return [
            (name, which)
            for name, which in windows(one).items()
            if which.sum() >= fewest and not (which == good).all()
        ]

    def _rules(self, one: Related) -> str:
        """How much the relaxation depends on who is active, which is not printed."""
        times = [p.number("tau_alpha") for p in self.scan if p.studied.name == one.studied.name]
        if not times:
            return ""
        known = [t for t in times if np.isfinite(t)]
        start = f" Who is active is not printed: {len(times)} rules tried at T = {self.scan[0].temperature:g}"
        if not known:
            return f"{start} relax more slowly than their runs last."
        rest = f", of {len(times) - len(known)} it is longer than the run" if len(known) < len(times) else ""
        return f"{start} give τ_α from {min(known):.3g} to {max(known):.3g}{rest}."


def _listed(found: Sequence[str]) -> str:
    return f"Tried: {', '.join(found)}. " if found else ""


def _off(value: float, published: float) -> str:
    return f"{100 * (value / published - 1):+.0f} %"


def _known(one: Related, which: Booleans) -> Array | None:
    error = one.tau_error[which]
    return error if bool(np.all(np.isfinite(error) & (error > 0))) else None


def _by_the_other_tables(one: Related, part: Part) -> str:
    """B' and C' of this window by the paper's Tables I and III, which need not agree with its Table II."""
    table = PRINTED["systems"][one.studied.name]
    T = one.T[one.cold & np.isfinite(one.tau)]
    K, T_VFT = float(table["K_VFT"]), float(table["T_VFT"])
    if np.isnan(one.onset) or len(T) < FEWEST["line"] or K < NONE_PRINTED:
        return ""
    barrier = T * (_vft(T, K, T_VFT) - _vft(one.onset, K, T_VFT))
    through = relation.line(1.0 / (table["a0"] + table["a1"] * T), barrier, confidence=0.95)
    return f" The printed VFT law and softness give {getattr(through, part):.4g} over this window."


def _left(one: Related, K: float, T_VFT: float) -> float:
    """Root mean square of what a VFT law leaves of ln tau, in errors, at its best tau_0."""
    which = one.cold & np.isfinite(one.tau)
    T, tau, error = one.T[which], one.tau[which], _known(one, which)
    relative = np.ones(len(T)) if error is None else error / tau
    rest = np.log(tau) - _vft(T, K, T_VFT)
    mean = np.average(rest, weights=relative**-2)
    return float(np.sqrt(np.mean(((rest - mean) / relative) ** 2)))


@overload
def _vft(T: float, K: float, T_VFT: float) -> float: ...
@overload
def _vft(T: Array, K: float, T_VFT: float) -> Array: ...
def _vft(T: float | Array, K: float, T_VFT: float) -> float | Array:
    """ln(tau / tau_0)."""
    return 1.0 / (K * (T / T_VFT - 1.0))

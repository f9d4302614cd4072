"""Pair potentials in LAMMPS' words: fixed ones, and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np

from supercooled.errors import SimulationError
from supercooled.mixture import Mixture
from supercooled.potentials import (
    ExpandedLennardJones,
    HarmonicRepulsion,
    InversePower,
    LennardJones,
    PairPotential,
    SmoothedInversePower,
    SmoothedLennardJones,
    Tabulated,
)
from supercooled.simulation.plain_paths import quoted

# Nodes of the table of a potential that LAMMPS has no style for, and the energy above which it has none.
_SAMPLES, _HIGHEST = 20_000, 1e6


@dataclass(frozen=True, slots=True)
class _Words:
    """How LAMMPS is told one pair.

    Parameters
    ----------
    style
        with what stands behind it in ``pair_style``, where that may not differ between pairs
    coefficients
        of ``pair_coeff``
    reach
        cutoff that ``pair_style`` must have behind the style's name, if it must
    shift
        what ``pair_modify shift`` must be, if it matters
    """

    style: str
    coefficients: str
    reach: float | None = None
    shift: bool | None = None


def pair_commands(mixture: Mixture, folder: Path | None = None) -> list[str]:
    """The mixture's potentials as commands.

    Parameters
    ----------
    folder
        where tables are written, which LAMMPS reads when the commands are run

    Raises
    ------
    SimulationError
        if a potential of another package can't be tabulated, only some are shifted, or tables differ in
        length.

    Examples
    --------
    >>> pair_commands(Mixture("mono", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),)))
    ['pair_style lj/cut 2.5', 'pair_coeff 1 1 1.0 1.0 2.5', 'pair_modify shift yes']
    """
    kinds = list(combinations_with_replacement(range(1, len(mixture.species) + 1), 2))
    words = [_words(potential, mixture, folder) for potential in mixture.potentials]
    reaches: dict[str, float | None] = {}
    for word in words:
        known = reaches.get(word.style)
        reaches[word.style] = word.reach if known is None else max(known, word.reach or known)
    styles = [s if reach is None else f"{s} {reach!r}" for s, reach in reaches.items()]
    mixed = len(styles) > 1
    commands = [f"pair_style {'hybrid ' if mixed else ''}{' '.join(styles)}"]
    for (a, b), word in zip(kinds, words, strict=True):
        name = f"{word.style.split()[0]} " if mixed else ""
        commands.append(f"pair_coeff {a} {b} {name}{word.coefficients}")
    shifts = {word.shift for word in words} - {None}
    if len(shifts) > 1:
        raise SimulationError(f"{mixture.name}: LAMMPS shifts either all pairs or none")
    return [*commands, f"pair_modify shift {'yes' if True in shifts else 'no'}"]


def _words(potential: PairPotential, mixture: Mixture, folder: Path | None) -> _Words:
    if isinstance(potential, Tabulated):
        return _table(potential, potential, mixture, folder)
    tell = _TELL.get(type(potential))
    if tell is None:
        # Of another package, or one whose formula for three species runs at a sixteenth of this speed,
        # the curvature-smoothed Lennard-Jones pair: LAMMPS gets its values.
        return _table(_tabulated(potential, mixture), potential, mixture, folder)
    return tell(potential)


def _tabulated(potential: PairPotential, mixture: Mixture) -> Tabulated:
    """A potential that LAMMPS has no style for, as a table from where it is beyond any energy of a liquid."""
    r = np.linspace(0.0, potential.cutoff, _SAMPLES + 1)[1:]
    with np.errstate(all="ignore"):
        energy = np.asarray(potential.energy(r), dtype=np.float64)
    energy[-1] = 0.0
    known = np.isfinite(energy) & (np.abs(energy) < _HIGHEST)
    first = int(np.flatnonzero(~known)[-1]) + 1 if not known.all() else 0
    if len(r) - first < _SAMPLES // 4:
        raise SimulationError(
            f"{mixture.name}: {type(potential).__name__} is finite only from {r[first]:g} to "
            f"its cutoff {potential.cutoff:g}, too short a range for a table"
        )
    return Tabulated.through(r[first:], energy[first:], points=_SAMPLES)


def _numbers(*values: float) -> str:
    return " ".join(repr(float(v)) for v in values)


def _lennard_jones(p: LennardJones) -> _Words:
    return _Words("lj/cut", _numbers(p.epsilon, p.sigma, p.cutoff), float(p.cutoff), p.shift)


def _smoothed(p: SmoothedLennardJones) -> _Words:
    return _Words("lj/smooth/linear", _numbers(p.epsilon, p.sigma, p.cutoff), float(p.cutoff))


def _expanded(p: ExpandedLennardJones) -> _Words:
    if p.shift:
        # lj/expand would subtract the value at cutoff + delta. The formula itself runs at half its speed.
        return _formula(
            p,
            "4*e*(x*x-x)-c; x=(s/(r-d))^6",
            e=p.epsilon,
            s=p.sigma,
            d=p.delta,
            c=p.energy_at_cutoff,
        )
    # LAMMPS adds delta to this style's cutoff.
    reach = float(p.cutoff - p.delta)
    return _Words("lj/expand", _numbers(p.epsilon, p.sigma, p.delta, reach), reach, shift=False)


def _inverse_power(p: InversePower) -> _Words:
    if p.shift:
        # Mie's attraction with an exponent of next to 0 is a constant, which the shift takes away.
        numbers = _numbers(p.epsilon, p.sigma, p.exponent, 1e-300, p.cutoff)
        return _Words("mie/cut", numbers, float(p.cutoff), shift=True)
    return _formula(p, "a/r^n", a=p.strength, n=p.exponent)


def _smoothed_power(p: SmoothedInversePower) -> _Words:
    c0, c2, c4 = p.coefficients
    return _formula(
        p,
        "e*(x^(-m)+u+y*(v+y*w)); m=0.5*n; y=x; x=(r/s)^2",
        e=p.epsilon,
        s=p.sigma,
        n=p.exponent,
        u=c0,
        v=c2,
        w=c4,
    )


def _formula(p: PairPotential, formula: str, **numbers: float) -> _Words:
    """Fixed letters, and the numbers they stand for.

    LAMMPS translates every pair's formula again at each step: good for few species only.
    """
    known = "; ".join(f"{name}={float(value)!r}" for name, value in numbers.items())
    return _Words("lepton", f'"{formula}; {known}" {float(p.cutoff)!r}', float(p.cutoff))


def _harmonic(p: HarmonicRepulsion) -> _Words:
    return _Words("harmonic/cut", _numbers(0.5 * p.epsilon / p.sigma**2, p.sigma))


def _table(p: Tabulated, given: PairPotential, mixture: Mixture, folder: Path | None) -> _Words:
    others = any(type(q) not in _TELL and not isinstance(q, Tabulated) for q in mixture.potentials)
    lengths = {len(q.energies) for q in mixture.potentials if isinstance(q, Tabulated)}
    lengths |= {_SAMPLES} if others else set()
    if len(lengths) > 1:
        raise SimulationError(
            f"{mixture.name}: LAMMPS needs tables of the same length, not "
            f"{', '.join(map(str, sorted(lengths)))}"
        )
    if folder is None:
        raise SimulationError(f"{mixture.name}: a table for LAMMPS needs a folder to be written to")
    number = mixture.potentials.index(given)
    path = folder / f"pair{number}.table"
    n, (low, high) = len(p.energies), p.end_slopes
    rows = np.column_stack([np.arange(1, n + 1), p.nodes, p.energies, p.forces])
    head = f"# DATE: 2000-01-01 UNITS: lj\n\nPAIR\nN {n} FPRIME {low!r} {high!r}\n"
    np.savetxt(path, rows, fmt=["%d", *["%.17g"] * 3], header=head, comments="")
    return _Words(f"table spline {n}", f"{quoted(path)} PAIR {float(p.nodes[-1])!r}")


_TELL: dict[type, Callable[..., _Words]] = {
    LennardJones: _lennard_jones,
    SmoothedLennardJones: _smoothed,
    ExpandedLennardJones: _expanded,
    InversePower: _inverse_power,
    SmoothedInversePower: _smoothed_power,
    HarmonicRepulsion: _harmonic,
}

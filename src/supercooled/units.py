"""What the numbers of a file are worth in reduced units.

Systems of units as LAMMPS has them: https://docs.lammps.org/units.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from math import isfinite, sqrt
from typing import Annotated, TypeAlias

from supercooled.arguments import Dimensions, Number, shown, validated
from supercooled.errors import ParameterError


@dataclass(frozen=True, slots=True)
class _System:
    """Units of length, energy, mass, time and temperature in those of the SI, and what they are called."""

    length: float
    energy: float
    mass: float
    time: float
    words: tuple[str, str, str, str]


@cache
def _system(name: str) -> _System:
    # Most files are in reduced units, and the constants take a while to import.
    from scipy import constants as si

    per_mol = 1.0 / si.N_A
    known = {
        "metal": _System(
            si.angstrom, si.eV, si.gram * per_mol, si.pico, ("Angstrom", "eV", "g/mol", "ps")
        ),
        "real": _System(
            si.angstrom,
            si.kilo * si.calorie * per_mol,
            si.gram * per_mol,
            si.femto,
            ("Angstrom", "kcal/mol", "g/mol", "fs"),
        ),
        "si": _System(1.0, 1.0, 1.0, 1.0, ("m", "J", "kg", "s")),
        "cgs": _System(si.centi, si.erg, si.gram, 1.0, ("cm", "erg", "g", "s")),
        "electron": _System(
            si.physical_constants["Bohr radius"][0],
            si.physical_constants["Hartree energy"][0],
            si.atomic_mass,
            si.femto,
            ("Bohr", "Hartree", "u", "fs"),
        ),
        "micro": _System(si.micro, 1e-15, 1e-15, si.micro, ("um", "pg um^2/us^2", "pg", "us")),
        "nano": _System(si.nano, 1e-21, 1e-21, si.nano, ("nm", "ag nm^2/ns^2", "ag", "ns")),
    }  # fmt: skip
    return known[name]


_POWER = re.compile(r"\^(\S+?)(?=[ /]|$)")
SYSTEMS = ("lj", "metal", "real", "si", "cgs", "electron", "micro", "nano")
Scale: TypeAlias = Annotated[float, Number(above=0.0, any_size=True)]


@validated
@dataclass(frozen=True, slots=True)
class Units:
    r"""Units of a file's numbers, and the scales of its liquid in them.

    Parameters
    ----------
    system
        "lj" (reduced already), "metal", "real", "si", "cgs", "electron", "micro" or "nano"
    sigma, epsilon, mass
        sigma_AA, epsilon_AA and m_AA in units of the system; of reduced units 1 if left
        out, as for a file reduced by another species

    Raises
    ------
    ParameterError
        if the system is unknown, or a scale is missing or not positive.

    Notes
    -----
    Lengths are divided by sigma, energies by epsilon, times by

    .. math:: \tau = \sigma \sqrt{m / \epsilon}

    and temperatures are multiplied by k_B / epsilon.

    References
    ----------
    https://docs.lammps.org/units.html; constants from CODATA, by ``scipy.constants``.

    Examples
    --------
    >>> argon = Units("metal", sigma=3.405, epsilon=0.010324, mass=39.948)
    >>> round(argon.time, 3), round(argon.temperature * 120, 3)
    (2.156, 1.002)
    """

    system: str = "lj"
    sigma: Scale | None = None
    epsilon: Scale | None = None
    mass: Scale | None = None

    def __post_init__(self) -> None:
        if self.system not in SYSTEMS:
            raise ParameterError(f"units must be one of {', '.join(SYSTEMS)}, not {shown(self.system)}")
        scales = (self.sigma, self.epsilon, self.mass)
        if self.system != "lj" and None in scales:
            raise ParameterError(
                f"units {self.system!r} need the scales of the liquid: {how_to_say(self.system)}"
            )

    @property
    def length(self) -> float:
        """sigma_AA in the file's unit of length."""
        return 1.0 if self.sigma is None else float(self.sigma)

    @property
    def energy(self) -> float:
        """epsilon_AA in the file's unit of energy."""
        return 1.0 if self.epsilon is None else float(self.epsilon)

    @property
    def time(self) -> float:
        """Tau in the file's unit of time."""
        m = 1.0 if self.mass is None else float(self.mass)
        if self.system == "lj":
            return self.length * sqrt(m / self.energy)
        unit = _system(self.system)
        return self.length * unit.length * sqrt(m * unit.mass / (self.energy * unit.energy)) / unit.time

    @property
    def temperature(self) -> float:
        """Reduced temperature of one unit of the file's, 1 K but for reduced units."""
        if self.system == "lj":
            return 1.0 / self.energy
        from scipy import constants as si

        return float(si.k / (self.energy * _system(self.system).energy))

    @validated
    def worth(self, unit: str, *, dimensions: Dimensions = 3) -> tuple[float, str]:
        """What a reduced unit is in those of the file, and what that is called.

        Parameters
        ----------
        unit
            made of sigma_AA, epsilon_AA, tau and k_B, as the ``units`` of a result
        dimensions
            of space, for densities

        Returns
        -------
        tuple[float, str]
            factor, and name of the unit of the file

        Raises
        ------
        ParameterError
            if the unit is made of something else.

        Examples
        --------
        >>> factor, word = Units("metal", sigma=3.405, epsilon=0.010324, mass=39.948).worth("sigma_AA^2/tau")
        >>> round(factor, 3), word
        (5.377, 'Angstrom^2/ps')
        """
        factor = factor_of(
            unit,
            length=self.length,
            energy=self.energy,
            time=self.time,
            boltzmann=self.energy * self.temperature,
            dimensions=dimensions,
        )
        length, energy, time = ("sigma", "epsilon", "tau")
        if self.system != "lj":
            length, energy, _, time = _system(self.system).words
            if unit == "epsilon_AA/k_B":
                return factor, "K"
        named = {"sigma_AA": length, "epsilon_AA": energy, "tau": time}
        plain = _POWER.sub(lambda found: f"^{_power(found[1], dimensions)}", unit)
        parts = [[_named(word, named) for word in part.split(" ")] for part in plain.split("/")]
        return factor, "/".join(" ".join(part) for part in parts)

    @property
    def is_reduced(self) -> bool:
        """Whether the numbers of the file stay what they are."""
        return self.length == self.time == self.temperature == 1.0

    def __str__(self) -> str:
        """As the command line has them: ``metal,sigma=2.2,epsilon=0.08,mass=58.7``."""
        scales = (("sigma", self.sigma), ("epsilon", self.epsilon), ("mass", self.mass))
        return ",".join([self.system, *(f"{name}={value!r}" for name, value in scales if value is not None)])


def factor_of(
    unit: str, *, length: float, energy: float, time: float, boltzmann: float = 1.0, dimensions: int = 3
) -> float:
    """What a reduced unit is where sigma_AA, epsilon_AA, tau and k_B have such values.

    Raises
    ------
    ParameterError
        if the unit is made of something else.

    Examples
    --------
    >>> factor_of("epsilon_AA/sigma_AA^2", length=2.0, energy=3.0, time=1.0)
    0.75
    """
    known = {"sigma_AA": length, "epsilon_AA": energy, "tau": time, "k_B": boltzmann, "1": 1.0, "bit": 1.0}
    factor = 1.0
    for place, part in enumerate(unit.split("/")):
        for word in part.split(" "):
            name, _, power = word.partition("^")
            exponent = _power(power, dimensions)
            if name not in known or exponent is None:
                raise ParameterError(f"the unit {unit!r} is not made of {', '.join(known)} and their powers")
            factor *= known[name] ** (exponent if place == 0 else -exponent)
    return factor


def _power(text: str, dimensions: int) -> int | None:
    """A power, of a number of dimensions too; None if it is none."""
    known = {"": 1, "d": dimensions, "-d": -dimensions, "(d-1)": dimensions - 1, "(d+2)": dimensions + 2}
    if text in known:
        return known[text]
    return int(text) if re.fullmatch(r"-?\d{1,2}", text) else None


def _named(word: str, named: dict[str, str]) -> str:
    name, power, exponent = word.partition("^")
    return f"{named.get(name, name)}{power}{exponent}"


def units_of(text: str) -> Units:
    """Units as a file and the command line name them.

    Raises
    ------
    ParameterError
        if the text is something else.

    Examples
    --------
    >>> units_of("lj") == Units(), str(units_of("metal, sigma=2.2, epsilon=0.08, mass=58.7"))
    (True, 'metal,sigma=2.2,epsilon=0.08,mass=58.7')
    """
    words = [word.strip() for word in text.split(",")]
    system = words.pop(0) if "=" not in words[0] else "lj"
    scales: dict[str, float] = {}
    for word in words:
        name, _, value = (part.strip() for part in word.partition("="))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if name not in ("sigma", "epsilon", "mass") or name in scales or not isfinite(number):
            raise ParameterError(
                f"units {text!r} should give a unit system and the scales of the liquid in it, "
                'each once, for example "lj" or "metal,sigma=2.2,epsilon=0.08,mass=58.7"'
            )
        scales[name] = number
    return Units(system, **scales)


def how_to_say(system: str) -> str:
    """How the scales of a liquid are given in a system of units."""
    length, energy, mass, _ = _system(system).words
    return (
        f"give sigma_AA in {length}, epsilon_AA in {energy} and m_AA in {mass}, for example "
        f"units='{system},sigma=2.2,epsilon=0.08,mass=58.7', or --units with the same"
    )

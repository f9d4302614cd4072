"""Numbers, units and temperatures as a reader wants to see them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.arrays import Array

__all__ = [
    "at_temperature",
    "curves",
    "pairs_text",
    "percent",
    "shown",
    "temperature_text",
    "temperatures_in",
    "temperatures_text",
    "unit_text",
    "value_or_not",
    "value_text",
    "values_text",
]

_SUPERSCRIPT = str.maketrans("0123456789-+()d", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵈ")
_LETTERS = {
    "sigma": ("σ", r"\sigma"),
    "epsilon": ("ε", r"\epsilon"),
    "tau": ("τ", r"\tau"),
    "rho": ("ρ", r"\rho"),
}
_FACTOR = re.compile(r"([A-Za-z]+)(?:_([A-Za-z0-9]+))?(?:\^(-?\d+|-?d|\(d\+2\)))?")


@dataclass(frozen=True, slots=True)
class Shown:
    """A number split for typesetting: mantissa, mantissa of the uncertainty, power of ten."""

    value: str
    uncertainty: str
    power: int

    @property
    def text(self) -> str:
        """In plain characters."""
        power = str(self.power).translate(_SUPERSCRIPT)
        return f"{self.body} × 10{power}" if self.power else self.body

    @property
    def body(self) -> str:
        """Without the power of ten, in brackets where one follows an uncertainty."""
        body = f"{self.value} ± {self.uncertainty}" if self.uncertainty else self.value
        return f"({body})" if self.power and self.uncertainty else body


def shown(value: float | None, uncertainty: float | None = None, *, digits: int = 4) -> str:
    """Value with its uncertainty, rounded by it; alone, to `digits` significant digits.

    Examples
    --------
    >>> shown(0.1412, 0.0031), shown(8.3941e-4, 5.2e-6), shown(0.75), shown(None)
    ('0.141 ± 0.003', '(8.39 ± 0.05) × 10⁻⁴', '0.75', '–')
    """
    return split(value, uncertainty, digits=digits).text


def score(z: float | None) -> str:
    """A difference in standard errors, with its sign.

    Examples
    --------
    >>> score(-1.234), score(None)
    ('−1.2', '–')
    """
    return "–" if z is None else minus(f"{z:+.1f}")


def split(value: float | None, uncertainty: float | None = None, *, digits: int = 4) -> Shown:
    """The parts of what `shown` writes."""
    if value is None or not math.isfinite(value):
        return Shown("–", "", 0)
    size = abs(value)
    power = math.floor(math.log10(size)) if size and not 1e-2 <= size < 1e5 else 0
    scaled = value / 10.0**power
    if uncertainty is None or not math.isfinite(uncertainty) or uncertainty <= 0:
        return Shown(
            minus(f"{scaled:.{max(digits, 5)}g}" if size >= 1e4 and not power else f"{scaled:.{digits}g}"),
            "",
            power,
        )
    error = uncertainty / 10.0**power
    leading = math.floor(math.log10(error))
    # an uncertainty that begins with 1 or 2 keeps a second digit: rounding it would cost a quarter
    decimals = max(0, -leading + (error / 10.0**leading < 2.95))
    return Shown(minus(f"{scaled:.{decimals}f}"), f"{error:.{decimals}f}", power)


def temperature_text(temperature: float) -> str:
    """Temperature with at least two decimals, so that a column of them lines up.

    Examples
    --------
    >>> temperature_text(0.7), temperature_text(0.4725)
    ('0.70', '0.4725')
    """
    text = f"{temperature:g}"
    return text if len(text.partition(".")[2]) > 2 else f"{temperature:.2f}"


def percent(fraction: float | None) -> str:
    """Signed percentage with a true minus sign.

    Examples
    --------
    >>> percent(-0.0321), percent(0.2), percent(None)
    ('−3.2 %', '+20 %', '–')
    """
    if fraction is None:
        return "–"
    size = f"{100 * fraction:+.1f}" if abs(fraction) < 0.0995 else f"{100 * fraction:+.0f}"
    return f"{minus(size)} %"


def unit_text(unit: str) -> str:
    """Unit in plain characters.

    Examples
    --------
    >>> unit_text("sigma_AA^2"), unit_text("1/sigma_AA"), unit_text("1")
    ('σ_AA²', 'σ_AA⁻¹', '')
    """
    return typeset(unit, lambda s, g, sub, sup: g + (f"_{sub}" if sub else "") + sup.translate(_SUPERSCRIPT))


def unit_math(unit: str) -> str:
    r"""Unit for Matplotlib's math, without dollar signs.

    Examples
    --------
    >>> unit_math("epsilon_AA/k_B")
    '\\epsilon_{AA}/k_{B}'
    """

    def factor(name: str, letter: str, sub: str, sup: str) -> str:
        symbol = _LETTERS[name][1] if name in _LETTERS else name if len(name) == 1 else rf"\mathrm{{{name}}}"
        return symbol + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")

    return typeset(unit, factor)


def temperatures_in(data: xr.Dataset | xr.DataArray) -> list[float]:
    """Temperatures, cold to hot."""
    return [float(value) for value in data["temperature"].values]


def curves(data: xr.DataArray) -> list[tuple[float, Array]]:
    """(temperature, curve) without the places where there is none."""
    return [
        (t, np.asarray(data.sel(temperature=t).dropna(data.dims[-1]), dtype=np.float64))
        for t in temperatures_in(data)
    ]


def at_temperature(temperature: float) -> str:
    """The temperature in words."""
    return f"at T = {temperature_text(temperature)}"


def temperatures_text(data: xr.Dataset | xr.DataArray) -> str:
    """All of them in words."""
    return "T = " + ", ".join(temperature_text(value) for value in temperatures_in(data))


def pairs_text(data: xr.DataArray) -> str:
    """Pairs of species in words."""
    return ", ".join(str(pair) for pair in data["pair"].values)


def value_or_not(data: xr.DataArray, temperature: float) -> str:
    """The value, or that the run did not reach it."""
    value = float(data.sel(temperature=temperature))
    return shown(value, digits=3) if np.isfinite(value) else "not reached"


def value_text(data: xr.Dataset, name: str, temperature: float) -> str:
    """Value with its error at a temperature."""
    error = float(data[f"{name}_error"].sel(temperature=temperature)) if f"{name}_error" in data else None
    return f"{shown(float(data[name].sel(temperature=temperature)), error)} {at_temperature(temperature)}"


def values_text(data: xr.Dataset, name: str) -> str:
    """The same at every temperature."""
    return ", ".join(value_text(data, name, t) for t in temperatures_in(data))


def typeset(unit: str, factor: Callable[[str, str, str, str], str]) -> str:
    """Unit with each of its factors set: `factor` takes name, letter, subscript and superscript."""
    if unit in ("", "1"):
        return ""
    if inverse := re.fullmatch(r"1/([A-Za-z]+(?:_[A-Za-z0-9]+)?)(?:\^(\d+))?", unit):
        unit = f"{inverse[1]}^-{inverse[2] or 1}"

    def one(match: re.Match[str]) -> str:
        name = match[1]
        letter = _LETTERS[name][0] if name in _LETTERS else name
        return factor(name, letter, match[2] or "", match[3] or "")

    return _FACTOR.sub(one, unit)


def minus(text: str) -> str:
    """With true minus signs for hyphens."""
    return text.replace("-", "−")

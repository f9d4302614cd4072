"""Numbers and units as a reader wants to see them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup, escape

_SUPERSCRIPT = str.maketrans("0123456789-+()d", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ᵈ")
_LETTERS = {
    "sigma": ("σ", r"\sigma"),
    "epsilon": ("ε", r"\epsilon"),
    "tau": ("τ", r"\tau"),
    "rho": ("ρ", r"\rho"),
}
_GREEK = {"alpha": "α", "beta": "β", "delta": "δ", "epsilon": "ε", "rho": "ρ", "sigma": "σ", "tau": "τ"}
_SUBSCRIPT = re.compile(rf"(?<![\w/.])([A-Za-zΑ-Ωα-ω]|{'|'.join(_GREEK)})_([A-Za-z0-9α-ω]{{1,5}})(?!\w)")
_POWER = re.compile(r"(?<=\d)e([-+]?\d{1,2})(?!\w)")
_VARIABLE = re.compile(r"(?<![\w&#])([A-Za-zα-ω])(?= (?:=|&lt;|&gt;|≤|≥) )")
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
        return f"{self._body} × 10{power}" if self.power else self._body

    @property
    def html(self) -> Markup:
        """With HTML's superscript."""
        power = f" × 10<sup>{_minus(str(self.power))}</sup>" if self.power else ""
        return Markup(self._body + power)  # noqa: S704  digits only

    @property
    def _body(self) -> str:
        body = f"{self.value} ± {self.uncertainty}" if self.uncertainty else self.value
        return f"({body})" if self.power and self.uncertainty else body


def shown(value: float | None, uncertainty: float | None = None, *, digits: int = 4) -> str:
    """Value with its uncertainty, rounded by it; alone, to `digits` significant digits.

    >>> shown(0.1412, 0.0031), shown(8.3941e-4, 5.2e-6), shown(0.75), shown(None)
    ('0.141 ± 0.003', '(8.39 ± 0.05) × 10⁻⁴', '0.75', '–')
    """
    return split(value, uncertainty, digits=digits).text


def split(value: float | None, uncertainty: float | None = None, *, digits: int = 4) -> Shown:
    """The parts of what `shown` writes."""
    if value is None or not math.isfinite(value):
        return Shown("–", "", 0)
    size = abs(value)
    power = math.floor(math.log10(size)) if size and not 1e-2 <= size < 1e5 else 0
    scaled = value / 10.0**power
    if uncertainty is None or not math.isfinite(uncertainty) or uncertainty <= 0:
        return Shown(
            _minus(f"{scaled:.{max(digits, 5)}g}" if size >= 1e4 and not power else f"{scaled:.{digits}g}"),
            "",
            power,
        )
    error = uncertainty / 10.0**power
    leading = math.floor(math.log10(error))
    # an uncertainty that begins with 1 or 2 keeps a second digit: rounding it would cost a quarter
    decimals = max(0, -leading + (error / 10.0**leading < 2.95))
    return Shown(_minus(f"{scaled:.{decimals}f}"), f"{error:.{decimals}f}", power)


def temperature_text(temperature: float) -> str:
    """Temperature with at least two decimals, so that a column of them lines up.

    >>> temperature_text(0.7), temperature_text(0.4725)
    ('0.70', '0.4725')
    """
    text = f"{temperature:g}"
    return text if len(text.partition(".")[2]) > 2 else f"{temperature:.2f}"


def percent(fraction: float | None) -> str:
    """Signed percentage with a true minus sign.

    >>> percent(-0.0321), percent(0.2), percent(None)
    ('−3.2 %', '+20 %', '–')
    """
    if fraction is None:
        return "–"
    size = f"{100 * fraction:+.1f}" if abs(fraction) < 0.0995 else f"{100 * fraction:+.0f}"
    return f"{_minus(size)} %"


def unit_text(unit: str) -> str:
    """Unit in plain characters.

    >>> unit_text("sigma_AA^2"), unit_text("1/sigma_AA"), unit_text("1")
    ('σ_AA²', 'σ_AA⁻¹', '')
    """
    return _typeset(unit, lambda s, g, sub, sup: g + (f"_{sub}" if sub else "") + sup.translate(_SUPERSCRIPT))


def unit_html(unit: str) -> Markup:
    """Unit with HTML's sub- and superscripts; unknown text is escaped."""

    def factor(name: str, letter: str, sub: str, sup: str) -> str:
        low = f"<sub>{escape(sub)}</sub>" if sub else ""
        high = f"<sup>{escape(sup.replace('-', '−'))}</sup>" if sup else ""
        return f"<i>{escape(letter)}</i>{low}{high}" if len(letter) == 1 else f"{escape(letter)}{low}{high}"

    return Markup(_typeset(str(escape(unit)), factor))  # noqa: S704  escaped piece by piece


def unit_math(unit: str) -> str:
    r"""Unit for Matplotlib's math, without dollar signs.

    >>> unit_math("epsilon_AA/k_B")
    '\\epsilon_{AA}/k_{B}'
    """

    def factor(name: str, letter: str, sub: str, sup: str) -> str:
        symbol = _LETTERS[name][1] if name in _LETTERS else name if len(name) == 1 else rf"\mathrm{{{name}}}"
        return symbol + (f"_{{{sub}}}" if sub else "") + (f"^{{{sup}}}" if sup else "")

    return _typeset(unit, factor)


def symbols(text: str) -> Markup:
    """Plain text, escaped, with its symbols set as such: letters with an index or before "=", powers of ten.

    >>> symbols("p_c at S = 1.2e-3 <b>")
    Markup('<i>p</i><sub>c</sub> at <i>S</i> = 1.2 × 10<sup>−3</sup> &lt;b&gt;')
    """

    def index(match: re.Match[str]) -> str:
        base, low = (_GREEK.get(part, part) for part in match.groups())
        return f"<i>{base}</i><sub>{low}</sub>"

    safe = _VARIABLE.sub(r"<i>\1</i>", str(escape(text)))
    safe = _POWER.sub(lambda m: f" × 10<sup>{_minus(str(int(m[1])))}</sup>", safe)
    return Markup(_SUBSCRIPT.sub(index, safe))  # noqa: S704  escaped first


def _typeset(unit: str, factor: Callable[[str, str, str, str], str]) -> str:
    if unit in ("", "1"):
        return ""
    if inverse := re.fullmatch(r"1/([A-Za-z]+(?:_[A-Za-z0-9]+)?)(?:\^(\d+))?", unit):
        unit = f"{inverse[1]}^-{inverse[2] or 1}"

    def one(match: re.Match[str]) -> str:
        name = match[1]
        letter = _LETTERS[name][0] if name in _LETTERS else name
        return factor(name, letter, match[2] or "", match[3] or "")

    return _FACTOR.sub(one, unit)


def _minus(text: str) -> str:
    return text.replace("-", "−")

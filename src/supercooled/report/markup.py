"""Numbers, units and symbols as the page sets them in HTML."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from supercooled.report.numbers import Shown, minus, typeset

_GREEK = {"alpha": "α", "beta": "β", "delta": "δ", "epsilon": "ε", "rho": "ρ", "sigma": "σ", "tau": "τ"}
_SUBSCRIPT = re.compile(rf"(?<![\w/.])([A-Za-zΑ-Ωα-ω]|{'|'.join(_GREEK)})_([A-Za-z0-9α-ω]{{1,5}})(?!\w)")
_POWER = re.compile(r"(?<=\d)e([-+]?\d{1,2})(?!\w)")
_VARIABLE = re.compile(r"(?<![\w&#])([A-Za-zα-ω])(?= (?:=|&lt;|&gt;|≤|≥) )")


def number_html(number: Shown) -> Markup:
    """A number with HTML's superscript."""
    power = f" × 10<sup>{minus(str(number.power))}</sup>" if number.power else ""
    return Markup(number.body + power)  # noqa: S704  digits only


def unit_html(unit: str) -> Markup:
    """Unit with HTML's sub- and superscripts; unknown text is escaped."""

    def factor(name: str, letter: str, sub: str, sup: str) -> str:
        low = f"<sub>{escape(sub)}</sub>" if sub else ""
        high = f"<sup>{escape(sup.replace('-', '−'))}</sup>" if sup else ""
        return f"<i>{escape(letter)}</i>{low}{high}" if len(letter) == 1 else f"{escape(letter)}{low}{high}"

    return Markup(typeset(str(escape(unit)), factor))  # noqa: S704  escaped piece by piece


def symbols(text: str) -> Markup:
    """Plain text, escaped, with its symbols set as such: letters with an index or before "=", powers of ten.

    Examples
    --------
    >>> symbols("p_c at S = 1.2e-3 <b>")
    Markup('<i>p</i><sub>c</sub> at <i>S</i> = 1.2 × 10<sup>−3</sup> &lt;b&gt;')
    """

    def index(match: re.Match[str]) -> str:
        base, low = (_GREEK.get(part, part) for part in match.groups())
        return f"<i>{base}</i><sub>{low}</sub>"

    safe = _VARIABLE.sub(r"<i>\1</i>", str(escape(text)))
    safe = _POWER.sub(lambda m: f" × 10<sup>{minus(str(int(m[1])))}</sup>", safe)
    return Markup(_SUBSCRIPT.sub(index, safe))  # noqa: S704  escaped first

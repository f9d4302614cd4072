"""A measured number with its standard error, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

from supercooled.arguments import Uncertain, validated
from supercooled.display import html_table
from supercooled.errors import ParameterError

__all__ = ["Estimate"]


@validated
@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its error: plus and minus it holds the truth in 68 % of cases.

    Parameters
    ----------
    value, error
        NaN where it is not known
    unit
        "1" where it has none
    reason
        why the value, or else its error, is not known; empty if both are

    Raises
    ------
    ParameterError
        if the value or the error is NaN without a reason.

    Examples
    --------
    >>> tau = Estimate(20.04, 0.31, "tau")
    >>> str(tau), float(tau)
    ('20.0(3) tau', 20.04)
    >>> print(Estimate(float("nan"), float("nan"), "tau", "the run is too short"))
    not known: the run is too short
    """

    value: Uncertain
    error: Uncertain
    unit: str = "1"
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.reason and (math.isnan(self.value) or math.isnan(self.error)):
            what = "a value" if math.isnan(self.value) else "an error"
            raise ParameterError(
                f"an estimate without {what} needs a reason, for example 'the run is too short'"
            )

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    @property
    def missing(self) -> str:
        """Why there is no value; empty if there is one."""
        return "" if self.known else self.reason

    @property
    def no_error(self) -> str:
        """Why a value has no error; empty if it has one, or there is no value."""
        return self.reason if self.known and math.isnan(self.error) else ""

    def __float__(self) -> float:
        return float(self.value)

    def __str__(self) -> str:
        if not self.known:
            return f"not known: {self.reason}"
        unit = "" if self.unit == "1" else f" {self.unit}"
        if math.isnan(self.error):
            return f"{self.value:.4g}{unit}, error not known: {self.reason}"
        return f"{_with_digits(self.value, self.error)}{unit}"

    def _repr_html_(self) -> str:
        lines = [("value", str(self))] + ([("reason", self.reason)] if self.reason else [])
        return html_table(type(self).__name__, lines)


def _with_digits(value: float, error: float) -> str:
    """The value with its error in the last digit, as 20.0(3)."""
    if not (math.isfinite(value) and math.isfinite(error) and error > 0):
        return f"{value:.4g}({error:.2g})"
    digits = max(0, -math.floor(math.log10(error)))
    scaled = round(error * 10**digits)
    if scaled >= 10 and digits > 0:
        digits -= 1
        scaled = round(error * 10**digits)
    return f"{value:.{digits}f}({scaled})"

"""How far a measured value may lie from a printed one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from supercooled.arguments import Number, Positive, Uncertain, validated
from supercooled.errors import ParameterError

Bound: TypeAlias = Annotated[float, Number(infinite=True)]


@validated
@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a measured value may lie from the published one, said before it is measured.

    Build it with `relative`, `absolute` or `between`.

    Parameters
    ----------
    kind
        "relative", "absolute" or "between"
    lower
        lower bound
    upper
        upper bound
    """

    kind: Literal["relative", "absolute", "between"]
    lower: Uncertain
    upper: Uncertain

    @classmethod
    @validated
    def relative(cls, fraction: Positive) -> Tolerance:
        """|measured - published| <= `fraction` |published|.

        Parameters
        ----------
        fraction
            largest relative deviation

        Returns
        -------
        Tolerance
            tolerance

        Examples
        --------
        >>> Tolerance.relative(0.05).text
        'within 5 % of the published value'
        """
        return cls("relative", -_positive(fraction, "fraction"), fraction)

    @classmethod
    @validated
    def absolute(cls, distance: Positive) -> Tolerance:
        """|measured - published| <= `distance`, in the unit of the row.

        Parameters
        ----------
        distance
            largest deviation

        Returns
        -------
        Tolerance
            tolerance
        """
        return cls("absolute", -_positive(distance, "distance"), distance)

    @classmethod
    @validated
    def between(cls, lower: Bound, upper: Bound) -> Tolerance:
        """`lower` <= measured <= `upper`; either may be infinite.

        Parameters
        ----------
        lower
            lower bound, may be infinite
        upper
            upper bound, may be infinite

        Returns
        -------
        Tolerance
            tolerance

        Raises
        ------
        ParameterError
            if the bounds exclude nothing, or everything.

        Examples
        --------
        >>> Tolerance.between(0.6, float("inf")).text
        'at least 0.6'
        """
        if not lower < upper or (math.isinf(lower) and math.isinf(upper)):
            raise ParameterError(f"a tolerance between {lower} and {upper} includes everything or nothing")
        return cls("between", lower, upper)

    @validated
    def holds(self, measured: float, published: float) -> bool:
        """Whether `measured` is close enough to `published`.

        Parameters
        ----------
        measured
            measured value
        published
            published value

        Returns
        -------
        bool
            false also where a value is missing or not finite
        """
        if self.kind == "between":
            return self.lower <= measured <= self.upper
        scale = abs(published) if self.kind == "relative" else 1.0
        # a value exactly on the edge must not fail by the rounding of a subtraction
        return abs(measured - published) <= self.upper * scale * (1 + 1e-9)

    @validated
    def ends(self, published: float) -> tuple[float, float]:
        """Least and largest value that is close enough, infinite where there is none.

        Of two bounds one that is the published value itself, as 1 of a correlation, is the end of what
        there can be: nothing crosses it.

        Parameters
        ----------
        published
            published value

        Returns
        -------
        tuple[float, float]
            least and largest accepted value

        Examples
        --------
        >>> Tolerance.between(0.9, 1.0).ends(1.0), Tolerance.absolute(0.25).ends(2.0)
        ((0.9, inf), (1.75, 2.25))
        """
        scale = abs(published) if self.kind == "relative" else 1.0
        centre = 0.0 if self.kind == "between" else published
        lower, upper = (centre + scale * bound for bound in (self.lower, self.upper))
        if math.isfinite(lower) and math.isfinite(upper):
            lower = -math.inf if lower == published else lower
            upper = math.inf if upper == published else upper
        return lower, upper

    @property
    def one_sided(self) -> bool:
        """Whether it has one bound only."""
        return math.isinf(self.lower) or math.isinf(self.upper)

    @property
    def text(self) -> str:
        """The rule in words, as the note of a row records it."""
        if self.kind == "relative":
            return f"within {100 * self.upper:.4g} % of the published value"
        if self.kind == "absolute":
            return f"within {self.upper:.4g} of the published value"
        if math.isinf(self.upper):
            return f"at least {self.lower:.4g}"
        if math.isinf(self.lower):
            return f"at most {self.upper:.4g}"
        return f"between {self.lower:.4g} and {self.upper:.4g}"


def read_tolerance(data: Any) -> Tolerance | None:
    """A tolerance as ``comparison.json`` holds it."""
    if data is None:
        return None
    if not isinstance(data, dict) or set(data) != {"kind", "lower", "upper"}:
        raise ValueError(f"tolerance is {data!r} instead of kind, lower and upper")
    lower, upper = data["lower"], data["upper"]
    if not all(bound is None or is_number(bound) for bound in (lower, upper)):
        raise ValueError(f"the bounds of the tolerance are {lower!r} and {upper!r}")
    match data["kind"]:
        case "relative" if upper is not None and lower == -upper:
            return Tolerance.relative(upper)
        case "absolute" if upper is not None and lower == -upper:
            return Tolerance.absolute(upper)
        case "between":
            return Tolerance.between(
                -math.inf if lower is None else lower, math.inf if upper is None else upper
            )
    raise ValueError(f"there is no tolerance {data!r}")


def is_number(value: Any) -> bool:
    """Whether a value of a JSON file is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _positive(value: float, name: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ParameterError(f"the {name} of a tolerance must be positive, not {value}")
    return value

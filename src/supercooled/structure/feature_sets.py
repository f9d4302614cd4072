"""Which structure functions: parameters as data, and the sets of the papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from supercooled.arguments import NotNegative, Positive, Whole, check_entries, validated
from supercooled.arguments.amounts import MOST_ENTRIES
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.kernels.cage import WIDTHS
from supercooled.kernels.gaussians import NARROWEST, WIDEST


@validated
@dataclass(frozen=True, slots=True)
class Radial:
    """Gaussians of the distance to a neighbour, evenly spaced, about every species of neighbour.

    Parameters
    ----------
    first, step, number
        of their centres mu, sigma_AA
    width
        standard deviation sigma, sigma_AA
    cutoff
        distance beyond which no neighbour counts; None follows the last Gaussian to six widths

    Raises
    ------
    ParameterError
        if a length is not positive, there is no Gaussian, or they are narrow beside their spacing.

    Examples
    --------
    >>> Radial(first=0.4, step=0.1, number=27, width=0.1).means[-1].round(9).item()
    3.0
    """

    first: NotNegative
    step: Positive
    number: Annotated[int, Whole(at_least=1, at_most=MOST_ENTRIES)]
    width: Positive
    cutoff: Positive | None = None

    def __post_init__(self) -> None:
        lengths = [self.step, self.width, *([] if self.cutoff is None else [self.cutoff])]
        if not (np.isfinite([self.first, *lengths]).all() and min(lengths) > 0 and self.first >= 0):
            raise ParameterError(f"{self}: lengths must be positive; for example width=0.1")
        if self.number > 1 and self.step > WIDEST * self.width:
            raise ParameterError(
                f"{self}: Gaussians spaced by more than {WIDEST:g} widths miss most neighbours"
            )
        if self.number > 1 and self.step < NARROWEST * self.width:
            raise ParameterError(f"{self}: Gaussians spaced by less than {NARROWEST:g} widths are redundant")

    @property
    def means(self) -> Array:
        """Centres of the Gaussians, (number,)."""
        return np.asarray(self.first + self.step * np.arange(self.number), dtype=np.float64)

    @property
    def reach(self) -> float:
        """Distance beyond which no neighbour counts."""
        return float(self.means[-1]) + WIDTHS * self.width if self.cutoff is None else self.cutoff


@validated
@dataclass(frozen=True, slots=True)
class Angular:
    """Functions of two neighbours and the angle between them, for every pair of species.

    Parameters
    ----------
    functions
        (xi, lambda, zeta) of each; zeta a whole number from 1
    cutoff
        distance beyond which no neighbour counts, sigma_AA; the third side may be longer

    Raises
    ------
    ParameterError
        if xi or the cutoff is not positive, zeta no whole number or so large that (1 + |lambda|)^zeta
        overflows, or a function is given twice.
    """

    functions: tuple[tuple[Positive, float, int], ...]
    cutoff: Positive

    def __post_init__(self) -> None:
        if not (np.isfinite(self.cutoff) and self.cutoff > 0):
            raise ParameterError(f"the cutoff of angular functions must be positive, not {self.cutoff}")
        if not self.functions:
            raise ParameterError("angular is empty: leave it out instead")
        for xi, sign, zeta in self.functions:
            if not (np.isfinite(xi) and xi > 0 and np.isfinite(sign) and zeta == zeta // 1 >= 1):
                raise ParameterError(
                    f"an angular function needs xi > 0 and an integer zeta >= 1, not (xi={xi}, "
                    f"lambda={sign}, zeta={zeta})"
                )
            if zeta * np.log2(1.0 + abs(sign)) >= 1023.0:
                raise ParameterError(f"(1 + |lambda|)^zeta overflows for lambda={sign}, zeta={zeta}")
        check_entries("functions", self.functions)


@validated
@dataclass(frozen=True, slots=True)
class FeatureSet:
    """A set of structure functions that a paper uses.

    Parameters
    ----------
    name, source
        of the paper, and where it says so
    radial, angular
        what :class:`supercooled.indicators.StructureFunctions` takes
    """

    name: str
    source: str
    radial: tuple[Radial, ...]
    angular: Angular | None = None


# The paper counts 166 functions without printing their parameters. These stand in public codes that
# cite the originals; codes differ in the width, 0.1 or 0.2, and in whether the first centre is 0 or 0.1.
# At 0 no neighbour ever comes, so the Gaussians begin at 0.1.
SCHOENHOLZ2016 = FeatureSet(
    "schoenholz2016",
    "schoenholz2016, main text: 166 functions, of the distance and of the bond angle",
    (Radial(first=0.1, step=0.1, number=50, width=0.1),),
    Angular(
        (
            *((xi, sign, zeta) for xi in (14.638, 2.554) for zeta in (1, 2) for sign in (-1.0, 1.0)),
            *((1.648, 1.0, zeta) for zeta in (1, 2)),
            *((xi, 1.0, zeta) for xi in (1.204, 0.933, 0.695) for zeta in (1, 2, 4, 16)),
        ),
        cutoff=2.5,
    ),
)
# Its Eq. 3 lacks the minus sign of the exponent.
GRAHAM2023 = FeatureSet(
    "graham2023",
    "graham2023, Eq. 3: mu from 0.4 to 3.0 in steps of 0.1, the step being the width",
    (Radial(first=0.4, step=0.1, number=27, width=0.1),),
)

FEATURE_SETS: Mapping[str, FeatureSet] = {s.name: s for s in (SCHOENHOLZ2016, GRAHAM2023)}

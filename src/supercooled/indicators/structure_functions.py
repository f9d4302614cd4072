"""Structure functions of a particle's surroundings: many numbers to learn from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import numpy as np

from supercooled.arguments import Name, Positive, validated
from supercooled.arguments.amounts import MOST_ENTRIES
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.fields import Features, Indicator, parameter
from supercooled.frame import Frame
from supercooled.structure import FEATURE_SETS, Angular, Radial
from supercooled.structure.structure_functions import angular_functions, radial_functions


@validated
@dataclass(frozen=True)
class StructureFunctions(
    Features,
    unit="1",
    symbol="$G$",
    long_name="structure functions of two and three particles",
    source="Behler and Parrinello 2007; schoenholz2016, Sec. I.C",
):
    r"""Sums of Gaussians over neighbours, and over pairs of them.

    .. math:: G_v(i; \mu) = \sum_{j \in v,\, j \ne i} e^{-(r_{ij} - \mu)^2 / 2\sigma^2}, \qquad
              \Psi_{vw}(i; \xi, \lambda, \zeta) = \sum_{\{j \in v,\, k \in w\}}
              e^{-(r_{ij}^2 + r_{ik}^2 + r_{jk}^2)/\xi^2} (1 + \lambda \cos\theta_{jik})^\zeta

    Parameters
    ----------
    radial, angular
        which functions, about every species v, and every pair of species v, w, of neighbours;
        each pair {j, k} counts once, and a neighbour nearer than the cutoff. A Gaussian whose set has no
        cutoff is followed to six widths, where it has fallen to 1.5e-8.

    Raises
    ------
    ParameterError
        if no function is asked for.
    BoxError
        if the box is too small for the cutoff.
    TrajectoryError
        if another particle lies exactly on one, so that no angle is between them.

    Notes
    -----
    :meth:`of_paper` makes a paper's choice.

    References
    ----------
    schoenholz2016, Sec. I.C and main text, after J. Behler and M. Parrinello, Phys. Rev. Lett.
    98, 146401 (2007); graham2023, Eq. 3.

    Examples
    --------
    >>> from supercooled import Box
    >>> near = StructureFunctions((Radial(first=0.9, step=0.1, number=3, width=0.1),))
    >>> pair = Frame.from_arrays([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], Box.cube(10.0))
    >>> near.of(pair).isel(particle=0).values.round(4)
    array([0.6065, 1.    , 0.6065])
    """

    radial: tuple[Radial, ...] = ()
    angular: Angular | None = None

    def __post_init__(self) -> None:
        if not self.radial and self.angular is None:
            raise ParameterError(
                'there is no structure function; use for example StructureFunctions.of_paper("graham2023")'
            )
        if (number := sum(one.number for one in self.radial)) > MOST_ENTRIES:
            raise ParameterError(f"radial holds {number} functions, more than {MOST_ENTRIES}")

    @classmethod
    @validated
    def of_paper(cls, name: Name) -> StructureFunctions:
        """The functions of "schoenholz2016" (166 for two species) or "graham2023" (54).

        Parameters
        ----------
        name
            "schoenholz2016" or "graham2023"

        Returns
        -------
        StructureFunctions
            features with the paper's parameters

        Raises
        ------
        ParameterError
            if the name is not one of them.
        """
        if name not in FEATURE_SETS:
            raise ParameterError(f"there is no paper {name!r}; known are {', '.join(FEATURE_SETS)}")
        return cls(FEATURE_SETS[name].radial, FEATURE_SETS[name].angular)

    def extent(self, frame: Frame) -> float | None:
        """The largest cutoff."""
        ends = [one.reach for one in self.radial]
        return max(ends if self.angular is None else [*ends, self.angular.cutoff])

    def definition(self, names: tuple[str, ...], dimensions: int, species: str) -> str:
        """All that decides the values of the particles of a species, as JSON."""
        data = {
            "centre": species,
            "species": list(names),
            "dimensions": dimensions,
            "radial": [{**asdict(one), "cutoff": one.reach} for one in self.radial],
            "angular": None if self.angular is None else asdict(self.angular),
        }
        return json.dumps(data, sort_keys=True)

    def columns(self, frame: Frame) -> tuple[str, ...]:
        """Species of the neighbours and parameters of each function."""
        names = frame.names
        found = [
            f"{name} mu={mean:.6g} sigma={s.width:g}"
            for s in self.radial
            for name in names
            for mean in s.means
        ]
        if self.angular is not None:
            found += [
                f"{a}-{b} xi={xi:g} lambda={sign:g} zeta={zeta}"
                for k, a in enumerate(names)
                for b in names[k:]
                for xi, sign, zeta in self.angular.functions
            ]
        return tuple(found)

    def values(self, frame: Frame) -> Array:
        """Values of every particle, (particle, function); NaN for those that are not wanted."""
        parts = [radial_functions(frame, one) for one in self.radial]
        if self.angular is not None:
            parts.append(angular_functions(frame, self.angular))
        return np.concatenate(parts, axis=1)


@validated
@dataclass(frozen=True)
class StructureFunction(
    Indicator,
    unit="1",
    symbol="$G$",
    long_name="Gaussian of the distance, summed over neighbours of a species",
    source="Behler and Parrinello 2007; graham2023, Eq. 3",
):
    r"""One radial structure function about one species of neighbours.

    .. math:: G_v(i; \mu) = \sum_{j \in v,\, j \ne i} e^{-(r_{ij} - \mu)^2 / 2\sigma^2}

    Parameters
    ----------
    partner
        species v; None takes every neighbour
    mean, width
        mu and sigma, sigma_AA

    References
    ----------
    Behler and Parrinello, Phys. Rev. Lett. 98, 146401 (2007); graham2023, Eq. 3.

    Examples
    --------
    >>> from supercooled import Box
    >>> pair = Frame.from_arrays([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], Box.cube(10.0))
    >>> StructureFunction(None, mean=0.9, width=0.1).of(pair).values.round(4)
    array([0.6065, 0.6065])
    """

    partner: str | None
    mean: Positive = parameter(1.0, unit="sigma_AA")
    width: Positive = parameter(0.1, unit="sigma_AA")

    def extent(self, frame: Frame) -> float | None:
        """Where its Gaussian ends."""
        return Radial(self.mean, self.width, 1, self.width).reach

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        functions = radial_functions(frame.of_all(), Radial(self.mean, self.width, 1, self.width))
        return (
            functions.sum(axis=1) if self.partner is None else functions[:, frame.species_index(self.partner)]
        )

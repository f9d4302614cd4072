"""Mixtures that a user writes down in a YAML file.

Names are letters, digits, - and _; everything else is a number or one of a few fixed words. Nothing
of a file is executed, and no text of it reaches LAMMPS.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, FiniteFloat, Tag, ValidationError

from supercooled import extensions
from supercooled.arguments import validated
from supercooled.errors import MixtureError, SupercooledError
from supercooled.mixture import Mixture
from supercooled.plain_data import read_table
from supercooled.potentials import (
    CurvatureSmoothedLennardJones,
    ExpandedLennardJones,
    HarmonicRepulsion,
    InversePower,
    LennardJones,
    PairPotential,
    SmoothedInversePower,
    SmoothedLennardJones,
    Tabulated,
)
from supercooled.records import Fields, first_wrong
from supercooled.systems.sizes import polydisperse, size_classes


def _is_name(text: str) -> str:
    if not (0 < len(text) <= 64 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()):
        raise ValueError("a name has at most 64 letters, digits, - and _")
    return text


def _is_line(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError("a source must be one line of at most 200 characters")
    return text


Name = Annotated[str, AfterValidator(_is_name)]
Positive = Annotated[FiniteFloat, Field(gt=0)]


# What pydantic puts into the place of an error beside the fields.
_UNSAID = (
    "lennard-jones",
    "wca",
    "lennard-jones-smoothed",
    "lennard-jones-curvature-smoothed",
    "lennard-jones-expanded",
    "inverse-power",
    "inverse-power-smoothed",
    "harmonic",
    "tabulated",
    "brought",
    "_Sizes",
)


class _LennardJones(Fields):
    style: Literal["lennard-jones"]
    epsilon: Positive
    sigma: Positive
    cutoff: Positive
    shift: bool = True

    def make(self, _folder: Path) -> PairPotential:
        return LennardJones(self.epsilon, self.sigma, self.cutoff, self.shift)


class _Wca(Fields):
    style: Literal["wca"]
    epsilon: Positive
    sigma: Positive

    def make(self, _folder: Path) -> PairPotential:
        return LennardJones.wca(self.epsilon, self.sigma)


class _Smoothed(Fields):
    style: Literal["lennard-jones-smoothed"]
    epsilon: Positive
    sigma: Positive
    cutoff: Positive

    def make(self, _folder: Path) -> PairPotential:
        return SmoothedLennardJones(self.epsilon, self.sigma, self.cutoff)


class _CurvatureSmoothed(Fields):
    style: Literal["lennard-jones-curvature-smoothed"]
    epsilon: Positive
    sigma: Positive
    cutoff: Positive

    def make(self, _folder: Path) -> PairPotential:
        return CurvatureSmoothedLennardJones(self.epsilon, self.sigma, self.cutoff)


class _Expanded(Fields):
    style: Literal["lennard-jones-expanded"]
    epsilon: Positive
    sigma: Positive
    delta: Annotated[FiniteFloat, Field(ge=0)]
    cutoff: Positive
    shift: bool

    def make(self, _folder: Path) -> PairPotential:
        return ExpandedLennardJones(self.epsilon, self.sigma, self.delta, self.cutoff, self.shift)


class _InversePower(Fields):
    style: Literal["inverse-power"]
    epsilon: Positive
    sigma: Positive
    exponent: Positive
    cutoff: Positive
    shift: bool = True

    def make(self, _folder: Path) -> PairPotential:
        return InversePower(self.epsilon, self.sigma, self.exponent, self.cutoff, self.shift)


class _SmoothedPower(Fields):
    style: Literal["inverse-power-smoothed"]
    epsilon: Positive
    sigma: Positive
    exponent: Positive
    cutoff: Positive

    def make(self, _folder: Path) -> PairPotential:
        return SmoothedInversePower(self.epsilon, self.sigma, self.exponent, self.cutoff)


class _Harmonic(Fields):
    style: Literal["harmonic"]
    epsilon: Positive
    sigma: Positive

    def make(self, _folder: Path) -> PairPotential:
        return HarmonicRepulsion(self.epsilon, self.sigma)


class _Tabulated(Fields):
    style: Literal["tabulated"]
    file: str
    points: Annotated[int, Field(ge=5, le=100_000)]

    def make(self, folder: Path) -> PairPotential:
        path = folder / self.file
        table = read_table(path, error=MixtureError)
        if table.shape[1] != 2:
            raise MixtureError(f"{path}: {table.shape[1]} columns instead of the two for r and energy")
        return Tabulated.through(table[:, 0], table[:, 1], points=self.points)


class _Brought(Fields):
    """A style of an installed package, and its numbers."""

    model_config = ConfigDict(extra="allow")
    style: str

    def make(self, _folder: Path) -> PairPotential:
        make = extensions.loaded(extensions.POTENTIALS, self.style, kind="style of a potential")
        numbers = dict(self.model_extra or {})
        try:
            made = make(**numbers)
        except SupercooledError as error:
            raise MixtureError(str(error)) from error
        except Exception as error:
            raise MixtureError(f"the style {self.style} does not take {numbers}: {error}") from error
        if not isinstance(made, PairPotential):
            raise MixtureError(f"the style {self.style} gives a {type(made).__name__}, not a pair potential")
        return made


def _style(given: Any) -> str:
    """Which of the styles; one of another package counts as brought."""
    style = given.get("style") if isinstance(given, Mapping) else getattr(given, "style", None)
    brought = (
        isinstance(style, str) and style not in _UNSAID and style in extensions.known(extensions.POTENTIALS)
    )
    return "brought" if brought else str(style)


_Pair = Annotated[
    Annotated[_LennardJones, Tag("lennard-jones")]
    | Annotated[_Wca, Tag("wca")]
    | Annotated[_Smoothed, Tag("lennard-jones-smoothed")]
    | Annotated[_CurvatureSmoothed, Tag("lennard-jones-curvature-smoothed")]
    | Annotated[_Expanded, Tag("lennard-jones-expanded")]
    | Annotated[_InversePower, Tag("inverse-power")]
    | Annotated[_SmoothedPower, Tag("inverse-power-smoothed")]
    | Annotated[_Harmonic, Tag("harmonic")]
    | Annotated[_Tabulated, Tag("tabulated")]
    | Annotated[_Brought, Tag("brought")],
    Discriminator(_style),
]


class _Species(Fields):
    name: Name
    fraction: Positive
    mass: Positive = 1.0


class _Sizes(Fields):
    smallest: Positive
    largest: Positive
    exponent: FiniteFloat
    classes: Annotated[int, Field(ge=1)]


class _Mixture(Fields):
    """Species and a potential for each pair of them."""

    name: Name
    species: Annotated[list[_Species], Field(min_length=1, max_length=64)]
    pairs: dict[str, _Pair]
    dimensions: Literal[2, 3] = 3
    source: Annotated[str, AfterValidator(_is_line)] = ""

    def make(self, folder: Path) -> Mixture:
        names = tuple(s.name for s in self.species)
        return Mixture(
            self.name,
            names,
            tuple(s.fraction for s in self.species),
            tuple(s.mass for s in self.species),
            tuple(_made("pairs." + k, p, folder) for k, p in _in_order(names, self.pairs).items()),
            self.dimensions,
            self.source,
        )


class _Polydisperse(Fields):
    """Classes of sizes, and one potential in units of each pair's sigma."""

    name: Name
    sizes: _Sizes | Annotated[list[Positive], Field(min_length=1, max_length=64)]
    nonadditivity: FiniteFloat
    pair: _Pair
    dimensions: Literal[2, 3] = 3
    source: Annotated[str, AfterValidator(_is_line)] = ""

    def make(self, folder: Path) -> Mixture:
        sizes = self.sizes
        return polydisperse(
            self.name,
            sizes if isinstance(sizes, list) else size_classes(**sizes.model_dump()).tolist(),
            _made("pair", self.pair, folder),
            nonadditivity=self.nonadditivity,
            dimensions=self.dimensions,
            source=self.source,
        )


@validated
def read_mixture(path: str | Path) -> Mixture:
    """Mixture that a YAML file describes.

    Either species and pairs, all lengths in sigma_AA::

        name: soft-b
        species:
          - {name: A, fraction: 0.8}
          - {name: B, fraction: 0.2, mass: 0.5}
        pairs:
          A-A: {style: lennard-jones, epsilon: 1.0, sigma: 1.0, cutoff: 2.5}
          A-B: {style: lennard-jones, epsilon: 1.5, sigma: 0.8, cutoff: 2.0}
          B-B: {style: wca, epsilon: 0.5, sigma: 0.88}
        dimensions: 3

    or many sizes, the lengths of the one pair potential in units of sigma_ij (:func:`polydisperse`)::

        name: poly
        sizes: {smallest: 0.73, largest: 1.63, exponent: -3, classes: 20}
        nonadditivity: 0.2
        pair: {style: inverse-power-smoothed, epsilon: 1.0, sigma: 1.0, exponent: 12, cutoff: 1.25}

    Styles: ``lennard-jones`` (epsilon, sigma, cutoff, shift), ``wca`` (epsilon, sigma),
    ``lennard-jones-smoothed`` and ``lennard-jones-curvature-smoothed`` (epsilon, sigma, cutoff),
    ``lennard-jones-expanded`` (epsilon, sigma, delta, cutoff, shift),
    ``inverse-power`` (epsilon, sigma, exponent, cutoff, shift),
    ``inverse-power-smoothed`` (epsilon, sigma, exponent, cutoff), ``harmonic`` (epsilon, sigma),
    ``tabulated`` (file of two columns, r and energy, beside the YAML file; points). With many sizes a
    table is the fast one: LAMMPS translates formulas, such as the smoothed power's, again for every
    pair of classes at each step.

    Parameters
    ----------
    path
        YAML file

    Returns
    -------
    Mixture
        mixture

    Raises
    ------
    MixtureError
        naming the file and the field, if it is not such a description.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "soft.yaml"
    >>> _ = file.write_text('''
    ... name: soft
    ... species: [{name: A, fraction: 1}]
    ... pairs: {A-A: {style: harmonic, epsilon: 1, sigma: 1}}
    ... dimensions: 2
    ... ''')
    >>> read_mixture(file).potential("A", "A")
    HarmonicRepulsion(epsilon=1.0, sigma=1.0)
    """
    path = Path(path)
    from supercooled.yaml_files import read_yaml

    data = read_yaml(path, error=MixtureError)
    if not isinstance(data, Mapping):
        raise MixtureError(f"{path}: not a file of a mixture, which has a name, species and pairs")
    kind = _Polydisperse if "sizes" in data else _Mixture
    try:
        return kind.model_validate(data).make(path.parent)
    except ValidationError as error:
        raise MixtureError(f"{path}: {first_wrong(error, _UNSAID)}") from error
    except MixtureError as error:
        raise MixtureError(f"{path}: {error}") from error


def _made(field: str, pair: Any, folder: Path) -> PairPotential:
    try:
        potential: PairPotential = pair.make(folder)
    except MixtureError as error:
        raise MixtureError(f"{field}: {error}") from error
    return potential


def _in_order(names: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """Pairs in the mixture's order, whichever way round the file names them."""
    if len(set(names)) < len(names):
        raise MixtureError(f"species: names must be different, not {', '.join(names)}")
    wanted = list(combinations_with_replacement(names, 2))
    known = {label for a, b in wanted for label in (f"{a}-{b}", f"{b}-{a}")}
    if unknown := sorted(set(given) - known):
        raise MixtureError(
            f"pairs.{unknown[0]!r}: there is no such pair among the species {', '.join(names)}"
        )
    ordered: dict[str, Any] = {}
    for a, b in wanted:
        found = [label for label in dict.fromkeys((f"{a}-{b}", f"{b}-{a}")) if label in given]
        if len(found) != 1:
            what = "is missing" if not found else f"is given twice, as {' and '.join(found)}"
            raise MixtureError(f"pairs.{a}-{b}: this pair {what}")
        if found[0] in ordered:
            raise MixtureError(f"pairs.{found[0]}: two pairs have this name; give the species other names")
        ordered[found[0]] = given[found[0]]
    return ordered

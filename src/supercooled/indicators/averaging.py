"""Averages of any indicator over the neighbourhood of each particle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from supercooled.arguments import AtLeast, NotNegative, Positive, Whole, check_entries, validated
from supercooled.arrays import Array
from supercooled.fields import Features, Indicator, parameter
from supercooled.frame import Frame
from supercooled.kernels.averaging import exponential_sums
from supercooled.neighbour_list import in_order

# Within half of the box of 4000 particles at the density of the Kob-Andersen liquid.
CUTOFF = 7.0
_SOURCE = "Jung, Biroli and Berthier 2023"
# After some all particles have the same; each makes columns, and takes a pass over all pairs.
Generations = Annotated[int, Whole(at_least=1, at_most=100)]


@validated
@dataclass(frozen=True)
class Average(Indicator, long_name="neighbourhood average", source=_SOURCE):
    r"""Average of another indicator over the neighbourhood of each particle.

    .. math:: \bar X_i = \frac{\sum_j e^{-r_{ij}/L} X_j}{\sum_j e^{-r_{ij}/L}}, \qquad r_{ij} < r_c

    Parameters
    ----------
    inner
        the indicator X, of any unit, which is the unit of its average
    length
        L, sigma_AA
    over
        species of the particles j; "all" takes every one
    cutoff
        r_c, at most half of the smallest height of the box, sigma_AA
    generations
        how often the average is averaged again, over the same species
    own
        whether the particle itself counts, where it is of that species: r_ii = 0

    Notes
    -----
    Particles j without a value (NaN) are left out of both sums; a particle without any j has none.

    References
    ----------
    G. Jung, G. Biroli and L. Berthier, Phys. Rev. Lett. 130, 238202 (2023); repeated, with L = r_c:
    E. Boattini, F. Smallenburg and L. Filion, Phys. Rev. Lett. 127, 088007 (2021).

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.indicators import BondOrder
    >>> grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    >>> order = BondOrder(4, cutoff=1.2)
    >>> Average(order, 1.0, cutoff=1.5).of(Frame.from_arrays(grid, Box.cube(4.0))).values[:2].round(3)
    array([0.764, 0.764])
    """

    inner: Indicator
    length: Positive = parameter(unit="sigma_AA")
    over: str = "all"
    cutoff: Positive = parameter(CUTOFF, unit="sigma_AA")
    generations: Generations = 1
    own: bool = True

    def __post_init__(self) -> None:
        _named_after(self, self.inner)

    @property
    def reach(self) -> float:
        """Cutoff of what the inner indicator asks for."""
        return self.inner.reach

    def extent(self, frame: Frame) -> float | None:
        """That of the inner indicator, and the cutoff of every generation."""
        inner = self.inner.extent(frame)
        return None if inner is None else inner + self.generations * self.cutoff

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        return self.several().values(frame)[:, -1]

    def several(self) -> Averages:
        """The same as a set of features, each generation a column."""
        return Averages(self.inner, (self.length,), (self.over,), self.cutoff, self.generations, self.own)


@validated
@dataclass(frozen=True)
class Averages(Features, long_name="neighbourhood averages", source=_SOURCE):
    """Averages of an indicator or of features at several lengths, over several species, in one pass.

    Parameters
    ----------
    inner
        an indicator, or a set of features, each column of which is averaged
    lengths
        L of :class:`Average`, sigma_AA; 0 is the particle itself
    over
        species, each by itself, and "all" for every one; "each" stands for all that there are
    cutoff, generations, own
        as in :class:`Average`; every generation has its columns

    References
    ----------
    as :class:`Average`.

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.indicators import BondOrder
    >>> grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    >>> order = Averages(BondOrder(4, cutoff=1.2), lengths=(0.0, 1.0, 2.0), over=("all",), cutoff=1.5)
    >>> order.of(Frame.from_arrays(grid, Box.cube(4.0))).sizes
    Frozen({'particle': 64, 'feature': 3})
    """

    inner: Features
    lengths: Annotated[tuple[NotNegative, ...], AtLeast(1)] = parameter(
        (0.0, 1.0, 2.0, 3.0, 4.5), unit="sigma_AA"
    )
    over: Annotated[tuple[str, ...], AtLeast(1)] = ("A", "B", "all")
    cutoff: Positive = parameter(CUTOFF, unit="sigma_AA")
    generations: Generations = 1
    own: bool = True

    def __post_init__(self) -> None:
        check_entries("lengths", self.lengths)
        check_entries("over", self.over)
        _named_after(self, self.inner)

    @property
    def reach(self) -> float:
        """Cutoff of what the inner features ask for."""
        return self.inner.reach

    def extent(self, frame: Frame) -> float | None:
        """That of the inner features, and the cutoff of every generation."""
        inner = self.inner.extent(frame)
        return None if inner is None else inner + self.generations * self.cutoff

    @property
    def _far(self) -> tuple[float, ...]:
        return tuple(length for length in self.lengths if length > 0)

    def columns(self, frame: Frame) -> tuple[str, ...]:
        """The inner columns by themselves, then of each generation, species and length."""
        inner = self.inner.columns(frame)
        repeated = [f" of generation {g}" for g in range(2, self.generations + 1)]
        return (
            *(inner if 0.0 in self.lengths else ()),
            *(
                f"{name} over {species} at L={length:g}{generation}"
                for generation in ("", *repeated)
                for species in self._over(frame)
                for length in self._far
                for name in inner
            ),
        )

    def values(self, frame: Frame) -> Array:
        """Values of every particle, (particle, column)."""
        everybody = frame.of_all()
        x = np.asarray(self.inner.values(everybody), dtype=np.float64)
        parts = [x] if 0.0 in self.lengths else []
        species, lengths = self._over(frame), np.array(self._far)
        if len(lengths) == 0:
            return x
        last = self.generations - 1
        averages = self._averages(frame if last == 0 else everybody, x, species, lengths)
        parts.append(averages.reshape(len(x), -1))
        for generation in range(1, self.generations):
            there = frame if generation == last else everybody
            again = np.empty_like(averages)
            # What was averaged at one length over one species is averaged so again.
            for s, name in enumerate(species):
                for k in range(len(lengths)):
                    one = self._averages(there, averages[:, s, k], (name,), lengths[k : k + 1])
                    again[:, s, k] = one[:, 0, 0]
            averages = again
            parts.append(averages.reshape(len(x), -1))
        return np.concatenate(parts, axis=1)

    def _over(self, frame: Frame) -> tuple[str, ...]:
        names = tuple(
            dict.fromkeys(n for one in self.over for n in (frame.names if one == "each" else (one,)))
        )
        for name in names:
            if name != "all":
                frame.species_index(name)
        return names

    def _averages(self, frame: Frame, x: Array, species: tuple[str, ...], lengths: Array) -> Array:
        """Averages of columns, (particle, species, length, column)."""
        cells = frame.cells(self.cutoff)
        there = np.isfinite(x)
        # The last columns count; where every particle has a value one column counts for all.
        counting = there.astype(np.float64) if not there.all() else np.ones((len(x), 1))
        columns = np.concatenate([np.where(there, x, 0.0), counting], axis=1)[cells.order]
        sums = np.zeros((len(x), len(frame.names), len(lengths), columns.shape[1]))
        exponential_sums(
            cells,
            frame.species[cells.order].astype(np.int64),
            np.ascontiguousarray(columns.T),
            lengths,
            self.cutoff,
            self.own,
            frame.wanted[cells.order],
            sums,
        )
        chosen = np.stack(
            [sums.sum(axis=1) if name == "all" else sums[:, frame.species_index(name)] for name in species],
            axis=1,
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            found: Array = chosen[..., : x.shape[1]] / chosen[..., x.shape[1] :]
        return in_order(found, cells)


@validated
def averaged(
    inner: Features,
    length: Positive | tuple[NotNegative, ...],
    *,
    over: str | tuple[str, ...] = "all",
    cutoff: Positive = CUTOFF,
    generations: Generations = 1,
    own: bool = True,
) -> Features:
    """The average of an indicator or of features over the neighbourhood of each particle.

    Parameters
    ----------
    inner
        the indicator or features
    length
        L of exp(-r/L), sigma_AA, or several
    over
        species of the neighbours, "all", or several of them
    cutoff, generations, own
        as in :class:`Average`

    Returns
    -------
    Features
        :class:`Average` of one indicator at one length over one species; :class:`Averages` of all else.

    Raises
    ------
    ParameterError
        if a length or species is given twice.

    Examples
    --------
    >>> from supercooled.indicators import BondOrder
    >>> print(averaged(BondOrder(6), 2.0, over="B"))
    averaged_bond_order(inner=bond_order, length=2, over='B')
    """
    if isinstance(inner, Indicator) and isinstance(length, float | int) and isinstance(over, str):
        return Average(inner, length, over, cutoff, generations, own)
    lengths = (float(length),) if isinstance(length, float | int) else length
    return Averages(inner, lengths, (over,) if isinstance(over, str) else over, cutoff, generations, own)


def _named_after(one: Features, inner: Features) -> None:
    """Its unit and symbol are those of what it averages."""
    for name, value in (
        ("name", f"averaged_{inner.name}"),
        ("unit", inner.unit),
        ("symbol", f"averaged {inner.symbol}"),
        ("long_name", f"neighbourhood average of {inner.long_name}"),
    ):
        object.__setattr__(one, name, value)

"""Model liquids by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supercooled.errors import MixtureError
from supercooled.mixture import Liquid, Mixture
from supercooled.potentials import LennardJones

# epsilon and sigma of the pairs AA, AB, BB
_KOB_ANDERSEN = ((1.0, 1.0), (1.5, 0.8), (0.5, 0.88))
_WAHNSTROM = ((1.0, 1.0), (1.0, 11.0 / 12.0), (1.0, 5.0 / 6.0))
CUTOFF = 2.5


@dataclass(frozen=True, slots=True)
class Entry:
    """A liquid that the package knows by name.

    make : the liquid at a density, ``make(density=1.2)``
    density : the usual one, sigma_AA^-3, printed in the catalogue and never assumed
    """

    name: str
    make: Callable[..., Liquid]
    density: float
    summary: str
    source: str


def kob_andersen(*, density: float) -> Liquid:
    r"""Kob-Andersen Lennard-Jones mixture, 80:20.

    .. math:: U_{ab}(r) = 4\epsilon_{ab}\left[(\sigma_{ab}/r)^{12} - (\sigma_{ab}/r)^6\right] - U_c,
              \quad r < 2.5\,\sigma_{ab}

    with epsilon AA, AB, BB = 1, 1.5, 0.5 and sigma = 1, 0.8, 0.88; masses 1.

    density : sigma_AA^-3

    Raises
    ------
    MixtureError
        if the density is not positive.

    Source: nandi2021, SI Eq. 1; sharma2022, Eq. 1.

    >>> kob_andersen(density=1.2).name
    'ka-lj_rho1.2'
    >>> kob_andersen(density=1.2).mixture.potential("B", "A").cutoff
    2.0
    """
    potentials = tuple(LennardJones(eps, sig, CUTOFF * sig) for eps, sig in _KOB_ANDERSEN)
    return Liquid(_binary("ka-lj", 0.8, (1.0, 1.0), potentials, "Kob and Andersen 1995"), density)


def kob_andersen_wca(*, density: float) -> Liquid:
    r"""Kob-Andersen mixture without attraction: each pair cut off at its minimum.

    .. math:: U_{ab}(r) = 4\epsilon_{ab}\left[(\sigma_{ab}/r)^{12} - (\sigma_{ab}/r)^6\right]
              + \epsilon_{ab}, \quad r < 2^{1/6}\,\sigma_{ab}

    density : sigma_AA^-3

    Raises
    ------
    MixtureError
        if the density is not positive.

    Source: nandi2021, SI Eq. 1 and the text after it.

    >>> kob_andersen_wca(density=1.2).mixture.potential("A", "A").energy(1.2).item()
    0.0
    """
    potentials = tuple(LennardJones.wca(eps, sig) for eps, sig in _KOB_ANDERSEN)
    return Liquid(_binary("ka-wca", 0.8, (1.0, 1.0), potentials, "Berthier and Tarjus 2009"), density)


def wahnstrom(*, density: float) -> Liquid:
    """Wahnstrom Lennard-Jones mixture, 50:50.

    epsilon 1 for every pair, sigma AA, AB, BB = 1, 11/12, 5/6, masses 1 and 1/2, cut off at
    2.5 sigma_ab and shifted.

    density : sigma_AA^-3

    Raises
    ------
    MixtureError
        if the density is not positive.

    Source: nandi2021, SI Eq. 1 and the text after it.

    >>> wahnstrom(density=1.2959).mixture.masses
    (1.0, 0.5)
    """
    potentials = tuple(LennardJones(eps, sig, CUTOFF * sig) for eps, sig in _WAHNSTROM)
    return Liquid(_binary("wahnstrom", 0.5, (1.0, 0.5), potentials, "Wahnstrom 1991"), density)


def _binary(
    name: str,
    share_of_a: float,
    masses: tuple[float, float],
    potentials: tuple[LennardJones, ...],
    source: str,
) -> Mixture:
    # 1 - 0.8 is not the nearest double to 0.2, and the composition names the run
    return Mixture(
        name, ("A", "B"), (share_of_a, round(1.0 - share_of_a, 12)), masses, potentials, source=source
    )


_ENTRIES = (
    Entry("ka-lj", kob_andersen, 1.2, "Kob-Andersen Lennard-Jones, 80:20", "nandi2021; sharma2022"),
    Entry("ka-wca", kob_andersen_wca, 1.2, "Kob-Andersen, repulsion only, 80:20", "nandi2021"),
    Entry("wahnstrom", wahnstrom, 1.2959, "Wahnstrom Lennard-Jones, 50:50", "nandi2021"),
)


def catalogue() -> Mapping[str, Entry]:
    """The liquids that the package knows, by name.

    >>> sorted(catalogue())
    ['ka-lj', 'ka-wca', 'wahnstrom']
    """
    return MappingProxyType({entry.name: entry for entry in _ENTRIES})


def named(name: str, *, density: float) -> Liquid:
    """The liquid of a name at a density.

    Raises
    ------
    MixtureError
        listing the known names, if this is none of them.

    >>> named("wahnstrom", density=1.2959).name
    'wahnstrom_rho1.2959'
    """
    known = catalogue()
    if name not in known:
        raise MixtureError(f"no system {name!r}; known are {', '.join(known)}")
    return known[name].make(density=density)

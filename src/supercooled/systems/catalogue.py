"""Model liquids by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from supercooled.arguments import Positive, validated
from supercooled.errors import MixtureError
from supercooled.mixture import Activity, Liquid, Mixture
from supercooled.potentials import (
    CurvatureSmoothedLennardJones,
    ExpandedLennardJones,
    LennardJones,
    PairPotential,
)
from supercooled.systems.mixture_file import read_mixture

# epsilon and sigma of the pairs AA, AB, BB
_KOB_ANDERSEN = ((1.0, 1.0), (1.5, 0.8), (0.5, 0.88))
_WAHNSTROM = ((1.0, 1.0), (1.0, 11.0 / 12.0), (1.0, 5.0 / 6.0))
# AA, AB, AC, BB, BC, CC
_TERNARY = ((1.0, 1.0), (1.5, 0.8), (0.75, 0.9), (0.5, 0.88), (1.5, 0.8), (0.75, 0.94))
_TERNARY_PARTICLES = (600, 330, 360)
CUTOFF = 2.5


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class Entry:
    """A liquid that has a name in the package.

    Parameters
    ----------
    name
        name in the catalogue
    make
        the liquid at a density, ``make(density=1.2)``
    densities
        those of the papers, the usual one first, sigma_AA^-3; printed, never assumed
    summary
        what it is, in one line
    source
        the papers that study it
    assumption
        what none of them says and the name takes for granted; empty if there is none
    """

    name: str
    make: Callable[..., Liquid]
    densities: tuple[float, ...]
    summary: str
    source: str
    assumption: str = ""

    @property
    def density(self) -> float:
        """The usual density."""
        return self.densities[0]


@validated(error=MixtureError)
def kob_andersen(*, density: Positive) -> Liquid:
    r"""Kob-Andersen Lennard-Jones mixture, 80:20.

    .. math:: U_{ab}(r) = 4\epsilon_{ab}\left[(\sigma_{ab}/r)^{12} - (\sigma_{ab}/r)^6\right] - U_c,
              \quad r < 2.5\,\sigma_{ab}

    with epsilon AA, AB, BB = 1, 1.5, 0.5 and sigma = 1, 0.8, 0.88; masses 1.

    Parameters
    ----------
    density
        sigma_AA^-3

    Returns
    -------
    Liquid
        mixture at this density

    Raises
    ------
    MixtureError
        if the density is not positive.

    References
    ----------
    nandi2021, SI Eq. 1; sharma2022, Eq. 1.

    Examples
    --------
    >>> kob_andersen(density=1.2).name
    'ka-lj_rho1.2'
    >>> kob_andersen(density=1.2).mixture.potential("B", "A").cutoff
    2.0
    """
    potentials = tuple(LennardJones(eps, sig, CUTOFF * sig) for eps, sig in _KOB_ANDERSEN)
    return Liquid(_binary("ka-lj", 0.8, (1.0, 1.0), potentials, "Kob and Andersen 1995"), density)


@validated(error=MixtureError)
def kob_andersen_wca(*, density: Positive) -> Liquid:
    r"""Kob-Andersen mixture without attraction: each pair cut off at its minimum.

    .. math:: U_{ab}(r) = 4\epsilon_{ab}\left[(\sigma_{ab}/r)^{12} - (\sigma_{ab}/r)^6\right]
              + \epsilon_{ab}, \quad r < 2^{1/6}\,\sigma_{ab}

    Parameters
    ----------
    density
        sigma_AA^-3

    Returns
    -------
    Liquid
        mixture at this density

    Raises
    ------
    MixtureError
        if the density is not positive.

    References
    ----------
    nandi2021, SI Eq. 1 and the text after it.

    Examples
    --------
    >>> kob_andersen_wca(density=1.2).mixture.potential("A", "A").energy(1.2).item()
    0.0
    """
    potentials = tuple(LennardJones.wca(eps, sig) for eps, sig in _KOB_ANDERSEN)
    return Liquid(_binary("ka-wca", 0.8, (1.0, 1.0), potentials, "Berthier and Tarjus 2009"), density)


@validated(error=MixtureError)
def wahnstrom(*, density: Positive) -> Liquid:
    """Wahnstrom Lennard-Jones mixture, 50:50.

    epsilon 1 for every pair, sigma AA, AB, BB = 1, 11/12, 5/6, masses 1 and 1/2, cut off at
    2.5 sigma_ab and shifted.

    Parameters
    ----------
    density
        sigma_AA^-3

    Returns
    -------
    Liquid
        mixture at this density

    Raises
    ------
    MixtureError
        if the density is not positive.

    References
    ----------
    nandi2021, SI Eq. 1 and the text after it.

    Examples
    --------
    >>> wahnstrom(density=1.2959).mixture.masses
    (1.0, 0.5)
    """
    potentials = tuple(LennardJones(eps, sig, CUTOFF * sig) for eps, sig in _WAHNSTROM)
    return Liquid(_binary("wahnstrom", 0.5, (1.0, 0.5), potentials, "Wahnstrom 1991"), density)


@validated(error=MixtureError)
def ternary_kob_andersen_2d(*, density: Positive) -> Liquid:
    r"""Ternary Kob-Andersen mixture in the plane, A, B and C in the ratio 600:330:360.

    .. math:: U_{ab}(r) = 4\epsilon_{ab}\left[(\sigma_{ab}/r)^{12} - (\sigma_{ab}/r)^6 + c_0
              + c_2 (r/\sigma_{ab})^2 + c_4 (r/\sigma_{ab})^4\right],\quad r < 2.5\,\sigma_{ab}

    with energy, force and curvature zero at the cutoff; masses 1. Epsilon AA, AB, AC, BB, BC, CC = 1, 1.5,
    0.75, 0.5, 1.5, 0.75, sigma = 1, 0.8, 0.9, 0.88, 0.8, 0.94.

    Parameters
    ----------
    density
        sigma_AA^-2; that of GlassBench is 1290 / 32.8962^2 = 1.19206

    Returns
    -------
    Liquid
        mixture at this density, in two dimensions

    Raises
    ------
    MixtureError
        if the density is not positive.

    References
    ----------
    the liquid KA2D of Jung, Biroli and Berthier, Phys. Rev. Lett. 130, 238202 (2023), and of
    GlassBench, arXiv 2311.14752, after Parmar, Ozawa and Berthier, Phys. Rev. Lett. 125, 085505 (2020).
    The numbers of pairs with C could not be read in a paper. They are those at which the inherent structures
    of GlassBench are in balance; the third species of the three-dimensional mixture of Parmar et al. has
    others.

    Examples
    --------
    >>> ternary_kob_andersen_2d(density=1.19206).mixture.counts(1290)
    (600, 330, 360)
    >>> round(ternary_kob_andersen_2d(density=1.19206).edge(1290), 4)
    32.8962
    """
    total = sum(_TERNARY_PARTICLES)
    mixture = Mixture(
        "ka2d",
        ("A", "B", "C"),
        tuple(n / total for n in _TERNARY_PARTICLES),
        (1.0, 1.0, 1.0),
        tuple(CurvatureSmoothedLennardJones(eps, sig, CUTOFF * sig) for eps, sig in _TERNARY),
        dimensions=2,
        source="Jung, Biroli and Berthier 2023",
    )
    return Liquid(mixture, density)


@validated(error=MixtureError)
def kob_andersen_width(*, well_width: float, density: Positive) -> Liquid:
    r"""Kob-Andersen mixture whose wells have another width.

    .. math:: U_{ab}(r) = 4\epsilon_{ab}\left[\left(\frac{\sigma'_{ab}}{r - \Delta\sigma_{ab}}\right)^{12}
              - \left(\frac{\sigma'_{ab}}{r - \Delta\sigma_{ab}}\right)^6\right],\quad r < 2.5\,\sigma_{ab},
              \quad \sigma'_{ab} = \sigma_{ab}\,(1 - \Delta/2^{1/6})

    The reading is that of :meth:`~supercooled.potentials.ExpandedLennardJones.modified_well`: Delta in
    units of each pair's sigma, which keeps every minimum in its place; the paper prints ``r - Delta``.
    Not shifted at the cutoff, as printed. Width 0 is :func:`kob_andersen`, which is shifted.

    Parameters
    ----------
    well_width
        the paper's Delta
    density
        sigma_AA^-3

    Returns
    -------
    Liquid
        mixture at this density

    Raises
    ------
    MixtureError
        if the width is not between 0 and 2^(1/6), or the density is not positive.

    References
    ----------
    graham2023, the equation of its Methods.

    Examples
    --------
    >>> kob_andersen_width(well_width=0.3, density=1.14).name
    'ka-width0.3_rho1.14'
    >>> kob_andersen_width(well_width=0.0, density=1.2).name
    'ka-lj_rho1.2'
    """
    if well_width == 0:
        return kob_andersen(density=density)
    potentials = tuple(
        ExpandedLennardJones.modified_well(eps, sig, well_width=well_width, cutoff=CUTOFF * sig)
        for eps, sig in _KOB_ANDERSEN
    )
    mixture = _binary(f"ka-width{well_width:g}", 0.8, (1.0, 1.0), potentials, "Graham et al. 2023")
    return Liquid(mixture, density)


@validated(error=MixtureError)
def kob_andersen_active(*, force: Positive, density: Positive) -> Liquid:
    r"""Kob-Andersen mixture whose particles push themselves.

    .. math:: m \ddot{\mathbf r}_i = -\nabla_i U + \mathbf f_i,\qquad
              \mathbf f_i = f_0 (\pm 1, \pm 1, \pm 1),\qquad \sum_i \mathbf f_i = 0

    The paper gives f_0 alone. Assumed: every particle is active, and all directions are drawn anew together
    each 4 tau, which of the choices tried came nearest to the softness that it prints. Another choice is
    ``dataclasses.replace(liquid, activity=Activity(...))``.

    Parameters
    ----------
    force
        f_0, epsilon_AA/sigma_AA
    density
        sigma_AA^-3

    Returns
    -------
    Liquid
        mixture at this density

    Raises
    ------
    MixtureError
        if force or density is not positive.

    References
    ----------
    nandi2021, SI Sec. I C.

    Examples
    --------
    >>> kob_andersen_active(force=0.5, density=1.2).name
    'ka-lj_rho1.2_f0.5_tau4'
    """
    liquid = kob_andersen(density=density)
    return replace(liquid, activity=Activity(force, _PERSISTENCE, liquid.mixture.species, 1.0))


@validated(error=MixtureError)
def force_smoothed(liquid: Liquid) -> Liquid:
    """The same liquid with every Lennard-Jones force going to zero at its cutoff.

    Parameters
    ----------
    liquid
        mixture and density

    Returns
    -------
    Liquid
        liquid with smoothed pairs

    Raises
    ------
    MixtureError
        if a pair is not :class:`~supercooled.LennardJones`, or ends at its minimum, where its force
        is zero already.

    References
    ----------
    schoenholz2016, Methods, which does not say how; see
    :class:`~supercooled.potentials.SmoothedLennardJones`.

    Examples
    --------
    >>> force_smoothed(kob_andersen(density=1.2)).name
    'ka-lj-smooth_rho1.2'
    """
    mixture = liquid.mixture
    smooth = []
    for (a, b), potential in zip(mixture.pairs, mixture.potentials, strict=True):
        if not isinstance(potential, LennardJones):
            raise MixtureError(
                f"{mixture.name}: pair {a}-{b} is not a Lennard-Jones pair and can't be smoothed"
            )
        if abs(float(potential.force(potential.cutoff * (1.0 - 1e-12)))) < 1e-8 * potential.epsilon:
            raise MixtureError(
                f"{mixture.name}: the force of pair {a}-{b} already goes to zero at its cutoff"
            )
        smooth.append(potential.smoothed())
    return replace(liquid, mixture=replace(mixture, name=f"{mixture.name}-smooth", potentials=tuple(smooth)))


def _kob_andersen_smooth(*, density: float) -> Liquid:
    return force_smoothed(kob_andersen(density=density))


def _binary(
    name: str,
    share_of_a: float,
    masses: tuple[float, float],
    potentials: tuple[PairPotential, ...],
    source: str,
) -> Mixture:
    # 1 - 0.8 is not the nearest double to 0.2, and the composition names the run
    return Mixture(
        name, ("A", "B"), (share_of_a, round(1.0 - share_of_a, 12)), masses, potentials, source=source
    )


_PERSISTENCE = 4.0
# (Delta, density) of graham2023; its (0, 1.2) is ka-lj
_WIDTHS = ((0.1, 1.18), (0.2, 1.16), (0.3, 1.14), (0.4, 1.12))
_ENTRIES = (
    Entry(
        "ka-lj",
        kob_andersen,
        (1.2, 1.15, 1.25, 1.3, 1.6),
        "Kob-Andersen Lennard-Jones, 80:20",
        "nandi2021; sharma2022; schoenholz2016; graham2023",
    ),
    Entry(
        "ka-lj-smooth",
        _kob_andersen_smooth,
        (1.2, 1.15, 1.25, 1.3),
        "Kob-Andersen, forces smoothed at the cutoff",
        "schoenholz2016",
    ),
    Entry(
        "ka-wca",
        kob_andersen_wca,
        (1.2, 1.05, 1.6),
        "Kob-Andersen, repulsive part only (WCA), 80:20",
        "nandi2021",
    ),
    *(
        Entry(
            f"ka-width{width:g}",
            partial(kob_andersen_width, well_width=width),
            (density,),
            f"Kob-Andersen, well of width parameter {width:g}",
            "graham2023",
        )
        for width, density in _WIDTHS
    ),
    *(
        Entry(
            f"ka-active{force:g}",
            partial(kob_andersen_active, force=force),
            (1.2,),
            f"Kob-Andersen, self-propelled with f0 = {force:g}",
            "nandi2021",
            f"every particle is active, and all directions are redrawn every {_PERSISTENCE:g} tau",
        )
        for force in (0.5, 1.0, 1.75)
    ),
    Entry("wahnstrom", wahnstrom, (1.2959,), "Wahnstrom Lennard-Jones, 50:50", "nandi2021"),
    Entry(
        "ka2d",
        ternary_kob_andersen_2d,
        (1.19206,),
        "ternary Kob-Andersen in the plane, 600:330:360",
        "glassbench",
        "pairs with C inferred from the forces of published inherent structures",
    ),
)


@validated(error=MixtureError)
def catalogue() -> Mapping[str, Entry]:
    """The liquids of the package, by name.

    Returns
    -------
    Mapping[str, Entry]
        entry of each name

    Examples
    --------
    >>> list(catalogue())[:3], catalogue()["ka-wca"].densities
    (['ka-lj', 'ka-lj-smooth', 'ka-wca'], (1.2, 1.05, 1.6))
    """
    return MappingProxyType({entry.name: entry for entry in _ENTRIES})


@validated(error=MixtureError)
def named(name: str, *, density: Positive) -> Liquid:
    """The liquid of a name, or of a file that ends in ``.yaml`` or ``.yml``, at a density.

    Parameters
    ----------
    name
        name in the catalogue, or a YAML file
    density
        particles per volume, sigma_AA^-d

    Returns
    -------
    Liquid
        mixture at this density

    Raises
    ------
    MixtureError
        listing the known names, if this is none of them; or as :func:`read_mixture`.

    Examples
    --------
    >>> named("wahnstrom", density=1.2959).name
    'wahnstrom_rho1.2959'
    """
    if Path(name).suffix in (".yaml", ".yml"):
        return Liquid(read_mixture(name), density)
    known = catalogue()
    if name not in known:
        raise MixtureError(
            f"no system {name!r}; known are {', '.join(known)}, and any .yaml file of a mixture"
        )
    return known[name].make(density=density)

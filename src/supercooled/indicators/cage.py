"""The cage of each particle: how deep, and how soft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
import xarray as xr

from supercooled.arguments import Anything, Positive, Temperature, validated
from supercooled.arrays import Array
from supercooled.cage import Calibration, cutoffs, hypernetted_chain
from supercooled.cage.local import pairs_of
from supercooled.cage.real_space import cutoff_of
from supercooled.cage.smearing import Normalisation, Points, Smearing, sphere
from supercooled.errors import ParameterError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame
from supercooled.indicators.surroundings import check_species
from supercooled.kernels.cage import local_depths
from supercooled.mixture import Mixture
from supercooled.neighbour_list import in_order
from supercooled.structure import radial_distribution
from supercooled.trajectory import Trajectory

Correlation = Literal["local", "ensemble"]


@validated
@dataclass(frozen=True, eq=False)
class LocalDepth(Indicator, quantity="depth", source="sharma2022, Eqs. 5, 6, 8 and Appendix B"):
    r"""Depth of each particle's own cage: the magnitude of the potential at its minimum.

    .. math:: \beta\Phi_r^i = \rho \sum_v \sqrt{x_u x_v}
        \int_{lower}^{upper} 4\pi r^2 dr\, C_{uv}(r)\, g_{uv}^i(r),\qquad
        g_{uv}^i(r) = \frac{1}{4\pi \rho' r^2} \sum_{j \in v,\, j \ne i}
        \frac{e^{-(r - r_{ij})^2 / 2\delta^2}}{\sqrt{2\pi}\,\delta}

    for i of species u; in the plane 2 pi r. The integral is a midpoint sum, the Gaussians are followed
    to six widths. The paper's sign of the potential is negative: a tighter cage is deeper.

    Parameters
    ----------
    mixture
        pair potentials
    cutoffs
        (lower, upper) of the integral for each pair of the particle's species, sigma_AA, as from
        :func:`supercooled.cage.cutoffs`
    direct_correlation
        "local", C from the particle's own g (hypernetted chain), or "ensemble", from `rdf`
    normalisation
        rho' is the "total" density, or that of the "partner" species v
    width
        delta, sigma_AA
    dr
        largest step of the sum, sigma_AA
    temperature
        epsilon_AA/k_B; None takes that of the frame
    rdf
        what :func:`supercooled.structure.radial_distribution` returns, for the ensemble's C only

    Raises
    ------
    ParameterError
        if a reading is unknown, a cutoff or the temperature is missing.
    MixtureError
        if the mixture's species differ.
    BoxError
        if a particle would meet a neighbour twice: the box is too small.

    Notes
    -----
    :meth:`sharma2022` makes a choice of the paper, with the cutoffs measured on a run. Ask for the
    particles of one species: ``depth.of(run, species="A")``.

    References
    ----------
    sharma2022, Eqs. 5, 6, 8 and Appendix B.

    Examples
    --------
    >>> import supercooled as sc
    >>> fluid = Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    >>> lattice = np.stack(np.meshgrid(*[np.arange(6) * 1.1 - 3.3] * 3), axis=-1).reshape(1, -1, 3)
    >>> cages = LocalDepth(fluid, {"AA": (0.9, 1.4)}, "local", "total", width=0.09, temperature=0.5).of(
    ...     Trajectory.from_arrays(lattice, sc.Box.cube(6.6)))
    >>> cages.shape, bool(cages.std() < 1e-9 * cages.mean())
    ((1, 216), True)
    """

    mixture: Mixture
    cutoffs: Mapping[str, tuple[float, float]] = parameter(unit="sigma_AA")
    direct_correlation: Correlation = "local"
    normalisation: Normalisation = "total"
    width: Positive = parameter(0.09, unit="sigma_AA")
    dr: Positive = parameter(0.01, unit="sigma_AA")
    temperature: Temperature | None = parameter(None, unit="epsilon_AA/k_B")
    rdf: Annotated[xr.Dataset | None, Anything()] = None

    def __post_init__(self) -> None:
        if (self.direct_correlation == "ensemble") != (self.rdf is not None):
            raise ParameterError(
                "correlation must be 'local' without rdf, or 'ensemble' with it, not "
                f"{self.direct_correlation!r} with rdf {'given' if self.rdf is not None else 'missing'}"
            )

    @classmethod
    @validated
    def sharma2022(
        cls, run: Trajectory, mixture: Mixture, *, normalisation: Normalisation = "total"
    ) -> LocalDepth:
        """The paper's local depth with C and g of the particle, and the first shells measured on a run.

        Parameters
        ----------
        run
            whose g(r), to 2.5 sigma_AA or half of the box, gives the shells, and whose temperature counts
        mixture
            mixture whose potentials act between the particles
        normalisation
            which density the paper means is not said; see :doc:`the decisions </decisions>`

        Returns
        -------
        LocalDepth
            indicator with the paper's choices
        """
        r_max = min(2.5, 0.5 * float(run.fixed_box().heights.min()))
        shells = cutoffs(radial_distribution(run, r_max=r_max, dr=0.01), vanishing=0.001)
        return cls(mixture, shells, "local", normalisation)

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle that is wanted, (particle,)."""
        check_species(frame, self.mixture)
        T = self._temperature(frame)
        depths = np.full(frame.n_particles, np.nan)
        for u in np.unique(frame.species[frame.wanted]):
            own = self._of_species(frame, int(u), T)
            chosen = frame.wanted & (frame.species == u)
            depths[chosen] = own[chosen]
        return depths

    def _temperature(self, frame: Frame) -> float:
        here, given = frame.temperature, self.temperature
        if given is None and here is None:
            raise ParameterError(f"{frame.place}: its temperature is not known; give temperature=0.45")
        if given is None or here is None:
            return float(here if given is None else given)  # type: ignore[arg-type]
        if not np.isclose(here, given):
            raise ParameterError(
                f"the trajectory is at T = {here:g}, and temperature is {given:g}; if that is meant, take "
                "dataclasses.replace(trajectory, temperature=None)"
            )
        return float(given)

    def _of_species(self, frame: Frame, u: int, T: float) -> Array:
        names = self.mixture.species
        pairs = pairs_of(names, u)
        points = tuple(Points.between(*cutoff_of(self.cutoffs, pair), self.dr) for pair in pairs)
        near = Smearing(u, points, self.width, self.normalisation).neighbourhood(frame)
        known, weight = np.zeros((2, len(points), max(p.number for p in points)))
        x = np.sqrt(np.bincount(frame.species, minlength=len(names)) / frame.n_particles)
        C = _of_ensemble(self, T)
        for v, (pair, p) in enumerate(zip(pairs, points, strict=True)):
            if C is None:
                known[v, : p.number] = -self.mixture.potential(names[u], names[v]).energy(p.r) / T - 1
            else:
                known[v, : p.number] = np.interp(p.r, C.r.values, C.sel(pair=pair).values)
            if not np.isfinite(known[v]).all():
                first = float(p.r[np.isfinite(known[v, : p.number])].min(initial=np.inf))
                raise ParameterError(
                    f"the potential of {pair} is not defined below {first:.3g}: begin its table "
                    f"at {p.r[0]:.3g}, or raise the lower cutoff"
                )
            measure = near.densities.sum() * sphere(p.r, frame.dimensions) * p.step
            weight[v, : p.number] = measure * x[u] * x[v]
        depths = np.empty(frame.n_particles)
        local = self.direct_correlation == "local"
        local_depths(near.cells, near.kind, near.chosen, near.grid, known, weight, local, depths)
        return np.asarray(in_order(depths, near.cells))


@lru_cache(maxsize=8)
def _of_ensemble(depth: LocalDepth, T: float) -> xr.DataArray | None:
    """The liquid's C, which is the same in every frame."""
    return None if depth.rdf is None else hypernetted_chain(depth.rdf, depth.mixture, temperature=T)


@validated
@dataclass(frozen=True, eq=False)
class LocalSoftness(Indicator, quantity="softness", source="sharma2022, Eq. 7"):
    r"""Softness of each particle's cage, by the line between inverse softness and depth.

    .. math:: S_i = \frac{1}{c_0 + c_1\, \beta\Phi_r^i}

    A cage so shallow that the line gives 1/S <= 0 is not bound, and has no softness: NaN.

    Parameters
    ----------
    depth
        how the depth is read
    calibration
        the line, from :func:`supercooled.cage.calibrate`

    References
    ----------
    sharma2022, Eq. 7.

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> from supercooled.testing import liquid_frame
    >>> shells = {"AA": (0.8, 1.4), "AB": (0.7, 1.3), "BB": (0.7, 1.3)}
    >>> depth = LocalDepth(kob_andersen(density=1.2).mixture, shells, temperature=0.5)
    >>> line = Calibration(0.0, 1.0, 0.0, 0.0, (0.5, 1.0), "local-mean", 0.0)
    >>> softness, frame = LocalSoftness(depth, line), liquid_frame()
    >>> bool(np.isclose(softness(frame)[0] * depth(frame)[0], 1.0))
    True
    """

    depth: LocalDepth
    calibration: Calibration

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle that is wanted, (particle,)."""
        return self.calibration.of_depth(self.depth(frame))

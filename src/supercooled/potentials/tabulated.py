"""Pairs whose energy is a table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments import Positive, Whole, validated
from supercooled.arrays import Array
from supercooled.errors import MixtureError
from supercooled.potentials.base import Distances, between

# Between nodes, energies and forces are splines of their own; beyond this share they contradict each other.
CONTRADICTION = 0.01
# Of the largest energy: so far from 0 the last one may lie.
ROUNDING = 1e-12

Points: TypeAlias = Annotated[int, Whole(at_least=5, at_most=10**6)]


@validated(error=MixtureError)
@dataclass(frozen=True, slots=True)
class Tabulated:
    r"""Energies and forces at nodes, evenly spaced in r^2, and cubic splines in r^2 between them.

    .. math:: U(r) = s_U(r^2),\quad F(r) = r\,s_{F/r}(r^2),\quad r_\mathrm{inner} < r < r_c

    where :math:`s_U` has the slopes :math:`-F/2r` at its ends and :math:`s_{F/r}` is not-a-knot. It is
    what LAMMPS makes of a table, so that both agree to rounding; the force is the slope of the energy
    only as well as the nodes are close. Below `inner` nothing is known: the energy is infinite, and a
    simulation that gets there stops.

    Parameters
    ----------
    inner, cutoff
        first and last node, sigma_AA
    energies
        (node,), epsilon_AA; 0 at the cutoff
    forces
        (node,), -dU/dr, epsilon_AA/sigma_AA

    Raises
    ------
    MixtureError
        if the nodes are not finite or fewer than 5, the energy does not end at 0, or the forces are
        not the slope of the energies.

    References
    ----------
    the table and spline of LAMMPS' ``pair_style table``.

    Examples
    --------
    >>> r = np.linspace(0.5, 1.0, 101)
    >>> Tabulated.through(r, 0.5 * (1 - r) ** 2, points=200).force(0.75).round(9).item()
    0.25
    """

    inner: Positive
    cutoff: Positive
    energies: tuple[float, ...]
    forces: tuple[float, ...]

    def __post_init__(self) -> None:
        if self.cutoff <= self.inner:
            raise MixtureError(
                f"the distances of a table must increase, not go from {self.inner} to {self.cutoff}"
            )
        if len(self.energies) != len(self.forces) or len(self.energies) < 5:
            raise MixtureError(
                f"a table needs 5 nodes or more, each with energy and force, not {len(self.energies)} "
                f"energies and {len(self.forces)} forces"
            )
        if not np.isfinite((self.energies, self.forces)).all():
            raise MixtureError("a table's energies and forces must be finite numbers")
        # What was shifted to end at 0 does so up to the last bit of its energies.
        if abs(self.energies[-1]) > ROUNDING * max(map(abs, self.energies)):
            raise MixtureError(
                f"a table must end at energy 0, not {self.energies[-1]:g}: subtract that from every energy"
            )
        self._check_forces()

    @classmethod
    @validated(error=MixtureError)
    def through(
        cls, r: ArrayLike, energy: ArrayLike, *, points: Annotated[int, Whole(at_least=5, at_most=10**6)]
    ) -> Tabulated:
        """Table through samples of an energy: the force is the slope of a spline of degree 5.

        Parameters
        ----------
        r
            (sample,), rising, evenly spaced or not, sigma_AA
        energy
            (sample,), epsilon_AA; 0 at the last one
        points
            nodes of the table; 2000 give a Lennard-Jones force to 1e-7

        Returns
        -------
        Tabulated
            table of energies and forces

        Raises
        ------
        MixtureError
            if the samples are fewer than 6, do not rise, or are not finite.
        """
        from scipy.interpolate import make_interp_spline

        x, u = np.asarray(r, dtype=np.float64), np.asarray(energy, dtype=np.float64)
        if x.ndim != 1 or x.shape != u.shape or len(x) < 6:
            raise MixtureError(
                f"a table needs 6 distances or more and the same number of energies, not {x.shape}, {u.shape}"
            )
        if not (np.isfinite(x).all() and np.isfinite(u).all()):
            raise MixtureError("a table's distances and energies must be finite numbers")
        if x[0] <= 0 or (np.diff(x) <= 0).any():
            raise MixtureError("a table's distances must be positive and increasing")
        spline = make_interp_spline(x, u, k=5)
        nodes = np.clip(_nodes(float(x[0]), float(x[-1]), points), x[0], x[-1])
        energies = spline(nodes)
        energies[-1] = u[-1]
        return cls(float(x[0]), float(x[-1]), tuple(energies.tolist()), tuple((-spline(nodes, 1)).tolist()))

    @property
    def nodes(self) -> Array:
        """Distances of the nodes, (node,), sigma_AA."""
        return _nodes(self.inner, self.cutoff, len(self.energies))

    @property
    def end_slopes(self) -> tuple[float, float]:
        """dF/dr at the first and the last node."""
        r, (_, per_r) = self.nodes[[0, -1]], _splines(self)
        slopes = 2.0 * r**2 * per_r(r**2, 1) + per_r(r**2)
        return float(slopes[0]), float(slopes[1])

    @validated(error=MixtureError)
    def energy(self, r: Distances) -> Array:
        """Energy of a pair at distance `r`; infinite up to `inner`.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA, in the shape of `r`
        """
        energy, _ = _splines(self)
        return between(r, self.inner, self.cutoff, lambda x: energy(x * x))

    @validated(error=MixtureError)
    def force(self, r: Distances) -> Array:
        """Repulsive force of a pair at distance `r`; infinite up to `inner`.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA, in the shape of `r`
        """
        _, per_r = _splines(self)
        return between(r, self.inner, self.cutoff, lambda x: x * per_r(x * x))

    @validated(error=MixtureError)
    def curvature(self, r: Distances) -> Array:
        """Second derivative of the energy, -dF/dr of the spline of forces; infinite up to `inner`.

        Parameters
        ----------
        r
            distance of the pair, sigma_AA

        Returns
        -------
        Array
            epsilon_AA/sigma_AA^2, in the shape of `r`
        """
        _, per_r = _splines(self)
        return between(r, self.inner, self.cutoff, lambda x: -per_r(x * x) - 2.0 * x * x * per_r(x * x, 1))

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it: every node.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        data = asdict(self)
        return {"style": "tabulated", **data, "energies": list(self.energies), "forces": list(self.forces)}

    def _check_forces(self) -> None:
        energy, per_r = _splines(self)
        squares = self.nodes**2
        middle = 0.5 * (squares[1:] + squares[:-1])
        given, slope = per_r(middle), -2.0 * energy(middle, 1)
        size = np.maximum(np.abs(given), np.abs(slope))
        # Where the force changes sign its own size is no measure; the largest, in a steep core, neither.
        wrong = np.abs(given - slope) > CONTRADICTION * np.maximum(size, float(np.median(size)))
        if wrong.any():
            at = float(np.sqrt(middle[int(np.argmax(wrong))]))
            raise MixtureError(
                "a table's forces are not the negative slope of its energies near r = "
                f"{at:.4g}; give more nodes, or correct it"
            )


def _nodes(inner: float, cutoff: float, points: Annotated[int, Whole(at_least=5, at_most=10**6)]) -> Array:
    # LAMMPS' own arithmetic, so that its nodes are ours
    step = (cutoff * cutoff - inner * inner) / (points - 1)
    nodes: Array = np.sqrt(inner * inner + np.arange(points) * step)
    return nodes


@lru_cache(maxsize=64)
def _splines(table: Tabulated) -> tuple[Any, Any]:
    """Splines in r^2 of the energy and of F/r."""
    from scipy.interpolate import CubicSpline

    r = table.nodes
    per_r = np.asarray(table.forces) / r
    ends = ((1, -0.5 * per_r[0]), (1, -0.5 * per_r[-1]))
    return CubicSpline(r * r, table.energies, bc_type=ends), CubicSpline(r * r, per_r)

"""Targets that hold a particle against its neighbours: how they deform, and how many it loses."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.dynamics.local_strain import nonaffine_displacement
from supercooled.errors import ParameterError
from supercooled.fields import parameter
from supercooled.frame import Frame
from supercooled.targets.target import Runs, Target, with_later
from supercooled.trajectory import Trajectory


@validated
@dataclass(frozen=True)
class NonaffineMotion(Target, quantity="nonaffine", source="Falk and Langer 1998"):
    r"""Deviation of the neighbours' motion from the affine deformation that fits it best.

    .. math:: D^2_\mathrm{min}(i) = \min_{\mathsf J} \sum_{j:\, r_{ij}(t) < r_c}
              |\mathbf r_{ij}(t + \tau) - \mathsf J\, \mathbf r_{ij}(t)|^2

    Parameters
    ----------
    after
        :math:`\tau`, a multiple of the interval between frames, tau
    cutoff
        r_c of the neighbours at t, sigma_AA

    References
    ----------
    M. L. Falk and J. S. Langer, Phys. Rev. E 57, 7192 (1998), Eqs. 2.11 to 2.14.

    Examples
    --------
    >>> from supercooled import Box
    >>> gas = np.random.default_rng(1).uniform(-3, 3, (1, 200, 3))
    >>> sheared = np.concatenate([gas, gas + 0.1 * gas[..., [1, 2, 0]]])
    >>> run = Trajectory.from_arrays(sheared, Box.cube(30.0), unwrapped=True)
    >>> bool(NonaffineMotion(after=1.0, cutoff=3.0).of(run)[0].max() < 1e-20)
    True
    """

    after: Positive = parameter(unit="tau")
    cutoff: Positive = parameter(unit="sigma_AA")

    @property
    def ahead(self) -> float:
        """Time after which it is measured."""
        return self.after

    def values(self, run: Trajectory, rows: Integers) -> Array:
        """Values at some frames, (row, particle)."""
        return self._values(run, rows, None)

    def found(
        self, run: Runs, rows: Integers, species: str | None, executor: Executor | None
    ) -> tuple[Integers, Array, dict[str, Array]]:
        """Frames and values; it has chunks of its own."""
        if not isinstance(run, Trajectory):
            return super().found(run, rows, species, executor)
        return rows, self._values(run, rows, executor), {}

    def _values(self, run: Trajectory, rows: Integers, executor: Executor | None) -> Array:
        there, later = with_later(run, rows, self.after)
        values = np.full((len(rows), run.n_particles), np.nan)
        if len(there) == 0:
            return values
        step = int(np.gcd.reduce(np.diff(rows[there]))) if len(there) > 1 else 1
        some = run[int(rows[there[0]]) : int(later[-1]) + 1]
        found = nonaffine_displacement(
            some,
            lag=self.after,
            cutoff=self.cutoff,
            origin_spacing=step * run.interval,
            executor=executor,
        )["nonaffine"]
        values[there] = found.sel(frame=run.frames[rows[there]]).values
        return values


@validated
@dataclass(frozen=True)
class BondBreaking(
    Target,
    unit="1",
    symbol="$B$",
    long_name="share of the neighbours that are lost",
    source="Yamamoto and Onuki 1998",
):
    r"""Share of a particle's neighbours that are farther away after a time.

    .. math:: B_i = \frac{\#\{j : r_{ij}(t) < r_f,\ r_{ij}(t + \tau) > r_b\}}{\#\{j : r_{ij}(t) < r_f\}}

    Parameters
    ----------
    after
        :math:`\tau`, tau
    formed
        r_f, within which two are neighbours at t, sigma_AA
    broken
        r_b, beyond which they no longer are, sigma_AA; larger than `formed`, so that who swings to and
        fro is not counted

    Notes
    -----
    NaN where a particle has no neighbour at t.

    References
    ----------
    R. Yamamoto and A. Onuki, Phys. Rev. E 58, 3515 (1998), Eqs. 2.7 and 2.8.

    Examples
    --------
    >>> from supercooled import Box
    >>> chain = np.arange(3.0)[:, None] * [1.0, 0.0, 0.0] * np.ones((2, 1, 1))
    >>> chain[1, 2, 0] = 3.0
    >>> run = Trajectory.from_arrays(chain, Box.cube(9.0))
    >>> BondBreaking(after=1.0, formed=1.2, broken=1.5).of(run).values[0]
    array([0. , 0.5, 1. ])
    """

    after: Positive = parameter(unit="tau")
    formed: Positive = parameter(unit="sigma_AA")
    broken: Positive = parameter(unit="sigma_AA")

    def __post_init__(self) -> None:
        """Refuse bonds that are broken while they form."""
        if self.broken < self.formed:
            raise ParameterError(
                f"broken={self.broken:g} must be at least formed={self.formed:g}; for example formed=1.35, "
                "broken=1.7"
            )

    @property
    def ahead(self) -> float:
        """Time after which it is measured."""
        return self.after

    def values(self, run: Trajectory, rows: Integers) -> Array:
        """Values at some frames, (row, particle)."""
        there, later = with_later(run, rows, self.after)
        values = np.full((len(rows), run.n_particles), np.nan)
        for k, end in zip(there, later, strict=True):
            values[k] = self._lost(run.frame(int(rows[k])), run, int(end))
        return values

    def _lost(self, frame: Frame, run: Trajectory, later: int) -> Array:
        chunk = slice(later, later + 1)
        box = Box.from_array(run.boxes(chunk)[0], run.dimensions)
        places = run.positions(chunk)[0]
        frame.check_cutoff(self.broken)
        bonds = frame.neighbours(self.formed)
        apart = np.linalg.norm(box.minimum_image(places[bonds.partner] - places[bonds.centre]), axis=1)
        lost = bonds.add_up(apart > self.broken)
        share: Array = np.full(len(lost), np.nan)
        np.divide(lost, bonds.counts, out=share, where=bonds.counts > 0)
        return share

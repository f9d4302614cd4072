"""The pair entropy of each particle in each frame."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Numbers, Positive, validated
from supercooled.arrays import Array, Integers
from supercooled.blocks import frames_within, shared_out, spans
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError
from supercooled.kernels.gaussians import WIDEST, make_ladder
from supercooled.kernels.neighbours import half_of, make_cells
from supercooled.kernels.pair_entropy import entropies, gaussian_sums, neighbour_means
from supercooled.matching import coordinates, origin
from supercooled.quantities import labelled
from supercooled.structure.entropy import Logistic, described, half_measure
from supercooled.trajectory import Trajectory

# Neighbours beyond the last distance leak in: so many widths beyond it they still count.
LEAK = 5.0


@validated
@dataclass(frozen=True, slots=True)
class EntropyReading:
    """How a local pair entropy is read; every choice that changes it.

    width : of the Gaussian that each neighbour is smeared to, sigma_AA
    r : evenly spaced distances at which g is taken, sigma_AA, each standing for one step
    species : "partial", a g for each partner species, or "total", one that knows no species
    density : what g is measured against: "local", the density of the partners within `radius` of the
        particle, or "bulk", that of the whole box
    radius : of the local density, sigma_AA; None with "bulk"
    window : multiplies the integrand; None leaves it alone
    averaged_within : the value becomes the mean over the particle and its neighbours up to here,
        sigma_AA; None leaves it alone

    Raises
    ------
    ParameterError
        if a choice is missing, unknown or out of range.

    Source: graham2023, Eqs. 5, 6.

    >>> reading = EntropyReading(width=0.1, r=(0.4, 0.5, 0.6), species="partial", density="local", radius=3.0,
    ...     window=None, averaged_within=None)
    >>> round(reading.reach, 6), reading.outermost
    (1.1, 3.0)
    """

    width: float
    r: tuple[float, ...]
    species: Literal["partial", "total"]
    density: Literal["local", "bulk"]
    radius: float | None
    window: Logistic | None
    averaged_within: float | None

    def __post_init__(self) -> None:
        steps = np.diff(self.r)
        if len(self.r) < 2 or not (self.r[0] > 0 and (steps > 0).all() and np.ptp(steps) < 1e-6 * steps[0]):
            raise ParameterError(
                "r must hold two or more evenly spaced distances from above 0, for example "
                "np.arange(0.4, 3.05, 0.1)"
            )
        if not (np.isfinite(self.width) and self.width > 0):
            raise ParameterError(f"width must be positive, not {self.width}; for example width=0.1")
        if self.step > WIDEST * self.width:
            raise ParameterError(
                f"r is spaced by {self.step:g}, more than {WIDEST:g} widths of {self.width:g}: most "
                "neighbours would be seen at no distance"
            )
        if self.species not in ("partial", "total") or self.density not in ("local", "bulk"):
            raise ParameterError(
                "species must be 'partial' or 'total' and density 'local' or 'bulk', not "
                f"{self.species!r} and {self.density!r}"
            )
        if (self.density == "local") != (self.radius is not None and self.radius > 0):
            raise ParameterError(
                f"density='local' needs a radius (graham2023: 3.0) and 'bulk' radius=None, not "
                f"{self.density!r} and {self.radius}"
            )
        if self.averaged_within is not None and not self.averaged_within > 0:
            raise ParameterError(f"averaged_within must be positive or None, not {self.averaged_within}")

    @property
    def step(self) -> float:
        """Between two distances."""
        return float(np.diff(self.r).mean())

    @property
    def reach(self) -> float:
        """Distance beyond which no neighbour is smeared."""
        return self.r[-1] + LEAK * self.width

    @property
    def outermost(self) -> float:
        """Distance up to which a particle must meet each neighbour once."""
        return max(self.reach, self.radius or 0.0, self.averaged_within or 0.0)


@validated
def local_pair_entropy(
    trajectory: Trajectory,
    *,
    centre: str | None,
    width: Positive,
    r: Annotated[ArrayLike, Numbers(rank=1)],
    species: Literal["partial", "total"],
    density: Literal["local", "bulk"],
    radius: Positive | None,
    window: Logistic | None,
    averaged_within: Positive | None,
    frames: slice = slice(None),
    executor: Executor | None = None,
) -> xr.DataArray:
    r"""Pair entropy of each particle, from its own smeared radial distribution functions.

    .. math:: s^{(2)}_i = -2\pi \sum_K \rho^*_K \sum_k
        \left[g^i_K \ln g^i_K - g^i_K + 1\right] r_k^2\, L(r_k - \eta)\, \Delta r, \qquad
        g^i_K(r) = \frac{1}{4\pi \rho^*_K r^2} \sum_{j \in K,\, j \ne i}
        \frac{e^{-(r - r_{ij})^2/2\delta^2}}{\sqrt{2\pi}\,\delta}

    in units of k_B; in the plane pi r and 2 pi r stand for 2 pi r^2 and 4 pi r^2. The paper's Eq. 3 lacks
    the minus sign and the norm of the Gaussian, without which an ideal gas has g = 0.25. All neighbours
    up to five widths beyond the last distance count. A species of which no particle is within `radius`
    has rho* = 0 and adds nothing.

    centre : species whose particles are wanted; None takes all
    width, r, species, density, radius, window, averaged_within : see :class:`EntropyReading`; the paper
        has width 0.1, r from 0.4 to 3.0 in steps of 0.1, "partial", "local" with radius 3.0,
        Logistic(2.0, ...), None
    frames : which frames of the trajectory; their numbers in it stay
    executor : maps blocks of frames; None does them here

    Returns
    -------
    DataArray ``pair_entropy`` (frame, particle), dimensionless; ``particle`` numbers those of the centre
    species, ``time`` is that of each frame.

    Raises
    ------
    ParameterError
        if a choice is missing, unknown or out of range.
    TrajectoryError
        if `frames` chooses none.
    BoxError
        if a particle would meet a neighbour twice: the box is too small.

    Source: graham2023, Eqs. 3, 5, 6; Piaggi and Parrinello, J. Chem. Phys. 147, 114112 (2017) for the
    bulk density, one g for all species, and the mean over neighbours.

    >>> import supercooled as sc
    >>> lattice = np.stack(np.meshgrid(*[np.arange(8) * 1.1 - 4.4] * 3), axis=-1).reshape(1, -1, 3)
    >>> crystal = sc.Trajectory.from_arrays(lattice, sc.Box.cube(8.8))
    >>> s = local_pair_entropy(crystal, centre=None, width=0.1, r=np.arange(0.4, 3.05, 0.1),
    ...     species="partial", density="local", radius=3.0, window=Logistic(2.0, 1.0), averaged_within=None)
    >>> s.shape, bool(s.std() < 1e-9), round(float(s.mean()), 1)
    ((1, 512), True, -3.5)
    """
    distances = tuple(float(x) for x in np.atleast_1d(np.asarray(r, dtype=np.float64)))
    reading = EntropyReading(width, distances, species, density, radius, window, averaged_within)
    chosen = trajectory[frames]
    centres = np.arange(trajectory.n_particles) if centre is None else trajectory.of_species(centre)
    most = frames_within(64.0, trajectory.n_particles)
    size = shared_out(chosen.n_frames, most=most, executor=executor)
    blocks = [span.read for span in spans(0, chosen.n_frames, size=size, end=chosen.n_frames)]
    per_block = partial(_values, chosen, reading, centres)
    values = np.concatenate(list((map if executor is None else executor.map)(per_block, blocks)))
    return labelled(
        "pair_entropy",
        values,
        ("frame", "particle"),
        coordinates(chosen, particles=centres),
        **origin(trajectory),
        centre=centre or "all",
        width=width,
        r=list(distances),
        species=species,
        density=density,
        radius=radius or 0.0,
        window=described(window),
        averaged_within=averaged_within or 0.0,
    )


def _values(trajectory: Trajectory, reading: EntropyReading, centres: Integers, block: slice) -> Array:
    if reading.species == "partial":
        kind, n_kinds = trajectory.species.astype(np.int64), len(trajectory.names)
    else:
        kind, n_kinds = np.zeros(trajectory.n_particles, np.int64), 1
    positions, boxes, numbers = trajectory.positions(block), trajectory.boxes(block), trajectory.frames[block]
    out = np.empty((len(numbers), len(centres)))
    for row, number, xyz, edges in zip(out, numbers, positions, boxes, strict=True):
        box = Box.from_array(edges, trajectory.dimensions)
        if reading.outermost > 0.5 * box.heights.min():
            raise BoxError(
                f"{trajectory.source.name}: frame {number}: neighbours count up to {reading.outermost:.4g}, "
                f"beyond half of the smallest height {box.heights.min():.4g} of the box"
            )
        row[:] = _frame(xyz, box, kind, n_kinds, reading)[centres]
    return out


def _frame(xyz: Array, box: Box, kind: Integers, n_kinds: int, reading: EntropyReading) -> Array:
    """Pair entropy of every particle of a frame."""
    n, d = len(xyz), box.dimensions
    r = np.array(reading.r)
    ladder = make_ladder(reading.r[0], reading.step, len(r), reading.width)
    lanes = len(ladder.table)
    cells = make_cells(xyz, box.fractional(xyz), box.matrix, box.heights, reading.outermost)
    sums, inside = np.zeros((n, n_kinds, len(r) + 2 * lanes)), np.zeros((n, n_kinds))
    radius = reading.radius or 0.0
    gaussian_sums(half_of(cells), kind[cells.order], ladder, reading.reach, radius, sums, inside)
    if reading.density == "local":
        density = inside / (4.0 / 3.0 * np.pi * radius**3 if d == 3 else np.pi * radius**2)
    else:
        density = np.tile(np.bincount(kind, minlength=n_kinds) / box.volume, (n, 1))
    weight = half_measure(r, reading.step, d)
    # From a sum of Gaussians to a density at a distance.
    scale = reading.step / (2.0 * weight * np.sqrt(2.0 * np.pi) * reading.width)
    if reading.window is not None:
        weight = weight * reading.window(r)
    found = np.empty(n)
    entropies(sums, lanes, scale, density, weight, found)
    if reading.averaged_within is not None:
        alone, found = found, np.empty(n)
        neighbour_means(cells, alone, reading.averaged_within, found)
    values = np.empty(n)
    values[cells.order] = found
    return values

"""How fields of particles that are some distance apart go together."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import xarray as xr

from supercooled.arguments import Blocks, Positive, number_of_bins, validated
from supercooled.arguments.datasets import SpatialCorrelation
from supercooled.arrays import Array, Integers
from supercooled.blocks import jackknife_error, leave_one_out
from supercooled.chunks import map_add
from supercooled.errors import ParameterError
from supercooled.estimate import Estimate
from supercooled.kernels.field_pairs import pair_products
from supercooled.kernels.neighbours import half_of
from supercooled.mixture import pair_labels
from supercooled.neighbour_list import check_argument, sorted_into_cells
from supercooled.quantities import labelled
from supercooled.space.averages import (
    FieldOrFields,
    Fields,
    Piece,
    fields_of,
    in_bands,
    known_of_each_other,
)
from supercooled.structure.replicas import described
from supercooled.trajectory import Trajectory

# A correlation below so many of its standard errors is none.
SEEN = 3.0
# Lengths that are tried first, between a part of the shortest distance and a multiple of the longest.
TRIED = 200


@validated
def spatial_correlation(
    trajectories: Trajectory | Sequence[Trajectory],
    field: FieldOrFields,
    *,
    r_max: Positive,
    dr: Positive,
    other: FieldOrFields | None = None,
    blocks: Blocks = 5,
    executor: Executor | None = None,
) -> xr.Dataset:
    r"""Correlation in space of a field with itself, or with another one such as the motion to come.

    .. math:: C_{ab}(r) = \frac{\big\langle \sum_{i \in a} \sum_{j \in b,\, j \ne i}
              \delta S_i\, \delta \mu_j\, \delta(r - r_{ij}) \big\rangle}
              {\sigma_{S,a}\, \sigma_{\mu,b}\, \big\langle \sum_{i \in a} \sum_{j \in b,\, j \ne i}
              \delta(r - r_{ij}) \big\rangle}

    with mean and standard deviation of each species over all frames and runs, and mu = S where there is no
    other field. Fields that don't know of each other give 0, up to -1/(N - 1) of a field whose mean is
    the same in every frame.

    Parameters
    ----------
    trajectories
        one run, or several of one state point
    field
        (frame, particle) for each trajectory, of some of its frames and particles, as indicators and
        targets return it; particles whose value is NaN are left out
    r_max, dr
        largest distance and width of a bin, sigma_AA
    other
        mu of the same runs, at the places of the same frames: a target of a frame is the motion after it
    blocks
        contiguous parts of each run that are left out in turn, for errors; 1 leaves out whole runs
    executor
        maps chunks of frames; None does them here

    Returns
    -------
    xr.Dataset
        ``spatial_correlation`` (pair, r), its ``_error`` and ``_jackknife`` (block, pair, r), and
        ``n_pairs`` (pair, r). With another field AB is S of an A with mu of a B, and BA stands beside it. The
        attribute ``no_error`` says why errors are not known.

    Raises
    ------
    ParameterError
        if fields and trajectories don't match, or a field is the same for all particles.
    BoxError
        if `r_max` exceeds half of the smallest height of the box.

    References
    ----------
    schoenholz2016 (strong correlation of softness in space); E. D. Cubuk et al., Science 358, 1033
    (2017) (its length).

    Examples
    --------
    >>> import supercooled as sc
    >>> random = np.random.default_rng(1)
    >>> run = sc.Trajectory.from_arrays(random.uniform(-5, 5, (8, 500, 3)), sc.Box.cube(10.0))
    >>> x = xr.DataArray(random.normal(size=(8, 500)), {"frame": range(8)}, ("frame", "particle"), "x")
    >>> abs(spatial_correlation(run, x, r_max=5.0, dr=1.0).spatial_correlation).max().round(1).item()
    0.0
    """
    fields = fields_of(trajectories, blocks, field, other)
    n_bins = number_of_bins(r_max, dr)
    shift = _first_means(fields)
    sums = partial(_sums, shift, n_bins, dr, fields.n_parts)
    found = map_add(sums, fields.pieces(), executor)
    names = fields.runs[0].names
    values = _estimates(found.pairs.sum(axis=0), found.moments.sum(axis=0))
    _check_spread(values, found, shift)
    without = _estimates(leave_one_out(found.pairs), leave_one_out(found.moments))
    counts = found.pairs.sum(axis=0)[..., 0]
    a, b, labels = _pairs(names, one=other is None)
    independence, why = known_of_each_other(found.series(len(fields.runs)), blocks, "the field")
    pairs: Array = counts[a, b] * np.where((a == b) & (other is None), 0.5, 1.0)[:, None]
    chosen = pairs.sum(axis=1) > 0
    edges: Array = dr * np.arange(n_bins + 1, dtype=np.float64)
    coords: dict[str, Any] = {
        "pair": [label for label, here in zip(labels, chosen, strict=True) if here],
        "r": 0.5 * (edges[1:] + edges[:-1]),
    }
    if not chosen.any():
        raise ParameterError(f"no two particles with a value are nearer than r_max={r_max:g}")
    jackknife = without[:, a, b][:, chosen]
    error = independence * jackknife_error(jackknife)
    name, dims = "spatial_correlation", ("pair", "r")
    return xr.Dataset(
        {
            name: labelled(name, values[a, b][chosen], dims, coords),
            f"{name}_error": labelled(name, error, dims, coords),
            f"{name}_jackknife": labelled(name, jackknife, ("block", *dims), coords),
            "n_pairs": labelled("count", pairs[chosen], dims, coords),
        },
        attrs={**described(fields.runs), "r_max": r_max, "dr": dr, "blocks": blocks, "no_error": why},
    )


@validated
def correlation_length(
    curve: SpatialCorrelation, *, pair: str, shortest: Positive, longest: Positive
) -> Estimate:
    r"""Length over which a field is correlated, from an exponential.

    .. math:: C(r) = A\, e^{-r/\xi}

    by least squares over a range of distances, each weighted by its error where that is known, and by the
    number of its pairs else. A field without correlation has no length: where A is less than three of its
    errors, those that a field of random numbers has included, the length is 0, and its error the length
    that a field wholly correlated (A = 1) would have if its C at the shortest distance were as small as
    the error there.

    Parameters
    ----------
    curve
        what :func:`spatial_correlation` returns
    pair
        of species, such as "AA"
    shortest, longest
        range of distances that are fitted, sigma_AA

    Returns
    -------
    Estimate
        xi, sigma_AA

    Raises
    ------
    ParameterError
        if the pair is not there, or fewer than three distances lie in the range.

    References
    ----------
    E. D. Cubuk et al., Science 358, 1033 (2017).

    Examples
    --------
    >>> r = np.arange(0.5, 8.0)
    >>> of_r = {"spatial_correlation": (("pair", "r"), 0.6 * np.exp(-r / 2.0)[None]),
    ...         "n_pairs": (("pair", "r"), 1e6 * r[None]**2)}
    >>> correlation_length(xr.Dataset(of_r, {"pair": ["AA"], "r": r}), pair="AA", shortest=1.0,
    ...                    longest=6.0).value.__round__(3)
    2.0
    """
    if pair not in curve["pair"].values:
        there = ", ".join(map(str, curve["pair"].values))
        raise ParameterError(f"no pair {pair!r} among {there}")
    one = curve.sel(pair=pair)
    r = one["r"].values.astype(np.float64)
    values, pairs = (one[name].transpose("r").values for name in ("spatial_correlation", "n_pairs"))
    inside = (r >= shortest) & (r <= longest) & np.isfinite(values) & (pairs > 0)
    if inside.sum() < 3:
        raise ParameterError(
            f"{int(inside.sum())} distances from {shortest:g} to {longest:g} have a correlation: an "
            "exponential needs three; use a wider range or a smaller dr"
        )
    r, values, pairs = r[inside], values[inside], pairs[inside]
    by_chance = 1.0 / np.sqrt(pairs)
    errors = np.full(len(r), np.nan)
    if "spatial_correlation_error" in one:
        errors = one["spatial_correlation_error"].values[inside]
    known = bool(np.isfinite(errors).all() and (errors > 0).all())
    scatter = np.maximum(errors, by_chance) if known else by_chance
    weights = scatter**-2.0
    xi, amplitude = _exponential(r, values, weights)
    of_amplitude = 1.0 / np.sqrt(weights @ np.exp(-2.0 * r / xi))
    if amplitude < SEEN * of_amplitude:
        bound = r[0] / np.log(1.0 / min(scatter[0], 0.99))
        return Estimate(0.0, float(bound), "sigma_AA")
    why = str(curve.attrs.get("no_error", "")) or "the curve has no errors"
    if not known or "spatial_correlation_jackknife" not in one:
        return Estimate(xi, np.nan, "sigma_AA", why)
    parts = one["spatial_correlation_jackknife"].transpose("block", "r").values[:, inside]
    replicates = np.array([_exponential(r, part, weights)[0] for part in parts])
    error = float(jackknife_error(replicates))
    missing = "without one of its parts the correlation has no length"
    return Estimate(xi, error, "sigma_AA", "" if np.isfinite(error) else missing)


def _exponential(r: Array, values: Array, weights: Array) -> tuple[float, float]:
    """Length and amplitude of the exponential that leaves the least squares."""
    from scipy.optimize import minimize_scalar

    def amplitude(logarithm: float) -> float:
        shape = np.exp(-(r - r[0]) / np.exp(logarithm))
        return float((weights * values) @ shape / (weights @ shape**2))

    def left(logarithm: float) -> float:
        shape = np.exp(-(r - r[0]) / np.exp(logarithm))
        return float(weights @ (values - amplitude(logarithm) * shape) ** 2)

    tried = np.linspace(np.log(0.02 * (r[1] - r[0])), np.log(20.0 * r[-1]), TRIED)
    best = int(np.argmin([left(one) for one in tried]))
    low, high = tried[max(best - 1, 0)], tried[min(best + 1, TRIED - 1)]
    logarithm = float(minimize_scalar(left, bounds=(low, high), method="bounded", options={"xatol": 1e-9}).x)
    xi = float(np.exp(logarithm))
    return xi, amplitude(logarithm) * float(np.exp(min(r[0] / xi, 700.0)))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Of some frames.

    Parameters
    ----------
    pairs
        (part, species, species, bin, 4): pairs, x, y, x y
    moments
        (part, species, 5): particles, x, y, x^2, y^2
    bands
        number of the run and what tells of each frame how long the field lasts
    """

    pairs: Array
    moments: Array
    bands: list[tuple[int, Array]]

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(self.pairs + other.pairs, self.moments + other.moments, [*self.bands, *other.bands])

    def series(self, n_runs: int) -> list[Array]:
        """(frame, quantity) of each run."""
        return [np.array([band for run, band in self.bands if run == number]) for number in range(n_runs)]


def _sums(shift: Array, n_bins: int, dr: float, n_parts: int, piece: Piece) -> _Sums:
    """Sums over a piece's frames.

    Parameters
    ----------
    shift
        (field, species), taken off the values, so that sums of squares keep their digits
    """
    n = shift.shape[1]
    pairs, moments = np.zeros((n_parts, n, n, n_bins, 4)), np.zeros((n_parts, n, 5))
    bands = []
    for still in piece.frames():
        sums = np.zeros((n, n, n_bins, 4))
        check_argument(still.box, n_bins * dr, still.place, "r_max")
        if len(still.xyz):
            x, y = (still.values[k] - shift[k][still.species] for k in (0, -1))
            cells = sorted_into_cells(still.xyz, still.box, n_bins * dr)
            order = cells.order
            pair_products(half_of(cells), still.species[order], x[order], y[order], dr, sums)
            columns = np.stack([np.ones_like(x), x, y, x**2, y**2])
            moments[still.part] += np.stack([np.bincount(still.species, c, n) for c in columns], axis=1)
        pairs[still.part] += sums
        bands.append((piece.number, in_bands(sums[..., 3])))
    return _Sums(pairs, moments, bands)


def _first_means(fields: Fields) -> Array:
    """Mean of each species in the first frame that has some, (field, species)."""
    n = len(fields.runs[0].names)
    for piece in fields.pieces():
        for still in piece.frames():
            if len(still.xyz):
                counts = np.maximum(np.bincount(still.species, minlength=n), 1)
                return np.stack([np.bincount(still.species, x, n) / counts for x in still.values])
    raise ParameterError("the field is NaN for every particle in every frame")


def _estimates(pairs: Array, moments: Array) -> Array:
    """Correlation of each two species at each distance, (..., species, species, bin)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        number = moments[..., 0]
        x, y = moments[..., 1] / number, moments[..., 2] / number
        spread_x = np.sqrt(np.maximum(moments[..., 3] / number - x**2, 0.0))
        spread_y = np.sqrt(np.maximum(moments[..., 4] / number - y**2, 0.0))
        n, of_x, of_y, product = np.moveaxis(pairs, -1, 0)
        mean_x, mean_y = x[..., :, None, None], y[..., None, :, None]
        covariance = (product - mean_x * of_y - mean_y * of_x) / n + mean_x * mean_y
        return np.asarray(covariance / (spread_x[..., :, None, None] * spread_y[..., None, :, None]))


def _check_spread(values: Array, found: _Sums, shift: Array) -> None:
    number, *_ = np.moveaxis(found.moments.sum(axis=0), -1, 0)
    of_species = found.moments.sum(axis=0)[number > 0]
    for first, second, name in ((1, 3, "field"), (2, 4, "other")):
        mean = of_species[:, first] / of_species[:, 0]
        variance = of_species[:, second] / of_species[:, 0] - mean**2
        size = np.abs(shift).max(initial=0.0) + np.abs(mean)
        if not (variance > (1e-12 * size) ** 2).all():
            raise ParameterError(
                f"{name} is the same for all particles of a species, so it has no correlation in space"
            )


def _pairs(names: Sequence[str], *, one: bool) -> tuple[Integers, Integers, list[str]]:
    """Species of each pair and its label: unordered, or in order."""
    if one:
        a, b = np.triu_indices(len(names))
        return a, b, list(pair_labels(tuple(names)))
    between = "" if all(len(name) == 1 for name in names) else "-"
    a, b = (part.ravel() for part in np.indices((len(names), len(names))))
    return a, b, [f"{one}{between}{other}" for one in names for other in names]

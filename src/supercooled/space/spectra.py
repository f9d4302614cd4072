"""Fields and motion of particles at the wave vectors of the box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import xarray as xr

from supercooled.arguments import Blocks, Positive, Times, validated
from supercooled.arguments.datasets import Spectrum
from supercooled.arrays import AnyArray, Array, Integers
from supercooled.blocks import PART, block_of, independent, jackknife_error, leave_one_out
from supercooled.chunks import frames_within, map_add
from supercooled.dynamics.changing_box import warn_of_breathing
from supercooled.dynamics.hops import added_up
from supercooled.dynamics.lags import in_frames, pairing
from supercooled.dynamics.paths import continuous
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.kernels.shells import sum_shells
from supercooled.quantities import labelled
from supercooled.replicas import see_one_interval
from supercooled.space.averages import (
    FieldOrFields,
    Fields,
    Piece,
    fields_of,
    in_bands,
    known_of_each_other,
)
from supercooled.structure.density_modes import Modes
from supercooled.structure.replicas import described, in_one_order, one_box
from supercooled.trajectory import Trajectory

# Origins that are followed in one pass, at least, and megabytes of the places where they were.
ORIGINS, MEGABYTES = 32, 128.0
# Of a fit, where the square of a length may lie: negative ones are noise about 0.
LOWEST = -0.95


@validated
def field_structure_factor(
    trajectories: Trajectory | Sequence[Trajectory],
    field: FieldOrFields,
    *,
    q_max: Positive,
    dq: Positive,
    other: FieldOrFields | None = None,
    blocks: Blocks = 5,
    executor: Executor | None = None,
) -> xr.Dataset:
    r"""Structure factor of a field, or of a field with another one such as the motion to come.

    .. math:: S_{f}(q) = \frac{1}{N \sigma_f \sigma_g} \Big\langle \mathrm{Re} \sum_{ij}
        \delta f_i\, \delta g_j\, e^{-i \mathbf q \cdot (\mathbf r_i - \mathbf r_j)} \Big\rangle

    with g = f where there is no other field; means and standard deviations are those of each species over
    all frames. Every wave vector of the box up to `q_max` is used. A field of random numbers has 1, and with
    another one 0. With another field the ``coherence`` beside it is the cross spectrum over the root of the
    product of the two that the fields have by themselves, between -1 and 1: how well one says the other on
    the length 2 pi/q.

    Parameters
    ----------
    trajectories, field, other, blocks, executor
        as in :func:`spatial_correlation`
    q_max, dq
        largest wave number and width of a shell, 1/sigma_AA

    Returns
    -------
    xr.Dataset
        ``field_structure_factor`` (q), with ``coherence`` (q) if there is another field, each with its
        ``_error`` and ``_jackknife`` (block, q); ``n_vectors`` (q); the attribute ``no_error`` says why
        errors are not known.

    Raises
    ------
    BoxError
        if the box changes, or holds no wave vector up to `q_max`.
    ParameterError
        if fields and trajectories don't match, or a field is the same for all particles.

    References
    ----------
    J.-P. Hansen and I. R. McDonald, Theory of Simple Liquids, Academic Press 2013, Sec. 3.6 (Fourier
    components); E. Flenner, M. Zhang and G. Szamel, Phys. Rev. E 83, 051501 (2011), for mobilities.

    Examples
    --------
    >>> import supercooled as sc
    >>> random = np.random.default_rng(1)
    >>> run = sc.Trajectory.from_arrays(random.uniform(-5, 5, (8, 500, 3)), sc.Box.cube(10.0))
    >>> x = xr.DataArray(random.normal(size=(8, 500)), {"frame": range(8)}, ("frame", "particle"), "x")
    >>> found = field_structure_factor(run, x, q_max=4.0, dq=2.0)
    >>> round(float(found.field_structure_factor.mean()))
    1
    """
    fields = fields_of(trajectories, blocks, field, other)
    modes = Modes.of(one_box(fields.runs), q_max, dq)
    mean, spread = _means(fields)
    found = map_add(partial(_of_fields, modes, fields.n_parts, mean, spread), fields.pieces(), executor)
    independence, why = known_of_each_other(found.series(len(fields.runs)), blocks, "the field")
    coords = {"q": modes.q}
    data = {"n_vectors": labelled("n_vectors", modes.n_vectors, ("q",), coords)}
    results = [("field_structure_factor", 1 if other is not None else 0)]
    whole, parts = (
        _over(found.sums.sum(axis=0), found.weight.sum()),
        _over(leave_one_out(found.sums), leave_one_out(found.weight)[:, None, None]),
    )
    named = {name: (whole[k], parts[:, k]) for name, k in results}
    if other is not None:
        named["coherence"] = (_coherence(whole), _coherence(parts))
    for name, (value, without) in named.items():
        data[name] = labelled(name, value, ("q",), coords)
        data[f"{name}_error"] = labelled(name, independence * jackknife_error(without), ("q",), coords)
        data[f"{name}_jackknife"] = labelled(name, without, ("block", "q"), coords)
    return xr.Dataset(
        data, attrs={**described(fields.runs), "q_max": q_max, "dq": dq, "blocks": blocks, "no_error": why}
    )


@validated
def four_point_structure_factor(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    lags: Times,
    overlap_radius: Positive,
    q_max: Positive,
    dq: Positive,
    mobility: Literal["overlap", "displacement"] = "overlap",
    species: str | int | None = None,
    origin_spacing: Positive | None = None,
    blocks: Blocks = 5,
    remove_drift: bool = False,
    executor: Executor | None = None,
) -> xr.Dataset:
    r"""Four-point structure factor: where the particles are that stay, or that move, at once.

    .. math:: S_4(q, t) = \frac1N \Big\langle \Big| \sum_i w_i(t)\, e^{-i \mathbf q \cdot \mathbf r_i(0)}
        \Big|^2 \Big\rangle, \qquad
        \chi_4(t) = N \left(\langle \hat w^2 \rangle - \langle \hat w \rangle^2\right)

    over every wave vector of the box up to `q_max`, with :math:`w_i = \theta(a - |\Delta\mathbf r_i(t)|)` and
    :math:`\hat w` its mean over the particles of an origin. With ``mobility="displacement"`` it is
    :math:`w_i = (u_i - \langle u\rangle)/\sigma_u` of the distance :math:`u_i = |\Delta\mathbf r_i(t)|`,
    which leaves out what the density itself does. Particles that don't know of each other have
    :math:`S_4 = \langle w\rangle` at every q, or 1 by displacement.

    In a run of fixed N, chi4 is not the limit of S4 at q = 0: fluctuations of the density and of the
    composition are missing. Of one species

    .. math:: \lim_{q \to 0} S_4(q, t) = \chi_4(t)
        + \left(\frac{\partial\, \rho \langle w\rangle}{\partial\rho}\right)^2 S(0)

    which for walkers without forces is :math:`\chi_4 + \langle w\rangle^2`; :func:`ornstein_zernike` gives
    the limit without any of these by what S4 does at small q.

    Parameters
    ----------
    trajectories
        one run, or several of one state point
    lags
        (lag,), whole multiples of the interval between frames, tau
    overlap_radius
        a, sigma_AA
    q_max, dq
        largest wave number and width of a shell, 1/sigma_AA
    mobility
        w: "overlap" or "displacement"
    species
        whose particles; None takes all
    origin_spacing
        time between origins, tau; None takes every frame
    blocks
        contiguous parts of the origins of each run, left out in turn for errors; 1 leaves out whole runs
    remove_drift
        subtract the mean displacement of all particles; not done by default
    executor
        maps groups of origins; it never changes the answer

    Returns
    -------
    xr.Dataset
        ``four_point`` (lag, q), ``chi4`` (lag) and ``mobility`` (lag), the mean of w or of u, each
        with ``_error`` and ``_jackknife``; ``n_vectors`` (q), ``n_origins`` (lag); the attribute ``no_error``
        says why errors are not known.

    Raises
    ------
    BoxError
        if the box changes, or holds no wave vector up to `q_max`.
    ParameterError, TrajectoryError
        if a lag is not a multiple of the interval or longer than the runs, or frames are unevenly spaced.

    References
    ----------
    N. Lačević, F. W. Starr, T. B. Schrøder and S. C. Glotzer, J. Chem. Phys. 119, 7372 (2003); L.
    Berthier et al., J. Chem. Phys. 126, 184503 (2007) (fixed and free N); E. Flenner and G. Szamel, Phys.
    Rev. Lett. 105, 217801 (2010).

    Examples
    --------
    >>> import supercooled as sc
    >>> gas = np.random.default_rng(1).uniform(-5, 5, (1, 400, 3)) + np.zeros((6, 1, 1))
    >>> still = sc.Trajectory.from_arrays(gas, sc.Box.cube(10.0), unwrapped=True)
    >>> s4 = four_point_structure_factor(still, lags=[1.0], overlap_radius=0.3, q_max=4.0, dq=2.0)
    >>> s4.four_point.values.round(1), s4.chi4.values
    (array([[1., 1.]]), array([0.]))
    """
    runs = in_one_order(trajectories)
    see_one_interval(runs)
    times = np.atleast_1d(np.asarray(lags, dtype=np.float64))
    if not (times > 0).all() or (np.diff(times) <= 0).any():
        raise ParameterError("lags must be positive and increasing, for example lags=[10.0, 100.0]")
    modes = Modes.of(one_box(runs), q_max, dq)
    plans: list[_Plan] = []
    for number, run in enumerate(runs):
        warn_of_breathing(run)
        steps = in_frames(run, times, "lag")
        origins = pairing(run, times, None, origin_spacing).origins
        origins = origins[origins + int(steps.min()) < run.n_frames]
        if len(origins) == 0 or not (origins[0] + steps < run.n_frames).all():
            raise TrajectoryError(f"{run.source.name}: no two frames are {times.max():g} apart")
        before = plans[-1].part[-1] + 1 if plans else 0
        part = block_of(len(origins), blocks) + before
        chosen = np.arange(run.n_particles) if species is None else run.of_species(species)
        plans.append(_Plan(run, number, origins, part, steps, chosen, overlap_radius, mobility, remove_drift))
    n_parts = int(plans[-1].part[-1]) + 1
    items = [group for plan in plans for group in plan.groups()]
    found = map_add(partial(_of_origins, modes, n_parts), items, executor)
    independence, why = _independence(found, plans, times, blocks)
    n = len(plans[0].particles)
    names = ("four_point", "chi4", "mobility")
    whole = _four_point(found.sums.sum(axis=0), found.totals.sum(axis=0), n, mobility)
    without = _four_point(leave_one_out(found.sums), leave_one_out(found.totals), n, mobility)
    coords = {"lag": times, "q": modes.q}
    data = {
        "n_vectors": labelled("n_vectors", modes.n_vectors, ("q",)),
        "n_origins": labelled("count", found.totals[..., 0].sum(axis=0).astype(np.int64), ("lag",)),
    }
    for name, value, parts in zip(names, whole, without, strict=True):
        dims = ("lag", "q") if name == "four_point" else ("lag",)
        error = jackknife_error(parts) * (independence[:, None] if name == "four_point" else independence)
        entry = name if name == "four_point" else "chi4_overlap" if name == "chi4" else "overlap"
        for suffix, values in (("", value), ("_error", error)):
            data[name + suffix] = labelled(entry, values, dims)
        data[f"{name}_jackknife"] = labelled(entry, parts, ("block", *dims))
        if name == "mobility" and mobility == "displacement":
            for suffix in ("", "_error", "_jackknife"):
                data[name + suffix].attrs.update(units="sigma_AA", long_name="mean distance gone")
    result = xr.Dataset(data, coords=coords)
    for coordinate, values in coords.items():
        result[coordinate].attrs.update(labelled(coordinate, values, (coordinate,)).attrs)
    return result.assign_attrs(
        **described(runs), q_max=q_max, dq=dq, overlap_radius=overlap_radius, mobility_by=mobility,
        blocks=blocks, remove_drift=remove_drift, no_error=why,
    )  # fmt: skip


@validated
def ornstein_zernike(spectrum: Spectrum, *, q_max: Positive) -> xr.Dataset:
    r"""Length and strength of the heterogeneity from the small wave numbers of a spectrum.

    .. math:: S_4(q, t) = \frac{\chi_4(t)}{1 + q^2 \xi_4^2(t)}, \qquad 0 < q \le q_{max}

    by the likelihood of modes that are Gaussian, whose squares have S4 itself for their scatter
    (Whittle's): each shell counts by its number of wave vectors, and small S4 are not drawn to 0. The
    square of the length is what is fitted, and may come out negative where there is none: then, and where
    it is less than its error, the length is 0, with the root of that error.

    Parameters
    ----------
    spectrum
        what :func:`four_point_structure_factor` returns, or :func:`field_structure_factor`, whose
        length is that of the field
    q_max
        of the range that is fitted, 1/sigma_AA; it should stay below the first peak of S(q), and reach
        a few shells: 1.5 in the literature of the Kob-Andersen liquid

    Returns
    -------
    xr.Dataset
        ``correlation_length`` (lag), ``chi4_limit`` (lag), each with its ``_error``, and ``beyond_box``
        (lag): whether the length is larger than one over the smallest wave number, so that the box is too
        small to know it; of a field they have no lag. chi4_limit less the chi4 of S4 is what a fixed number
        of particles leaves out.

    Raises
    ------
    ParameterError
        if fewer than three shells lie below `q_max`.

    References
    ----------
    N. Lačević et al., J. Chem. Phys. 119, 7372 (2003); E. Flenner, M. Zhang and G. Szamel, Phys.
    Rev. E 83, 051501 (2011); P. Whittle, Ark. Mat. 2, 423 (1953).

    Examples
    --------
    >>> q = np.arange(0.3, 1.6, 0.2)
    >>> s4 = {"four_point": (("lag", "q"), (5.0 / (1 + 4.0 * q**2))[None])}
    >>> found = ornstein_zernike(xr.Dataset(s4, {"lag": [1.0], "q": q}), q_max=1.5)
    >>> found.correlation_length.values.round(3), found.chi4_limit.values.round(3)
    (array([2.]), array([5.]))
    """
    alone = "four_point" not in spectrum
    if alone and "field_structure_factor" not in spectrum:
        raise ParameterError(
            "spectrum holds neither four_point nor field_structure_factor, for example that of "
            "sc.space.four_point_structure_factor(run, lags=[9.0], overlap_radius=0.3, q_max=8.0, dq=0.2)"
        )
    four_point = _as_four_point(spectrum) if alone else spectrum
    q = four_point["q"].values.astype(np.float64)
    values = four_point["four_point"].transpose("lag", "q").values.astype(np.float64)
    inside = (q > 0) & (q <= q_max * (1 + 1e-9)) & np.isfinite(values).all(axis=0) & (values > 0).all(axis=0)
    if inside.sum() < 3:
        raise ParameterError(
            f"{int(inside.sum())} shells of wave vectors have a value up to q_max={q_max:g}: a fit needs "
            "three; use a larger q_max, or a smaller dq"
        )
    q, values = q[inside], values[:, inside]
    number = spectrum["n_vectors"].values[inside] if "n_vectors" in spectrum else np.ones(len(q))
    squares, limits = np.transpose([_lorentzian(q, row, number) for row in values])
    errors = np.full((2, len(values)), np.nan)
    why = str(spectrum.attrs.get("no_error", "")) or "the spectrum has no errors"
    if "four_point_jackknife" in four_point and "four_point_error" in four_point:
        parts = four_point["four_point_jackknife"].transpose("block", "lag", "q").values[..., inside]
        fits = np.array([[_lorentzian(q, row, number) for row in part] for part in parts])
        known = np.isfinite(four_point["four_point_error"].transpose("lag", "q").values[:, inside]).all(
            axis=1
        )
        errors = np.where(known, jackknife_error(np.moveaxis(fits, -1, 1)), np.nan)
        why = "" if np.isfinite(errors).all() else why
    seen = squares > np.nan_to_num(errors[0])
    length = np.where(seen, np.sqrt(np.maximum(squares, 0.0)), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_length = np.where(seen, errors[0] / (2.0 * length), np.sqrt(errors[0]))
    coords = {"lag": four_point["lag"].values}
    result = xr.Dataset(
        {
            "correlation_length": labelled("correlation_length", length, ("lag",), coords),
            "correlation_length_error": labelled("correlation_length", of_length, ("lag",)),
            "chi4_limit": labelled("four_point", limits, ("lag",)),
            "chi4_limit_error": labelled("four_point", errors[1], ("lag",)),
            "beyond_box": ("lag", length * q[0] > 1.0),
        },
        attrs={"q_max": q_max, "no_error": why},
    )
    return result.isel(lag=0, drop=True) if alone else result


def _as_four_point(spectrum: xr.Dataset) -> xr.Dataset:
    """A field's spectrum as if it were S4 at one lag."""
    ends = [end for end in ("", "_error", "_jackknife") if f"field_structure_factor{end}" in spectrum]
    names = {f"field_structure_factor{end}": f"four_point{end}" for end in ends}
    return spectrum.rename(names).expand_dims(lag=[0.0])


def _lorentzian(q: Array, values: Array, number: Array) -> tuple[float, float]:
    """Square of the length and limit at q = 0 of the likeliest Ornstein-Zernike form."""
    from scipy.optimize import minimize_scalar

    def limit(square: float) -> float:
        return float(number @ (values * (1.0 + q**2 * square)) / number.sum())

    def unlikely(square: float) -> float:
        model = limit(square) / (1.0 + q**2 * square)
        return float(number @ (np.log(model) + values / model))

    # Evenly spread in the logarithm of the form's fall over the range of q.
    tried = (np.geomspace(1.0 + LOWEST, 1e6, 400) - 1.0) / q[-1] ** 2
    best = int(np.argmin([unlikely(one) for one in tried]))
    bounds = tried[max(best - 1, 0)], tried[min(best + 1, len(tried) - 1)]
    square = float(minimize_scalar(unlikely, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x)
    return square, limit(square)


@dataclass(frozen=True, slots=True)
class _FieldSums:
    """Products (part, product, shell), particles (part,), and of each frame what tells how long it lasts."""

    sums: Array
    weight: Array
    bands: list[tuple[int, Array]]

    def __add__(self, other: _FieldSums) -> _FieldSums:
        return _FieldSums(self.sums + other.sums, self.weight + other.weight, [*self.bands, *other.bands])

    def series(self, n_runs: int) -> list[Array]:
        """(frame, quantity) of each run."""
        return [np.array([band for run, band in self.bands if run == number]) for number in range(n_runs)]


def _of_fields(modes: Modes, n_parts: int, mean: Array, spread: Array, piece: Piece) -> _FieldSums:
    n = len(mean)
    sums, weight = np.zeros((n_parts, n * (n + 1) // 2, len(modes.q))), np.zeros(n_parts)
    transform, bands = _Transform.of(modes, n), []
    for still in piece.frames():
        deviation = (still.values - mean[:, still.species]) / spread[:, still.species]
        of_frame = transform.products(still.xyz, deviation)
        sums[still.part] += of_frame
        weight[still.part] += len(still.xyz)
        bands.append((piece.number, in_bands(of_frame / max(len(still.xyz), 1))))
    return _FieldSums(sums, weight, bands)


@dataclass(frozen=True, slots=True)
class _Transform:
    """Particles to products of modes in shells; set up once."""

    modes: Modes
    plan: object
    out: AnyArray

    @classmethod
    def of(cls, modes: Modes, n: int) -> _Transform:
        return cls(modes, modes.plan(n), np.empty((n, *modes.shape), np.complex128))

    def products(self, xyz: Array, weights: Array) -> Array:
        """Mean over each shell of the products of each two of some weights, (product, shell).

        Parameters
        ----------
        xyz
            (particle, 3), in the box
        weights
            (weight, particle)
        """
        n = len(weights)
        sums = np.zeros((n * (n + 1) // 2, len(self.modes.q)))
        if len(xyz):
            angles, shift = self.modes.angles(xyz)
            self.plan.setpts(*angles)  # type: ignore[attr-defined]
            self.plan.execute(np.ascontiguousarray(weights * shift), self.out)  # type: ignore[attr-defined]
            sum_shells(self.out.reshape(n, *self.modes.shell.shape), self.modes.shell, sums)
        return np.asarray(sums / self.modes.n_vectors)


def _means(fields: Fields) -> tuple[Array, Array]:
    """Mean and standard deviation of each field and species, (field, species)."""
    sums = None
    n = len(fields.runs[0].names)
    shift = None
    for piece in fields.pieces():
        for still in piece.frames():
            if len(still.xyz) == 0:
                continue
            if shift is None:
                shift = still.values.mean(axis=1)[:, None]
            x = still.values - shift
            of_frame = np.stack(
                [
                    [np.bincount(still.species, one, n) for one in columns]
                    for columns in (np.ones_like(x), x, x**2)
                ]
            )
            sums = of_frame if sums is None else sums + of_frame
    if sums is None or shift is None:
        raise ParameterError("the field is NaN for every particle in every frame")
    with np.errstate(invalid="ignore"):
        mean, square = sums[1] / np.maximum(sums[0], 1), sums[2] / np.maximum(sums[0], 1)
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    there = sums[0] > 0
    size = np.abs(mean) + np.abs(shift)
    if (there & (spread <= 1e-12 * size)).any():
        raise ParameterError(
            "a field is the same for all particles of a species, so it has no correlation in space"
        )
    return mean + shift, np.where(there, spread, 1.0)


def _over(sums: Array, weight: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / weight)


def _coherence(products: Array) -> Array:
    """From (..., product, shell), the products of field and field, field and other, other and other."""
    own, cross, others = np.moveaxis(products, -2, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(cross / np.sqrt(own * others))


@dataclass(frozen=True, slots=True)
class _Plan:
    """One run and its origins.

    Parameters
    ----------
    origins, part
        (origin,), frames and which part of all runs each belongs to
    steps
        (lag,), frames
    """

    run: Trajectory
    number: int
    origins: Integers
    part: Integers
    steps: Integers
    particles: Integers
    radius: float
    mobility: str
    remove_drift: bool

    def groups(self) -> list[_Plan]:
        """Some origins in a row each: as many as are alive at once, but no more than memory holds."""
        spacing = int(np.diff(self.origins).min()) if len(self.origins) > 1 else 1
        alive = -(-int(self.steps.max()) // spacing)
        size = min(max(ORIGINS, alive), frames_within(MEGABYTES, self.run.n_particles))
        return [
            replace(self, origins=self.origins[k : k + size], part=self.part[k : k + size])
            for k in range(0, len(self.origins), size)
        ]

    def pairs(self) -> Iterator[tuple[int, int, Array, Array]]:
        """Number of the origin, number of the lag, places at the origin and way since then."""
        run, n = self.run, self.run.n_frames
        ends = (self.origins[:, None] + self.steps).ravel()
        needed = np.unique(np.concatenate([self.origins, ends[ends < n]]))
        if added_up(run):
            needed = np.arange(needed[0], needed[-1] + 1)
        some = replace(run, moments=run.times[needed], frames=run.frames[needed])
        starts: dict[int, Array] = {}
        of_origin = {int(frame): k for k, frame in enumerate(self.origins)}
        for first, places in continuous(some, 0, len(needed)):
            for xyz, frame in zip(places, needed[first : first + len(places)], strict=True):
                if int(frame) in of_origin:
                    starts[int(frame)] = xyz.copy()
                for lag, step in enumerate(self.steps):
                    begin = int(frame) - int(step)
                    if begin in starts:
                        way = xyz - starts[begin]
                        if self.remove_drift:
                            way -= way.mean(axis=0)
                        yield of_origin[begin], lag, starts[begin], way
                starts.pop(int(frame) - int(self.steps.max()), None)


@dataclass(frozen=True, slots=True)
class _OriginSums:
    """Of some origins.

    Parameters
    ----------
    sums
        (part, lag, product, shell)
    totals
        (part, lag, 5): origins, mean of w, its square, mean of w^2, and 1 for each particle
    bands
        run, lag, and what tells of each origin how long it lasts
    """

    sums: Array
    totals: Array
    bands: list[tuple[int, int, Array]]

    def __add__(self, other: _OriginSums) -> _OriginSums:
        return _OriginSums(self.sums + other.sums, self.totals + other.totals, [*self.bands, *other.bands])


def _of_origins(modes: Modes, n_parts: int, plan: _Plan) -> _OriginSums:
    by_distance = plan.mobility == "displacement"
    n_weights, n_lags = 1 + by_distance, len(plan.steps)
    sums = np.zeros((n_parts, n_lags, n_weights * (n_weights + 1) // 2, len(modes.q)))
    totals = np.zeros((n_parts, n_lags, 4))
    bands = []
    transform = _Transform.of(modes, n_weights)
    for origin, lag, start, way in plan.pairs():
        distance = np.linalg.norm(way[plan.particles], axis=1)
        w = distance if by_distance else (distance <= plan.radius).astype(np.float64)
        weights = np.stack([w, np.ones_like(w)]) if by_distance else w[None]
        inside = modes.box.wrap(start[plan.particles])[0]
        of_pair = transform.products(inside, weights)
        part, mean = plan.part[origin], w.mean()
        sums[part, lag] += of_pair
        totals[part, lag] += (1.0, mean, mean**2, (w**2).mean())
        bands.append((plan.number, lag, np.append(in_bands(of_pair), mean)))
    return _OriginSums(sums, totals, bands)


def _four_point(sums: Array, totals: Array, n: int, mobility: str) -> tuple[Array, Array, Array]:
    """S4 (..., lag, shell), chi4 and mean mobility (..., lag)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        origins, first, square, of_squares = np.moveaxis(totals, -1, 0)
        mean = first / origins
        chi = n * np.maximum(square / origins - mean**2, 0.0)
        products = sums / (n * origins[..., None, None])
        if mobility == "overlap":
            return products[..., 0, :], chi, mean
        variance = of_squares / origins - mean**2
        m = mean[..., None]
        about = products[..., 0, :] - 2.0 * m * products[..., 1, :] + m**2 * products[..., 2, :]
        return about / variance[..., None], chi / variance, mean


def _independence(found: _OriginSums, plans: Sequence[_Plan], times: Array, blocks: int) -> tuple[Array, str]:
    """1 or NaN of each lag, and why."""
    scale, why = np.ones(len(times)), ""
    for lag in range(len(times)):
        series = [
            np.array([band for run, k, band in found.bands if run == plan.number and k == lag])
            for plan in plans
        ]
        known = [one for one in series if len(one)]
        scale[lag], reason = known_of_each_other(known, blocks, "S4")
        why = why or reason
    if blocks > 1:
        lasting = min(
            float(plan.run.times[plan.origins[-1]] - plan.run.times[plan.origins[0]]) for plan in plans
        )
        long = independent(times, part=lasting / blocks)
        if np.isnan(long).any() and not why:
            why = (
                f"parts of {lasting / blocks:.3g} are not independent of each other at lags of more than a "
                f"{PART:g}th of that: prolong the run, or give four independent runs or more with blocks=1"
            )
        scale = scale * long
    return scale, why

"""Every measure of how far single particles move, in one pass over the frames."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Literal, cast

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Blocks, Positive, number_of_bins, validated
from supercooled.arrays import Array, Integers
from supercooled.dynamics.changing_box import warn_of_breathing
from supercooled.dynamics.curves import Axes, curves
from supercooled.dynamics.grouping import Field, group_names, grouping
from supercooled.dynamics.hops import added_up
from supercooled.dynamics.lags import blocks_of, pairing
from supercooled.dynamics.streaming import Plan, Tally
from supercooled.dynamics.wave_vectors import shell_vectors
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.kernels.correlators import Measures
from supercooled.replicas import replicas, see_one_interval
from supercooled.trajectory import Trajectory

# Shorter times between frames are rounding.
SHORTEST_LAG = 1e-15


@validated
def correlators(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    lags: ArrayLike,
    overlap_radius: Positive,
    wave_numbers: ArrayLike = (),
    shell_width: Positive | None = None,
    r_max: Positive | None = None,
    dr: Positive | None = None,
    species: str | int | None = None,
    particle_groups: Literal["species"] | Field | Sequence[Field] | None = None,
    group_labels: Sequence[str] | None = None,
    weights: Field | Sequence[Field] | None = None,
    tolerance: Positive | None = None,
    origin_spacing: Positive | None = None,
    blocks: Blocks = 5,
    remove_drift: bool = False,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.Dataset:
    r"""Displacements, overlap, self scattering, their fluctuations and the van Hove function.

    .. math:: \alpha_2(t) = \frac{d}{d+2} \frac{\langle\Delta r^4\rangle}{\langle\Delta r^2\rangle^2} - 1,
              \quad q(t) = \langle \theta(a - \Delta r) \rangle,
              \quad F_s(k,t) = \Big\langle \frac{\sin k\Delta r}{k\Delta r} \Big\rangle,
              \quad G_s(r,t) = \frac{\langle\delta(r - \Delta r)\rangle}{4\pi r^2},

    .. math:: \chi_4(t) = \big\langle N \hat q^2 \big\rangle
              - \frac{\langle N \hat q\rangle^2}{\langle N \rangle}

    over particles, time origins and replicas, in d dimensions; in two, F_s has J0(k Δr) and G_s
    2 pi r. In chi4 q^ is the mean over the N particles of one origin, of the overlap or of F_s as it is
    averaged here over directions. It falls short where few origins are independent, and has only the
    fluctuations of the ensemble that was run.

    Parameters
    ----------
    trajectories
        one run, or several of the same liquid at one state point
    lags
        (lag,), tau; whole multiples of the interval between frames unless `tolerance` is given
    overlap_radius
        a, sigma_AA
    wave_numbers
        (q,), k of F_s, 1/sigma_AA
    shell_width
        average over the box's wave vectors within half of it from k instead of all directions
    r_max, dr
        largest distance and width of a bin of G_s, sigma_AA; without them G_s is left out
    species
        whose particles; None takes all
    particle_groups
        average each group by itself: "species", or whole numbers (particle,) or
        (frame, particle) that count at the time origin, -1 for none. The labels ``frame``, ``time`` and
        ``particle`` of a DataArray say which frames and particles it holds, and only these frames are
        origins; one for each run where there are several
    group_labels
        what the groups are called; they are counted where it is left out
    weights
        of particles, shaped like `particle_groups`; N is then their sum
    tolerance
        fraction of a lag by which a pair's time may differ from it; frames may then be unevenly
        spaced, and ``mean_lag`` says what the mean was
    origin_spacing
        time between origins, tau (at least, for uneven frames); None takes every frame
    blocks
        contiguous parts of each run, left out in turn for the errors; 1 leaves out whole runs
    remove_drift
        subtract the mean position of all particles in each frame; not done by default
    executor, megabytes
        map groups of origins; they never change the answer

    Returns
    -------
    xr.Dataset
        ``msd``, ``quartic``, ``alpha2``, ``overlap``, ``chi4_overlap`` (lag), ``scattering``,
        ``chi4_scattering`` (q, lag), ``van_hove`` (lag, r) and the share ``van_hove_beyond`` r_max (lag), all
        with ``group`` first if there are groups; each with its standard error ``*_error`` and its values
        without each block ``*_jackknife`` (block, ...), and ``n_origins`` (lag). An error is NaN, and the
        attribute ``no_error`` says why, where a block is shorter than five lags or than five times that in
        which the overlap falls to 1/e: then blocks know of each other, and scatter less than runs would. Lags
        that all lie before tell no more than the longest of them: ask for some beyond.
        Several runs with ``blocks=1`` are independent however short. Fewer than four parts give no error.

    Raises
    ------
    ParameterError
        if a lag is not a multiple of the interval, a species or group is absent, or a parameter is out
        of range.
    TrajectoryError
        if frames are unevenly spaced without a tolerance, or no two frames are a lag apart.
    BoxError
        if a shell of wave vectors is asked for and the box changes or has none there.

    Notes
    -----
    Frames pass once, and only those that end or begin a pair are read where the file gives images or
    unwrapped positions. Memory: 24 bytes a particle for each origin that is younger than the longest
    lag, whatever the length of the run; beyond `megabytes`, groups of origins take one pass each. A
    wide `origin_spacing` keeps a long run to one.

    References
    ----------
    sharma2022, Secs. III and IV B; nandi2021, SI (overlap); graham2023 (F_s). chi4:
    C. Toninelli et al., Phys. Rev. E 71, 041505 (2005), here for one N or many.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> flight = np.arange(10)[:, None, None] * np.array([0.1, 0.2, 0.2])
    >>> run = Trajectory.from_arrays(flight, Box.cube(9.0), unwrapped=True)
    >>> found = correlators(run, lags=[1, 2, 3], overlap_radius=0.7, wave_numbers=[7.2])
    >>> found.msd.values.round(2)
    array([0.09, 0.36, 0.81])
    >>> found.scattering.sel(q=7.2).values.round(2)
    array([ 0.38, -0.21,  0.03])
    """
    runs = list(replicas(trajectories))
    see_one_interval(runs)
    times = _lags(runs, lags)
    _check(overlap_radius, blocks, tolerance)
    alone = isinstance(trajectories, Trajectory)
    labels, heavy = (
        _each(particle_groups, len(runs), alone, "particle_groups"),
        _each(weights, len(runs), alone, "weights"),
    )
    names = group_names(runs, labels, group_labels)
    edges, waves = _edges(r_max, dr), _waves(wave_numbers, shell_width)
    axes = Axes(times, None if particle_groups is None else names, waves, edges, runs[0].dimensions)
    plans = []
    for run, label, weight in zip(runs, labels, heavy, strict=True):
        warn_of_breathing(run)
        sorting = grouping(run, species, label, weight, len(names))
        plans.append(
            Plan(
                run=run,
                pairing=sorting.known(pairing(run, times, tolerance, origin_spacing)),
                groups=sorting,
                measures=_measures(run, overlap_radius, waves, shell_width, edges),
                block=blocks_of(run.times, blocks),
                blocks=blocks,
                bins=len(edges) - 1,
                # The drift of those that come and go is added up from frame to frame.
                continuous=added_up(run) or (remove_drift and run.field_of_view is not None),
                remove_drift=remove_drift,
                megabytes=megabytes,
            )
        )
    used = [plan.pairing.used() for plan in plans]
    _check_reach(runs, times, np.sum([counts for _, counts in used], axis=0))
    parts = [plan.tally(needed, executor) for plan, (needed, _) in zip(plans, used, strict=True)]
    total = Tally(np.concatenate([p.sums for p in parts]), np.concatenate([p.histogram for p in parts]))
    durations = np.array([run.times[-1] - run.times[0] for run in runs])
    spacing = origin_spacing if origin_spacing is not None else durations[0] / max(runs[0].n_frames - 1, 1)
    return curves(total, axes, durations.mean() / blocks, whole_runs=blocks == 1).assign_attrs(
        dimensions=runs[0].dimensions,
        species="all" if species is None else runs[0].names[runs[0].species_index(species)],
        overlap_radius=float(overlap_radius),
        origin_spacing=float(spacing),
        blocks=blocks,
        replicas=len(runs),
        duration=float(durations.sum()),
        remove_drift=remove_drift,
        **_noise_floor(runs),
    )


def _noise_floor(runs: list[Trajectory]) -> dict[str, float]:
    """The mean squared displacement of particles that stand still, as they are not seen sharply; if known."""
    errors = [
        run.field_of_view.localisation_error
        for run in runs
        if run.field_of_view is not None and run.field_of_view.localisation_error is not None
    ]
    if not errors:
        return {}
    return {"noise_floor": float(2 * runs[0].dimensions * np.mean(np.square(errors)))}


def _lags(runs: list[Trajectory], lags: ArrayLike) -> Array:
    times = np.atleast_1d(np.asarray(lags, dtype=np.float64))
    if times.ndim != 1 or len(times) == 0 or not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        raise ParameterError("lags must be increasing times, for example lags=[1.0, 2.0, 5.0, 10.0]")
    if times[0] < SHORTEST_LAG:
        raise ParameterError(f"lags must be positive, not {times[0]:g}")
    longest = max(run.times[-1] - run.times[0] for run in runs)
    if times[-1] > longest * (1 + 1e-9):
        raise TrajectoryError(
            f"{runs[0].source.name}: the longest lag, {times[-1]:g}, exceeds the longest run, "
            f"{longest:g}: use a longer run or shorter lags"
        )
    return times


def _check(radius: float, blocks: int, tolerance: float | None) -> None:
    if not (np.isfinite(radius) and radius > 0):
        raise ParameterError(f"overlap_radius must be positive, not {radius}, for example overlap_radius=0.3")
    if blocks < 1:
        raise ParameterError(f"blocks must be at least 1, not {blocks}")
    if tolerance is not None and not 0 < tolerance < 1:
        raise ParameterError(
            f"tolerance must be between 0 and 1, not {tolerance}, for example tolerance=0.05"
        )


def _check_reach(runs: list[Trajectory], lags: Array, pairs: Integers) -> None:
    if not pairs.all():
        raise TrajectoryError(
            f"{runs[0].source.name}: no origin has a frame {lags[int(np.argmin(pairs > 0))]:g} later: "
            "choose lags that occur between frames, a wider tolerance or more origins"
        )


def _each(
    fields: Literal["species"] | Field | Sequence[Field] | None, n_runs: int, alone: bool, what: str
) -> list[Literal["species"] | Field | None]:
    """One field for each run."""
    if fields is None or isinstance(fields, str):
        return [cast("Literal['species'] | None", fields)] * n_runs
    if alone:
        return [cast("Field", fields)]
    several = list(cast("Sequence[Field]", fields))
    if len(several) != n_runs:
        raise ParameterError(f"give {what} for each of the {n_runs} runs, not {len(several)}")
    return [*several]


def _edges(r_max: float | None, dr: float | None) -> Array:
    if r_max is None and dr is None:
        return np.zeros(1)
    if r_max is None or dr is None or not 0 < dr <= r_max < np.inf:
        raise ParameterError(
            f"the van Hove function needs 0 < dr <= r_max, not dr={dr}, r_max={r_max}; try r_max=3.0, dr=0.02"
        )
    return np.asarray(dr * np.arange(number_of_bins(r_max, dr, rounding=1e-9) + 1.0))


def _waves(wave_numbers: ArrayLike, width: float | None) -> Array:
    waves = np.atleast_1d(np.asarray(wave_numbers, np.float64))
    if waves.ndim != 1 or not (np.isfinite(waves) & (waves > 0)).all():
        raise ParameterError("wave_numbers must be positive, for example wave_numbers=[7.25]")
    if width is not None and not (np.isfinite(width) and width > 0):
        raise ParameterError(f"shell_width must be positive, not {width}, for example shell_width=0.2")
    return waves


def _measures(run: Trajectory, radius: float, waves: Array, width: float | None, edges: Array) -> Measures:
    shells = [] if width is None else [shell_vectors(run.fixed_box(), float(q), width) for q in waves]
    return Measures(
        radius2=float(radius) ** 2,
        squares=waves**2,
        vectors=np.concatenate([np.zeros((0, 3)), *shells]),
        starts=np.cumsum([0, *map(len, shells)]),
        planar=run.dimensions == 2,
        bins_a_length=1.0 / float(edges[1]) if len(edges) > 1 else 0.0,
    )

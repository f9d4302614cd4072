"""How far each particle goes, averaged over everything but where it started."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, Times, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.chunks import map_add
from supercooled.dynamics.changing_box import warn_of_breathing
from supercooled.dynamics.paths import continuous
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.matching import origin
from supercooled.parcels import parcels
from supercooled.quantities import labelled
from supercooled.replicas import replicas
from supercooled.trajectory import Trajectory

# A position that a file rounds to four digits is still the same.
SAME = 1e-3


@validated
def propensity(
    runs: Sequence[Trajectory],
    *,
    times: Times,
    remove_drift: bool = False,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.Dataset:
    r"""Mean displacement of every particle over runs that start from one configuration.

    .. math:: \langle|\Delta\mathbf r_i(t)|\rangle_\mathrm{iso} = \frac1n \sum_{k=1}^n
              |\mathbf r_i^{(k)}(t) - \mathbf r_i(0)|

    Parameters
    ----------
    runs
        n of them, from the same positions with different velocities; their first frames are compared
    times
        (time,), after the first frame, at which every run has a frame, tau
    remove_drift
        subtract the mean displacement of all particles in each run; not done by default
    executor, megabytes
        map runs, each read in chunks; they never change the answer

    Returns
    -------
    xr.Dataset
        ``propensity`` (time, particle), sigma_AA; ``propensity_spread``, the standard deviation over
        runs, and ``propensity_error``, that over the root of n, the standard error; ``propensity_squared``,
        the mean of the squared displacement, sigma_AA^2.

    Raises
    ------
    ParameterError
        if there are fewer than two runs, one is given twice, or a run has no frame at a time.
    TrajectoryError
        naming run and particle, if the runs don't start from the same configuration.

    References
    ----------
    A. Widmer-Cooper, P. Harrowell and H. Fynewever, Phys. Rev. Lett. 93, 135701 (2004), whose
    propensity is the squared one; graham2023, Sec. III.A, and its reference 38.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> ways = np.zeros((2, 3, 1, 3))
    >>> ways[0, 2, 0, 0], ways[1, 2, 0, 1] = 1.0, 2.0
    >>> runs = [Trajectory.from_arrays(way, Box.cube(9.0), unwrapped=True) for way in ways]
    >>> found = propensity(runs, times=[2.0])
    >>> found.propensity.values, found.propensity_error.values
    (array([[1.5]]), array([[0.5]]))
    """
    wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
    distances = distances_gone(
        runs, wanted, remove_drift=remove_drift, executor=executor, megabytes=megabytes
    )
    n = len(runs)
    spread = distances.std(axis=0, ddof=1)
    dims = ("time", "particle")
    coords = {"time": wanted, "particle": np.arange(runs[0].n_particles)}
    found = {
        "propensity": labelled("propensity", distances.mean(axis=0), dims, coords),
        "propensity_spread": labelled("propensity", spread, dims, coords),
        "propensity_error": labelled("propensity", spread / np.sqrt(n), dims, coords),
        "propensity_squared": labelled("msd", (distances**2).mean(axis=0), dims, coords),
    }
    found["propensity_spread"].attrs["long_name"] = "standard deviation of the displacement over runs"
    found["propensity_error"].attrs["long_name"] = "standard error of the propensity"
    found["propensity_squared"].attrs["long_name"] = "mean squared displacement over runs"
    made = {**origin(runs[0]), "trajectory": [run.fingerprint for run in runs]}
    return xr.Dataset(found, attrs={"runs": n, "remove_drift": remove_drift, **made})


def distances_gone(
    runs: Sequence[Trajectory],
    wanted: Array,
    *,
    remove_drift: bool = False,
    executor: Executor | None = None,
    megabytes: float = 64.0,
) -> Array:
    """How far each particle goes in each run of a propensity, (run, time, particle)."""
    if isinstance(runs, Trajectory) or len(runs) < 2:
        raise ParameterError("a propensity needs two or more runs from the same configuration")
    if wanted.ndim != 1 or not np.isfinite(wanted).all() or (np.diff(wanted) <= 0).any() or wanted[0] <= 0:
        raise ParameterError("times must be positive and increasing, for example times=[1.0, 10.0]")
    for run in runs:
        _check_start(runs[0], run)
    for run in replicas(runs):
        warn_of_breathing(run)
    plans = [_Plan(run, _frames_at(run, wanted), remove_drift, megabytes) for run in runs]
    pool = parcels(executor, lambda plan: [(plan.trajectory, slice(None))], *runs)
    return np.stack(map_add(_distances, plans, pool))


@dataclass(frozen=True, slots=True)
class _Plan:
    """One run and the frames asked of it."""

    trajectory: Trajectory
    frames: Integers
    remove_drift: bool
    megabytes: float


def _check_start(one: Trajectory, other: Trajectory) -> None:
    name = other.source.name
    if not np.array_equal(one.species, other.species) or one.names != other.names:
        raise TrajectoryError(f"{name}: its species are not those of {one.source.name}")
    first, second = (run.boxes(slice(0, 1))[0] for run in (one, other))
    if one.dimensions != other.dimensions or not np.allclose(first, second, rtol=1e-6, atol=1e-9):
        raise TrajectoryError(f"{name}: the box of its first frame is not that of {one.source.name}")
    box = Box.from_array(first, one.dimensions)
    apart = box.minimum_image(other.positions(slice(0, 1))[0] - one.positions(slice(0, 1))[0])
    distance = np.linalg.norm(apart, axis=1)
    if distance.max() > SAME:
        i = int(distance.argmax())
        raise TrajectoryError(
            f"{name}: particle {i} of its first frame is {distance[i]:.3g} away from that of "
            f"{one.source.name}: the runs of a propensity must start from one configuration"
        )


def _frames_at(run: Trajectory, times: Array) -> Integers:
    since = run.times - run.times[0]
    frames = np.asarray(np.abs(since[:, None] - times).argmin(axis=0), dtype=np.int64)
    missing = np.abs(since[frames] - times) > 1e-6 * times
    if missing.any():
        raise ParameterError(
            f"{run.source.name}: there is no frame at {times[missing][0]:g} after the first; "
            f"the last is at {since[-1]:g}"
        )
    return frames


def _distances(plan: _Plan) -> list[Array]:
    """How far each particle has gone at each time, (time, particle)."""
    found = np.empty((len(plan.frames), plan.trajectory.n_particles))
    start: Array | None = None
    for first, places in continuous(plan.trajectory, 0, int(plan.frames[-1]) + 1, megabytes=plan.megabytes):
        start = places[0] if start is None else start
        (rows,) = np.nonzero((plan.frames >= first) & (plan.frames < first + len(places)))
        for row in rows:
            step = places[plan.frames[row] - first] - start
            drift = step.mean(axis=0) if plan.remove_drift else 0.0
            found[row] = np.linalg.norm(step - drift, axis=1)
    return [found]

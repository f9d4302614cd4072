"""How far particles move in a given time."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Blocks, Positive, validated
from supercooled.dynamics.correlators import correlators
from supercooled.trajectory import Trajectory


@validated
def displacements(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    lags: ArrayLike,
    overlap_radius: Positive,
    species: str | int | None = None,
    origin_spacing: Positive | None = None,
    blocks: Blocks = 5,
    remove_drift: bool = False,
    tolerance: Positive | None = None,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.Dataset:
    r"""Mean squared displacement, non-Gaussian parameter and self overlap against time.

    .. math:: \alpha_2(t) = \frac{d}{d+2} \frac{\langle\Delta r^4\rangle}{\langle\Delta r^2\rangle^2} - 1,
              \qquad q(t) = \langle \theta(a - |\Delta\mathbf r|) \rangle

    averaged over particles, time origins and replicas, in d dimensions. These are the curves of
    :func:`correlators` that need nothing but a radius; its parameters, errors and limits are these.

    Parameters
    ----------
    trajectories
        one run, or several of the same liquid at one state point
    lags
        (lag,), whole multiples of the interval between frames, tau
    overlap_radius
        a, sigma_AA
    species
        whose particles; None takes all
    origin_spacing
        time between origins, tau; None takes every frame
    blocks
        contiguous parts of each run, left out in turn for the errors; 1 leaves out whole runs
    remove_drift
        subtract the mean position of all particles in each frame; not done by default
    tolerance
        of a lag, as a fraction, where frames are unevenly spaced in time
    executor, megabytes
        map groups of origins; they never change the answer

    Returns
    -------
    xr.Dataset
        ``msd``, ``quartic``, ``alpha2``, ``overlap``, ``chi4_overlap`` (lag), each with ``*_error``
        and ``*_jackknife``, and ``n_origins`` (lag).

    Raises
    ------
    ParameterError
        if a lag is not a multiple of the interval, or a parameter is out of range.
    TrajectoryError
        if frames are unevenly spaced, or no run is as long as the longest lag.

    References
    ----------
    sharma2022, Secs. III and IV B; nandi2021, SI (overlap).

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> flight = np.arange(10)[:, None, None] * np.array([0.1, 0.2, 0.2])
    >>> run = Trajectory.from_arrays(flight, Box.cube(9.0), unwrapped=True)
    >>> displacements(run, lags=[1, 2, 3], overlap_radius=0.7).msd.values.round(2)
    array([0.09, 0.36, 0.81])
    """
    return correlators(
        trajectories,
        lags=lags,
        overlap_radius=overlap_radius,
        species=species,
        origin_spacing=origin_spacing,
        blocks=blocks,
        remove_drift=remove_drift,
        tolerance=tolerance,
        executor=executor,
        megabytes=megabytes,
    )

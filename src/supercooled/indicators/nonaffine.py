"""How the surroundings of a particle have deformed until now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supercooled.arguments import Positive, validated
from supercooled.arrays import Array
from supercooled.dynamics import nonaffine_displacement
from supercooled.errors import ParameterError
from supercooled.fields import Indicator, parameter
from supercooled.frame import Frame
from supercooled.trajectory import Trajectory


@validated
@dataclass(frozen=True)
class NonaffineBefore(
    Indicator,
    unit="sigma_AA^2",
    symbol=r"$D^2_\mathrm{min}$",
    long_name="deviation from the best local affine deformation in the time before",
    source="Falk and Langer 1998",
):
    r"""Deviation of the neighbours' motion in the time before from the affine deformation that fits it best.

    .. math:: D^2_\mathrm{min}(i, t) = \min_{\mathsf J} \sum_{j:\, r_{ij}(t - \Delta t) < r_c}
              |\mathbf r_{ij}(t) - \mathsf J\, \mathbf r_{ij}(t - \Delta t)|^2

    It needs no future, and so may foretell one: :class:`supercooled.targets.NonaffineMotion` is the same of
    the time that follows. Frames that have no earlier one so far back have none: NaN.

    Parameters
    ----------
    window
        Delta t, tau, a multiple of the interval between frames
    cutoff
        r_c of the neighbours at the beginning of the window, sigma_AA

    Raises
    ------
    ParameterError
        if the window is not a multiple of the interval.
    TrajectoryError
        if a particle's neighbours are too few for a deformation.

    References
    ----------
    Falk and Langer, Phys. Rev. E 57, 7192 (1998), Eqs. 2.11 to 2.14.

    Examples
    --------
    >>> from supercooled import Box
    >>> gas = np.random.default_rng(1).uniform(-3, 3, (1, 200, 3))
    >>> sheared = np.concatenate([gas, gas + 0.1 * gas[..., [1, 2, 0]]])
    >>> run = Trajectory.from_arrays(sheared, Box.cube(30.0), unwrapped=True)
    >>> found = NonaffineBefore(window=1.0, cutoff=3.0).of(run)
    >>> bool(found[0].isnull().all()), bool(found[1].max() < 1e-20)
    (True, True)
    """

    window: Positive = parameter(1.0, unit="tau")
    cutoff: Positive = parameter(1.9, unit="sigma_AA")

    def __call__(self, frame: Frame) -> Array:
        """Value of every particle, (particle,)."""
        run = frame.run
        if not isinstance(run, Trajectory) or run.n_frames < 2:
            return np.full(frame.n_particles, np.nan)
        ratio = self.window / run.interval
        back = round(ratio)
        if back < 1 or abs(ratio - back) > 1e-6 * ratio:
            raise ParameterError(
                f"{frame.place}: the window {self.window:g} is not a multiple of the interval between frames "
                f"{run.interval:g}"
            )
        if frame.row < back:
            return np.full(frame.n_particles, np.nan)
        both = run[frame.row - back : frame.row + 1 : back]
        found = nonaffine_displacement(both, lag=both.interval, cutoff=self.cutoff)
        return np.asarray(found["nonaffine"].values[0], dtype=np.float64)

"""Whether a driven liquid has come to its steady state."""

from __future__ import annotations

import numpy as np

from supercooled import dynamics
from supercooled.arguments import validated
from supercooled.store.ageing import ERRORS, OVERLAP_RADIUS, Agreement, blocking_error
from supercooled.store.energies import logged
from supercooled.trajectory import Trajectory

# Errors from few blocks are themselves uncertain: differences below this share pass.
_SHARE_OF_MSD = 0.1


@validated
def steady_state(run: Trajectory) -> dict[str, Agreement]:
    """Energy and mean squared displacement in the two halves of a run.

    Parameters
    ----------
    run
        run of this package

    Returns
    -------
    dict[str, Agreement]
        ``energy``: potential energy per particle, to four standard errors (blocking); ``msd``: mean squared
        displacement after a quarter of the run, all particles, to four standard errors (jackknife) or a tenth

    Raises
    ------
    ParameterError
        if the run's file logs no energies.

    Notes
    -----
    A liquid that is driven has no equilibrium to come to, but these must not drift.
    """
    middle = run.n_frames // 2
    halves = (run[:middle], run[middle:])
    energies = [logged(half, "potential_energy").values for half in halves]
    error = float(np.linalg.norm([blocking_error(e) for e in energies]))
    lag = (middle // 2) * run.interval
    curves = [dynamics.displacements(half, lags=[lag], overlap_radius=OVERLAP_RADIUS) for half in halves]
    msd = [float(c["msd"][0]) for c in curves]
    msd_error = float(np.linalg.norm([np.nan_to_num(float(c["msd_error"][0])) for c in curves]))
    return {
        "energy": Agreement(float(energies[0].mean()), float(energies[1].mean()), ERRORS * error),
        "msd": Agreement(msd[0], msd[1], max(ERRORS * msd_error, _SHARE_OF_MSD * float(np.mean(msd)))),
    }

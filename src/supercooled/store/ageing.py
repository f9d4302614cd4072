"""Whether a run has forgotten where it started, or a driven one is steady: its two halves must agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from supercooled.arguments import validated
from supercooled.arrays import Array
from supercooled.store.energies import logged
from supercooled.trajectory import Trajectory

if TYPE_CHECKING:
    from supercooled.estimate import Estimate

# Halves that differ by chance alone pass: in four standard errors once in 16000.
ERRORS = 4.0
PEAK = 0.03
OVERLAP_RADIUS = 0.3
# Noise of a peak that 40 frames of 4000 particles give is 0.3 %; in their eighths it is measured.
FRAMES_FOR_PEAK = 40
_BLOCKS_FOR_PEAK = 8
# Errors from few blocks are themselves uncertain: differences below this share pass.
_SHARE_OF_MSD = 0.1


@dataclass(frozen=True, slots=True)
class Agreement:
    """A quantity in the first and in the second half of a run.

    Parameters
    ----------
    limit
        largest difference that passes
    """

    first: float
    second: float
    limit: float

    @property
    def passed(self) -> bool:
        """Whether the halves agree."""
        return bool(abs(self.first - self.second) <= self.limit)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "passed": self.passed}


def compare(run: Trajectory) -> dict[str, Agreement]:
    """Energy, height of the first peak of g(r) of the first species, and overlap, of the two halves.

    Parameters
    ----------
    run
        run of this package

    Returns
    -------
    dict[str, Agreement]
        ``energy``: potential energy per particle, to four standard errors (blocking), or what one percent of
        the temperature makes of it, where the run is too short to tell; ``peak``: mean over eighths of a
        half, to four standard errors of it, or 3 %, since few particles make a noisy one; ``overlap``: after
        half of a half, radius 0.3, to four standard errors (jackknife), or 0.1
    """
    middle = run.n_frames // 2
    halves = (run[:middle], run[middle:])
    energies = [logged(half, "potential_energy").values for half in halves]
    # If nothing changes, both halves have the error of the second; if something does, the first is worse.
    error = float(np.sqrt(2.0)) * blocking_error(energies[1])
    temperature = float(logged(run, "kinetic_temperature").mean())
    energy_limit = max(ERRORS * error, _one_percent(energies[1], temperature, run.n_particles))
    heights = [_peaks(half) for half in halves]
    peaks = [float(h.mean()) for h in heights]
    noise = float(np.linalg.norm([h.std(ddof=1) / np.sqrt(len(h)) for h in heights]))
    lag = (middle // 2) * run.interval
    curves = [_overlap(half, [lag]) for half in halves]
    overlap_errors = [np.nan_to_num(float(c["overlap_error"][0])) for c in curves]
    return {
        "energy": Agreement(float(energies[0].mean()), float(energies[1].mean()), energy_limit),
        "peak": Agreement(peaks[0], peaks[1], max(ERRORS * noise, PEAK * float(np.mean(peaks)))),
        "overlap": Agreement(
            float(curves[0]["overlap"][0]),
            float(curves[1]["overlap"][0]),
            max(0.1, ERRORS * float(np.linalg.norm(overlap_errors))),
        ),
    }


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
    from supercooled import dynamics

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


def relaxation(run: Trajectory) -> Estimate:
    """Alpha relaxation time of a whole run, overlap radius 0.3, all particles; or why there is none."""
    from supercooled import dynamics

    longest = (run.n_frames // 2) * run.interval
    return dynamics.relaxation_time(
        _overlap(run, dynamics.logarithmic_lags(run, per_decade=12, longest=longest))
    )


def blocking_error(values: Array) -> float:
    """Standard error of the mean of correlated values: the largest over blocks of growing length.

    A linear trend is taken out first: ageing must not pass for noise.

    References
    ----------
    Flyvbjerg and Petersen 1989.

    Examples
    --------
    >>> walk = np.repeat([0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0], 100)
    >>> round(blocking_error(walk), 3), round(float(walk.std()) / 800**0.5, 3)
    (0.204, 0.018)
    """
    n = len(values)
    flat = _without_trend(values)
    errors = [float(flat.std()) / float(np.sqrt(n))]
    for blocks in (8, 16, 32, 64):
        if n >= 2 * blocks:
            means = flat[: n - n % blocks].reshape(blocks, -1).mean(axis=1)
            errors.append(float(means.std(ddof=2)) / float(np.sqrt(blocks)))
    return max(errors)


def _without_trend(values: Array) -> Array:
    t = np.arange(len(values))
    return values - np.polynomial.Polynomial.fit(t, values, 1)(t)


def _one_percent(energies: Array, temperature: float, n_particles: int) -> float:
    """Energy that one percent of the temperature makes: 0.01 T c, with c = N var(U)/T^2."""
    variance = float(_without_trend(energies).var())
    return 0.01 * n_particles * variance / temperature


def _overlap(run: Trajectory, lags: Any) -> xr.Dataset:
    from supercooled import dynamics

    return dynamics.displacements(run, lags=lags, overlap_radius=OVERLAP_RADIUS)


def _peaks(run: Trajectory) -> Array:
    """Height of the first species' first peak in each eighth of a run, (block,)."""
    from supercooled import structure

    few = run[:: max(1, run.n_frames // FRAMES_FOR_PEAK)]
    length = max(1, few.n_frames // _BLOCKS_FOR_PEAK)
    r_max = min(2.0, float(few.fixed_box().heights.min()) / 2.0)
    blocks = [few[k : k + length] for k in range(0, few.n_frames - length + 1, length)]
    curves = [structure.radial_distribution(b, r_max=r_max, dr=0.02)["radial_distribution"] for b in blocks]
    return np.array([float(g.isel(pair=0).max()) for g in curves])

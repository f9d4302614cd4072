"""How far a field puts particles in the same order as their motion does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from supercooled.arguments import validated
from supercooled.arrays import Array
from supercooled.blocks import FEWEST_PARTS, PART, error_of_mean, forgotten, independent, remembered
from supercooled.errors import ParameterError
from supercooled.quantities import labelled
from supercooled.replicas import alike, each_once


@validated
def rank_correlation(fields: Sequence[xr.DataArray], motion: Sequence[xr.DataArray]) -> xr.Dataset:
    r"""Rank correlation of a structural field with the motion that follows, averaged over configurations.

    .. math:: r_s(t) = \frac{\langle (R_i - \bar R)(Q_i(t) - \bar Q) \rangle_i}{\sigma_R\, \sigma_Q}

    with the ranks R of the field and Q of the motion among the particles of one configuration; ties
    share the mean of their ranks. 1 where both rise together, 0 where they are independent.

    Parameters
    ----------
    fields
        (particle,) of each configuration; NaN where a particle has no value
    motion
        (time, particle) of each, such as the propensity of :func:`supercooled.dynamics.propensity`,
        with the same ``particle`` numbers or more of them. Where all of both say their ``trajectory`` and
        ``frame`` they are paired by these; a motion that doesn't, as it was made from other runs, stands at
        the place of its field in the list

    Returns
    -------
    xr.Dataset
        ``rank_correlation`` (time) and ``rank_correlation_error``, the standard error over the
        configurations. It is NaN, and the attribute ``no_error`` says why, of fewer than four configurations,
        and where those of one run are not independent: closer to each other than five times as long as the
        motion is watched, or so close that particles keep their values from one to the next.

    Raises
    ------
    ParameterError
        if there is not one motion for each field, a configuration is given twice or has no motion, times
        differ, or fewer than three particles are in both.

    References
    ----------
    A. Widmer-Cooper, P. Harrowell, Phys. Rev. Lett. 96, 185701 (2006), which correlates structure
    with propensity; C. Spearman, Am. J. Psychol. 15, 72 (1904).

    Examples
    --------
    >>> at = {"particle": [0, 1, 2, 3]}
    >>> field = xr.DataArray([1.0, 2.0, 3.0, 4.0], at, ("particle",))
    >>> later = xr.DataArray([[0.1, 0.2, 0.4, 0.3]], {"time": [5.0], **at}, ("time", "particle"))
    >>> rank_correlation([field], [later]).rank_correlation.values.round(3)
    array([0.8])
    """
    if len(fields) != len(motion) or not fields:
        raise ParameterError(
            f"{len(fields)} fields for {len(motion)} results of the motion: give one of each"
        )
    alike([*fields, *motion])
    each_once(fields)
    motion = _in_the_order_of(fields, motion)
    times = motion[0]["time"].values
    if any(not np.array_equal(one["time"].values, times) for one in motion):
        raise ParameterError(
            "the results of the motion are at different times: use the same times for each configuration"
        )
    each = np.array([_of_one(field, later) for field, later in zip(fields, motion, strict=True)])
    known, why = _independence(fields, motion, times)
    error = known * error_of_mean(each)
    coords = {"time": times}
    return xr.Dataset(
        {
            "rank_correlation": labelled("rank_correlation", each.mean(axis=0), ("time",), coords),
            "rank_correlation_error": labelled("rank_correlation", error, ("time",), coords),
        },
        attrs={"configurations": len(each), "no_error": why},
    )


def _independence(
    fields: Sequence[xr.DataArray], motion: Sequence[xr.DataArray], times: Array
) -> tuple[Array, str]:
    """1 where configurations are independent of each other, NaN where not, (time,), and why."""
    scale = np.ones(len(times))
    if len(fields) < FEWEST_PARTS:
        return scale * np.nan, (
            f"{len(fields)} configurations are fewer than {FEWEST_PARTS}, too few for an "
            "estimate of their scatter: use more"
        )
    of_run: dict[str, list[tuple[float, int]]] = {}
    for place, one in enumerate(fields):
        if (key := _configuration(one)) is not None:
            of_run.setdefault(key[0], []).append((float(one.coords.get("time", np.nan)), place))
    chains = [sorted(chain) for chain in of_run.values() if len(chain) > 1]
    if not chains:
        return scale, ""
    apart = min((float(np.diff([at for at, _ in chain]).min()) for chain in chains), default=np.nan)
    if np.isfinite(apart):
        scale = independent(times, part=apart)
    kept = max(_kept([given[place] for _, place in chain]) for chain in chains for given in (fields, motion))
    if not forgotten(kept, 1.0):
        scale = scale * np.nan
    if not np.isnan(scale).any():
        return scale, ""
    return scale, (
        "configurations of one run are not independent of each other: the field is correlated "
        f"from one to the next, or they are closer than {PART:g} times the duration of the "
        "motion; use configurations further apart, or from other runs"
    )


def _kept(chain: Sequence[xr.DataArray]) -> float:
    """For how many configurations, in their order, particles keep their value."""
    common = chain[0]["particle"].values
    for one in chain[1:]:
        common = np.intersect1d(common, one["particle"].values)
    values = np.array([one.sel(particle=common).values.reshape(-1, len(common)) for one in chain])
    values = values[..., np.isfinite(values).all(axis=(0, 1))]
    if not values.size:
        return 0.0
    # Against the others at the same time: of few configurations a particle's own mean says nothing.
    spread = values.std(axis=-1, keepdims=True)
    about = (values - values.mean(axis=-1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    return remembered(list(about.reshape(len(chain), -1).T))


def _in_the_order_of(fields: Sequence[xr.DataArray], motion: Sequence[xr.DataArray]) -> list[xr.DataArray]:
    """The motion of each field's configuration."""
    wanted, there = ([_configuration(one) for one in each] for each in (fields, motion))
    if None in there or None in wanted:
        return list(motion)
    for one, key in zip(fields, wanted, strict=True):
        if key not in there:
            raise ParameterError(
                f"there is no motion for frame {key[1]} of trajectory {key[0]:.8}, for which a "
                f"{one.name or 'field'} is given; there is motion for "
                f"{', '.join(f'frame {f} of {t:.8}' for t, f in there)}"
            )
    return [motion[there.index(key)] for key in wanted]


def _configuration(one: xr.DataArray) -> Any:
    """Trajectory and frame, where both are known."""
    made, frame = one.attrs.get("trajectory"), one.coords.get("frame")
    return (made, int(frame)) if isinstance(made, str) and frame is not None and frame.ndim == 0 else None


def _of_one(field: xr.DataArray, later: xr.DataArray) -> Array:
    from scipy.stats import rankdata

    known = field.dropna("particle")
    common, mine, theirs = np.intersect1d(
        known["particle"].values, later["particle"].values, return_indices=True
    )
    if len(common) < 3:
        raise ParameterError(
            f"{len(common)} particles have both a {field.name or 'field'} and a motion; ranks need three"
        )
    ranks = rankdata(known.values[mine])
    return np.array(
        [
            np.corrcoef(ranks, rankdata(row))[0, 1]
            for row in later.transpose("time", "particle").values[:, theirs]
        ]
    )

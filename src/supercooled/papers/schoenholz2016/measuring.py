"""Softness of every run, who rearranges, and how the liquid relaxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from functools import partial

import numpy as np
import xarray as xr

from supercooled import dynamics, relation
from supercooled.analysis.stages import Results, stage
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.indicators import LearnedSoftness
from supercooled.papers.schoenholz2016.chosen import Choices
from supercooled.papers.schoenholz2016.training import Coldest, Trained
from supercooled.trajectory import Trajectory

# Groups of the initial softness, as shares of all particles from the hardest on.
GROUPS = ((0.0, 0.02), (0.08, 0.14), (0.22, 0.28), (0.47, 0.53), (0.72, 0.78), (0.86, 0.92), (0.98, 1.0))


@stage(free=["executor"])
def softness_of(
    still: Trajectory,
    found: Trained,
    cold: Coldest,
    *,
    taught: int | None,
    executor: Executor | None = None,
) -> Results:
    """Softness of one species in about `field_frames` frames, evenly spaced.

    Parameters
    ----------
    taught
        which of the coldest runs it is: each part of it then gets the softness of the others
    executor
        maps chunks of frames
    """
    stride = max(1, round(still.n_frames / cold.choices.field_frames))
    numbers = np.arange(0, still.n_frames, stride)
    group = np.zeros_like(numbers) if taught is None else cold.group(taught, still.frames[numbers])
    parts = []
    for k in np.unique(group):
        here = numbers[group == k]
        model = found.whole if taught is None else found.parts[k]
        parts.append(
            LearnedSoftness(model).of(
                still,
                species=cold.choices.species,
                frames=slice(int(here[0]), int(here[-1]) + 1, stride),
                executor=executor,
            )
        )
    field = xr.concat(parts, dim="frame", combine_attrs="override", coords="minimal", compat="override")
    return {"softness": field.assign_attrs(stride=stride).to_dataset(name="learned_softness")}


def probability_of(
    runs: Sequence[Trajectory],
    softness: Sequence[xr.DataArray],
    choices: Choices,
    *,
    once: Sequence[xr.Dataset] | None = None,
    p_hop: Sequence[xr.DataArray] | None = None,
) -> xr.Dataset:
    """P_R(S), P(S) and P(S|R): p_hop of the next frame exceeds p_c, "rearranging at a given time".

    A rearrangement lasts some frames and counts in each: 3.4 at T = 0.47, 5 at T = 0.70. Counted once, at
    its peak, P_R is so much smaller, and c_a would have to be larger than 1 to give -dq/dt.

    Parameters
    ----------
    once
        events of each run, of which each rearrangement then counts once
    """
    if p_hop is None:
        p_hop = [dynamics.hops(run, window=choices.window, species=choices.species) for run in runs]
    if once is not None:
        p_hop = [at_peaks(one, events, choices) for one, events in zip(p_hop, once, strict=True)]
    return relation.rearrangement_probability(
        softness,
        p_hop,
        threshold=choices.rearrangement,
        bins=np.array(choices.bins),
        lead=choices.lead,
        minimum_count=choices.minimum_count,
        blocks=choices.blocks,
    )


def at_peaks(p_hop: xr.DataArray, events: xr.Dataset, choices: Choices) -> xr.DataArray:
    """The p_hop of each rearrangement at its peak, and 0 elsewhere."""
    peaks = dynamics.rearrangements(events, threshold=choices.rearrangement)
    frame, particle = (
        np.searchsorted(p_hop[name].values, peaks[name].values) for name in ("frame", "particle")
    )
    values = np.zeros(p_hop.shape)
    values[frame, particle] = p_hop.values[frame, particle]
    return p_hop.copy(data=values)


def soft_share(found: xr.Dataset) -> tuple[float, float]:
    """Share of the rearranging with S > 0, and of all."""
    above = found["lower"].values >= 0
    moving, every = (
        float(found[name].values[above].sum() / found[name].values.sum())
        for name in ("count_rearranging", "count")
    )
    return moving, every


def share_beyond(events: Iterable[xr.Dataset], choices: Choices) -> tuple[float, int]:
    """c_a: share of rearrangements that displace by more than a, and how many there are."""
    far = total = 0
    for one in events:
        moved = dynamics.rearrangements(one, threshold=choices.rearrangement)["displacement"].values
        far += int((np.linalg.norm(moved, axis=1) > choices.overlap_radius).sum())
        total += len(moved)
    if total == 0:
        raise ParameterError("no rearrangement was found: prolong the runs")
    return far / total, total


def constant_of(changes: xr.Dataset, probability: xr.Dataset, *, lag: float = 0.0) -> float:
    """c_a of -dq(S,t)/dt = c_a P_R(S) at a lag, over the groups of softness.

    It may exceed 1, which no share does: then P_R counts less than what leaves.
    """
    here = initial_decay(changes, probability, beyond=1.0, lag=lag)
    slope, expected = here["slope"].values, here["expected"].values
    good = (slope > 0) & (expected > 0)
    if not good.any():
        raise ParameterError("no particle has left its place by the first lag: prolong the run")
    return float(np.exp(np.log(slope[good] / expected[good]).mean()))


def changes_of(runs: Sequence[Trajectory], softness: Sequence[xr.DataArray], choices: Choices) -> xr.Dataset:
    """What becomes of the softness of particles that have not moved by a, by initial softness."""
    stride = int(softness[0].attrs["stride"])
    values = np.concatenate([one.values.ravel() for one in softness])
    lags = _lags(softness[0].sizes["frame"], stride * runs[0].interval)
    return relation.propagation(
        softness,
        [run[::stride] for run in runs],
        ranges=[(float(np.quantile(values, a)), float(np.quantile(values, b))) for a, b in GROUPS],
        lags=lags,
        bins=np.linspace(float(np.quantile(values, 1e-3)), float(np.quantile(values, 0.999)), 41),
        blocks=choices.blocks,
        stay=relation.StayRule(
            within=choices.overlap_radius, overlap_radius=choices.overlap_radius, origins=20
        ),
    ).assign_coords(group=[0.5 * (a + b) for a, b in GROUPS])


def never_left(runs: Sequence[Trajectory], softness: Sequence[xr.DataArray], choices: Choices) -> xr.Dataset:
    """Share of all particles that have never been farther than a from where they began, (lag)."""
    stride = int(softness[0].attrs["stride"])
    values = np.concatenate([one.values.ravel() for one in softness])
    ends = float(np.nanmin(values)), float(np.nanmax(values))
    found = relation.propagation(
        softness,
        [run[::stride] for run in runs],
        ranges=[ends],
        lags=_lags(softness[0].sizes["frame"], stride * runs[0].interval),
        bins=np.linspace(*ends, 3),
        blocks=choices.blocks,
        stay=relation.StayRule(
            within=choices.overlap_radius, overlap_radius=choices.overlap_radius, origins=20
        ),
    )
    names = [name for name in ("staying", "staying_error", "overlap", "overlap_error") if name in found]
    return found[names].isel(group=0, drop=True)


def _lags(n_frames: int, interval: float) -> Array:
    """Whole multiples of the interval, twice as many each two, up to half of the run."""
    most = max(2, n_frames // 2)
    steps = np.unique(np.geomspace(1, most, 14).round().astype(int))
    return np.asarray(interval * steps, dtype=np.float64)


def relaxed(runs: Sequence[Trajectory], choices: Choices) -> xr.Dataset:
    """Measured overlap of the inherent structures."""
    times = runs[0].times
    lags = dynamics.logarithmic_lags(runs[0], per_decade=10, longest=0.5 * float(times[-1] - times[0]))
    return dynamics.displacements(
        runs,
        lags=lags,
        overlap_radius=choices.overlap_radius,
        species=choices.species,
        blocks=choices.blocks,
    )


def predicted(
    probability: xr.Dataset, measured: xr.Dataset, changes: xr.Dataset, *, interval: float, beyond: float
) -> xr.Dataset:
    """Overlap measured, predicted from each particle by itself, and with the propagator, (lag)."""
    lags = measured["lag"].values
    foretell = partial(
        relation.predicted_overlap, probability, interval=interval, lags=lags, share_beyond=beyond
    )
    naive, propagated = foretell(), foretell(changes=changes)
    return xr.Dataset(
        {
            "overlap": measured["overlap"],
            "overlap_naive": naive["overlap"],
            "overlap_propagated": propagated["overlap"],
        }
    )


def initial_decay(
    changes: xr.Dataset, probability: xr.Dataset, *, beyond: float, lag: float = 0.0
) -> xr.Dataset:
    """-ln q(S,t)/t, which is -dq(S,t)/dt at t = 0, beside c_a P_R(S), (group).

    Parameters
    ----------
    lag
        the first that is not shorter than this
    """
    (name,) = (str(d) for d in probability["rearrangement_probability"].dims)
    lags = changes["lag"].values
    place = min(int(np.searchsorted(lags, lag * (1 - 1e-9))), len(lags) - 1)
    first = changes.isel(lag=place)
    # A group that has left altogether has no rate.
    left = first["overlap"].where(first["overlap"] > 0)
    slope = -np.log(left) / float(first["lag"])
    P = probability["rearrangement_probability"].values
    seen = P > 0
    S = probability[name].values[seen]
    at = beyond * np.exp(np.interp(changes["initial"].values, S, np.log(P[seen])))
    found = xr.Dataset({"slope": slope, "expected": ("group", at), "initial": changes["initial"]})
    return found.drop_vars("lag").assign_attrs(lag=float(first["lag"]))

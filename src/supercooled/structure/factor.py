"""Partial static structure factors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr

from supercooled.arguments import Count, Positive, validated
from supercooled.arrays import Array, Integers
from supercooled.blocks import (
    FEWEST_PARTS,
    block_of,
    forgotten,
    leave_one_out,
    remembered,
)
from supercooled.chunks import frames_within, map_add, spans
from supercooled.errors import ParameterError
from supercooled.kernels.shells import sum_shells
from supercooled.mixture import pair_labels
from supercooled.parcels import parcels
from supercooled.quantities import labelled
from supercooled.replicas import species_counts
from supercooled.structure.density_modes import Modes
from supercooled.structure.replicas import described, in_one_order, one_box
from supercooled.trajectory import Trajectory

# Enough for the transform's set-up not to show, few enough to share out among workers.
FRAMES_AT_ONCE = 16
# How long the structure is remembered is another matter at its peak than beyond; few shells are noise.
_BANDS, _SHELLS_A_BAND = 8, 12


@validated
def structure_factor(
    trajectories: Trajectory | Sequence[Trajectory],
    *,
    q_max: Positive,
    dq: Positive,
    blocks: Count = 1,
    executor: Executor | None = None,
) -> xr.Dataset:
    r"""Partial static structure factors over every wave vector of the periodic box.

    .. math:: S_{ab}(q) = \frac{1}{\sqrt{N_a N_b}}
        \big\langle \mathrm{Re}\, \rho_a(\mathbf q)\, \rho_b^*(\mathbf q) \big\rangle,\qquad
        \rho_a(\mathbf q) = \sum_{i \in a} e^{-i \mathbf q \cdot \mathbf r_i},\quad
        0 < |\mathbf q| \le q_{max}

    None is sampled: all the modes of a frame come from one non-uniform Fourier transform a species.

    Parameters
    ----------
    trajectories
        one trajectory, or replicas
    q_max, dq
        largest wave number and width of a shell, 1/sigma_AA
    blocks
        contiguous parts of the frames that are left out in turn, for errors
    executor
        maps chunks of frames; None does them here

    Returns
    -------
    xr.Dataset
        ``structure_factor`` (pair, q), dimensionless, ``n_vectors`` (q), and with two blocks or more
        ``structure_factor_jackknife`` (block, pair, q), the mean without one block. q is the mean over the
        shell's vectors; shells without a vector are left out. The attribute ``no_error`` says why an error
        from the blocks is none: they are fewer than four, or parts of a run that are shorter than ten
        correlation times of the structure, as the frames tell in the eighth of the wave numbers that
        remembers longest; it is empty if they are independent, as whole runs are.

    Raises
    ------
    BoxError
        if the box changes from frame to frame: the wave vectors would too; or holds none up to `q_max`.
    ParameterError
        if `q_max`, `dq` or `blocks` is out of range, or the replicas differ.

    References
    ----------
    nandi2021, SI Eq. 3.

    Examples
    --------
    >>> import numpy as np
    >>> from supercooled import Box, Trajectory
    >>> gas = np.random.default_rng(1).uniform(-5, 5, (10, 400, 3))
    >>> sq = structure_factor(Trajectory.from_arrays(gas, Box.cube(10.0)), q_max=6.0, dq=0.5)
    >>> sq.structure_factor.sel(pair="AA", q=5.0, method="nearest").round(1).item()
    1.0
    """
    runs = in_one_order(trajectories)
    n_frames = sum(run.n_frames for run in runs)
    if not (0 < dq <= q_max < np.inf):
        raise ParameterError(f"need 0 < dq <= q_max, not dq={dq:g}, q_max={q_max:g}; try q_max=24.0, dq=0.1")
    if not 1 <= blocks <= n_frames:
        raise ParameterError(f"blocks={blocks}: {n_frames} frames can be divided into 1 to {n_frames} blocks")
    modes = Modes.of(one_box(runs), q_max, dq)
    block = block_of(n_frames, blocks)
    pool = parcels(executor, lambda chunk: [(chunk.run, chunk.frames)], *runs)
    found = map_add(partial(_sums, modes, blocks), _chunks(runs, block), pool)
    sums = found.sums
    counts = species_counts(runs[0])
    a, b = np.triu_indices(len(counts))
    sums /= modes.n_vectors * np.sqrt(counts[a] * counts[b])[:, None]
    coordinates = {"pair": list(pair_labels(runs[0].names)), "q": modes.q}
    data = {
        "structure_factor": labelled(
            "structure_factor", sums.sum(axis=0) / n_frames, ("pair", "q"), coordinates
        ),
        "n_vectors": labelled("n_vectors", modes.n_vectors, ("q",)),
    }
    told = {"no_error": _why_no_error(runs, block, found.of_frames)} if blocks > 1 else {}
    if blocks > 1:
        others = n_frames - np.bincount(block)
        without = leave_one_out(sums) / others[:, None, None]
        data["structure_factor_jackknife"] = labelled(
            "structure_factor", without, ("block", "pair", "q"), coordinates
        ).rename("structure_factor_jackknife")
    return xr.Dataset(data, attrs={**described(runs), "q_max": q_max, "dq": dq, **told})


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Some frames of a run, and the block of all frames that each belongs to."""

    run: Trajectory
    frames: slice
    block: Integers


@dataclass(frozen=True, slots=True)
class _Sums:
    """Products of modes of some frames.

    Parameters
    ----------
    sums
        (block, pair, shell)
    of_frames
        (pair, shell) of each frame, with blocks
    """

    sums: Array
    of_frames: list[Array]

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(self.sums + other.sums, [*self.of_frames, *other.of_frames])


def _sums(modes: Modes, blocks: int, chunk: _Chunk) -> _Sums:
    """Products of modes of a chunk's frames."""
    n_species = len(chunk.run.names)
    sums = np.zeros((blocks, n_species * (n_species + 1) // 2, len(modes.q)))
    is_species = chunk.run.species == np.arange(n_species)[:, None]
    plan, of_frames = modes.plan(n_species), list[Array]()
    out = np.empty((n_species, *modes.shape), np.complex128)
    view = out.reshape(n_species, *modes.shell.shape)
    for xyz, block in zip(chunk.run.positions(chunk.frames), chunk.block, strict=True):
        angles, shift = modes.angles(xyz)
        plan.setpts(*angles)
        plan.execute(np.where(is_species, shift, 0.0), out)
        before = sums[block].copy() if blocks > 1 else None
        sum_shells(view, modes.shell, sums[block])
        if before is not None:
            of_frames.append(sums[block] - before)
    return _Sums(sums, of_frames)


def _why_no_error(runs: Sequence[Trajectory], block: Integers, of_frames: Sequence[Array]) -> str:
    """Why blocks know of each other; empty where they are whole runs, or long beside what is remembered."""
    ends = np.cumsum([run.n_frames for run in runs])
    n = int(block[-1]) + 1
    inside = np.flatnonzero(np.diff(block)) + 1
    if n < FEWEST_PARTS:
        return f"{n} blocks are fewer than {FEWEST_PARTS}, too few for an estimate of their scatter: use more"
    if np.isin(inside, ends).all():
        return ""
    values = np.array(of_frames)
    spread = values.std(axis=0)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    memory = 0.0
    bands = min(_BANDS, max(1, values.shape[2] // _SHELLS_A_BAND))
    for shells in np.array_split(np.arange(values.shape[2]), bands):
        band = scaled[:, :, shells].reshape(len(scaled), -1)
        series = [one for run in np.split(band, ends[:-1]) for one in run.T]
        memory = max(memory, remembered(series))
    part = len(block) / n
    if forgotten(memory, part):
        return ""
    return (
        f"blocks of {part:.3g} frames are not independent of each other: the structure stays "
        f"correlated for {memory:.2g} frames; use frames further apart, prolong the run, or "
        f"give {FEWEST_PARTS} independent runs or more, and as many blocks"
    )


def _chunks(runs: Sequence[Trajectory], block: Integers) -> Iterator[_Chunk]:
    before = 0
    for run in runs:
        size = min(FRAMES_AT_ONCE, frames_within(64.0, run.n_particles))
        for span in spans(0, run.n_frames, size=size, end=run.n_frames):
            yield _Chunk(run, span.read, block[before + span.start : before + span.stop])
        before += run.n_frames

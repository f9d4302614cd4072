"""The neighbours of those that rearrange, and of one particle, beside everybody's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from supercooled import cage
from supercooled.analysis.choices import Choices, temperature_of
from supercooled.arrays import Array, Booleans, Integers
from supercooled.cage import direct_correlation, hypernetted_chain
from supercooled.mixture import Mixture
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

# Distances at which single particles' g(r) are looked at, sigma_AA.
DISTANCES = np.round(np.arange(0.6, 2.2001, 0.01), 10)
# Width that stands for a histogram's bins where particles are averaged over.
FINE = 0.02
# Between which direct correlation functions are compared, sigma_AA.
NEAREST, FARTHEST = 0.5, 2.5


def neighbourhoods(
    run: Trajectory,
    p_hop: xr.DataArray,
    choices: Choices,
    *,
    threshold: float,
    widths: Sequence[float],
    frames: slice,
) -> xr.Dataset:
    """g(r) about the rearranging and about all, averaged and of single particles.

    Parameters
    ----------
    p_hop
        of the particles of one species
    frames
        of the trajectory, counted in it from 0, all with a p_hop

    Returns
    -------
    xr.Dataset
        ``around`` (who, pair, r) averaged over particles that rearrange and all; ``around_jackknife``
        (block, who, pair, r), without each block of frames in turn; ``smeared`` (width, pair, r), the same
        of all for several widths; ``one`` (width, pair, r), of one particle in one frame;
        ``representative`` (who, pair, r), of two particles at the study's width.
    """
    fine, by_frame = _Mean(), []
    by_width = [_Mean() for _ in widths]
    numbers: Integers = np.arange(run.n_frames, dtype=np.int64)[frames]
    for k, number in enumerate(numbers):
        moves = p_hop.sel(frame=run.frames[number]).values > threshold
        g, one = _around(run, choices, FINE, int(number)), _Mean()
        fine.add(g, moves)
        one.add(g, moves)
        by_frame.append(one)
        if k % 5 == 0:
            for mean, width in zip(by_width, widths, strict=True):
                mean.add(_around(run, choices, width, int(number)), moves)
    number, chosen = _representatives(run, p_hop, numbers, threshold)
    single = {width: _around(run, choices, width, number)[list(chosen)] for width in {*widths, choices.width}}
    pairs = _pairs(run, choices)
    coords = {"pair": pairs, "r": DISTANCES}
    who = {"who": ["rearranging", "all"], **coords}
    by = {"width": list(widths), **coords}
    name, last = "radial_distribution", ("pair", "r")
    data = {
        "around": labelled(name, np.stack([fine.moving, fine.all]), ("who", *last), who, width=FINE),
        "around_jackknife": labelled(
            name, _jackknife(fine, by_frame, choices.blocks), ("block", "who", *last), who, width=FINE
        ),
        "smeared": labelled(name, np.stack([mean.all for mean in by_width]), ("width", *last), by),
        "one": labelled(name, np.stack([single[w][1] for w in widths]), ("width", *last), by),
        "representative": labelled(
            name, single[choices.width], ("who", *last), {"who": ["rearranging", "all"], **coords}
        ),
    }
    return xr.Dataset(data).assign_attrs(
        frames=len(numbers), n_rearranging=int(fine.n_moving), temperature=temperature_of(run)
    )


def closures(
    mixture: Mixture, radial: xr.Dataset, factor: xr.Dataset, *, temperature: float, choices: Choices
) -> xr.Dataset:
    r"""Direct correlation functions of distance: hypernetted chain, and from S(q).

    .. math:: C_{uv}(r) = \frac{1}{\rho \sqrt{x_u x_v}} \frac{1}{2\pi^2 r}
        \int_0^{q_{max}} q \sin(qr)\, [\mathbf 1 - \mathbf S^{-1}(q)]_{uv}\, dq

    Parameters
    ----------
    radial, factor
        (pair, r) and (pair, q); that C(q) ends at q_max shows as ripples in C(r)

    Returns
    -------
    xr.Dataset
        ``direct_correlation`` (closure, pair, r); the closure has none where no pair was seen.
    """
    C = direct_correlation(factor)
    closure = hypernetted_chain(radial, mixture, temperature=temperature)
    r = closure.r.values
    inside = (r > NEAREST) & (r < FARTHEST)
    q, r = C.q.values, r[inside]
    wave = np.sin(np.outer(r, q)) * q / (2.0 * np.pi**2 * r[:, None])
    x = dict(zip(mixture.species, mixture.composition, strict=True))
    density = float(radial.attrs["density"])
    exact = np.stack(
        [
            np.trapezoid(wave * C.sel(pair=pair).values, q, axis=1) / (density * np.sqrt(x[a] * x[b]))
            for pair, (a, b) in zip(C.pair.values, mixture.pairs, strict=True)
        ]
    )
    seen = radial.radial_distribution.values[:, inside] > choices.vanishing
    chain = np.where(seen, closure.values[:, inside], np.nan)
    coords = {"closure": ["hypernetted chain", "from S(q)"], "pair": C.pair.values, "r": r}
    return labelled(
        "direct_correlation", np.stack([chain, exact]), ("closure", "pair", "r"), coords
    ).to_dataset()


class _Mean:
    """Sums over particles, of all and of those that move."""

    def __init__(self) -> None:
        self._all: Array | float = 0.0
        self._moving: Array | float = 0.0
        self.n_all = self.n_moving = 0

    def add(self, g: Array, moves: Booleans) -> None:
        """One frame, (particle, pair, r)."""
        self._all = self._all + g.sum(axis=0)
        self._moving = self._moving + g[moves].sum(axis=0)
        self.n_all += len(g)
        self.n_moving += int(moves.sum())

    def without(self, others: Sequence[_Mean]) -> _Mean:
        """The sums less those of some of its frames."""
        rest = _Mean()
        rest._all = self._all - sum(one._all for one in others)
        rest._moving = self._moving - sum(one._moving for one in others)
        rest.n_all = self.n_all - sum(one.n_all for one in others)
        rest.n_moving = self.n_moving - sum(one.n_moving for one in others)
        return rest

    @property
    def all(self) -> Array:
        """Mean over everybody."""
        return np.asarray(self._all / self.n_all)

    @property
    def moving(self) -> Array:
        """Mean over those that rearrange."""
        return np.asarray(self._moving / max(self.n_moving, 1))


def _jackknife(whole: _Mean, by_frame: Sequence[_Mean], blocks: int) -> Array:
    """About the rearranging and about all without each block of frames in turn, (block, who, pair, r)."""
    parts = np.array_split(np.arange(len(by_frame)), min(blocks, len(by_frame)))
    rests = [whole.without([by_frame[k] for k in part]) for part in parts]
    return np.stack([np.stack([rest.moving, rest.all]) for rest in rests])


def _around(run: Trajectory, choices: Choices, width: float, number: int) -> Array:
    found = cage.local_radial_distribution(
        run,
        species=choices.species,
        width=width,
        r=DISTANCES,
        # The partner's density lets the average go to 1 far away, as the liquid's g(r) does.
        normalisation="partner",
        frames=slice(number, number + 1),
    )
    return np.asarray(found.values[0], dtype=np.float64)


def _representatives(
    run: Trajectory, p_hop: xr.DataArray, numbers: Integers, threshold: float
) -> tuple[int, tuple[int, int]]:
    """A frame, and in it the particles with the median p_hop of those that hop and of those that don't."""
    counts = [(p_hop.sel(frame=run.frames[n]).values > threshold).sum() for n in numbers]
    number = int(numbers[int(np.argmax(counts))])
    values = p_hop.sel(frame=run.frames[number]).values
    found = []
    for chosen in (np.flatnonzero(values > threshold), np.flatnonzero(values <= threshold)):
        order = chosen[np.argsort(values[chosen])]
        found.append(int(order[len(order) // 2]))
    return number, (found[0], found[1])


def _pairs(run: Trajectory, choices: Choices) -> list[str]:
    example = cage.local_radial_distribution(
        run[:1], species=choices.species, width=0.1, r=[1.0, 1.1], normalisation="total"
    )
    return [str(pair) for pair in example["pair"].values]

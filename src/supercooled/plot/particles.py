"""Particles: a slice through the liquid coloured by a field, and their hops in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure

from supercooled.arguments import AtLeast, Positive, validated
from supercooled.arguments.datasets import ParticleField
from supercooled.arrays import Array, Booleans
from supercooled.errors import ParameterError
from supercooled.matching import field_values
from supercooled.plot.drawing import axes_of
from supercooled.report.figures import dynamics
from supercooled.report.style import FAINT, INK, axis, figure, panel
from supercooled.trajectory import Trajectory


@validated
def hops(
    p_hop: ParticleField, *, particles: Annotated[Sequence[int], AtLeast(1)], threshold: float | None = None
) -> tuple[Axes, ...]:
    """p_hop of some particles in time, of :func:`supercooled.dynamics.hops`, a strip each.

    Parameters
    ----------
    p_hop
        result of :func:`supercooled.dynamics.hops`
    particles
        particles that are shown
    threshold
        drawn as a line

    Returns
    -------
    tuple[Axes, ...]
        one for each particle
    """
    traces = p_hop.sel(particle=list(particles)).transpose("particle", "frame")
    data = xr.Dataset(
        {"p_hop": (("particle_shown", "time"), traces.values)},
        {"particle_shown": list(particles), "time": traces["time"].values},
        {} if threshold is None else {"p_c": threshold},
    )
    return axes_of(dynamics.hop_trace, data)


@validated
def particles(run: Trajectory, field: ParticleField, *, frame: int, thickness: Positive) -> Axes:
    """A slice through the middle of the box, seen along its last edge; particles without a value are pale.

    Parameters
    ----------
    run
        trajectory
    field
        (frame, particle), of `run`
    frame
        number of the frame, as the field's coordinate and ``run.frames`` have it
    thickness
        of the slice, sigma_AA; in the plane all is shown

    Returns
    -------
    Axes
        the axes that were drawn on

    Raises
    ------
    ParameterError
        if the field has no such frame, or the slice is empty.

    Examples
    --------
    >>> from supercooled import Box
    >>> from supercooled.quantities import labelled
    >>> run = Trajectory.from_arrays(np.random.default_rng(1).uniform(-2, 2, (1, 90, 3)), Box.cube(4.0))
    >>> field = labelled("softness", np.ones((1, 90)), ("frame", "particle"),
    ...     {"frame": [0], "particle": np.arange(90)})
    >>> particles(run, field, frame=0, thickness=1.0).get_aspect()
    1.0
    """
    if frame not in field["frame"].values:
        raise ParameterError(f"the field has no frame {frame}; it has {field['frame'].values[:3]} ...")
    if frame not in run.frames:
        raise ParameterError(f"{run.source.name}: no frame {frame} among its {run.n_frames}")
    one = run[int(np.flatnonzero(run.frames == frame)[0]) :][:1]
    positions = one.positions()[0]
    values = field_values(str(field.name), field.sel(frame=[frame]), one)[0]
    within = np.abs(positions[:, 2]) <= thickness / 2 if run.dimensions == 3 else np.ones(len(values), bool)
    if not within.any():
        raise ParameterError(f"no particle lies in a slice of thickness {thickness:g}; make it thicker")
    box = run.fixed_box()
    diameter = 0.95 * (box.volume / run.n_particles) ** (1 / run.dimensions)
    return axes_of(_slice, _Slice(positions, values, within, diameter, str(field.name), box.lengths))[0]


@dataclass(frozen=True, slots=True)
class _Slice:
    """Particles of one frame: where, which of them are within, how wide."""

    positions: Array
    values: Array
    within: Booleans
    diameter: float
    name: str
    edges: Array


@figure
def _slice(shown: _Slice) -> Figure:
    positions, values, within, edges = shown.positions, shown.values, shown.within, shown.edges
    fig, (axes,) = panel(height=2.9)
    known = within & np.isfinite(values)
    # from the back of the slice to its front
    pale, order = within & ~known, np.flatnonzero(known)
    order = order[np.argsort(positions[order, 2])]
    for chosen, colours in ((np.flatnonzero(pale), None), (order, values[order])):
        sizes = np.full(len(chosen), shown.diameter)
        discs = EllipseCollection(
            sizes, sizes, np.zeros(len(chosen)), units="xy", offsets=positions[chosen, :2],
            offset_transform=axes.transData, edgecolors=INK, linewidths=0.3,
            facecolors=FAINT if colours is None else None,
        )  # fmt: skip
        if colours is not None:
            discs.set_array(colours)
            discs.set_clim(*np.nanquantile(values, (0.01, 0.99)))
            discs.set_cmap("viridis")
        axes.add_collection(discs)
    axes.set(
        xlim=np.array([-0.5, 0.5]) * edges[0], ylim=np.array([-0.5, 0.5]) * edges[1],
        aspect="equal", xticks=[], yticks=[],
    )  # fmt: skip
    fig.colorbar(discs, ax=axes, label=axis(shown.name), shrink=0.9)
    return fig

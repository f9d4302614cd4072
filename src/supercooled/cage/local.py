"""The radial distribution functions around each particle in each frame."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from supercooled.arguments import Numbers, Positive, validated
from supercooled.arrays import Array
from supercooled.cage.smearing import Normalisation, Points, Smearing
from supercooled.errors import ParameterError
from supercooled.frame import Frame
from supercooled.kernels.cage import local_distributions
from supercooled.matching import coordinates, origin
<<<<<<< HEAD
from supercooled.mixture import pair_labels
from supercooled.neighbour_list import in_order
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

=======
from supercooled.mixture import Mixture, pair_labels
from supercooled.nearest import check_units_once
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

Correlation = Literal["local", "ensemble"]


@validated
def local_depth(
    trajectory: Trajectory,
    *,
    mixture: Mixture,
    temperature: Temperature,
    centre: str,
    width: Positive,
    cutoffs: Mapping[str, tuple[float, float]],
    dr: Positive,
    correlation: Correlation,
    normalisation: Normalisation,
    rdf: xr.Dataset | None = None,
    frames: slice = slice(None),
    executor: Executor | None = None,
    out: str | Path | None = None,
    megabytes: Positive = 16.0,
) -> xr.DataArray:
    r"""Depth of each particle's own cage: the magnitude of the potential at its minimum.

    .. math:: \beta\Phi_r^i = \rho \sum_v \sqrt{x_u x_v}
        \int_{lower}^{upper} 4\pi r^2 dr\, C_{uv}(r)\, g_{uv}^i(r),\qquad
        g_{uv}^i(r) = \frac{1}{4\pi \rho' r^2} \sum_{j \in v,\, j \ne i}
        \frac{e^{-(r - r_{ij})^2 / 2\delta^2}}{\sqrt{2\pi}\,\delta}

    for i of species u; in the plane 2 pi r. The integral is a midpoint sum, the Gaussians are followed
    to six widths. The paper's sign of the potential is negative: a tighter cage is deeper.

    mixture, temperature : pair potentials; epsilon_AA / k_B
    centre : species u of the particles
    width : delta, sigma_AA
    cutoffs : (lower, upper) of the integral for each pair of `centre`, sigma_AA, as from :func:`cutoffs`
    dr : largest step of the sum, sigma_AA
    correlation : "local", C from the particle's own g (hypernetted chain), or "ensemble", from `rdf`
    normalisation : rho' is the "total" density, or that of the "partner" species v
    rdf : what :func:`supercooled.structure.radial_distribution` returns, for the ensemble's C only
    frames : which frames of the trajectory; their numbers in it stay
    executor : maps blocks of frames; None does them here
    out : folder to store the field in, for more than fits into memory; what is returned then reads it
        when asked. What is there already is replaced only if it is a field or results of this package
    megabytes : of positions in a block; it never changes the answer

    Returns
    -------
    DataArray ``depth`` (frame, particle), dimensionless; ``particle`` numbers those of the centre
    species, ``time`` is that of each frame.

    Raises
    ------
    ParameterError
        if a reading is unknown, a cutoff is missing, or the mixture's species differ.
    BoxError
        if a particle would meet a neighbour twice: the box is too small.
    StoreError
        if `out` holds something else, or can't be written.

    Source: sharma2022, Eqs. 5, 6, 8 and Appendix B.

    >>> import supercooled as sc
    >>> fluid = Mixture("lj", ("A",), (1.0,), (1.0,), (sc.LennardJones(1.0, 1.0, 2.5),))
    >>> lattice = np.stack(np.meshgrid(*[np.arange(6) * 1.1 - 3.3] * 3), axis=-1).reshape(1, -1, 3)
    >>> cages = local_depth(Trajectory.from_arrays(lattice, sc.Box.cube(6.6)), mixture=fluid,
    ...     temperature=0.5, centre="A", width=0.09, cutoffs={"AA": (0.9, 1.4)}, dr=0.01,
    ...     correlation="local", normalisation="total")
    >>> cages.shape, bool(cages.std() < 1e-9 * cages.mean())
    ((1, 216), True)
    """
    if correlation not in ("local", "ensemble") or (correlation == "ensemble") != (rdf is not None):
        raise ParameterError(
            f"correlation must be 'local' without rdf, or 'ensemble' with it, not {correlation!r} with "
            f"rdf {'given' if rdf is not None else 'missing'}"
        )
    if trajectory.names != mixture.species:
        raise MixtureError(
            f"{trajectory.source.name} has species {trajectory.names}, {mixture.name} has {mixture.species}"
        )
    if not (np.isfinite(temperature) and temperature > 0):
        raise ParameterError(f"temperature must be positive, not {temperature}")
    at = trajectory.temperature
    if at is not None and not np.isclose(at, temperature):
        raise ParameterError(
            f"the trajectory is at T = {at:g}, and temperature is {temperature:g}; if that is meant, take "
            "dataclasses.replace(trajectory, temperature=None)"
        )
    check_units_once(trajectory, mixture)
    u = trajectory.species_index(centre)
    pairs = _pairs_of(trajectory, u)
    points = tuple(Points.between(*cutoff_of(cutoffs, pair), dr) for pair in pairs)
    smearing = Smearing(u, points, width, normalisation)
    known = np.zeros((len(points), max(p.number for p in points)))
    C = None if rdf is None else hypernetted_chain(rdf, mixture, temperature=temperature)
    for v, (pair, p) in enumerate(zip(pairs, points, strict=True)):
        if C is None:
            known[v, : p.number] = (
                -mixture.potential(centre, mixture.species[v]).energy(p.r) / temperature - 1
            )
        else:
            known[v, : p.number] = np.interp(p.r, C.r.values, C.sel(pair=pair).values)
        if not np.isfinite(known[v]).all():
            first = float(p.r[np.isfinite(known[v, : p.number])].min(initial=np.inf))
            raise ParameterError(
                f"the potential of {pair} is not known below {first:.3g}: begin its table at {p.r[0]:.3g}, "
                "or raise the lower cutoff"
            )
    per_block = partial(_depths_of, trajectory, smearing, known, correlation == "local")
    blocks = _blocks(trajectory, frames, megabytes, executor)
    return field(
        "depth",
        per_block,
        blocks,
        list(map(len, blocks)),
        coords=coordinates(trajectory, frames, trajectory.of_species(u)),
        executor=executor,
        out=out,
        inputs=[trajectory.source.name],
        **origin(trajectory),
        centre=centre,
        width=width,
        cutoffs=str({pair: tuple(map(float, cutoffs[pair])) for pair in pairs}),
        dr=dr,
        correlation=correlation,
        normalisation=normalisation,
    )

>>>>>>> c00ddf7 (What a start file means can be said where runs begin from it; XYZ headers that say units are heard; potentials meet only reduced units, in direct calls too)

@validated
def local_radial_distribution(
    trajectory: Trajectory,
    *,
    centre: str,
    width: Positive,
    r: Annotated[ArrayLike, Numbers(rank=1, least=2)],
    normalisation: Normalisation,
    frames: slice = slice(None),
) -> xr.DataArray:
    r"""Each particle's own radial distribution functions, a Gaussian for each neighbour.

    .. math:: g_{uv}^i(r) = \frac{1}{4\pi \rho' r^2} \sum_{j \in v,\, j \ne i}
        \frac{e^{-(r - r_{ij})^2 / 2\delta^2}}{\sqrt{2\pi}\,\delta}

    centre : species u of the particles
    width : delta, sigma_AA
    r : evenly spaced distances, sigma_AA
    normalisation : rho' is the "total" density, or that of the "partner" species v
    frames : which frames; a frame takes 8 bytes a particle, pair and distance

    Returns
    -------
    DataArray ``radial_distribution`` (frame, particle, pair, r), dimensionless; the pairs of `centre`.

    Raises
    ------
    ParameterError
        if the distances are not evenly spaced from above 0.
    BoxError
        if the box is too small for them.

    Source: sharma2022, Eqs. 8, B1.

    >>> import supercooled as sc
    >>> pair = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]])
    >>> g = local_radial_distribution(Trajectory.from_arrays(pair, sc.Box.cube(10.0)), centre="A",
    ...     width=0.1, r=[0.9, 1.0, 1.1], normalisation="total")
    >>> (g / g.sel(r=1.0)).isel(frame=0, particle=0, pair=0).values.round(3)
    array([0.749, 1.   , 0.501])
    """
    distances = np.asarray(r, dtype=np.float64)
    steps = np.diff(distances)
    if distances.size < 2 or not (distances[0] > 0 and (steps > 0).all() and np.ptp(steps) < 1e-6 * steps[0]):
        raise ParameterError("r must hold two or more evenly spaced distances from above 0")
    u = trajectory.species_index(centre)
    points = Points(float(distances[0]), float(steps.mean()), len(distances))
    smearing = Smearing(u, (points,) * len(trajectory.names), width, normalisation)
    centres = trajectory.of_species(u)
    rows = np.arange(trajectory.n_frames)[frames]
    if len(rows) == 0:
        raise ParameterError(
            f"{trajectory.source.name}: {frames} chooses none of {trajectory.n_frames} frames"
        )
    values = np.stack([_distributions_of(trajectory.frame(int(row)), smearing)[centres] for row in rows])
    coords = {
        **coordinates(trajectory, frames, centres),
        "pair": list(pairs_of(trajectory.names, u)),
        "r": distances,
    }
    return labelled(
        "radial_distribution",
        values,
        ("frame", "particle", "pair", "r"),
        coords,
        **origin(trajectory),
        width=width,
    )


def _distributions_of(frame: Frame, smearing: Smearing) -> Array:
    """G of every particle of the centre species, (particle, species, r)."""
    near = smearing.neighbourhood(frame)
    g = np.empty((frame.n_particles, len(smearing.points), smearing.points[0].number))
    local_distributions(near.cells, near.kind, near.chosen, near.grid, g)
    return in_order(g, near.cells)


def pairs_of(names: tuple[str, ...], centre: int) -> tuple[str, ...]:
    """Label of the pair of one species with each, (species,)."""
    labels = np.array(pair_labels(names))
    n = len(names)
    a, b = np.triu_indices(n)
    return tuple(
        str(labels[np.flatnonzero((a == min(centre, v)) & (b == max(centre, v)))[0]]) for v in range(n)
    )

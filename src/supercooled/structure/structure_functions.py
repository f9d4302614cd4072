"""The surroundings of each particle as numbers to learn from."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from supercooled.arguments import Positive, validated
from supercooled.arrays import AnyArray, Array
from supercooled.chunks import as_slice, shared_out
from supercooled.errors import ParameterError, TrajectoryError
from supercooled.fields import check, reading, sealed_folder
from supercooled.frame import Frame
from supercooled.kernels.gaussians import gaussians_around, make_ladder
from supercooled.kernels.structure_functions import Angles, angular_sums
from supercooled.matching import coordinates, origin
from supercooled.neighbour_list import in_order
from supercooled.quantities import labelled
from supercooled.structure.feature_sets import Angular, Radial
from supercooled.trajectory import Trajectory


@validated
def structure_functions(
    trajectory: Trajectory,
    *,
    species: str,
    radial: Radial | Sequence[Radial] = (),
    angular: Angular | None = None,
    frames: slice = slice(None),
    then: Callable[[xr.DataArray], xr.DataArray] | None = None,
    out: str | Path | None = None,
    executor: Executor | None = None,
    megabytes: Positive = 64.0,
) -> xr.DataArray:
    r"""Numbers that describe the surroundings of each particle, whichever way it is turned.

    .. math:: G_v(i; \mu) = \sum_{j \in v,\, j \ne i} e^{-(r_{ij} - \mu)^2 / 2\sigma^2}, \qquad
              \Psi_{vw}(i; \xi, \lambda, \zeta) = \sum_{\{j \in v,\, k \in w\}}
              e^{-(r_{ij}^2 + r_{ik}^2 + r_{jk}^2)/\xi^2} (1 + \lambda \cos\theta_{jik})^\zeta

    for every species v, and every pair of species v, w; each pair {j, k} of neighbours counts once, and
    a neighbour counts nearer than the cutoff. A Gaussian whose set has no cutoff is followed to six widths,
    where it has fallen to 1.5e-8.

    species : of the particles
    radial, angular : which functions; those of a paper are ``FEATURE_SETS["schoenholz2016"].radial``
        and ``.angular``
    frames : which frames of the trajectory; their numbers in it stay
    then : what to keep of each chunk of frames instead of its features, such as a model's softness
    out : Zarr folder that the features go to, a chunk at a time, instead of into memory; the result is
        read from there when asked for
    executor : maps chunks of frames; None does them here
    megabytes : of features in a chunk; it never changes the answer

    Returns
    -------
    DataArray ``structure_function`` (frame, particle, feature), dimensionless; ``feature`` names each,
    as "AB mu=0.9 sigma=0.1" or "AAB xi=2.554 lambda=-1 zeta=2", the particle's own species first;
    ``partners`` and ``length`` (mu or xi) tell them apart. The attribute ``definition`` holds all
    parameters, for a model to compare. Or what ``then`` returns, along ``frame``.

    Raises
    ------
    ParameterError
        if no function, no frame, or a species without particles is asked for.
    BoxError
        if a particle would meet a neighbour twice: the box is too small for the cutoff.
    TrajectoryError
        if another particle lies exactly on one, so that no angle is between them.
    StoreError
        if the folder holds something else, or can't be written.

    Source: schoenholz2016, Sec. I.C and main text, after J. Behler and M. Parrinello, Phys. Rev. Lett.
    98, 146401 (2007); graham2023, Eq. 3.

    >>> import supercooled as sc
    >>> pair = sc.Trajectory.from_arrays([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]], sc.Box.cube(10.0))
    >>> near = structure_functions(pair, species="A", radial=Radial(first=0.9, step=0.1, number=3, width=0.1))
    >>> near.isel(frame=0, particle=0).values.round(4)
    array([0.6065, 1.    , 0.6065])
    """
    if then is not None and out is not None:
        raise ParameterError("pass either then or out: only features go to a folder")
    wanted = Wanted.of(trajectory, species, radial, angular)
    numbers = range(trajectory.n_frames)[frames]
    if not numbers:
        raise ParameterError(f"{trajectory.source.name}: {frames} chooses no frame of {trajectory.n_frames}")
    most = max(1, int(megabytes * 2**20 / (8 * len(wanted.particles) * len(wanted.names))))
    size = shared_out(len(numbers), most=most, executor=executor)
    chunks = [list(numbers[start : start + size]) for start in range(0, len(numbers), size)]
    work = wanted.chunk if then is None else partial(_kept, wanted, then)
    parts = map(work, chunks) if executor is None else executor.map(work, chunks)
    if out is not None:
        return _written(parts, out, trajectory.source.name)
    return xr.concat(
        list(parts), dim="frame", combine_attrs="drop_conflicts", coords="minimal", compat="override"
    )


def _kept(wanted: Wanted, then: Callable[[xr.DataArray], xr.DataArray], frames: list[int]) -> xr.DataArray:
    return then(wanted.chunk(frames))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which functions of which particles."""

    trajectory: Trajectory
    species: str
    radial: tuple[Radial, ...]
    angular: Angular | None

    @classmethod
    def of(
        cls,
        trajectory: Trajectory,
        species: str,
        radial: Radial | Sequence[Radial],
        angular: Angular | None,
    ) -> Wanted:
        """Checked: something is asked for."""
        sets = (radial,) if isinstance(radial, Radial) else tuple(radial)
        if not sets and angular is None:
            raise ParameterError(
                "no structure function was asked for; pass for example "
                'radial=FEATURE_SETS["graham2023"].radial'
            )
        trajectory.of_species(species)
        return cls(trajectory, species, sets, angular)

    @property
    def particles(self) -> AnyArray:
        """Those of the species."""
        return self.trajectory.of_species(self.species)

    @property
    def partners(self) -> list[tuple[str, float, str]]:
        """Species, length and further parameters of each feature."""
        one = self.trajectory.names[self.trajectory.species_index(self.species)]
        return _described(self.trajectory.names, one, self.radial, self.angular)

    @property
    def names(self) -> list[str]:
        """Name of each feature."""
        return [f"{species} {rest}" for species, _, rest in self.partners]

    def named(self) -> dict[str, Any]:
        """Coordinates of the features."""
        return {
            "feature": self.names,
            "partners": ("feature", [p[0] for p in self.partners]),
            "length": ("feature", [p[1] for p in self.partners]),
        }

    @property
    def definition(self) -> str:
        """All that decides a feature, as JSON."""
        data = {
            "centre": self.species,
            "species": list(self.trajectory.names),
            "dimensions": self.trajectory.dimensions,
            "radial": [{**asdict(s), "cutoff": s.reach} for s in self.radial],
            "angular": None if self.angular is None else asdict(self.angular),
        }
        return json.dumps(data, sort_keys=True)

    def fill(self, row: Array, frame: Frame, particles: AnyArray) -> None:
        """Features of some particles of one frame, (particle, feature)."""
        chosen = np.zeros(frame.n_particles, bool)
        chosen[particles] = True
        some = replace(frame, chosen=chosen)
        at = 0
        for s in self.radial:
            part = radial_functions(some, s)
            row[:, at : at + part.shape[1]] = part[particles]
            at += part.shape[1]
        if self.angular is not None:
            row[:, at:] = angular_functions(some, self.angular)[particles]

    def chunk(self, frames: list[int]) -> xr.DataArray:
        """Features of some frames."""
        run = self.trajectory
        values = np.empty((len(frames), len(self.particles), len(self.names)))
        for row, frame in zip(values, run.each(as_slice(frames)), strict=True):
            self.fill(row, frame, self.particles)
        return labelled(
            "structure_function",
            values,
            ("frame", "particle", "feature"),
            {**coordinates(run, frames, self.particles), **self.named()},
            **origin(run),
            definition=self.definition,
        )


def feature_names(
    species: tuple[str, ...], centre: str, radial: Sequence[Radial], angular: Angular | None
) -> list[str]:
    """Name of each function of the particles of one species.

    >>> feature_names(("A", "B"), "B", [Radial(first=0.9, step=0.1, number=1, width=0.1)], None)
    ['BA mu=0.9 sigma=0.1', 'BB mu=0.9 sigma=0.1']
    """
    return [f"{partners} {rest}" for partners, _, rest in _described(species, centre, radial, angular)]


def _described(
    names: tuple[str, ...], one: str, radial: Sequence[Radial], angular: Angular | None
) -> list[tuple[str, float, str]]:
    """Species, length and further parameters of each function."""
    found = [
        (f"{one}{name}", float(mean), f"mu={mean:.6g} sigma={s.width:g}")
        for s in radial
        for name in names
        for mean in s.means
    ]
    if angular is not None:
        found += [
            (f"{one}{a}{b}", float(xi), f"xi={xi:g} lambda={sign:g} zeta={zeta}")
            for k, a in enumerate(names)
            for b in names[k:]
            for xi, sign, zeta in angular.functions
        ]
    return found


def radial_functions(frame: Frame, wanted: Radial) -> Array:
    """Radial functions of a frame, (particle, species and mean); NaN for particles that are not wanted.

    Raises
    ------
    BoxError
        if a particle would meet a neighbour twice.
    """
    ladder = make_ladder(wanted.first, wanted.step, wanted.number, wanted.width)
    cells = frame.cells(wanted.reach)
    found = np.full((frame.n_particles, len(frame.names), wanted.number), np.nan)
    kind = frame.species.astype(np.int64)[cells.order]
    gaussians_around(cells, kind, frame.wanted[cells.order], ladder, wanted.reach, found)
    return in_order(found, cells).reshape(frame.n_particles, -1)


def angular_functions(frame: Frame, wanted: Angular) -> Array:
    """Angular functions of a frame, (particle, pair of species and function); NaN for what is not wanted.

    Raises
    ------
    BoxError
        if a particle would meet a neighbour twice.
    TrajectoryError
        if another particle lies exactly on one, so that no angle is between them.
    """
    n, functions = len(frame.names), wanted.functions
    decays = sorted({xi for xi, _, _ in functions})
    powers = sorted({(sign, zeta) for _, sign, zeta in functions})
    # The kernel wants the functions of each xi together.
    order = sorted(range(len(functions)), key=lambda f: decays.index(functions[f][0]))
    counts = [sum(xi == decay for xi, _, _ in functions) for decay in decays]
    angles = Angles(
        np.array(decays) ** -2.0,
        np.concatenate([[0], np.cumsum(counts)]),
        np.array([powers.index(functions[f][1:]) for f in order]),
        np.array([float(sign) for sign, _ in powers]),
        np.array([int(zeta) for _, zeta in powers]),
        wanted.cutoff**2,
    )
    cells, chosen = frame.cells(wanted.cutoff), frame.wanted
    found = np.full((frame.n_particles, n * (n + 1) // 2, len(functions)), np.nan)
    angular_sums(cells, frame.species.astype(np.int64)[cells.order], chosen[cells.order], n, angles, found)
    values = np.empty_like(found)
    values[..., order] = in_order(found, cells)
    values = values.reshape(frame.n_particles, -1)
    # The angle with a neighbour at no distance is the only thing here that is no number.
    without = np.flatnonzero(chosen & np.isnan(values).any(axis=1))
    if without.size:
        raise TrajectoryError(f"{frame.place}: another particle lies on particle {without[0]}, at no angle")
    return values


def _written(parts: Iterator[xr.DataArray], out: str | Path, run: str) -> xr.DataArray:
    """The parts one after the other in a Zarr folder, which has its name when it is whole."""
    with sealed_folder(out, by="structure_functions", inputs=[run]) as unfinished, warnings.catch_warnings():
        # Text coordinates have no final Zarr 3 specification yet.
        warnings.filterwarnings("ignore", module="zarr")
        _append(parts, unfinished)
    check(out)
    with reading(f"{out}"):
        stored: xr.DataArray = xr.open_zarr(out, consolidated=False, chunks=None)["structure_function"]
        return stored


def _append(parts: Iterator[xr.DataArray], folder: Path) -> None:
    for k, part in enumerate(parts):
        more: dict[str, Any] = {"append_dim": "frame"} if k else {"mode": "w"}
        # Coordinates of the particles and features stand there since the first chunk.
        fixed = [name for name, c in part.coords.items() if "frame" not in c.dims] if k else []
        dataset = part.drop_vars(fixed).to_dataset(name="structure_function")
        dataset.to_zarr(folder, consolidated=False, write_empty_chunks=True, **more)

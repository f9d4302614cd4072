"""How a file is read, and what looks wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from supercooled.arguments import Positive, Temperature, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.display import html_table, printable
from supercooled.errors import SupercooledError
from supercooled.io.labels import Names
from supercooled.io.meaning import Meaning, Repeats, Unfinished
from supercooled.io.opened import Found, Opened
from supercooled.io.reading import open_file
from supercooled.nearest import MOST_SPECIES, nearest_distances
from supercooled.trajectory import Trajectory
from supercooled.units import Units

# Of dense liquids in reduced units; nearest distances in units of the mean spacing; in edges of the box.
_DENSITIES = (0.2, 3.0)
_NEAR, _OUTSIDE = 0.2, 0.75
_SAME = 1e-6
_DRIFT = 0.1
# Slope of distance over time on logarithmic scales, above which frames are logarithmic.
_AS_LATE = 0.65


@validated
@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How a file is read.

    Parameters
    ----------
    trajectory
        that :func:`supercooled.read` makes of it, with the same said
    kind
        of file
    counts
        how many particles each species has
    species_column
        what told them, None if nothing
    coordinates
        "folded" or "unwrapped", "scaled by the box" before it
    images
        smallest and largest count, in the frames that were looked at; None where none are counted
    box_change
        largest change of an edge or tilt, as a fraction of an edge
    n_written
        frames in the file
    repeats
        frames left out because others have their time
    steps
        words on the file's steps, None where it counts none
    times
        words on the times, None where it has none
    units
        words on the units
    density
        particles per volume
    nearest
        smallest distance of each pair of species, in the frames that were looked at
    not_read
        columns that say more than is read
    warnings
        sentences on what looks wrong

    Notes
    -----
    First, middle and last frame are looked at, of boxes and steps all.
    """

    trajectory: Trajectory
    kind: str
    counts: Mapping[str, int]
    species_column: str | None
    coordinates: str
    images: tuple[int, int] | None
    box_change: float
    n_written: int
    repeats: int
    steps: str | None
    times: str | None
    units: str
    density: float
    nearest: Mapping[str, float]
    not_read: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def box(self) -> Box:
        """Box of the first frame."""
        return Box.from_array(self.trajectory.boxes(slice(0, 1))[0], self.trajectory.dimensions)

    def lines(self) -> list[tuple[str, str]]:
        """Label and words, line by line.

        Returns
        -------
        list[tuple[str, str]]
            label and text of each line
        """
        run, box = self.trajectory, self.box
        d = run.dimensions
        told = f"given by {self.species_column}" if self.species_column else "no column gives the species"
        edges = " x ".join(f"{edge:.6g}" for edge in box.lengths[:d])
        tilts = [f"{t:.4g}" for t in (box.xy, box.xz, box.yz)[: 1 if d == 2 else 3]]
        tilted = f", tilts {' '.join(tilts)}" if any((box.xy, box.xz, box.yz)) else ""
        moves = f"changes by up to {self.box_change:.2g} of an edge" if self.box_change > _SAME else "fixed"
        frames = f"{run.n_frames}" + (f" of {self.n_written}" if run.n_frames < self.n_written else "")
        counted = "none" if self.images is None else f"{self.images[0]} to {self.images[1]}"
        lines = [
            ("file", f"{run.source.name} ({self.kind})"),
            ("particles", f"{run.n_particles} in {d} dimensions"),
            ("species", f"{', '.join(f'{n} {name}' for name, n in self.counts.items())}; {told}"),
            ("positions", self.coordinates),
            ("image flags", counted),
            ("box", f"{edges}{tilted}; {moves}"),
            ("frames", frames + (f", {self.repeats} repeats left out" if self.repeats else "")),
            ("steps", self.steps or "not counted"),
            ("times", self.times or "none"),
            ("units", self.units),
            ("density", f"{self.density:.5g}"),
            ("temperature", "not known" if run.temperature is None else f"{run.temperature:.6g}"),
            ("nearest", ", ".join(f"{pair} {r:.4g}" for pair, r in self.nearest.items()) or "no pair"),
        ]
        return [*lines, ("not read", ", ".join(self.not_read))] if self.not_read else lines

    def __str__(self) -> str:
        """As the command prints it."""
        every = [*self.lines(), *(("warning", sentence) for sentence in self.warnings)]
        width = max(len(label) for label, _ in every)
        # A file's own bytes may be quoted; a terminal would obey some of them.
        return "\n".join(f"{label:<{width}}  {printable(words)}" for label, words in every)

    def _repr_html_(self) -> str:
        warned = [("warning", sentence) for sentence in self.warnings]
        return html_table("How the file is read", [*self.lines(), *warned])


@validated
def look(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002  the field's word
    timestep: Positive | None = None,
    temperature: Temperature | None = None,
    names: Names | None = None,
    species_column: str | None = None,
    unwrapped: bool | None = None,
    units: Units | str | None = None,
    box: Box | None = None,
    repeats: Repeats = "refuse",
    unfinished: Unfinished = "refuse",
    frames: slice = slice(None),
    topology: str | Path | None = None,
) -> Look:
    """How a file is read, and what looks wrong in it; the arguments are those of :func:`read`.

    A file that :func:`read` asks about is shown with the question among the warnings.

    Parameters
    ----------
    path
        file to read
    format
        kind of file, by default from its name
    timestep
        integration step, or time between two frames
    temperature
        temperature of the run
    names
        names of the species
    species_column
        column of the species
    unwrapped
        positions were never wrapped
    units
        units of the file
    box
        periodic box, if the file has none
    repeats
        which of several frames with the same time is kept
    unfinished
        what happens to an incomplete last frame
    frames
        slice of frames
    topology
        file with the particles of a ``.dcd``, ``.xtc`` or ``.trr``

    Returns
    -------
    Look
        what was found in the file, as text line by line

    Raises
    ------
    TrajectoryError, BoxError, ParameterError
        if the file can't be read at all.

    Examples
    --------
    >>> import tempfile
    >>> import supercooled as sc
    >>> file = Path(tempfile.mkdtemp()) / "still.gsd"
    >>> sc.write_gsd(file, sc.Trajectory.from_arrays(np.eye(3)[None], sc.Box.cube(1.5)))
    >>> found = look(file)
    >>> found.counts, round(found.density, 3), found.warnings
    ({'A': 3}, 0.889, ())
    """
    return look_at(
        path,
        Meaning(
            format=format,
            timestep=timestep,
            temperature=temperature,
            names=names,
            species_column=species_column,
            unwrapped=unwrapped,
            units=units,
            box=box,
            repeats=repeats,
            unfinished=unfinished,
            frames=frames,
            topology=topology,
            doubts=[],
        ),
    )


@validated
def look_at(path: str | Path, meaning: Meaning) -> Look:
    """How a file is read. See :func:`look`.

    Parameters
    ----------
    path
        file to read
    meaning
        what the caller says about the file

    Returns
    -------
    Look
        what was found in the file
    """
    opened = open_file(path, meaning)
    run, found = opened.trajectory, opened.found
    box = Box.from_array(run.boxes(slice(0, 1))[0], run.dimensions)
    density = run.n_particles / box.volume
    chosen = sorted({0, run.n_frames // 2, run.n_frames - 1})
    nearest = _nearest(run, chosen)
    boxes = run.boxes()
    scale = np.r_[boxes[0, :3], np.ones(3)]
    counts = np.bincount(run.species, minlength=len(run.names))
    return Look(
        trajectory=run,
        kind=found.kind,
        counts=dict(zip(run.names, counts.tolist(), strict=True)),
        species_column=found.species_column,
        coordinates=found.coordinates,
        images=_image_range(run, chosen),
        box_change=float(np.abs((boxes - boxes[0]) / scale).max()),
        n_written=found.source.n_frames,
        repeats=opened.repeats,
        steps=None if found.steps is None else _spacing(found.steps[run.frames], "{:.0f}"),
        times=None if run.moments is None else f"{_spacing(run.moments, '{:.6g}')} tau",
        units=_units(run, found),
        density=density,
        nearest=nearest,
        not_read=found.not_read,
        warnings=tuple(dict.fromkeys([*(meaning.doubts or ()), *_odd(opened, box, density, nearest)])),
    )


def _odd(opened: Opened, box: Box, density: float, nearest: Mapping[str, float]) -> Iterator[str]:
    run, found = opened.trajectory, opened.found
    if found.left_out:
        yield "The last frame is incomplete and is left out."
    if found.unended:
        yield "The last line has no newline; its numbers look complete, or were taken as they are."
    if opened.repeats:
        yield f"{opened.repeats} frames repeat the time of other frames and are left out."
    if run.moments is None:
        yield "It contains no times: functions that need them ask for timestep, or --timestep."
    if run.units is None and not _DENSITIES[0] <= density <= _DENSITIES[1]:
        yield (
            f"A density of {density:.3g} is not that of a dense liquid in reduced units. If the "
            "file has other units, give them, for example --units "
            "metal,sigma=2.2,epsilon=0.08,mass=58.7."
        )
    spacing = density ** (-1.0 / run.dimensions)
    for pair, r in nearest.items():
        if r < _NEAR * spacing:
            yield f"Two particles {pair} are only {r:.3g} apart."
    empty = [
        name
        for name, n in zip(run.names, np.bincount(run.species, minlength=len(run.names)), strict=True)
        if not n
    ]
    if empty:
        yield f"No particle is of species {', '.join(empty)}."
    if run.names == ("A", "B") and found.species_column == "type" and np.mean(run.species == 0) < 0.5:
        yield (
            "A, the first type, is the minority species; in Kob-Andersen liquids A is the "
            "majority: --names 2=A,1=B renames them."
        )
    if run.dimensions == 2 and not found.has_z:
        yield "There is no column for z: it is read as two-dimensional."
    yield from _odd_boxes(run)
    yield from _odd_motion(run, box, spacing)


def _odd_boxes(run: Trajectory) -> Iterator[str]:
    boxes = run.boxes()
    same = np.isclose(boxes, boxes[0], rtol=_SAME, atol=1e-9).all(axis=1)
    if not same.all():
        yield f"The box of frame {run.frames[int(np.argmin(same))]} is not that of frame {run.frames[0]}."


def _odd_motion(run: Trajectory, box: Box, spacing: float) -> Iterator[str]:
    first = run.read(slice(0, 1))
    told = first.unwrapped or first.images is not None
    last = run.read(slice(run.n_frames - 1, run.n_frames))
    ends = np.concatenate([first.positions[0], last.positions[0]])
    far = np.abs(box.fractional(ends)[:, : run.dimensions]).max()
    if not told and far > _OUTSIDE:
        yield (
            f"Positions reach {far - 0.5:.2g} edges beyond the box: if they were never wrapped, "
            "use --unwrapped."
        )
    if run.n_frames < 2:
        return
    try:
        # By continuity only frames that follow each other can be compared.
        two = run[:2] if not told else run[:: run.n_frames - 1]
        paths = two.unwrapped()
    except SupercooledError as error:
        yield f"{error}."
        return
    moved = paths[-1] - paths[0]
    drift = float(np.linalg.norm(moved.mean(axis=0)))
    if drift > _DRIFT * spacing:
        yield (
            f"The mean position moves by {drift:.3g} from frame {two.frames[0]} to "
            f"{two.frames[-1]}: --remove-drift subtracts it."
        )
    if not moved.any():
        yield f"No particle moves from frame {two.frames[0]} to {two.frames[-1]}."


def _nearest(run: Trajectory, frames: list[int]) -> dict[str, float]:
    """Smallest distance of each pair of species that have particles; of polydisperse ones, of all."""
    if len(run.names) > MOST_SPECIES:
        run = replace(run, species=np.zeros_like(run.species), names=("all",))
    found: dict[str, float] = {}
    for f in frames:
        for pair, r in nearest_distances(run, f).items():
            name = "-".join(pair)
            found[name] = min(found.get(name, np.inf), r)
    return found


def _image_range(run: Trajectory, frames: list[int]) -> tuple[int, int] | None:
    images = [run.read(slice(f, f + 1)).images for f in frames]
    counted = [each for each in images if each is not None]
    if not counted:
        return None
    return int(min(each.min() for each in counted)), int(max(each.max() for each in counted))


def _spacing(values: Array, form: str) -> str:
    """From where to where, and how far apart: evenly, logarithmically, or unevenly."""
    ends = f"{form.format(values[0])} to {form.format(values[-1])}"
    if len(values) < 2:
        return form.format(values[0])
    apart = np.diff(values)
    least, most = form.format(apart.min()), form.format(apart.max())
    if np.ptp(apart) <= 1e-6 * abs(apart.mean()):
        return f"{ends}, every {form.format(apart.mean())}"
    how = "logarithmically" if _is_logarithmic(apart) else "unevenly"
    return f"{ends}, {how}, {least} to {most} apart"


def _is_logarithmic(apart: Array) -> bool:
    """Whether distances grow, once or again and again, by the same pattern."""
    falls = np.flatnonzero(np.diff(apart) < -1e-6 * apart.max())
    # A cycle ends before its distances fall; a single cycle has no such fall.
    cycle: Integers = falls[:1] + 1
    length = int(cycle[0]) if len(cycle) else len(apart)
    one = apart[:length]
    if length < 4 or one.min() <= 0 or not np.allclose(apart, np.resize(one, len(apart)), rtol=1e-3):
        return False
    # In a logarithmic series frames are as far apart as they are late: a slope of 1, rounding aside.
    late = np.cumsum(one) - one / 2
    return bool(np.polyfit(np.log(late), np.log(one), 1)[0] > _AS_LATE)


def _units(run: Trajectory, found: Found) -> str:
    if run.units is None:
        return (
            f"{found.units}, not reduced" if found.units else "assumed to be reduced; the file does not say"
        )
    if run.units.is_reduced:
        return "reduced, as given"
    return f"{run.units}, reduced by these scales"

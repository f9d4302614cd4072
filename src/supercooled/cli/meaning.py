"""What a file means: the same options for every command that reads trajectories."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal

import typer

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "timestep": (
        Annotated[
            float | None,
            typer.Option(
                help="Integration step, if the file gives steps only; time between two frames, if "
                "it gives none. In the file's unit of time."
            ),
        ],
        None,
    ),
    "names": (
        Annotated[
            str | None,
            typer.Option(
                help="Names of the species by their label in the file, as 3=A,7=B; by default types 1, "
                "2 are A, B."
            ),
        ],
        None,
    ),
    "species_column": (
        Annotated[str | None, typer.Option(help="Column of the species, as type or element.")],
        None,
    ),
    "unwrapped": (
        Annotated[
            bool | None,
            typer.Option(
                "--unwrapped/--folded",
                help="Meaning of the positions, if the file does not give it or is wrong.",
            ),
        ],
        None,
    ),
    "units": (
        Annotated[
            str | None,
            typer.Option(
                help="Units of the file: lj (reduced), or others with sigma_AA, epsilon_AA and m_AA "
                "in them, as metal,sigma=2.2,epsilon=0.08,mass=58.7."
            ),
        ],
        None,
    ),
    "box": (
        Annotated[
            str | None,
            typer.Option(
                help="Edges of the box of plain XYZ, as 8 or 8,8,9; 8,8,9,xy,xz,yz if it is tilted."
            ),
        ],
        None,
    ),
    "repeats": (
        Annotated[
            Literal["refuse", "first", "last"],
            typer.Option(
                help="Frames with the same time, as after a restart: refuse, or take the first or the last."
            ),
        ],
        "refuse",
    ),
    "unfinished": (
        Annotated[
            Literal["refuse", "drop", "keep"],
            typer.Option(help="A last frame that may be cut short: refuse, drop it, or keep it as it is."),
        ],
        "refuse",
    ),
    "frames": (
        Annotated[str | None, typer.Option(help="Frames to read, by number, as 100:, :50 or 100:200:2.")],
        None,
    ),
    "format": (
        Annotated[
            str | None,
            typer.Option(
                help="Format of the file, if its name does not show it: gsd, lammps, xyz, lammps-data, ase, "
                "gamdpy, glassbench, mdanalysis, or another reader's."
            ),
        ],
        None,
    ),
    "topology": (
        Annotated[
            str | None,
            typer.Option(help="File that says what the particles of a dcd, xtc or trr file are."),
        ],
        None,
    ),
}


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say what its files mean; it takes them as ``said``."""
    return _with(command)


def reads_start(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the same options for the file that it starts from; as ``said``, too."""
    return _with(command)


def started(start: str, said: dict[str, Any]) -> Any:
    """What a run starts from: a word, a file, or the last frame of a file of which something was said.

    Raises
    ------
    ParameterError
        if something was said of a file, and there is none.
    """
    from supercooled import io
    from supercooled.analysis.inputs import said_of
    from supercooled.errors import ParameterError

    usual = said_of({name: default for name, (_, default) in _OPTIONS.items()})
    told = {name: value for name, value in said.items() if value != usual[name]}
    if not told:
        return start
    if start in ("equilibrated", "lattice"):
        words = ", ".join("--" + name.replace("_", "-") for name in told)
        raise ParameterError(f"{words} is for files, but --start is {start!r}: give a file, or leave it out")
    return io.read(start, **told)[-1:]


def _with(command: Callable[..., None]) -> Callable[..., None]:
    options = _OPTIONS
    own = inspect.signature(command, eval_str=True)

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        from supercooled.analysis.inputs import said_of

        said = said_of({name: values.pop(name) for name in options})
        command(**values, said=said)

    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in options.items()
    ]
    kept = [
        one.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for one in own.parameters.values()
        if one.name != "said"
    ]
    with_options.__signature__ = own.replace(parameters=[*kept, *more])  # type: ignore[attr-defined]
    with_options.__annotations__ = {
        **{one.name: one.annotation for one in kept},
        **{name: kind for name, (kind, _) in options.items()},
    }
    return with_options

"""Outputs named by all that made them: what is there is not made again."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import xarray as xr

from supercooled.digests import digest_of
from supercooled.errors import StoreError
from supercooled.fields import opened
from supercooled.outputs import parts_of_results, set_aside
from supercooled.report import load_results, save_results
from supercooled.source_code import source_digest

__all__ = ["FieldStage", "Results", "Stage", "field_stage", "stage"]

Results = dict[str, xr.Dataset]

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Stage(Generic[_P]):
    """A function whose results are kept, under a key that is made of all that decides them.

    The key is made of the function's name, the digest of its source and of all that it can reach, and of
    every argument that is passed to it, defaults included: trajectories by their fingerprint, frames and
    times, arrays and fields by what they hold. What can't be told apart is an error. Nobody writes keys by
    hand.

    Parameters
    ----------
    function
        at the top of a module, so that all that it uses is passed to it or stands in the source
    free
        parameters that change no number, such as who does the work
    """

    def __init__(self, function: Callable[_P, Results], free: Sequence[str]) -> None:
        self._function = function
        self.free = frozenset(free)
        self.name = _registered(self, function, self.free)

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> Results:
        """Results made now, and not kept."""
        return self._function(*args, **kwargs)

    def key(self, *args: _P.args, **kwargs: _P.kwargs) -> str:
        """What names the results of these arguments."""
        return _key(self._function, self.free, args, kwargs)

    def kept(self, folder: Path, label: str, *args: _P.args, **kwargs: _P.kwargs) -> Results:
        """Results, read back if the same source has made them of the same arguments before.

        Parameters
        ----------
        label
            for people, before the key in the name of what is kept

        Notes
        -----
        What was damaged since is kept under another name, and made again.
        """
        path = folder / f"{label}-{self.key(*args, **kwargs)}.zarr"
        if path.exists():
            try:
                return load_results(path)
            except StoreError:
                set_aside(path)
        made = self._function(*args, **kwargs)
        with parts_of_results(folder):
            save_results(path, made)
        return load_results(path)


class FieldStage(Generic[_P]):
    """A stage that stores a field at a path, its first argument, which is read when asked for.

    Parameters
    ----------
    function
        stores the field and returns it, as :func:`supercooled.dynamics.hops` does with ``out=``
    free
        as of :class:`Stage`
    """

    def __init__(self, function: Callable[Concatenate[Path, _P], xr.DataArray], free: Sequence[str]) -> None:
        self._function = function
        first = next(iter(inspect.signature(function).parameters))
        self.free = frozenset((first, *free))
        self.name = _registered(self, function, self.free)

    def key(self, *args: _P.args, **kwargs: _P.kwargs) -> str:
        """What names the field of these arguments."""
        return _key(self._function, self.free, (None, *args), kwargs)

    def kept(self, folder: Path, label: str, *args: _P.args, **kwargs: _P.kwargs) -> xr.DataArray:
        """The field; not stored again if it is there. As :meth:`Stage.kept`."""
        path = folder / f"{label}-{self.key(*args, **kwargs)}.zarr"
        if path.exists():
            try:
                return opened(path)
            except StoreError:
                set_aside(path)
        with parts_of_results(folder):
            return self._function(path, *args, **kwargs)


# Every stage there is, by the full name of its function.
STAGES: dict[str, Stage[Any] | FieldStage[Any]] = {}


def stage(*, free: Sequence[str] = ()) -> Callable[[Callable[_P, Results]], Stage[_P]]:
    """Make a function a :class:`Stage`."""
    return lambda function: Stage(function, free)


def field_stage(
    *, free: Sequence[str] = ()
) -> Callable[[Callable[Concatenate[Path, _P], xr.DataArray]], FieldStage[_P]]:
    """Make a function a :class:`FieldStage`."""
    return lambda function: FieldStage(function, free)


def _registered(
    made: Stage[Any] | FieldStage[Any], function: Callable[..., Any], free: frozenset[str]
) -> str:
    name = f"{function.__module__}.{function.__qualname__}"
    strange = free - set(inspect.signature(function).parameters)
    if "<" in name or strange:
        why = f"it has no {sorted(strange)}" if strange else "it must be defined at the top level of a module"
        raise TypeError(f"{name} can't be a stage: {why}")
    STAGES[name] = made
    return name


def _key(
    function: Callable[..., Any], free: frozenset[str], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> str:
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    passed = {name: value for name, value in bound.arguments.items() if name not in free}
    name = f"{function.__module__}.{function.__qualname__}"
    return digest_of(name, source_digest(function.__module__), passed)[:16]

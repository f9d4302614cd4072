"""Checks from a signature's annotations."""

from __future__ import annotations

import functools
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike

from supercooled.arguments.several import AnyLabelled, Either, Entries, Numbers, Row, Several
from supercooled.arguments.single import (
    Among,
    Anything,
    Bool,
    Check,
    Function,
    Instance,
    Number,
    Place,
    Slice,
    Text,
    Whole,
)
from supercooled.errors import ParameterError, SupercooledError

_T = TypeVar("_T", bound=Callable[..., Any])


@overload
def validated(target: _T) -> _T: ...
@overload
def validated(*, error: type[SupercooledError]) -> Callable[[_T], _T]: ...
def validated(target: _T | None = None, *, error: type[SupercooledError] = ParameterError) -> Any:
    """Function or class whose arguments are checked by their annotations before it runs.

    Parameters
    ----------
    error
        of a wrong argument, where a noun has its own

    Notes
    -----
    Signature, docstring and pickling stay.

    Examples
    --------
    >>> from supercooled.arguments import Positive
    >>> @validated
    ... def doubled(x: Positive) -> float:
    ...     return 2 * x
    >>> doubled(-1.0)
    Traceback (most recent call last):
    supercooled.errors.ParameterError: x must be positive, not -1.0
    """
    if target is None:
        return functools.partial(validated, error=error)
    if isinstance(target, type):
        target.__init__ = _wrapped(target.__init__, error, target)  # type: ignore[misc]
        return target
    return _wrapped(target, error)


def _wrapped(function: Callable[..., Any], error: type[SupercooledError], owner: type | None = None) -> Any:
    parameters = inspect.signature(function).parameters
    names = [p.name for p in parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    plan: dict[str, Check | None] = {}

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not plan:
            plan.update(plan_of(function, owner))
        try:
            good = [
                value if (check := plan.get(name)) is None else check(name, value)
                for name, value in zip(names, args, strict=False)
            ]
            for name, value in kwargs.items():
                if (check := plan.get(name)) is not None:
                    kwargs[name] = check(name, value)
        except ParameterError as wrong:
            # Without the frames of the checks.
            raise error(*wrong.args) from None
        return function(*good, *args[len(good) :], **kwargs)

    return wrapper


def plan_of(function: Callable[..., Any], owner: type | None = None) -> dict[str, Check | None]:
    """Check of each argument. Annotations are read at the first call: then every module is whole.

    Parameters
    ----------
    owner
        the class that it makes; a field that is inherited has its annotation from where it was written
    """
    space: dict[str, Any] = {}
    for kind in reversed(owner.__mro__ if owner else ()):
        space |= vars(sys.modules[kind.__module__])
    space |= getattr(inspect.unwrap(function), "__globals__", {})
    plan: dict[str, Check | None] = {"": None}
    for parameter in inspect.signature(function).parameters.values():
        hint = parameter.annotation
        if hint is inspect.Parameter.empty:
            continue
        hint = eval(hint, space) if isinstance(hint, str) else hint  # noqa: S307 - text of our own source
        if parameter.kind is parameter.VAR_KEYWORD:
            origin: Any = typing.get_origin(hint)
            if origin is Unpack:
                each = typing.get_type_hints(typing.get_args(hint)[0], include_extras=True)
                plan.update({name: check_of(one) for name, one in each.items()})
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            plan[parameter.name] = check_of(hint)
    return plan


def check_of(hint: Any) -> Check | None:
    """The check that an annotation asks for; None where there is nothing to check."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any or hint is object or isinstance(hint, TypeVar):
        return None
    if origin is Annotated:
        own = next((one for one in inside[1:] if isinstance(one, Check)), None)
        many = next((one for one in inside[1:] if isinstance(one, AtLeast)), None)
        return own or (check_of(inside[0]) if many is None else many.of(check_of(inside[0])))
    if hint is ArrayLike:
        return Numbers()
    if hint in _PLAIN:
        return _PLAIN[hint]
    if origin is Literal:
        return Among(inside)
    if origin in (typing.Union, types.UnionType):
        return _union(inside)
    if origin is np.ndarray:
        # What NaN means in an array of our own kind, the function knows.
        kind = typing.get_args(inside[1])[0]
        whole = isinstance(kind, type) and issubclass(kind, np.integer)
        return Numbers(nan=True, infinite=True, whole=whole, array=True)
    if origin is tuple and inside[-1:] != (Ellipsis,):
        return Row(tuple(check_of(one) or Anything() for one in inside))
    if origin in (tuple, list, Sequence, Iterable):
        return Several(check_of(inside[0]) or Anything())
    if origin in (Mapping, dict):
        return Entries(check_of(inside[0]) or Anything(), check_of(inside[1]) or Anything())
    if getattr(origin, "__name__", "") == "Callable":
        return Function()
    if getattr(hint, "__name__", "") in ("Dataset", "DataArray"):
        return AnyLabelled(hint)
    return Instance(origin or hint) if isinstance(origin or hint, type) else None


_PLAIN: dict[Any, Check] = {
    float: Number(),
    int: Whole(),
    bool: Bool(),
    str: Text(),
    slice: Slice(),
    Path: Place(),
}


def _union(inside: tuple[Any, ...]) -> Check | None:
    kinds = [one for one in inside if one is not type(None)]
    checks: list[Check | None] = []
    if set(typing.get_args(ArrayLike)) <= set(kinds):
        kinds = [one for one in kinds if one not in typing.get_args(ArrayLike)]
        checks.append(Numbers())
    if str in kinds and Path in kinds:
        kinds.remove(str)
    # Before what is wider.
    kinds.sort(key=lambda one: str(typing.get_origin(one)) != "typing.Literal")
    checks = [check_of(one) for one in kinds] + checks
    some = [check for check in checks if check is not None]
    if len(some) < len(checks):
        return None
    none = type(None) in inside
    return some[0] if len(some) == 1 and not none else Either(tuple(some), none)


@dataclass(frozen=True)
class AtLeast:
    """Beside a sequence or mapping: how many entries it has at least."""

    entries: int

    def of(self, check: Check | None) -> Check | None:
        """The check with that bound on every sequence in it."""
        if isinstance(check, Several):
            return Several(check.entry, self.entries)
        if isinstance(check, Entries):
            return Entries(check.key, check.value, self.entries)
        if isinstance(check, Either):
            return Either(tuple(self.of(one) or one for one in check.checks), check.none)
        return check

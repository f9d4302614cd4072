"""What an argument of several values must be: an array, a labelled result, a sequence, a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from supercooled.arguments.sentences import Sentence, article, is_a, shown
from supercooled.arguments.single import LARGEST, Check, Instance, Number, Text


@dataclass(frozen=True)
class Numbers(Check):
    """An array of numbers, or what makes one.

    Parameters
    ----------
    rank
        how many dimensions, None for any
    rising
        each entry above the one before
    above, at_least, at_most
        all entries
    whole
        whole numbers
    least
        how many entries at least
    columns
        size of the last dimension
    array
        goes on as an array
    nan, infinite
        entries may be that
    """

    rank: int | None = None
    rising: bool = False
    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    whole: bool = False
    least: int = 0
    columns: int | None = None
    array: bool = False
    nan: bool = False
    infinite: bool = False
    like: str = ""

    @property
    def words(self) -> str:
        if self.whole:
            return "whole numbers"
        return {0: "a number", 1: "a one-dimensional array of numbers"}.get(
            -1 if self.rank is None else self.rank, "an array of numbers"
        )

    @property
    def example(self) -> str:
        return self.like

    def fits(self, value: object) -> bool:
        return _numeric(value) is not None

    def refused(self, value: Any) -> str | None:
        values = _numeric(value)
        if values is None:
            return self.words
        if (
            self.rank is not None
            and values.ndim != self.rank
            and not (self.rank == 1 and values.ndim == 0 and self.least < 2 and not self.array)
        ):
            return f"an array of {self.rank} dimension{'s' * (self.rank != 1)}"
        if self.columns is not None and (values.ndim == 0 or values.shape[-1] != self.columns):
            return f"an array whose last dimension is {self.columns}"
        if values.size < self.least:
            return f"{self.least} numbers or more" if self.least > 1 else "one number or more"
        if not (self.nan or np.isfinite(values).all()):
            bad = np.argwhere(~np.isfinite(values) & ~(self.infinite & np.isinf(values)))
            if len(bad):
                return self._at(values, bad[0], "must be a finite number")
        with np.errstate(invalid="ignore"):
            if (
                not self.infinite
                and values.dtype.kind == "f"
                and values.size
                and np.abs(values).max() > LARGEST
            ):
                return self._at(
                    values, np.argwhere(np.abs(values) > LARGEST)[0], f"must be below {LARGEST:g} in size"
                )
            if self.above is not None and (low := values <= self.above).any():
                words = "positive" if self.above == 0 else f"above {self.above}"
                return self._at(values, np.argwhere(low)[0], f"must be {words}")
            if self.at_least is not None and (low := values < self.at_least).any():
                return self._at(values, np.argwhere(low)[0], f"must be {self.at_least} or more")
            if self.at_most is not None and (high := values > self.at_most).any():
                return self._at(values, np.argwhere(high)[0], f"must be at most {self.at_most}")
            if self.whole and values.dtype.kind == "f" and values.size:
                return "whole numbers"
            if self.rising and values.size > 1 and not (np.diff(values) > 0).all():
                return Sentence(
                    "must increase, each number above the one before"
                    + (f"; for example {self.like}" if self.like else "")
                )
        return None

    def parts(self, name: str, value: Any) -> Any:
        if not self.array:
            return value
        values = _numeric(value)
        return values.astype(np.int64) if values is not None and self.whole and values.size == 0 else values

    @staticmethod
    def _at(values: Any, where: Any, must: str) -> str:
        place = f"[{', '.join(str(k) for k in where)}]" if len(where) else ""
        return _Within(f"{place} {must}, not {shown(values[tuple(where)])}")

    def _sentence(self, name: str, value: object, expected: str) -> str:
        return (
            f"{name}{expected}" if isinstance(expected, _Within) else super()._sentence(name, value, expected)
        )


class _Within(Sentence):
    """A sentence that goes on within brackets after the argument's name."""

    __slots__ = ()


def _numeric(value: object) -> np.ndarray[Any, np.dtype[Any]] | None:
    """As an array, if these are real numbers."""
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "iufb" else None
    if isinstance(value, str | bytes | Mapping | set | frozenset) or is_a(value, "Dataset"):
        return None
    try:
        values = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if values.size == 0 and isinstance(value, list | tuple):
        return values.astype(np.float64)
    if values.dtype.kind == "b" and not isinstance(value, list | tuple) and not hasattr(value, "dtype"):
        return None
    return values if values.dtype.kind in "iufb" else None


# Temperatures stand in the order in which they were measured.
_IN_ANY_ORDER = ("temperature",)


@dataclass(frozen=True, eq=False)
class Labelled(Check):
    """An xarray Dataset or DataArray that holds what a function needs.

    Parameters
    ----------
    of
        what it is, in words
    variables
        dimensions of each variable that must be there (of a DataArray: its own, under "")
    finite
        variables in which NaN has no meaning, if they are there
    coords
        coordinates of numbers that must be there, finite
    attrs
        attributes that must be there
    made_by
        the call that returns one
    empty
        it may hold nothing
    """

    of: str
    variables: Mapping[str, tuple[str, ...] | None]
    finite: tuple[str, ...] = ()
    coords: tuple[str, ...] = ()
    attrs: tuple[str, ...] = ()
    made_by: str = ""
    empty: bool = False

    @property
    def words(self) -> str:
        return f"{article(self.of)} {self.of}, " + ("a DataArray" if "" in self.variables else "a Dataset")

    @property
    def example(self) -> str:
        return self.made_by

    def fits(self, value: object) -> bool:
        return is_a(value, "DataArray" if "" in self.variables else "Dataset")

    def refused(self, value: Any) -> str | None:
        why = next(self._complaints(value), None)
        return (
            None
            if why is None
            else Sentence(why + (f"; make it with {self.made_by}" if self.made_by else ""))
        )

    def _complaints(self, value: Any) -> Iterator[str]:
        what = f"{article(self.of)} {self.of}"
        if lacking := [name for name in self.variables if name and name not in value]:
            yield f"lacks {', '.join(lacking)}, which {what} has"
            return
        for name, dims in self.variables.items():
            one, inside = (value[name], f" in its {name}") if name else (value, "")
            if dims is not None and (missing := [d for d in dims if d not in one.dims]):
                yield f"lacks the {_dimensions(missing)}{inside}, which {what} has: it has {_names(one.dims)}"
            if dims is not None and (more := [d for d in one.dims if d not in dims]):
                yield f"has the {_dimensions(more)} beyond {_names(dims)}{inside}: choose one entry with isel"
            if one.dtype.kind not in "iufb":
                yield f"holds {one.dtype}{inside}, where {what} has numbers"
            if one.size == 0 and not self.empty:
                yield f"is empty{inside}"
            if not name and name in self.finite and _unknown(one):
                yield f"has a value that is not finite, at {_place(one)}"
        for name in self.finite:
            if name and name in value and _unknown(value[name]):
                yield f"has a value that is not finite in its {name}, at {_place(value[name])}"
        yield from self._of_labels(value)

    def _of_labels(self, value: Any) -> Iterator[str]:
        for name in self.coords:
            if name not in value.coords:
                yield f"lacks the coordinate {name}"
            elif value[name].dtype.kind not in "iuf" or not np.isfinite(value[name].values).all():
                yield f"has a coordinate {name} with values that are not finite numbers"
        yield from _of_coordinates(value)
        if missing := [name for name in self.attrs if name not in value.attrs]:
            yield f"lacks the attribute{'s' * (len(missing) > 1)} {', '.join(missing)}"


def _unknown(one: Any) -> bool:
    return one.dtype.kind == "f" and not np.isfinite(one.values).all()


def _of_coordinates(value: Any) -> Iterator[str]:
    """What is wrong with the numbers along a dimension, which distinguish its entries."""
    for name in value.dims:
        along = value.coords.get(name)
        if along is None or along.dtype.kind != "f" or along.size < 2:
            continue
        if not np.isfinite(along.values).all():
            yield f"has a coordinate {name} with a value that is not a finite number"
        elif len(np.unique(along.values)) < along.size:
            yield f"has two entries with the same {name}"
        elif name not in _IN_ANY_ORDER and (np.diff(along.values) < 0).any():
            yield f"has a coordinate {name} that does not increase: sort it with sortby({str(name)!r})"
    time = value.coords.get("time")
    if time is not None and time.dtype.kind == "f" and np.isinf(time.values).any():
        yield "has a time that is infinite"


@dataclass(frozen=True)
class AnyLabelled(Instance):
    """An xarray Dataset or DataArray whose entries can be distinguished."""

    def refused(self, value: Any) -> str | None:
        why = next(_of_coordinates(value), None)
        return None if why is None else Sentence(why)


def _dimensions(names: Sequence[object]) -> str:
    return f"dimension{'s' * (len(names) > 1)} {_names(names)}"


def _names(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names) or "none"


def _place(one: Any) -> str:
    where = np.argwhere(~np.isfinite(one.values))[0]
    parts = [
        f"{d}={one[d].values[k] if d in one.coords else k}" for d, k in zip(one.dims, where, strict=True)
    ]
    return ", ".join(parts) or "its only value"


@dataclass(frozen=True)
class Several(Check):
    """A sequence whose entries pass a check."""

    entry: Check
    least: int = 0

    @property
    def words(self) -> str:
        some = f"{self.least} or more, " if self.least > 1 else "one or more, " if self.least else ""
        return f"a sequence, {some}each {self.entry.words}"

    @property
    def example(self) -> str:
        return f"[{self.entry.example}]" if self.entry.example else ""

    def fits(self, value: object) -> bool:
        if isinstance(value, list | tuple):
            return True
        if isinstance(value, str | bytes | Mapping | type) or is_a(value, "Trajectory"):
            return False
        numbers = isinstance(self.entry, Number | Text)
        if isinstance(value, np.ndarray) or is_a(value, "DataArray"):
            return numbers and getattr(value, "ndim", 0) == 1
        return isinstance(value, Sequence)

    def refused(self, value: Any) -> str | None:
        if len(value) < self.least:
            return Sentence(f"is {'empty' if not len(value) else f'{len(value)} only'}: give {self.words}")
        return None

    def parts(self, name: str, value: Any) -> Any:
        for k, entry in enumerate(value):
            self.entry(f"{name}[{k}]", entry)
        return value


@dataclass(frozen=True)
class Row(Check):
    """A tuple of a given length."""

    entries: tuple[Check, ...]

    @property
    def words(self) -> str:
        return f"{len(self.entries)} values, {', '.join(e.words for e in self.entries)}"

    def fits(self, value: object) -> bool:
        if isinstance(value, np.ndarray):
            return bool(value.shape == (len(self.entries),))
        return isinstance(value, list | tuple) and len(value) == len(self.entries)

    def parts(self, name: str, value: Any) -> Any:
        for k, (check, entry) in enumerate(zip(self.entries, value, strict=True)):
            check(f"{name}[{k}]", entry)
        return value


@dataclass(frozen=True)
class Entries(Check):
    """A mapping whose keys and values pass a check each."""

    key: Check
    value: Check
    least: int = 0

    @property
    def words(self) -> str:
        return f"a mapping, from {self.key.words} to {self.value.words}"

    def fits(self, value: object) -> bool:
        return isinstance(value, Mapping) or is_a(value, "Dataset")

    def refused(self, value: Any) -> str | None:
        return Sentence(f"is empty: give {self.words}") if len(value) < self.least else None

    def parts(self, name: str, value: Any) -> Any:
        for key, one in value.items():
            self.key(f"a key of {name}", key)
            self.value(f"{name}[{shown(key)}]", one)
        return value


@dataclass(frozen=True)
class Either(Check):
    """Whichever of some checks the value is the kind of."""

    checks: tuple[Check, ...]
    none: bool

    @property
    def words(self) -> str:
        words = list(dict.fromkeys(check.words for check in self.checks))
        return ", or ".join([*words, *(["None"] if self.none else [])])

    @property
    def example(self) -> str:
        return next((check.example for check in self.checks if check.example), "")

    def fits(self, value: object) -> bool:
        return (value is None and self.none) or any(check.fits(value) for check in self.checks)

    def parts(self, name: str, value: Any) -> Any:
        if value is None and self.none:
            return value
        return next(check for check in self.checks if check.fits(value))(name, value)

"""What one argument must be: a number, text, a path, one of some values, an object of a class."""

from __future__ import annotations

import math
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from supercooled.arguments.sentences import Sentence, article, is_a, shown
from supercooled.errors import ParameterError

# How one is made, for the sentence that asks for it.
_MADE_BY = {
    "Trajectory": 'sc.read("liquid.gsd") or sc.Trajectory.from_arrays(positions, box)',
    "Liquid": "sc.systems.kob_andersen(density=1.2)",
    "Mixture": "sc.systems.kob_andersen(density=1.2).mixture",
    "PairPotential": "sc.LennardJones(1.0, 1.0, 2.5)",
    "Box": "sc.Box.cube(10.0)",
    "Radial": 'sc.structure.FEATURE_SETS["graham2023"].radial',
    "Angular": 'sc.structure.FEATURE_SETS["schoenholz2016"].angular',
    "Logistic": "sc.structure.Logistic(centre=2.0, width=1.0)",
    "Executor": "supercooled.cluster.executor(4)",
    "StatePoint": "sc.store.request(...).state",
    "Protocol": "sc.Protocol(every=1.0)",
    "Start": "sc.simulation.lattice(liquid, 1000, seed=1)",
    "Line": "sc.relation.line(x, y, confidence=0.95)",
    "SoftnessModel": 'sc.learning.load_model("model.json")',
    "Configuration": "sc.systems.library()[0]",
}


# Beyond these a number is a slip, or no quantity in the units of a liquid.
LARGEST, SMALLEST = 1e15, 1e-15
# Characters of what is no prose: a name longer than a path is a file's contents, or a slip.
_LONGEST_TEXT = 4096
# Bytes that systems hold, of a path and of each name in it.
_LONGEST_PATH, _LONGEST_NAME = 4095, 255
# Of numbers, by the argument's name.
EXAMPLES: Mapping[str, str] = {
    "blocks": "5",
    "confidence": "0.95",
    "cutoff": "1.5",
    "decades": "0.3",
    "dq": "0.1",
    "dr": "0.01",
    "dt": "0.005",
    "duration": "100.0",
    "every": "1.0",
    "lag": "1.0",
    "lags": "[1.0, 10.0]",
    "lead": "0.0",
    "n_particles": "1000",
    "overlap_radius": "0.3",
    "q_max": "24.0",
    "r_max": "3.0",
    "seed": "1",
    "share": "0.01",
    "temperature": "0.45",
    "timestep": "0.005",
    "width": "0.1",
    "window": "10.0",
}


class Check(ABC):
    """What an argument must be."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What is expected, to follow "must be"."""

    @property
    def example(self) -> str:
        """How a good one is written, or nothing."""
        return ""

    @abstractmethod
    def fits(self, value: object) -> bool:
        """It is of this kind, good or bad."""

    def refused(self, value: Any) -> str | None:
        """Why one of this kind is no good: what it must be, or a :class:`Sentence`."""
        return None

    def parts(self, name: str, value: Any) -> Any:
        """The value to go on with, its parts checked."""
        return value

    def __call__(self, name: str, value: Any) -> Any:
        """The value to go on with.

        Raises
        ------
        ParameterError
            in one sentence that names the argument.
        """
        if not self.fits(value):
            raise ParameterError(self._sentence(name, value, self.words))
        if (why := self.refused(value)) is not None:
            raise ParameterError(self._sentence(name, value, why))
        return self.parts(name, value)

    def _sentence(self, name: str, value: object, expected: str) -> str:
        if isinstance(expected, Sentence):
            return f"{name} {expected}"
        example = self.example or EXAMPLES.get(name, "")
        if is_a(value, "Liquid") and "Mixture" in expected:
            return f"{name} must be {expected}, not a Liquid: give its mixture, {name}=liquid.mixture"
        if example and "=" not in example.split("(")[0] and name.isidentifier():
            example = f"{name}={example}"
        return f"{name} must be {expected}, not {shown(value)}" + (
            f"; for example {example}" if example else ""
        )


def scalar(value: object) -> Any:
    """A number out of an array of no dimension."""
    if type(value) in (float, int):
        return value
    if getattr(value, "ndim", None) == 0 and not isinstance(value, np.generic):
        values = np.asarray(value)
        return values.item() if values.dtype.kind in "iuf" else value
    return value


@dataclass(frozen=True)
class Number(Check):
    """A number: finite unless said otherwise, in a range.

    Parameters
    ----------
    above, below
        it must lie strictly beyond
    at_least, at_most
        it may be equal
    infinite, nan
        it may be those
    any_size
        it may be beyond 1e15, or of positive ones below 1e-15
    like
        an example
    """

    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    infinite: bool = False
    nan: bool = False
    any_size: bool = False
    like: str = ""

    kind = "number"

    @property
    def words(self) -> str:
        return (
            f"a {word} {self.kind}"
            if " " not in (word := self._range() or "finite")
            else f"a {self.kind} {word}"
        )

    @property
    def example(self) -> str:
        return self.like

    def _range(self) -> str:
        low = self.above if self.above is not None else self.at_least
        high = self.below if self.below is not None else self.at_most
        if low is not None and high is not None:
            if self.above is not None and self.at_most is not None:
                lowest = "positive" if self.above == 0 else f"above {self.above:g}"
                return f"{lowest} and at most {high:g}"
            strict = self.above is not None and self.below is not None
            return f"between {low:g} and {high:g}" if strict else f"from {low:g} to {high:g}"
        if self.above is not None:
            return "positive" if self.above == 0 else f"above {self.above:g}"
        if self.at_least is not None:
            return f"{self.at_least:g} or more"
        if self.below is not None:
            return f"below {self.below:g}"
        return "" if self.at_most is None else f"at most {self.at_most:g}"

    def fits(self, value: object) -> bool:
        if type(value) in (float, int):
            return True
        value = scalar(value)
        return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)

    def refused(self, value: Any) -> str | None:
        try:
            number = float(scalar(value))
        except OverflowError:
            number = math.inf
        if math.isnan(number):
            return None if self.nan else "a finite number" if not self._range() else self._finite()
        if math.isinf(number) and not self.infinite:
            return self._finite()
        good = (
            (self.above is None or number > self.above)
            and (self.at_least is None or number >= self.at_least)
            and (self.below is None or number < self.below)
            and (self.at_most is None or number <= self.at_most)
        )
        if not good:
            return self._range()
        if self.any_size or self.infinite:
            return None
        if abs(number) > LARGEST:
            return f"below {LARGEST:g} in size"
        return f"above {SMALLEST:g}" if self.above == 0 and number < SMALLEST else None

    def _finite(self) -> str:
        inside = self._range()
        return (
            f"{inside} and finite" if inside and " and " not in inside else inside or f"a finite {self.kind}"
        )

    def parts(self, name: str, value: Any) -> Any:
        number = scalar(value)
        # Squares of larger whole numbers overflow in a compiled loop.
        return float(number) if isinstance(number, int) and abs(number) >= 2**31 else number


@dataclass(frozen=True)
class Whole(Number):
    """A whole number, that 64 bits hold."""

    kind = "whole number"

    @property
    def words(self) -> str:
        return f"a whole number, {inside}" if (inside := self._range()) else "a whole number"

    def fits(self, value: object) -> bool:
        if type(value) is int:
            return True
        value = scalar(value)
        return isinstance(value, int | np.integer) and not isinstance(value, bool)

    def refused(self, value: Any) -> str | None:
        value = scalar(value)
        return "a whole number below 2^63" if abs(int(value)) >= 2**63 else super().refused(value)

    def parts(self, name: str, value: Any) -> Any:
        return scalar(value)


@dataclass(frozen=True)
class Bool(Check):
    """True or False, not a number."""

    words = "True or False"

    def fits(self, value: object) -> bool:
        return isinstance(value, bool | np.bool_)


@dataclass(frozen=True)
class Text(Check):
    """A string."""

    filled: bool = False
    like: str = ""
    longest: int = _LONGEST_TEXT
    words = "text"

    @property
    def example(self) -> str:
        return self.like

    def fits(self, value: object) -> bool:
        return isinstance(value, str)

    def refused(self, value: str) -> str | None:
        if len(value) > self.longest:
            return f"a text of at most {self.longest} characters"
        return "a text that is not empty" if self.filled and not value.strip() else None


@dataclass(frozen=True)
class Place(Check):
    """A path."""

    words = "a path"

    def fits(self, value: object) -> bool:
        return isinstance(value, str | os.PathLike)

    def refused(self, value: Any) -> str | None:
        plain = os.fspath(value)
        if not isinstance(plain, str):
            return "a path as text"
        if not plain.strip():
            return Sentence("is an empty path; name a file or folder")
        if "\0" in plain:
            return "a path without a NUL byte"
        lengths = [len(os.fsencode(part)) for part in (plain, *PurePath(plain).parts)]
        if lengths[0] > _LONGEST_PATH or max(lengths[1:], default=0) > _LONGEST_NAME:
            return f"a path of at most {_LONGEST_PATH} bytes, {_LONGEST_NAME} in each name"
        return None


@dataclass(frozen=True)
class Among(Check):
    """One of some values."""

    values: tuple[Any, ...]

    @property
    def words(self) -> str:
        *most, last = (repr(value) for value in self.values)
        return f"{', '.join(most)} or {last}" if most else last

    def fits(self, value: object) -> bool:
        return isinstance(value, str | int | type(None)) and any(
            type(value) is type(one) and value == one for one in self.values
        )


class Anything(Check):
    """Looked at by the function itself."""

    words = "anything"

    def fits(self, value: object) -> bool:
        return True


@dataclass(frozen=True)
class Instance(Check):
    """An object of a class, or one with the methods of a protocol."""

    cls: type

    @property
    def words(self) -> str:
        return f"{article(self.cls.__name__)} {self.cls.__name__}"

    @property
    def example(self) -> str:
        return _MADE_BY.get(self.cls.__name__, "")

    def fits(self, value: object) -> bool:
        if getattr(self.cls, "_is_protocol", False):
            methods = [n for n, what in vars(self.cls).items() if callable(what) and not n.startswith("_")]
            return not isinstance(value, type) and all(callable(getattr(value, n, None)) for n in methods)
        return isinstance(value, self.cls)


@dataclass(frozen=True)
class Function(Check):
    """What can be called."""

    words = "a function"

    def fits(self, value: object) -> bool:
        return callable(value)


@dataclass(frozen=True)
class Slice(Check):
    """Which frames."""

    words = "a slice"
    example = "slice(100, 200)"

    def fits(self, value: object) -> bool:
        return isinstance(value, slice)

    def refused(self, value: slice) -> str | None:
        whole = all(one is None or (Whole().fits(one)) for one in (value.start, value.stop, value.step))
        return None if whole and value.step != 0 else "a slice of whole numbers, its step not 0"

"""Arguments in few words, for the sentence that refuses them."""

from __future__ import annotations

import os
import reprlib

import numpy as np


class Sentence(str):
    """Why an argument is no good, as a sentence that goes on after its name."""

    __slots__ = ()


def shown(value: object) -> str:
    r"""A given value in few words, without line breaks or control characters.

    Examples
    --------
    >>> shown("\x1b[31m"), shown([1, 2]), shown(np.zeros((2, 3)))
    ("'\\x1b[31m'", '[1, 2]', 'an array of shape (2, 3)')
    """
    if value is None or isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int) and abs(value) >= 10**30:
        return "a whole number of more than 30 digits"
    if isinstance(value, int | float | np.number):
        return repr(value.item() if isinstance(value, np.number) else value)
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" + (
            f" of {value.dtype}" if value.dtype.kind not in "iuf" else ""
        )
    if isinstance(value, str | bytes | list | tuple | dict | set | slice | os.PathLike | range):
        return _brief(str(value) if isinstance(value, os.PathLike) else value)
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return f"{article(name)} {name}"


class _Brief(reprlib.Repr):
    """Few characters of a value, whatever is inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 60
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = 4

    def repr_instance(self, x: object, level: int) -> str:
        # What prints its whole self, such as a Dataset, is named only.
        if isinstance(x, bytes):
            return repr(x[:60])
        return repr(x) if isinstance(x, slice | range | np.number) else shown(x)

    def repr_ndarray(self, x: object, level: int) -> str:
        return shown(x)


def _brief(value: object) -> str:
    words = _Brief().repr(value)
    return words if len(words) <= 120 else words[:117] + "..."


def article(word: str) -> str:
    """Which goes before a word."""
    return "an" if word[:1].lower() in "aeio" else "a"


def is_a(value: object, class_name: str) -> bool:
    """The value is of a class of that name, which need not be imported for it."""
    return any(cls.__name__ == class_name for cls in type(value).__mro__)

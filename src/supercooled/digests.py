"""Digests of plain data and arrays: equal where what they are made of is the same, to the last bit.

XXH3 with 128 bits (https://xxhash.com; ``xxhsum -H2`` gives the same for a file). It is as fast as memory
and finds accidents, not forgeries: two things can be made to have the same digest on purpose.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from types import MethodType
from typing import Any

import numpy as np
import xxhash

from supercooled.errors import ParameterError


class Digest:
    """A digest that grows; it depends on the bytes alone, not on the pieces that they come in.

    Examples
    --------
    >>> pieces, whole = Digest(), Digest()
    >>> pieces.add(b"over"), pieces.add(b"lap"), whole.add(b"overlap")
    (None, None, None)
    >>> pieces.text == whole.text
    True
    """

    def __init__(self) -> None:
        self._state = xxhash.xxh3_128()

    def add(self, data: Any) -> None:
        """Add bytes, or the bytes of an array."""
        self._state.update(_flat(data) if isinstance(data, np.ndarray) else data)

    @property
    def text(self) -> str:
        """32 hexadecimal digits."""
        return str(self._state.hexdigest())


def digest_of(*values: Any) -> str:
    """Digest of values in order: plain data, arrays, dataclasses, and what has a method `identity`.

    Such a method gives, as plain data again, what tells an object from others of its kind. Types count:
    1, 1.0 and "1" differ. Lists and tuples don't, nor the order of a set.

    Raises
    ------
    ParameterError
        if one can't tell whether two of its kind are the same, as with a function without a name.

    Examples
    --------
    >>> digest_of(0.1, [1, 2]) == digest_of(0.1, (1, 2)), digest_of(1) == digest_of(1.0)
    (True, False)
    >>> digest_of(np.zeros(3)) == digest_of(np.zeros((3, 1)))
    False
    >>> digest_of(object())
    Traceback (most recent call last):
    supercooled.errors.ParameterError: values of type object have no digest; ...
    """
    digest = Digest()
    for value in values:
        _add(digest, value)
    return digest.text


def _add(digest: Digest, value: Any) -> None:
    if isinstance(value, Enum):
        _tag(digest, "enum", type(value).__qualname__, value.name)
    elif value is None or isinstance(value, bool | int | str):
        _tag(digest, type(value).__name__, str(value))
    elif isinstance(value, float):
        digest.add(b"float" + struct.pack("<d", value))
    elif isinstance(value, bytes):
        _tag(digest, "bytes", str(len(value)))
        digest.add(value)
    elif isinstance(value, np.ndarray | np.generic) and not value.dtype.hasobject:
        array = np.asarray(value)
        _tag(digest, "array", array.dtype.str, *map(str, array.shape))
        digest.add(array)
    else:
        kind, parts = _parts(value)
        _tag(digest, kind)
        _each(digest, parts)


def _parts(value: Any) -> tuple[str, Sequence[Any]]:
    """What a value is made of, and as what."""
    for kind, identity in _IDENTITIES.items():
        if isinstance(value, kind):
            return _called(type(value)), identity(value)
    if callable(getattr(type(value), "identity", None)):
        return _called(type(value)), value.identity()
    if is_dataclass(value) and not isinstance(value, type):
        return _called(type(value)), [(one.name, getattr(value, one.name)) for one in fields(value)]
    return _parts_of_call(value) if callable(value) else _parts_of_many(value)


def _parts_of_many(value: Any) -> tuple[str, Sequence[Any]]:
    if isinstance(value, Mapping):
        return "mapping", list(value.items())
    if isinstance(value, set | frozenset):
        return "set", sorted(digest_of(one) for one in value)
    if isinstance(value, slice):
        return "slice", [value.start, value.stop, value.step]
    if isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype.hasobject):
        return "sequence", list(value)
    raise _unknown(value)


def _parts_of_call(value: Any) -> tuple[str, Sequence[Any]]:
    """Of a callable; what can be imported by its name is identified by it."""
    if isinstance(value, partial):
        return "partial", [value.func, value.args, value.keywords]
    if isinstance(value, MethodType):
        return "method", [value.__name__, value.__self__]
    module = getattr(value, "__module__", None) or "numpy"
    name = str(getattr(value, "__qualname__", None) or getattr(value, "__name__", ""))
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if found is value:
        return "named", [module, name]
    raise _unknown(value)


def _unknown(value: Any) -> ParameterError:
    return ParameterError(
        f"values of type {type(value).__name__} have no digest; pass plain data, arrays, or a "
        "dataclass of these"
    )


def identify(kind: type, identity: Callable[[Any], Sequence[Any]]) -> None:
    """Say how values of a class of another package are distinguished: by plain data, arrays and the like."""
    _IDENTITIES[kind] = identity


_IDENTITIES: dict[type, Callable[[Any], Sequence[Any]]] = {}


def _tag(digest: Digest, *words: str) -> None:
    # The lengths keep ("ab", "c") from being ("a", "bc").
    for word in words:
        encoded = word.encode("utf-8", errors="surrogatepass")
        digest.add(struct.pack("<q", len(encoded)))
        digest.add(encoded)


def _each(digest: Digest, values: Sequence[Any]) -> None:
    digest.add(struct.pack("<q", len(values)))
    for value in values:
        _add(digest, value)


def _called(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _flat(array: np.ndarray[Any, Any]) -> Any:
    # Bytes of any kind of item, times and texts too, which have no buffer of their own.
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if array.size else b""

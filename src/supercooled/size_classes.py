"""Particles of many sizes as a few species."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import numpy as np

from supercooled.arguments import Whole
from supercooled.arrays import Array, Integers

Share: TypeAlias = Literal["width", "number"]
Classes: TypeAlias = Annotated[int, Whole(at_least=1, at_most=64)]


def classes_of(sizes: Array, classes: int, equal: Share) -> tuple[Integers, tuple[str, ...]]:
    """Class of each particle, and the names of the classes, d1, d2, ... from the smallest on.

    Parameters
    ----------
    equal
        "width", each class has an equal part of the range of sizes; "number", an equal part of the
        particles, of which those of one size stay together. Classes without a particle are left out.

    Examples
    --------
    >>> classes_of(np.array([1.0, 1.1, 1.9, 2.0, 5.0]), 2, "width")[0]
    array([0, 0, 0, 0, 1], dtype=int32)
    >>> classes_of(np.array([1.0, 1.1, 1.9, 2.0, 5.0]), 2, "number")[0]
    array([0, 0, 1, 1, 1], dtype=int32)
    """
    if equal == "width":
        inner = np.linspace(sizes.min(), sizes.max(), classes + 1)[1:-1]
    else:
        inner = np.sort(sizes)[len(sizes) * np.arange(1, classes) // classes]
    used, kinds = np.unique(np.searchsorted(inner, sizes, side="right"), return_inverse=True)
    width = len(str(len(used)))
    names = tuple(f"d{k:0{width}d}" for k in range(1, len(used) + 1))
    return kinds.astype(np.int32), names

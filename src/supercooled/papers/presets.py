"""Lengths of a study by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from supercooled.errors import ParameterError

Preset = TypeVar("Preset")


def preset_named(name: str, presets: Mapping[str, Preset], *, study: str) -> Preset:
    """The preset of a study.

    Raises
    ------
    ParameterError
        listing the known ones, if this is none of them.

    >>> preset_named("slow", {"quick": 1, "long": 2}, study="sharma2022")
    Traceback (most recent call last):
        ...
    supercooled.errors.ParameterError: no preset 'slow' of sharma2022; known are quick, long
    """
    if name not in presets:
        raise ParameterError(f"no preset {name!r} of {study}; known are {', '.join(presets)}")
    return presets[name]

"""A case of bad input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from supercooled.errors import SupercooledError


@dataclass(frozen=True)
class Case:
    """What is done, and what it must be answered with.

    attempt : does it, in an empty folder
    error : kind
    says : part of the sentence
    """

    name: str
    attempt: Callable[[Path], object]
    error: type[SupercooledError]
    says: str

"""Which command or function makes an output: only the same one replaces it later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# What is said of itself, at most, for a sentence.
_LONGEST = 80
_maker: ContextVar[str] = ContextVar("maker", default="")


@contextmanager
def made_by(what: str) -> Iterator[None]:
    """Outputs of this thread are meanwhile those of a command or function.

    What it calls to write them, and what holds a name of its own, writes them for it.

    Examples
    --------
    >>> with made_by("supercooled equilibrate"), made_by("write_gsd"):
    ...     maker()
    'supercooled equilibrate'
    """
    token = _maker.set(_maker.get() or what)
    try:
        yield
    finally:
        _maker.reset(token)


def maker() -> str:
    """Whose outputs this thread writes; empty where nobody has said it."""
    return _maker.get()


def made_by_another(made: str) -> str | None:
    """What to say of an output that another command or function has made; None of one's own.

    Parameters
    ----------
    made
        whose it is
    """
    if made == maker():
        return None
    return f"was made by `{made[:_LONGEST]}`" if made else "is part of other results"

"""Speed against the peers, beside each other in one run. `make bench` runs everything.

Each benchmark is a module whose `main()` prints what it measures and returns rows for the table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the speed table, in words; `ratio` is the peer's time over ours.

    seconds, traffic : ours again as a number, and the bytes that have to be read and written at least once
        for it; with the memory's bandwidth they say how far above that floor we are
    """

    what: str
    ours: str
    peer: str
    ratio: str
    seconds: float | None = None
    traffic: float | None = None

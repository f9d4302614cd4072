"""What the papers print. Every study holds its own values beside these."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from supercooled.errors import StoreError
from supercooled.plain_data import read_json


@cache
def _all() -> dict[str, Any]:
    numbers: dict[str, Any] = read_json(Path(__file__).with_name("published.json"), error=StoreError)
    return numbers


def printed(paper: str) -> dict[str, Any]:
    """Numbers printed in a paper.

    >>> printed("sharma2022")["p_c"]["0.58"]
    0.141
    """
    numbers: dict[str, Any] = _all()[paper]
    return numbers


def softness_line(system: str, temperature: float) -> float:
    """Average softness a0 + a1 T that nandi2021 prints in Table III, sigma_AA^2.

    >>> round(softness_line("ka-lj 1.2", 0.47), 7)
    0.0008394
    """
    row = printed("nandi2021")["systems"][system]
    return float(row["a0"] + row["a1"] * temperature)

"""What the papers print. Every study holds its own values beside these."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any


@cache
def _all() -> dict[str, Any]:
    text = resources.files("supercooled.studies").joinpath("published.json").read_text(encoding="utf-8")
    numbers: dict[str, Any] = json.loads(text)
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

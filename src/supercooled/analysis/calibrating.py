"""The line that turns depth into softness, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from supercooled.analysis.choices import Choices
from supercooled.analysis.measurement import Measured
from supercooled.analysis.results import Cages
from supercooled.cage import Calibration
from supercooled.errors import ParameterError
from supercooled.fields import blocks_of

# Share of the cages that may lack a softness: those are the softest, and their tail is what is asked for.
_LACKING = 0.05
_INSTEAD = "The depth of each particle's cage stands in for it."


def calibrated(
    found: Cages, measured: Sequence[Measured], choices: Choices
) -> tuple[Calibration | None, str]:
    """The calibration, and what has to be said of it; None where it gives no softness to rely on."""
    if len(found.temperatures) < 2:
        words = "One temperature calibrates no softness: 1/S = c0 + c1 Phi needs two."
        return None, f"{words} {_INSTEAD}"
    try:
        line = found.calibration(choices.calibrated_by)
    except ParameterError as reason:
        return None, f"No softness: {reason}. {_INSTEAD}"
    lacking = [unbound_share(one.depths, line) for one in measured]
    most = max(lacking)
    if most == 0:
        return line, ""
    where = f"{100 * most:.2g} % of the cages at T = {found.temperatures[int(np.argmax(lacking))]:g}"
    words = f"The line 1/S = {line.c0:.3g} + {line.c1:.3g} Phi gives no softness to {where}, the shallowest"
    if most > _LACKING:
        return None, f"{words}: too many for distributions of softness. {_INSTEAD}"
    return line, f"{words}."


def unbound_share(depths: Sequence[xr.DataArray], line: Calibration) -> float:
    """Share of the cages that have a depth and, by the line, no softness."""
    without = every = 0
    for part in (part for depth in depths for _, part in blocks_of(depth)):
        known = part[np.isfinite(part)]
        every += len(known)
        without += int((line.c0 + line.c1 * known <= 0).sum())
    return without / max(every, 1)

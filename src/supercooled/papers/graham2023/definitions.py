"""Parameters that the paper prints, beside those of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from supercooled.papers import Printed
from supercooled.papers.graham2023.chosen import PRINTED, Choices
from supercooled.report import Row

STATE = "every run"
LINES: Mapping[str, Printed] = {
    "n_particles": Printed.definition("Sec. II.A", "number of particles", "1", 1.0, "n_particles"),
    "dt": Printed.definition("Sec. II.A", "integration step", "tau", 1e-3, "dt"),
    "width": Printed.definition("Sec. II.A", "well width Δ", "1", 0.1, "systems/*/0"),
    "density": Printed.definition("Sec. II.A", "number density", "sigma_AA^-3", 0.01, "systems/*/1"),
    "hard": Printed.definition("Sec. II.B", "p_hop of the hard", "sigma_AA^2", 0.01, "thresholds/hard"),
    "soft": Printed.definition("Sec. II.B", "p_hop of the soft", "sigma_AA^2", 0.1, "thresholds/soft"),
    "eta": Printed.definition("Sec. II.C", "centre of the switching function", "sigma_AA", 0.1, "eta"),
}


def definition_rows(
    choices: Choices, liquids: Sequence[tuple[float, float]], *, n_particles: int, dt: float
) -> list[Row]:
    """Each parameter of the paper beside what this run of the study takes.

    Parameters
    ----------
    liquids
        (Delta, density) of those that it runs
    """
    thresholds = PRINTED["thresholds"]
    taken = {
        "n_particles": (n_particles, PRINTED["n_particles"]),
        "dt": (dt, PRINTED["dt"]),
        "hard": (choices.quiet, thresholds["hard"]),
        "soft": (choices.threshold, thresholds["soft"]),
        "eta": (choices.eta, PRINTED["eta"]),
    }
    rows = [
        LINES[name].row(STATE, float(ours), published=float(theirs)) for name, (ours, theirs) in taken.items()
    ]
    for width, density in PRINTED["systems"]:
        run = next((rho for own, rho in liquids if np.isclose(own, width)), None)
        note = "" if run is not None else "Not run: the preset leaves this liquid out; long has it."
        state = f"Δ = {width:g}"
        rows += [
            LINES["width"].row(state, None if run is None else width, published=width, note=note),
            LINES["density"].row(state, run, published=density, note=note),
        ]
    return rows

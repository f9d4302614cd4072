"""Parameters that the paper prints, and numbers that the study takes from it, beside the study's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from supercooled.papers import Printed
from supercooled.papers.nandi2021.chosen import PRINTED, Choices
from supercooled.papers.nandi2021.relating import Related
from supercooled.report import Row

LINES: Mapping[str, Printed] = {
    "n_particles": Printed.definition("SI Sec. I", "number of particles", "1", 1.0, "n_particles"),
    "overlap_radius": Printed.definition(
        "SI Sec. II A", "radius of the overlap", "sigma_AA", 0.1, "overlap_radius"
    ),
    "density": Printed.definition("SI Sec. I", "number density", "sigma_AA^-3", 1e-4, "systems/*/density"),
    "onset": Printed.definition(
        "sharma2022, Sec. V",
        "onset temperature",
        "epsilon_AA/k_B",
        1e-3,
        "onset_temperature/value",
        note="Taken from the print: what is equally slow at its onset gives the other liquids' onsets.",
    ),
}


def definition_rows(found: Sequence[Related], choices: Choices, *, n_particles: int) -> list[Row]:
    """Each parameter of the paper beside what this run of the study takes."""
    rows = [
        LINES["n_particles"].row("every run", float(n_particles), published=float(PRINTED["n_particles"])),
        LINES["overlap_radius"].row(
            "every run", choices.overlap_radius, published=float(PRINTED["overlap_radius"])
        ),
    ]
    rows += [
        LINES["density"].row(
            one.studied.label,
            float(one.studied.liquid.density),
            published=float(PRINTED["systems"][one.studied.name]["density"]),
        )
        for one in found
    ]
    printed = PRINTED["onset_temperature"]
    reference = next((one for one in found if one.studied.name == printed["liquid"]), None)
    if reference is not None:
        known = bool(np.isfinite(reference.onset))
        rows.append(
            LINES["onset"].row(
                reference.studied.label,
                reference.onset,
                published=float(printed["value"]),
                note=None if known else f"None: {reference.why or 'no run reaches it'}.",
            )
        )
    return rows

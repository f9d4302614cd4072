"""Parameters that the paper prints, beside those of the study."""

from __future__ import annotations

from collections.abc import Mapping

from supercooled.analysis.choices import Choices
from supercooled.papers import Printed
from supercooled.papers.sharma2022.chosen import PRINTED
from supercooled.report import Row

STATE = "every run"
LINES: Mapping[str, Printed] = {
    "n_particles": Printed.definition("Sec. II", "number of particles", "1", 1.0, "n_particles"),
    "density": Printed.definition("Sec. II", "number density", "sigma_AA^-3", 0.1, "density"),
    "dt": Printed.definition(
        "Sec. II",
        "integration step",
        "tau",
        1e-4,
        "dt",
        note="nandi2021, by the same group, integrates the same liquid with 0.005.",
    ),
    "window": Printed.definition("Sec. III", "window of p_hop", "tau", 1.0, "window"),
    "width": Printed.definition("Sec. IV", "width δ of the local g(r)", "sigma_AA", 0.01, "width"),
    "overlap_radius": Printed.definition(
        "Sec. IV B", "radius of the overlap", "sigma_AA", 0.1, "overlap_radius"
    ),
    "stays_within": Printed.definition(
        "Sec. IV B", "distance within which a particle stays", "sigma_AA", 0.1, "stays_within"
    ),
}


def definition_rows(
    choices: Choices, *, n_particles: int, density: float, dt: float, stays_within: float
) -> list[Row]:
    """Each parameter of the paper beside what this run of the study takes."""
    taken = {
        "n_particles": n_particles,
        "density": density,
        "dt": dt,
        "window": choices.window,
        "width": choices.width,
        "overlap_radius": choices.overlap_radius,
        "stays_within": stays_within,
    }
    return [LINES[name].row(STATE, float(value), published=PRINTED[name]) for name, value in taken.items()]

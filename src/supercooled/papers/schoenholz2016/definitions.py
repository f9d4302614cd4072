"""Parameters that the paper prints, beside those of the study."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from supercooled.papers import Printed
from supercooled.papers.schoenholz2016.chosen import PRESETS, PRINTED, Choices, Preset
from supercooled.report import Row

STATE = "every run"
# What the paper spent on each state (Sec. I.A and the text above Table I): 30,000 tau at each of them.
PAPERS_DURATION = 30_000.0
LINES: Mapping[str, Printed] = {
    "n_particles": Printed.definition("Sec. I.A", "number of particles", "1", 1.0, "n_particles"),
    "dt": Printed.definition("Sec. I.A", "integration step", "tau", 1e-4, "dt"),
    "overlap_radius": Printed.definition(
        "main text", "radius of the overlap", "sigma_AA", 0.1, "overlap_radius"
    ),
    "candidate": Printed.definition(
        "Sec. I.B", "p_hop of an event", "sigma_AA^2", 0.01, "thresholds/candidate"
    ),
    "rearrangement": Printed.definition(
        "Sec. I.B", "p_hop of a rearrangement", "sigma_AA^2", 0.1, "thresholds/rearrangement"
    ),
    "soft": Printed.definition("Sec. I.C", "soft examples", "1", 1.0, "training_set/0"),
    "hard": Printed.definition("Sec. I.C", "hard examples", "1", 1.0, "training_set/1"),
    "state": Printed.definition("Table I", "temperature", "epsilon_AA/k_B", 0.01, "state_points/*/*"),
}


def definition_rows(preset: Preset, choices: Choices) -> list[Row]:
    """Each parameter of the paper beside what this run of the study takes, and the states of Table I."""
    taken = {
        "n_particles": preset.n_particles,
        "dt": preset.dt,
        "overlap_radius": choices.overlap_radius,
        "candidate": choices.candidate,
        "rearrangement": choices.rearrangement,
    }
    thresholds = PRINTED["thresholds"]
    rows = [
        LINES[name].row(STATE, float(value), published=float({**PRINTED, **thresholds}[name]))
        for name, value in taken.items()
    ]
    return [*rows, *_state_rows(preset)]


def examples_rows(state: str, number: int) -> list[Row]:
    """How many examples of each kind the softness was learned from."""
    note = "As many of each kind as there are of the rarer one, the hard."
    return [
        LINES[kind].row(state, float(number), published=float(printed), note=note)
        for kind, printed in zip(("soft", "hard"), PRINTED["training_set"], strict=True)
    ]


def _state_rows(preset: Preset) -> list[Row]:
    rows = []
    for density, temperatures in PRINTED["state_points"].items():
        run = _temperatures(preset, float(density))
        for T in temperatures:
            there = any(np.isclose(T, run))
            rows.append(
                LINES["state"].row(
                    f"ρ = {float(density):g}, T = {T:g}",
                    T if there else None,
                    published=T,
                    note="" if there else f"Not run. {_cost(float(density), T)}",
                )
            )
    return rows


def _temperatures(preset: Preset, density: float) -> list[float]:
    return [T for rho, durations in preset.durations.items() if np.isclose(rho, density) for T in durations]


def _cost(density: float, T: float) -> str:
    """Atom-steps of a state by the preset that has it, and by the paper."""
    whole = PRINTED["n_particles"] * PAPERS_DURATION / PRINTED["dt"]
    words = f"The paper's run of it is {_power(whole)} atom-steps"
    fullest = PRESETS["paper"]
    for rho, durations in fullest.durations.items():
        for at, duration in durations.items():
            if np.isclose(rho, density) and np.isclose(at, T):
                cost = fullest.n_particles * duration / fullest.dt
                return f"{words}, that of the preset paper {_power(cost)}."
    return f"{words}; no preset has it."


def _power(number: float) -> str:
    """Two digits and a power of ten.

    Examples
    --------
    >>> _power(1.2e11)
    '1.2e11'
    """
    mantissa, exponent = f"{number:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"

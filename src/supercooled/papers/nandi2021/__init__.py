"""The mean-field theory of softness in nine liquids (nandi2021), in the paper's order."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import xarray as xr

from supercooled.papers import Findings, Paper, Work
from supercooled.papers.nandi2021 import page
from supercooled.papers.nandi2021.chosen import CHOICES, softness_line
from supercooled.papers.nandi2021.claims import claim_rows
from supercooled.papers.nandi2021.definitions import definition_rows
from supercooled.papers.nandi2021.learned import beside_learned, learned_rows
from supercooled.papers.nandi2021.learned_barriers import barrier_rows
from supercooled.papers.nandi2021.liquids import N_PARTICLES, PRESETS, Preset, scanned
from supercooled.papers.nandi2021.measuring import Point, far, measure, simulated
from supercooled.papers.nandi2021.reasons import Tried
from supercooled.papers.nandi2021.relating import related, slowness
from supercooled.papers.nandi2021.rows import every_row, off_the_line
from supercooled.papers.nandi2021.tabling import tables
from supercooled.papers.nandi2021.tried import STRONG, far_row, scan_rows
from supercooled.quantities import labelled
from supercooled.trajectory import Trajectory

# Where the active assumptions are scanned, from which shipped configuration, and how long they are held.
SCANNED_AT, SCANNED_FROM, SCAN_HOLD = 0.5, 0.6, 20.0
# The liquid whose onset is printed, and whose potentials SI Fig. 1 shows.
REFERENCE = "ka-lj 1.2"


def study(chosen: Preset, where: Work) -> Findings:
    """Simulate, measure, compare."""
    choices, work, workers = CHOICES, where.kept, where.workers
    liquids = chosen.liquids()
    scan = (
        []
        if chosen.scan is None
        else scanned(temperature=SCANNED_AT, begin=SCANNED_FROM, duration=chosen.scan, hold=SCAN_HOLD)
    )
    trajectories = simulated(liquids, scan, seeds=chosen.seeds, root=where.root, workers=workers)
    points = measure([*liquids, *scan], trajectories, choices, folder=work, workers=workers)
    points, tried = points[: len(liquids)], points[len(liquids) :]
    reference = next(each for each in points if each[0].studied.name == REFERENCE)
    found = [related(each, choices, slow=slowness(reference)) for each in points]
    results = tables(found, points, choices)
    results["far"] = far(_middles(points), choices, work=work, workers=workers)
    results["cage"] = _cages(reference)
    off = off_the_line(found, points)
    others = Tried(
        choices,
        far=far(off, choices, work=work, workers=workers) if off else None,
        scan=[each[0] for each in tried],
    )
    compared = [*every_row(found, points, others), *far_row(results["far"])]
    taught = beside_learned(points, choices, work=work)
    results |= taught
    if "learned" in taught:
        compared += learned_rows(taught["learned"], confidence=choices.confidence)
    if "learned_barriers" in taught:
        compared += barrier_rows(taught["learned_barriers"])
    compared += claim_rows(found, points)
    compared += definition_rows(found, choices, n_particles=N_PARTICLES)
    if tried:
        results["scan"] = _scan([each[0] for each in tried])
        compared += scan_rows([(each[0].studied, each[0]) for each in tried])
    every: list[Trajectory] = [*chain(*chain(*trajectories))]
    return Findings(
        summary=page.summary(found),
        rows=compared,
        results=results,
        trajectories=every,
        parameters=page.parameters(choices, chosen),
        sections=page.sections(results),
    )


def _middles(points: Sequence[Sequence[Point]]) -> list[Point]:
    """A supercooled state of each liquid in equilibrium, for what depends on the convention.

    Of the strong one the coldest and the hottest too: no q_max suits both.
    """
    passive = [each for each in points if not each[0].studied.active]
    ends = [
        each[k]
        for each in passive
        if each[0].studied.name == STRONG
        for k in (0, sum(not at.hot for at in each[0].studied.states) - 1)
    ]
    return [*(each[len(each) // 3] for each in passive), *ends]


def _cages(points: Sequence[Point]) -> xr.Dataset:
    """Potentials of one liquid at all temperatures, with the printed line."""
    along = xr.Variable("temperature", np.array([point.temperature for point in points]))
    names = ["caging_potential", "softness", "softness_error"]
    data = xr.concat([point.measured[names] for point in points], dim=along, combine_attrs="drop_conflicts")
    shown = data["displacement"].values <= 0.5
    data = data.isel(displacement=shown).assign_coords(temperature=along)
    data["published_softness"] = labelled(
        "softness",
        [softness_line(REFERENCE, point.temperature) for point in points],
        ("temperature",),
        source="nandi2021, Table III",
    )
    return data.assign_attrs(q_max=CHOICES.q_max)


def _scan(points: Sequence[Point]) -> xr.Dataset:
    """What each assumption about the activity gives."""
    columns = ("softness", "softness_error", "tau_alpha", "tau_alpha_error")
    data = {name: ("assumption", [point.number(name) for point in points]) for name in columns}
    printed = [softness_line(point.studied.name, point.temperature) for point in points]
    return xr.Dataset(
        {**data, "published_softness": ("assumption", printed)},
        {"assumption": [point.studied.label for point in points]},
        attrs={"temperature": SCANNED_AT},
    )


PAPER = Paper(
    name="nandi2021",
    title="A mean-field theory of softness in nine liquids",
    source="nandi2021: Phys. Rev. Lett. 126, 208001 (2021), doi:10.1103/PhysRevLett.126.208001",
    presets=PRESETS,
    study=study,
    figures=page.FIGURES,
)

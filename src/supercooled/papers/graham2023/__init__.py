"""Softness and excess entropy in five glass-forming liquids (graham2023).

Kob-Andersen mixtures whose wells have another width, 4000 particles. Sections follow the paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from supercooled import store, systems
from supercooled.cluster import Workers
from supercooled.papers import Findings, Paper, Work
from supercooled.papers.graham2023 import claims, page
from supercooled.papers.graham2023.chosen import CHOICES, Choices
from supercooled.papers.graham2023.definitions import definition_rows
from supercooled.papers.graham2023.figures import FIGURES
from supercooled.papers.graham2023.liquid import LiquidRuns, Run, continuous, measure
from supercooled.papers.graham2023.results import of_strata, together
from supercooled.papers.graham2023.rows import lines, rows

N_PARTICLES = 4000
# Forces stiffen as wells narrow: the step that is safe at width 0, times this.
_SHORTER = {0.3: 0.8, 0.4: 0.8}
# (Delta, density): temperatures of the lines, which begin where the liquid was equilibrated and end some
# 15 % below the crossing, so that this is not far to read on; and hotter ones that show the liquid
LADDERS: Mapping[tuple[float, float], tuple[tuple[float, ...], tuple[float, ...]]] = {
    (0.0, 1.2): ((0.47, 0.53, 0.58, 0.70), (0.80, 1.0)),
    (0.1, 1.18): ((0.6, 0.7, 0.8), (1.0,)),
    (0.2, 1.16): ((0.62, 0.7, 0.8, 1.0), (1.2,)),
    (0.3, 1.14): ((0.75, 0.85, 1.0, 1.2), (1.4,)),
    (0.4, 1.12): ((0.85, 1.0, 1.2, 1.5), (1.8,)),
}


@dataclass(frozen=True, slots=True)
class Preset:
    """Which liquids, how long, and how often quenched.

    Parameters
    ----------
    liquids
        (Delta, density)
    duration, every
        of each run of the lines, tau
    quench_every
        frames from one inherent structure to the next; 1 as in the paper
    tolerance
        2-norm of all forces at which the quench stops, epsilon_AA/sigma_AA
    dt
        at Delta up to 0.2; narrower wells take 0.8 of it. The paper's is 0.001
    seeds
        of the replicas
    hotter
        duration of the runs above the lines, as a share: they relax within a few tau
    """

    liquids: tuple[tuple[float, float], ...]
    duration: float
    every: float
    quench_every: int
    tolerance: float
    dt: float
    seeds: tuple[int, ...] = (1,)
    hotter: float = 1.0


_ENDS = ((0.0, 1.2), (0.4, 1.12))
PRESETS = {
    "quick": Preset(_ENDS, 40.0, every=1.0, quench_every=5, tolerance=10.0, dt=0.005),
    "medium": Preset(tuple(LADDERS), 200.0, every=1.0, quench_every=2, tolerance=1.0, dt=0.005),
    # two hours of one core; every frame is quenched, and p_hop is that of inherent structures, as printed
    "long": Preset(tuple(LADDERS), 200.0, every=1.0, quench_every=1, tolerance=0.1, dt=0.005, hotter=0.5),
    "paper": Preset(
        tuple(LADDERS), 1000.0, every=1.0, quench_every=1, tolerance=0.1, dt=0.0025, seeds=(1, 2, 3)
    ),
}


def study(chosen: Preset, where: Work) -> Findings:
    """Simulate, measure, compare.

    Raises
    ------
    ParameterError
        naming a state that has no equilibrated configuration yet.
    """
    liquids = [_simulated(key, chosen, where.root, where.workers) for key in chosen.liquids]
    return analysed(liquids, where, choices=CHOICES, preset=chosen)


def analysed(liquids: Sequence[LiquidRuns], where: Work, *, choices: Choices, preset: Preset) -> Findings:
    """Measure and compare, from runs that are there."""
    found = [measure(liquid, choices, folder=where.kept, workers=where.workers) for liquid in liquids]
    results, strata = together(liquids, found, choices)
    once = [claims.by_event(liquid, one, choices) for liquid, one in zip(liquids, found, strict=True)]
    counted = [one for one in once if one is not None]
    events = of_strata(liquids, counted, choices) if len(counted) == len(liquids) else None
    return Findings(
        summary=page.summary(liquids, results),
        rows=[
            *rows(results),
            *claims.claim_rows(liquids, found, strata, results, choices, folder=where.kept),
            *claims.collapse_rows(results, lines(results), events, None if events is None else lines(events)),
            *definition_rows(
                choices,
                [(liquid.width, liquid.density) for liquid in liquids],
                n_particles=liquids[0].runs[0].thermal.n_particles,
                dt=preset.dt,
            ),
        ],
        results=results,
        trajectories=[run.thermal for liquid in liquids for run in liquid.runs],
        parameters=page.parameters(
            choices,
            {
                "minimiser": "l-bfgs; the paper's is FIRE",
                "quench tolerance": f"{preset.tolerance:g}",
                "frames from one inherent structure to the next": f"{preset.quench_every}",
                "p_hop": "of the inherent structures" if preset.quench_every == 1 else "of thermal frames",
                "particles": f"{liquids[0].runs[0].thermal.n_particles}; the paper's: 32768",
            },
        ),
        sections=page.SECTIONS,
        models={liquid.name: one.model for liquid, one in zip(liquids, found, strict=True)},
    )


def _simulated(key: tuple[float, float], chosen: Preset, root: Path, workers: Workers) -> LiquidRuns:
    width, density = key
    liquid = systems.kob_andersen_width(well_width=width, density=density)
    fitted, hotter = LADDERS[key]
    lasting = {T: chosen.duration * (1.0 if T in fitted else chosen.hotter) for T in (*fitted, *hotter)}
    requests = [
        store.request(
            liquid,
            temperature=T,
            n_particles=N_PARTICLES,
            duration=duration,
            every=chosen.every,
            dt=round(chosen.dt * _SHORTER.get(width, 1.0), 6),
            seed=seed,
        )
        for T, duration in lasting.items()
        for seed in chosen.seeds
    ]
    thermal = store.simulate_all(requests, root=root, workers=workers)
    mixture = continuous(liquid.mixture)
    made = []
    for whole, request in zip(thermal, requests, strict=True):
        # A run may be longer than asked for; what was asked for decides the numbers.
        one = whole[: round(request.duration / chosen.every) + 1]
        inherent = store.quench_trajectory(
            one[:: chosen.quench_every],
            mixture=mixture,
            tolerance=chosen.tolerance,
            root=root,
            workers=workers,
        )
        made.append(Run(one, inherent, chosen.quench_every))
    return LiquidRuns(liquid.name, width, density, liquid.mixture, tuple(made), fitted)


PAPER = Paper(
    name="graham2023",
    title="Softness and excess entropy in glass-forming liquids",
    source="graham2023: Exploring the relationship between softness and excess entropy in "
    "glass-forming systems (2023)",
    presets=PRESETS,
    study=study,
    figures=FIGURES,
)

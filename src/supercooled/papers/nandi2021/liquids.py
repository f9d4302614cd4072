"""The nine liquids, and how long each is run at each temperature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from supercooled import store, systems
from supercooled.mixture import Activity, Liquid
from supercooled.store import Request

N_PARTICLES = 1000
# The paper's time step, and a shorter one where forces are steepest, at density 1.6.
DT, DT_DENSE = 0.005, 0.002


@dataclass(frozen=True, slots=True)
class At:
    """Runs of one liquid at one temperature.

    Parameters
    ----------
    duration, every
        of each replica and between its frames, tau
    begin
        temperature of the shipped configuration that it begins from, if there is none at its own
    hold
        time before the first frame, tau
    slow
        so cold that only a patient preset runs it
    """

    temperature: float
    duration: float
    every: float
    begin: float | None = None
    hold: float = 0.0
    slow: bool = False

    @property
    def hot(self) -> bool:
        """Whether it is heated from the hottest shipped state: there to show what lies above the onset."""
        return self.begin is not None and self.begin < self.temperature

    def times(self, factor: float) -> At:
        """The same, `factor` times as long, in whole intervals and at least forty of them."""
        intervals = max(40, round(self.duration / self.every * factor))
        return replace(self, duration=round(intervals * self.every, 9))


@dataclass(frozen=True, slots=True)
class Studied:
    """A liquid of the paper.

    Parameters
    ----------
    name
        in the tables of printed numbers
    label
        for people
    states
        coldest first
    """

    name: str
    label: str
    liquid: Liquid
    dt: float
    states: tuple[At, ...]

    @property
    def active(self) -> bool:
        """Whether its particles push themselves."""
        return self.liquid.activity is not None

    def requests(self, seeds: Sequence[int]) -> list[list[Request]]:
        """Of each temperature, one a seed."""
        passive = replace(self.liquid, activity=None)
        return [
            [
                store.request(
                    self.liquid,
                    temperature=at.temperature,
                    n_particles=N_PARTICLES,
                    duration=at.duration,
                    every=at.every,
                    dt=self.dt,
                    seed=seed,
                    start="equilibrated"
                    if at.begin is None
                    else systems.equilibrated(passive, at.begin, N_PARTICLES),
                    hold=at.hold,
                )
                for seed in seeds
            ]
            for at in self.states
        ]


def _activity(force: float, time: float, species: tuple[str, ...]) -> Activity:
    return Activity(force=force, persistence_time=time, species=species, fraction=1.0)


_LJ, _DENSE = systems.kob_andersen(density=1.2), systems.kob_andersen(density=1.6)
EVERYONE = ("A", "B")

PASSIVE = (
    Studied(
        "ka-lj 1.2", "LJ 1.2", _LJ, DT,
        (
            At(0.5, 1500.0, 1.5, slow=True), At(0.55, 600.0, 1.0),
            At(0.6, 150.0, 0.5), At(0.7, 60.0, 0.2), At(0.8, 40.0, 0.2), At(1.0, 30.0, 0.1),
            At(1.5, 15.0, 0.05, 1.0, 10.0), At(2.0, 15.0, 0.05, 1.0, 10.0),
        ),
    ),
    Studied(
        "ka-lj 1.6", "LJ 1.6", _DENSE, DT_DENSE,
        (
            At(2.1, 500.0, 1.0, slow=True), At(2.3, 120.0, 0.4), At(2.6, 50.0, 0.2),
            At(3.0, 20.0, 0.1), At(3.5, 15.0, 0.1), At(4.0, 10.0, 0.04), At(6.0, 6.0, 0.02, 4.0, 4.0),
            At(8.0, 6.0, 0.02, 4.0, 4.0),
        ),
    ),
    Studied(
        "ka-wca 1.05", "WCA 1.05", systems.kob_andersen_wca(density=1.05), DT,
        (
            At(0.15, 125.0, 0.5), At(0.2, 60.0, 0.2), At(0.25, 40.0, 0.2), At(0.3, 30.0, 0.1),
            At(0.4, 25.0, 0.1), At(0.5, 20.0, 0.1), At(0.6, 20.0, 0.1), At(0.8, 15.0, 0.05, 0.6, 10.0),
            At(1.0, 15.0, 0.05, 0.6, 10.0),
        ),
    ),
    Studied(
        "ka-wca 1.2", "WCA 1.2", systems.kob_andersen_wca(density=1.2), DT,
        (
            At(0.36, 2400.0, 2.0), At(0.4, 1200.0, 1.0), At(0.45, 450.0, 0.5), At(0.5, 300.0, 0.5),
            At(0.6, 50.0, 0.2), At(0.7, 30.0, 0.1), At(0.8, 20.0, 0.1), At(1.1, 15.0, 0.05, 0.8, 10.0),
            At(1.5, 15.0, 0.05, 0.8, 10.0),
        ),
    ),
    Studied(
        "ka-wca 1.6", "WCA 1.6", systems.kob_andersen_wca(density=1.6), DT_DENSE,
        (
            At(2.0, 900.0, 1.5, 2.1, 240.0), At(2.1, 250.0, 1.0), At(2.3, 100.0, 0.4), At(2.6, 50.0, 0.2),
            At(3.0, 20.0, 0.1), At(4.0, 10.0, 0.04), At(6.0, 6.0, 0.02, 4.0, 4.0),
            At(8.0, 6.0, 0.02, 4.0, 4.0),
        ),
    ),
    Studied(
        "wahnstrom 1.2959", "WAHN", systems.wahnstrom(density=1.2959), DT,
        (
            # Its structure fluctuates slowly (Pedersen et al. 2010): 900 tau give a tau_alpha of 88 to 288.
            At(0.6, 3600.0, 3.0, slow=True), At(0.65, 400.0, 0.8, 0.7, 100.0), At(0.7, 100.0, 0.4),
            At(0.8, 40.0, 0.2), At(0.9, 30.0, 0.1), At(1.0, 25.0, 0.1), At(1.5, 15.0, 0.05, 1.0, 10.0),
            At(2.0, 15.0, 0.05, 1.0, 10.0),
        ),
    ),
)  # fmt: skip


def _driven(force: float, states: tuple[At, ...]) -> Studied:
    return Studied(
        f"active-ka f0={force:.2f}",
        f"active {force:g}",
        systems.kob_andersen_active(force=force, density=1.2),
        DT,
        states,
    )


ACTIVE = (
    _driven(
        0.5,
        (
            At(0.45, 300.0, 1.0, 0.6, 100.0), At(0.5, 150.0, 0.5, 0.6, 60.0), At(0.6, 60.0, 0.2, 0.6, 30.0),
            At(0.7, 50.0, 0.2, 0.7, 20.0), At(0.8, 40.0, 0.1, 0.8, 20.0), At(1.0, 30.0, 0.1, 1.0, 20.0),
            At(1.5, 20.0, 0.05, 1.0, 20.0),
        ),
    ),
    _driven(
        1.0,
        (
            At(0.4, 200.0, 0.5, 0.6, 80.0), At(0.45, 100.0, 0.4, 0.6, 50.0), At(0.5, 80.0, 0.2, 0.6, 40.0),
            At(0.6, 60.0, 0.2, 0.6, 30.0), At(0.7, 40.0, 0.1, 0.7, 20.0), At(0.8, 30.0, 0.1, 0.8, 20.0),
            At(1.0, 20.0, 0.1, 1.0, 20.0), At(1.5, 20.0, 0.05, 1.0, 20.0),
        ),
    ),
    _driven(
        1.75,
        (
            At(0.3, 80.0, 0.2, 0.6, 40.0), At(0.4, 60.0, 0.2, 0.6, 30.0), At(0.5, 50.0, 0.1, 0.6, 30.0),
            At(0.6, 40.0, 0.1, 0.6, 20.0), At(0.7, 30.0, 0.1, 0.7, 20.0), At(0.8, 30.0, 0.1, 0.8, 20.0),
            At(1.0, 20.0, 0.1, 1.0, 20.0), At(1.5, 20.0, 0.05, 1.0, 20.0),
        ),
    ),
)  # fmt: skip


def scanned(*, temperature: float, begin: float, duration: float, hold: float) -> list[Studied]:
    """Who may be active and for how long: every combination at one temperature, and each f0 for all."""
    who = (("A", "B"), ("A",), ("B",))
    assumed = [(1.0, time, species) for species, time in product(who, (1.0, 4.0, 16.0))]
    assumed += [(force, time, EVERYONE) for force, time in product((0.5, 1.75), (1.0, 4.0, 16.0))]
    return [
        Studied(
            f"active-ka f0={force:.2f}",
            f"f0 = {force:g}, {' and '.join(species)} active for {time:g} tau",
            replace(_LJ, activity=_activity(force, time, species)),
            DT,
            (At(temperature, duration, 0.2, begin, hold),),
        )
        for force, time, species in assumed
    ]


@dataclass(frozen=True, slots=True)
class Preset:
    """What is run.

    Parameters
    ----------
    factor
        on the durations
    seeds
        of the replicas
    left_out
        how many of the coldest states of each passive liquid are
    patient
        the slow states too
    driven
        the active liquids too
    scan
        duration of each run of the scan of the active assumptions, tau; None leaves it out
    """

    factor: float
    seeds: tuple[int, ...]
    left_out: int
    patient: bool
    driven: bool
    scan: float | None

    def liquids(self) -> list[Studied]:
        """The liquids with their states."""
        chosen = []
        for one in PASSIVE:
            states = [at for at in one.states if self.patient or not at.slow]
            chosen.append(replace(one, states=tuple(states[self.left_out :])))
        chosen += list(ACTIVE) if self.driven else []
        return [replace(one, states=tuple(at.times(self.factor) for at in one.states)) for one in chosen]


PRESETS = {
    "quick": Preset(factor=0.7, seeds=(1,), left_out=1, patient=False, driven=False, scan=None),
    "medium": Preset(factor=1.0, seeds=(1, 2), left_out=0, patient=True, driven=True, scan=20.0),
    "paper": Preset(factor=8.0, seeds=(1, 2, 3, 4, 5), left_out=0, patient=True, driven=True, scan=400.0),
}

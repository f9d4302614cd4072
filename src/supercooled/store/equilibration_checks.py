"""What a run shows about the liquid in it: settled or ageing, relaxed how often, crystal or not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from supercooled.errors import BoxError, SimulationError
from supercooled.simulation.start import Start
from supercooled.store.ageing import Agreement, compare, relaxation, steady_state
from supercooled.store.crystal import LARGEST_LASTING, LASTING_FRAMES, Order, lasting_peak, order
from supercooled.store.energies import logged
from supercooled.trajectory import Trajectory

if TYPE_CHECKING:
    from supercooled.estimate import Estimate

# Fluctuations of the configurational temperature are as small as those of the kinetic one.
_FRAMES_FOR_TEMPERATURE = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was measured on a run.

    Parameters
    ----------
    label
        of the run
    duration
        of the run, tau
    relaxed
        its alpha relaxation time, or why there is none
    agreements
        of its two halves, by name
    order
        how crystalline its last frame is
    lasting
        strongest Bragg peak of the whole run, of frames taken together
    averages
        energy and pressure, the temperature of the velocities, and that of the positions where the
        liquid is known
    """

    label: str
    duration: float
    relaxed: Estimate
    agreements: dict[str, Agreement]
    order: Order
    lasting: float
    averages: dict[str, float]

    @property
    def n_relaxations(self) -> float:
        """How many relaxation times the run lasted; 0 where it was too short to measure one."""
        return self.duration / self.relaxed.value if self.relaxed.known else 0.0

    @property
    def crystalline(self) -> bool:
        """Whether no liquid ends like this, or keeps such a peak for ten relaxation times."""
        kept = self.n_relaxations >= LASTING_FRAMES and self.lasting > LARGEST_LASTING
        return self.order.crystalline or kept

    @property
    def disagreements(self) -> list[str]:
        """What differs between the halves, in words."""
        return [
            f"{name} {a.first:.5g} then {a.second:.5g} (at most {a.limit:.2g} apart)"
            for name, a in self.agreements.items()
            if not a.passed
        ]

    def settled(self, wanted: float) -> bool:
        """Whether the run lasted `wanted` relaxation times and its halves agree.

        Raises
        ------
        SimulationError
            with the evidence, if it is a crystal: no longer run will mend that.
        """
        if self.crystalline:
            raise SimulationError(
                f"{self.label} is not a liquid: its largest solid-like cluster contains "
                f"{self.order.cluster:.1%} of the particles, its strongest Bragg peak is "
                f"{self.order.bragg:.0f}, and over the run {self.lasting:.0f}; melt it and cool "
                "to a higher temperature"
            )
        return self.n_relaxations >= wanted and not self.disagreements

    def refusal(self, wanted: float) -> str:
        """Why a run that can't be prolonged is not enough."""
        if not self.relaxed.known:
            held = f"no relaxation time could be measured ({self.relaxed.reason})"
        else:
            held = (
                f"it covers {self.n_relaxations:.3g} relaxation times of "
                f"{self.relaxed.value:.4g}({self.relaxed.error:.2g}) tau"
            )
        differing = f"; its halves differ: {'; '.join(self.disagreements)}" if self.disagreements else ""
        return (
            f"{self.label} is not shown to be in equilibrium by a run of {self.duration:g} tau: "
            f"{held}, but {wanted:g} are required{differing}; run it again with a larger "
            "longest, which continues it, or with a longer hold"
        )

    def to_dict(self, wanted: float) -> dict[str, Any]:
        """Plain data, for the record of a configuration."""
        relaxed = self.relaxed
        return {
            **{name: a.to_dict() for name, a in self.agreements.items()},
            **self.averages,
            "relaxation_time": _plain(relaxed),
            "relaxations": {
                "value": self.n_relaxations,
                "wanted": wanted,
                "passed": self.n_relaxations >= wanted,
            },
            "crystal": {
                "largest_cluster": self.order.cluster,
                "strongest_bragg_peak": self.order.bragg,
                "lasting_bragg_peak": self.lasting,
                "passed": not self.crystalline,
            },
        }


def judge(run: Trajectory, final: Start) -> Verdict:
    """Measure on a run what tells whether its last configuration is one of a liquid in equilibrium.

    An active liquid has no equilibrium: energy and mean squared displacement must be stationary. Of any
    other, energy, first peak of g(r) and overlap must agree between the halves.

    Parameters
    ----------
    final
        the run's last configuration
    """
    state = run.state
    driven = state is not None and state.liquid.activity is not None
    return Verdict(
        label=run.source.name if state is None else state.label,
        duration=float(run.times[-1] - run.times[0]),
        relaxed=relaxation(run),
        agreements=steady_state(run) if driven else compare(run),
        order=order(final),
        lasting=lasting_peak(run),
        averages={
            **{
                name: float(logged(run, name).mean())
                for name in ("potential_energy", "kinetic_temperature", "pressure")
            },
            **_temperature_of_positions(run),
        },
    )


def _temperature_of_positions(run: Trajectory) -> dict[str, float]:
    """Beside that of the velocities: it shows what the step of the integration does to the positions."""
    if run.state is None:
        return {}
    some = run[:: max(1, run.n_frames // _FRAMES_FOR_TEMPERATURE)]
    try:
        values = logged(some, "configurational_temperature")
    except BoxError:  # a box in which LAMMPS meets the same neighbour twice
        return {}
    return {"configurational_temperature": float(values.mean())}


def _plain(relaxed: Estimate) -> dict[str, Any]:
    """A relaxation time in what a record can hold: where it has none, or no error, the reason stands."""
    if not relaxed.known:
        return {"value": None, "reason": relaxed.reason}
    if not math.isfinite(relaxed.error):
        return {"value": relaxed.value, "error": None, "no_error": relaxed.no_error}
    return {"value": relaxed.value, "error": relaxed.error}

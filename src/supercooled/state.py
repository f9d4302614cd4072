"""A state point and the way to simulate it: what names a run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from supercooled.arguments import Count, NotNegative, Positive, Seed, Temperature, Whole, validated
from supercooled.errors import ParameterError
from supercooled.mixture import Liquid


@validated
@dataclass(frozen=True, slots=True)
class Protocol:
    """How a state point is simulated.

    Parameters
    ----------
    every
        time between frames, tau
    dt
        integration step, tau
    damping
        time constant of the Nose-Hoover thermostat in steps
    ensemble
        "nvt" (Nose-Hoover) or "nve"
    start
        "equilibrated" (the package's library), "lattice" (melted first), or a name for a
        configuration of the caller's own
    hold
        time run before the first frame, tau
    per_decade
        frames a decade of time within each interval `every`, from one step on; 0 for none:
        then frames are evenly spaced
    """

    every: Positive
    dt: Positive = 0.005
    damping: Positive = 100.0
    ensemble: Literal["nvt", "nve"] = "nvt"
    start: str = "equilibrated"
    hold: NotNegative = 0.0
    per_decade: Annotated[int, Whole(at_least=0, at_most=100)] = 0

    def __post_init__(self) -> None:
        self.steps(self.every)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Steps of the frames within each interval `every`, from 0.

        Examples
        --------
        >>> Protocol(every=0.1, dt=0.005, per_decade=3).offsets
        (0, 1, 2, 5, 10)
        """
        if self.per_decade == 0:
            return (0,)
        every = self.steps(self.every)
        whole: set[int] = {0}
        power = 0
        while (step := round(10.0 ** (power / self.per_decade))) < every:
            whole.add(step)
            power += 1
        return tuple(sorted(whole))

    @validated
    def steps(self, time: NotNegative) -> int:
        """Integration steps in `time`.

        Parameters
        ----------
        time
            time, tau

        Returns
        -------
        int
            number of steps

        Raises
        ------
        ParameterError
            if that is not a whole number, or the time not finite.

        Examples
        --------
        >>> Protocol(every=1.0, dt=0.005).steps(1.0)
        200
        """
        steps = round(time / self.dt)
        if abs(steps * self.dt - time) > 1e-6 * self.dt * max(1, steps) or (time > 0 and steps == 0):
            raise ParameterError(f"{time:g} is not a whole number of steps of {self.dt:g}")
        return steps


@validated
@dataclass(frozen=True, slots=True)
class StatePoint:
    """A liquid at a temperature, its size, its seed and its protocol.

    Parameters
    ----------
    liquid
        mixture and density
    temperature
        epsilon_AA / k_B
    n_particles
        number of particles
    protocol
        how it is simulated
    seed
        of the velocities; replicas differ in it
    """

    liquid: Liquid
    temperature: Temperature
    n_particles: Count
    protocol: Protocol
    seed: Seed = 1

    def __post_init__(self) -> None:
        # A configuration of one's own may be as near to the composition as whole particles come.
        own = self.protocol.start not in ("lattice", "equilibrated")
        self.liquid.mixture.counts(self.n_particles, nearest=own)
        if self.liquid.activity is not None:
            self.protocol.steps(self.liquid.activity.persistence_time)

    def to_dict(self) -> dict[str, Any]:
        """Plain data that names it. JSON tells 1 from 1.0, so every number has its type here.

        Returns
        -------
        dict[str, Any]
            its parameters as plain data
        """
        protocol = {
            name: value if isinstance(value, str) else float(value)
            for name, value in asdict(self.protocol).items()
            # Runs made before there was a choice keep their names.
            if name != "per_decade" or value
        }
        active = self.liquid.activity
        return {
            **({} if active is None else {"activity": active.to_dict()}),
            "mixture": self.liquid.mixture.to_dict(),
            "density": float(self.liquid.density),
            "temperature": float(self.temperature),
            "n_particles": int(self.n_particles),
            "protocol": protocol,
            "seed": int(self.seed),
        }

    def canonical_json(self) -> str:
        """The one way to write it: sorted keys, no spaces.

        Returns
        -------
        str
            JSON text, equal for equal state points
        """
        return json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))

    @property
    def key(self) -> str:
        """Hash of the canonical JSON, 32 hexadecimal digits."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()[:32]

    @property
    def label(self) -> str:
        """For people: ``ka-lj_rho1.2_T0.47_N4000``."""
        return f"{self.liquid.name}_T{self.temperature:g}_N{self.n_particles}"

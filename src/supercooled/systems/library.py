"""The equilibrated configurations that the package ships."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from supercooled.arguments import Count, Temperature, validated
from supercooled.errors import ParameterError, StoreError
from supercooled.mixture import Liquid
from supercooled.records import Fields, read_record
from supercooled.systems.catalogue import catalogue

FOLDER = Path(__file__).parent / "equilibrated"
ENOUGH_RELAXATIONS = 20.0


class _Named(Fields):
    model_config = ConfigDict(extra="allow")

    name: str


class _Relaxation(Fields):
    model_config = ConfigDict(extra="allow")

    value: float | None
    reason: str = ""


class _Checks(Fields):
    model_config = ConfigDict(extra="allow")

    relaxation_time: _Relaxation
    potential_energy: float


class _Rechecked(Fields):
    model_config = ConfigDict(extra="allow")

    duration: float
    checks: _Checks


class ConfigurationRecord(Fields):
    """The JSON beside a shipped configuration."""

    model_config = ConfigDict(extra="allow")

    mixture: _Named
    temperature: float
    n_particles: int
    density: float
    hold: float
    duration: float
    checks: _Checks
    activity: dict[str, Any] | None = None
    rechecked: _Rechecked | None = None


@validated
@dataclass(frozen=True, slots=True)
class Configuration:
    """A shipped configuration and what is known about it.

    Parameters
    ----------
    path
        GSD file with one frame
    record
        provenance and measured checks, as the JSON beside it has them
    """

    path: Path
    record: Mapping[str, Any]

    @property
    def temperature(self) -> float:
        """Temperature it was equilibrated at, epsilon_AA / k_B."""
        return float(self.record["temperature"])

    @property
    def n_particles(self) -> int:
        """Number of particles."""
        return int(self.record["n_particles"])

    @property
    def mixture(self) -> str:
        """Name of the mixture, as in the catalogue."""
        return str(self.record["mixture"]["name"])

    @property
    def name(self) -> str:
        """Name of the mixture, and of what drives it."""
        driven = self.activity
        if driven is None:
            return self.mixture
        return f"{self.mixture}_f{driven['force']:g}_tau{driven['persistence_time']:g}"

    @property
    def density(self) -> float:
        """Particles per volume, sigma_AA^-3."""
        return float(self.record["density"])

    @property
    def hold(self) -> float:
        """How long it was held at its temperature before the run that checked it, tau."""
        return float(self.record["hold"])

    @property
    def checked(self) -> Mapping[str, Any]:
        """``duration`` and ``checks`` of the run that shows most: that made it, or one from it."""
        checked: Mapping[str, Any] = self.record.get("rechecked", self.record)
        return checked

    @property
    def relaxations(self) -> float | None:
        """How many relaxation times the run that checked it lasted; None where it was too short to tell."""
        value = self.checked["checks"]["relaxation_time"]["value"]
        return None if value is None else float(self.checked["duration"]) / float(value)

    @property
    def briefly_checked(self) -> bool:
        """Whether that is fewer than 20: settled as far as one could see, and one could not see far."""
        return self.relaxations is None or self.relaxations < ENOUGH_RELAXATIONS

    @property
    def activity(self) -> Mapping[str, Any] | None:
        """What drives it, as :class:`~supercooled.Activity` writes it; None in equilibrium."""
        driven: Mapping[str, Any] | None = self.record.get("activity")
        return driven

    @property
    def summary(self) -> str:
        """What was measured, in a line."""
        checks = self.checked["checks"]
        relaxed = checks["relaxation_time"]
        tau = f"tau_alpha = {relaxed['value']:.3g}" if relaxed["value"] else relaxed["reason"]
        passed = [name for name, check in checks.items() if isinstance(check, dict) and check.get("passed")]
        return f"U/N = {checks['potential_energy']:.4f}, {tau}; passed: {', '.join(sorted(passed))}"

    @validated
    def fits(self, liquid: Liquid, temperature: Temperature, n_particles: Count) -> bool:
        """Whether it is an equilibrium configuration of this liquid at this state.

        The whole mixture counts, not its name: another cutoff is another liquid.

        Parameters
        ----------
        liquid
            mixture and density
        temperature
            temperature, epsilon_AA/k_B
        n_particles
            number of particles

        Returns
        -------
        bool
            true where liquid, temperature and number of particles agree
        """
        activity = None if liquid.activity is None else liquid.activity.to_dict()
        return (
            self.record["mixture"] == liquid.mixture.to_dict()
            and self.activity == activity
            and abs(self.density - liquid.density) < 1e-9
            and abs(self.temperature - temperature) < 1e-9
            and self.n_particles == n_particles
        )


@validated
def library(folder: Path = FOLDER) -> tuple[Configuration, ...]:
    """Every shipped configuration, coldest first in each liquid.

    Parameters
    ----------
    folder
        folder of the configurations, default that of the package

    Returns
    -------
    tuple[Configuration, ...]
        configurations

    Raises
    ------
    StoreError
        naming the file, if a record can't be read or its configuration is missing.
    """
    found = []
    for beside in sorted(Path(folder).glob("*.json")):
        path = beside.with_suffix(".gsd")
        status = beside.stat()
        record = _record(beside, status.st_mtime_ns, status.st_size)
        if not path.is_file():
            raise StoreError(f"{path} is missing, though its record is there; reinstall the package")
        found.append(Configuration(path, deepcopy(record)))
    return tuple(sorted(found, key=lambda c: (c.mixture, c.density, c.n_particles, c.temperature)))


@lru_cache(maxsize=1024)
def _record(beside: Path, _modified: int, _size: int) -> dict[str, Any]:
    """Read once, as long as the file stays as it is: a run asks three times where it starts."""
    record = read_record(
        beside, ConfigurationRecord, error=StoreError, saying="is not a record of a configuration"
    )
    return record.model_dump(exclude_unset=True)


@validated
def equilibration_command(
    liquid: Liquid,
    temperature: Temperature,
    n_particles: Count,
    *,
    start: str = "lattice",
    hold: float | str = "HOLD",
    duration: float | str = "DURATION",
    out: str = "FILE.gsd",
    **options: float,
) -> str:
    """The command line that makes an equilibrated configuration, quoted for a shell.

    A liquid that is not in the catalogue stands in a file, ``NAME.yaml``. What is left open is in capitals.

    Parameters
    ----------
    liquid
        mixture and density
    temperature
        temperature, epsilon_AA/k_B
    n_particles
        number of particles
    start
        starting configuration
    hold
        time at the temperature before the run, tau
    duration
        length of the run, tau
    out
        GSD file that is written
    options
        further options of the command

    Returns
    -------
    str
        command line

    Examples
    --------
    >>> from supercooled.systems import kob_andersen
    >>> equilibration_command(kob_andersen(density=1.2), 0.5, 4000)
    'supercooled equilibrate ka-lj --density 1.2 --temperature 0.5 --particles 4000
    --start lattice --hold HOLD --duration DURATION --out FILE.gsd'
    """
    density = liquid.density
    known = [name for name, entry in catalogue().items() if entry.make(density=density) == liquid]
    model = known[0] if known else f"{liquid.mixture.name}.yaml"
    words = {
        "density": density,
        "temperature": temperature,
        "particles": n_particles,
        "start": start,
        "hold": hold,
        "duration": duration,
        "out": out,
        **options,
    }
    said = [word for name, value in words.items() for word in (f"--{name}", _in_full(value))]
    return shlex.join(["supercooled", "equilibrate", model, *said])


def _in_full(value: float | str) -> str:
    """All digits of a number, without the point of a whole one."""
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


@validated
def equilibrated(liquid: Liquid, temperature: Temperature, n_particles: Count) -> Path:
    """File of the shipped configuration of a liquid at a temperature.

    Of an active liquid that is not shipped, that of the same liquid in equilibrium: it comes to its
    steady state from there, and has to be held first.

    Parameters
    ----------
    liquid
        mixture and density
    temperature
        temperature, epsilon_AA/k_B
    n_particles
        number of particles

    Returns
    -------
    Path
        path of the GSD file

    Raises
    ------
    ParameterError
        if there is none, saying which there are and how to make one.
    MixtureError
        if the composition can't be met by `n_particles`.
    StoreError
        if the file is not the one that its record describes.
    """
    liquid.mixture.counts(n_particles)
    shipped = library()
    for wanted in (liquid, replace(liquid, activity=None)):
        for configuration in shipped:
            if configuration.fits(wanted, temperature, n_particles):
                _check_contents(configuration)
                return configuration.path
    driven = None if liquid.activity is None else liquid.activity.to_dict()
    near = [
        f"T={c.temperature:g} (N={c.n_particles})"
        for c in shipped
        if c.mixture == liquid.mixture.name
        and abs(c.density - liquid.density) < 1e-9
        and c.activity in (None, driven)
    ]
    there = f"there are {', '.join(dict.fromkeys(near))}" if near else "there is none of this liquid"
    raise ParameterError(
        f"no equilibrated configuration of {liquid.name} at T={temperature:g} with {n_particles} particles "
        f"({there}); make one with `{equilibration_command(liquid, temperature, n_particles)}` and pass it "
        "as start, or start from 'lattice' with a hold"
    )


def _check_contents(configuration: Configuration) -> None:
    if hashlib.sha256(configuration.path.read_bytes()).hexdigest() != configuration.record["sha256"]:
        raise StoreError(
            f"{configuration.path} is not the configuration that its record describes (its SHA-256 differs); "
            "reinstall the package"
        )

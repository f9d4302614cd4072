"""Predictors that come with the package, and the features that they are made of."""

from __future__ import annotations

from pathlib import Path

from supercooled.arguments import Name, validated
from supercooled.errors import ParameterError
from supercooled.fields import Features
from supercooled.indicators import Averages, DistanceToInherent, PotentialEnergy, VoronoiVolume, inherent
from supercooled.mixture import Mixture
from supercooled.predictors.predictor import Predictor, load_predictor

_FOLDER = Path(__file__).with_name("models")


@validated
def recipe(mixture: Mixture) -> tuple[Features, ...]:
    r"""Energy and volume in the inherent structure, and the distance to it, each averaged by e^{-r/L}.

    At L = 0 (the particle itself), 1, 2, 3 and 4.5 over each species and over all, neighbours to 7 sigma_AA:
    39 numbers a particle of a binary mixture. The box must be 14 sigma_AA wide.

    mixture : pair potentials, which quench frames that don't bring their inherent structure

    Source: the form is that of Jung, Biroli and Berthier, Phys. Rev. Lett. 130, 238202 (2023); the choice is
    ours, made on ten configurations of the Kob-Andersen liquid at T = 0.44.

    >>> from supercooled.systems import kob_andersen
    >>> len(recipe(kob_andersen(density=1.2).mixture))
    3
    """
    over = (*mixture.species, "all")
    return (
        inherent(Averages(PotentialEnergy(mixture), over=over), mixture),
        inherent(Averages(VoronoiVolume(), over=over), mixture),
        Averages(DistanceToInherent(mixture), over=over),
    )


def shipped_models() -> tuple[str, ...]:
    """Names of the predictors that come with the package.

    >>> shipped_models()
    ('ka-propensity-T0.44',)
    """
    return tuple(sorted(path.name.removesuffix(".json") for path in _FOLDER.glob("*.json")))


@validated
def shipped(name: Name) -> Predictor:
    """A predictor that comes with the package; its ``scores`` and ``provenance`` say what it is good for.

    ``ka-propensity-T0.44`` : propensity (mean displacement, sigma_AA) of A and B of the Kob-Andersen liquid,
    density 1.2, about one relaxation time after a configuration at T = 0.44; features are :func:`recipe`.

    Raises
    ------
    ParameterError
        if there is none of that name.

    >>> round(shipped("ka-propensity-T0.44").scores["A"]["pearson"]["mean"], 2)
    0.78
    """
    names = shipped_models()
    if name not in names:
        raise ParameterError(
            f"there is no file {name!r}, and no model of this name comes with the package; there are "
            f"{', '.join(names)}"
        )
    return load_predictor(_FOLDER / f"{name}.json")

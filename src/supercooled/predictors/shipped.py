"""Predictors that come with the package, and the features that they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supercooled.arguments import Name, validated
from supercooled.errors import ParameterError
from supercooled.fields import Features
from supercooled.indicators import Averages, DistanceToInherent, PotentialEnergy, VoronoiVolume, inherent
from supercooled.mixture import Mixture
from supercooled.predictors.predictor import Predictor, load_predictor

if TYPE_CHECKING:
    import pandas as pd

_FOLDER = Path(__file__).with_name("fitted")
# What a predictor of a softness predicts, in its first word.
SOFTNESS = "softness"
_MEASURES = ("pearson", "accuracy", "auc")


@validated
def recipe(mixture: Mixture) -> tuple[Features, ...]:
    r"""Energy and volume in the inherent structure, and the distance to it, each averaged by e^{-r/L}.

    At L = 0 (the particle itself), 1, 2, 3 and 4.5 over each species and over all, neighbours to 7 sigma_AA:
    39 numbers per particle of a binary mixture. The box must be 14 sigma_AA wide.

    Parameters
    ----------
    mixture
        pair potentials, which quench frames that don't bring their inherent structure

    Returns
    -------
    tuple[Features, ...]
        the sets of features

    References
    ----------
    the form is that of Jung, Biroli and Berthier, Phys. Rev. Lett. 130, 238202 (2023); the choice is
    ours, made on ten configurations of the Kob-Andersen liquid at T = 0.44.

    Examples
    --------
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

    Returns
    -------
    tuple[str, ...]
        sorted names

    Examples
    --------
    >>> "ka-propensity-T0.44" in shipped_models()
    True
    """
    return tuple(sorted(path.name.removesuffix(".json") for path in _FOLDER.glob("*.json")))


def models() -> pd.DataFrame:
    """The models that come with the package: what each predicts, of which liquid, and how well.

    Returns
    -------
    pd.DataFrame
        Table, one line per model by its name: what it ``predicts`` and its ``unit``; the ``species`` that it
        was trained on; its ``density`` and ``temperature`` then; ``pearson``, ``accuracy`` and ``auc``
        of what took no part in the fit, of the first species, NaN where it has none (of a propensity: the
        area for the tenth that goes farthest, and the share on the same side of both medians); in words, what
        it was ``validated`` on and its ``domain``; and its ``version``. :func:`shipped` gives the model
        itself.

    Examples
    --------
    >>> one = models().loc["ka-propensity-T0.44"]
    >>> one["predicts"], round(float(one["pearson"]), 2)
    ('propensity', 0.78)
    """
    import pandas as pd

    return pd.DataFrame({name: _line(shipped(name)) for name in shipped_models()}).T.infer_objects()


def _line(one: Predictor) -> dict[str, Any]:
    """What the table says of a model."""
    made = one.provenance
    scores: Mapping[str, Any] = next(iter(one.scores.values()), {})
    return {
        "predicts": one.target,
        "unit": one.unit,
        "species": ", ".join(one.models),
        "density": made.get("density"),
        "temperature": made.get("temperature"),
        **{name: float(scores[name]["mean"]) if name in scores else float("nan") for name in _MEASURES},
        "validated": made.get("validated", "groups left out when it was fitted"),
        "domain": made.get("domain", "not said"),
        "version": made.get("model_version", 1),
    }


@validated
def shipped(name: Name) -> Predictor:
    """A predictor that comes with the package; its ``scores`` and ``provenance`` say what it is good for.

    Parameters
    ----------
    name
        as :func:`models` lists them

    Returns
    -------
    Predictor
        predictor, ready to apply

    Raises
    ------
    ParameterError
        if there is none of that name.

    Examples
    --------
    >>> round(shipped("ka-propensity-T0.44").scores["A"]["pearson"]["mean"], 2)
    0.78
    """
    names = shipped_models()
    if name not in names:
        raise ParameterError(
            f"there is no file {name!r}, and the package has no model of this name; it has {', '.join(names)}"
        )
    return load_predictor(_FOLDER / f"{name}.json")

"""How relaxation times may depend on temperature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from supercooled.arrays import Array
from supercooled.errors import ParameterError


@dataclass(frozen=True, slots=True)
class Law:
    r"""A law that is linear but for one characteristic temperature.

    .. math:: \ln\tau = \ln\tau_0 + c(p, \theta)\, g(T, \theta)

    Parameters
    ----------
    name, label
        for people
    parameters
        tau_0 first, then p, then theta if there is one
    shape
        g
    factor
        c, a positive multiple or quotient of p
    inverse
        p, from c and theta
    between
        the range in which theta may lie, from the coldest and the hottest temperature
    """

    name: str
    label: str
    parameters: tuple[str, ...]
    shape: Callable[[Array, Array | float], Array]
    factor: Callable[[float, Array | float], Array | float]
    inverse: Callable[[float, float], float]
    between: Callable[[float, float], tuple[float, float]]

    def __call__(self, temperatures: Array, values: Array) -> Array:
        """Relaxation times at temperatures, tau."""
        theta = values[2] if len(self.parameters) > 2 else 1.0
        exponent = self.factor(values[1], theta) * self.shape(temperatures, theta)
        return np.asarray(values[0] * np.exp(exponent), dtype=np.float64)


def _itself(value: float, _: Array | float) -> float:
    return value


# A characteristic temperature below the data stays this far from them and from zero, as a fraction.
NEAR = 1e-4


def _below(coldest: float, _: float) -> tuple[float, float]:
    return NEAR * coldest, (1 - NEAR) * coldest


LAWS: Mapping[str, Law] = {
    law.name: law
    for law in (
        Law(
            "arrhenius",
            "Arrhenius",
            ("tau_0", "barrier"),
            lambda T, _: 1.0 / T,
            _itself,
            _itself,
            lambda *_: (1.0, 1.0),
        ),
        Law(
            "vft",
            "Vogel-Fulcher-Tammann",
            ("tau_0", "K", "T_VFT"),
            lambda T, T0: 1.0 / (T - T0),
            lambda K, T0: T0 / K,
            lambda c, T0: T0 / c,
            _below,
        ),
        Law(
            "parabolic",
            "parabolic",
            ("tau_0", "J", "T_o"),
            lambda T, To: (1.0 / T - 1.0 / To) ** 2,
            lambda J, _: J**2,
            lambda c, _: float(np.sqrt(c)),
            lambda _, hottest: (hottest, 50.0 * hottest),
        ),
        Law(
            "mct",
            "mode-coupling power law",
            ("tau_0", "gamma", "T_c"),
            lambda T, Tc: -np.log(T / Tc - 1.0),
            _itself,
            _itself,
            _below,
        ),
    )
}


def law_named(name: str) -> Law:
    """Law of a name.

    Examples
    --------
    >>> law_named("vft").parameters
    ('tau_0', 'K', 'T_VFT')
    """
    if name not in LAWS:
        raise ParameterError(f"no law {name!r} among {', '.join(LAWS)}")
    return LAWS[name]

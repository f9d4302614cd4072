"""From the depth of a cage to its softness."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
import xarray as xr

from supercooled.arguments import Numbers, Positive, Uncertain, validated
from supercooled.arguments.datasets import ByTemperature
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.fields import chunks_of, is_lazy, mapped
from supercooled.quantities import quantity


@validated
@dataclass(frozen=True, slots=True)
class Calibration:
    r"""The line that turns the depth of a cage into its softness.

    .. math:: 1/S = c_0 + c_1\, \beta\Phi_r

    Parameters
    ----------
    c0, c1
        of the line, in units of one over the softness that was fitted
    c0_error, c1_error
        standard errors, NaN if two temperatures only
    temperatures
        those fitted, epsilon_AA / k_B
    reading
        which depth was fitted: "ensemble-full" (the ensemble's g over all r), "ensemble-cut"
        (the same between the local cutoffs), "local-mean" (the mean of the local depth), or the
        caller's own word
    residual
        largest relative deviation of 1/S from the line

    References
    ----------
    sharma2022, Eq. 7.

    Examples
    --------
    >>> line = Calibration(0.1, 0.2, 0.0, 0.0, (0.5, 1.0), "local-mean", 0.0)
    >>> line.of_depth(np.array([2.0]))
    array([2.])
    """

    c0: Uncertain
    c1: Uncertain
    c0_error: Uncertain
    c1_error: Uncertain
    temperatures: tuple[Uncertain, ...]
    reading: str
    residual: Uncertain

    @validated
    def softness(self, depth: xr.DataArray) -> xr.DataArray:
        """Softness of cages of a given depth, same dimensions.

        Parameters
        ----------
        depth
            what :class:`supercooled.indicators.LocalDepth` or :func:`supercooled.cage.depth` returns

        Returns
        -------
        xr.DataArray
            ``softness``, in the unit of the softness that was fitted: that of the papers, without 1/rho
            (:func:`supercooled.cage.softness`), sigma_AA^(d+2). A cage so shallow that the line gives 1/S <=
            0 is not bound, and has no softness: NaN there, and their number in the attribute ``unbound``. Of
            a depth that is read when asked for, the softness is too.

        Examples
        --------
        >>> line = Calibration(0.0, 10.0, 0.0, 0.0, (0.5, 0.6, 0.7), "ensemble-full", 0.0)
        >>> S = line.softness(xr.DataArray([50.0, 100.0, -1.0], dims="particle"))
        >>> S.values, S.attrs["unbound"]
        (array([0.002, 0.001,   nan]), 1)
        """
        values = mapped(depth, self.of_depth)
        framed = is_lazy(depth) and set(depth.dims) == {"frame", "particle"}
        parts = (part for _, part in chunks_of(depth)) if framed else (depth.values,)
        unbound = sum(int((self.c0 + self.c1 * part <= 0).sum()) for part in parts)
        kept = {k: v for k, v in depth.attrs.items() if k not in ("units", "long_name")}
        entry = quantity("softness")
        made = {"c0": self.c0, "c1": self.c1, "reading": self.reading, "unbound": unbound}
        values.attrs = {"units": entry.unit, "long_name": entry.long_name, **kept, **made}
        return values.rename("softness")

    @validated
    def normalised_softness(self, depth: xr.DataArray, *, density: Positive) -> xr.DataArray:
        """Softness with the factor 1/rho that the papers leave out: rho S, a length squared.

        Parameters
        ----------
        depth
            as in :meth:`softness`
        density
            rho of all particles, sigma_AA^-d

        Returns
        -------
        xr.DataArray
            ``normalised_softness``, sigma_AA^2.

        Examples
        --------
        >>> line = Calibration(0.0, 10.0, 0.0, 0.0, (0.5, 0.6, 0.7), "ensemble-full", 0.0)
        >>> S = line.normalised_softness(xr.DataArray([50.0, 100.0], dims="particle"), density=1.2)
        >>> S.values
        array([0.0024, 0.0012])
        """
        S = self.softness(depth)
        entry = quantity("normalised_softness")
        attrs = S.attrs | {"units": entry.unit, "long_name": entry.long_name, "density": density}
        return mapped(S, partial(np.multiply, density)).rename("normalised_softness").assign_attrs(attrs)

    @validated
    def of_depth(self, depth: Annotated[Array, Numbers(nan=True, infinite=True, array=True)]) -> Array:
        """Softness of depths as plain numbers, any shape; NaN where the line is not positive.

        Parameters
        ----------
        depth
            depths of cages

        Returns
        -------
        Array
            softness, in the shape of `depth`
        """
        inverse = self.c0 + self.c1 * depth
        bound = inverse > 0
        return np.where(bound, 1.0 / np.where(bound, inverse, 1.0), np.nan)


@validated
def calibrate(depth: ByTemperature, softness: ByTemperature, *, reading: str) -> Calibration:
    r"""Fit of the line between the inverse softness and the depth of the mean-field cage.

    .. math:: 1/S^{av} = c_0 + c_1\, \beta\Phi_r^{av}

    by least squares over the temperatures, each with the same weight.

    Parameters
    ----------
    depth, softness
        (temperature,), of the same temperatures in any order
    reading
        which depth it is (:class:`Calibration`)

    Returns
    -------
    Calibration
        coefficients of the line with their errors

    Raises
    ------
    ParameterError
        if there are fewer than two temperatures in common, a value is not finite, a softness is not
        positive, or softness does not fall as the cage gets deeper.

    References
    ----------
    sharma2022, Eq. 7 and Fig. 1b.

    Examples
    --------
    >>> T = {"temperature": [0.5, 0.6, 0.8]}
    >>> depth = xr.DataArray([76.0, 60.0, 44.0], T, dims="temperature")
    >>> line = calibrate(depth, 1.0 / (100.0 + 14.0 * depth), reading="ensemble-full")
    >>> round(line.c0, 6), round(line.c1, 6)
    (100.0, 14.0)
    """
    both = xr.align(depth, softness, join="inner")
    temperatures = tuple(float(t) for t in both[0].temperature.values)
    if len(temperatures) < 2 or len(temperatures) < max(depth.size, softness.size):
        raise ParameterError(
            f"calibration needs depth and softness at the same two temperatures or more, not at "
            f"{depth.temperature.values.tolist()} and {softness.temperature.values.tolist()}"
        )
    x, S = (np.asarray(values.values, dtype=np.float64) for values in both)
    if not (np.isfinite(x).all() and np.isfinite(S).all() and (S > 0).all()):
        raise ParameterError(
            f"calibration needs finite depths and positive softness, not {x.tolist()}, {S.tolist()}"
        )
    if np.ptp(x) == 0:
        raise ParameterError("calibration needs depths that differ between temperatures")
    y = 1.0 / S
    away = x - x.mean()
    c1 = float(away @ y / (away @ away))
    c0 = float(y.mean() - c1 * x.mean())
    if c1 <= 0:
        raise ParameterError(
            f"softness does not fall with depth in {dict(zip(temperatures, x.tolist(), strict=True))}, "
            "so this depth can't calibrate it; are the temperatures those of the files, in their order?"
        )
    deviation = y - c0 - c1 * x
    freedom = len(x) - 2
    variance = deviation @ deviation / freedom if freedom else np.nan
    c1_error = float(np.sqrt(variance / (away @ away)))
    c0_error = float(np.sqrt(variance * (1.0 / len(x) + x.mean() ** 2 / (away @ away))))
    residual = float(np.abs(deviation / y).max())
    return Calibration(c0, c1, c0_error, c1_error, temperatures, reading, residual)

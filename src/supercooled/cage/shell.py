"""The first shell of neighbours, between the core and the first minimum."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from supercooled.arguments import NotNegative, Positive, validated
from supercooled.arguments.datasets import RadialDistribution
from supercooled.arrays import Array
from supercooled.errors import ParameterError
from supercooled.mixture import pair_labels

# A maximum or minimum of the smoothed g counts if it stands out by this much: noise does not.
PROMINENCE = 0.1


@validated
def cutoffs(
    rdf: RadialDistribution, *, vanishing: NotNegative, smoothing: Positive = 0.03, species: str | None = None
) -> dict[str, tuple[float, float]]:
    """First shell of each pair: from where the averaged g vanishes to its first minimum.

    Lower: the inner edge of the first bin with g above `vanishing`. Upper: the minimum after the
    first maximum of g smoothed with a Gaussian, its place from a cubic through the bins about it.

    Parameters
    ----------
    rdf
        what :func:`supercooled.structure.radial_distribution` returns
    vanishing
        g that counts as none; 0 takes the first pair ever seen, which moves inwards as
        frames are added, 0.001 does not
    smoothing
        standard deviation of the Gaussian, sigma_AA
    species
        only the pairs of one species; without it all of them

    Returns
    -------
    dict[str, tuple[float, float]]
        ``{pair: (lower, upper)}``, sigma_AA.

    Raises
    ------
    ParameterError
        if g has no first maximum or minimum within `rdf`.

    References
    ----------
    sharma2022, Appendix B.

    Examples
    --------
    >>> import xarray as xr
    >>> r = np.arange(0.005, 3.0, 0.01)
    >>> g = np.where(r > 1.0, 1.0 + np.exp(1.0 - r) * np.cos(2 * np.pi * (r - 1.0)), 0.0)
    >>> rdf = xr.Dataset({"radial_distribution": (("pair", "r"), g[None])}, {"pair": ["AA"], "r": r})
    >>> {k: np.round(v, 1).tolist() for k, v in cutoffs(rdf.assign_attrs(dr=0.01), vanishing=0.0).items()}
    {'AA': [1.0, 1.5]}
    """
    if not (vanishing >= 0 and smoothing > 0):
        raise ParameterError(f"vanishing={vanishing} must not be negative, smoothing={smoothing} positive")
    dr = float(rdf.attrs["dr"])
    r = rdf.r.values
    found = {}
    for pair in _wanted(rdf, species):
        g = rdf.radial_distribution.sel(pair=pair).values
        inside = np.flatnonzero(g > vanishing)
        if inside.size == 0:
            raise ParameterError(f"the radial distribution of {pair} never exceeds {vanishing:g}")
        upper = _first_minimum(g, r, smoothing, dr)
        if upper is None:
            raise ParameterError(
                f"the radial distribution of {pair} has no first minimum below r={r[-1]:g}; "
                "average more frames, ask for the pairs of one species, or give its cutoffs by hand"
            )
        found[pair] = (float(r[inside[0]] - 0.5 * dr), upper)
    return found


def _wanted(rdf: RadialDistribution, species: str | None) -> list[str]:
    pairs: list[str] = rdf.pair.values.tolist()
    if species is None:
        return pairs
    names = list(rdf.species)
    if species not in names:
        raise ParameterError(f"no species {species!r} among {names}")
    labels = zip(pair_labels(names), combinations_with_replacement(names, 2), strict=True)
    return [label for label, pair in labels if species in pair]


def _first_minimum(g: Array, r: Array, smoothing: float, dr: float) -> float | None:
    from scipy.ndimage import gaussian_filter1d  # type: ignore[attr-defined]  # starred inside scipy
    from scipy.signal import find_peaks  # type: ignore[attr-defined]

    if smoothing > r[-1]:
        raise ParameterError(f"smoothing={smoothing:g} is wider than the whole g(r), which ends at {r[-1]:g}")
    smooth = gaussian_filter1d(g, smoothing / dr, mode="nearest")
    maxima = find_peaks(smooth, prominence=PROMINENCE)[0]
    if maxima.size == 0:
        return None
    minima = find_peaks(-smooth[maxima[0] :], prominence=PROMINENCE)[0]
    if minima.size == 0:
        return None
    place = int(maxima[0] + minima[0])
    reach = max(3, round(4 * smoothing / dr))
    near = slice(max(place - reach, 0), place + reach + 1)
    cubic = np.polynomial.Polynomial.fit(r[near] - r[place], g[near], 3)
    flat = cubic.deriv().roots()
    lowest = flat[np.isreal(flat) & (cubic.deriv(2)(flat).real > 0)].real
    offset = lowest[0] if lowest.size and abs(lowest[0]) < 4 * smoothing else 0.0
    return float(r[place] + offset)

"""A structure known in closed form, for the examples in the documentation and the tests."""

from __future__ import annotations

import numpy as np
import xarray as xr


def bump(*, height: float, centre: float = 7.0, width: float = 0.5, dq: float = 0.01) -> xr.Dataset:
    r"""One-component structure factor with one peak, up to q = 30.

    .. math:: S(q) = 1 + h\, e^{-(q - q_0)^2 / 2 w^2}
    """
    q = np.arange(dq, 30.0 + 0.5 * dq, dq)
    S = 1.0 + height * np.exp(-0.5 * ((q - centre) / width) ** 2)
    return xr.Dataset(
        {"structure_factor": (("pair", "q"), S[None])},
        coords={"pair": ["AA"], "q": q},
        attrs={"species": ["A"], "composition": [1.0], "dimensions": 3, "q_max": 30.0},
    )

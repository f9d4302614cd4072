"""Wave vectors of the periodic box whose length is near a given one."""

from __future__ import annotations

import numpy as np

from supercooled.arrays import Array
from supercooled.box import Box
from supercooled.errors import BoxError, ParameterError

# Enough for any peak of S(q); one array of them takes a gigabyte.
MOST_VECTORS = 3e7


def shell_vectors(box: Box, q: float, width: float) -> Array:
    r"""One of each pair of opposite wave vectors in a shell, (vector, 3), 1/sigma_AA.

    .. math:: \mathbf q = 2\pi H^{-T} \mathbf n, \qquad \big||\mathbf q| - q\big| \le w/2

    Raises
    ------
    BoxError
        if there is none.

    Examples
    --------
    >>> shell_vectors(Box.cube(2 * np.pi), q=1.0, width=0.1)
    array([[0., 0., 1.],
           [0., 1., 0.],
           [1., 0., 0.]])
    """
    d = box.dimensions
    edges = box.matrix[:d, :d]
    exact = np.floor((q + width / 2) * np.linalg.norm(edges, axis=0) / (2 * np.pi) + 1e-9)
    if (modes := float(np.prod(2.0 * exact + 1.0))) > MOST_VECTORS:
        raise ParameterError(
            f"wave vectors up to q={q:g} and a shell_width of {width:g} number {modes:.3g}, "
            f"more than {MOST_VECTORS:g}: choose smaller wave_numbers, for example 7.25"
        )
    highest = exact.astype(int)
    grids = np.meshgrid(*[np.arange(-n, n + 1) for n in highest], indexing="ij")
    whole = np.stack([g.ravel() for g in grids], axis=1)
    # The list is symmetric about its middle, n = 0: what comes after it has no opposites.
    whole = whole[len(whole) // 2 + 1 :]
    vectors = np.zeros((len(whole), 3))
    vectors[:, :d] = 2 * np.pi * whole @ np.linalg.inv(edges)
    apart = np.abs(np.linalg.norm(vectors, axis=1) - q)
    inside = apart <= width / 2 * (1 + 1e-9)
    if not inside.any():
        raise BoxError(
            f"the box has no wave vector within {width / 2:g} of q={q:g}: use a wider shell, for example "
            f"shell_width={2 * 2 * np.pi / float(box.heights.min()):.2g}, or the isotropic average"
        )
    return np.asarray(vectors[inside])

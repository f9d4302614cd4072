"""How the forces change where particles move: the second derivative of the energy."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from supercooled.arguments import Numbers, validated
from supercooled.arrays import Array, Integers
from supercooled.box import Box
from supercooled.errors import MixtureError, ParameterError
from supercooled.mixture import Mixture
from supercooled.neighbour_list import Neighbours, neighbours


@validated
def hessian(
    positions: Annotated[Array, Numbers(columns=3, array=True)],
    box: Box,
    species: Annotated[Integers, Numbers(rank=1, whole=True, at_least=0, array=True)],
    mixture: Mixture,
    *,
    name: str = "configuration",
) -> Any:
    r"""Second derivative of the potential energy of a configuration.

    .. math:: H_{ij} = \frac{\partial^2 U}{\partial\mathbf r_i\,\partial\mathbf r_j} = -\Big[u''\,
              \hat{\mathbf r}\hat{\mathbf r}^T + \frac{u'}{r}\,(1 - \hat{\mathbf r}\hat{\mathbf r}^T)
              \Big]_{ij},\qquad H_{ii} = -\sum_{j \ne i} H_{ij}

    A force that jumps at the cutoff has a delta in its slope there, which is left out.

    Parameters
    ----------
    positions
        (particle, 3), inside or outside the box, sigma_AA
    box
        periodic box
    species
        (particle,), index into the mixture's species
    mixture
        mixture whose potentials act between the particles
    name
        what an error calls it

    Returns
    -------
    Any
        Sparse matrix of SciPy (CSR), (d N, d N), the d components of a particle beside each other,
        epsilon_AA/sigma_AA^2.

    Raises
    ------
    BoxError, MixtureError
        if the box is too small for the cutoff, or a species is not the mixture's.

    References
    ----------
    M. Born and K. Huang, Dynamical Theory of Crystal Lattices, Oxford University Press 1954 (central forces).

    Examples
    --------
    >>> from supercooled import LennardJones
    >>> spring = Mixture("dimer", ("A",), (1.0,), (1.0,), (LennardJones(1.0, 1.0, 2.5),))
    >>> pair = np.array([[0.0, 0.0, 0.0], [2 ** (1 / 6), 0.0, 0.0]])
    >>> hessian(pair, Box.cube(9.0), np.array([0, 0]), spring).toarray()[0].round(6).tolist()
    [57.146438, 0.0, 0.0, -57.146438, 0.0, 0.0]
    """
    if species.shape != (len(positions),):
        raise ParameterError(
            f"{name}: {len(positions)} positions need the same number of species, not {species.shape}"
        )
    if len(species) and species.max() >= len(mixture.species):
        raise MixtureError(f"{mixture.name} has the species {mixture.species}, but the particles have others")
    bonds = neighbours(positions, box, cutoff=mixture.cutoff, name=name)
    return _assembled(bonds, _blocks(bonds, species, mixture, box.dimensions))


def _blocks(bonds: Neighbours, kinds: Integers, mixture: Mixture, d: int) -> Array:
    """Block of each bond, (bond, d, d)."""
    r, first, second = bonds.distances, kinds[bonds.centre], kinds[bonds.partner]
    along, across = np.zeros((2, len(r)))
    for a, one in enumerate(mixture.species):
        for b, other in enumerate(mixture.species):
            here = (first == a) & (second == b)
            potential = mixture.potential(one, other)
            along[here] = -potential.curvature(r[here])
            across[here] = potential.force(r[here]) / r[here]
    unit = bonds.vectors[:, :d] / r[:, None]
    blocks: Array = (along - across)[:, None, None] * unit[:, :, None] * unit[:, None, :]
    blocks[:, np.arange(d), np.arange(d)] += across[:, None]
    return blocks


def _assembled(bonds: Neighbours, blocks: Array) -> Any:
    """The whole matrix of its blocks."""
    from scipy import sparse

    n, d = bonds.n_particles, blocks.shape[-1]
    rows = np.concatenate([bonds.centre, np.arange(n)])
    columns = np.concatenate([bonds.partner, np.arange(n)])
    order = np.lexsort((columns, rows))
    data = np.concatenate([blocks, -bonds.add_up(blocks)])[order]
    starts = bonds.starts + np.arange(n + 1)
    made = sparse.bsr_array((data, columns[order], starts), shape=(d * n, d * n), blocksize=(d, d)).tocsr()
    # Two ends of a bond differ in the last bit.
    return ((made + made.T) * 0.5).tocsr()

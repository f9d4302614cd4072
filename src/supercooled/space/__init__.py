"""How structure and motion go together in space: correlations, clusters, and what moves its neighbours."""

from supercooled.space.clusters import ClusterStatistics, cluster_statistics, clusters
from supercooled.space.facilitation import avalanches, backward_hops, mobility_transfer, response
from supercooled.space.spatial_correlation import correlation_length, spatial_correlation
from supercooled.space.spectra import field_structure_factor, four_point_structure_factor, ornstein_zernike

__all__ = [
    "ClusterStatistics",
    "avalanches",
    "backward_hops",
    "cluster_statistics",
    "clusters",
    "correlation_length",
    "field_structure_factor",
    "four_point_structure_factor",
    "mobility_transfer",
    "ornstein_zernike",
    "response",
    "spatial_correlation",
]

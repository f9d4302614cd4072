"""Bond order of every tenth frame of a universe, by two processes."""

import sys

import MDAnalysis

from supercooled.interfaces.mdanalysis import IndicatorAnalysis

if __name__ == "__main__":  # processes import this file
    universe = MDAnalysis.Universe(sys.argv[1], format="LAMMPSDUMP", convert_units=False)
    analysis = IndicatorAnalysis(universe.atoms, ["BondOrder:degree=6", "VoronoiVolume"])
    analysis.run(step=10, backend="multiprocessing", n_workers=2)
    print(analysis.results.bond_order.shape, analysis.results.units["voronoi_volume"])

"""Bond order beside the positions of an ASE trajectory, as extended XYZ."""

import sys

import ase.io

import supercooled as sc

atoms = ase.io.read(sys.argv[1], index=":")
units = "metal,sigma=2.2,epsilon=0.08,mass=58.7"
found = sc.interfaces.calculate(
    atoms, ["BondOrder:degree=6", "VoronoiVolume"], names={"Ni": "A", "P": "B"}, units=units
)
ase.io.write("ordered.xyz", found)
print(found[0].arrays["voronoi_volume"].mean().round(2), "cubic Angstrom per particle")

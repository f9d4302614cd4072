import pandas

import supercooled as sc

tracks = pandas.read_csv("confocal.csv")
run = sc.from_dataframe(tracks, z="z", t="time", pixel=(0.5, 0.5, 0.7), timestep=1.0)
g = sc.structure.radial_distribution(run, r_max=3.0, dr=0.1)
print("pair entropy", float(sc.structure.pair_entropy(g, r_max=3.0, switching=None).total))
g.radial_distribution.plot.line(x="r")[0].figure.savefig("figure.png")

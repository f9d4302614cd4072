import supercooled as sc

run = sc.read("glass.dump", units="metal,sigma=2.2,epsilon=0.08,mass=58.7", timestep=0.002)
g = sc.structure.radial_distribution(run, r_max=4.0, dr=0.05).radial_distribution
in_angstrom = sc.quantities.expressed(g, run.units)
curves = in_angstrom.plot.line(x="r")
curves[0].figure.savefig("figure.png")

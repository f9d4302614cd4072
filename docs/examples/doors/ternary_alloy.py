import supercooled as sc

said = {"units": "metal,sigma=2.5,epsilon=0.3,mass=63.5", "timestep": 0.001, "names": ("Cu", "Zr", "Al")}
run = sc.read("alloy.dump", **said)
S = sc.structure.structure_factor(run, q_max=12.0, dq=0.2).structure_factor
cells = sc.indicators.VoronoiCoordination().of(run, species="Al")
print("faces of the cells about Al:", float(cells.mean()))
curves = sc.quantities.expressed(S, run.units).plot.line(x="q")
curves[0].figure.savefig("figure.png")

import supercooled as sc

run = sc.read("mixture.gsd")
structure = [
    sc.indicators.PairEntropy.graham2023(),
    sc.indicators.BondOrder(6),
    sc.indicators.VoronoiVolume(),
]
table = sc.compare(run, structure, [sc.targets.Displacement(after=3.0)])
print(table.to_pandas()[["indicator", "target", "spearman"]])
table.plot().figure.savefig("figure.png")

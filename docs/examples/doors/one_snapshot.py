import supercooled as sc

softness = sc.softness("one.xyz", model="ka-lj-1.2")
bars = softness.plot.hist(bins=40)
bars[2][0].figure.savefig("figure.png")

import supercooled as sc
from supercooled.indicators import Diameter, PackingOrder, PseudoSpeciesDepth

run = sc.read(sc.datasets.example("polydisperse"), temperature=0.12)
soft = sc.systems.ninarello2017().potential
asked = [PackingOrder(), *(PseudoSpeciesDepth(soft, classes) for classes in (1, 2, 4))]
table = sc.compare(run, asked, sc.targets.Displacement(after=4.0), at_fixed=Diameter(), blocks=2)
table.plot("partial_pearson").figure.savefig("sizes.svg")

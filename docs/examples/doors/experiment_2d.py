import supercooled as sc

run = sc.io.read_tracks("tracks.csv", pixel=0.08, timestep=0.5, localisation_error=0.4)
p_hop = sc.dynamics.hops(run, window=3.0, remove_drift=True)
order = sc.indicators.BondOrder(6, cutoff=1.5).of(run)
print(
    f"{order.share_with_value:.0%} of the particles have a bond order; noise of p_hop {p_hop.noise_floor:.2g}"
)
points = order.isel(frame=0).plot.hist(bins=30)
points[2][0].figure.savefig("figure.png")

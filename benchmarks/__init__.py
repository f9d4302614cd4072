"""Speed against the peers, beside each other in one run. `make bench` runs everything."""

"""Trajectories analysed: what is measured of each state, what the states say together, and what is kept."""

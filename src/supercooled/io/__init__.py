"""Trajectories from and to files."""

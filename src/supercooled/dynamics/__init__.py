"""Displacements, hops and relaxation."""

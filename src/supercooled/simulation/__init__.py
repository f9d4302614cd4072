"""Molecular dynamics: protocols and the engine that runs them."""

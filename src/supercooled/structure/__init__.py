"""Pair structure: radial distribution functions and structure factors."""

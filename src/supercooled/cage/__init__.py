"""The caging potential, its softness, and its local version."""

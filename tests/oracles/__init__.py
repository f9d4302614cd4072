"""Slow, obvious twins of the kernels. They import nothing from `supercooled.kernels`."""

